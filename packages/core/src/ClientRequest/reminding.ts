/** A request as the reminder planner sees it: its items with their dates, and what stops it. */
import type { Instant } from "../Instant.ts"
import type { Input } from "../Reminder.ts"
import type { Details, State } from "./State.ts"

const over = new Set(["Completed", "Accepted", "Waived", "NotApplicable"])

/** Needs nothing more be done for this item? */
export const isItemDone = (request: Pick<State, "items">, item: string): boolean =>
  over.has(request.items[item]?.status ?? "NotStarted")

/** The date of an item: its own, else the request's; null: none. */
export const dueOf = ({ dues, due }: Pick<Details, "dues" | "due">, item: string): string | null => {
  const own = Object.hasOwn(dues, item) ? dues[item] : undefined
  return own === undefined ? due : own
}

/** Has a send gone to this recipient? Who came after it, or took another's place, waits for the next one (I6). */
export const isInvited = (request: Pick<State, "details" | "families">, recipient: string): boolean =>
  request.details.recipients.some(({ id }) => id === recipient) && (request.families[recipient]?.sendNo ?? 0) > 0

/** Reminders of this cycle that went out. */
export const remindersSent = ({ reminders }: Pick<State, "reminders">): number =>
  reminders.count - (reminders.dropped ?? 0)

/** What reminders are planned from; at `now`, a window that has passed counts as expired. */
export const reminderInput = (request: State, now: Instant = request.reminders.from): Input => {
  const { details, policy, reminders } = request
  const { rule, enabled } = details.reminders
  const invited = details.recipients.filter(({ id }) => isInvited(request, id))
  return {
    rule,
    timing: policy.reminders.timing,
    timeZone: details.timeZone,
    cap: policy.reminders.cap,
    items: details.questionnaire.sections.map((item) => ({
      due: dueOf(details, item),
      done: isItemDone(request, item),
    })),
    sentAt: invited.length === 0 ? null : request.sentAt,
    count: remindersSent(request),
    lastAt: reminders.lastAt,
    from: reminders.from,
    standing: standingOf(request, now),
    suspended: request.suspended !== null,
    suppressed: invited.every(({ id }) => request.suppressed.includes(id)),
    enabled,
  }
}

const standingOf = ({ state, sentAt, expiresAt }: State, now: Instant): Input["standing"] => {
  if (state === "Submitted" || state === "Cancelled") return state
  if (sentAt === null) return "Pending"
  return state === "Expired" || (expiresAt !== null && now >= expiresAt) ? "expired" : "open"
}
