// The contract of the BlobStore port over the adapters that need no other program; BlobStoreS3.test.ts has the rest.

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BlobKey, newKey } from "../../reference-server/src/BlobStore.ts"
import { NodeCrypto } from "../../reference-server/src/platform/Node.ts"
import * as Partials from "./BlobStorePartials.ts"
import { suite } from "./BlobStoreSuite.ts"
import { inFolder, inFolderEncrypted, inMemory } from "./BlobStoreWorld.ts"

for (const [name, adapter] of [
  ["memory", inMemory],
  ["folder", inFolder],
  ["encrypted folder", inFolderEncrypted],
] as const) {
  suite(name, adapter)
  Partials.suite(name, adapter)
}

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
