// The tables, step by step. A step that was released is never changed and never removed: a later one corrects it. Steps only
// go forward, run in one transaction, and are noted in `schema_migrations`; of several servers that start together one runs
// them and the others wait.

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { PersistedQueue } from "../platform/Persistence.ts"
import { Migrator, SqlClient, SqlError } from "../platform/Sql.ts"
import { DatabaseUnavailable } from "./DatabaseUnavailable.ts"
import init from "./migrations/0001_init.ts"
import lifecycle from "./migrations/0002_lifecycle.ts"
import accessCodes from "./migrations/0003_access_codes.ts"
import work from "./migrations/0004_work.ts"
import sessionFiles from "./migrations/0005_session_files.ts"
import unsubscribeLinks from "./migrations/0006_unsubscribe_links.ts"
import keysAndDefinitions from "./migrations/0007_keys_and_definitions.ts"
import record from "./migrations/0008_record.ts"
import members from "./migrations/0009_members.ts"
import webhooks from "./migrations/0010_webhooks.ts"
import sending from "./migrations/0011_sending.ts"
import returns from "./migrations/0012_returns.ts"
import operations from "./migrations/0013_operations.ts"
import plainColumns from "./migrations/0014_plain_columns.ts"
import leftovers from "./migrations/0015_leftovers.ts"
import dataKeys from "./migrations/0016_data_keys.ts"
import files from "./migrations/0017_files.ts"
import uploads from "./migrations/0018_uploads.ts"
import documents from "./migrations/0019_documents.ts"
import portal from "./migrations/0020_portal.ts"
import conversations from "./migrations/0021_conversations.ts"
import branding from "./migrations/0022_branding.ts"
import embedding from "./migrations/0023_embedding.ts"
import found from "./migrations/0024_leftovers.ts"
import portalSessions from "./migrations/0025_portal_sessions.ts"
import folderMail from "./migrations/0026_folder_mail.ts"
import timelines from "./migrations/0027_timelines.ts"
import offering from "./migrations/0028_offering.ts"
import requestTemplates from "./migrations/0029_request_templates.ts"
import * as StepDigests from "./StepDigests.ts"

/** Each step under its number and name. A new one takes the next number, also after a merge: a lower one would be passed over. */
export const migrations = {
  "0001_init": init,
  "0002_lifecycle": lifecycle,
  "0003_access_codes": accessCodes,
  "0004_work": work,
  "0005_session_files": sessionFiles,
  "0006_unsubscribe_links": unsubscribeLinks,
  "0007_keys_and_definitions": keysAndDefinitions,
  "0008_record": record,
  "0009_members": members,
  "0010_webhooks": webhooks,
  "0011_sending": sending,
  "0012_returns": returns,
  "0013_operations": operations,
  "0014_plain_columns": plainColumns,
  "0015_leftovers": leftovers,
  "0016_data_keys": dataKeys,
  "0017_files": files,
  "0018_uploads": uploads,
  "0019_documents": documents,
  "0020_portal": portal,
  "0021_conversations": conversations,
  "0022_branding": branding,
  "0023_embedding": embedding,
  "0024_leftovers": found,
  "0025_portal_sessions": portalSessions,
  "0026_folder_mail": folderMail,
  "0027_timelines": timelines,
  "0028_offering": offering,
  "0029_request_templates": requestTemplates,
}

const table = "schema_migrations"
const migrate = Migrator.make({})({ loader: Migrator.fromRecord(migrations), table })

/**
 * Brings the database to the tables this program knows. Fails with `newer-database` before it changes anything when steps were
 * applied that it does not know, with `foreign-database` when the tables belong to another program, with `not-permitted` or
 * `migration-failed` when a step does not run (then none of them did).
 */
export const run: Effect.Effect<void, DatabaseUnavailable, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const known = new Set(Object.keys(migrations))
  const steps = yield* applied(sql)
  const newer = steps.filter((name) => !known.has(name))
  if (newer.length > 0) {
    return yield* unavailable(
      "newer-database",
      `The database was last used by a newer version of requite (it has ${newer.join(", ")}): run that version or a later one, or set another DATABASE_URL or DATA_DIR.`,
    )
  }
  // who may make no tables can start on those that are there
  const [may] = yield* sql<{ create: boolean }>`
    SELECT has_schema_privilege(current_schema(), 'CREATE') AS create`
  if (may?.create !== true && steps.length === known.size) return
  yield* migrate
  yield* noteDigests(sql)
  // the queue makes its own
  yield* Effect.scoped(PersistedQueue.makeStoreSql({ tableName: "queue" }))
}).pipe(
  Effect.catchTags({
    SqlError: (error) => Effect.fail(failed(error)),
    MigrationError: ({ cause, message }) =>
      Effect.fail(
        // a step that says itself why it does not run
        isUnavailable(cause)
          ? cause
          : SqlError.isSqlError(cause)
            ? failed(cause, message)
            : unavailable("migration-failed", `The tables could not be brought up to date: ${message}.`),
      ),
  }),
)

/** The same sentences for what else is set up with the tables. */
export const explained = <A, R>(effect: Effect.Effect<A, SqlError.SqlError, R>) =>
  Effect.mapError(effect, (error) => failed(error))

/** What each step was when it ran: `/ready` says when it is not that any more. */
const noteDigests = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const [found] = yield* sql<{ exists: boolean }>`
    SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(${table}) AND attname = 'digest') AS exists`
  if (found?.exists !== true) yield* sql`ALTER TABLE ${sql(table)} ADD COLUMN IF NOT EXISTS digest text`
  const missing = yield* sql<{ step: string }>`
    SELECT lpad(migration_id::text, 4, '0') || '_' || name AS step FROM ${sql(table)} WHERE digest IS NULL`
  for (const [step, digest] of StepDigests.all(missing.map(({ step }) => step))) {
    yield* sql`UPDATE ${sql(table)} SET digest = ${digest}
      WHERE migration_id = ${Number.parseInt(step, 10)} AND digest IS NULL`
  }
})

const applied = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const [found] = yield* sql<{ exists: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS exists`
  if (found?.exists !== true) return []
  const rows = yield* sql<{ step: string }>`
    SELECT lpad(migration_id::text, 4, '0') || '_' || name AS step FROM ${sql(table)} ORDER BY migration_id`.pipe(
    Effect.catchReason("SqlError", "SqlSyntaxError", () =>
      Effect.fail(
        unavailable(
          "foreign-database",
          `The database has a table ${table} that is not requite's: give requite a database of its own in DATABASE_URL.`,
        ),
      ),
    ),
  )
  return rows.map(({ step }) => step)
})

const failed = (error: SqlError.SqlError, step = "The tables could not be brought up to date"): DatabaseUnavailable => {
  const { cause } = error.reason
  const said = cause instanceof Error ? cause.message : error.message
  return error.reason._tag === "AuthorizationError"
    ? unavailable(
        "not-permitted",
        `The user in DATABASE_URL may not create tables (${said}): make it the owner of the database, or GRANT CREATE ON SCHEMA public to it, or name the owner in DATABASE_ADMIN_URL.`,
      )
    : unavailable("migration-failed", `${step} (${said}): the database was left as it was.`)
}

const isUnavailable = Schema.is(DatabaseUnavailable)

const unavailable = (reason: DatabaseUnavailable["reason"], message: string): DatabaseUnavailable =>
  new DatabaseUnavailable({ reason, message })
