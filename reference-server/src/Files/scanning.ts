/**
 * The loop that has files scanned that could not be while their sender waited, and tells their requests what came of it. It
 * asks first whether the scanner is there: one that is down costs no file an attempt. Whoever is killed with a file in hand
 * holds it until its lease ends. Several processes share the files.
 *
 * Words: a file is *untold* while its request's record does not say the verdict yet.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BlobKey, BlobStore } from "../BlobStore.ts"
import { ClientRequests } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import { Files } from "../Files.ts"
import * as Heartbeats from "../Operations/Heartbeats.ts"
import * as Tenancy from "../Tenancy.ts"
import { type Verdict, VirusScanner } from "../VirusScanner.ts"
import * as statements from "./sql.ts"

/** How many files of a process the scanner has before it at once. */
const concurrency = 4
/** How often it is looked, where nothing was due; and where the scanner does not answer. */
const interval = "2 seconds"
/** As long as the scan of one file may take; and longer than that, in milliseconds, as long as it is held. */
const patience = "9 minutes"
const lease = 600_000
/** How often it is said that files wait for a scanner that does not answer, in milliseconds. */
const reminding = 300_000

/** A file on which the scanner broke off is tried again after half a minute, later ever more seldom, at least every quarter. */
const afterAttempt = (attempts: number): number => Math.min(30_000 * 2 ** Math.max(0, attempts - 1), 900_000)

const system = { kind: "system" } as const

export const make = Effect.gen(function* () {
  const rows = yield* statements.make
  const blobs = yield* BlobStore
  const scanner = yield* VirusScanner
  const requests = yield* ClientRequests
  const files = yield* Files
  const crypto = yield* Crypto.Crypto
  let saidAt = 0

  /** Tells the request; one that is gone, or has the file no more, is told nothing. */
  const tell = Effect.fnUntraced(
    function* (file: statements.Known) {
      const { id, workspaceId, requestId, scan, detail } = file
      if (requestId === null) return yield* rows.note(file)
      const command = { id: yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto), by: system, file: id }
      const { stored } = yield* requests.read(workspaceId, requestId)
      const item = Filling.sectionOf(stored.questionnaire, file.question ?? "") ?? ""
      yield* requests.handle(
        workspaceId,
        requestId,
        scan === "infected"
          ? { type: "QuarantineFile", ...command, item, signature: detail }
          : { type: "ReportScan", ...command, scan, detail },
        () => rows.note(file),
      )
    },
    (effect, file) => Effect.catchTag(effect, "RequestNotFound", () => rows.note(file)),
  )

  /** The bytes of what is infected go once that is written down; the store may take its time. */
  const destroy = Effect.fnUntraced(function* (file: statements.Known) {
    yield* blobs.remove(BlobKey.make(file.id))
    yield* rows.gone(file, yield* Clock.currentTimeMillis)
    yield* Effect.logWarning("an infected file was removed", { file: file.id, signature: file.detail })
  })

  const judge = Effect.fnUntraced(function* (file: statements.Known, verdict: Verdict) {
    yield* rows.judge(file, verdict, yield* Clock.currentTimeMillis)
  })

  const scan = (file: statements.Known) =>
    Effect.flatMap(blobs.get(BlobKey.make(file.id)), ({ stream }) => scanner.scan(stream)).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.succeed<Verdict>({ verdict: "unscannable", reason: "The scan took too long." }),
      }),
      Effect.matchEffect({
        onSuccess: (verdict) => judge(file, verdict),
        onFailure: (error) =>
          error._tag === "BlobMissing"
            ? judge(file, { verdict: "unscannable", reason: "The store does not have this file." })
            : Effect.flatMap(Clock.currentTimeMillis, (now) =>
                rows.postpone(file, error.reason, now + afterAttempt(file.attempts)),
              ),
      }),
    )

  /** One file after another fails or not without the others. */
  const each = <A>(
    found: ReadonlyArray<statements.Known>,
    what: string,
    then: (file: statements.Known) => Effect.Effect<A, unknown>,
  ) =>
    Effect.forEach(
      found,
      (file) =>
        then(file).pipe(
          Tenancy.within(file.workspaceId),
          Effect.catchCause((cause) => Effect.logWarning(`a file could not be ${what} yet`, { file: file.id }, cause)),
        ),
      { concurrency, discard: true },
    )

  const alarm = (reason: string) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const { pending, pendingSince } = yield* files.standing
      if (pending === 0 || now - saidAt < reminding) return
      saidAt = now
      const since = new Date(pendingSince ?? now).toISOString()
      yield* Effect.logError(`the virus scanner does not answer: ${pending} files wait since ${since}`, { reason })
    })

  /** What is due; gives how many files it had scanned. */
  const scanDue = Effect.gen(function* () {
    if (!(yield* rows.isDue(yield* Clock.currentTimeMillis))) return 0
    const answer = yield* Effect.result(
      Effect.timeoutOrElse(scanner.health, {
        duration: "5 seconds",
        orElse: () => Effect.succeed("slow"),
      }),
    )
    if (answer._tag === "Failure") {
      yield* alarm(answer.failure.reason)
      return 0
    }
    const now = yield* Clock.currentTimeMillis
    const due = yield* rows.claim(now, now + lease, concurrency)
    yield* each(due, "scanned", scan)
    return due.length
  })

  /** One round: what is due is scanned, what was found is told, what is infected is destroyed. */
  const round = Effect.gen(function* () {
    const scanned = yield* scanDue
    yield* each(yield* rows.untold(100), "told of", tell)
    yield* each(yield* rows.infected(100), "removed", destroy)
    return scanned
  })

  /** What was let through while there was no scanner is looked at when there is one. */
  const begin = Effect.gen(function* () {
    if (scanner.kind !== "none") yield* rows.rescan(yield* Clock.currentTimeMillis)
  })

  return { begin, round }
})

/** The worker, running as long as its layer. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { begin, round } = yield* make
    yield* Effect.catchCause(begin, (cause) => Effect.logWarning("files could not be made due for a scan", cause))
    const { turn, life } = yield* Heartbeats.watch("file scanner", { turn: 660_000, rest: 60_000 })
    yield* turn(round).pipe(
      Effect.catchCause((cause) => Effect.as(Effect.logWarning("files will be looked for again", cause), 0)),
      Effect.tap((scanned) => (scanned === 0 ? Effect.sleep(interval) : Effect.void)),
      Effect.forever,
      life,
      Effect.forkScoped,
    )
  }),
)
