// The wall beneath the code's own: what the program's role may do to its database, and whose rows it sees, whatever the
// statement says. On whichever engine the tests run.

import { randomUUID } from "node:crypto"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Str from "effect/String"
import * as Database from "../../reference-server/src/Database.ts"
import * as privileges from "../../reference-server/src/Database/privileges.ts"
import * as TenantClient from "../../reference-server/src/Database/TenantClient.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import { fill, insertion, refusal, seen, type Table, tables } from "./TenancyWorld.ts"

const serverUrl = process.env["TEST_DATABASE_URL"]
const options = { excludeTestServices: true, timeout: "180 seconds" } as const

const contacts: Table = { name: "contacts", column: "workspace_id" }

layer(TestDatabase.layer, options)("the role of the program", (test) => {
  test.effect("S73 S74: cannot change what the audit says, nor take it away", () =>
    Effect.gen(function* () {
      const { mine } = yield* fill
      for (const table of privileges.appendOnly) {
        const statements = [
          `UPDATE ${table} SET workspace_id = workspace_id`,
          `DELETE FROM ${table}`,
          `TRUNCATE ${table}`,
          `DROP TABLE ${table}`,
          `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
          `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
        ]
        for (const statement of statements) {
          assert.strictEqual(yield* Tenancy.within(mine)(refusal(statement)), "not permitted", statement)
          assert.strictEqual(yield* Tenancy.across(refusal(statement)), "not permitted", statement)
        }
      }
    }),
  )

  test.effect("S74: makes, alters and drops nothing, and cannot make itself more than it is", () =>
    Effect.gen(function* () {
      const statements = [
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE requite_other",
        "CREATE SCHEMA mine",
        "DROP SCHEMA public CASCADE",
        "ALTER SCHEMA public OWNER TO CURRENT_USER",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "SET session_replication_role = replica",
        "UPDATE schema_migrations SET name = name",
        "DELETE FROM queue_migrations",
        ...(yield* tables).flatMap(({ name }) => [
          `TRUNCATE ${name}`,
          `DROP TABLE ${name}`,
          `ALTER TABLE ${name} ADD COLUMN mine int`,
          `ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`,
          `DROP POLICY workspace ON ${name}`,
          `CREATE POLICY mine ON ${name} USING (true)`,
        ]),
      ]
      for (const statement of statements) {
        assert.notStrictEqual(yield* Tenancy.across(refusal(statement)), "", statement)
      }
      const sql = yield* SqlClient.SqlClient
      const [role] = yield* sql`SELECT current_user::text AS name, rolsuper, rolbypassrls, rolcanlogin,
        (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned FROM pg_roles r WHERE rolname = current_user`
      assert.deepStrictEqual(role, {
        name: Database.defaultRole,
        rolsuper: false,
        rolbypassrls: false,
        rolcanlogin: false,
        owned: 0,
      })
    }),
  )

  test.effect("S74: locks the steps of the queue, and changes none", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const changed = yield* sql`UPDATE queue_migrations SET name = 'changed' RETURNING 1`
      assert.deepStrictEqual(changed, [])
    }),
  )
})

