/** Why a command was not carried out: one guard that failed. */
import * as Schema from "effect/Schema"

export const ReasonCode = Schema.Literals([
  "wrong-state",
  "already-sent",
  "not-sent",
  "schedule-in-the-past",
  "structure-frozen",
  "setting-fixed",
  "recipient-fixed",
  "recipient-unknown",
  "recipient-missing",
  "recipients-too-many",
  "recipient-email-missing",
  "recipient-name-missing",
  "recipient-mobile-missing",
  "recipient-not-a-contact",
  "recipient-role-not-allowed",
  "recipient-suppressed",
  "work-item-missing",
  "work-item-completed",
  "time-zone-unknown",
  "questionnaire-empty",
  "policy-error",
  "outstanding-request",
  "outstanding-task",
  "resend-not-allowed",
  "suspended",
  "expired",
  "link-replaced",
  "other-device",
  "access-link-not-allowed",
  "stale-revision",
  "item-unknown",
  "item-closed",
  "item-status",
  "item-not-allowed",
  "item-incomplete",
  "file-required",
  "incomplete",
  "completion-not-allowed",
  "saving-not-allowed",
  "reason-missing",
  "window-invalid",
  "file-limit",
  "file-unknown",
  "still-open",
  "comment-not-allowed",
  "comment-invalid",
  "comments-too-many",
  "delegation-not-allowed",
  "delegation-invalid",
  "delegation-same",
  "delegation-waits",
  "delegation-unknown",
  "delegations-too-many",
  "erased",
])
export type ReasonCode = typeof ReasonCode.Type

export const Reason = Schema.Struct({
  code: ReasonCode,
  /** A plain sentence in English, for developers and logs; people see the sentence of the catalogue. */
  message: Schema.String,
  /** What the reason is about: ids of requests, tasks, recipients, items, questions. */
  about: Schema.Array(Schema.String),
})
export type Reason = typeof Reason.Type

export const reason = (code: ReasonCode, message: string, about: ReadonlyArray<string> = []): Reason => ({
  code,
  message,
  about,
})
