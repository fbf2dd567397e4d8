/** The layer of `Files`, over the database, the blob store and the scanner. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { BlobKey, BlobStore } from "../BlobStore.ts"
import { FileMissing, Files, FileWithheld, type Inspected } from "../Files.ts"
import { VirusScanner } from "../VirusScanner.ts"
import * as Digest from "./Digest.ts"
import * as statements from "./sql.ts"

const isKey = Schema.is(BlobKey)

/** `patience`: how long a sender waits for the scanner; after that the file is taken in, and scanned later. */
export const layerOf = (patience: Duration.Input) =>
  Layer.effect(
    Files,
    Effect.gen(function* () {
      const blobs = yield* BlobStore
      const scanner = yield* VirusScanner
      const rows = yield* statements.make
      const intact = yield* Digest.make

      const pending = (reason: string) => Effect.succeed<Inspected>({ verdict: "pending", reason })

      const one = (workspaceId: string, id: string) =>
        isKey(id) ? Effect.map(rows.read(workspaceId, [id]), ([row]) => row) : Effect.succeed(undefined)

      return Files.of({
        inspect: Effect.fn("Files.inspect")(function* (id) {
          return yield* Effect.flatMap(blobs.get(BlobKey.make(id)), ({ stream }) => scanner.scan(stream)).pipe(
            Effect.map((verdict): Inspected => verdict),
            Effect.catchTags({
              ScannerUnavailable: ({ reason }) => pending(reason),
              BlobStoreUnavailable: () => pending("The store did not give the file back to be scanned."),
              BlobMissing: Effect.die,
            }),
            Effect.timeoutOrElse({
              duration: patience,
              orElse: () => pending("The scanner took longer than the sender could wait."),
            }),
          )
        }),
        register: (file) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.asVoid(Effect.orDie(rows.register(file, now)))),
        attached: (workspaceId, requestId, question, file) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.orDie(rows.attach(workspaceId, requestId, question, file, now)),
          ),
        of: (workspaceId, ids) =>
          Effect.map(Effect.orDie(rows.read(workspaceId, ids.filter(isKey))), (found) =>
            ids.flatMap((id) => found.filter((file) => file.id === id)),
          ),
        open: Effect.fn("Files.open")(function* (workspaceId, id, range) {
          const file = yield* Effect.orDie(one(workspaceId, id))
          if (file === undefined) return yield* new FileMissing({ id })
          const { name, bytes, type, sha256, scan } = file
          const isReadable = scan === "clean" || (scan === "unscanned" && scanner.kind === "none")
          if (!isReadable) return yield* new FileWithheld({ id, name, scan })
          if (file.isGone) return yield* new FileMissing({ id })
          return yield* Effect.gen(function* () {
            const whole = yield* blobs.get(BlobKey.make(id))
            const about = { file: { id, name, bytes, type, sha256 } }
            if (range === undefined) {
              return { ...about, range: { offset: 0, length: bytes }, content: Digest.checked(file, whole.stream) }
            }
            // of a part no digest was kept: the whole is read first, once in a while
            yield* intact(file, whole.stream)
            const offset = Math.min(range.offset, bytes)
            const length = Math.min(range.length, bytes - offset)
            const part = yield* blobs.get(BlobKey.make(id), { offset, length })
            return { ...about, range: { offset, length }, content: Digest.unbroken(part.stream) }
          }).pipe(
            Effect.catchTags({
              BlobMissing: () => Effect.fail(new FileMissing({ id })),
              BlobStoreUnavailable: Effect.die,
            }),
          )
        }),
        remove: Effect.fn("Files.remove")(function* (workspaceId, given) {
          const ids = given.filter(isKey)
          if (ids.length === 0) return
          yield* Effect.orDie(rows.forget(workspaceId, ids))
          yield* Effect.forEach(ids, (id) => Effect.ignore(blobs.remove(BlobKey.make(id))), { discard: true })
        }),
        withheld: (workspaceId) => Effect.orDie(rows.waiting(workspaceId)),
        scanAgain: (workspaceId, given) => {
          const ids = given.filter(isKey)
          if (ids.length === 0) return Effect.succeed(0)
          return Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.orDie(rows.again(workspaceId, ids, now)))
        },
        standing: Effect.map(Effect.orDie(rows.standing), (counts) => ({ scanner: scanner.kind, ...counts })),
      })
    }),
  )

export const layer = layerOf("10 seconds")
