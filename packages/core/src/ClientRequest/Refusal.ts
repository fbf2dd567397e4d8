/**
 * A refusal: why a command was not carried out, every failed guard in one list, with what would be allowed instead. A
 * refused command changes nothing. `decide` gives it as plain data (`Refused`); programs fail with it (`Refusal`).
 */
import * as Schema from "effect/Schema"
import { Reason } from "./Reason.ts"
import { LifecycleState } from "./State.ts"

export { Reason, reason, ReasonCode } from "./Reason.ts"

const fields = {
  command: Schema.String,
  /** Null: there is no such request yet. */
  state: Schema.NullOr(LifecycleState),
  reasons: Schema.Array(Reason),
  /** The commands that this state and policy would take from the same side (firm or customer) now. */
  allowed: Schema.Array(Schema.String),
}

export const Refused = Schema.Struct(fields)
export type Refused = typeof Refused.Type

export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", fields, { httpApiStatus: 409 }) {
  override get message() {
    return this.reasons.map((reason) => reason.message).join(" ")
  }
}
