// The BlobStore in memory, for tests: it forgets everything with its layer.

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { BlobMissing, BlobStore, type BlobKey } from "../BlobStore.ts"
import * as BlobIntake from "./BlobIntake.ts"

const chunkBytes = 64 * 1024

export const layer: Layer.Layer<BlobStore> = Layer.sync(BlobStore, () => {
  const blobs = new Map<BlobKey, Uint8Array>()
  return {
    put: (key, content, { maxBytes }) =>
      Effect.suspend(() => {
        const chunks: Array<Uint8Array> = []
        return BlobIntake.take(content, maxBytes, (chunk) => Effect.sync(() => void chunks.push(chunk.slice()))).pipe(
          Effect.tap(() => Effect.sync(() => blobs.set(key, Buffer.concat(chunks)))),
        )
      }),
    get: (key, range) =>
      Effect.suspend(() => {
        const blob = blobs.get(key)
        if (blob === undefined) return Effect.fail(new BlobMissing({ key }))
        const part = range ? blob.subarray(range.offset, range.offset + range.length) : blob
        const chunks = Array.from({ length: Math.ceil(part.length / chunkBytes) }, (_, n) =>
          part.slice(n * chunkBytes, (n + 1) * chunkBytes),
        )
        return Effect.succeed({ bytes: blob.length, stream: Stream.fromIterable(chunks) })
      }),
    remove: (key) => Effect.sync(() => void blobs.delete(key)),
  }
})
