/**
 * The reminders of a request, explained: the next one or why there is none, the rest of the cycle, and those that were
 * sent; and the cycle of a request that is only thought of, to be looked at before it is sent (K13–K15).
 */
import { ClientRequest, Instant, Reminder, type RequestPolicy } from "@requite/core"

const limit = 100

export interface Plan extends Reminder.Calendar {
  /** Null: none, for the reason. */
  readonly next: Instant.Instant | null
  readonly reason: string | null
  /** Every reminder that was sent, of all cycles. */
  readonly sent: ReadonlyArray<Instant.Instant>
}

/** The next reminder of a request, or why there is none. */
export const next = (request: ClientRequest.State, now: Instant.Instant): Pick<Plan, "next" | "reason"> => {
  const plan = ClientRequest.nextReminder(request, now)
  return plan.type === "at" ? { next: plan.at, reason: null } : { next: null, reason: plan.reason }
}

/** The whole plan. What has not been sent yet is planned as if it were sent when it is scheduled, or now. */
export const plan = (
  request: ClientRequest.State,
  history: ReadonlyArray<ClientRequest.Event>,
  now: Instant.Instant,
): Plan => {
  const { details, policy, expiresAt, sentAt, state, scheduled } = request
  const sent = history.flatMap((event) => (event.type === "ReminderSent" ? [event.at] : []))
  const calendar =
    state === "Pending" && sentAt === null
      ? imagined({ ...details, rule: details.reminders.rule, policy }, scheduled?.at ?? now)
      : Reminder.calendar(ClientRequest.reminderInput(request, now), {
          now,
          expiresAt,
          extendsDays: policy.reminderExtendsDays,
          limit,
        })
  return { ...next(request, now), ...calendar, sent }
}

/** What the reminders of a cycle depend on, besides its beginning. */
export interface Cycle extends Pick<ClientRequest.Details, "due" | "dues" | "timeZone"> {
  readonly rule: Reminder.Rule
  readonly policy: Pick<RequestPolicy.RequestPolicy, "reminderExtendsDays" | "reminders" | "windowDays">
  readonly questionnaire: { readonly sections: ReadonlyArray<string> }
}

/** A whole cycle as it would go if nothing were answered, sent at that instant. */
export const imagined = (cycle: Cycle, sendAt: Instant.Instant): Reminder.Calendar => {
  const { rule, policy, questionnaire, timeZone } = cycle
  const { windowDays, reminderExtendsDays: extendsDays } = policy
  const input: Reminder.Input = {
    rule,
    timing: policy.reminders.timing,
    timeZone,
    cap: policy.reminders.cap,
    items: questionnaire.sections.map((item) => ({ due: ClientRequest.dueOf(cycle, item), done: false })),
    sentAt: sendAt,
    count: 0,
    lastAt: null,
    from: sendAt,
    standing: "open",
    suspended: false,
    suppressed: false,
    enabled: true,
  }
  const expiresAt = windowDays === null ? null : Instant.plusDays(sendAt, windowDays)
  return Reminder.calendar(input, { now: sendAt, expiresAt, extendsDays, limit })
}
