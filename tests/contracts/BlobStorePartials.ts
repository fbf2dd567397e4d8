// The contract of the BlobStore port for partials: what arrives in pieces, over many requests, some of which break off.

import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { newKey } from "../../reference-server/src/BlobStore.ts"
import { NodeCrypto } from "../../reference-server/src/platform/Node.ts"
import {
  type Adapter,
  append,
  arrived,
  chunks,
  drop,
  get,
  Leftovers,
  listed,
  octets,
  put,
  read,
  remove,
  seal,
  sha256,
} from "./BlobStoreWorld.ts"

export const suite = (name: string, adapter: Adapter, timeout = 120_000): void => {
  const fresh = Layer.fresh(adapter).pipe(Layer.merge(NodeCrypto.layerSecureRandom))

  describe(`BlobStore contract for partials: ${name}`, { timeout }, () => {
    it.live("S61: a file in uneven pieces is sealed as it was, and read from storage", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const content = octets(300_000)
        let offset = 0
        for (const length of [1, 65_535, 65_537, 100_000, 68_927]) {
          const piece = content.subarray(offset, offset + length)
          assert.strictEqual(yield* arrived(key), offset)
          offset += length
          assert.deepStrictEqual(yield* append(key, offset - length, chunks(piece, 10_007)), {
            bytes: offset,
            cut: false,
          })
        }
        assert.strictEqual(offset, 300_000)
        assert.deepStrictEqual(yield* seal(key), { bytes: offset, sha256: sha256(content) })
        assert.deepStrictEqual(yield* read(key), content)
        assert.deepStrictEqual(yield* read(key, { offset: 65_530, length: 20 }), content.slice(65_530, 65_550))
        assert.strictEqual(yield* arrived(key), 0)
        assert.strictEqual(yield* (yield* Leftovers).count, 1)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S61: only the offset that storage has is taken: not before, not after, not again", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const unread = Stream.fromEffect(Effect.die(new Error("read all the same")))
        assert.deepInclude(yield* Effect.flip(append(key, 5, unread)), { _tag: "BlobOffsetMismatch", arrived: 0 })
        yield* append(key, 0, chunks(octets(100), 7))
        for (const offset of [0, 50, 99, 101, 1_000_000]) {
          assert.deepInclude(yield* Effect.flip(append(key, offset, unread)), {
            _tag: "BlobOffsetMismatch",
            arrived: 100,
          })
        }
        assert.strictEqual(yield* arrived(key), 100)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S61: what came before a connection broke is kept, and the rest goes on from there", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const content = octets(200_000)
        const broken = Stream.concat(chunks(content.subarray(0, 70_000), 1000), Stream.fail("connection lost"))
        assert.deepStrictEqual(yield* append(key, 0, broken), { bytes: 70_000, cut: true })
        assert.strictEqual(yield* arrived(key), 70_000)
        const bug = Stream.concat(chunks(content.subarray(70_000, 80_000), 1000), Stream.die(new Error("bug")))
        assert.isTrue(Exit.hasDies(yield* Effect.exit(append(key, 70_000, bug))))
        assert.strictEqual(yield* arrived(key), 80_000)
        yield* append(key, 80_000, chunks(content.subarray(80_000), 9999))
        assert.strictEqual((yield* seal(key)).sha256, sha256(content))
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S61: an interrupted request keeps what came, and stays interrupted", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        const reached = yield* Deferred.make<void>()
        const stalled = Stream.concat(
          chunks(octets(50_000), 1000),
          Stream.fromEffect(Effect.andThen(Deferred.succeed(reached, undefined), Effect.never)),
        )
        const appending = yield* Effect.forkChild(append(key, 0, stalled))
        yield* Deferred.await(reached)
        yield* Fiber.interrupt(appending)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(appending)))
        assert.strictEqual(yield* arrived(key), 50_000)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S60: the chunk that passes the limit is not written, whatever came before is", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        yield* append(key, 0, chunks(octets(600), 100), 1000)
        const over = yield* Effect.flip(append(key, 600, chunks(octets(401), 100), 1000))
        assert.deepInclude(over, { _tag: "BlobTooLarge", maxBytes: 1000 })
        assert.strictEqual(yield* arrived(key), 1000)
        assert.deepStrictEqual(yield* append(key, 1000, Stream.empty, 1000), { bytes: 1000, cut: false })
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S65: a partial is nothing that can be read, beside a blob of its key too", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        yield* append(key, 0, chunks(octets(1000), 100))
        assert.strictEqual((yield* Effect.flip(get(key)))._tag, "BlobMissing")
        yield* put(key, chunks(octets(10, 1), 10))
        assert.deepStrictEqual(yield* read(key), octets(10, 1))
        yield* remove(key)
        assert.strictEqual(yield* arrived(key), 1000)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S66: a partial that is dropped is gone, twice as well, and can begin again", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        yield* append(key, 0, chunks(octets(70_000), 1000))
        yield* append(key, 70_000, chunks(octets(70_000), 1000))
        yield* drop(key)
        yield* drop(key)
        assert.strictEqual(yield* arrived(key), 0)
        assert.strictEqual(yield* (yield* Leftovers).count, 0)
        assert.strictEqual((yield* append(key, 0, chunks(octets(5), 5))).bytes, 5)
      }).pipe(Effect.provide(fresh)),
    )

    it.live("S64: to seal again what is sealed gives the same receipt; what never came is missing", () =>
      Effect.gen(function* () {
        const key = yield* newKey
        yield* append(key, 0, chunks(octets(1000), 100))
        const receipt = yield* seal(key)
        assert.deepStrictEqual(yield* seal(key), receipt)
        assert.strictEqual((yield* Effect.flip(seal(yield* newKey)))._tag, "BlobMissing")
      }).pipe(Effect.provide(fresh)),
    )

    it.live("F15: the list has every blob and every partial, with the bytes of its content", () =>
      Effect.gen(function* () {
        const [blob, partial] = [yield* newKey, yield* newKey]
        assert.deepStrictEqual(yield* listed, [])
        yield* put(blob, chunks(octets(100_000), 1000))
        yield* append(partial, 0, chunks(octets(70_000), 1000))
        yield* append(partial, 70_000, chunks(octets(1), 1))
        const found = yield* listed
        const before = Date.now() - 120_000
        assert.isTrue(found.every(({ modifiedAt }) => modifiedAt > before && modifiedAt < Date.now() + 120_000))
        assert.sameDeepMembers(
          found.map(({ key, bytes, isPartial }) => ({ key, bytes, isPartial })),
          [
            { key: blob, bytes: 100_000, isPartial: false },
            { key: partial, bytes: 70_001, isPartial: true },
          ],
        )
      }).pipe(Effect.provide(fresh)),
    )
  })
}
