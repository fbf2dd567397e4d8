/** Rows to keep apart: one of each workspace in every table that has workspaces, whatever its columns are. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

export interface Table {
  readonly name: string
  /** The column that says whose a row is. */
  readonly column: string
}

/** Every table with workspaces, from the catalogue. */
export const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<Table>`
    SELECT c.relname AS name, CASE c.relname WHEN 'workspaces' THEN 'id' ELSE 'workspace_id' END AS column
    FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND (
      c.relname = 'workspaces' OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id'))
    ORDER BY 1`
})

/** The statement that puts a row of this workspace into a table: something of its type in each column that needs something. */
export const insertion = Effect.fnUntraced(function* ({ name, column }: Table, workspaceId: string) {
  const sql = yield* SqlClient.SqlClient
  const columns = yield* sql<{ attname: string; type: string }>`
    SELECT a.attname, format_type(a.atttypid, NULL) AS type FROM pg_attribute a
    WHERE a.attrelid = ${name}::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
      AND a.attgenerated = '' AND (a.attname = ${column} OR (a.attnotnull AND NOT a.atthasdef))`
  const something = (type: string): string => {
    if (type === "uuid") return "gen_random_uuid()"
    if (type === "text") return "gen_random_uuid()::text"
    if (type === "jsonb") return `'{}'`
    if (type === "boolean") return "false"
    if (type.startsWith("timestamp")) return "now()"
    if (type === "bytea") return `'\\x00'`
    if (type.endsWith("[]")) return `'{}'`
    if (type === "date") return "current_date"
    return `'1'`
  }
  const names = columns.map(({ attname }) => `"${attname}"`)
  const values = columns.map(({ attname, type }) =>
    attname === column ? `'${workspaceId}'` : `${something(type)}::${type}`,
  )
  return `INSERT INTO "${name}" (${names.join(", ")}) VALUES (${values.join(", ")})`
})

/** Two workspaces with a row each in every table. What rows mean is let go: only whose they are is looked at. */
export const fill = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [mine, theirs] = [crypto.randomUUID(), crypto.randomUUID()]
  yield* TestDatabase.asAdministrator(
    Effect.gen(function* () {
      yield* sql`SET LOCAL session_replication_role = replica`
      const checks = yield* sql<{ drop: string }>`
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop FROM pg_constraint
        WHERE contype = 'c' AND conrelid <> 0 AND connamespace = current_schema()::regnamespace`
      for (const { drop } of checks) yield* sql.unsafe(drop)
      for (const table of yield* tables) {
        for (const workspace of [mine, theirs]) yield* sql.unsafe(yield* insertion(table, workspace))
      }
    }),
  )
  return { mine, theirs }
})

/** Whose rows of a table are there now, each workspace once. */
export const seen = Effect.fnUntraced(function* ({ name, column }: Table) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ of: string }>`SELECT DISTINCT ${sql(column)}::text AS of FROM ${sql(name)} ORDER BY 1`
  return rows.map(({ of }) => of)
})

/** Why Postgres refused; the empty text: it did not. */
export const refusal = Effect.fnUntraced(function* (statement: string) {
  const sql = yield* SqlClient.SqlClient
  const run = sql.withTransaction(Effect.andThen(sql.unsafe(statement), Effect.fail("carried out" as const)))
  const ended = yield* Effect.flip(run)
  if (ended === "carried out") return ""
  const isPermission = Schema.is(Schema.Struct({ code: Schema.Literal("42501") }))
  return isPermission(ended.reason.cause) ? "not permitted" : String(ended.reason.cause)
})

export { Tenancy }
