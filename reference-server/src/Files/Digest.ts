/** That what the store gives is what arrived: the digest is taken again while the bytes are read (S68). */
import { createHash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { BlobStoreUnavailable } from "../BlobStore.ts"
import { FileDamaged } from "../Files.ts"

interface Digested {
  readonly id: string
  readonly sha256: string
}

type Bytes = Stream.Stream<Uint8Array, BlobStoreUnavailable>

/** A store that stops midway breaks the download off: nobody takes what came for the whole. */
export const unbroken = (stream: Bytes): Stream.Stream<Uint8Array> => Stream.orDie(stream)

/** All bytes; the last chunk only after the digest agreed, so that a reader never has a whole file that is another. */
export const checked = (file: Digested, stream: Bytes): Stream.Stream<Uint8Array> =>
  Stream.suspend(() => {
    const hash = createHash("sha256")
    let held = new Uint8Array(0)
    const earlier = stream.pipe(
      Stream.map((chunk) => {
        hash.update(chunk)
        const before = held
        held = Uint8Array.from(chunk)
        return before
      }),
      Stream.filter((chunk) => chunk.length > 0),
    )
    const last = Effect.suspend(() => agreed(file, hash.digest("hex"))).pipe(Effect.map(() => held))
    return unbroken(Stream.concat(earlier, Stream.fromEffect(last)))
  })

const agreed = ({ id, sha256 }: Digested, found: string) =>
  found === sha256
    ? Effect.void
    : Effect.logError("a file in the store is not what was stored there", { file: id }).pipe(
        Effect.andThen(Effect.die(new FileDamaged({ id }))),
      )

/** How long a file that was read through is taken for intact, and how many are remembered. */
const memory = 600_000
const most = 1000

/** Reads a whole file through before a part of it is given; remembers those that it read just now. */
export const make = Effect.sync(() => {
  const found = new Map<string, number>()
  return (file: Digested, stream: Bytes) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      if ((found.get(file.id) ?? 0) > now - memory) return
      yield* Stream.runDrain(checked(file, stream))
      if (found.size >= most) found.clear()
      found.set(file.id, now)
    })
})
