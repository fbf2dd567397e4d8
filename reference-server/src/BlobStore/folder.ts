// The BlobStore in a folder of this machine, or one that several servers share. An object is written to
// `tmp/<random>.part`, flushed to the disk, and renamed to `<first two characters of the key>/<key>`: a reader or a crash meets
// a whole blob or none. What a crash left in `tmp` is deleted at the next start, once it is a day old and so cannot be another
// server's upload (S66). A partial is one growing file, `partial/<key>/0000000000000000`; sealing flushes and renames it.

import { createHash, type Hash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BlobOffsetMismatch, BlobStore, BlobStoreUnavailable, BlobTooLarge } from "../BlobStore.ts"
import { SecureRandom } from "../platform/Crypto.ts"
import { ByteSize, FileSystem, Path, type PlatformError } from "../platform/Files.ts"
import * as BlobIntake from "./BlobIntake.ts"
import { type ListedObject, ObjectMissing, type ObjectStore, parseName, pieceOf } from "./ObjectStore.ts"
import * as overObjects from "./overObjects.ts"

const abandonedAfterMillis = 24 * 60 * 60 * 1000
const readBytes = 1_048_576
/** Uploads under way whose digest is kept; of more, the oldest are read when they are sealed. */
const mostDigests = 1_000

/** Provides `BlobStore` over one folder, which it makes; fails when the folder cannot be made or written. */
export const layer = (
  folder: string,
): Layer.Layer<BlobStore, BlobStoreUnavailable, FileSystem.FileSystem | Path.Path | SecureRandom.SecureRandom> =>
  Layer.effect(
    BlobStore,
    Effect.map(open(folder), ({ objects, growing }) => {
      const store = overObjects.make(objects)
      return { ...store, ...growing(store) }
    }),
  )

/** The same folder as objects, for `encrypted.ts`. */
export const objects = (folder: string) => Effect.map(open(folder), (opened) => opened.objects)

