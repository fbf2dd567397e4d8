/** The documents that go with a request or one of its items, for its customer (K9): which they are, one more, one less. */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../ClientRequests.ts"
import { type Handout, Handouts } from "../Documents/Handouts.ts"
import { type Html, html } from "../Html.ts"
import { regional } from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { here, refusal, withheld } from "./DocumentWords.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import { exact, titleOf } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import { ago, bytes } from "./Words.ts"

export const routes = [
  Routes.page("/requests/:id/documents", (visit) => show(visit)),
  Routes.action("/requests/:id/documents", (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const [document, item] = [form.text("document"), form.text("item")]
      return yield* here((yield* Handouts).give(visit.member, id, { document, item: item === "" ? null : item })).pipe(
        Effect.map(() => PageSecurity.seeOther(visit.config, `/requests/${id}/documents?done=saved`)),
        Effect.catchTag("DocumentRefused", (refused) => show(visit, refusal(visit.words, refused))),
      )
    }),
  ),
  Routes.action("/requests/:id/documents/:handout/take-back", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      yield* here((yield* Handouts).takeBack(visit.member, id, yield* idPart(visit, "handout")))
      return PageSecurity.seeOther(visit.config, `/requests/${id}/documents?done=saved`)
    }),
  ),
]

const show = Effect.fnUntraced(function* (visit: Visit, problem?: string) {
  const { words } = visit
  const { t } = words
  const { id: workspaceId } = visit.workspace
  const id = yield* idPart(visit, "id")
  const handouts = yield* Handouts
  const given = yield* here(handouts.of(workspaceId, id))
  const available = yield* here(handouts.available(workspaceId, id))
  const { current } = yield* Effect.mapError((yield* ClientRequests).overview(workspaceId, id), () => new NotHere())
  const { request, stored } = current
  const languages = [words.language, stored.questionnaire.language].map(regional)
  const items = stored.questionnaire.sections.map((section) => ({
    value: section.id,
    label: LocalText.resolve(section.title, languages),
  }))
  const title = t("handouts.title")
  return Page.member(visit, {
    title: `${title} · ${titleOf(words, request)}`,
    place: "requests",
    status: problem === undefined ? 200 : 409,
    wrong: problem !== undefined,
    body: html`<div class="narrow">
      ${problem !== undefined && Page.alert(t("documents.refused.title"), [problem])}
      ${problem === undefined && visit.query("done") === "saved" && Page.done(t("documents.saved"))}
      <p class="trail"><a href="/requests/${id}">${titleOf(words, request)}</a></p>
      <h1>${title}</h1>
      <p class="help">${t("handouts.help")}</p>
      ${given.length === 0 ? html`<p>${t("handouts.none")}</p>` : list(visit, given, items)}
      ${
        available.length === 0
          ? html`<p class="help">${t("handouts.nothing")}</p>`
          : html`<form class="card" method="post" action="/requests/${id}/documents" novalidate>
              ${Page.token(visit)}
              ${Field.select({
                name: "document",
                label: t("handouts.document"),
                value: "",
                options: available.map((one) => ({ value: one.id, label: `${one.folder} / ${one.name}` })),
              })}
              ${Field.select({
                name: "item",
                label: t("handouts.item"),
                value: "",
                options: [{ value: "", label: t("handouts.whole") }, ...items],
              })}
              <p class="buttons"><button class="primary" type="submit">${t("handouts.give")}</button></p>
            </form>`
      }
    </div>`,
  })
})

const list = (visit: Visit, given: ReadonlyArray<Handout>, items: ReadonlyArray<Field.Option>): Html => {
  const { words } = visit
  const { t } = words
  return html`<ul class="lines card">
    ${given.map(
      (one) =>
        html`<li class="asked">
          <div>
            <p><a href="/documents/${one.document}">${one.name}</a> ${withheld(words, one)}</p>
            <p class="meta">
              ${items.find(({ value }) => value === one.item)?.label ?? t("handouts.whole")} ·
              ${bytes(words, one.bytes)} · ${exact(one.createdAt, ago(words, one.createdAt))} · ${one.by}
            </p>
          </div>
          <form method="post" action="/requests/${one.request}/documents/${one.id}/take-back">
            ${Page.token(visit)}
            <button class="quiet" type="submit">
              ${t("handouts.takeBack")}<span class="unseen"> ${one.name}</span>
            </button>
          </form>
        </li>`,
    )}
  </ul>`
}
