/**
 * Events of the workspace itself, where there is no request to note them at: who became a member, which key was made. Each has
 * a hash of its own; in their order they make one chain, whose head checkpoints cover like that of a request, under the
 * workspace's id.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { genesis } from "../AuditEntry.ts"
import * as Crypto from "../Crypto.ts"
import * as JsonText from "../JsonText.ts"

/** As it was stored: what is hashed is hashed as it stands there. */
export const WorkspaceEvent = Schema.Struct({
  id: Schema.String,
  /** Milliseconds since the epoch. */
  at: Schema.Finite,
  /** Past tense, as `MemberInvited`. */
  type: Schema.String,
  /** The member who did it; null: the operator, or somebody with a link. */
  by: Schema.NullOr(Schema.String),
  /** The id of what or whom it is about. */
  about: Schema.NullOr(Schema.String),
  data: Schema.Record(Schema.String, Schema.Unknown),
  ip: Schema.NullOr(Schema.String),
  userAgent: Schema.NullOr(Schema.String),
  /** SHA-256 as hex over the canonical form (RFC 8785) of all of the above and the workspace's id. */
  hash: Schema.String,
})
export type WorkspaceEvent = typeof WorkspaceEvent.Type

/** The hash of an event by what it says. */
export const hashOf = (workspaceId: string, event: Omit<WorkspaceEvent, "hash">) => {
  const { id, at, type, by, about, data, ip, userAgent } = event
  return Crypto.sha256Hex(JsonText.canonical({ workspaceId, id, at, type, by, about, data, ip, userAgent }))
}

/** The end of the chain: how many events, and a hash over all of them in their order. */
export interface End {
  readonly index: number
  readonly hash: string
}

/** Before the first one. */
export const start: End = { index: 0, hash: genesis }

/** The end once one more has happened. */
export const chained = (end: End, event: Pick<WorkspaceEvent, "hash">) => {
  const index = end.index + 1
  const text = JsonText.canonical({ previous: end.hash, index, event: event.hash })
  return Effect.map(Crypto.sha256Hex(text), (hash): End => ({ index, hash }))
}
