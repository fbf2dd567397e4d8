/** The card of reminders: the next one, or the plain sentence why nothing more is sent; what is to come, and what was. */
import { ClientRequest } from "@requite/core"
import type { Overview } from "../ClientRequests.ts"
import { type Html, html } from "../Html.ts"
import * as RequestReminders from "../RequestReminders.ts"
import { exact, nextReminder, noReminder, whyNoReminder } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { moment, soon } from "./Words.ts"

const mostShown = 8

export const show = ({ words }: Visit, { current, history }: Overview): Html => {
  const { t } = words
  const { request } = current
  const { rule, enabled } = request.details.reminders
  const { cap } = request.policy.reminders
  const events = history.flatMap(({ event }) => event ?? [])
  const { instants, then, sent, next } = RequestReminders.plan(request, events, words.now)
  const isDraft = request.sentAt === null && ClientRequest.stateAt(request, words.now) === "Pending"
  const often =
    rule.kind === "custom" ? t("rules.reminds.custom", { days: rule.everyDays }) : t(`rules.reminds.${rule.kind}`)
  const coming = next === null && !isDraft ? [] : next === null ? instants : instants.slice(1)
  return html`<section class="card" id="reminders">
    <h2>${t("reminders.title")}</h2>
    ${(!isDraft || instants.length === 0) && html`<p class="next">${isDraft ? noReminder(words, request, then) : nextReminder(words, request, moment)}</p>`}
    <p class="meta">
      ${enabled ? `${often.charAt(0).toLocaleUpperCase(words.locale)}${often.slice(1)}.` : t("reminders.off")}
      ${!isDraft && cap !== null && rule.kind !== "none" && t("reminders.count", { count: request.reminders.count, cap })}
    </p>
    ${
      coming.length > 0 &&
      html`<h3>${t(isDraft ? "reminders.wouldBe" : "reminders.coming")}</h3>
        <ol class="days">
          ${coming.slice(0, mostShown).map((instant) => html`<li>${exact(instant, soon(words, instant))}</li>`)}
        </ol>
        <p class="help">
          ${coming.length > mostShown && `${t("rules.reminds.more", { count: coming.length - mostShown })}. `}
          ${t("reminders.then", { why: whyNoReminder(words, then, cap) })}
        </p>`
    }
    ${
      sent.length > 0 &&
      html`<h3>${t("reminders.sent")}</h3>
        <ol class="days">
          ${sent.toReversed().map((instant) => html`<li>${exact(instant, moment(words, instant))}</li>`)}
        </ol>`
    }
  </section>`
}
