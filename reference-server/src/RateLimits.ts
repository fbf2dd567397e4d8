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

/** The place of a try that was one too many. */
interface Full {
  readonly n: number
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

    /** What counts tries of so many places: its text is made once. */
    const texts = new Map<number, string>()
    const textOf = (places: number) => {
      const known = texts.get(places) ?? counting(places)
      texts.set(places, known)
      return known
    }

    /** Several at once, in this order: of each the place that was full, if one was. */
    const count = yield* Together.make((all: ReadonlyArray<ReadonlyArray<Try>>) =>
      Effect.gen(function* () {
        const tries = all.flatMap((places, n) =>
          places.map(({ key, cost = 1, limit: { times, seconds } }, at) => ({ n, at, key, cost, times, seconds })),
        )
        const now = new Date(yield* Clock.currentTimeMillis)
        const places = Math.max(...all.map(({ length }) => length))
        const full = yield* sql.unsafe<Full>(textOf(places), [now, JSON.stringify(tries)])
        return all.map((_, n) => full.find((one) => one.n === n) ?? null)
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
        (now) => sql`DELETE FROM rate_limits WHERE key IN (
          SELECT key FROM rate_limits WHERE ends_at <= ${new Date(now)} ORDER BY key FOR UPDATE SKIP LOCKED)`,
      ).pipe(Effect.orDie, Effect.asVoid),
    })
  }),
)

/**
 * The statement that counts tries, $2, at a moment, $1: all first places in one order everywhere, or two processes wait for each
 * other; then the second ones of those whose first was not full, and so on. Each try sees what those before it left; it gives those
 * that were one too many.
 */
const counting = (places: number): string => {
  const parts = Array.from(
    { length: places },
    (_, at) => `
      asked_${at} AS (
        SELECT tries.n, tries.key, tries.cost, tries.times, tries.seconds,
          (sum(tries.cost) OVER (PARTITION BY tries.key ORDER BY tries.n DESC) - tries.cost)::int AS later
        FROM tries ${at === 0 ? "" : `JOIN seen_${at - 1} before ON before.n = tries.n AND before.count <= before.times`}
        WHERE tries.at = ${at}),
      held_${at} AS (
        INSERT INTO rate_limits AS held (key, count, ends_at)
        SELECT key, sum(cost), $1::timestamptz + max(seconds) * interval '1 second' FROM asked_${at} GROUP BY key ORDER BY key
        ON CONFLICT (key) DO UPDATE SET
          count = CASE WHEN held.ends_at <= $1::timestamptz THEN excluded.count ELSE held.count + excluded.count END,
          ends_at = CASE WHEN held.ends_at <= $1::timestamptz THEN excluded.ends_at ELSE held.ends_at END
        RETURNING key, count, ends_at),
      seen_${at} AS (
        SELECT n, times, held_${at}.count - later AS count, ends_at FROM asked_${at} JOIN held_${at} USING (key))`,
  )
  const full = parts.map((_, at) => `SELECT n, ${at} AS at, ends_at FROM seen_${at} WHERE count > times`)
  return `WITH tries AS (
      SELECT * FROM jsonb_to_recordset($2::jsonb) AS tries(n int, at int, key text, cost int, times int, seconds int)),
    ${parts.join(", ")} ${full.join(" UNION ALL ")}`
}
