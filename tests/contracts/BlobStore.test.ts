// The contract of the BlobStore port, one suite over both adapters. Keys and contents are generated; "nothing is left" is asked
// of the store and, where there is one, of the folder.

import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BlobKey, BlobStore, newKey, type BlobRange } from "../../reference-server/src/BlobStore.ts"
import * as BlobFolder from "../../reference-server/src/BlobStore/folder.ts"
import * as BlobMemory from "../../reference-server/src/BlobStore/memory.ts"
import { NodeCrypto, NodeServices } from "../../reference-server/src/platform/Node.ts"

/** How many files lie in the store, finished or not. */
class Leftovers extends Context.Service<Leftovers, { readonly count: () => number }>()("test/Leftovers") {}

const inFolder = Layer.unwrap(
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "requite-blobs-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true })),
    )
    const count = (): number =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
    return Layer.merge(BlobFolder.layer(folder), Layer.succeed(Leftovers, { count }))
  }),
).pipe(Layer.provide(NodeServices.layer))
const inMemory = Layer.merge(BlobMemory.layer, Layer.succeed(Leftovers, { count: () => 0 }))

const octets = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8) * 7 + seed) & 0xff)
const chunks = (content: Uint8Array, size: number): Stream.Stream<Uint8Array> =>
  Stream.fromIterable(
    Array.from({ length: Math.ceil(content.length / size) }, (_, n) => content.subarray(n * size, (n + 1) * size)),
  )
const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex")
const put = <E, R>(key: BlobKey, content: Stream.Stream<Uint8Array, E, R>, maxBytes = 1_000_000) =>
  Effect.flatMap(BlobStore, (store) => store.put(key, content, { maxBytes }))
const get = (key: BlobKey, range?: BlobRange) => Effect.flatMap(BlobStore, (store) => store.get(key, range))
const read = Effect.fnUntraced(function* (key: BlobKey, range?: BlobRange) {
  const { stream } = yield* get(key, range)
  return new Uint8Array(Buffer.concat(yield* Stream.runCollect(stream)))
})
const remove = (key: BlobKey) => Effect.flatMap(BlobStore, (store) => store.remove(key))
const assertNothing = Effect.fnUntraced(function* (key: BlobKey) {
  assert.strictEqual((yield* Effect.flip(get(key)))._tag, "BlobMissing")
  assert.strictEqual((yield* Leftovers).count(), 0)
})