const open = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const random = yield* SecureRandom.SecureRandom
  const tmp = path.join(folder, "tmp")
  const unavailable = (error: PlatformError.PlatformError) =>
    new BlobStoreUnavailable({ reason: sentence(folder, error) })

  // Whoever calls made the name. A string that got here all the same must not become a path.
  const pathOf = (name: string) => {
    const parsed = parseName(name)
    if (parsed === undefined) return Effect.die(new TypeError("No name of ours: nothing was read or written."))
    return Effect.succeed(path.join(folder, ...(parsed.offset === undefined ? [name.slice(0, 2)] : []), name))
  }

  const put: ObjectStore["put"] = Effect.fn("BlobStore.put")(function* (name, content) {
    const file = yield* pathOf(name)
    const part = path.join(tmp, `${yield* random.uuidV4()}.part`)
    yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(part, { force: true }))) // after the rename, none is there
    const opened = yield* Effect.mapError(fs.open(part, { flag: "wx", mode: 0o600 }), unavailable)
    const receipt = yield* BlobIntake.take(content, (chunk) =>
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

  const get: ObjectStore["get"] = Effect.fn("BlobStore.get")(function* (name, range) {
    const file = yield* pathOf(name)
    const { size } = yield* fs
      .stat(file)
      .pipe(Effect.mapError((error) => (isMissing(error) ? new ObjectMissing({ name }) : unavailable(error))))
    const part = range && { offset: range.offset, bytesToRead: range.length }
    return { bytes: ByteSize.toNumberUnsafe(size), stream: Stream.mapError(fs.stream(file, part), unavailable) }
  })

  const remove: ObjectStore["remove"] = Effect.fn("BlobStore.remove")(function* (name) {
    const file = yield* pathOf(name)
    yield* fs.remove(file).pipe(
      Effect.catchIf(isMissing, () => Effect.void),
      Effect.mapError(unavailable),
    )
    // the folder of a partial goes with its last piece; while another is there, the system refuses
    if (name.startsWith("partial/")) yield* Effect.ignore(fs.remove(path.dirname(file)))
  })

  /** What lies in a folder; none: nothing does. That the whole store is away is another thing: `tmp` is always there. */
  const names = (...parts: ReadonlyArray<string>) =>
    fs.readDirectory(path.join(folder, ...parts)).pipe(
      Effect.catchIf(
        (error) => isMissing(error) || codeOf(error) === "ENOTDIR",
        () => Effect.as(fs.access(tmp), []),
      ),
      Effect.mapError(unavailable),
    )
  const listed = Effect.fnUntraced(function* (
    name: string,
  ): Effect.fn.Return<ReadonlyArray<ListedObject>, BlobStoreUnavailable> {
    if (parseName(name) === undefined) return []
    const found = yield* Effect.option(fs.stat(yield* pathOf(name))) // none: removed meanwhile
    return Option.match(found, {
      onNone: () => [],
      onSome: ({ size, mtime }) => [
        {
          name,
          bytes: ByteSize.toNumberUnsafe(size),
          modifiedAt: Option.match(mtime, { onNone: () => 0, onSome: (written) => written.getTime() }),
        },
      ],
    })
  })
  const folders = (within: string): Stream.Stream<string, BlobStoreUnavailable> => {
    if (within.split("/").length > 2) return Stream.succeed(within)
    const partials = Stream.fromIterableEffect(
      Effect.map(names("partial"), (all) => all.map((key) => `partial/${key}/`)),
    )
    const blobs = Stream.fromIterableEffect(Effect.map(names(), (all) => all.filter((name) => name.length === 2)))
    return within === "" ? Stream.concat(blobs, partials) : partials
  }
  const list: ObjectStore["list"] = (within) =>
    folders(within).pipe(
      Stream.flatMap((place) =>
        Stream.fromIterableEffect(
          Effect.map(names(place), (all) => all.map((name) => (place.length === 2 ? name : place + name))),
        ),
      ),
      Stream.mapEffect(listed),
      Stream.flattenIterable,
    )

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
  const objects: ObjectStore = { put, get, remove, list }

  /** The digest of a file, read into the same memory over and over. */
  const measured = Effect.fnUntraced(function* (file: string) {
    const opened = yield* fs.open(file, { flag: "r" })
    const [hash, part] = [createHash("sha256"), new Uint8Array(readBytes)]
    for (let bytes = 0; ;) {
      const length = yield* opened.read(part)
      if (length === 0) return { bytes, sha256: hash.digest("hex") }
      bytes += length
      hash.update(part.subarray(0, length))
    }
  }, Effect.scoped)

  /** A partial as one file that grows: what comes is written at its end at once, and a seal copies nothing. */
  const growing = (store: BlobStore["Service"]): Pick<BlobStore["Service"], "append" | "seal"> => {
    const digests = new Map<string, Digest>()
    /** What this process knows of the file; null when it is not as it was left. Known once: whoever asks goes on with it. */
    const known = (key: string, now: FileSystem.File.Info) => {
      const digest = digests.get(key)
      digests.delete(key)
      return digest !== undefined && isSame(digest.left, now) ? digest.hash : null
    }
    return {
      append: Effect.fn("BlobStore.append")(function* (key, offset, content, { maxBytes }) {
        const arrived = yield* store.arrived(key)
        if (arrived !== offset) return yield* new BlobOffsetMismatch({ arrived })
        const file = yield* pathOf(pieceOf(key, 0))
        const opened = yield* fs.makeDirectory(path.dirname(file), { recursive: true, mode: 0o700 }).pipe(
          Effect.andThen(fs.open(file, { flag: offset === 0 ? "w" : "r+", mode: 0o600 })),
          Effect.tap((part) => part.seek(BigInt(offset), "start")),
          Effect.mapError(unavailable),
        )
        const before = known(key, yield* Effect.mapError(opened.stat, unavailable))
        const hash = offset === 0 ? createHash("sha256") : before
        let [bytes, written, cut] = [offset, offset, false]
        const remember = Effect.gen(function* () {
          const left = yield* opened.stat
          if (hash === null || ByteSize.toNumberUnsafe(left.size) !== written) return
          digests.set(key, { hash, left })
          for (const oldest of digests.keys()) if (digests.size > mostDigests) digests.delete(oldest)
        })
        // its error is the caller's to know: here it is only where the content ends
        const all = content.pipe(Stream.catch(() => ((cut = true), Stream.empty)))
        yield* Stream.runForEach(all, (chunk): Effect.Effect<void, BlobTooLarge | BlobStoreUnavailable> => {
          if (bytes + chunk.length > maxBytes) return Effect.fail(new BlobTooLarge({ maxBytes }))
          bytes += chunk.length
          const writing = opened.writeAll(chunk).pipe(
            Effect.map(() => void (written = bytes)),
            Effect.mapError(unavailable),
            Effect.uninterruptible, // as in `put`
          )
          return BlobIntake.digesting(writing, () => void hash?.update(chunk))
        }).pipe(Effect.ensuring(Effect.suspend(() => (written === bytes ? Effect.ignore(remember) : Effect.void))))
        return { bytes, cut }
      }, Effect.scoped),
      seal: Effect.fn("BlobStore.seal")(function* (key) {
        const file = yield* pathOf(pieceOf(key, 0))
        const receipt = yield* Effect.gen(function* () {
          const left = yield* fs.stat(file)
          const bytes = ByteSize.toNumberUnsafe(left.size)
          const hash = known(key, left)
          return hash === null ? yield* measured(file) : { bytes, sha256: hash.digest("hex") }
        }).pipe(
          Effect.catchIf(isMissing, () => Effect.succeed(null)),
          Effect.mapError(unavailable),
        )
        if (receipt === null) return yield* store.seal(key)
        yield* fs.open(file, { flag: "r+" }).pipe(
          Effect.flatMap(({ sync }) => sync),
          Effect.scoped,
          Effect.mapError(unavailable),
        )
        const whole = yield* pathOf(key)
        yield* publish(file, whole).pipe(Effect.mapError(unavailable), Effect.uninterruptible)
        yield* Effect.ignore(fs.remove(path.dirname(file)))
        return receipt
      }),
    }
  }
  return { objects, growing }
})

/**
 * What this process has written of a partial from its first byte on. It spares reading the file again when it is sealed, and
 * counts only while the file is as this process left it: whoever else wrote to it, or took it away, has changed its time.
 */
interface Digest {
  readonly hash: Hash
  readonly left: FileSystem.File.Info
}

const isSame = (left: FileSystem.File.Info, now: FileSystem.File.Info): boolean =>
  left.dev === now.dev &&
  Equal.equals(left.ino, now.ino) &&
  left.size === now.size &&
  Option.isSome(left.mtime) &&
  Option.isSome(now.mtime) &&
  left.mtime.value.getTime() === now.mtime.value.getTime()

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
