/**
 * What the server does to sealed things when it starts. After a change of SECRET_KEY, what the vault sealed by the key from before
 * is sealed by the new one; and answers that were kept before there were data keys are sealed, a page at a time.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { Vault } from "../Vault.ts"
import * as Given from "./Given.ts"

const page = 100

const Rows = Schema.Array(
  Schema.Struct({
    workspaceId: Schema.String,
    key: Schema.String,
    place: Schema.String,
    value: Schema.Unknown,
  }),
)

/** By table: its column in clear, its primary key, and the place of a row as `Given.places` says it. */
const tables = [
  { name: "answers", column: "answers", key: "request_id", place: "'answers/' || request_id" },
  { name: "submissions", column: "answers", key: "id", place: "'submissions/' || id" },
  {
    name: "answer_changes",
    column: "value",
    key: "id",
    place: "'answer_changes/' || request_id || '/' || question || '/' || version",
  },
] as const

const sealAll = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const given = yield* Given.make
  for (const { name, column, key, place } of tables) {
    const [table, clear, id] = [sql.literal(name), sql.literal(column), sql.literal(key)]
    const some = sql`
      SELECT workspace_id, ${id}::text AS key, ${sql.literal(place)} AS place, ${clear} AS value FROM ${table}
      WHERE ${clear} IS NOT NULL ORDER BY workspace_id LIMIT ${page} FOR UPDATE SKIP LOCKED`
    const seal = Effect.gen(function* () {
      const rows = yield* Effect.flatMap(Tenancy.across(some), Schema.decodeUnknownEffect(Rows))
      yield* Effect.forEach(
        rows,
        ({ workspaceId, key: row, place: at, value }) =>
          Effect.flatMap(
            given.seal(workspaceId, at, value),
            (sealed) => sql`UPDATE ${table} SET sealed = ${given.alive(sealed)}, ${clear} = NULL
              WHERE workspace_id = ${workspaceId} AND ${id}::text = ${row}`,
          ).pipe(Tenancy.within(workspaceId)),
        { discard: true },
      )
      return rows.length
    }).pipe(sql.withTransaction)
    yield* Effect.repeat(seal, { while: (found) => found === page })
  }
}).pipe(Effect.orDie)

/** What the vault sealed: where it lies, and the place that it was sealed for. */
const inVault = [
  { name: "data_keys", column: "sealed", place: "'data-keys/' || workspace_id || '/' || id" },
  { name: "webhook_endpoints", column: "secret", place: "'webhook:' || id" },
  { name: "webhook_endpoints", column: "previous_secret", place: "'webhook:' || id" },
  {
    name: "sender_keys",
    column: "private_key",
    place: "'sender-key:' || workspace_id || ':' || domain || ':' || selector",
  },
  { name: "folder_addresses", column: "sealed", place: "'folder-mail:' || folder_id" },
] as const

const InVault = Schema.Array(Schema.Struct({ workspaceId: Schema.String, place: Schema.String, sealed: Schema.String }))

const renewAll = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const vault = yield* Vault
  for (const { name, column, place } of vault.hasOlder ? inVault : inVault.slice(0, 1)) {
    const [table, secret, at] = [sql.literal(name), sql.literal(column), sql.literal(place)]
    // the newest data key shows whether SECRET_KEY is the one that the database was used with
    const rows = yield* sql`
      SELECT workspace_id, ${at} AS place, ${secret} AS sealed FROM ${table} WHERE ${secret} IS NOT NULL
      ORDER BY created_at DESC ${vault.hasOlder ? sql`` : sql`LIMIT 1`}`.pipe(Tenancy.across)
    for (const { workspaceId, sealed, place: where } of yield* Schema.decodeUnknownEffect(InVault)(rows)) {
      const renewed = yield* Effect.catchDefect(vault.renew(sealed, where), () => Effect.die(new Error(otherKey)))
      if (renewed === null) continue
      yield* sql`UPDATE ${table} SET ${secret} = ${renewed} WHERE workspace_id = ${workspaceId} AND ${secret} = ${sealed}`.pipe(
        Tenancy.within(workspaceId),
      )
    }
  }
}).pipe(Effect.orDie)

const otherKey =
  "What customers answered was sealed with another SECRET_KEY: set that one, or name it in SECRET_KEY_BEFORE. Where none was set, it was the file vault-key of DATA_DIR."

export const layer = Layer.effectDiscard(Effect.andThen(renewAll, sealAll))
