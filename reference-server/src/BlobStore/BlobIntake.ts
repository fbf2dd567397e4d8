// What every adapter does with bytes on their way in: count them, digest them, and refuse the first chunk that passes the limit.

import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type BlobReceipt, BlobTooLarge } from "../BlobStore.ts"

/**
 * Runs the content through `write`, chunk after chunk, each only when the one before is written. A chunk that passes `maxBytes`
 * is not written. Memory is that of one chunk.
 */
export const take = Effect.fnUntraced(function* <E, R, E2, R2>(
  content: Stream.Stream<Uint8Array, E, R>,
  maxBytes: number,
  write: (chunk: Uint8Array) => Effect.Effect<void, E2, R2>,
): Effect.fn.Return<BlobReceipt, E | E2 | BlobTooLarge, R | R2> {
  // node:crypto, because the Digest service of effect/crypto takes its data in one piece.
  const hash = createHash("sha256")
  let bytes = 0
  yield* Stream.runForEach(content, (chunk): Effect.Effect<void, E2 | BlobTooLarge, R2> => {
    bytes += chunk.length
    if (bytes > maxBytes) return Effect.fail(new BlobTooLarge({ maxBytes }))
    hash.update(chunk)
    return write(chunk)
  })
  return { bytes, sha256: hash.digest("hex") }
})
