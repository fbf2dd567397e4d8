/** Handlers of the group `system`. */
import { Api, Failure } from "@requite/api"
import * as Effect from "effect/Effect"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { SqlClient } from "../platform/Sql.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "system",
  Effect.fn(function* (handlers) {
    const sql = yield* SqlClient.SqlClient
    return handlers.handleAll({
      health: () =>
        sql`SELECT 1`.pipe(
          Effect.timeout("2 seconds"),
          Effect.as({ status: "ok", database: "up" } as const),
          Effect.mapError(() => new Failure.Unhealthy()),
        ),
    })
  }),
)
