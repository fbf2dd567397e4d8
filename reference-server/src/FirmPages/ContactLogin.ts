/** A contact's login to the portal, as the firm sees it and turns it off (K48–K50). */
import * as Effect from "effect/Effect"
import { type Contact, Contacts } from "../Contacts.ts"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type Login, Portal } from "../Portal.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import { ago } from "./Words.ts"

export const routes = [
  Routes.action("/contacts/:id/login", (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      yield* Effect.mapError((yield* Contacts).get(visit.workspace.id, id), () => new NotHere())
      const portal = yield* Portal
      yield* form.text("action") === "on" ? portal.turnOn(visit.member, id) : portal.turnOff(visit.member, id)
      return PageSecurity.seeOther(visit.config, `/contacts/${id}?done=saved`)
    }),
  ),
]

/** The part of the contact's page; nothing where the firm has no portal. */
export const card = Effect.fnUntraced(function* (visit: Visit, contact: Contact) {
  const portal = yield* Portal
  if (!(yield* portal.isOpen(visit.workspace.id))) return null
  const login = yield* portal.loginOf(visit.workspace.id, contact.id)
  const { t } = visit.words
  const sentence =
    contact.deletedAt !== null && login.state === "on" ? t("portal.login.deleted") : t(`portal.login.${login.state}`)
  return html`<section class="card" aria-labelledby="login">
    <h2 id="login">${t("portal.login")}</h2>
    <p>${sentence}</p>
    ${facts(visit, login)}
    <form method="post" action="/contacts/${contact.id}/login">
      ${Page.token(visit)}
      <input type="hidden" name="action" value="${login.state === "off" ? "on" : "off"}" />
      <p class="buttons">
        <button type="submit">${t(login.state === "off" ? "portal.login.turnOn" : "portal.login.turnOff")}</button>
      </p>
    </form>
  </section>`
})

const facts = ({ words }: Visit, { madeAt, lastLoginAt, passkeys, sessions }: Login): Html | null =>
  madeAt === null
    ? null
    : html`<p class="meta">
        ${[
          words.t("portal.login.made", { when: ago(words, madeAt) }),
          lastLoginAt === null
            ? words.t("portal.login.never")
            : words.t("portal.login.last", { when: ago(words, lastLoginAt) }),
          words.t("portal.login.passkeys", { count: passkeys }),
          words.t("portal.login.sessions", { count: sessions }),
        ].join(" · ")}
      </p>`
