/**
 * Rate limits: how often something may be tried, counted in the database, so that every process of the server counts
 * together (security.md S41). A limit is a *window* that begins with the first try and holds so many; keys are kept as
 * digests, because they name people and places. `RateLimits/Customers.ts` says what is counted of customers.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Together from "./Database/Together.ts"
import * as Metrics from "./Observability/Metrics.ts"
import { SqlClient } from "./platform/Sql.ts"
import * as Tenancy from "./Tenancy.ts"

/** Too often: try again after so many seconds. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", { retryAfterSeconds: Schema.Int }) {}

export interface Limit {
  readonly times: number
  readonly seconds: number
}

/** One try, as it is counted in one place. */
export interface Try {
  readonly key: string
  readonly limit: Limit
  /** How many tries it counts as; 1 unless it is said. */
  readonly cost?: number
}

/** How many tries were counted in one place so far, and when they are forgotten. */
interface Window {
  readonly key: string
  readonly count: number
  readonly endsAt: Date
}

/** How many tries are added to a place, or with a minus taken back; a window that begins with them lasts so long. */
interface Addition {
  readonly key: string
  readonly count: number
  readonly seconds: number
}

/** Which of the tries was one too many. */
interface Full {
  readonly at: number
  readonly endsAt: Date
}

export class RateLimits extends Context.Service<
  RateLimits,
  {
    /** Counts one try, and refuses it when the window already holds as many as it may. */
    take(key: string, limit: Limit): Effect.Effect<void, RateLimited>
    /** Counts one try in several places, in this order, as far as the first that refuses it: whoever has used theirs up
     * cannot use up what belongs to others. No key stands twice in the list. */
    takeAll(tries: ReadonlyArray<Try>): Effect.Effect<void, RateLimited>
    /** Takes one try back: it was none of those that are meant. */
    giveBack(key: string): Effect.Effect<void>
    /** Forgets the windows that are over. */
    readonly sweep: Effect.Effect<void>
  }
>()("@requite/reference-server/RateLimits") {}

export const layer = Layer.effect(
  RateLimits,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const encoder = new TextEncoder()
    const digest = (key: string) => Effect.map(crypto.sha256(encoder.encode(key)), Hex.encode)

    /** Adds to each of these places, of which none stands there twice, in one statement; how full they are then. */
    const add = (now: number, additions: ReadonlyArray<Addition>) =>
      Effect.map(
        sql.unsafe<Window>(adding, [new Date(now), JSON.stringify(additions)]),
        (windows) => new Map(windows.map((window) => [window.key, window])),
      )

    /**
     * Several tries at once, each counted in its places as far as the first that is full; null where none is. All of them are
     * added, as if each had gone through; then it is seen who has, one after another, and the rest is taken back.
     */
    const count = yield* Together.make((all: ReadonlyArray<ReadonlyArray<Try>>) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const added = new Map<string, Addition>()
        for (const { key, cost = 1, limit } of all.flat()) {
          added.set(key, { key, count: (added.get(key)?.count ?? 0) + cost, seconds: limit.seconds })
        }
        const windows = yield* add(now, [...added.values()])
        const before = new Map(
          Array.from(windows.values(), ({ key, count }) => [key, count - (added.get(key)?.count ?? 0)]),
        )
        const counted = new Map<string, number>()
        const judged = all.map((tries): Full | null => {
          for (const [at, { key, cost = 1, limit }] of tries.entries()) {
            counted.set(key, (counted.get(key) ?? 0) + cost)
            const window = windows.get(key)
            if (window !== undefined && (before.get(key) ?? 0) + (counted.get(key) ?? 0) > limit.times) {
              return { at, endsAt: window.endsAt }
            }
          }
          return null
        })
        const tooMany = Array.from(added.values(), ({ key, count, seconds }) => ({
          key,
          count: (counted.get(key) ?? 0) - count,
          seconds,
        })).filter(({ count }) => count < 0)
        if (tooMany.length > 0) yield* add(now, tooMany)
        return judged
      }),
    )

    const takeAll = Effect.fnUntraced(function* (tries: ReadonlyArray<Try>) {
      if (tries.length === 0) return
      const kept = yield* Effect.forEach(tries, (one) => Effect.map(digest(one.key), (key) => ({ ...one, key })))
      const full = yield* count(kept).pipe(Effect.orDie, Tenancy.indifferent)
      if (full === null) return
      yield* Metrics.rateLimited(tries[full.at]?.key ?? "")
      const left = full.endsAt.getTime() - (yield* Clock.currentTimeMillis)
      return yield* new RateLimited({ retryAfterSeconds: Math.ceil(left / 1000) })
    })

    return RateLimits.of({
      take: (key, limit) => takeAll([{ key, limit }]),
      takeAll,
      giveBack: (key) =>
        Effect.flatMap(
          digest(key),
          (stored) => sql`UPDATE rate_limits SET count = count - 1 WHERE key = ${stored}`,
        ).pipe(Effect.orDie, Effect.asVoid),
      sweep: Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`DELETE FROM rate_limits WHERE ends_at <= ${new Date(now)}`,
      ).pipe(Effect.orDie, Effect.asVoid),
    })
  }),
)

/** Adds to places, $2, at a moment, $1; in one order everywhere, or two processes wait for each other. */
const adding = `
  INSERT INTO rate_limits AS held (key, count, ends_at)
  SELECT key, count, $1::timestamptz + seconds * interval '1 second'
  FROM jsonb_to_recordset($2::jsonb) AS given(key text, count int, seconds int) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN held.ends_at <= $1::timestamptz THEN excluded.count ELSE held.count + excluded.count END,
    ends_at = CASE WHEN held.ends_at <= $1::timestamptz THEN excluded.ends_at ELSE held.ends_at END
  RETURNING key, count, ends_at`
