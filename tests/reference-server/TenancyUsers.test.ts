// Who the program is in a Postgres server: what it may where another user migrates, where its own user may make roles, and
// where that user may not.

import { randomUUID } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Database from "../../reference-server/src/Database.ts"
import * as privileges from "../../reference-server/src/Database/privileges.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import { fill, refusal, seen } from "./TenancyWorld.ts"

const serverUrl = process.env["TEST_DATABASE_URL"]
const contacts = { name: "contacts", column: "workspace_id" }

/** A user of the server with these rights, and the address of this database for it. Gone with the scope. */
const user = Effect.fnUntraced(function* (admin: SqlClient.SqlClient, at: string, rights: string) {
  const name = `requite_test_${randomUUID().slice(0, 8)}`
  yield* Effect.acquireRelease(admin.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD 'sesame' ${rights}`), () =>
    Effect.orDie(Effect.andThen(admin.unsafe(`DROP OWNED BY ${name}`), admin.unsafe(`DROP ROLE ${name}`))),
  )
  const url = new URL(at)
  url.username = name
  url.password = "sesame"
  return { name, url: Redacted.make(url.href) }
})

/** A database, and its superuser. */
const server = Effect.gen(function* () {
  const { DATABASE_URL = "" } = yield* TestDatabase.acquireEnvironment
  return { at: DATABASE_URL, admin: yield* Database.connect(Redacted.make(DATABASE_URL), { maxConnections: 1 }) }
})

/** The client of a server that starts so, and what it warned of. */
const start = Effect.fnUntraced(function* (options: Omit<Database.Options, "dataDir">) {
  const warnings: Array<string> = []
  const logger = Logger.layer([
    Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && warnings.push(String(message)))),
  ])
  const built = yield* Layer.build(
    Layer.fresh(Database.layer({ dataDir: "never used", ...options })).pipe(Layer.provide(logger)),
  )
  return { sql: Context.get(built, SqlClient.SqlClient), warnings }
})

const whoami = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ name: string }>`SELECT current_user::text AS name`, ([row]) => row?.name)

const changes = privileges.appendOnly.flatMap((table) => [
  `UPDATE ${table} SET workspace_id = workspace_id`,
  `DELETE FROM ${table}`,
  `TRUNCATE ${table}`,
])

describe.skipIf(serverUrl === undefined)("the users of a Postgres server", () => {
  it.live(
    "S74: where another one migrates, the program's own has no way out of its role, and nothing to gain by one",
    () =>
      Effect.gen(function* () {
        const { admin, at } = yield* server
        const { name, url } = yield* user(admin, at, "")
        const { mine } = yield* Effect.provideService(fill, SqlClient.SqlClient, admin)
        const { sql, warnings } = yield* start({ url, adminUrl: Redacted.make(at) })
        assert.deepStrictEqual(warnings, [])
        assert.strictEqual(yield* whoami(sql), Database.defaultRole)

        yield* Effect.gen(function* () {
          for (const attempt of [
            "SET ROLE postgres",
            "SET SESSION AUTHORIZATION postgres",
            `ALTER ROLE ${name} SUPERUSER`,
          ]) {
            assert.strictEqual(yield* refusal(attempt), "not permitted", attempt)
          }
        }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
        for (const way of ["RESET ROLE", "SET ROLE NONE", "RESET SESSION AUTHORIZATION", "RESET ALL", "DISCARD ALL"]) {
          yield* Effect.gen(function* () {
            const connection = yield* sql.reserve
            const run = (statement: string) => connection.executeUnprepared(statement, [], undefined)
            yield* run(way)
            for (const statement of [...changes, "DROP TABLE audit_entries", "CREATE TABLE mine (id int)"]) {
              assert.strictEqual(
                (yield* Effect.flip(run(statement))).reason._tag,
                "AuthorizationError",
                `${way}: ${statement}`,
              )
            }
            yield* run(`SELECT set_config('requite.workspace', '${randomUUID()}', false)`)
            assert.deepStrictEqual(yield* run("SELECT * FROM contacts"), [], way)
          }).pipe(Effect.scoped, Tenancy.within(mine))
        }
        // the tables are there and its rights are given: from now on it starts by itself, too
        const again = yield* start({ url })
        assert.strictEqual(yield* whoami(again.sql), Database.defaultRole)
        assert.deepStrictEqual(again.warnings, [])
        const looked = Effect.provideService(seen(contacts), SqlClient.SqlClient, again.sql)
        assert.deepStrictEqual(yield* Tenancy.within(mine)(looked), [mine])
      }).pipe(Effect.scoped),
    180_000,
  )

  it.live(
    "S74: an owner that may make roles migrates, and works as one; one that may not is warned, and is held all the same",
    () =>
      Effect.gen(function* () {
        for (const rights of ["CREATEROLE", ""]) {
          const { admin, at } = yield* server
          const { name, url } = yield* user(admin, at, rights)
          yield* admin`DROP SCHEMA public CASCADE`
          yield* admin.unsafe(`CREATE SCHEMA public AUTHORIZATION ${name}`)
          const { sql, warnings } = yield* start({ url })
          assert.strictEqual(yield* whoami(sql), rights === "" ? name : Database.defaultRole)
          assert.lengthOf(warnings, rights === "" ? 1 : 0)
          if (rights === "") assert.match(warnings[0] ?? "", /may not make roles.*DATABASE_ADMIN_URL/)

          yield* Effect.gen(function* () {
            const { mine, theirs } = yield* Effect.provideService(fill, SqlClient.SqlClient, admin)
            assert.deepStrictEqual(yield* Tenancy.within(mine)(seen(contacts)), [mine])
            assert.deepStrictEqual(yield* seen(contacts), [])
            assert.includeMembers([...(yield* Tenancy.across(seen(contacts)))], [mine, theirs])
            for (const statement of changes) {
              assert.strictEqual(yield* Tenancy.across(refusal(statement)), "not permitted", statement)
            }
          }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
          // and once more, where everything is as it should be
          assert.strictEqual(yield* whoami((yield* start({ url })).sql), rights === "" ? name : Database.defaultRole)
        }
      }).pipe(Effect.scoped),
    180_000,
  )
})
