/**
 * What can be done with a request now, at the top of its page: what is done often as buttons, what is done seldom behind
 * "More". While it is with the customer it is a banner (P27).
 */
import { ClientRequest } from "@requite/core"
import type { Overview } from "../ClientRequests.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as RequestActions from "../RequestActions.ts"
import * as closing from "../WorkItems/closing.ts"
import * as Page from "./Page.ts"
import * as RequestLinks from "./RequestLinks.ts"
import { recipientName } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { moment, today, zoneName } from "./Words.ts"

type Key = Parameters<Visit["words"]["t"]>[0]

export const show = (visit: Visit, { current: { request }, history }: Pick<Overview, "current" | "history">): Html => {
  const { words } = visit
  const { t, now } = words
  const state = ClientRequest.stateAt(request, now)
  const possible = new Set(RequestActions.of(request, now))
  const isOut = ClientRequest.isOpenAt(request, now)
  // sending a draft may be refused: then the reasons say what is still missing
  const isDraft = state === "Pending" && request.sentAt === null
  const byWork = request.suspended?.reason === closing.reason
  const post = (to: string, label: string, kind: string) =>
    html`<form method="post" action="/requests/${request.id}/${to}">
      ${Page.tokens(visit)}<button class="${kind}" type="submit">${label}</button>
    </form>`
  // nobody gets in as long as no other link goes out
  const isDead = request.details.recipients.every(({ id }) => RequestLinks.isRevoked(history, id))
  const buttons: ReadonlyArray<Child> = [
    isDraft && post("send", t("request.send"), "primary"),
    isDraft && html`<a class="button" href="/requests/${request.id}/as-customer">${t("customerView.open")}</a>`,
    isDraft && request.scheduled === null && scheduling(visit, request),
    request.scheduled !== null && possible.has("unschedule") && post("unschedule", t("schedule.take"), ""),
    // what the work's completion ended begins again with the work (K39)
    byWork
      ? html`<a class="button primary" href="/work-items/${request.details.workItem ?? ""}">${t("facts.work.show")}</a>`
      : possible.has("resume") && post("resume", t("request.resume"), "primary"),
    RequestActions.editable(request, now).size > 0 &&
      html`<a class="button" href="/requests/${request.id}/edit">${t("request.change")}</a>`,
    // a link that was handed out is not sent
    possible.has("resend") &&
      request.details.recipients.some(({ email }) => email !== "") &&
      post("resend", t("request.resend"), ""),
    (state === "Expired" || state === "Cancelled") &&
      html`<a class="button" href="/requests/new?from=${request.id}">${t("request.again")}</a>`,
    state !== "Expired" && possible.has("cancel") && cancelling(visit, request),
    more(visit, request, possible),
  ]
  const shown = buttons.filter((button) => button !== false)
  const undelivered = request.details.recipients.filter(({ id }) => request.suppressed.includes(id))
  // before everything else: whoever waits for an answer waits in vain
  const back: Child =
    undelivered.length > 0 &&
    ClientRequest.stateAt(request, now) !== "Submitted" &&
    state !== "Cancelled" &&
    html`<p class="bad" role="note">
      <strong>${t("returns.undelivered")}</strong>
      ${t("returns.undelivered.text", { names: undelivered.map(({ email }) => email).join(", ") })}
      <a href="#recipients">${t("people.title", { count: request.details.recipients.length })}</a>
    </p>`
  if (isOut || request.suspended !== null) {
    return html`<section class="out" aria-label="${t("request.out.label")}">
      ${back}
      <p>
        ${
          request.suspended === null
            ? html`<strong>${t("request.out")}</strong>
                ${isDead ? t("request.out.revoked") : t("request.out.text", { name: recipientName(words, request) })}`
            : html`<strong>${t("request.suspended")}</strong> ${t("request.suspended.text")}
                ${byWork ? t("request.suspended.work") : request.suspended.reason}`
        }
      </p>
      <div class="buttons">${shown}</div>
    </section>`
  }
  return html`${back}
  ${request.scheduled !== null && html`<p class="notes">${t("schedule.is", { when: moment(words, request.scheduled.at) })}</p>`}
  ${shown.length > 0 && html`<div class="buttons">${shown}</div>`}`
}