/** What is true of a client, whichever engine and however many connections are behind it. */
const walls = (over: Layer.Layer<SqlClient.SqlClient, unknown>) =>
  layer(over, options)("the rows of a workspace", (test) => {
    test.effect("S73: of every table that has workspaces, a statement that names none sees those of its own only", () =>
      Effect.gen(function* () {
        const { mine, theirs } = yield* fill
        const all = yield* tables
        assert.isAbove(all.length, 20)
        for (const table of all) {
          assert.deepStrictEqual(yield* Tenancy.within(mine)(seen(table)), [mine], table.name)
          assert.deepStrictEqual(yield* Tenancy.within(theirs)(seen(table)), [theirs], table.name)
          assert.deepStrictEqual(yield* Tenancy.none(seen(table)), [], table.name)
          assert.deepStrictEqual(yield* Tenancy.within(randomUUID())(seen(table)), [], table.name)
          assert.includeMembers([...(yield* Tenancy.across(seen(table)))], [mine, theirs], table.name)
          // to look without the wall is refused, not granted
          const unwalled = `SET LOCAL row_security = off`
          const sql = yield* SqlClient.SqlClient
          const looked = Effect.andThen(sql.unsafe(unwalled), seen(table))
          assert.isTrue((yield* Effect.result(sql.withTransaction(looked)))._tag === "Failure", table.name)
        }
      }),
    )

    test.effect("S73: what is indifferent tells nothing, and whoever comes after it sees their own rows", () =>
      Effect.gen(function* () {
        const { mine, theirs } = yield* fill
        const sql = yield* SqlClient.SqlClient
        yield* sql.withTransaction(
          Effect.gen(function* () {
            for (const [within, rows] of [
              [Tenancy.within(mine), [mine]],
              [Tenancy.none, []],
              [Tenancy.within(theirs), [theirs]],
            ] as const) {
              yield* Tenancy.indifferent(sql`SELECT 1 FROM rate_limits`)
              assert.deepStrictEqual(yield* within(seen(contacts)), [...rows])
              // the same session: what was told last stands
              assert.deepStrictEqual(yield* Tenancy.indifferent(seen(contacts)), [...rows])
            }
          }),
        )
      }),
    )

    test.effect("S73: a row of another workspace is not written, not moved, not deleted", () =>
      Effect.gen(function* () {
        const { mine, theirs } = yield* fill
        const sql = yield* SqlClient.SqlClient
        for (const table of yield* tables) {
          const wrong = yield* insertion(table, theirs)
          assert.strictEqual(yield* Tenancy.within(mine)(refusal(wrong)), "not permitted", table.name)
          assert.strictEqual(yield* Tenancy.none(refusal(wrong)), "not permitted", table.name)
          if (privileges.appendOnly.includes(table.name)) continue
          const moved = `UPDATE ${table.name} SET ${table.column} = '${theirs}'`
          assert.strictEqual(yield* Tenancy.within(mine)(refusal(moved)), "not permitted", table.name)
          const gone = yield* Tenancy.within(mine)(
            sql`DELETE FROM ${sql(table.name)} WHERE ${sql(table.column)} = ${theirs}::uuid RETURNING 1`,
          )
          assert.deepStrictEqual(gone, [], table.name)
        }
      }),
    )

    test.effect(
      "S73: what is said nearest counts: nested, in transactions, in savepoints, after they were undone",
      () =>
        Effect.gen(function* () {
          const { mine, theirs } = yield* fill
          const sql = yield* SqlClient.SqlClient
          const [ours, others] = [Tenancy.within(mine), Tenancy.within(theirs)]
          const look = seen(contacts)
          const undone = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
            Effect.ignore(sql.withTransaction(Effect.andThen(effect, Effect.fail("undone"))))

          assert.deepStrictEqual(yield* ours(Effect.all([look, others(look), look, Tenancy.none(look), look])), [
            [mine],
            [theirs],
            [mine],
            [],
            [mine],
          ])
          // told inside a transaction that is undone, which undoes the telling
          yield* ours(undone(others(look)))
          assert.deepStrictEqual(yield* others(look), [theirs])
          yield* ours(undone(others(look)))
          assert.deepStrictEqual(yield* ours(look), [mine])
          yield* others(undone(Effect.all([ours(look), undone(others(look))])))
          assert.deepStrictEqual(yield* ours(look), [mine])
          const inOne = ours(
            sql.withTransaction(
              Effect.gen(function* () {
                const before = yield* look
                yield* undone(others(look))
                const after = yield* look
                yield* others(undone(ours(look)))
                // refused by Postgres, inside a savepoint
                yield* Effect.ignore(sql.withTransaction(others(sql`SELECT 1 / 0`)))
                return [before, after, yield* others(look), yield* look]
              }),
            ),
          )
          assert.deepStrictEqual(yield* inOne, [[mine], [mine], [theirs], [mine]])
          // a COMMIT that Postgres turns into a ROLLBACK
          yield* ours(
            Effect.ignore(sql.withTransaction(Effect.andThen(others(look), Effect.ignore(sql`SELECT 1 / 0`)))),
          )
          assert.deepStrictEqual(yield* ours(look), [mine])
          assert.deepStrictEqual(yield* look, [])
        }),
    )

    test.effect(
      "S73: fifty at once for two workspaces, some of them undone or interrupted: none sees the other's",
      () =>
        Effect.gen(function* () {
          const { mine, theirs } = yield* fill
          const sql = yield* SqlClient.SqlClient
          const wrong: Array<unknown> = []
          const look = (own: string) =>
            Effect.map(
              seen(contacts),
              (rows) => void (rows.length === 1 && rows[0] === own ? 0 : wrong.push(rows, own)),
            )
          const worker = (n: number) => {
            const [own, other] = n % 2 === 0 ? [mine, theirs] : [theirs, mine]
            const aside = Tenancy.within(other)(look(other))
            return Effect.gen(function* () {
              for (let round = 0; round < 8; round++) {
                yield* look(own)
                if ((n + round) % 3 === 0) yield* sql.withTransaction(Effect.andThen(aside, look(own)))
                if ((n + round) % 4 === 1)
                  yield* Effect.ignore(sql.withTransaction(Effect.andThen(aside, Effect.fail(0))))
                if ((n + round) % 5 === 2) {
                  const cut = yield* Effect.forkChild(
                    sql.withTransaction(Effect.andThen(aside, sql`SELECT pg_sleep(0.01)`)),
                  )
                  yield* Effect.sleep(`${(n * round) % 7} millis`)
                  yield* Fiber.interrupt(cut)
                }
                yield* look(own)
                // two fibers on the connection of one transaction
                if (round === 5) {
                  yield* sql.withTransaction(Effect.all([aside, look(own), aside, look(own)], { concurrency: 4 }))
                }
              }
            }).pipe(Tenancy.within(own))
          }
          yield* Effect.all(
            Array.from({ length: 50 }, (_, n) => worker(n)),
            { concurrency: "unbounded", discard: true },
          )
          assert.deepStrictEqual(wrong, [])
        }),
    )

    test.effect(
      "M4: what the policies ask is asked once a statement, and the index of the code's own question is used",
      () =>
        Effect.gen(function* () {
          const { mine } = yield* fill
          const sql = yield* SqlClient.SqlClient
          const plan = sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`SET LOCAL enable_seqscan = off`
              const lines = yield* sql<Record<string, string>>`EXPLAIN SELECT * FROM client_requests
              WHERE workspace_id = ${mine} ORDER BY updated_at DESC LIMIT 20`
              return lines.map((line) => Object.values(line)[0]).join("\n")
            }),
          )
          const text = yield* Tenancy.within(mine)(plan)
          assert.match(text, /Index Cond: \(workspace_id = /)
          assert.match(text, /InitPlan/)
        }),
    )
  })

describe("as the server opens it", () => {
  walls(TestDatabase.layer)
})

describe.skipIf(serverUrl === undefined)("on a Postgres server", () => {
  describe("over three connections", () => {
    const three = Effect.gen(function* () {
      const { DATABASE_URL = "" } = yield* TestDatabase.acquireEnvironment
      return yield* TenantClient.make({
        url: Redacted.make(DATABASE_URL),
        maxConnections: 3,
        startupParameters: { role: Database.defaultRole },
        transformQueryNames: Str.camelToSnake,
        transformResultNames: Str.snakeToCamel,
      })
    })
    walls(Layer.effect(SqlClient.SqlClient, three))
  })
})
