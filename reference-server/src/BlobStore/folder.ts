// The BlobStore in a folder of this machine, or one that several servers share. A blob is written to `tmp/<key>.<random>.part`,
// flushed to the disk, and renamed to `<first two characters of the key>/<key>`: a reader or a crash meets a whole blob or none.
// What a crash left in `tmp` is deleted at the next start, once it is a day old and so cannot be another server's upload (S66).

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BlobKey, BlobMissing, BlobStore, BlobStoreUnavailable } from "../BlobStore.ts"
import { SecureRandom } from "../platform/Crypto.ts"
import { ByteSize, FileSystem, Path, type PlatformError } from "../platform/Files.ts"
import * as BlobIntake from "./BlobIntake.ts"

const abandonedAfterMillis = 24 * 60 * 60 * 1000
const isKey = Schema.is(BlobKey)

/** Provides `BlobStore` over one folder, which it makes; fails when the folder cannot be made or written. */
export const layer = (
  folder: string,
): Layer.Layer<BlobStore, BlobStoreUnavailable, FileSystem.FileSystem | Path.Path | SecureRandom.SecureRandom> =>
  Layer.effect(
    BlobStore,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const random = yield* SecureRandom.SecureRandom
      const tmp = path.join(folder, "tmp")
      const unavailable = (error: PlatformError.PlatformError) =>
        new BlobStoreUnavailable({ reason: sentence(folder, error) })

      // The type already says that a key is one of ours. A string that got here all the same must not become a path.
      const fileOf = (key: BlobKey) =>
        isKey(key)
          ? Effect.succeed(path.join(folder, key.slice(0, 2), key))
          : Effect.die(new TypeError("A blob key that is no UUID: nothing was read or written."))

      const put: BlobStore["Service"]["put"] = Effect.fn("BlobStore.put")(function* (key, content, { maxBytes }) {
        const file = yield* fileOf(key)
        const part = path.join(tmp, `${key}.${yield* random.uuidV4()}.part`)
        yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(part, { force: true }))) // after the rename, none is there
        const opened = yield* Effect.mapError(fs.open(part, { flag: "wx", mode: 0o600 }), unavailable)
        const receipt = yield* BlobIntake.take(content, maxBytes, (chunk) =>
          // A write that is given up goes on in the thread pool, on a descriptor that is closed under it and may by then be
          // another upload's. So an interruption waits for this one chunk.
          opened.writeAll(chunk).pipe(Effect.mapError(unavailable), Effect.uninterruptible),
        )
        yield* Effect.mapError(opened.sync, unavailable)
        yield* publish(part, file).pipe(Effect.mapError(unavailable), Effect.uninterruptible)
        return receipt
      }, Effect.scoped)

      const publish = (part: string, file: string) =>
        fs.makeDirectory(path.dirname(file), { recursive: true, mode: 0o700 }).pipe(
          Effect.andThen(fs.rename(part, file)),
          // The new name is on disk only when its folder is. Not every system can flush a folder: then it comes a little later.
          Effect.andThen(
            fs.open(path.dirname(file), { flag: "r" }).pipe(
              Effect.flatMap((directory) => directory.sync),
              Effect.scoped,
              Effect.ignore,
            ),
          ),
        )

      const get: BlobStore["Service"]["get"] = Effect.fn("BlobStore.get")(function* (key, range) {
        const file = yield* fileOf(key)
        const { size } = yield* fs
          .stat(file)
          .pipe(Effect.mapError((error) => (isMissing(error) ? new BlobMissing({ key }) : unavailable(error))))
        const part = range && { offset: range.offset, bytesToRead: range.length }
        return { bytes: ByteSize.toNumberUnsafe(size), stream: Stream.mapError(fs.stream(file, part), unavailable) }
      })

      const remove: BlobStore["Service"]["remove"] = Effect.fn("BlobStore.remove")(function* (key) {
        const file = yield* fileOf(key)
        yield* fs.remove(file).pipe(
          Effect.catchIf(isMissing, () => Effect.void),
          Effect.mapError(unavailable),
        )
      })

      const sweep = Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const parts = (yield* fs.readDirectory(tmp)).filter((name) => name.endsWith(".part"))
        for (const part of parts.map((name) => path.join(tmp, name))) {
          const found = yield* Effect.option(fs.stat(part)) // none: another server finished or swept it meanwhile
          const written = Option.flatMap(found, ({ mtime }) => mtime)
          if (Option.isSome(written) && now - written.value.getTime() > abandonedAfterMillis) {
            yield* fs.remove(part, { force: true })
          }
        }
      })

      yield* fs
        .makeDirectory(tmp, { recursive: true, mode: 0o700 })
        .pipe(Effect.andThen(fs.access(tmp, { writable: true })), Effect.andThen(sweep), Effect.mapError(unavailable))
      return { put, get, remove }
    }),
  )

const isMissing = (error: PlatformError.PlatformError): boolean => error.reason._tag === "NotFound"

// Effect keeps what it has no tag for, a full disk among it, in the error that Node gave.
const codeOf = ({ reason }: PlatformError.PlatformError): string =>
  reason.cause instanceof Error && "code" in reason.cause ? String(reason.cause.code) : reason._tag

const sentence = (folder: string, error: PlatformError.PlatformError): string => {
  const code = codeOf(error)
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `The disk of the upload folder ${folder} is full (${code}).`
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `The server may not read or write the upload folder ${folder} (${code}).`
    case "ENOENT":
      return `The upload folder ${folder} or a part of it is gone (${code}).`
    default:
      return `The upload folder ${folder} cannot be read or written (${code}).`
  }
}
