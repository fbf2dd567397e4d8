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
import { Files } from "../Files.ts"
import * as migrations from "../Database/migrations.ts"
import * as StepDigests from "../Database/StepDigests.ts"
import { SecureRandom } from "../platform/Crypto.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Outage from "../Pressure/Outage.ts"
import * as Tenancy from "../Tenancy.ts"
import { VirusScanner } from "../VirusScanner.ts"
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
    const scanner = yield* VirusScanner
    const stored = yield* Files
    const random = yield* SecureRandom.SecureRandom
    const known = Object.keys(migrations.migrations)
    const digests = StepDigests.all(known)

    const database = Effect.gen(function* () {
      const began = yield* Clock.currentTimeMillis
      const rows = yield* sql<{ step: string; digest: string | null }>`
        SELECT lpad(migration_id::text, 4, '0') || '_' || name AS step, to_jsonb(m) ->> 'digest' AS digest
        FROM schema_migrations m ORDER BY migration_id`
      const took = (yield* Clock.currentTimeMillis) - began
      const applied = new Set(rows.map(({ step }) => step))
      const missing = known.filter((step) => !applied.has(step))
      const edited = rows.flatMap(({ step, digest }) =>
        digest !== null && digests.has(step) && digests.get(step) !== digest ? [step] : [],
      )
      const newer = [...applied].filter((step) => !known.includes(step))
      const tables =
        missing.length > 0
          ? bad("migrations", "behind", `The tables lack ${missing.join(", ")}: start a server of this version once.`)
          : edited.length > 0
            ? bad(
                "migrations",
                "edited",
                `${edited.join(", ")} ran here as something else than this version has: take the change back, and make it in a step of its own.`,
              )
            : // an upgrade is rolling: while the new processes start, the old ones go on (docs/running.md)
              fine(
                "migrations",
                newer.length > 0 ? `newer than this version (${newer.join(", ")})` : `at ${known.at(-1) ?? "none"}`,
              )
      return [(yield* room) ?? fine("database", `answered within ${took} ms`), tables]
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

    /** Reading works on a full disk, so it is written to: a sort that is too large for memory, which leaves nothing behind. */
    const room = yield* Effect.cachedWithTTL(
      Effect.gen(function* () {
        yield* sql`SELECT set_config('work_mem', '64kB', true)`
        yield* sql`SELECT count(*) FROM (
          SELECT repeat('x', 100) || n AS line FROM generate_series(1, 4000) n ORDER BY line OFFSET 0) sorted`
        return null
      }).pipe(
        sql.withTransaction,
        Tenancy.across,
        Effect.timeout("2 seconds"),
        Effect.catchCause((cause) =>
          Effect.succeed(
            Outage.of(cause) === "disk-full"
              ? bad("database", "disk-full", "The disk of the database is full: nothing new can be kept.")
              : // whatever else is wrong with it, the question before has told
                null,
          ),
        ),
      ),
      Duration.seconds(2),
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
              : bad("files", "not-writable", "The store of the uploads cannot be written."),
          ),
        ),
      ),
      Duration.seconds(10),
    )

    /** Without a scanner files come in all the same, and wait: whoever runs the server is told, and the process is ready. */
    const scanning = yield* Effect.cachedWithTTL(
      Effect.gen(function* () {
        if (scanner.kind === "none") return fine("scanner", "none: files are not scanned for viruses (CLAMD_URL)")
        const { pending, pendingSince, unscannable } = yield* stored.standing
        const waiting =
          pendingSince === null ? "" : `; ${pending} files wait since ${new Date(pendingSince).toISOString()}`
        const odd = unscannable === 0 ? "" : `; ${unscannable} cannot be scanned`
        const said = yield* scanner.health.pipe(
          Effect.map((version) => `answers as ${version}`),
          Effect.catchTag("ScannerUnavailable", ({ reason }) => Effect.succeed(`does not answer: ${reason}`)),
          Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.succeed("does not answer in time") }),
        )
        return fine("scanner", `${said}${waiting}${odd}`)
      }).pipe(Effect.catchCause(() => Effect.succeed(fine("scanner", "was not asked: the database did not answer")))),
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
        Effect.all(
          [stopping, database, Effect.map(files, (check) => [check]), Effect.map(scanning, (check) => [check]), loops],
          { concurrency: 4 },
        ),
        (all) => all.flat(),
      ),
    }
  }),
)
