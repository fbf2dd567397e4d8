// What only the embedded database has: a directory, one process at a time, and no server that outlives a kill -9.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import * as Database from "../../reference-server/src/Database.ts"
import { migrations } from "../../reference-server/src/Database/migrations.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as DatabaseChild from "./DatabaseChild.ts"

const quiet = Layer.succeed(References.MinimumLogLevel, "Error" as const)
/** Opens the database in `dataDir` for as long as the effect runs. */
const onDatabase = (dataDir: string) =>
  Effect.provide(Database.layer({ dataDir, url: undefined }).pipe(Layer.provide(quiet), Layer.fresh))
const refusal = (dataDir: string) => SqlClient.SqlClient.pipe(onDatabase(dataDir), Effect.flip)

const isThunk = (value: unknown): value is () => void => typeof value === "function"

describe("embedded database", () => {
  it.live("says at start what it is", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.layer([Logger.make(({ message }) => lines.push(String(message)))])
      yield* Effect.void.pipe(
        Effect.provide(
          Database.layer({ dataDir: yield* TestDatabase.embeddedDirectory, url: undefined }).pipe(
            Layer.provide(logger),
          ),
        ),
      )
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("DATABASE_URL")),
        ["embedded database: for trying out and tests; set DATABASE_URL for production"],
      )
    }),
  )

  describe("its directory", () => {
    it.live(
      "is for one process: a second one is told the first, and gets it the moment the first is killed",
      () =>
        Effect.gen(function* () {
          const DATA_DIR = yield* TestDatabase.embeddedDirectory
          const holder = yield* DatabaseChild.start("hold", { DATA_DIR })
          assert.strictEqual(yield* holder.line, "open")
          const { message, reason } = yield* refusal(DATA_DIR)
          assert.strictEqual(reason, "directory-in-use")
          assert.include(message, `in use by process ${holder.pid}:`)
          yield* holder.kill
          // The number of the killed one may belong to somebody else by now. Nobody is asked.
          writeFileSync(join(DATA_DIR, "database.pid"), `${process.pid}\n`)
          yield* onDatabase(DATA_DIR)(
            Effect.gen(function* () {
              const again = yield* refusal(DATA_DIR)
              assert.include(again.message, `in use by process ${process.pid}:`)
              const second = yield* DatabaseChild.start("hold", { DATA_DIR })
              assert.match(yield* second.line, /^refused: directory-in-use: /)
            }),
          )
          yield* onDatabase(DATA_DIR)(Effect.void)
        }),
      180_000,
    )

    it.live("that cannot be written is refused with its path", () =>
      Effect.gen(function* () {
        const file = join(yield* TestDatabase.temporaryDirectory, "file")
        writeFileSync(file, "")
        const { message, reason } = yield* refusal(join(file, "data"))
        assert.strictEqual(reason, "directory-not-writable")
        assert.include(message, `${file}/data cannot be written (ENOTDIR`)
      }),
    )

    it.live("that can never be made is refused, at once", () =>
      Effect.gen(function* () {
        // where the system keeps no files: Node's own recursive mkdir tries for ever there
        const { reason } = yield* refusal("/proc/nowhere/data")
        assert.strictEqual(reason, "directory-not-writable")
      }),
    )

    it.live("that was damaged is refused, and nothing in it is deleted", () =>
      Effect.gen(function* () {
        const dataDir = yield* TestDatabase.temporaryDirectory
        mkdirSync(join(dataDir, "database"))
        writeFileSync(join(dataDir, "database", "PG_VERSION"), "18\n")
        const { message, reason } = yield* refusal(dataDir)
        assert.strictEqual(reason, "directory-unusable")
        assert.match(message, /does not open \((FATAL|PANIC):/)
        assert.include(readdirSync(join(dataDir, "database")), "PG_VERSION")
      }),
    )

    it.live(
      "that a killed first start left half made is made again",
      () =>
        Effect.gen(function* () {
          const DATA_DIR = yield* TestDatabase.temporaryDirectory
          const first = yield* DatabaseChild.start("hold", { DATA_DIR })
          const half = join(DATA_DIR, "database", "base")
          yield* Effect.sleep("2 millis").pipe(Effect.repeat({ until: () => existsSync(half) }))
          yield* first.kill
          // The worst half: it would be taken for a whole one.
          writeFileSync(join(DATA_DIR, "database", "PG_VERSION"), "18\n")
          assert.isTrue(existsSync(join(DATA_DIR, "database.unfinished")))
          const [row] = yield* onDatabase(DATA_DIR)(
            Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT count(*)::int AS steps FROM schema_migrations`),
          )
          assert.deepStrictEqual(row, { steps: Object.keys(migrations).length })
          assert.isFalse(existsSync(join(DATA_DIR, "database.unfinished")))
        }),
      300_000,
    )
  })

  it.live(
    "kill -9 loses nothing that was acknowledged, and leaves nothing half done",
    () =>
      Effect.gen(function* () {
        const DATA_DIR = yield* TestDatabase.embeddedDirectory
        const rounds = Number(process.env["KILL_ROUNDS"] ?? 2)
        let acknowledged = 0
        for (let round = 0; round < rounds; round++) {
          const child = yield* DatabaseChild.start("insert", { DATA_DIR })
          assert.strictEqual(yield* child.line, "open")
          yield* child.line
          yield* Effect.sleep(100 + ((round * 137) % 400))
          yield* child.kill
          const last = Number(child.lines.at(-1))
          assert.isAbove(last, acknowledged)
          yield* onDatabase(DATA_DIR)(
            Effect.gen(function* () {
              const sql = yield* SqlClient.SqlClient
              const [found] = yield* sql<{ rows: number; last: number; seen: number; bytes: number }>`
                SELECT count(*)::int AS rows, max(id) AS last, max(seen) AS seen, sum(length(padding))::int AS bytes
                FROM acknowledged`
              // What the child was killed before saying may be there too, whole.
              const rows = found?.rows ?? 0
              assert.isTrue(rows === last || rows === last + 1, `${rows} rows, ${last} acknowledged`)
              const bytes = Array.from({ length: rows }, (_, n) => ((n + 1) * 7919) % 20_000).reduce((a, b) => a + b, 0)
              assert.deepStrictEqual(found, { rows, last: rows, seen: rows, bytes })
              const byKey = yield* sql.withTransaction(
                Effect.andThen(
                  sql`SET LOCAL enable_seqscan = off`,
                  sql`SELECT count(*)::int AS rows FROM acknowledged WHERE id BETWEEN 1 AND ${rows}`,
                ),
              )
              assert.deepStrictEqual(byKey, [{ rows }])
              acknowledged = last
            }),
          )
        }
      }),
    600_000,
  )

  it.effect("writes a checkpoint every five minutes: nothing else bounds its log", () =>
    Effect.gen(function* () {
      const checkpoint = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql<{ at: string }>`SELECT checkpoint_lsn::text AS at FROM pg_control_checkpoint()`,
      )
      yield* onDatabase(yield* TestDatabase.embeddedDirectory)(
        Effect.gen(function* () {
          const [before] = yield* checkpoint
          yield* TestClock.adjust("4 minutes")
          assert.deepStrictEqual((yield* checkpoint)[0], before)
          yield* TestClock.adjust("1 minutes")
          const sql = yield* SqlClient.SqlClient
          yield* sql`SELECT 1`
          assert.notDeepEqual((yield* checkpoint)[0], before)
        }),
      )
    }),
  )

  const one = Layer.unwrap(
    Effect.map(TestDatabase.embeddedDirectory, (dataDir) =>
      Database.layer({ dataDir, url: undefined }).pipe(Layer.provide(quiet)),
    ),
  )
  layer(one, { excludeTestServices: true, timeout: "180 seconds" })((it) => {
    it.effect("a connection that goes away in the middle of its transaction takes it along", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const key = sql`SELECT key FROM rate_limits`
        // the driver takes a connection for broken whose answer it cannot use
        yield* Effect.gen(function* () {
          const connection = yield* sql.reserve
          yield* connection.executeRaw("BEGIN", [])
          yield* connection.executeRaw("INSERT INTO rate_limits VALUES ('left behind', 1, now())", [])
          yield* connection.executeRaw("COPY rate_limits TO STDOUT", [])
        }).pipe(Effect.scoped, Effect.ignore)
        assert.deepStrictEqual(yield* Effect.timeout(key, "30 seconds"), [])
      }),
    )

    it.effect(
      "what was read is not kept: the memory of the process stays as it is",
      () =>
        Effect.gen(function* () {
          setFlagsFromString("--expose-gc")
          const collect: unknown = runInNewContext("gc")
          const used = Effect.sync(() => {
            if (isThunk(collect)) collect()
            const { arrayBuffers, heapUsed } = process.memoryUsage()
            return (heapUsed + arrayBuffers) / 1e6
          })
          const sql = yield* SqlClient.SqlClient
          const read = sql`SELECT repeat('x', 1000000) AS text`
          yield* read
          const before = yield* used
          yield* Effect.repeat(read, { times: 50 })
          // buffers are given back some turns after they are collected; what is kept never is
          const kept = Effect.filterOrFail(used, (now) => now - before < 20)
          yield* Effect.retry(kept, { schedule: Schedule.spaced("100 millis"), times: 300 })
        }),
      180_000,
    )
  })
})
