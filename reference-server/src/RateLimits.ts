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

/** How many tries are counted, and when they are forgotten. */
interface Window {
  readonly count: number
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

    /** What counts so many tries: its text is made once. */
    const texts = new Map<number, string>()
    const textOf = (tries: number) => {
      const known = texts.get(tries) ?? counting(tries)
      texts.set(tries, known)
      return known
    }

    /** Each place is counted only where the one before it was not full: one statement, whose parts wait for each other. */
    const takeAll: RateLimits["Service"]["takeAll"] = (tries) =>
      Effect.gen(function* () {
        if (tries.length === 0) return
        const now = yield* Clock.currentTimeMillis
        const keys = yield* Effect.forEach(tries, ({ key }) => digest(key))
        const rows = yield* sql
          .unsafe<{ at: number; count: number; endsAt: Date; times: number }>(textOf(tries.length), [
            new Date(now),
            ...tries.flatMap(({ limit, cost = 1 }, at) => [
              keys[at] ?? "",
              cost,
              new Date(now + limit.seconds * 1000),
              limit.times,
            ]),
          ])
          .pipe(Effect.orDie, Tenancy.indifferent)
        const last = rows.at(-1)
        if (last !== undefined && last.count > last.times) {
          yield* Metrics.rateLimited(tries[last.at]?.key ?? "")
          return yield* new RateLimited({ retryAfterSeconds: Math.ceil((last.endsAt.getTime() - now) / 1000) })
        }
      })

    /** Tries that have nothing to do with each other, counted by one statement; how full each window is then. */
    const count = yield* Together.make((tries: ReadonlyArray<{ readonly key: string; readonly limit: Limit }>) =>
      Effect.gen(function* () {
        const now = new Date(yield* Clock.currentTimeMillis)
        const windows: Array<Window> = []
        // several in one place are counted one after another: no statement touches a row twice
        for (let left = tries.map(({ key, limit }, at) => ({ key, seconds: limit.seconds, at })); left.length > 0;) {
          const first = new Map(left.toReversed().map((one) => [one.key, one]))
          // in one order everywhere, or two processes wait for each other
          const given = [...first.values()].toSorted((one, other) => (one.key < other.key ? -1 : 1))
          const rows = yield* sql<Window & { readonly key: string }>`
            INSERT INTO rate_limits AS held (key, count, ends_at)
            SELECT given.key, 1, ${now}::timestamptz + given.seconds * interval '1 second'
            FROM ${Together.rows(sql, "key text, seconds int", given)} given
            ON CONFLICT (key) DO UPDATE SET
              count = CASE WHEN held.ends_at <= ${now} THEN 1 ELSE held.count + 1 END,
              ends_at = CASE WHEN held.ends_at <= ${now} THEN excluded.ends_at ELSE held.ends_at END
            RETURNING key, count, ends_at`
          for (const { key, ...window } of rows) windows[first.get(key)?.at ?? 0] = window
          left = left.filter((one) => first.get(one.key) !== one)
        }
        return windows
      }),
    )

    const take = Effect.fnUntraced(function* (key: string, limit: Limit) {
      const window = yield* count({ key: yield* digest(key), limit }).pipe(Effect.orDie, Tenancy.indifferent)
      if (window.count <= limit.times) return
      yield* Metrics.rateLimited(key)
      const left = window.endsAt.getTime() - (yield* Clock.currentTimeMillis)
      return yield* new RateLimited({ retryAfterSeconds: Math.ceil(left / 1000) })
    })

    return RateLimits.of({
      take,
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

/**
 * The statement that counts so many tries. Its values: now; and of each try its key, its cost, when its window ends if it begins
 * now, and how many that holds.
 */
const counting = (tries: number): string => {
  const value = (at: number, nth: number) => `$${2 + at * 4 + nth}`
  const parts = Array.from(
    { length: tries },
    (_, at) => `part_${at} AS (
      INSERT INTO rate_limits AS held (key, count, ends_at)
      SELECT ${value(at, 0)}::text, ${value(at, 1)}::int, ${value(at, 2)}::timestamptz
      ${at === 0 ? "" : `FROM part_${at - 1} WHERE count <= ${value(at - 1, 3)}::int`}
      ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN held.ends_at <= $1::timestamptz THEN excluded.count ELSE held.count + excluded.count END,
        ends_at = CASE WHEN held.ends_at <= $1::timestamptz THEN excluded.ends_at ELSE held.ends_at END
      RETURNING count, ends_at)`,
  )
  const counts = parts.map(
    (_, at) => `SELECT ${at} AS at, count, ends_at, ${value(at, 3)}::int AS times FROM part_${at}`,
  )
  return `WITH ${parts.join(", ")} ${counts.join(" UNION ALL ")} ORDER BY at`
}
