/** Reminders on the wire: when the next one goes out, or why there is none, and what the rest of the cycle would be. */
import * as Schema from "effect/Schema"
import * as Wire from "../Wire.ts"

const reason = Schema.NullOr(
  Schema.String.annotate({
    description:
      "Why nothing more is sent: not-sent, expired, state:…, suspended, recipient-suppressed, disabled, no-items, all-complete, cap-reached, gentle-has-completed-dated-item, no-due-date, window-ends.",
    examples: ["cap-reached"],
  }),
)

const calendar = {
  calendar: Schema.Array(Wire.Timestamp).annotate({
    description: "Every reminder from now on, if nothing changes meanwhile; at most a hundred.",
  }),
  // oxlint-disable-next-line unicorn/no-thenable -- a word that says why, never a function
  then: Schema.String.annotate({
    description: "What ends it: a reason as above, or `more`.",
    examples: ["cap-reached"],
  }),
}

const rule = {
  rule: Wire.ReminderRule,
  enabled: Schema.Boolean,
  count: Schema.Int.annotate({ description: "Reminders since the latest send." }),
  cap: Schema.NullOr(Schema.Int).annotate({ description: "The most after one send; null: any number." }),
}

const next = Schema.NullOr(Wire.Timestamp).annotate({ description: "The next reminder; null: none, for the reason." })

/** What a request says of its reminders. */
export const Reminders = Schema.Struct({ ...rule, next, reason }).annotate({
  identifier: "RequestReminders",
  description: "How the request reminds: its next reminder, or why there is none.",
})
export type Reminders = typeof Reminders.Type

/** `GET /requests/{id}/reminders`: the whole plan, explained. */
export const ReminderPlan = Schema.Struct({
  ...rule,
  next,
  reason,
  ...calendar,
  sent: Schema.Array(Wire.Timestamp).annotate({ description: "Every reminder that was sent, of all cycles." }),
}).annotate({
  identifier: "ReminderPlan",
  description: "The next reminder or the reason why there is none, the rest of the cycle, and what was sent.",
})
export type ReminderPlan = typeof ReminderPlan.Type

/** The cycle as it would be, before anything is sent (K13–K15). */
export const ReminderCalendar = Schema.Struct(calendar).annotate({
  identifier: "ReminderCalendar",
  description: "The reminders of a cycle, and what ends it.",
})
export type ReminderCalendar = typeof ReminderCalendar.Type
