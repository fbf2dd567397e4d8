/**
 * What becomes of a request with reminders and an end, event by event: `requite simulate`. The planning is the core's
 * (`Reminder`); here is only a small request around it, which takes events as facts and lets reminders go out between
 * them. Events come before a reminder of the same instant; what is impossible (a second send, a submission after the end)
 * changes nothing.
 */
import * as Instant from "@requite/core/Instant"
import * as Reminder from "@requite/core/Reminder"
import * as Paint from "./Paint.ts"
import { changed, type Event, type Policy, type Scenario } from "./Simulate/Scenario.ts"

export { decode, type Problem, type Scenario } from "./Simulate/Scenario.ts"

/** How it stands at the scenario's `until`. Instants as `2027-02-08T09:00:00Z`. */
export interface Outcome {
  readonly reminders: ReadonlyArray<string>
  readonly state: "Pending" | "WaitingForCustomer" | "Submitted" | "Expired" | "Cancelled"
  /** The end of the window; null: it has none, or not yet. */
  readonly expiresAt: string | null
  /** Reminders in the latest cycle. */
  readonly count: number
  /** Why no further reminder goes out; null: nothing forbids one. */
  readonly reason: Reminder.Reason | null
}

interface Request {
  readonly timeZone: string
  readonly policy: Policy
  readonly items: ReadonlyArray<{ readonly id: string; readonly due: string | null; readonly done: boolean }>
  readonly sentAt: number | null
  readonly expiresAt: number | null
  readonly closed: "Submitted" | "Cancelled" | null
  readonly count: number
  readonly lastAt: number | null
  readonly from: number
  readonly suspended: boolean
  readonly suppressed: boolean
  readonly enabled: boolean
}

/** Simulates one scenario. Never throws for one that `decode` gave. */
export const run = (scenario: Scenario): Outcome => {
  const reminders: Array<number> = []
  let now = scenario.events[0]?.at ?? scenario.until
  let request: Request = {
    ...scenario,
    items: scenario.items.map((item) => ({ ...item, done: false })),
    sentAt: null,
    expiresAt: null,
    closed: null,
    count: 0,
    lastAt: null,
    from: now,
    suspended: false,
    suppressed: false,
    enabled: true,
  }
  const remindBefore = (end: number) => {
    for (;;) {
      const at = nextTick(request, scenario, now)
      if (at === null || at >= end) break
      reminders.push(at)
      request = reminded(request, at)
      now = at
    }
    now = end
  }
  for (const event of scenario.events.filter(({ at }) => at <= scenario.until)) {
    remindBefore(event.at)
    request = { ...after(request, event), from: Reminder.rebase(inputOf(request, event.at), event.at) }
  }
  // instants are whole milliseconds: those up to `until` itself
  remindBefore(scenario.until + 1)
  const standing = standingOf(request, scenario.until)
  return {
    reminders: reminders.map(iso),
    state: standing === "open" ? "WaitingForCustomer" : standing === "expired" ? "Expired" : standing,
    expiresAt: request.expiresAt === null ? null : iso(request.expiresAt),
    count: request.count,
    reason: Reminder.blocked(inputOf(request, scenario.until)),
  }
}

/** When the next reminder goes out if nothing happens before, as seen at `now`; null: none does. */
const nextTick = (request: Request, { workerDown }: Scenario, from: number): number | null => {
  for (let now = awake(workerDown, from); ;) {
    const plan = Reminder.next(inputOf(request, now), now)
    if (plan.type === "none") return null
    if (request.expiresAt !== null && plan.at >= request.expiresAt) return null
    const at = awake(workerDown, plan.at)
    if (at === plan.at) return at
    // nobody was there: planned again by whoever comes back
    now = at
  }
}

/** That instant, or the end of the time in which nobody is there. */
const awake = (workerDown: Scenario["workerDown"], at: number): number => {
  const down = workerDown.find(([from, to]) => at >= from && at < to)
  return down === undefined ? at : awake(workerDown, down[1])
}

