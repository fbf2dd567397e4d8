// What the server may rely on from SQL, on whichever engine the tests run: the embedded database, or with TEST_DATABASE_URL
// a Postgres server.

import { assert, describe, layer } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as migrations from "../../reference-server/src/Database/migrations.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const tables = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE counters (id int PRIMARY KEY, current_value int NOT NULL)`
    yield* sql`CREATE TABLE jobs (id int PRIMARY KEY, taken_by int)`
    yield* sql`CREATE TABLE papers (id int PRIMARY KEY, json_body jsonb, long_text text, raw_bytes bytea)`
  }),
)

const values = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ id: number; currentValue: number }>`SELECT id, current_value FROM counters ORDER BY id`
  return rows.map(({ currentValue, id }) => [id, currentValue])
})
const insert = (id: number, currentValue: number) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql`INSERT INTO counters ${sql.insert({ id, currentValue })}`)
const clear = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`TRUNCATE counters, jobs, papers`)

layer(Layer.provideMerge(tables, TestDatabase.administration), { excludeTestServices: true, timeout: "180 seconds" })(
  "database",
  (test) => {
    describe("transactions", () => {
      test.effect("a failure rolls back everything, and the error stays as it was", () =>
        Effect.gen(function* () {
          yield* clear
          const sql = yield* SqlClient.SqlClient
          const error = yield* insert(1, 1).pipe(
            Effect.andThen(Effect.fail("refused")),
            sql.withTransaction,
            Effect.flip,
          )
          assert.strictEqual(error, "refused")
          assert.deepStrictEqual(yield* values, [])
        }),
      )

      test.effect("an interruption rolls back, and the connection serves the next one", () =>
        Effect.gen(function* () {
          yield* clear
          const sql = yield* SqlClient.SqlClient
          const inserted = yield* Deferred.make<void>()
          const fiber = yield* insert(1, 1).pipe(
            Effect.andThen(Deferred.succeed(inserted, undefined)),
            Effect.andThen(Effect.never),
            sql.withTransaction,
            Effect.forkChild,
          )
          yield* Deferred.await(inserted)
          yield* Fiber.interrupt(fiber)
          assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
          assert.deepStrictEqual(yield* values, [])
          yield* sql.withTransaction(insert(1, 2))
          assert.deepStrictEqual(yield* values, [[1, 2]])
        }),
      )

      test.effect("one that waits behind another can be interrupted, and leaves nothing behind", () =>
        Effect.gen(function* () {
          yield* clear
          const sql = yield* SqlClient.SqlClient
          yield* insert(1, 0)
          const held = yield* Deferred.make<void>()
          const release = yield* Deferred.make<void>()
          const add = (amount: number) =>
            sql`UPDATE counters SET current_value = current_value + ${amount} WHERE id = 1`
          const first = yield* add(1).pipe(
            Effect.andThen(Deferred.succeed(held, undefined)),
            Effect.andThen(Deferred.await(release)),
            sql.withTransaction,
            Effect.forkChild,
          )
          yield* Deferred.await(held)
          const second = yield* Effect.forkChild(sql.withTransaction(add(10)))
          yield* Effect.sleep("50 millis")
          const interruption = yield* Effect.forkChild(Fiber.interrupt(second))
          yield* Effect.sleep("50 millis")
          yield* Deferred.succeed(release, undefined)
          yield* Fiber.join(first)
          yield* Fiber.join(interruption)
          assert.deepStrictEqual(yield* values, [[1, 1]])
          yield* sql.withTransaction(add(100))
          assert.deepStrictEqual(yield* values, [[1, 101]])
        }),
      )

      test.effect("a nested one is a savepoint: what it did is undone alone", () =>
        Effect.gen(function* () {
          yield* clear
          const sql = yield* SqlClient.SqlClient
          const undone = sql.withTransaction(Effect.andThen(insert(2, 2), Effect.fail("inner")))
          yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* insert(1, 1)
              yield* Effect.ignore(undone)
              // A statement that Postgres itself refuses spoils the savepoint only.
              yield* Effect.ignore(sql.withTransaction(insert(1, 1)))
              yield* sql.withTransaction(insert(3, 3))
            }),
          )
          assert.deepStrictEqual(yield* values, [
            [1, 1],
            [3, 3],
          ])
        }),
      )

      test.effect("a hundred at once, more than there are connections: none is lost, none waits for ever", () =>
        Effect.gen(function* () {
          yield* clear
          const sql = yield* SqlClient.SqlClient
          yield* insert(1, 0)
          // Read, think, write: only a lock that holds makes the sum right.
          const increment = sql.withTransaction(
            Effect.gen(function* () {
              const [row] = yield* sql<{
                currentValue: number
              }>`SELECT current_value FROM counters WHERE id = 1 FOR UPDATE`
              yield* Effect.sleep("1 millis")
              yield* sql`UPDATE counters SET current_value = ${(row?.currentValue ?? 0) + 1} WHERE id = 1`
            }),
          )
          const spoiled = sql.withTransaction(Effect.andThen(insert(1, 1), increment)).pipe(Effect.ignore)
          const work = Array.from({ length: 100 }, (_, n) => (n % 5 === 4 ? spoiled : increment))
          yield* Effect.all(work, { concurrency: "unbounded", discard: true })
          assert.deepStrictEqual(yield* values, [[1, 80]])
        }).pipe(Effect.timeout("60 seconds")),
      )

      test.effect("afterCommit runs after a commit and never after a rollback", () =>
        Effect.gen(function* () {
          yield* clear
          const sql = yield* SqlClient.SqlClient
          const seen: Array<string> = []
          const note = (what: string) => sql.afterCommit(Effect.sync(() => seen.push(what)))
          yield* sql.withTransaction(
            Effect.andThen(
              note("kept"),
              Effect.sync(() => seen.push("inside")),
            ),
          )
          yield* Effect.ignore(sql.withTransaction(Effect.andThen(note("lost"), Effect.fail("no"))))
          assert.deepStrictEqual(seen, ["inside", "kept"])
        }),
      )
    })

    test.effect("M4: FOR UPDATE SKIP LOCKED: workers that run at once take each row exactly once", () =>
      Effect.gen(function* () {
        yield* clear
        const sql = yield* SqlClient.SqlClient
        yield* sql`INSERT INTO jobs SELECT g FROM generate_series(1, 40) AS g`
        const worker = (name: number) =>
          Effect.gen(function* () {
            const taken: Array<number> = []
            for (;;) {
              const rows = yield* sql.withTransaction(
                Effect.gen(function* () {
                  const due = yield* sql<{ id: number }>`
                    SELECT id FROM jobs WHERE taken_by IS NULL ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED`
                  yield* Effect.sleep("2 millis")
                  if (due.length > 0) {
                    yield* sql`UPDATE jobs SET taken_by = ${name} WHERE ${sql.in(
                      "id",
                      due.map(({ id }) => id),
                    )}`
                  }
                  return due
                }),
              )
              if (rows.length === 0) return taken
              taken.push(...rows.map(({ id }) => id))
            }
          })
        const all = yield* Effect.all([1, 2, 3, 4].map(worker), { concurrency: "unbounded" })
        assert.deepStrictEqual(
          all.flat().sort((a, b) => a - b),
          Array.from({ length: 40 }, (_, n) => n + 1),
        )
      }),
    )

    describe("values", () => {
      test.effect("a violated unique key is a reason of its own, with the constraint", () =>
        Effect.gen(function* () {
          yield* clear
          yield* insert(1, 1)
          const constraint = yield* insert(1, 2).pipe(
            Effect.as("none"),
            Effect.catchReason("SqlError", "UniqueViolation", (reason) => Effect.succeed(reason.constraint)),
          )
          assert.strictEqual(constraint, "counters_pkey")
        }),
      )

      test.effect("json comes back as it went in: keys are data, not identifiers", () =>
        Effect.gen(function* () {
          yield* clear
          const sql = yield* SqlClient.SqlClient
          const body = {
            tax_year: { firstName: "Åsa", "not an id": [{ snake_case: 1, camelCase: [null, true] }] },
            "": "\u{1F600}\n",
          }
          yield* sql`INSERT INTO papers ${sql.insert({ id: 1, jsonBody: JSON.stringify(body) })}`
          const rows = yield* sql<{ jsonBody: unknown }>`SELECT json_body FROM papers ORDER BY id`
          assert.deepStrictEqual(
            rows.map(({ jsonBody }) => jsonBody),
            [body],
          )
        }),
      )

      test.effect("10 MB of text and of bytes go in and come back whole", () =>
        Effect.gen(function* () {
          yield* clear
          const sql = yield* SqlClient.SqlClient
          const longText = "åäö 0123456789\n".repeat(600_000)
          const rawBytes = Uint8Array.from({ length: 10_000_000 }, (_, n) => n * 7)
          yield* sql`INSERT INTO papers ${sql.insert({ id: 1, longText, rawBytes })}`
          const [text] = yield* sql<{ longText: string }>`SELECT long_text FROM papers`
          assert.isTrue(text?.longText === longText)
          const [bytes] = yield* sql<{ rawBytes: Uint8Array }>`SELECT raw_bytes FROM papers`
          assert.isTrue(Buffer.from(bytes?.rawBytes ?? []).equals(rawBytes))
        }),
      )

      test.effect("timestamps keep their instant", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const instant = new Date("2026-03-29T01:30:00.123Z")
          const [row] = yield* sql<{ back: Date; utcText: string }>`
            SELECT ${instant}::timestamptz AS back, to_char(${instant}::timestamptz AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') AS utc_text`
          assert.deepStrictEqual(row, { back: instant, utcText: "01:30:00.123" })
        }),
      )
    })

    describe("migrations", () => {
      const stepsOf = (sql: SqlClient.SqlClient) => sql`SELECT migration_id, name FROM schema_migrations ORDER BY 1`

      test.effect("are applied once, however often they run", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const before = yield* stepsOf(sql)
          assert.strictEqual(before.length, Object.keys(migrations.migrations).length)
          yield* Effect.all([migrations.run, migrations.run, migrations.run], { concurrency: "unbounded" })
          assert.deepStrictEqual(yield* stepsOf(sql), before)
        }),
      )

      test.effect("a database of a newer program is refused by the names of the steps, and left alone", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`INSERT INTO schema_migrations (migration_id, name) VALUES (9998, 'from_the_future'), (9999, 'and_on')`
          const error = yield* Effect.flip(migrations.run)
          yield* sql`DELETE FROM schema_migrations WHERE migration_id >= 9998`
          assert.strictEqual(error.reason, "newer-database")
          assert.include(error.message, "9998_from_the_future, 9999_and_on")
          yield* migrations.run
        }),
      )

      test.effect("the migrations table of another program is not touched", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`ALTER TABLE schema_migrations RENAME migration_id TO version`
          const error = yield* Effect.flip(migrations.run)
          yield* sql`ALTER TABLE schema_migrations RENAME version TO migration_id`
          assert.strictEqual(error.reason, "foreign-database")
          yield* migrations.run
        }),
      )
    })
  },
)
