// What every adapter does with bytes on their way: count them, digest them, and refuse the first chunk that passes the limit.

import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type BlobReceipt, BlobTooLarge } from "../BlobStore.ts"

/** The content, failing instead of the chunk that passes `maxBytes`. */
export const within = <E, R>(
  content: Stream.Stream<Uint8Array, E, R>,
  maxBytes: number,
): Stream.Stream<Uint8Array, E | BlobTooLarge, R> =>
  Stream.suspend(() => {
    let bytes = 0
    return Stream.mapEffect(content, (chunk): Effect.Effect<Uint8Array, BlobTooLarge> => {
      bytes += chunk.length
      return bytes > maxBytes ? Effect.fail(new BlobTooLarge({ maxBytes })) : Effect.succeed(chunk)
    })
  })

/** Digests a chunk while it is on its way: the disk, or the line, works by itself. */
export const digesting = <E, R>(writing: Effect.Effect<void, E, R>, digest: () => void): Effect.Effect<void, E, R> =>
  Effect.all([writing, Effect.sync(digest)], { concurrency: "unbounded", discard: true })

/** Runs the content through `write`, chunk after chunk, each only when the one before is written. Memory is that of one chunk. */
export const take = Effect.fnUntraced(function* <E, R, E2, R2>(
  content: Stream.Stream<Uint8Array, E, R>,
  write: (chunk: Uint8Array) => Effect.Effect<void, E2, R2>,
): Effect.fn.Return<BlobReceipt, E | E2, R | R2> {
  // node:crypto, because the Digest service of effect/crypto takes its data in one piece.
  const hash = createHash("sha256")
  let bytes = 0
  yield* Stream.runForEach(content, (chunk): Effect.Effect<void, E2, R2> => {
    bytes += chunk.length
    return digesting(write(chunk), () => void hash.update(chunk))
  })
  return { bytes, sha256: hash.digest("hex") }
})

/** The content as it is; `done` hears what it was once its end has passed. */
export const measured = <E, R>(
  content: Stream.Stream<Uint8Array, E, R>,
  done: (receipt: BlobReceipt) => void,
): Stream.Stream<Uint8Array, E, R> =>
  Stream.suspend(() => {
    const hash = createHash("sha256")
    let bytes = 0
    const passing = Stream.map(content, (chunk) => {
      bytes += chunk.length
      hash.update(chunk)
      return chunk
    })
    return Stream.concat(
      passing,
      Stream.suspend(() => {
        done({ bytes, sha256: hash.digest("hex") })
        return Stream.empty
      }),
    )
  })

/** Reads to the end. */
export const measure = <E, R>(content: Stream.Stream<Uint8Array, E, R>): Effect.Effect<BlobReceipt, E, R> =>
  take(content, () => Effect.void)