const reminded = (request: Request, at: number): Request => ({
  ...request,
  count: request.count + 1,
  lastAt: at,
  from: at,
  expiresAt: Reminder.extended(request.expiresAt, at, request.policy.extendsDays),
})

/** A window that has passed has ended the request, whether or not anybody noticed (I12). */
const standingOf = ({ closed, sentAt, expiresAt }: Request, at: number): Reminder.Input["standing"] => {
  if (closed !== null) return closed
  if (sentAt === null) return "Pending"
  return expiresAt !== null && at >= expiresAt ? "expired" : "open"
}

const inputOf = (request: Request, at: number): Reminder.Input => ({
  ...request,
  rule: request.policy.rule,
  timing: request.policy.timing,
  cap: request.policy.cap,
  standing: standingOf(request, at),
})

/** The request after an event; unchanged where that is impossible. */
const after = (request: Request, event: Event): Request => {
  const standing = standingOf(request, event.at)
  if (standing === "Submitted" || standing === "Cancelled") return request
  switch (event.type) {
    case "send":
      return standing === "Pending" ? sent(request, event.at) : request
    case "resend":
      return standing === "Pending" ? request : sent(request, event.at)
    case "submit":
      return standing === "open" ? { ...request, closed: "Submitted" } : request
    case "cancel":
      return { ...request, closed: "Cancelled" }
    case "complete":
      return withItem(request, event.item, { done: true })
    case "uncomplete":
      return withItem(request, event.item, { done: false })
    case "due":
      return withItem(request, event.item, { due: event.due ?? null })
    case "disable":
      return { ...request, enabled: false }
    case "enable":
      return { ...request, enabled: true }
    case "suspend":
      return { ...request, suspended: true }
    case "resume":
      return { ...request, suspended: false }
    case "bounce":
      return { ...request, suppressed: true }
    case "recipient-changed":
      return { ...request, suppressed: false }
    case "policy":
      return { ...request, policy: changed(request.policy, event) }
  }
}

/** A new cycle; the window never shrinks (I4), and one without end stays so. */
const sent = (request: Request, at: number): Request => {
  const { windowDays } = request.policy
  const hasEnd = windowDays !== null && (request.sentAt === null || request.expiresAt !== null)
  const expiresAt = hasEnd ? Math.max(request.expiresAt ?? -Infinity, Instant.plusDays(at, windowDays)) : null
  return { ...request, sentAt: at, count: 0, expiresAt }
}

const withItem = (
  request: Request,
  id: string | undefined,
  change: { readonly due?: string | null; readonly done?: boolean },
): Request => ({ ...request, items: request.items.map((item) => (item.id === id ? { ...item, ...change } : item)) })

const iso = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z")

/** The outcome as a person reads it: how it ends, and each reminder in UTC and as the customer's clocks show it. */
export const readable = (scenario: Scenario, outcome: Outcome, options: { readonly colour: boolean }): string => {
  const paint = Paint.paint(options)
  const local = new Intl.DateTimeFormat("en-GB", {
    timeZone: scenario.timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  })
  const rows = outcome.reminders.map((at, index) => [`${index + 1}`, at, local.format(Date.parse(at))])
  const name = [scenario.id, scenario.title].filter((part) => part !== "").join("  ")
  return [
    ...(name === "" ? [] : [paint("strong", Paint.visible(name))]),
    `${outcome.state}, ${outcome.expiresAt === null ? "no end" : `ends ${outcome.expiresAt}`}, ${Paint.amount(outcome.count, "reminder")} in this cycle`,
    outcome.reason === null
      ? paint("dim", "more reminders may follow")
      : paint("warning", `no further reminder: ${outcome.reason}`),
    ...Paint.columns(rows).map((row) => `  ${row.join("  ").trimEnd()} ${paint("dim", scenario.timeZone)}`),
  ].join("\n")
}
