/** The samples on a page: each a card with one button that adds it, or adds it and opens a request to oneself. */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Questionnaires } from "../Questionnaires.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import { type Sample, Samples } from "./Samples.ts"
import { NotHere, type Visit } from "./Visit.ts"

/** What the button does after adding. */
type Then = "add" | "send"

export const routes = [
  Routes.action("/questionnaires/samples", (visit, form) =>
    Effect.gen(function* () {
      const questionnaires = yield* Questionnaires
      const sample = (yield* (yield* Samples).list).find(({ id }) => id === form.text("id"))
      if (sample === undefined) return yield* new NotHere()
      // what the workspace has under this id already stays, another version of it too
      yield* Effect.ignore(questionnaires.add(visit.workspace.id, sample.source))
      const { ref } = yield* questionnaires.get(visit.workspace.id, sample.id)
      const next =
        form.text("then") === "send" ? `/requests/new?questionnaire=${ref.id}&to=me` : `/questionnaires/${ref.id}`
      return PageSecurity.seeOther(visit.config, next)
    }),
  ),
]

/** The samples as cards. */
export const cards = (visit: Visit, samples: ReadonlyArray<Sample>, then: Then): Html => {
  const { t, language } = visit.words
  return html`<ul class="cards">
    ${samples.map(({ id, title, description, questions, minutes }) => {
      const name = LocalText.resolve(title, [language])
      return html`<li class="card">
        ${then === "send" ? html`<h2>${name}</h2>` : html`<h3>${name}</h3>`}
        <p class="meta">${t("questionnaire.questions", { count: questions })} · ${t("samples.minutes", { minutes })}</p>
        ${description !== undefined && html`<p>${LocalText.resolve(description, [language])}</p>`}
        <form method="post" action="/questionnaires/samples">
          ${Page.token(visit)}<input type="hidden" name="id" value="${id}" /><input
            type="hidden"
            name="then"
            value="${then}"
          />
          <button type="submit">
            ${t(then === "send" ? "samples.send" : "samples.add")}<span class="unseen"> ${name}</span>
          </button>
        </form>
      </li>`
    })}
  </ul>`
}
