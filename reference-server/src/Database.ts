// The database: Postgres at DATABASE_URL (`Database/postgres.ts`), or without one the same Postgres embedded in this process
// (`Database/embedded.ts`), reached through one driver with the same SQL, at the version of this program's tables
// (`Database/migrations.ts`). Identifiers are camelCase in code and snake_case in the database; the contents of json are left
// as they are.
//
// Two walls keep firms apart. Every statement names its workspace; and beneath that the database shows the rows of one
// workspace only, the fiber's (`Tenancy.ts`, `Database/TenantClient.ts`), to a role that may do no more than read and write
// rows (`Database/privileges.ts`).

import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Str from "effect/String"
import { DatabaseUnavailable } from "./Database/DatabaseUnavailable.ts"
import * as embedded from "./Database/embedded.ts"
import * as migrations from "./Database/migrations.ts"
import * as postgres from "./Database/postgres.ts"
import * as privileges from "./Database/privileges.ts"
import * as TenantClient from "./Database/TenantClient.ts"
import { type PgClient, SqlClient } from "./platform/Sql.ts"
import * as Tenancy from "./Tenancy.ts"

export { DatabaseUnavailable }

/** The role that the program works as, unless another one is configured. */
export const defaultRole = "requite_app"

export interface Options {
  /** DATABASE_URL: what the program works with; without one the database is in `<dataDir>/database`. */
  readonly url: Redacted.Redacted | undefined
  /** DATABASE_ADMIN_URL: who migrates and grants, if that is somebody else. Its connection is closed after that. */
  readonly adminUrl?: Redacted.Redacted | undefined
  /** Whom the program works as; see `privileges.ts`. */
  readonly role?: string | undefined
  readonly dataDir: string
}

/**
 * Connects and migrates when it is built. Fails with a sentence for whoever set the options. For SQL that runs on both: no
 * session state outside a transaction, no second connection inside one, and only what Postgres 15 knows.
 */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, DatabaseUnavailable> =>
  Layer.effect(SqlClient.SqlClient, options.url === undefined ? onEmbedded(options) : onPostgres(options, options.url))

const onPostgres = Effect.fnUntraced(function* (options: Options, url: Redacted.Redacted) {
  const at = yield* Effect.fromResult(postgres.address(url))
  const role = yield* Effect.scoped(
    Effect.gen(function* () {
      const administrator = yield* connect(options.adminUrl ?? url, { maxConnections: 1 }).pipe(
        options.adminUrl === undefined ? identity : Effect.mapError(ofAdministrator),
      )
      return yield* prepare(administrator, options.role, at.user)
    }),
  )
  if (role === undefined) yield* Effect.logWarning(unguarded)
  return yield* connect(url, { startupParameters: { ...limits, ...(role === undefined ? {} : { role }) } })
})

/** What no statement of a request takes, in milliseconds: beyond it something is wrong, and waiting makes it worse. Steps of the
 * tables run on a connection without these. */
const limits = {
  statement_timeout: "30000",
  lock_timeout: "10000",
  idle_in_transaction_session_timeout: "60000",
}

/** A client of whom this URL names, in what that user is and may. */
export const connect = Effect.fnUntraced(function* (url: Redacted.Redacted, settings: PgClient.PgPoolConfig) {
  const at = yield* Effect.fromResult(postgres.address(url))
  return yield* TenantClient.make({ ...common, url, keepAlive: "30 seconds", ...settings }).pipe(
    Effect.tap((client) => client`SELECT 1`),
    Effect.mapError((error) => postgres.explain(at, error)),
  )
})

const onEmbedded = Effect.fnUntraced(function* ({ dataDir, role }: Options) {
  const settings = yield* embedded.open(dataDir)
  // all wait for the one session
  const client = yield* Effect.orDie(TenantClient.make({ ...common, ...settings }, 60_000))
  const granted = yield* prepare(client, role, undefined)
  if (granted !== undefined) yield* Effect.orDie(embedded.become(client, granted))
  yield* embedded.checkpoints(client)
  return client
})

/** On the administrator's connection: the tables, and what the role may do with them. */
const prepare = (administrator: SqlClient.SqlClient, role: string | undefined, user: string | undefined) =>
  migrations.run.pipe(
    Effect.andThen(migrations.explained(privileges.settle(role ?? defaultRole, user))),
    Effect.provideService(SqlClient.SqlClient, administrator),
    Tenancy.across,
  )

/** The same sentence about the other setting. */
const ofAdministrator = ({ reason, message }: DatabaseUnavailable) =>
  new DatabaseUnavailable({ reason, message: message.replaceAll("DATABASE_URL", "DATABASE_ADMIN_URL") })

const unguarded =
  "the user in DATABASE_URL may not make roles: this server could alter its own audit record; see DATABASE_ADMIN_URL"

/** Names are few, and each is met in every row: it is spelled once. */
const spelled = (spell: (name: string) => string) => {
  const known = new Map<string, string>()
  return (name: string): string => {
    const spelling = known.get(name) ?? spell(name)
    known.set(name, spelling)
    return spelling
  }
}

const common = {
  applicationName: "requite",
  maxConnections: 10,
  transformQueryNames: spelled(Str.camelToSnake),
  transformResultNames: spelled(Str.snakeToCamel),
  // A json document's keys are data, e.g. the ids of questions.
  transformJson: false,
} satisfies PgClient.PgPoolConfig
