// A database of its own for each test file, at the newest tables, cheap: a *template* is migrated once and copied for each taker.
// With TEST_DATABASE_URL (any database of a Postgres server, as a user that may create databases) the template is a database
// of that server, and so is each copy. Without it both are directories of the embedded database; the template stays in
// node_modules/.cache. A template's name holds a digest of everything that decides its content, so it is never out of date.

import { createHash, randomUUID } from "node:crypto"
import { constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { cp, mkdir, rename } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Database from "../../reference-server/src/Database.ts"
import { PgClient, SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"

/** What a server needs in its environment to run on a database of its own. Both are gone when the scope is closed. */
export interface Environment {
  readonly DATA_DIR: string
  /** Only when TEST_DATABASE_URL is set. */
  readonly DATABASE_URL?: string
}

const repository = join(import.meta.dirname, "../..")
const sources = join(repository, "reference-server/src")
const cache = join(repository, "node_modules/.cache/requite-test-database")

const serverUrl = process.env["TEST_DATABASE_URL"]

/** Makes the template, unless it is there. The global set-up of the tests calls it, so that no two files make it at once. */
export const prepare = Effect.suspend(() => (serverUrl === undefined ? prepareDirectory : prepareDatabase(serverUrl)))

/** For tests that start the server as a process: a fresh, migrated database and an otherwise empty data directory. */
export const acquireEnvironment: Effect.Effect<Environment, never, Scope.Scope> = Effect.gen(function* () {
  if (serverUrl === undefined) return { DATA_DIR: yield* embeddedDirectory }
  yield* prepareDatabase(serverUrl)
  const name = `requite_test_${unique()}`
  yield* Effect.acquireRelease(
    onServer(serverUrl, (sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template)}`),
    () => onServer(serverUrl, (sql) => sql`DROP DATABASE ${sql(name)} WITH (FORCE)`),
  )
  return { DATA_DIR: yield* temporaryDirectory, DATABASE_URL: named(serverUrl, name) }
})

/** For tests of the embedded database itself: a data directory with a fresh, migrated one in it, whichever engine is tested. */
export const embeddedDirectory: Effect.Effect<string, never, Scope.Scope> = Effect.gen(function* () {
  yield* prepareDirectory
  const path = yield* temporaryDirectory
  const from = join(cache, digest, "database")
  yield* Effect.promise(() => cp(from, join(path, "database"), { recursive: true, mode: constants.COPYFILE_FICLONE }))
  return path
})

/** For tests in this process: a client on a fresh, migrated database. */
export const layer: Layer.Layer<SqlClient.SqlClient, Database.DatabaseUnavailable> = Layer.unwrap(
  Effect.map(acquireEnvironment, ({ DATABASE_URL, DATA_DIR }) => open(DATA_DIR, DATABASE_URL)),
)

/** For tests of what tables themselves do: the same as who owns them, who may make more. */
export const administration: Layer.Layer<SqlClient.SqlClient, Database.DatabaseUnavailable> = Layer.effect(
  SqlClient.SqlClient,
  Effect.gen(function* () {
    const { DATABASE_URL, DATA_DIR } = yield* acquireEnvironment
    if (DATABASE_URL !== undefined) return yield* Effect.orDie(Database.connect(Redacted.make(DATABASE_URL), {}))
    return yield* openAsAdministrator(DATA_DIR)
  }),
)

/** For tests that ask services and rows themselves: they see every workspace. What goes over HTTP stands on its own. */
export const everyWorkspace: Layer.Layer<never> = Layer.succeed(Tenancy.CurrentWorkspace, "*")

/** Does, in a transaction, what the program itself may not: as who owns the tables. */
export const asAdministrator = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.withTransaction(Effect.andThen(sql`SET LOCAL ROLE NONE`, effect)),
  ).pipe(Tenancy.across)

/** A directory of its own under the system's temporary one. */
export const temporaryDirectory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "requite-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 })),
)

// Without the banner of the embedded database, which would stand above the results of every file.
const open = (dataDir: string, url?: string) =>
  Database.layer({ dataDir, url: url === undefined ? undefined : Redacted.make(url) }).pipe(
    Layer.provide(Layer.succeed(References.MinimumLogLevel, "Error")),
  )

const openAsAdministrator = Effect.fnUntraced(function* (dataDir: string) {
  const sql = yield* Effect.map(Layer.build(Layer.fresh(open(dataDir))), Context.get(SqlClient.SqlClient))
  yield* Effect.orDie(sql`SET ROLE NONE`)
  return sql
})

// Both kinds are made under another name and then renamed: of several makers the first wins, and nobody sees half a template.

const prepareDirectory = Effect.gen(function* () {
  const wanted = join(cache, digest)
  if (existsSync(wanted)) return
  yield* Effect.promise(() => mkdir(cache, { recursive: true }))
  for (const old of readdirSync(cache).map((name) => join(cache, name))) {
    const made = statSync(old, { throwIfNoEntry: false })?.mtimeMs
    if (made !== undefined && made < Date.now() - hour) rmSync(old, { recursive: true, force: true })
  }
  const made = `${wanted}.${unique()}`
  yield* Effect.scoped(Effect.orDie(Effect.flatMap(openAsAdministrator(made), dropSpares)))
  yield* Effect.promise(() => rename(made, wanted)).pipe(
    Effect.catchCause(() => Effect.sync(() => rmSync(made, { recursive: true }))),
  )
})

const prepareDatabase = Effect.fnUntraced(function* (url: string) {
  const exists = yield* onServer(url, (sql) => sql`SELECT 1 FROM pg_database WHERE datname = ${template}`)
  if (exists.length > 0) return
  const made = `${template}_${unique()}`
  yield* onServer(url, (sql) => sql`CREATE DATABASE ${sql(made)}`)
  yield* Effect.void.pipe(Effect.provide(Layer.fresh(open(tmpdir(), named(url, made)))), Effect.orDie)
  yield* onServer(url, (sql) =>
    sql`ALTER DATABASE ${sql(made)} RENAME TO ${sql(template)}`.pipe(
      Effect.catch(() => sql`DROP DATABASE ${sql(made)}`),
    ),
  )
})

/** Nobody makes a further database in a copy; without the two that Postgres makes them from, it is copied in half the time. */
const dropSpares = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  yield* sql`UPDATE pg_database SET datistemplate = false`
  yield* sql`DROP DATABASE template0`
  yield* sql`DROP DATABASE template1`
})

const onServer = <A, E>(url: string, run: (sql: PgClient.PgClient) => Effect.Effect<A, E>): Effect.Effect<A> =>
  PgClient.PgClient.pipe(
    Effect.flatMap(run),
    Effect.provide(Layer.fresh(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))),
    Effect.orDie,
  )

const named = (url: string, database: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

const hour = 3_600_000
const unique = (): string => randomUUID().slice(0, 8)

const digest = (() => {
  const files = [
    "Database.ts",
    ...readdirSync(join(sources, "Database"), { recursive: true, encoding: "utf8" }).map((file) =>
      join("Database", file),
    ),
  ]
  const hash = createHash("sha256").update(readFileSync(join(repository, "package-lock.json")))
  hash.update(readFileSync(import.meta.filename))
  for (const file of files.filter((name) => name.endsWith(".ts")).sort()) hash.update(readFileSync(join(sources, file)))
  return hash.digest("hex").slice(0, 12)
})()
const template = `requite_template_${digest}`
