/**
 * The durable queue of mails to deliver. An element names a mail; everything else is in the mail's row, so that nothing
 * secret and nothing that can go stale is queued. A worker that dies holds its elements for a *lease* only (M4).
 *
 * It stands in the table of `effect/persistence`'s queues, beside theirs, and keeps their rules. It is not one of them because
 * it takes and settles many at once: with a statement or two for every mail, ten thousand that are due wait for the database.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { Crypto } from "@requite/core"
import * as Together from "../Database/Together.ts"
import { PersistedQueue } from "../platform/Persistence.ts"
import { SqlClient, type SqlError } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"

export interface Element {
  readonly mailId: string
  readonly workspaceId: string
}

const name = "mail"

/** How often a mail that can be retried is tried: within a day, with the last waits half an hour long (M7). */
export const maxAttempts = 56
/** The waits between attempts grow twofold to this, in seconds. */
const longest = 1_800
/** In seconds: who holds an element says so every so often, and has lost it when that was so long ago. */
const [refresh, lease] = [3, 10]
/** In milliseconds: how often an empty queue is looked at, for what other processes put in. */
const interval = 500
/** In milliseconds: so long those that are free wait for each other, half of all that take, to be served by one statement. */
const gathering = 100

export class MailQueue extends Context.Service<
  MailQueue,
  {
    /** Puts a mail in, inside the caller's transaction; one that was there before is not put in again. */
    offer(element: Element): Effect.Effect<void, SqlError.SqlError>
    /**
     * Waits for an element, and is done with it when `handle` succeeds; when that fails it is tried again later, as often as
     * it may. `attempts` counts this one.
     */
    take<E, R>(
      handle: (element: Element, take: { readonly attempts: number }) => Effect.Effect<void, E, R>,
    ): Effect.Effect<void, E | SqlError.SqlError, R>
  }
>()("@requite/reference-server/Outbox/MailQueue") {}

export const make = Effect.flatMap(MailQueue, Effect.succeed)

const decode = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ mailId: Schema.String, workspaceId: Schema.String })),
)

/** A row that this process holds. The lock is of the statement that took it: whoever takes it after a lease has another. */
interface Held {
  readonly sequence: string
  readonly element: string
  readonly attempts: number
  readonly lock: string
}

/** What becomes of one: it is done, given up, or tried again in so many seconds; `back`: it was not even begun. */
interface Settled {
  readonly sequence: string
  readonly lock: string
  readonly state: "completed" | "failed" | "pending"
  readonly seconds: number | null
  readonly back: boolean
  readonly why: string | null
}

