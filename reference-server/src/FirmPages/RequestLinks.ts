/** The people of a request on its page: who they are, what is known of their links and devices, and what can be done. */
import { ClientRequest } from "@requite/core"
import type { Overview } from "../ClientRequests.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as RequestActions from "../RequestActions.ts"
import * as Field from "./Field.ts"
import * as Lifting from "./Lifting.ts"
import { languages } from "./FirmFields.ts"
import * as Page from "./Page.ts"
import { exact, personName } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { ago, languageName, type Words } from "./Words.ts"

/** A link that a member asked for, to be copied. */
export interface Copied {
  readonly recipient: string
  readonly url: string
}

/** A code that a member asked for, to be read out (S32). */
export interface ReadOut {
  readonly recipient: string
  /** Six digits. */
  readonly code: string
}

export const show = (
  visit: Visit,
  request: ClientRequest.State,
  {
    copied,
    readOut,
    locked,
    history,
  }: {
    readonly copied: Copied | null
    readonly readOut: ReadOut | null
    readonly locked: ReadonlyArray<string>
  } & Pick<Overview, "history">,
): Html => {
  const { words } = visit
  const { recipients } = request.details
  return html`<section class="card" id="recipients">
    <h2>${words.t("people.title", { count: recipients.length })}</h2>
    <ul class="lines">
      ${recipients.map(
        (one) =>
          html`<li>
            <p><strong>${personName(words, one, request.policy)}</strong>${one.role !== "" && html` · ${one.role}`}</p>
            <p class="meta">
              ${[one.name.trim() === "" ? "" : one.email, one.mobile, languageName(words, one.language)]
                .filter((text) => text !== "")
                .join(" · ")}
            </p>
            <p class="meta">
              ${isRevoked(history, one.id) ? words.t("links.revoked") : standing(words, request, one.id)}
            </p>
            ${request.suppressed.includes(one.id) && html`<p class="bad">${words.t("people.suppressed")}</p>`}
            ${locked.includes(one.id) && html`<p class="bad">${words.t("people.locked")}</p>`}
            ${copied?.recipient === one.id && link(words, copied)}
            ${readOut?.recipient === one.id && code(words, readOut, personName(words, one, request.policy))}
            ${actions(visit, request, one, locked)}
          </li>`,
      )}
    </ul>
  </section>`
}

/** Were their links revoked, and none has gone out since? */
export const isRevoked = (history: Overview["history"], id: string): boolean =>
  history.reduce((revoked, { event }) => {
    switch (event?.type) {
      case "LinksRevoked":
      case "RequestDisowned":
        return revoked || event.recipient === id
      case "RequestResent":
        return revoked && event.recipients.length > 0 && !event.recipients.includes(id)
      case "RequestReopened":
        return false
      case "AccessRecorded":
        return revoked && !(event.what === "link-copied" && event.recipient === id)
      default:
        return revoked
    }
  }, false)

/** Whether their links work, and on what device. */
const standing = (words: Words, request: ClientRequest.State, id: string): Html => {
  const { t } = words
  const { families, policy, sentAt } = request
  const { binding = null, sendNo = 0 } = families[id] ?? {}
  if (sentAt === null || sendNo === 0) return html`${t("links.none")}`
  if (!ClientRequest.isOpenAt(request, words.now)) return html`${t("links.over")}`
  if (policy.binding === "none") return html`${t("links.any")}`
  if (binding === null) return html`${t("links.unbound")}`
  return exact(binding.at, t(binding.fixed ? "links.bound" : "links.loose", { when: ago(words, binding.at) }))
}

/** One press selects all of it; it is not shown again by itself. */
const link = ({ t }: Words, { url }: Copied): Html =>
  html`<section class="done" role="status" aria-label="${t("links.copied")}">
    <p>${t("links.copied.help")}</p>
    <p><code class="secret" tabindex="0">${url}</code></p>
  </section>`

/**
 * Two groups of three are easier to read out; whoever types the space with them is let in as well. It takes the focus, so
 * that it is in sight on a long page: somebody is on the phone.
 */
const code = ({ t }: Words, { code: digits }: ReadOut, name: string): Html =>
  html`<section class="done" role="status" aria-label="${t("people.code.made")}" tabindex="-1" autofocus>
    <p>${t("people.code.help", { name })}</p>
    <p><code class="secret digits">${digits.slice(0, 3)} ${digits.slice(3)}</code></p>
  </section>`

const actions = (
  visit: Visit,
  request: ClientRequest.State,
  recipient: ClientRequest.Recipient,
  locked: ReadonlyArray<string>,
): Child => {
  const { words } = visit
  const { t, now } = words
  const possible = RequestActions.ofRecipient(request, recipient, now)
  const { audience, token } = request.policy
  // as the service that makes them says it: others exist in their e-mail only
  const isCopied = token === "derived" || audience === "shared-record" || audience === "anyone-with-link"
  const to = (name: string) => `/requests/${request.id}/recipients/${recipient.id}/${name}`
  const post = (name: string, label: string) =>
    html`<form method="post" action="${to(name)}">${Page.tokens(visit)}<button type="submit">${label}</button></form>`
  const shown = [
    html`<a class="button" href="/requests/${request.id}/as-customer/${recipient.id}">${t("customerView.open")}</a>`,
    isCopied && ClientRequest.isOpenAt(request, now) && post("link", t("links.copy")),
    request.details.recipients.length > 1 && possible.includes("resend") && post("resend", t("people.resend")),
    locked.includes(recipient.id) && post("unlock", t("people.unlock")),
    request.suppressed.includes(recipient.id) &&
      recipient.email !== "" &&
      Lifting.form(visit, { action: to("lift"), id: recipient.id }),
    ClientRequest.needsFactor(request) && ClientRequest.isOpenAt(request, now) && post("code", t("people.code")),
    possible.includes("change") && request.sentAt !== null && changing(visit, recipient, to("change")),
    possible.includes("revoke-links") &&
      ClientRequest.isOpenAt(request, now) &&
      html`<details class="confirm">
        <summary>${t("links.revoke")}</summary>
        <form method="post" action="${to("revoke")}">
          ${Page.tokens(visit)}
          <p>${t("links.revoke.text")}</p>
          <button class="danger" type="submit">${t("links.revoke.submit")}</button>
        </form>
      </details>`,
  ].filter((one) => one !== false)
  return html`<div class="buttons">${shown}</div>`
}

/** Another person in this one's place. */
const changing = (visit: Visit, recipient: ClientRequest.Recipient, action: string): Html => {
  const { words } = visit
  const { t } = words
  const end = recipient.id
  return html`<details class="confirm">
    <summary>${t("people.change")}</summary>
    <form method="post" action="${action}">
      ${Page.tokens(visit)}
      <p>${t("people.change.text")}</p>
      ${field(`name-${end}`, "name", t("request.name"), "text")}
      ${field(`email-${end}`, "email", t("request.email"), "email")}
      ${field(`mobile-${end}`, "mobile", `${t("people.mobile")} ${t("form.optional")}`, "text")}
      <div class="field">
        <label for="language-${end}">${t("request.language")}</label>
        <select id="language-${end}" name="language">
          ${Field.options(languages(words), recipient.language)}
        </select>
      </div>
      <button class="primary" type="submit">${t("people.change.submit")}</button>
    </form>
  </details>`
}

const field = (id: string, name: string, label: string, type: "text" | "email"): Html =>
  html`<div class="field">
    <label for="${id}">${label}</label>
    <input id="${id}" name="${name}" type="${type}" autocomplete="off" />
  </div>`
