/**
 * Whether this process can do its work now: each thing that it stands on is asked, and answers in a word. Strangers are told the
 * word; whoever may see the metrics is also told the sentence.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { BlobStore, newKey } from "../BlobStore.ts"
import * as migrations from "../Database/migrations.ts"
import { SecureRandom } from "../platform/Crypto.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Outage from "../Pressure/Outage.ts"
import * as Tenancy from "../Tenancy.ts"
import * as Heartbeats from "./Heartbeats.ts"
import * as Stopping from "./Stopping.ts"

/** One of the things that the process stands on. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  /** In a word, why not: `no-answer`, `stuck`, …; null when it is well. */
  readonly reason: string | null
  /** The same for whoever runs the server. */
  readonly detail: string
}

export class Readiness extends Context.Service<
  Readiness,
  {
    /** All checks at this moment; the database has two seconds to answer, files are tried every ten seconds. */
    readonly checks: Effect.Effect<ReadonlyArray<Check>>
  }
>()("@requite/reference-server/Operations/Readiness") {}

const fine = (name: string, detail: string): Check => ({ name, ok: true, reason: null, detail })
const bad = (name: string, reason: string, detail: string): Check => ({ name, ok: false, reason, detail })

export const layer = Layer.effect(
  Readiness,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const blobs = yield* BlobStore
    const random = yield* SecureRandom.SecureRandom
    const known = Object.keys(migrations.migrations)

    const database = Effect.gen(function* () {
      const began = yield* Clock.currentTimeMillis
      const rows = yield* sql<{ step: string }>`
        SELECT lpad(migration_id::text, 4, '0') || '_' || name AS step FROM schema_migrations ORDER BY migration_id`
      const took = (yield* Clock.currentTimeMillis) - began
      const applied = new Set(rows.map(({ step }) => step))
      const missing = known.filter((step) => !applied.has(step))
      const newer = [...applied].filter((step) => !known.includes(step))
      const tables =
        missing.length > 0
          ? bad("migrations", "behind", `The tables lack ${missing.join(", ")}: start a server of this version once.`)
          : // an upgrade is rolling: while the new processes start, the old ones go on (docs/running.md)
            fine(
              "migrations",
              newer.length > 0 ? `newer than this version (${newer.join(", ")})` : `at ${known.at(-1) ?? "none"}`,
            )
      return [fine("database", `answered within ${took} ms`), tables]
    }).pipe(
      Tenancy.across,
      Effect.timeout("2 seconds"),
      Effect.catchCause((cause) => {
        const outage = Outage.of(cause)
        return Effect.succeed([
          outage === "disk-full"
            ? bad("database", "disk-full", "The disk of the database is full.")
            : bad("database", "no-answer", "The database did not answer within two seconds."),
        ])
      }),
    )

    /** That nothing can be written is found before a customer's file is. */
    const files = yield* Effect.cachedWithTTL(
      Effect.gen(function* () {
        const key = yield* Effect.provideService(newKey, SecureRandom.SecureRandom, random)
        yield* blobs.put(key, Stream.make(new TextEncoder().encode("ready?")), { maxBytes: 16 })
        yield* blobs.remove(key)
        return fine("files", "can be written")
      }).pipe(
        Effect.timeout("5 seconds"),
        Effect.catchCause((cause) =>
          Effect.succeed(
            Outage.of(cause) === "disk-full"
              ? bad("files", "disk-full", "The disk of the uploads is full.")
              : bad("files", "not-writable", "The folder of the uploads cannot be written."),
          ),
        ),
      ),
      Duration.seconds(10),
    )

    const loops = Effect.map(Heartbeats.pulses, (pulses) =>
      [...new Set(pulses.map(({ name }) => name))].map((name) => {
        const all = pulses.filter((pulse) => pulse.name === name)
        const alive = all.filter(Heartbeats.isAlive)
        const worst = all.find((pulse) => !Heartbeats.isAlive(pulse))
        // of several that share the work, one is enough
        return alive.length > 0 || worst === undefined
          ? fine(name, `${alive.length} of ${all.length} turn`)
          : bad(
              name,
              worst.state,
              `The ${name} is ${worst.state} since ${Math.round(worst.sinceMillis / 1000)} seconds.`,
            )
      }),
    )

    const stopping = Effect.map(Stopping.isStopping, (is) =>
      is ? [bad("process", "stopping", "The process was told to stop.")] : [fine("process", "runs")],
    )

    return {
      checks: Effect.map(
        Effect.all([stopping, database, Effect.map(files, (check) => [check]), loops], { concurrency: 4 }),
        (all) => all.flat(),
      ),
    }
  }),
)
