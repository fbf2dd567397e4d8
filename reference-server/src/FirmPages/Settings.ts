/** What the firm is called, and where it is: its name, language and time zone, to be changed by administrators. */
import * as Effect from "effect/Effect"
import { html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Offering, WorkItems } from "../WorkItems.ts"
import { Workspaces } from "../Workspaces.ts"
import * as Field from "./Field.ts"
import * as FirmFields from "./FirmFields.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import type { Visit } from "./Visit.ts"

export const routes = [
  Routes.adminPage("/settings", (visit) => {
    const { name, language, timeZone } = visit.workspace
    return show(visit, { firm: name, language, timeZone })
  }),
  Routes.adminAction("/settings", (visit, form) =>
    Effect.gen(function* () {
      const given = FirmFields.filled(form)
      const { firm, mistakes } = FirmFields.read(given, visit.words)
      if (mistakes.length > 0) return yield* show(visit, given, mistakes)
      yield* (yield* Workspaces).update(visit.workspace.id, firm)
      return PageSecurity.seeOther(visit.config, "/settings?done=saved")
    }),
  ),
  Routes.adminAction("/settings/tasks", (visit, form) =>
    Effect.gen(function* () {
      const offering = Offering.literals.find((one) => one === form.text("offering"))
      if (offering === undefined) return PageSecurity.seeOther(visit.config, "/settings")
      yield* (yield* WorkItems).setOffering(visit.member, offering)
      return PageSecurity.seeOther(visit.config, "/settings?done=tasks")
    }),
  ),
]

const show = Effect.fnUntraced(function* (
  visit: Visit,
  given: FirmFields.Filled,
  mistakes: ReadonlyArray<Field.Mistake> = [],
) {
  const { words } = visit
  const { t } = words
  const offering = yield* (yield* WorkItems).offering(visit.workspace.id)
  return Page.member(visit, {
    title: t("settings.title"),
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "firm")}
      <div class="narrow">
        ${Field.summary(words, mistakes)} ${visit.query("done") === "saved" && Page.done(t("settings.saved"))}
        ${visit.query("done") === "tasks" && Page.done(t("settings.offering.saved"))}
        <h1>${t("settings.title")}</h1>
        <p class="lead">${t("settings.lead")}</p>
        <form method="post" action="/settings" novalidate>
          ${Page.token(visit)}
          <section class="card">${FirmFields.show(words, given, mistakes)}</section>
          <p class="buttons"><button class="primary" type="submit">${t("settings.submit")}</button></p>
        </form>
        <form class="card" method="post" action="/settings/tasks">
          ${Page.token(visit)}
          ${Field.radios({
            name: "offering",
            label: t("settings.offering"),
            value: offering,
            options: Offering.literals.map((value) => ({ value, label: t(`settings.offering.${value}`) })),
          })}
          <p class="buttons"><button type="submit">${t("settings.offering.submit")}</button></p>
        </form>
      </div>`,
  })
})
