import { assert, describe, it, layer } from "@effect/vitest"
import * as Crypto from "@requite/core/Crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

layer(Crypto.layer(globalThis.crypto))("Crypto", (it) => {
  it.effect("sha256Hex: the examples of FIPS 180-4, and UTF-8", () =>
    Effect.gen(function* () {
      const expected = {
        "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        abc: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq:
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        "€ å 😀": "d324e4064a43d36daad706f8e9808e37ef970ff7f5b38d3785275e4db9b06533",
      }
      for (const [text, hex] of Object.entries(expected)) {
        assert.strictEqual(yield* Crypto.sha256Hex(text), hex)
      }
    }),
  )
  it.effect("uuid: version 4, variant 1, never the same", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.replicateEffect(Crypto.uuid, 10_000)
      for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.strictEqual(new Set(ids).size, ids.length)
    }),
  )
})

describe("timingSafeEqual", () => {
  it.prop("S3: is equality", { a: Schema.String, b: Schema.String }, ({ a, b }) => {
    assert.isTrue(Crypto.timingSafeEqual(a, a))
    assert.strictEqual(Crypto.timingSafeEqual(a, b), a === b)
    assert.isFalse(Crypto.timingSafeEqual(a, `${a}\u0000`))
    assert.isFalse(Crypto.timingSafeEqual(`${a}\u0000`, a))
  })
})
