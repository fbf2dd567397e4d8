/**
 * Due work: requests say themselves, in `next_due_at`, when they next need attention, and any process may wake them. Each
 * is woken in a transaction of its own through the same door; several sweepers pass one another by (SKIP LOCKED).
 */
import { ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Notes from "../Operations/Notes.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import type { Door } from "./Door.ts"

/** How many one sweep looks at, at most. */
export const batch = 100
/** How many of them at once: a transaction mostly waits, for the database and for its disk. */
const lanes = 4
/** When a request that could not be woken is tried again: the others go on meanwhile. */
const patience = 300_000

export const make = Effect.fnUntraced(function* ({ rows, crypto, transact, outstanding }: Door) {
  const sql = yield* SqlClient.SqlClient
  const notes = yield* Notes.make

  const wake = Effect.fnUntraced(function* (workspaceId: string, id: string) {
    const commandId = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
    const by = { kind: "system" } as const
    let before: ClientRequest.State | null = null
    const state = yield* transact(workspaceId, id, (request) =>
      Effect.gen(function* () {
        before = request
        const others =
          request.scheduled === null ? { subject: [], tasks: {} } : yield* outstanding(workspaceId, request)
        return { type: "Wake", id: commandId, by, outstanding: others } as const
      }),
    )
    if (state !== before) return
    // a stale wake-up decides nothing, and leaves the column as it was
    const now = yield* Clock.currentTimeMillis
    const next = ClientRequest.nextDueAt(state, now)
    yield* rows.dueAgain(workspaceId, id, next === null || next > now ? next : now + patience)
  })

  /** Wakes the one that has been due the longest; says whether there was one. */
  const one = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const due = yield* Tenancy.across(rows.due(now))
    if (due === null) return false
    const { workspaceId, id } = due
    yield* Effect.catchCause(wake(workspaceId, id), (cause) =>
      Effect.andThen(
        Effect.logError("a request could not be woken, and is tried again later", { request: id }, cause),
        Effect.andThen(notes.wakeFailed(workspaceId, id, cause), rows.dueAgain(workspaceId, id, now + patience)),
      ),
    ).pipe(Tenancy.within(workspaceId))
    return true
  }).pipe(sql.withTransaction, Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }))

  const sweep = Effect.gen(function* () {
    let looked = 0
    const lane = Effect.gen(function* () {
      while (looked < batch) {
        looked++
        if (yield* one) continue
        looked--
        return
      }
    })
    yield* Effect.all(
      Array.from({ length: lanes }, () => lane),
      { concurrency: "unbounded", discard: true },
    )
    return looked
  })
  return { sweep }
})
