// What the tests of blob stores share: the adapters that need no other program, contents, and calls of the store.

import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { type BlobKey, type BlobRange, BlobStore } from "../../reference-server/src/BlobStore.ts"
import * as encrypted from "../../reference-server/src/BlobStore/encrypted.ts"
import * as BlobFolder from "../../reference-server/src/BlobStore/folder.ts"
import * as BlobMemory from "../../reference-server/src/BlobStore/memory.ts"
import * as overObjects from "../../reference-server/src/BlobStore/overObjects.ts"
import { NodeCrypto, NodeServices } from "../../reference-server/src/platform/Node.ts"

/** How many things lie in the store, finished or not. */
export class Leftovers extends Context.Service<Leftovers, { readonly count: Effect.Effect<number> }>()(
  "test/Leftovers",
) {}

export type Adapter = Layer.Layer<BlobStore | Leftovers, unknown>

/** One key for everything. */
export const fileKeys: encrypted.FileKeys = {
  current: Effect.succeed({ id: new Uint8Array(32), key: Redacted.make(new Uint8Array(32).fill(7)) }),
  of: (id) => Effect.succeed({ id, key: Redacted.make(new Uint8Array(32).fill(7)) }),
}

const platform = Layer.merge(NodeServices.layer, NodeCrypto.layerSecureRandom)

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "requite-blobs-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true })),
)

const filesIn = (folder: string) =>
  Effect.sync(
    () => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length,
  )

const overFolder = <E, R>(store: (folder: string) => Layer.Layer<BlobStore, E, R>) =>
  Layer.unwrap(
    Effect.map(temporary, (folder) => Layer.merge(store(folder), Layer.succeed(Leftovers, { count: filesIn(folder) }))),
  )

export const inMemory: Adapter = Layer.effectContext(
  Effect.sync(() => {
    const objects = BlobMemory.objects()
    return Context.make(BlobStore, overObjects.make(objects)).pipe(
      Context.add(Leftovers, { count: Effect.sync(() => objects.contents.size) }),
    )
  }),
)
export const inFolder: Adapter = overFolder(BlobFolder.layer).pipe(Layer.provide(platform))
export const inFolderEncrypted: Adapter = overFolder((folder) =>
  Layer.effect(
    BlobStore,
    Effect.map(BlobFolder.objects(folder), (objects) => overObjects.make(encrypted.over(objects, fileKeys))),
  ),
).pipe(Layer.provide(platform))

export const octets = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8) * 7 + seed) & 0xff)
export const chunks = (content: Uint8Array, size: number): Stream.Stream<Uint8Array> =>
  Stream.fromIterable(
    Array.from({ length: Math.ceil(content.length / size) }, (_, n) => content.subarray(n * size, (n + 1) * size)),
  )
export const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex")
export const put = <E, R>(key: BlobKey, content: Stream.Stream<Uint8Array, E, R>, maxBytes = 1_000_000) =>
  Effect.flatMap(BlobStore, (store) => store.put(key, content, { maxBytes }))
export const get = (key: BlobKey, range?: BlobRange) => Effect.flatMap(BlobStore, (store) => store.get(key, range))
export const read = Effect.fnUntraced(function* (key: BlobKey, range?: BlobRange) {
  const { stream } = yield* get(key, range)
  return new Uint8Array(Buffer.concat(yield* Stream.runCollect(stream)))
})
export const remove = (key: BlobKey) => Effect.flatMap(BlobStore, (store) => store.remove(key))

/** What the store lists. */
export const listed = Effect.flatMap(BlobStore, ({ list }) => Stream.runCollect(list))
export const append = <E, R>(
  key: BlobKey,
  offset: number,
  content: Stream.Stream<Uint8Array, E, R>,
  maxBytes = 1_000_000,
) => Effect.flatMap(BlobStore, (store) => store.append(key, offset, content, { maxBytes }))
export const arrived = (key: BlobKey) => Effect.flatMap(BlobStore, (store) => store.arrived(key))
export const seal = (key: BlobKey) => Effect.flatMap(BlobStore, (store) => store.seal(key))
export const drop = (key: BlobKey) => Effect.flatMap(BlobStore, (store) => store.drop(key))
