/**
 * Audit entries: the events of a request as a chain. Each entry's hash covers its own head and the hash of the one before,
 * so that an entry changed, removed or put in afterwards is found (security.md S73).
 *
 * Words: the *head* of an entry is what stays for ever: its number, what happened, when, by whom, by which command. Its
 * *content*, the event with its context, is not in the hash itself: the hash covers a *commitment*, SHA-256 over a random
 * *salt* and the content. Erasing takes salt and content away and leaves the commitment, a *tombstone*: the chain still
 * holds, and nobody can guess the content back (S76).
 */
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Schema from "effect/Schema"
import { Event } from "./ClientRequest/Event.ts"
import { Actor, LifecycleState } from "./ClientRequest/State.ts"
import * as Crypto from "./Crypto.ts"
import { Instant } from "./Instant.ts"
import * as JsonText from "./JsonText.ts"

/** What is known of an event beside itself (S73). */
export const Surroundings = Schema.Struct({
  /** Where the call came from, shortened if the firm wants it so; null: nobody called. */
  ip: Schema.NullOr(Schema.String),
  userAgent: Schema.NullOr(Schema.String),
  /** The state of the request before and after; null: there was none. */
  before: Schema.NullOr(LifecycleState),
  after: LifecycleState,
  /** SHA-256 over the canonical form of the policy that held, as hex: which version of the rules. */
  policy: Schema.String,
})
export type Surroundings = typeof Surroundings.Type

export const AuditEntry = Schema.Struct({
  requestId: Schema.String,
  /** From 1, without gaps. */
  index: Schema.Int,
  type: Schema.String,
  at: Instant,
  by: Actor,
  /** The command that it came of. */
  commandId: Schema.String,
  /** Null, with its context and salt: erased. */
  event: Schema.NullOr(Event),
  context: Schema.NullOr(Surroundings),
  /** 16 random bytes as hex. */
  salt: Schema.NullOr(Schema.String),
  /** SHA-256 as hex, over the canonical form (RFC 8785) of `{ salt, event, context }`. */
  commitment: Schema.String,
  /** SHA-256 as hex, over the canonical form of `{ previous, requestId, index, type, at, by, commandId, commitment }`. */
  hash: Schema.String,
})
export type AuditEntry = typeof AuditEntry.Type

/** An entry as it was stored: what is hashed is hashed as it stands there, whatever it means today. */
export interface Stored extends Omit<AuditEntry, "by" | "event" | "context"> {
  readonly by: Json
  readonly event: Json | null
  readonly context: Json | null
}
type Json = Readonly<Record<string, unknown>>

/** The hash before the first entry. */
export const genesis = "0".repeat(64)

/** What an entry is made of. */
export interface Content {
  readonly event: Event
  readonly context: Surroundings
}

/** The end of a chain: the number and hash of its last entry. */
export type End = Pick<AuditEntry, "index" | "hash">

/** The entries that put these events at the end of a request's chain. */
export const append = Effect.fnUntraced(function* (
  requestId: string,
  last: End | null,
  commandId: string,
  contents: ReadonlyArray<Content>,
): Effect.fn.Return<ReadonlyArray<AuditEntry>, never, Crypto.Crypto> {
  const crypto = yield* Crypto.Crypto
  const entries: Array<AuditEntry> = []
  let { index, hash } = last ?? { index: 0, hash: genesis }
  for (const { event, context } of contents) {
    index += 1
    const { type, at, by } = event
    const salt = Hex.encode(yield* crypto.randomBytes(16))
    const commitment = yield* commitmentOf({ salt, event, context })
    const head = { requestId, index, type, at, by, commandId, commitment }
    hash = yield* hashOf(hash, head)
    entries.push({ ...head, event, context, salt, hash })
  }
  return entries
})

/** Is it a tombstone: erased, with nothing of its content left? */
export const isErased = ({ event, context, salt }: Pick<Stored, "event" | "context" | "salt">): boolean =>
  event === null && context === null && salt === null

/** The first entry that does not fit. */
export interface Break {
  /** Where in the chain, from 1. */
  readonly index: number
  /**
   * - `request`: it is of another request
   * - `missing`: the entry that belongs here is not there, or one was put in before
   * - `hash`: its head was changed, or the one before it
   * - `content`: event or context are not what was committed to
   * - `head`: type, instant or author are not those of its event
   * - `erased`: half of its content is gone
   */
  readonly what: "request" | "missing" | "hash" | "content" | "head" | "erased"
  /** One sentence. */
  readonly message: string
}

/** The first entry that does not fit its place in the chain; null when all fit. */
export const firstBroken = Effect.fnUntraced(function* (
  entries: ReadonlyArray<Stored>,
): Effect.fn.Return<Break | null, never, Crypto.Crypto> {
  let last: Stored | null = null
  for (const entry of entries) {
    const broken: Break | null = yield* brokenAfter(last, entry)
    if (broken !== null) return broken
    last = entry
  }
  return null
})

/** Does an entry fit the one before it (null: it is the first)? */
export const brokenAfter = Effect.fnUntraced(function* (
  last: Stored | null,
  entry: Stored,
): Effect.fn.Return<Break | null, never, Crypto.Crypto> {
  const index = (last?.index ?? 0) + 1
  const broken = (what: Break["what"], message: string): Break => ({ index, what, message })
  if (last !== null && last.requestId !== entry.requestId) {
    return broken("request", `Entry ${index} belongs to another request.`)
  }
  if (entry.index !== index) return broken("missing", `Entry ${index} is missing: number ${entry.index} stands there.`)
  if (entry.hash !== (yield* hashOf(last?.hash ?? genesis, entry))) {
    return broken("hash", `Entry ${index} does not fit its hash: it, or its link to the entry before, was changed.`)
  }
  const { event, context, salt, commitment } = entry
  if (isErased(entry)) return null
  if (event === null || context === null || salt === null) {
    return broken("erased", `Entry ${index} has lost a part of its content, which no erasure does.`)
  }
  if (commitment !== (yield* commitmentOf({ salt, event, context }))) {
    return broken("content", `The content of entry ${index} is not what was recorded.`)
  }
  const { type, at, by } = event
  const isHead = type === entry.type && at === entry.at && JsonText.canonical(by) === JsonText.canonical(entry.by)
  return isHead ? null : broken("head", `Entry ${index} says another type, instant or author than its event.`)
})

const commitmentOf = ({ salt, event, context }: { salt: string; event: Json; context: Json }) =>
  Crypto.sha256Hex(JsonText.canonical({ salt, event, context }))

type Head = Pick<Stored, "requestId" | "index" | "type" | "at" | "by" | "commandId" | "commitment">
const hashOf = (previous: string, { requestId, index, type, at, by, commandId, commitment }: Head) =>
  Crypto.sha256Hex(JsonText.canonical({ previous, requestId, index, type, at, by, commandId, commitment }))
