/**
 * How slowly a file may come (S60). A sender that holds a connection with a byte a second holds a place that others need, so
 * whoever sends less than a kilobyte a second, on average over a minute, is cut off. What came is kept where it can be gone on
 * with.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** The sender is too slow to be waited for. */
export class TooSlow extends Schema.TaggedError<TooSlow>()("TooSlow", {}) {}

const seconds = 60
const leastBytes = 1_000 * seconds

/**
 * The same content, and what fails with `TooSlow` at the end of the first minute that brings too little of it. What is done with a
 * content that has come to its end may take its time.
 */
export const watched = <E, R>(content: Stream.Stream<Uint8Array, E, R>) => {
  let [came, isOver] = [0, false]
  const watch = Effect.gen(function* () {
    for (;;) {
      const before = came
      yield* Effect.sleep(seconds * 1_000)
      if (isOver) return yield* Effect.never
      if (came - before < leastBytes) return yield* new TooSlow()
    }
  })
  const counted = Stream.map(content, (chunk) => {
    came += chunk.length
    return chunk
  })
  const end = Stream.fromEffectDrain(Effect.sync(() => void (isOver = true)))
  return { content: Stream.concat(counted, end), watch }
}

/** The same content, as long as it keeps pace; fails with `TooSlow` where it does not. */
export const kept = <E, R>(content: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Uint8Array, E | TooSlow, R> =>
  Stream.suspend(() => {
    const pace = watched(content)
    return Stream.interruptWhen(pace.content, pace.watch)
  })