const suite = (name: string, adapter: Layer.Layer<BlobStore | Leftovers, unknown>): void => {
  const fresh = Layer.fresh(adapter).pipe(Layer.merge(NodeCrypto.layerSecureRandom))

  describe(`BlobStore contract: ${name}`, () => {
    for (const length of [0, 1, 65_536, 65_537, 300_000]) {
      it.live(`S68: ${length} bytes come back equal, with their count and SHA-256`, () =>
        Effect.gen(function* () {
          const key = yield* newKey
          const content = octets(length)
          const receipt = yield* put(key, chunks(content, 10_007))
          assert.deepStrictEqual(receipt, { bytes: length, sha256: sha256(content) })
          assert.strictEqual((yield* get(key)).bytes, length)
          assert.deepStrictEqual(yield* read(key), content)
          assert.deepStrictEqual(yield* read(key), content)
        }).pipe(Effect.provide(fresh)),
      )
    }

    it.live("S68: a chunk that its sender uses again afterwards is stored as it was", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const one = new Uint8Array(4)
        yield* put(
          key,
          Stream.make(1, 2, 3).pipe(
            Stream.rechunk(1),
            Stream.map((n) => one.fill(n)),
          ),
        )
        assert.deepStrictEqual(yield* read(key), Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3))
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S60: exactly the limit is taken; one byte more is refused and leaves nothing", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const over = yield* Effect.flip(put(key, chunks(octets(1001), 100), 1000))
        assert.deepInclude(over, { _tag: "BlobTooLarge", maxBytes: 1000 })
        yield* assertNothing(key)
        assert.strictEqual((yield* put(key, chunks(octets(1000), 100), 1000)).bytes, 1000)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S60: an endless upload is stopped at the limit, not at its end", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        let asked = 0
        const endless = Stream.fromEffectRepeat(
          Effect.sync(() => {
            asked++
            return octets(1000)
          }),
        )
        assert.strictEqual((yield* Effect.flip(put(key, endless, 10_000)))._tag, "BlobTooLarge")
        assert.strictEqual(asked, 11)
        yield* assertNothing(key)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S66: an upload that breaks off fails with its own error and leaves nothing", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const broken = Stream.concat(chunks(octets(100_000), 1000), Stream.fail("connection lost" as const))
        assert.strictEqual(yield* Effect.flip(put(key, broken)), "connection lost")
        yield* assertNothing(key)
        const exit = yield* Effect.exit(put(key, Stream.concat(chunks(octets(10), 1), Stream.die(new Error("bug")))))
        assert.isTrue(Exit.isFailure(exit))
        yield* assertNothing(key)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S66: an interrupted upload leaves nothing", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const reached = yield* Deferred.make<void>()
        const stalled = Stream.concat(
          chunks(octets(100_000), 1000),
          Stream.fromEffect(Effect.andThen(Deferred.succeed(reached, undefined), Effect.never)),
        )
        const putting = yield* Effect.forkChild(put(key, stalled))
        yield* Deferred.await(reached)
        yield* Fiber.interrupt(putting)
        yield* assertNothing(key)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S66: while an upload is under way nobody can read it", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const reached = yield* Deferred.make<void>()
        const go = yield* Deferred.make<void>()
        const slow = Stream.concat(
          chunks(octets(50_000), 1000),
          Stream.fromEffect(
            Effect.as(Effect.andThen(Deferred.succeed(reached, undefined), Deferred.await(go)), octets(1)),
          ),
        )
        const putting = yield* Effect.forkChild(put(key, slow))
        yield* Deferred.await(reached)
        assert.strictEqual((yield* Effect.flip(get(key)))._tag, "BlobMissing")
        yield* Deferred.succeed(go, undefined)
        assert.strictEqual((yield* Fiber.join(putting)).bytes, 50_001)
        assert.strictEqual((yield* get(key)).bytes, 50_001)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("Issue 2: the same key again replaces the content; a second put that fails leaves the first", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        yield* put(key, chunks(octets(5000), 1000))
        yield* put(key, chunks(octets(300, 1), 1000))
        assert.deepStrictEqual(yield* read(key), octets(300, 1))
        yield* Effect.flip(put(key, Stream.concat(chunks(octets(9000), 1000), Stream.fail("broken"))))
        assert.deepStrictEqual(yield* read(key), octets(300, 1))
      }).pipe(Effect.provide(fresh)),
    )

    it.live("Issue 2: two uploads to one key at once end as one of them, whole", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const contents = Array.from({ length: 8 }, (_, n) => octets(200_000 + n, n))
        yield* Effect.forEach(contents, (content) => put(key, chunks(content, 1000)), { concurrency: "unbounded" })
        assert.include(contents.map(sha256), sha256(yield* read(key)))
      }).pipe(Effect.provide(fresh)),
    )

    it.live("Issue 2: a range gives its bytes and the size of the whole", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const content = octets(200_000)
        yield* put(key, chunks(content, 65_536))
        for (const [offset, length] of [
          [0, 1],
          [0, 200_000],
          [65_535, 2],
          [100, 150_000],
          [199_999, 1],
          [199_990, 1000],
          [200_000, 10],
          [500_000, 10],
          [10, 0],
        ] as const) {
          const range = { offset, length }
          assert.strictEqual((yield* get(key, range)).bytes, 200_000)
          assert.deepStrictEqual(yield* read(key, range), content.slice(offset, offset + length), JSON.stringify(range))
        }
      }).pipe(Effect.provide(fresh)),
    )

    it.live("Issue 2: a blob is read in chunks of at most 64 KiB, and only as far as it is wanted", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        yield* put(key, Stream.make(octets(500_000)))
        const { stream } = yield* get(key)
        const sizes = yield* Stream.runCollect(Stream.map(stream, (chunk) => chunk.length))
        assert.isAtMost(Math.max(...sizes), 65_536)
        assert.lengthOf(yield* Stream.runCollect(Stream.take(stream, 1)), 1)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("Issue 2: removing takes the blob away, and doing it twice, or without a blob, is no error", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const other = yield* newKey
        yield* put(other, chunks(octets(10), 10))
        yield* put(key, chunks(octets(10), 10))
        yield* remove(key)
        yield* remove(key)
        yield* remove(yield* newKey)
        assert.deepInclude(yield* Effect.flip(get(key)), { _tag: "BlobMissing", key })
        assert.deepStrictEqual(yield* read(other), octets(10))
      }).pipe(Effect.provide(fresh)),
    )
  })
}

suite("memory", inMemory)
suite("folder", inFolder.pipe(Layer.provide(NodeCrypto.layerSecureRandom)))

describe("BlobKey", () => {
  const decode = Schema.decodeUnknownOption(BlobKey)
  const uuid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

  it.effect("S53: a new key is a key, and no two are the same", () =>
    Effect.gen(function* () {
      const keys = yield* Effect.replicateEffect(newKey, 1000)
      assert.strictEqual(new Set(keys).size, 1000)
      assert.isTrue(keys.every((key) => decode(key)._tag === "Some"))
    }).pipe(Effect.provide(NodeCrypto.layerSecureRandom)),
  )

  it("S53: nothing but a lower-case UUID is a key", () => {
    assert.strictEqual(decode(uuid)._tag, "Some")
    for (const text of [
      "",
      "..",
      "../../etc/passwd",
      `../${uuid}`,
      `${uuid}/..`,
      `${uuid}\n`,
      `${uuid}\u0000`,
      uuid.toUpperCase(),
      uuid.replaceAll("-", ""),
      `tmp/${uuid}`,
      uuid.replace("3f", ".."),
      uuid.replace("3", "３"),
      42,
      null,
    ]) {
      assert.strictEqual(decode(text)._tag, "None", JSON.stringify(text))
    }
  })
})
