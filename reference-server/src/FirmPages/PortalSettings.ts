/** The firm's portal: whether there is one, and its address, to be copied onto the firm's own site (K29). */
import * as Effect from "effect/Effect"
import { html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { pathOf, Portal } from "../Portal.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import type { Visit } from "./Visit.ts"

export const routes = [
  Routes.adminPage("/settings/portal", (visit) =>
    Effect.gen(function* () {
      return show(visit, yield* (yield* Portal).isOpen(visit.workspace.id))
    }),
  ),
  Routes.adminAction("/settings/portal", (visit, form) =>
    Effect.gen(function* () {
      const [given] = form.all("open")
      // nothing but what the form has changes anything
      if (given === "yes" || given === "no") yield* (yield* Portal).setOpen(visit.member, given === "yes")
      return PageSecurity.seeOther(visit.config, "/settings/portal?done=saved")
    }),
  ),
]

const show = (visit: Visit, isOpen: boolean) => {
  const { words, config, workspace } = visit
  const { t } = words
  const address = `${config.publicUrl}${pathOf(workspace.id)}`
  return Page.member(visit, {
    title: t("portal.settings.title"),
    place: "settings",
    body: html`<div class="narrow">
      ${visit.query("done") === "saved" && Page.done(t("portal.settings.saved"))}
      <h1>${t("settings.title")}</h1>
      ${SettingsTabs.show(visit, "portal")}
      <h2>${t("portal.settings.title")}</h2>
      <p class="lead">${t("portal.settings.lead")}</p>
      <form class="card" method="post" action="/settings/portal">
        ${Page.token(visit)}
        <p><strong>${t(isOpen ? "portal.settings.open" : "portal.settings.closed")}</strong></p>
        ${
          isOpen &&
          html`<div class="field">
            <label for="address">${t("portal.settings.address")}</label>
            <p class="help" id="address-help">${t("portal.settings.address.help")}</p>
            <input id="address" type="text" value="${address}" readonly aria-describedby="address-help" />
          </div>`
        }
        <input type="hidden" name="open" value="${isOpen ? "no" : "yes"}" />
        <p class="help">${t(isOpen ? "portal.settings.close.help" : "portal.settings.open.help")}</p>
        <p class="buttons">
          <button type="submit" ${!isOpen && html` class="primary"`}>
            ${t(isOpen ? "portal.settings.close" : "portal.settings.reopen")}
          </button>
        </p>
      </form>
    </div>`,
  })
}
