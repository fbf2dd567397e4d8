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

const Element = Schema.Struct({ mailId: Schema.String, workspaceId: Schema.String })

/** How often a mail that can be retried is tried: within a day, with the last waits half an hour long (M7). */
export const maxAttempts = 56

export const make = PersistedQueue.make({
  name: "mail",
  schema: Element,
  maxAttempts,
  retrySchedule: Schedule.exponential("2 seconds").pipe(
    Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.minutes(30)))),
    Schedule.jittered,
  ),
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
