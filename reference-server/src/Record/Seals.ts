/**
 * Seals: what an entry of the audit carries to show that this server wrote it. A chain can be hashed on by anybody, and what is
 * at its very end no checkpoint covers yet; a *seal* is the HMAC-SHA-256 of the entry's hash under a key that is not in the
 * database. An entry without its right seal, and whatever follows on it in its chain, comes under no checkpoint.
 */
import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as ServerKey from "../ServerKey.ts"
import type { Signer } from "./Signer.ts"

/** The seal of an entry by its hash, base64url. Synchronous, since every command waits for it: a few microseconds. */
export type Seal = (hash: string) => string

export const make: Effect.Effect<Seal, never, Effect.Services<ReturnType<typeof ServerKey.read>> | Config> = Effect.gen(
  function* () {
    const seed = Redacted.value(yield* ServerKey.read(yield* Config, "record-key"))
    // the seed itself is the signing key's, and a key has one use
    const key = createSecretKey(createHmac("sha256", seed).update("requite audit seal").digest())
    return (hash) => createHmac("sha256", key).update(hash).digest("base64url")
  },
)

/** The first entry of a request that has no right seal. */
export interface Unsealed {
  readonly request: string
  readonly index: number
}

export const message = ({ request, index }: Unsealed): string =>
  `Request ${request}: Entry ${index} has no right seal: it was not written by this server.`

export const eventMessage = (index: number): string =>
  `Event ${index} of the firm has no right seal: it was not written by this server.`

const Row = Schema.Struct({ requestId: Schema.String, index: Schema.Int, hash: Schema.String, seal: Schema.String })
const EventRow = Schema.Struct({ hash: Schema.String, seal: Schema.String })
const first = { requestId: "00000000-0000-0000-0000-000000000000", index: 0 }
/** Entries a page. */
const page = 10_000

/** Looks for entries without a right seal. */
export const checking = Effect.fnUntraced(function* (seal: Seal, { key, keys }: Pick<Signer, "key" | "keys">) {
  const sql = yield* SqlClient.SqlClient
  const older = keys.filter((one) => one !== key)

  const isRight = ({ hash, seal: given }: typeof EventRow.Type) => {
    const [wanted, found] = [Buffer.from(seal(hash)), Buffer.from(given)]
    return wanted.length === found.length && timingSafeEqual(wanted, found)
  }

  const ofRequests = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, ids: Schema.Array(Schema.String) }),
    Result: Row,
    execute: ({ workspaceId, ids }) => sql`
      SELECT request_id, index, hash, seal FROM audit_entries
      WHERE workspace_id = ${workspaceId} AND request_id IN ${sql.in(ids)} ORDER BY request_id, index`,
  })
  const after = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String, index: Schema.Int }),
    Result: Row,
    execute: ({ workspaceId, requestId, index }) => sql`
      SELECT request_id, index, hash, seal FROM audit_entries
      WHERE workspace_id = ${workspaceId} AND (request_id, index) > (${requestId}::uuid, ${index}::int)
      ORDER BY audit_entries.request_id, audit_entries.index LIMIT ${page}`,
  })
  /** Sealed by a key from before: whoever changed SECRET_KEY since left it covered. */
  const isOlder = Effect.fnUntraced(function* (workspaceId: string, { requestId, index }: typeof Row.Type) {
    if (older.length === 0) return false
    const rows = yield* sql`
      SELECT 1 FROM audit_entries e CROSS JOIN LATERAL (
        SELECT key, heads FROM audit_checkpoints k WHERE k.workspace_id = e.workspace_id
          AND (k.transaction, k.position) >= (e.transaction, e.position)
        ORDER BY k.transaction, k.position LIMIT 1) c
      WHERE e.workspace_id = ${workspaceId} AND e.request_id = ${requestId} AND e.index = ${index}
        AND c.key IN ${sql.in(older)} AND EXISTS (SELECT FROM jsonb_array_elements(c.heads) h
          WHERE h->>'requestId' = e.request_id::text AND (h->>'index')::int >= e.index)`
    return rows.length > 0
  })

  const among = Effect.fnUntraced(function* (workspaceId: string, rows: ReadonlyArray<typeof Row.Type>) {
    const found = new Map<string, number>()
    for (const row of rows) {
      if (found.has(row.requestId) || isRight(row) || (yield* isOlder(workspaceId, row))) continue
      found.set(row.requestId, row.index)
    }
    return found
  })

  const events = SqlSchema.findAll({
    Request: Schema.String,
    Result: EventRow,
    execute: (workspaceId) => sql`
      SELECT hash, seal FROM workspace_events WHERE workspace_id = ${workspaceId}
      ORDER BY workspace_events.transaction, workspace_events.position`,
  })
  /** How many events of the workspace checkpoints cover that were signed by a key from before. */
  const eventsOfOlder = Effect.fnUntraced(function* (workspaceId: string) {
    if (older.length === 0) return 0
    const [row] = yield* sql<{ covered: number | null }>`
      SELECT max((h->>'index')::int) AS covered FROM audit_checkpoints c, jsonb_array_elements(c.heads) h
      WHERE c.workspace_id = ${workspaceId} AND c.key IN ${sql.in(older)} AND h->>'requestId' = ${workspaceId}`
    return row?.covered ?? 0
  })

  return {
    isRight,
    /** The number of the first event of the workspace without a right seal; null: all have theirs. */
    ofEvents: Effect.fnUntraced(function* (workspaceId: string) {
      const rows = yield* events(workspaceId)
      const wrong = rows.flatMap((row, at) => (isRight(row) ? [] : [at + 1]))
      if (wrong.length === 0) return null
      const covered = yield* eventsOfOlder(workspaceId)
      return wrong.find((index) => index > covered) ?? null
    }),
    /** By request, the first entry without a right seal, of these requests. */
    ofRequests: (workspaceId: string, ids: ReadonlyArray<string>) =>
      Effect.flatMap(ofRequests({ workspaceId, ids }), (rows) => among(workspaceId, rows)),
    /** The same of all requests of the workspace. */
    ofWorkspace: Effect.fnUntraced(function* (workspaceId: string) {
      const found = new Map<string, number>()
      let from: { readonly requestId: string; readonly index: number } = first
      for (;;) {
        const rows = yield* after({ workspaceId, requestId: from.requestId, index: from.index })
        for (const [request, index] of yield* among(workspaceId, rows)) {
          if (!found.has(request)) found.set(request, index)
        }
        const last = rows.at(-1)
        if (last === undefined || rows.length < page) return found
        from = last
      }
    }),
  }
})

export type Checking = Effect.Success<ReturnType<typeof checking>>