/** A form behind a button that says what it does before it does it. */
const confirm = (
  visit: Visit,
  request: ClientRequest.State,
  to: string,
  texts: { readonly summary: Key; readonly text: Key; readonly submit: Key; readonly kind?: string },
  fields: Child = false,
): Html => {
  const { t } = visit.words
  return html`<details class="confirm">
    <summary>${t(texts.summary)}</summary>
    <form method="post" action="/requests/${request.id}/${to}">
      ${Page.tokens(visit)}
      <p>${t(texts.text)}</p>
      ${fields}
      <button class="${texts.kind ?? "primary"}" type="submit">${t(texts.submit)}</button>
    </form>
  </details>`
}

const reason = ({ words: { t } }: Visit, id: string): Html =>
  html`<div class="field">
    <label for="${id}">${t("request.cancel.reason")} ${t("form.optional")}</label>
    <p class="help" id="${id}-help">${t("request.cancel.reason.help")}</p>
    <input id="${id}" name="reason" type="text" maxlength="500" autocomplete="off" aria-describedby="${id}-help" />
  </div>`

const cancelling = (visit: Visit, request: ClientRequest.State): Html =>
  confirm(
    visit,
    request,
    "cancel",
    {
      summary: "request.cancel",
      text: request.sentAt === null ? "request.cancel.draft" : "request.cancel.text",
      submit: "request.cancel.submit",
      kind: "danger",
    },
    reason(visit, "reason"),
  )

const scheduling = (visit: Visit, request: ClientRequest.State): Html => {
  const { t } = visit.words
  return confirm(
    visit,
    request,
    "schedule",
    { summary: "schedule.submit", text: "schedule.text", submit: "schedule.submit" },
    html`<p class="help">${t("schedule.help", { zone: zoneName(visit.words) })}</p>
      <div class="pair">
        <div class="field narrow-field">
          <label for="sendDate">${t("schedule.date")}</label>
          <input id="sendDate" name="sendDate" type="date" min="${today(visit.words)}" required />
        </div>
        <div class="field narrow-field">
          <label for="sendTime">${t("schedule.time")}</label>
          <input id="sendTime" name="sendTime" type="time" value="09:00" required />
        </div>
      </div>`,
  )
}

/** What is done seldom. */
const more = (visit: Visit, request: ClientRequest.State, possible: ReadonlySet<RequestActions.Action>): Child => {
  const { t } = visit.words
  const state = ClientRequest.stateAt(request, visit.words.now)
  const shown = [
    possible.has("reopen") &&
      confirm(visit, request, "reopen", {
        summary: "request.reopen",
        text: "request.reopen.text",
        submit: "request.reopen.submit",
      }),
    possible.has("close") &&
      confirm(visit, request, "close", {
        summary: "request.close",
        text: "request.close.text",
        submit: "request.close.submit",
      }),
    request.sentAt !== null &&
      possible.has("suspend") &&
      state !== "Submitted" &&
      confirm(
        visit,
        request,
        "suspend",
        { summary: "request.suspend", text: "request.suspend.text", submit: "request.suspend.submit" },
        reason(visit, "suspend-reason"),
      ),
    possible.has("change-window") &&
      request.sentAt !== null &&
      confirm(
        visit,
        request,
        "window",
        { summary: "window.title", text: "window.text", submit: "window.submit" },
        html`<div class="field narrow-field">
            <label for="days">${t("window.days")}</label>
            <input id="days" name="days" type="text" inputmode="numeric" value="${request.policy.windowDays ?? 30}" />
          </div>
          <label class="choice"
            ><input
              type="checkbox"
              name="endless"
              value="yes"
              ${request.policy.windowDays === null && html` checked`}
            />
            <span>${t("window.endless")}</span></label
          >`,
      ),
    state === "Expired" && possible.has("cancel") && cancelling(visit, request),
  ].filter((one) => one !== false)
  return (
    shown.length > 0 &&
    html`<details class="confirm more">
      <summary>${t("request.more")}</summary>
      <div class="buttons">${shown}</div>
    </details>`
  )
}
