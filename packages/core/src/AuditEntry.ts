/**
 * Audit entries: the events of a request as a chain. Each entry's hash covers its own content and the hash of the one
 * before, so that an entry changed, removed or put in afterwards is found (security.md S73).
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Event } from "./ClientRequest.ts"
import * as Crypto from "./Crypto.ts"
import * as JsonText from "./JsonText.ts"

export const AuditEntry = Schema.Struct({
  requestId: Schema.String,
  /** From 1, without gaps. */
  index: Schema.Int,
  event: Event,
  /** SHA-256 as hex, over the hash before and the canonical form (RFC 8785) of what stands here. */
  hash: Schema.String,
})
export type AuditEntry = typeof AuditEntry.Type

/** The hash before the first entry. */
export const genesis = "0".repeat(64)

/** The entries that put these events at the end of a request's chain. */
export const append = Effect.fnUntraced(function* (
  requestId: string,
  last: Pick<AuditEntry, "index" | "hash"> | null,
  events: ReadonlyArray<Event>,
): Effect.fn.Return<ReadonlyArray<AuditEntry>, never, Crypto.Crypto> {
  const entries: Array<AuditEntry> = []
  let { index, hash } = last ?? { index: 0, hash: genesis }
  for (const event of events) {
    index += 1
    hash = yield* hashOf(hash, { requestId, index, event })
    entries.push({ requestId, index, event, hash })
  }
  return entries
})

/** The index of the first entry that does not fit its place in the chain; null when all fit. */
export const firstBroken = Effect.fnUntraced(function* (
  entries: ReadonlyArray<AuditEntry>,
): Effect.fn.Return<number | null, never, Crypto.Crypto> {
  let previous = genesis
  for (const [position, entry] of entries.entries()) {
    const fits = entry.index === position + 1 && entry.hash === (yield* hashOf(previous, entry))
    if (!fits) return position + 1
    previous = entry.hash
  }
  return null
})

const hashOf = (previous: string, { requestId, index, event }: Omit<AuditEntry, "hash">) =>
  Crypto.sha256Hex(JsonText.canonical({ previous, requestId, index, event }))
