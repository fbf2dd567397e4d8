/**
 * The durable queues as numbers, for all firms together: how many wait, how long the oldest has been ready and was not taken,
 * how many were given up. And the requests that are due. Nothing here says whose they are.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"

export interface Queue {
  readonly name: string
  /** Waiting, to be tried again later, or being delivered at this moment. */
  readonly depth: number
  /** How long the oldest has been ready, in milliseconds; 0 when nothing is late. */
  readonly lateMillis: number
  readonly failed: number
}

export interface Due {
  readonly count: number
  /** How long the oldest has been due, in milliseconds; 0 when none is. */
  readonly lateMillis: number
}

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // the queue keeps instants without a zone, in the zone of the session: compared there, never here
  const queues = Effect.map(
    sql<{ name: string; depth: number; lateMillis: number; failed: number }>`
      SELECT queue_name AS name,
        count(*) FILTER (WHERE state = 'pending')::int AS depth,
        greatest(0, coalesce(extract(epoch FROM
          localtimestamp - min(visible_at) FILTER (WHERE state = 'pending' AND acquired_at IS NULL)) * 1000, 0))::float8 AS late_millis,
        count(*) FILTER (WHERE state = 'failed')::int AS failed
      FROM queue WHERE state IN ('pending', 'failed') GROUP BY queue_name
      UNION ALL
      SELECT 'webhook', count(*) FILTER (WHERE status = 'queued')::int,
        greatest(0, coalesce(extract(epoch FROM
          now() - min(due_at) FILTER (WHERE status = 'queued' AND leased_until IS NULL)) * 1000, 0))::float8,
        count(*) FILTER (WHERE status = 'dead')::int
      FROM webhook_deliveries WHERE status IN ('queued', 'dead')
      ORDER BY name`,
    (rows): ReadonlyArray<Queue> => rows,
  )

  const due: Effect.Effect<Due, unknown> = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const [row] = yield* sql<{ count: number; oldest: Date | null }>`
      SELECT count(*)::int AS count, min(next_due_at) AS oldest FROM client_requests WHERE next_due_at <= ${new Date(now)}`
    return { count: row?.count ?? 0, lateMillis: Math.max(0, now - (row?.oldest?.getTime() ?? now)) }
  })

  return { queues: Tenancy.across(queues), due: Tenancy.across(due) }
})
