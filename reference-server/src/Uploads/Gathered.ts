/**
 * What comes while the disk is busy is handed on in one piece: the socket is read while the piece before is written, which bare
 * Node's pipes do as well. A megabyte or two at most wait so. The piece lies in one buffer, which the next one uses again: bytes
 * that the engine has to find out to be garbage cost more than writing them, for it looks through all of its memory each 64 MiB.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Chunks of a socket have 64 KiB, or a little more. */
const ahead = 16
/** What a line that is faster than the disk fills. */
const full = 1_048_576
/** Less than this is most often a whole file, which needs no more. */
const small = 32_768
/** Buffers that nobody has a piece in: a large file comes in a hundred requests. */
const spare: Array<Uint8Array<ArrayBuffer>> = []
const mostSpare = 4

const bufferFor = (length: number): Uint8Array<ArrayBuffer> => {
  if (length < small) return new Uint8Array(length)
  const found = spare.pop()
  return found !== undefined && found.length >= length ? found : new Uint8Array(Math.max(length, full))
}

/** `isOurs`: nobody else has the chunks, so that their memory is given back as soon as they are copied. */
export const of = <E, R>(
  content: Stream.Stream<Uint8Array, E, R>,
  { isOurs }: { readonly isOurs: boolean },
): Stream.Stream<Uint8Array, E, R> =>
  Stream.suspend(() => {
    // no Buffer: whoever keeps a chunk takes a `slice`, which of a Buffer is no copy
    let held = new Uint8Array()
    return content.pipe(
      Stream.buffer({ capacity: ahead }),
      Stream.mapArray((chunks) => {
        const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
        if (length > held.length) held = bufferFor(length)
        let at = 0
        for (const chunk of chunks) {
          held.set(chunk, at)
          at += chunk.length
          if (isOurs) giveBack(chunk)
        }
        return [held.subarray(0, length)]
      }),
      // who takes a chunk is done with it when the next is asked for, or nothing more (`BlobStore.put`)
      Stream.ensuring(
        Effect.sync(() => {
          if (held.length >= full && spare.length < mostSpare) spare.push(held)
          held = new Uint8Array()
        }),
      ),
    )
  })

/** A chunk that is a part of something larger stays: others may lie in the same memory. */
const giveBack = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
