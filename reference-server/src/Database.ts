// The database: Postgres at DATABASE_URL (`Database/postgres.ts`), or without one the same Postgres embedded in this process
// (`Database/embedded.ts`), reached through one driver with the same SQL, at the version of this program's tables
// (`Database/migrations.ts`). Identifiers are camelCase in code and snake_case in the database; the contents of json are left
// as they are.

import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Str from "effect/String"
import { DatabaseUnavailable } from "./Database/DatabaseUnavailable.ts"
import * as embedded from "./Database/embedded.ts"
import * as migrations from "./Database/migrations.ts"
import * as postgres from "./Database/postgres.ts"
import { PgClient, SqlClient } from "./platform/Sql.ts"

export { DatabaseUnavailable }

/**
 * Connects and migrates when it is built: `url` is DATABASE_URL; without one the database is in `<dataDir>/database`. Fails with
 * a sentence for whoever set these. For SQL that runs on both: no session state outside a transaction, no second connection
 * inside one, and only what Postgres 15 knows.
 */
export const layer = (options: {
  readonly url: Redacted.Redacted | undefined
  readonly dataDir: string
}): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, DatabaseUnavailable> =>
  PgClient.layerFrom(
    Effect.tap(options.url === undefined ? onEmbedded(options.dataDir) : onPostgres(options.url), (client) =>
      Effect.provideService(migrations.run, SqlClient.SqlClient, client),
    ),
  )

const onPostgres = Effect.fnUntraced(function* (url: Redacted.Redacted) {
  const at = yield* Effect.fromResult(postgres.address(url))
  const connect = Effect.tap(PgClient.make({ ...common, url, keepAlive: "30 seconds" }), (client) => client`SELECT 1`)
  return yield* Effect.mapError(connect, (error) => postgres.explain(at, error))
})

const onEmbedded = Effect.fnUntraced(function* (dataDir: string) {
  const settings = yield* embedded.open(dataDir)
  const client = yield* Effect.orDie(PgClient.make({ ...common, ...settings }))
  yield* embedded.checkpoints(client)
  return client
})

const common = {
  applicationName: "requite",
  maxConnections: 10,
  transformQueryNames: Str.camelToSnake,
  transformResultNames: Str.snakeToCamel,
  // A json document's keys are data, e.g. the ids of questions.
  transformJson: false,
} satisfies PgClient.PgPoolConfig
