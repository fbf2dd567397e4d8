// A process that the database tests start and kill. Run as a program it opens the database of its environment (DATA_DIR,
// DATABASE_URL), prints `open`, and does what its argument names. A line is written before the next step begins, so whoever
// reads it knows what was acknowledged.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { writeSync } from "node:fs"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Database from "../../reference-server/src/Database.ts"
import { PersistedQueue } from "../../reference-server/src/platform/Persistence.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import type { Environment } from "../support/TestDatabase.ts"

/** Short, so that a test can wait until the job of a killed worker is free again. */
export const times = {
  pollInterval: "200 millis",
  lockRefreshInterval: "500 millis",
  lockExpiration: "2 seconds",
  tableName: "queue",
} as const
export const queue = PersistedQueue.make({
  name: "jobs",
  schema: Schema.Struct({ name: Schema.String }),
  maxAttempts: 3,
})
export const queueLayer = PersistedQueue.layer.pipe(Layer.provide(PersistedQueue.layerStoreSql(times)))

export interface Child {
  readonly pid: number
  /** Every line so far. */
  readonly lines: ReadonlyArray<string>
  /** The next line that is not read yet; `""` when the process has ended. */
  readonly line: Effect.Effect<string>
  /** As `kill -9`; gone when it returns. */
  readonly kill: Effect.Effect<void>
}

/** Starts this file as a process, which is killed with the scope. */
export const start = (
  what: "hold" | "insert" | "take",
  environment: Environment,
): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, ["--conditions=requite-source", import.meta.filename, what], {
        env: { ...environment },
        stdio: ["ignore", "pipe", "inherit"],
      })
      const ended = once(child, "close")
      const lines: Array<string> = []
      const reader = createInterface(child.stdout)
      reader.on("line", (line) => lines.push(line))
      const unread = reader[Symbol.asyncIterator]()
      return {
        pid: child.pid ?? 0,
        lines,
        line: Effect.promise(async () => {
          const next = await unread.next()
          return next.done === true ? "" : next.value
        }),
        kill: Effect.promise(async () => {
          child.kill("SIGKILL")
          await ended
        }),
      }
    }),
    ({ kill }) => kill,
  )

const say = (line: string) => Effect.sync(() => writeSync(1, `${line}\n`))

/** Inserts and changes rows for ever, each in a transaction, and prints the number of each when it is committed. */
const insert = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // a table of its own is more than the program may make
  yield* sql`SET ROLE NONE`
  yield* sql`CREATE TABLE IF NOT EXISTS acknowledged (id int PRIMARY KEY, seen int NOT NULL, padding text NOT NULL)`
  const [last] = yield* sql<{ id: number }>`SELECT coalesce(max(id), 0) AS id FROM acknowledged`
  for (let id = (last?.id ?? 0) + 1; ; id++) {
    yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`INSERT INTO acknowledged VALUES (${id}, 0, ${"x".repeat((id * 7919) % 20_000)})`
        // Old pages too, so that a kill meets more than the end of the table.
        yield* sql`UPDATE acknowledged SET seen = ${id} WHERE id % 50 = ${id % 50}`
      }),
    )
    yield* say(String(id))
    if (id % 200 === 0) yield* sql`CHECKPOINT`
  }
})

/** Takes one job and never finishes it. */
const take = Effect.gen(function* () {
  const jobs = yield* queue
  return yield* jobs.take(({ name }, { attempts }) => Effect.andThen(say(`took ${name} ${attempts}`), Effect.never))
}).pipe(Effect.provide(queueLayer))

if (import.meta.main) {
  const { DATABASE_URL, DATA_DIR = "" } = process.env
  const url = DATABASE_URL === undefined ? undefined : Redacted.make(DATABASE_URL)
  await say("open").pipe(
    Effect.andThen(process.argv[2] === "insert" ? insert : process.argv[2] === "take" ? take : Effect.never),
    Effect.provide(Database.layer({ dataDir: DATA_DIR, url })),
    Effect.catchTag("DatabaseUnavailable", ({ message, reason }) => say(`refused: ${reason}: ${message}`)),
    Effect.provideService(References.MinimumLogLevel, "Error"),
    Effect.runPromise,
  )
}
