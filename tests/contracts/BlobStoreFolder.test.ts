// What the `folder` adapter of the BlobStore adds to the contract: flat memory, what lies on disk, what a crash leaves, and how
// a disk that fails shows.

import { createHash } from "node:crypto"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type BlobKey, BlobStore, newKey } from "../../reference-server/src/BlobStore.ts"
import * as BlobFolder from "../../reference-server/src/BlobStore/folder.ts"
import { FileSystem } from "../../reference-server/src/platform/Files.ts"
import { NodeCrypto, NodeServices } from "../../reference-server/src/platform/Node.ts"

const platform = Layer.merge(NodeServices.layer, NodeCrypto.layerSecureRandom)
const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "requite-blobs-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
)
/** The server's life: a store built anew on the folder. */
const onFolder = (folder: string) =>
  Effect.provide(BlobFolder.layer(folder).pipe(Layer.fresh, Layer.provideMerge(platform)))
const put = (key: BlobKey, content: Stream.Stream<Uint8Array>, maxBytes = 1_000_000_000) =>
  Effect.flatMap(BlobStore, (store) => store.put(key, content, { maxBytes }))
const text = (content: string) => Stream.make(new TextEncoder().encode(content))

describe("BlobStore in a folder", () => {
  it.live(
    "S60: 300 MiB go in and come out in flat memory",
    () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const chunkBytes = 64 * 1024
        const count = (300 * 1024 * 1024) / chunkBytes
        let peak = 0
        const watched = <A>(item: A): A => {
          peak = Math.max(peak, process.memoryUsage.rss())
          return item
        }
        const before = process.memoryUsage.rss()
        const content = Stream.range(1, count).pipe(
          Stream.rechunk(1), // else `map` makes thousands of chunks before the first is written
          Stream.map((n) => watched(new Uint8Array(chunkBytes).fill(n))),
        )
        const { bytes } = yield* put(key, content)
        assert.strictEqual(bytes, 300 * 1024 * 1024)
        const { stream } = yield* (yield* BlobStore).get(key)
        let read = 0
        yield* Stream.runForEach(stream, (chunk) => Effect.sync(() => watched((read += chunk.length))))
        assert.strictEqual(read, bytes)
        assert.isBelow(peak - before, 150 * 1024 * 1024)
      }).pipe((test) => Effect.flatMap(temporary, (folder) => onFolder(folder)(test))),
    180_000,
  )

  it.live("S53: a blob lies under the first two characters of its key, readable by its owner only; tmp is empty", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporary, "made", "by", "the", "store")
      const key = yield* put0(folder)
      const file = join(folder, key.slice(0, 2), key)
      assert.strictEqual(readFileSync(file, "utf8"), "content")
      assert.deepStrictEqual(readdirSync(join(folder, "tmp")), [])
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      assert.strictEqual(statSync(join(folder, key.slice(0, 2))).mode & 0o777, 0o700)
    }),
  )

  it.live("S53: a string that is no key, whatever its type says, never becomes a path", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      writeFileSync(join(folder, "secret"), "secret")
      yield* Effect.gen(function* () {
        const store = yield* BlobStore
        for (const forged of [
          "../secret",
          "../../secret",
          "/etc/passwd",
          "tmp",
          "",
          "a/../../secret",
          "..",
          "se\u0000",
        ]) {
          // Forged on purpose: what a missing check elsewhere would let through.
          const key = forged as BlobKey
          for (const attempt of [store.get(key), store.remove(key), put(key, text("evil"))]) {
            const exit = yield* Effect.exit<unknown, unknown, BlobStore>(attempt)
            assert(Exit.isFailure(exit), forged)
            assert.deepStrictEqual(
              exit.cause.reasons.map(({ _tag }) => _tag),
              ["Die"],
            )
          }
        }
      }).pipe(onFolder(join(folder, "store")))
      assert.strictEqual(readFileSync(join(folder, "secret"), "utf8"), "secret")
      assert.deepStrictEqual(readdirSync(folder).sort(), ["secret", "store"])
      assert.deepStrictEqual(readdirSync(join(folder, "store"), { recursive: true }), ["tmp"])
    }),
  )

  it.live("S68: a partial that somebody else has written to since is sealed with the digest of what lies there", () =>
    Effect.flatMap(temporary, (folder) =>
      Effect.gen(function* () {
        const store = yield* BlobStore
        const key = yield* newKey
        yield* store.append(key, 0, text("as it came"), { maxBytes: 100 })
        const file = join(folder, "partial", key, "0".repeat(16))
        writeFileSync(file, "as it lies")
        utimesSync(file, 1, 1)
        const { sha256 } = yield* store.seal(key)
        assert.strictEqual(sha256, createHash("sha256").update("as it lies").digest("hex"))
      }).pipe(onFolder(folder)),
    ),
  )

  it.live("S66: a start deletes unfinished uploads older than a day, and nothing else", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const key = yield* put0(folder)
      const hoursAgo = (hours: number): number => Date.now() / 1000 - hours * 3600
      for (const [name, hours] of [
        ["abandoned.part", 25],
        ["going-on.part", 23],
        ["foreign.txt", 1000],
      ] as const) {
        writeFileSync(join(folder, "tmp", name), "x")
        utimesSync(join(folder, "tmp", name), hoursAgo(hours), hoursAgo(hours))
      }
      utimesSync(join(folder, key.slice(0, 2), key), 0, 0)
      yield* Effect.void.pipe(onFolder(folder))
      assert.deepStrictEqual(readdirSync(join(folder, "tmp")).sort(), ["foreign.txt", "going-on.part"])
      assert.isTrue(existsSync(join(folder, key.slice(0, 2), key)))
    }),
  )

  it.live("Issue 2: a full disk is BlobStoreUnavailable in a sentence, and leaves nothing", () =>
    Effect.gen(function* () {
      if (!existsSync("/dev/full")) return // Linux only
      const folder = yield* temporary
      // The files of this store are real but for one thing: what is written goes to the device that is always full.
      const fullDisk = Layer.effect(
        FileSystem.FileSystem,
        Effect.map(FileSystem.FileSystem, (fs) => ({
          ...fs,
          open: (path: string, options?: Parameters<typeof fs.open>[1]) =>
            options?.flag === "wx"
              ? Effect.andThen(fs.writeFileString(path, ""), fs.open("/dev/full", { flag: "r+" }))
              : fs.open(path, options),
        })),
      ).pipe(Layer.provideMerge(platform))
      const key = yield* newKey.pipe(Effect.provide(platform))
      const failure = yield* Effect.flip(put(key, text("content"))).pipe(
        Effect.provide(BlobFolder.layer(folder).pipe(Layer.fresh, Layer.provide(fullDisk))),
      )
      assert.deepInclude(failure, { _tag: "BlobStoreUnavailable" })
      assert.strictEqual(failure.message, `The disk of the upload folder ${folder} is full (ENOSPC).`)
      assert.deepStrictEqual(readdirSync(folder, { recursive: true }), ["tmp"])
    }),
  )

  it.live("Issue 2: a folder without permission is BlobStoreUnavailable in a sentence, at start and later", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const failures = yield* Effect.gen(function* () {
        const key = yield* newKey
        yield* put(key, text("content"))
        return yield* asNobody(
          folder,
          Effect.gen(function* () {
            const store = yield* BlobStore
            return [
              yield* Effect.flip(put(yield* newKey, text("content"))),
              yield* Effect.flip(store.get(key)),
              yield* Effect.flip(store.remove(key)),
              yield* Effect.flip(Layer.build(BlobFolder.layer(folder).pipe(Layer.fresh, Layer.provide(platform)))),
            ]
          }),
        )
      }).pipe(onFolder(folder))
      for (const failure of failures) {
        assert.strictEqual(failure._tag, "BlobStoreUnavailable")
        assert.strictEqual(failure.message, `The server may not read or write the upload folder ${folder} (EACCES).`)
      }
    }),
  )

  it.live("Issue 2: a folder that cannot be one, or is gone, is BlobStoreUnavailable", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      writeFileSync(join(folder, "file"), "")
      const atStart = yield* Effect.flip(Effect.void.pipe(onFolder(join(folder, "file", "store"))))
      assert.match(atStart.message, /^The upload folder .* cannot be read or written \(ENOTDIR\)\.$/)
      const later = yield* Effect.gen(function* () {
        rmSync(join(folder, "store"), { recursive: true })
        // S61: a file of which nothing can be found has not come to nothing
        const arrived = (yield* BlobStore).arrived(yield* newKey)
        return [yield* Effect.flip(put(yield* newKey, text("content"))), yield* Effect.flip(arrived)]
      }).pipe(onFolder(join(folder, "store")))
      for (const { message } of later)
        assert.match(message, /^The upload folder .* or a part of it is gone \(ENOENT\)\.$/)
    }),
  )
})

/** One blob in the folder, put by a server that has stopped since. */
const put0 = (folder: string) =>
  Effect.gen(function* () {
    const key = yield* newKey
    yield* put(key, text("content"))
    return key
  }).pipe(onFolder(folder))

/** Runs with no right to the folder. Root has every right, so root becomes nobody for as long. */
const asNobody = <A, E, R>(folder: string, self: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      mkdirSync(folder, { recursive: true })
      chmodSync(folder, 0o000)
      const root = process.geteuid?.() === 0
      if (root) process.seteuid?.(65_534)
      return root
    }),
    () => self,
    (root) =>
      Effect.sync(() => {
        if (root) process.seteuid?.(0)
        chmodSync(folder, 0o700)
      }),
  )
