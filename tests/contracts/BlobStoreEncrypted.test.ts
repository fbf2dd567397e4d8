// What encryption adds to the contract of the BlobStore: nothing readable lies in the store, whatever was changed there is
// found, and what lay there before is still read.

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { type BlobKey, newKey } from "../../reference-server/src/BlobStore.ts"
import * as encrypted from "../../reference-server/src/BlobStore/encrypted.ts"
import * as BlobMemory from "../../reference-server/src/BlobStore/memory.ts"
import * as overObjects from "../../reference-server/src/BlobStore/overObjects.ts"
import { NodeCrypto } from "../../reference-server/src/platform/Node.ts"
import { chunks, fileKeys, octets, sha256 } from "./BlobStoreWorld.ts"

const frame = 64 * 1024 + 16
const sentence = /^What lies in the store as [0-9a-f-]{36}\.aes was changed there, or its key is gone\.$/

/** A store over objects that the test may look into. */
const make = (keys: encrypted.FileKeys = fileKeys) => {
  const objects = BlobMemory.objects()
  const store = overObjects.make(encrypted.over(objects, keys))
  const read = (key: BlobKey, range?: { offset: number; length: number }) =>
    Effect.flatMap(store.get(key, range), ({ stream }) => Effect.map(Stream.runCollect(stream), Buffer.concat))
  const stored = (key: BlobKey) => objects.contents.get(`${key}.aes`)?.content ?? assert.fail("nothing stored")
  const replace = (key: BlobKey, content: Uint8Array) =>
    void objects.contents.set(`${key}.aes`, { content, modifiedAt: 0 })
  return { objects, store, read, stored, replace }
}
const fresh = Effect.provide(newKey, NodeCrypto.layerSecureRandom)

describe("BlobStore, encrypted", () => {
  it.live("S77: nothing of the content lies in the store, and the same content never looks the same", () =>
    Effect.gen(function* () {
      const { store, stored, objects } = make()
      const [a, b, partial] = [yield* fresh, yield* fresh, yield* fresh]
      const content = Buffer.from("the same line again and again\n".repeat(5000))
      yield* store.put(a, chunks(content, 1000), { maxBytes: 1e6 })
      yield* store.put(b, chunks(content, 1000), { maxBytes: 1e6 })
      yield* store.append(partial, 0, chunks(content, 1000), { maxBytes: 1e6 })
      for (const { content: lying } of objects.contents.values()) {
        assert.strictEqual(Buffer.from(lying).indexOf("again"), -1)
        assert.strictEqual(lying.length, 64 + content.length + Math.ceil(content.length / 65_536) * 16)
      }
      assert.notDeepEqual(Buffer.from(stored(a)).subarray(64), Buffer.from(stored(b)).subarray(64))
    }),
  )

  for (const length of [0, 1, 65_536, 65_537, 200_000]) {
    it.live(`S77 S68: of ${length} bytes, whatever is changed, cut off, added or moved is found`, () =>
      Effect.gen(function* () {
        const { store, read, stored, replace } = make()
        const key = yield* fresh
        const content = octets(length)
        yield* store.put(key, chunks(content, 10_007), { maxBytes: 1e6 })
        const whole = Buffer.from(stored(key))
        const flipped = (at: number) => {
          const changed = Buffer.from(whole)
          changed.writeUInt8(whole.readUInt8(at) ^ 1, at)
          return changed
        }
        const frames = Array.from({ length: Math.ceil((whole.length - 64) / frame) }, (_, n) =>
          whole.subarray(64 + n * frame, 64 + (n + 1) * frame),
        )
        const header = whole.subarray(0, 64)
        const wrong: ReadonlyArray<readonly [string, Buffer]> = [
          ["the first letter", flipped(0)],
          ["the salt", flipped(10)],
          ["a byte", flipped(Math.floor((whole.length + 64) / 2))],
          ["the last byte", flipped(whole.length - 1)],
          ["cut by one", whole.subarray(0, -1)],
          ["cut to its header", header],
          ["cut to nothing", Buffer.alloc(0)],
          ["one more byte", Buffer.concat([whole, Buffer.of(0)])],
          ["its last frame again", Buffer.concat([whole, frames.at(-1) ?? assert.fail()])],
          ...(frames.length < 2
            ? []
            : ([
                ["without its last frame", Buffer.concat([header, ...frames.slice(0, -1)])],
                ["without its first frame", Buffer.concat([header, ...frames.slice(1)])],
                ["its first frame twice", Buffer.concat([header, ...frames.slice(0, 1), ...frames])],
              ] as const)),
          ...(frames.length < 3
            ? []
            : ([
                [
                  "two frames swapped",
                  Buffer.concat([header, ...[1, 0].flatMap((n) => frames[n] ?? []), ...frames.slice(2)]),
                ],
              ] as const)),
        ]
        for (const [what, bytes] of wrong) {
          replace(key, bytes)
          const failure = yield* Effect.flip(read(key))
          assert.strictEqual(failure._tag, "BlobStoreUnavailable", what)
          assert.match(failure.message, sentence, what)
        }
        replace(key, whole)
        assert.strictEqual(sha256(yield* read(key)), sha256(content))
      }),
    )
  }

  it.live("S77: what was stored for one blob opens as no other, and no key opens what another sealed", () =>
    Effect.gen(function* () {
      const { store, read, stored, replace } = make()
      const [a, b] = [yield* fresh, yield* fresh]
      yield* store.put(a, chunks(octets(100), 100), { maxBytes: 1e6 })
      yield* store.put(b, chunks(octets(100, 1), 100), { maxBytes: 1e6 })
      replace(b, stored(a))
      assert.match((yield* Effect.flip(read(b))).message, sentence)

      const other = { id: new Uint8Array(32), key: Redacted.make(new Uint8Array(32).fill(8)) }
      const elsewhere = make({ current: Effect.succeed(other), of: () => Effect.succeed(other) })
      elsewhere.replace(a, stored(a))
      assert.match((yield* Effect.flip(elsewhere.read(a))).message, sentence)
    }),
  )

  it.live("S77: what lay there before is still read, listed and removed; what comes now is encrypted", () =>
    Effect.gen(function* () {
      const { store, read, objects } = make()
      const key = yield* fresh
      yield* overObjects.make(objects).put(key, chunks(octets(1000), 100), { maxBytes: 1e6 })
      assert.strictEqual(sha256(yield* read(key, { offset: 10, length: 20 })), sha256(octets(1000).slice(10, 30)))
      assert.deepInclude((yield* Stream.runCollect(store.list))[0], { key, bytes: 1000 })
      yield* store.remove(key)
      assert.strictEqual(objects.contents.size, 0)
    }),
  )
})
