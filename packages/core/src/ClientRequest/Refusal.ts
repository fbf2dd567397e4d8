/**
 * A refusal: why a command was not carried out, every failed guard in one list, with what would be allowed instead. A
 * refused command changes nothing.
 */
import * as Schema from "effect/Schema"
import { LifecycleState } from "./State.ts"

export const ReasonCode = Schema.Literals([
  "wrong-state",
  "already-sent",
  "not-sent",
  "structure-frozen",
  "recipient-fixed",
  "recipient-email-missing",
  "questionnaire-empty",
  "outstanding-request",
  "resend-not-allowed",
  "expired",
  "link-replaced",
  "stale-revision",
  "incomplete",
  "file-limit",
  "file-unknown",
  "not-due",
])
export type ReasonCode = typeof ReasonCode.Type

export const Reason = Schema.Struct({
  code: ReasonCode,
  /** A plain sentence in English, for developers and logs; people see the sentence of the catalogue. */
  message: Schema.String,
  /** What the reason is about: request ids, question ids. */
  about: Schema.Array(Schema.String),
})
export type Reason = typeof Reason.Type

export class Refusal extends Schema.TaggedError<Refusal>()(
  "Refusal",
  {
    command: Schema.String,
    /** Null: there is no such request yet. */
    state: Schema.NullOr(LifecycleState),
    reasons: Schema.Array(Reason),
  },
  { httpApiStatus: 409 },
) {
  override get message() {
    return this.reasons.map((reason) => reason.message).join(" ")
  }
}

export const reason = (code: ReasonCode, message: string, about: ReadonlyArray<string> = []): Reason => ({
  code,
  message,
  about,
})
