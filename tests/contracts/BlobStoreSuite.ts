// The contract of the BlobStore port for whole blobs, for any adapter. Keys and contents are generated; "nothing is left" is
// asked of the store and, where there is one, of the folder or bucket.

import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type BlobKey, newKey } from "../../reference-server/src/BlobStore.ts"
import { NodeCrypto } from "../../reference-server/src/platform/Node.ts"
import { type Adapter, chunks, get, Leftovers, octets, put, read, remove, sha256 } from "./BlobStoreWorld.ts"

const assertNothing = Effect.fnUntraced(function* (key: BlobKey) {
  assert.strictEqual((yield* Effect.flip(get(key)))._tag, "BlobMissing")
  assert.strictEqual(yield* (yield* Leftovers).count, 0)
})

export const suite = (name: string, adapter: Adapter, timeout = 120_000): void => {
  const fresh = Layer.fresh(adapter).pipe(Layer.merge(NodeCrypto.layerSecureRandom))

  describe(`BlobStore contract: ${name}`, { timeout }, () => {
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
