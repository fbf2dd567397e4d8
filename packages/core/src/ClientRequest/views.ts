/** What can be read off a request at an instant: its state by the clock, whether it is open, when it next needs attention. */
import type { Instant } from "../Instant.ts"
import * as Reminder from "../Reminder.ts"
import { reminderInput } from "./reminding.ts"
import type { Details, FileScan, LifecycleState, Recipient, State } from "./State.ts"

/** The state at an instant: a request whose window has passed is Expired, whether or not a sweeper noticed (I12). */
export const stateAt = (request: State, at: Instant): LifecycleState =>
  isOut(request) && request.expiresAt !== null && at >= request.expiresAt ? "Expired" : request.state

/** May a file of this scan state be read (S55)? At an unscanned one nobody looks, by the choice of whoever runs the server. */
export const isReadable = (scan: FileScan): boolean => scan === "clean" || scan === "unscanned"

/** Sent, and neither ended nor expired as far as anybody noticed. */
const isOut = (request: State): boolean =>
  (request.state === "Pending" && request.sentAt !== null) || request.state === "WaitingForCustomer"

/** May the customer read and write at this instant (I2)? The link, the device and the factor must hold as well. */
export const isOpenAt = (request: State, at: Instant): boolean =>
  isOut(request) && request.suspended === null && stateAt(request, at) !== "Expired"

/**
 * When the request next needs attention without anybody asking; null: not by itself. `now`: what was missed is planned
 * anew from there; left out, it is due at once.
 */
export const nextDueAt = (request: State, now: Instant = request.reminders.from): Instant | null => {
  if (request.scheduled !== null) return request.scheduled.at
  if (!isOut(request)) return null
  const reminder = nextReminder(request, now)
  const instants = [request.expiresAt, reminder.type === "at" ? reminder.at : null].filter((at) => at !== null)
  return instants.length === 0 ? null : Math.min(...instants)
}

/** The planner's answer; `window-ends`: the next one would come when the request is over. */
export type NextReminder = Reminder.Plan | { readonly type: "none"; readonly reason: "window-ends" }

/** The next reminder as seen at `now`, or why there is none (`GET /requests/{id}/reminders`). */
export const nextReminder = (request: State, now: Instant): NextReminder => {
  const plan = Reminder.next(reminderInput(request, now), now)
  return plan.type === "at" && request.expiresAt !== null && plan.at >= request.expiresAt
    ? { type: "none", reason: "window-ends" }
    : plan
}

/** Who a request goes to, by id; undefined: nobody of that id. */
export const recipientOf = (request: Pick<State, "details">, id: string): Recipient | undefined =>
  request.details.recipients.find((recipient) => recipient.id === id)

const nobody: Recipient = { id: "", name: "", email: "", language: "en", mobile: "", role: "", contact: null }

/** The first recipient: whom a request with one recipient is for. */
export const primary = (details: Pick<Details, "recipients">): Recipient => details.recipients[0] ?? nobody

/** Must a claim pass a second factor now? */
export const needsFactor = ({ policy, details }: State): boolean =>
  policy.secondFactor !== "none" && (policy.secondFactorWhen === "always" || details.sensitivity === "high")
