// A DATABASE_URL that does not work: one clear sentence for each mistake, and nothing of the password in any of them.

import { randomUUID } from "node:crypto"
import { createServer, type AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Database from "../../reference-server/src/Database.ts"
import { PgClient, SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const serverUrl = process.env["TEST_DATABASE_URL"]

const refusal = (url: string) =>
  SqlClient.SqlClient.pipe(
    Effect.provide(Layer.fresh(Database.layer({ url: Redacted.make(url), dataDir: "never used" }))),
    Effect.flip,
  )

/** A port of this machine; `answer` is what it says to whatever it is told. */
const listening = (answer: Buffer | undefined) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer((socket) => {
        socket.on("error", () => socket.destroy())
        socket.once("data", () => (answer === undefined ? socket.destroy() : socket.write(answer)))
      })
      await new Promise<void>((listen) => server.listen(0, "127.0.0.1", listen))
      return server
    }),
    (server) => Effect.sync(() => server.close()),
  ).pipe(
    Effect.map((server) => {
      const bound: AddressInfo | string | null = server.address()
      return typeof bound === "object" && bound !== null ? bound.port : 0
    }),
  )

/** What Postgres sends when it lets nobody in. */
const fatal = (code: string, message: string) => {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.from("E\0\0\0\0")
  head.writeUInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

describe("DATABASE_URL", () => {
  it.live("that is no such URL is refused with its form, and not repeated", () =>
    Effect.gen(function* () {
      const wrong = [
        "",
        "sesame",
        "mysql://ann:sesame@localhost/requite",
        "postgres:/ann:sesame@localhost/requite",
        "postgres://ann:sesame@localhost:port/requite",
        "postgres://ann:sesame@localhost:0/requite",
        "postgres://ann:100%sesame@localhost/requite",
        // Not encoded, these end the host: what follows would be shown as a port, a database, a parameter.
        "postgres://ann:1/sesame@localhost/requite",
        "postgres://ann:1?sesame@localhost/requite",
        "postgres://ann:1#sesame@localhost/requite",
        "postgres://sesame/@localhost/requite",
        "postgres://ann:sesame@localhost/requite?sslmode=perhaps",
        "postgres://ann:sesame@localhost/requite?connect_timeout=soon",
      ]
      for (const url of wrong) {
        const { message, reason } = yield* refusal(url)
        assert.strictEqual(reason, "malformed-url", url)
        assert.match(message, /^DATABASE_URL cannot be read.*postgres:\/\/user:password@host:5432\/database/)
        assert.notInclude(message, "sesame", url)
      }
    }),
  )

  it.live("of a host that does not exist, or where nothing listens", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(listening(undefined))
      const closed = yield* refusal(`postgres://ann:sesame@127.0.0.1:${port}/requite`)
      assert.strictEqual(closed.reason, "unreachable")
      assert.include(closed.message, `Nothing listens at 127.0.0.1:${port}`)
      const unknown = yield* refusal("postgres://ann:sesame@no-such-host.invalid/requite")
      assert.strictEqual(unknown.reason, "unreachable")
      assert.include(unknown.message, "no-such-host.invalid:5432")
      const notPostgres = yield* refusal(`postgres://ann:sesame@127.0.0.1:${yield* listening(undefined)}/requite`)
      assert.strictEqual(notPostgres.reason, "unreachable")
      for (const { message } of [closed, unknown, notPostgres]) assert.notInclude(message, "sesame")
    }),
  )

  it.live("of a server that answers and refuses: by the code of the refusal", () =>
    Effect.gen(function* () {
      const cases = [
        ["28P01", "authentication-failed", `refuses the user "ann"`],
        ["28000", "authentication-failed", "check the user name and the password"],
        ["3D000", "missing-database", `has no database "requite": create it`],
        ["42501", "not-permitted", `may not use the database "requite"`],
        ["53300", "unreachable", "said so, 53300"],
        ["57P03", "unreachable", "said so, 57P03"],
      ] as const
      for (const [code, reason, part] of cases) {
        const port = yield* listening(fatal(code, `said so, ${code}`))
        const error = yield* refusal(`postgres://ann:sesame@127.0.0.1:${port}/requite`)
        assert.strictEqual(error.reason, reason)
        assert.include(error.message, part)
        assert.include(error.message, `127.0.0.1:${port}`)
        assert.notInclude(error.message, "sesame")
      }
    }),
  )

  it.live("of a server without TLS where the URL demands it", () =>
    Effect.gen(function* () {
      const port = yield* listening(Buffer.from("N"))
      const { message, reason } = yield* refusal(`postgres://ann:sesame@127.0.0.1:${port}/requite?sslmode=require`)
      assert.strictEqual(reason, "unreachable")
      assert.match(message, /refused TLS.*sslmode/)
    }),
  )

  describe.skipIf(serverUrl === undefined)("on a real server", () => {
    const at = (change: (url: URL) => void) => {
      const url = new URL(serverUrl ?? "")
      change(url)
      return url.href
    }

    it.live("names a database or a user that is not there", () =>
      Effect.gen(function* () {
        const database = yield* refusal(at((url) => (url.pathname = "/requite_no_such_database")))
        assert.strictEqual(database.reason, "missing-database")
        const user = yield* refusal(at((url) => (url.username = "requite_nobody")))
        assert.strictEqual(user.reason, "authentication-failed")
      }),
    )

    it.live("says what a user lacks who may not create tables", () =>
      Effect.gen(function* () {
        const { DATABASE_URL = "" } = yield* TestDatabase.acquireEnvironment
        const url = new URL(DATABASE_URL)
        url.username = `requite_test_${randomUUID().slice(0, 8)}`
        url.password = "sesame"
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`ALTER TABLE schema_migrations RENAME TO set_aside`
          yield* Effect.acquireRelease(sql`CREATE ROLE ${sql(url.username)} LOGIN PASSWORD 'sesame'`, () =>
            Effect.orDie(sql`DROP ROLE ${sql(url.username)}`),
          )
          const { message, reason } = yield* refusal(url.href)
          assert.strictEqual(reason, "not-permitted")
          assert.include(message, "GRANT CREATE ON SCHEMA public")
        }).pipe(Effect.scoped, Effect.provide(PgClient.layer({ url: Redacted.make(DATABASE_URL) })))
      }),
    )

    it.live("several servers that start at once migrate it once", () =>
      Effect.gen(function* () {
        const { DATABASE_URL = "" } = yield* TestDatabase.acquireEnvironment
        const start = Effect.provide(
          Layer.fresh(Database.layer({ url: Redacted.make(DATABASE_URL), dataDir: "never used" })),
        )
        yield* Effect.gen(function* () {
          const sql = yield* Database.connect(Redacted.make(DATABASE_URL), {})
          yield* sql`DROP SCHEMA public CASCADE`
          yield* sql`CREATE SCHEMA public`
        }).pipe(Effect.scoped)
        const steps = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT migration_id FROM schema_migrations`)
        const seen = yield* Effect.all([start(steps), start(steps), start(steps)], { concurrency: "unbounded" })
        for (const rows of seen) assert.deepStrictEqual(rows, seen[0])
        assert.isAbove(seen[0]?.length ?? 0, 0)
      }),
    )
  })
})
