/**
 * Reminders, planned: when a request next reminds its customer, or why it does not. Pure functions over what the planner
 * needs of a request (`Input`); lifecycle.md, "Reminder algorithm", rows K10, K13-K15, K32-K34 and K36-K38.
 *
 * Words: an *occurrence* is a day of the calendar on which the rule wants a reminder; its *instant* is when that goes out
 * (business days, time of day and quiet hours applied). An occurrence is *missed* when its instant passed and nothing was
 * sent although nothing forbade it (nobody was there to send it). What is missed is made up for once, and at most one
 * reminder goes out on a date. A *cycle* begins with each send.
 */
import type { Instant } from "./Instant.ts"
import { plusDays } from "./Instant.ts"
import { occurrence, type Rule } from "./Reminder/Rule.ts"
import { businessDay, dayOf, earliestFor, instantOn, nextAllowed, type Timing } from "./Reminder/Timing.ts"
import { dayAt } from "./Reminder/Zone.ts"

export { Rule } from "./Reminder/Rule.ts"
export { BusinessDays, CalendarDate, Timing } from "./Reminder/Timing.ts"
export { isTimeZone } from "./Reminder/Zone.ts"

/** What the planner needs to know of a request. */
export interface Input {
  readonly rule: Rule
  readonly timing: Timing
  /** An IANA name for which `isTimeZone` holds; with another the functions here throw a RangeError. */
  readonly timeZone: string
  /** The most reminders in a cycle; null: any number. */
  readonly cap: number | null
  /** `due` is a date such as `2027-03-27`. */
  readonly items: ReadonlyArray<{ readonly due: string | null; readonly done: boolean }>
  /** The latest send or resend; null: never sent. */
  readonly sentAt: Instant | null
  /** Reminders in this cycle. */
  readonly count: number
  /** The latest reminder, of whatever cycle. */
  readonly lastAt: Instant | null
  /** Occurrences at or before this instant are over; later ones count, also when they are missed. */
  readonly from: Instant
  /** Of the request at the time in question; `Pending`: not sent. */
  readonly standing: "open" | "expired" | "Pending" | "Submitted" | "Cancelled"
  readonly suspended: boolean
  /** The recipient can get no mail. */
  readonly suppressed: boolean
  readonly enabled: boolean
}

/** Why no reminder goes out. */
export type Reason =
  | "not-sent"
  | "expired"
  | `state:${string}`
  | "suspended"
  | "recipient-suppressed"
  | "disabled"
  | "no-items"
  | "all-complete"
  | "cap-reached"
  | "gentle-has-completed-dated-item"
  | "no-due-date"

/** The first thing that forbids reminders, whatever the time; null: nothing does. A rule of kind `none` is `disabled`. */
export const blocked = (input: Input): Reason | null => {
  const { rule, items, standing } = input
  if (input.sentAt === null || standing === "Pending") return "not-sent"
  if (standing === "expired") return "expired"
  if (standing !== "open") return `state:${standing}`
  if (input.suspended) return "suspended"
  if (input.suppressed) return "recipient-suppressed"
  if (!input.enabled || rule.kind === "none") return "disabled"
  if (items.length === 0) return "no-items"
  if (items.every(({ done }) => done)) return "all-complete"
  if (input.cap !== null && input.count >= input.cap) return "cap-reached"
  if (rule.kind === "gentle" && items.some(({ done, due }) => done && due !== null))
    return "gentle-has-completed-dated-item"
  return items.some(({ done, due }) => !done && due !== null) ? null : "no-due-date"
}

export type Plan = { readonly type: "at"; readonly at: Instant } | { readonly type: "none"; readonly reason: Reason }

/**
 * The next reminder as seen at `now`: the first occurrence after `input.from`, at its instant; or, when that has passed,
 * what is late goes out at `now` or at the end of the quiet hours, and on a day that is no business day, on the next one
 * at the time of sending. Does not look at the end of the window: `standing` is of `now`, and a request may be expired
 * when the instant comes. No occurrence before the year 10000: `no-due-date`.
 */
export const next = (input: Input, now: Instant): Plan => {
  const reason = blocked(input)
  if (reason !== null) return { type: "none", reason }
  const first = firstInstant(input)
  if (first === null) return { type: "none", reason: "no-due-date" }
  return { type: "at", at: first >= now ? first : nextAllowed(input.timing, input.timeZone, now) }
}

/** The instant of the first occurrence that is not over, on a date that had no reminder yet. */
const firstInstant = ({ rule, timing, timeZone, items, sentAt, lastAt, from }: Input): Instant | null => {
  if (sentAt === null) return null
  const dues = items.flatMap(({ done, due }) => (done || due === null ? [] : [dayOf(due)]))
  const cycle = { base: dayAt(timeZone, sentAt), dues }
  const lastDay = lastAt === null ? -Infinity : dayAt(timeZone, lastAt)
  let day = occurrence(rule, cycle, earliestFor(timing, timeZone, from))
  while (day !== null) {
    // every occurrence up to that business day goes out on it
    const sendDay = businessDay(timing, day)
    const instant = instantOn(timing, timeZone, sendDay)
    if (instant > from && dayAt(timeZone, instant) > lastDay) return instant
    day = occurrence(rule, cycle, sendDay + 1)
  }
  return null
}

/** A whole cycle as it would go, and what ends it; `more`: nothing did within the limit. */
export interface Calendar {
  readonly instants: ReadonlyArray<Instant>
  readonly then: Reason | "window-ends" | "more"
}

/**
 * Every reminder from `now` on if nothing changes meanwhile, at most `limit` of them. `expiresAt` is the end of the window
 * (null: never) and `extendsDays` how far each reminder moves it, counted from that reminder (null: it does not). To look
 * at a cycle before it is sent, give the send that is meant as `sentAt` and `from`, and `standing: "open"`.
 */
export const calendar = (
  input: Input,
  options: {
    readonly now: Instant
    readonly expiresAt: Instant | null
    readonly extendsDays: number | null
    readonly limit: number
  },
): Calendar => {
  const instants: Array<Instant> = []
  let { now, expiresAt } = options
  let current = input
  // oxlint-disable-next-line unicorn/no-thenable -- a word that says why, never a function
  const ended = (then: Calendar["then"]): Calendar => ({ instants, then })
  for (;;) {
    const plan = next(current, now)
    if (plan.type === "none") return ended(plan.reason)
    if (expiresAt !== null && plan.at >= expiresAt) return ended("window-ends")
    if (instants.length >= options.limit) return ended("more")
    instants.push(plan.at)
    expiresAt = extended(expiresAt, plan.at, options.extendsDays)
    current = { ...current, count: current.count + 1, lastAt: plan.at, from: plan.at }
    now = plan.at
  }
}

/** The end of the window after a reminder at `at` (K40): never earlier than before. */
export const extended = (expiresAt: Instant | null, at: Instant, extendsDays: number | null): Instant | null =>
  expiresAt === null || extendsDays === null ? expiresAt : Math.max(expiresAt, plusDays(at, extendsDays))

/**
 * `from` after something at `at` changed what reminders are planned from; `before` is the input until then, with the
 * standing at `at`. What came due while reminders were forbidden is never owed: they count from `at` on, and one that is
 * due at that very instant still counts, under what holds now. Only when one was missed before `at` does it stay owed.
 */
export const rebase = (before: Input, at: Instant): Instant => {
  if (blocked(before) === null) {
    const first = firstInstant(before)
    if (first !== null && first < at) return before.from
  }
  return Math.max(before.from, at - 1)
}
