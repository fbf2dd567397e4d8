/**
 * Rate limits: how often something may be tried, counted in the database, so that every process of the server counts
 * together (security.md S41). A limit is a *window* that begins with the first try and holds so many; keys are kept as
 * digests, because they name people and places. `RateLimits/Customers.ts` says what is counted of customers.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
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
    const digest = (key: string) => Effect.provideService(Crypto.sha256Hex(key), Crypto.Crypto, crypto)

    /** Each place is counted only where the one before it was not full: one statement, whose parts wait for each other. */
    const takeAll: RateLimits["Service"]["takeAll"] = (tries) =>
      Effect.gen(function* () {
        if (tries.length === 0) return
        const now = yield* Clock.currentTimeMillis
        const keys = yield* Effect.forEach(tries, ({ key }) => digest(key))
        const part = (at: number) => sql.literal(`part_${at}`)
        const counted = tries.map(({ limit, cost = 1 }, at) => {
          const endsAt = new Date(now + limit.seconds * 1000)
          const after =
            at === 0 ? sql`` : sql`FROM ${part(at - 1)} WHERE count <= ${tries[at - 1]?.limit.times ?? 0}::int`
          return sql`${part(at)} AS (
            INSERT INTO rate_limits AS held (key, count, ends_at)
            SELECT ${keys[at] ?? ""}::text, ${cost}::int, ${endsAt}::timestamptz ${after}
            ON CONFLICT (key) DO UPDATE SET
              count = CASE WHEN held.ends_at <= ${new Date(now)} THEN excluded.count ELSE held.count + excluded.count END,
              ends_at = CASE WHEN held.ends_at <= ${new Date(now)} THEN excluded.ends_at ELSE held.ends_at END
            RETURNING count, ends_at
          )`
        })
        const rows = yield* sql<{ at: number; count: number; endsAt: Date }>`
          WITH ${sql.csv(counted)}
          ${sql.join(" UNION ALL ", false)(tries.map((_, at) => sql`SELECT ${sql.literal(String(at))} AS at, count, ends_at FROM ${part(at)}`))}
          ORDER BY at`.pipe(Effect.orDie, Tenancy.indifferent)
        const last = rows.at(-1)
        const times = tries[last?.at ?? 0]?.limit.times ?? 0
        if (last !== undefined && last.count > times) {
          yield* Metrics.rateLimited(tries[last.at]?.key ?? "")
          return yield* new RateLimited({ retryAfterSeconds: Math.ceil((last.endsAt.getTime() - now) / 1000) })
        }
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
