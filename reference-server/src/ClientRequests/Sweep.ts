/**
 * Due work: requests say themselves, in `next_due_at`, when they next need attention, and any process may wake them, a few in
 * one transaction, through the same door; several sweepers pass one another by (SKIP LOCKED).
 */
import { ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Notes from "../Operations/Notes.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import type { Door } from "./Door.ts"
import type { Due } from "./sql.ts"

/** How many one sweep looks at, at most. */
export const batch = 400
/** How many transactions at once. */
const lanes = 2
/** How many in one transaction. They stay locked until the last of them is woken: their customers wait so long. */
const together = 50
/** When a request that could not be woken is tried again: the others go on meanwhile. */
const patience = 300_000

export const make = Effect.fnUntraced(function* ({ rows, crypto, carryOut, outstanding }: Door) {
  const sql = yield* SqlClient.SqlClient
  const notes = yield* Notes.make

  const wake = Effect.fnUntraced(function* ({ workspaceId, state: read }: Due) {
    const before = yield* rows.decodeState(workspaceId, read)
    const { id } = before
    const commandId = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
    const others = before.scheduled === null ? { subject: [], tasks: {} } : yield* outstanding(workspaceId, before)
    const intent = { type: "Wake", id: commandId, by: { kind: "system" }, outstanding: others } as const
    const state = yield* carryOut(workspaceId, before, intent)
    if (state !== before) return
    // a stale wake-up decides nothing, and leaves the column as it was
    const now = yield* Clock.currentTimeMillis
    const next = ClientRequest.nextDueAt(state, now)
    yield* rows.dueAgain(workspaceId, id, next === null || next > now ? next : now + patience)
  })

  /** Those that have been due the longest, locked. What locks more than itself is woken alone, lest two wait for each other. */
  const found = (now: number, limit: number) =>
    Effect.map(Tenancy.across(rows.due(now, limit)), (due) => {
      const other = due.findIndex(({ isAlone }) => !isAlone)
      return other < 0 ? due : due.slice(0, Math.max(1, other))
    })

  /** Wakes the one that has been due the longest, whatever comes of it; gives how many there were. */
  const one = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const [due] = yield* found(now, 1)
    if (due === undefined) return 0
    const { workspaceId, id } = due
    yield* Effect.catchCause(sql.withTransaction(wake(due)), (cause) =>
      Effect.andThen(
        Effect.logError("a request could not be woken, and is tried again later", { request: id }, cause),
        Effect.andThen(notes.wakeFailed(workspaceId, id, cause), rows.dueAgain(workspaceId, id, now + patience)),
      ),
    ).pipe(Tenancy.within(workspaceId))
    return 1
  }).pipe(sql.withTransaction)

  /** Wakes several in one transaction; where one of them cannot be woken, none is, and they are taken one by one. */
  const several = Effect.gen(function* () {
    const due = yield* found(yield* Clock.currentTimeMillis, together)
    for (const round of rounds(due)) {
      yield* Effect.forEach(round, (each) => Tenancy.within(each.workspaceId)(wake(each)), {
        concurrency: "unbounded",
        discard: true,
      })
    }
    return due.length
  }).pipe(
    sql.withTransaction,
    Effect.catchCause((cause) =>
      Effect.andThen(
        Effect.logDebug("requests are woken one by one", cause),
        Effect.repeat(one, { times: together - 1, while: (woken) => woken > 0 }),
      ),
    ),
    Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }),
  )

  const sweep = Effect.gen(function* () {
    // mostly nothing is due: one look says so
    let looked = yield* several
    if (looked === 0) return 0
    const lane = Effect.gen(function* () {
      while (looked < batch) {
        const woken = yield* several
        if (woken === 0) return
        looked += woken
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

/**
 * Those that can be woken at the same time, in turn. Requests to one address find each other's mails, so that they become one
 * (M27): they are woken one after another.
 */
const rounds = (due: ReadonlyArray<Due>): ReadonlyArray<ReadonlyArray<Due>> => {
  const found: Array<Array<Due>> = []
  const times = new Map<string, number>()
  for (const one of due) {
    const keys = one.addresses.map((address) => `${one.workspaceId} ${address.trim().toLowerCase()}`)
    const round = Math.max(0, ...keys.map((key) => times.get(key) ?? 0))
    for (const key of keys) times.set(key, round + 1)
    ;(found[round] ??= []).push(one)
  }
  return found
}
