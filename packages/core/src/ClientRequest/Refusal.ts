/**
 * A refusal: why a command was not carried out, every failed guard in one list, with what would be allowed instead. A
 * refused command changes nothing.
 */
import * as Schema from "effect/Schema"
import { Reason } from "./Reason.ts"
import { LifecycleState } from "./State.ts"

export { Reason, reason, ReasonCode } from "./Reason.ts"

export class Refusal extends Schema.TaggedError<Refusal>()(
  "Refusal",
  {
    command: Schema.String,
    /** Null: there is no such request yet. */
    state: Schema.NullOr(LifecycleState),
    reasons: Schema.Array(Reason),
    /** The commands that this state and policy would take from the same side (firm or customer) now. */
    allowed: Schema.Array(Schema.String),
  },
  { httpApiStatus: 409 },
) {
  override get message() {
    return this.reasons.map((reason) => reason.message).join(" ")
  }
}
