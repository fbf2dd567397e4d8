/** The sites on which customers may answer, a line each; and what to write into a page there. For administrators. */
import * as Effect from "effect/Effect"
import { Embedding, type Problem } from "../Embedding.ts"
import { html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import type { Visit } from "./Visit.ts"
import type { Words } from "./Words.ts"

const path = "/settings/embedding"

export const routes = [
  Routes.adminPage(path, (visit) =>
    Effect.gen(function* () {
      return show(visit, (yield* (yield* Embedding).origins(visit.workspace.id)).join("\n"))
    }),
  ),
  Routes.adminAction(path, (visit, form) =>
    Effect.gen(function* () {
      const given = form.text("origins")
      return yield* (yield* Embedding).list(visit.member, given.split(/[\s,]+/)).pipe(
        Effect.as(PageSecurity.seeOther(visit.config, `${path}?done=saved`)),
        Effect.catchTag("EmbeddingRefused", ({ problems }) =>
          Effect.succeed(
            show(
              visit,
              given,
              problems.map((problem) => mistakeOf(visit.words, problem)),
            ),
          ),
        ),
      )
    }),
  ),
]

const mistakeOf = ({ t }: Words, { origin, code }: Problem): Field.Mistake => ({
  field: "origins",
  sentence: t(`embedding.wrong.${code}`, { origin }),
})

const show = (visit: Visit, given: string, mistakes: ReadonlyArray<Field.Mistake> = []) => {
  const { words, config } = visit
  const { t } = words
  const snippet = `<script src="${config.publicUrl}/embed.js" data-link="${config.publicUrl}/r/…" async></script>`
  return Page.member(visit, {
    title: t("embedding.title"),
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "embedding")}
      <div class="narrow">
        ${Field.summary(words, mistakes)} ${visit.query("done") === "saved" && Page.done(t("embedding.saved"))}
        <h1>${t("embedding.title")}</h1>
        <p class="lead">${t("embedding.lead")}</p>
        <form method="post" action="${path}" novalidate>
          ${Page.token(visit)}
          <section class="card">
            ${Field.area({ name: "origins", label: t("embedding.origins"), help: t("embedding.help"), value: given, rows: 5, code: true, mistakes })}
          </section>
          <p class="buttons"><button class="primary" type="submit">${t("embedding.submit")}</button></p>
        </form>
        <section class="card">
          <h2>${t("embedding.how")}</h2>
          <p>${t("embedding.how.text")}</p>
          <p><code class="secret" tabindex="0">${snippet}</code></p>
        </section>
      </div>`,
  })
}
