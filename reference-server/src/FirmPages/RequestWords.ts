/** What there is to say of a request in a few words: its state with the date that matters, and why something was refused. */
import { ClientRequest } from "@requite/core"
import { type Child, type Html, html } from "../Html.ts"
import { calendarDay } from "../Messages.ts"
import * as RequestReminders from "../RequestReminders.ts"
import { warning } from "./PolicyWords.ts"
import type { Words } from "./Words.ts"
import { ago, ahead, day, list, lookUp, soon } from "./Words.ts"

type State = ClientRequest.State

/** The state as a mark, and beside it that it is suspended. */
export const pill = (words: Words, request: State): Html => {
  const state = ClientRequest.stateAt(request, words.now)
  return html`<span class="pill ${state}">${words.t(`state.${state}`)}</span
    >${request.suspended !== null && html` <span class="pill Suspended">${words.t("state.suspended")}</span>`}${request.erased !== null && html` <span class="pill">${words.t("state.erased")}</span>`}`
}

/** What a request is called; an erased one has no name of its own. */
export const titleOf = (words: Words, { details, erased }: State): string =>
  erased === null ? details.title : words.t("state.erased")

/** The date that matters in this state: "waiting for 3 days · expires in 12 days". */
export const standing = (words: Words, request: State): Html => {
  const { t } = words
  const { sentAt, scheduled, startedAt } = request
  switch (ClientRequest.stateAt(request, words.now)) {
    case "Pending":
      if (scheduled !== null) return exact(scheduled.at, t("standing.scheduled", { when: soon(words, scheduled.at) }))
      if (sentAt === null) return html`${t("standing.draft")}`
      return html`${exact(sentAt, t("standing.sent", { when: ago(words, sentAt) }))}${ending(words, request)}`
    case "WaitingForCustomer": {
      const since = Math.max(startedAt ?? 0, request.policy.waitingBegins === "on-send" ? (sentAt ?? 0) : 0) || sentAt
      return html`${since !== null && exact(since, t("standing.waiting", { days: daysSince(words, since) }))}${ending(words, request)}`
    }
    case "Submitted":
      return past(words, request.submission?.at ?? request.endedAt, "standing.submitted")
    case "Expired":
      return past(words, request.expiresAt ?? request.endedAt, "standing.expired")
    case "Cancelled":
      return past(words, request.endedAt, "standing.cancelled")
  }
}

const daysSince = ({ now, zone }: Words, instant: number): number =>
  Math.round((Date.parse(calendarDay(now, zone)) - Date.parse(calendarDay(instant, zone))) / 86_400_000)

const ending = (words: Words, { expiresAt }: State): Child => {
  if (expiresAt === null) return false
  const isNear = expiresAt - words.now <= 30 * 86_400_000
  const said = isNear
    ? words.t("standing.expiresIn", { when: ahead(words, expiresAt) })
    : words.t("standing.expires", { day: day(words, expiresAt) })
  return html` · ${exact(expiresAt, said)}`
}

const past = (
  words: Words,
  instant: number | null,
  key: "standing.submitted" | "standing.expired" | "standing.cancelled",
): Html => (instant === null ? html`` : exact(instant, words.t(key, { when: ago(words, instant) })))

/** A time in a few words, with the exact one behind it. */
export const exact = (instant: number, shown: string): Html =>
  html`<time datetime="${new Date(instant).toISOString()}">${shown}</time>`

/** When anything last happened to it. */
export const lastActivity = (request: State): number =>
  Math.max(
    request.createdAt,
    ...[request.sentAt, request.claimedAt, request.startedAt, request.endedAt, request.reminders.lastAt].map(
      (instant) => instant ?? 0,
    ),
    ...request.files.map(({ at }) => at),
    ...Object.values(request.items).map(({ at }) => at),
  )

/** A recipient as people call them; with the rules of their request, somebody without a name may be anyone. */
export const personName = (
  { t }: Words,
  { name, email }: Pick<ClientRequest.Recipient, "name" | "email">,
  policy?: Pick<State["policy"], "audience">,
): string => {
  const unnamed = t(policy?.audience === "anyone-with-link" ? "people.anyone" : "request.nobody")
  return [name, email, unnamed].find((one) => one.trim() !== "") ?? ""
}

/** The recipients as people call them: "Bo Ek and Ada King", "Bo Ek and 3 others". */
export const recipientName = (
  words: Words,
  { details: { recipients }, policy }: Pick<State, "details" | "policy">,
): string => {
  const [first, ...others] = recipients.map((one) => personName(words, one, policy))
  if (first === undefined) return words.t("request.nobody")
  return others.length > 2
    ? list(words, [first, words.t("request.others", { count: others.length })])
    : list(words, [first, ...others])
}

/** Why no reminder goes out any more, as the end of a sentence. */
export const whyNoReminder = (words: Words, reason: string, cap: number | null): string => {
  if (reason.startsWith("state:")) return words.t("reminders.why.ended")
  return lookUp(words, `reminders.why.${reason}`, { count: cap ?? 0 }, reason)
}

/** The plain sentence why nothing more, or nothing at all, will be sent. */
export const noReminder = (words: Words, { reminders, policy, sentAt }: State, reason: string): string => {
  // a send went out, and everybody whom it went to has given it back
  const isBack = reason === "not-sent" && sentAt !== null
  const why = isBack ? words.t("reminders.why.disowned") : whyNoReminder(words, reason, policy.reminders.cap)
  return words.t(reminders.lastAt === null ? "reminders.noneAtAll" : "reminders.none", { why })
}

/** The next reminder with its weekday and time, or the plain sentence why nothing more will be sent. */
export const nextReminder = (words: Words, request: State, tell: typeof soon = soon): Html => {
  const { next, reason } = RequestReminders.next(request, words.now)
  return next === null
    ? html`${noReminder(words, request, reason ?? "")}`
    : html`${words.t("reminders.next")} ${exact(next, tell(words, next))}`
}

/** A refusal, a sentence for each reason; recipients that a reason is about are named where there are several. */
export const refusal = (
  words: Words,
  refused: ClientRequest.Refused,
  request?: {
    readonly details: Pick<ClientRequest.Details, "recipients">
    readonly policy: Pick<State["policy"], "audience" | "roles">
  },
): ReadonlyArray<Child> =>
  refused.reasons.map(({ code, message, about }) => {
    const state = refused.state === null ? "" : words.t(`state.${refused.state}`)
    if (code === "policy-error") return warning(words, about[0] ?? "", message)
    const roles = (request?.policy.roles ?? []).join(", ")
    const sentence = lookUp(words, `refusal.${code}`, { state, roles }, message)
    if (code === "outstanding-request" || code === "outstanding-task") {
      return html`${sentence} ${about.map((id) => html`<a href="/requests/${id}">${words.t("refusal.show")}</a> `)}`
    }
    const recipients = request?.details.recipients ?? []
    const people = recipients.filter(({ id }) => about.includes(id))
    return recipients.length > 1 && people.length > 0
      ? `${list(
          words,
          people.map((one) => personName(words, one, request?.policy)),
        )}: ${sentence}`
      : sentence
  })

/** What is wrong with a document of the firm. */
export const uploadProblem = (
  words: Words,
  code: string,
  values: Readonly<Record<string, string | number>>,
): string => {
  const max = typeof values["max"] === "number" ? Math.round(values["max"] / 1_000_000) : 0
  return lookUp(words, code, { ...values, max }, words.t("upload-broken", { name: values["name"] ?? "" }))
}
