/**
 * The durable queue of mails to deliver. An element names a mail; everything else is in the mail's row, so that nothing
 * secret and nothing that can go stale is queued. A worker that dies holds its element for `lockExpiration` only.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { PersistedQueue } from "../platform/Persistence.ts"
import type { SqlClient } from "../platform/Sql.ts"

const Element = Schema.Struct({ mailId: Schema.String, workspaceId: Schema.String })

const name = "mail"

/** How often a mail that can be retried is tried: within a day, with the last waits half an hour long (M7). */
export const maxAttempts = 56

export const make = PersistedQueue.make({
  name,
  schema: Element,
  maxAttempts,
  retrySchedule: Schedule.exponential("2 seconds").pipe(
    Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.minutes(30)))),
    Schedule.jittered,
  ),
})

/** Puts mails in, inside the caller's transaction: in one statement, but for the last, by which this process learns of them. */
export const offerAll = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  queue: Effect.Success<typeof make>,
  mails: ReadonlyArray<{ readonly mailId: string; readonly workspaceId: string }>,
) {
  const last = mails.at(-1)
  if (last === undefined) return
  // as the store itself offers one
  yield* sql`INSERT INTO queue (id, queue_name, element, state, attempts, visible_at, created_at, updated_at)
    SELECT m ->> 'mailId', ${name}, m::text, 'pending', 0, now(), now(), now()
    FROM jsonb_array_elements(${JSON.stringify(mails.slice(0, -1))}::jsonb) m ON CONFLICT (id, queue_name) DO NOTHING`
  yield* queue.offer(last, { id: last.mailId })
})

export const layer = Layer.merge(PersistedQueue.layer, PersistedQueue.layerCleanup()).pipe(
  Layer.provideMerge(
    PersistedQueue.layerStoreSql({
      tableName: "queue",
      pollInterval: "500 millis",
      lockRefreshInterval: "3 seconds",
      lockExpiration: "10 seconds",
    }),
  ),
)
