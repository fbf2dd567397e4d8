/** What the loops in the background write down for those who run the server: when they last turned, and what they could not do. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redaction from "../Observability/Redaction.ts"
import { SqlClient } from "../platform/Sql.ts"

/** More of a reason is in the log. */
const maxReason = 300

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  return {
    /** A loop finished a turn. What one process writes, all read. */
    turned: (name: string, millis: number) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          INSERT INTO loop_runs (name, finished_at, millis) VALUES (${name}, ${new Date(now)}, ${Math.round(millis)})
          ON CONFLICT (name) DO UPDATE SET finished_at = excluded.finished_at, millis = excluded.millis`,
      ).pipe(Effect.asVoid),

    /** A request could not be woken; it is shown until it was. */
    wakeFailed: (workspaceId: string, requestId: string, cause: Cause.Cause<unknown>) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const error = Cause.squash(cause)
        const reason = Redaction.redact(error instanceof Error ? error.message : String(error)).slice(0, maxReason)
        return sql`
          INSERT INTO wake_failures (request_id, workspace_id, reason, times, failed_at)
          VALUES (${requestId}, ${workspaceId}, ${reason}, 1, ${new Date(now)})
          ON CONFLICT (request_id) DO UPDATE SET
            reason = excluded.reason, times = wake_failures.times + 1, failed_at = excluded.failed_at`
      }).pipe(Effect.asVoid),
  }
})
