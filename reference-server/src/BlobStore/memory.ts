// The BlobStore in memory, for tests: it forgets everything with its layer.

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { BlobStore } from "../BlobStore.ts"
import * as BlobIntake from "./BlobIntake.ts"
import { ObjectMissing, type ObjectStore } from "./ObjectStore.ts"
import * as overObjects from "./overObjects.ts"

const chunkBytes = 64 * 1024

/** Objects in memory, which tests may look into and change. */
export interface MemoryObjects extends ObjectStore {
  readonly contents: Map<string, { readonly content: Uint8Array; readonly modifiedAt: number }>
}

export const objects = (): MemoryObjects => {
  const contents: MemoryObjects["contents"] = new Map()
  return {
    contents,
    put: (name, content) =>
      Effect.gen(function* () {
        const chunks: Array<Uint8Array> = []
        const receipt = yield* BlobIntake.take(content, (chunk) =>
          Effect.sync(() => void chunks.push(Uint8Array.from(chunk))),
        )
        contents.set(name, { content: Buffer.concat(chunks), modifiedAt: yield* Clock.currentTimeMillis })
        return receipt
      }),
    get: (name, range) =>
      Effect.suspend(() => {
        const content = contents.get(name)?.content
        if (content === undefined) return Effect.fail(new ObjectMissing({ name }))
        const part = range ? content.subarray(range.offset, range.offset + range.length) : content
        const chunks = Array.from({ length: Math.ceil(part.length / chunkBytes) }, (_, n) =>
          part.slice(n * chunkBytes, (n + 1) * chunkBytes),
        )
        return Effect.succeed({ bytes: content.length, stream: Stream.fromIterable(chunks) })
      }),
    remove: (name) => Effect.sync(() => void contents.delete(name)),
    list: (folder) =>
      Stream.suspend(() =>
        Stream.fromIterable(
          [...contents]
            .filter(([name]) => name.startsWith(folder))
            .map(([name, { content, modifiedAt }]) => ({ name, bytes: content.length, modifiedAt })),
        ),
      ),
  }
}

export const layer: Layer.Layer<BlobStore> = Layer.sync(BlobStore, () => overObjects.make(objects()))