const layerQueue = Layer.effect(
  MailQueue,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const held = new Set<Held>()
    const nudge = Latch.makeUnsafe()
    /** Those who wait for an element, in turn. */
    const takers: Array<(held: Held) => void> = []
    const someoneWaits = Latch.makeUnsafe()
    const half = Latch.makeUnsafe()
    /** All who take: they wait, or are at it. */
    let lanes = 0

    const offer = yield* Together.make((elements: ReadonlyArray<Element>) =>
      sql`INSERT INTO queue (id, queue_name, element, state, attempts, visible_at, created_at, updated_at)
        SELECT o.id, ${name}, o.element, 'pending', 0, now(), now(), now()
        FROM ${Together.rows(
          sql,
          "id text, element text",
          elements.map((element) => ({ id: element.mailId, element: JSON.stringify(element) })),
        )} o ON CONFLICT (id, queue_name) DO NOTHING`.pipe(Effect.as(elements.map(() => undefined))),
    )

    const settle = yield* Together.make((settled: ReadonlyArray<Settled>) =>
      sql`UPDATE queue q SET acquired_at = NULL, acquired_by = NULL, updated_at = now(), state = s.state,
          attempts = q.attempts - s.back::int, last_failure = coalesce(s.why, q.last_failure),
          visible_at = CASE WHEN s.seconds IS NULL THEN q.visible_at ELSE now() + s.seconds * interval '1 second' END
        FROM ${Together.rows(
          sql,
          "sequence bigint, lock uuid, state text, seconds int, back boolean, why text",
          settled,
        )} s WHERE q.sequence = s.sequence AND q.acquired_by = s.lock`.pipe(Effect.as(settled.map(() => undefined))),
    )
    /** As long as the lease lasts: after that it is somebody else's anyway. */
    const settled = (one: Held, how: Partial<Settled> & Pick<Settled, "state">) =>
      settle({ sequence: one.sequence, lock: one.lock, seconds: null, back: false, why: null, ...how }).pipe(
        Effect.retry({ times: lease, schedule: Schedule.spaced("500 millis") }),
        Effect.ensuring(Effect.sync(() => held.delete(one))),
      )

    const claim = Effect.fnUntraced(function* (count: number) {
      const lock = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
      const rows = yield* sql<Omit<Held, "lock">>`
        WITH taken AS (
          UPDATE queue SET acquired_at = now(), acquired_by = ${lock}, attempts = attempts + 1
          WHERE sequence IN (
            SELECT sequence FROM queue WHERE queue_name = ${name} AND state = 'pending' AND attempts < ${maxAttempts}
              AND visible_at <= now() AND (acquired_at IS NULL OR acquired_at < now() - ${lease} * interval '1 second')
            ORDER BY visible_at, sequence LIMIT ${count} FOR UPDATE SKIP LOCKED)
          RETURNING sequence, element, attempts, visible_at)
        SELECT sequence::text, element, attempts FROM taken ORDER BY visible_at, taken.sequence`
      return rows.map((row): Held => ({ ...row, lock }))
    })

    const hand = Effect.fnUntraced(function* (one: Held) {
      held.add(one)
      const taker = takers.shift()
      if (taker === undefined) yield* settled(one, { state: "pending", back: true })
      else taker(one)
    })

    const serve = Effect.gen(function* () {
      yield* someoneWaits.await
      if (takers.length * 2 < lanes) yield* Effect.race(Effect.sleep(gathering), half.await)
      half.closeUnsafe()
      nudge.closeUnsafe()
      const wanted = takers.length
      const found = wanted === 0 ? [] : yield* claim(wanted)
      yield* Effect.forEach(found, hand, { discard: true })
      if (takers.length === 0) someoneWaits.closeUnsafe()
      if (found.length < wanted) yield* Effect.race(Effect.sleep(interval), nudge.await)
    })

    const refreshed = Effect.suspend((): Effect.Effect<unknown, SqlError.SqlError> =>
      held.size === 0
        ? Effect.void
        : sql`UPDATE queue q SET acquired_at = now()
            FROM ${Together.rows(sql, "sequence bigint, lock uuid", [...held])} h
            WHERE q.sequence = h.sequence AND q.acquired_by = h.lock`,
    )
    /** Whose last attempt died with its worker. */
    const exhausted = sql`UPDATE queue SET state = 'failed', acquired_at = NULL, acquired_by = NULL, updated_at = now(),
        last_failure = coalesce(last_failure, 'Lock expired after final attempt')
      WHERE queue_name = ${name} AND state = 'pending' AND attempts >= ${maxAttempts}
        AND (acquired_at IS NULL OR acquired_at < now() - ${lease} * interval '1 second')`

    const forever = (effect: Effect.Effect<unknown, SqlError.SqlError>, rest: number) =>
      effect.pipe(
        Effect.catchCause((cause) => Effect.delay(Effect.logDebug("the queue of mails waits", cause), interval)),
        Effect.andThen(Effect.sleep(rest)),
        Effect.forever,
        Tenancy.indifferent,
        Effect.forkScoped,
      )
    yield* forever(refreshed, refresh * 1000)
    yield* forever(exhausted, refresh * 1000)
    yield* forever(serve, 0)

    /** The next one that is handed to whoever waits longest. */
    const next = Effect.callback<Held>((resume) => {
      const taker = (one: Held) => resume(Effect.succeed(one))
      takers.push(taker)
      someoneWaits.openUnsafe()
      if (takers.length * 2 >= lanes) half.openUnsafe()
      return Effect.sync(() => {
        const at = takers.indexOf(taker)
        if (at >= 0) takers.splice(at, 1)
      })
    })

    return MailQueue.of({
      offer: (element) =>
        Effect.andThen(Tenancy.indifferent(offer(element)), sql.afterCommit(Effect.sync(() => nudge.openUnsafe()))),
      take: (handle) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            lanes++
            const one = yield* restore(next)
            const element = decode(one.element)
            if (Option.isNone(element)) {
              return yield* settled(one, { state: "failed", why: "this names no mail" })
            }
            const exit = yield* Effect.exit(restore(handle(element.value, { attempts: one.attempts })))
            if (Exit.isSuccess(exit)) return yield* settled(one, { state: "completed" })
            if (Exit.hasInterrupts(exit)) yield* settled(one, { state: "pending", back: true })
            else yield* settled(one, yield* again(one.attempts, exit.cause))
            return yield* Effect.failCause(exit.cause)
          }).pipe(Effect.ensuring(Effect.sync(() => lanes--))),
        ).pipe(Tenancy.indifferent),
    })
  }),
)

/** Tried again after 2, 4, 8 … seconds, not all of them at the same time; after the last attempt, never. */
const again = Effect.fnUntraced(function* (attempts: number, cause: Cause.Cause<unknown>) {
  const why = Cause.pretty(cause)
  if (attempts >= maxAttempts) return { state: "failed", why } as const
  const wait = Math.min(2 ** attempts, longest) * (yield* Random.nextBetween(0.8, 1.2))
  return { state: "pending", seconds: Math.ceil(wait), why } as const
})

/** With it the store of the other queues, of letters and test mails. */
export const layer = Layer.mergeAll(PersistedQueue.layer, PersistedQueue.layerCleanup(), layerQueue).pipe(
  Layer.provideMerge(
    PersistedQueue.layerStoreSql({
      tableName: "queue",
      pollInterval: "500 millis",
      lockRefreshInterval: "3 seconds",
      lockExpiration: "10 seconds",
    }),
  ),
)
