// The database when DATABASE_URL is not set: PGlite, Postgres compiled to WebAssembly, in this process and on its own directory
// `<dataDir>/database`. For trying out and for tests: a query blocks the process while it runs, and one process is all there is.
//
// What a killed process loses: nothing that was answered. Postgres writes its log before it answers a COMMIT, and PGlite passes
// that write to the operating system at once (`synchronous_commit` and `full_page_writes` are on, and this file leaves them on).
// What a power cut loses: maybe everything, for `fsync` cannot be switched on.

import { existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { PGlite } from "@electric-sql/pglite"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { PgClient, SqlClient, SqlError } from "../platform/Sql.ts"
import { DatabaseUnavailable } from "./DatabaseUnavailable.ts"
import * as DirectoryLock from "./DirectoryLock.ts"
import * as PgliteBridge from "./PgliteBridge.ts"

/**
 * Locks and opens the database in `dataDir`, after making it when there is none (the first time it takes seconds), and closes
 * it with the scope. Gives the settings with which the driver reaches it.
 */
export const open = Effect.fnUntraced(function* (
  dataDir: string,
): Effect.fn.Return<PgClient.PgPoolConfig, DatabaseUnavailable, Scope.Scope> {
  const directory = join(dataDir, "database")
  yield* DirectoryLock.acquire(directory)
  yield* Effect.logWarning("embedded database: for trying out and tests; set DATABASE_URL for production")
  const engine = yield* Effect.acquireRelease(start(directory), (started) => Effect.promise(() => started.close()))
  const bridge = yield* Effect.acquireRelease(
    Effect.promise(() => PgliteBridge.make(engine)),
    (made) => Effect.promise(() => made.close()),
  )
  return {
    host: "embedded",
    username: "postgres",
    database: "postgres",
    ssl: false,
    // There is one session. Whoever comes waits for it, so what it was told last is known.
    maxConnections: 1,
    // A connection that takes the place of another one finds the names of its prepared statements taken.
    prepare: false,
    stream: bridge.connect,
  }
})

const postgresqlConf = ["shared_buffers=16MB", "max_connections=20", "min_wal_size=32MB", "max_wal_size=64MB"]

const fatal = /^.*?((?:FATAL|PANIC):.*)$/

const start = (directory: string): Effect.Effect<PGlite, DatabaseUnavailable> => {
  const complaints: Array<string> = []
  return Effect.tryPromise({
    try: async () => {
      // Loaded only here: with DATABASE_URL set nobody pays for it.
      const { PGlite } = await import("@electric-sql/pglite")
      return await whole(directory, () =>
        PGlite.create({
          dataDir: directory,
          postgresqlconf: postgresqlConf,
          onStderr: (line) => {
            if (fatal.test(line)) complaints.push(line)
            return false
          },
        }),
      )
    },
    catch: (cause) => {
      const why = complaints.at(-1)?.replace(fatal, "$1") ?? String(cause)
      return new DatabaseUnavailable({
        reason: "directory-unusable",
        message: `The embedded database in ${directory} does not open (${why}): look at free space and permissions, restore a copy of the directory, or move it away to start with an empty one.`,
      })
    },
  })
}

/** A process killed while it makes the database leaves half of one: a mark beside it says so, and the next start begins anew. */
const whole = async <A>(directory: string, create: () => Promise<A>): Promise<A> => {
  const mark = `${directory}.unfinished`
  if (existsSync(mark)) rmSync(directory, { recursive: true, force: true })
  else if (!existsSync(directory)) writeFileSync(mark, "")
  const created = await create()
  rmSync(mark, { force: true })
  return created
}

/** The session works as this role from now on. */
export const become = (client: SqlClient.SqlClient, role: string): Effect.Effect<void, SqlError.SqlError> =>
  Effect.gen(function* () {
    yield* client`GRANT pg_checkpoint TO ${client(role)}`
    yield* client`SET ROLE ${client(role)}`
  })

/** What Postgres' checkpointer does, which PGlite lacks: without it the log grows until the database is closed. */
export const checkpoints = (client: SqlClient.SqlClient): Effect.Effect<void, never, Scope.Scope> =>
  client`CHECKPOINT`.pipe(
    Effect.catch((error) => Effect.logWarning("checkpoint of the embedded database failed", error.message)),
    Effect.schedule(Schedule.spaced("5 minutes")),
    Effect.forkScoped,
    Effect.asVoid,
  )
