/**
 * Rate limits: how often something may be tried, counted in the database, so that every process of the server counts
 * together (security.md S41). A limit is a *window* that begins with the first try and holds so many; keys are kept as
 * digests, because they name people and places.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { SqlClient } from "./platform/Sql.ts"

/** Too often: try again after so many seconds. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", { retryAfterSeconds: Schema.Int }) {}

export interface Limit {
  readonly times: number
  readonly seconds: number
}

export class RateLimits extends Context.Service<
  RateLimits,
  {
    /** Counts one try, and refuses it when the window already holds as many as it may. */
    take(key: string, limit: Limit): Effect.Effect<void, RateLimited>
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

    return RateLimits.of({
      take: (key, { times, seconds }) =>
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          const fresh = { key: yield* digest(key), count: 1, endsAt: new Date(now + seconds * 1000) }
          const [window] = yield* sql<{ count: number; endsAt: Date }>`
            INSERT INTO rate_limits ${sql.insert(fresh)} ON CONFLICT (key) DO UPDATE SET
              count = CASE WHEN rate_limits.ends_at <= ${new Date(now)} THEN 1 ELSE rate_limits.count + 1 END,
              ends_at = CASE WHEN rate_limits.ends_at <= ${new Date(now)} THEN excluded.ends_at ELSE rate_limits.ends_at END
            RETURNING count, ends_at`.pipe(Effect.orDie)
          if (window !== undefined && window.count > times) {
            return yield* new RateLimited({ retryAfterSeconds: Math.ceil((window.endsAt.getTime() - now) / 1000) })
          }
        }),
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
