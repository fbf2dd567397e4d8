/** A clock that runs with the real one, ahead of it by what a test has let pass: real timers, another date. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export interface ShiftedClock {
  /** Lets `millis` pass at once, for everybody who asks this clock. */
  readonly pass: (millis: number) => void
  readonly layer: Layer.Layer<never>
}

export const make = (): ShiftedClock => {
  let ahead = 0
  const layer = Layer.effect(
    Clock.Clock,
    Effect.map(Clock.Clock, (real) => ({
      currentTimeNanosUnsafe: () => real.currentTimeNanosUnsafe() + BigInt(ahead) * 1_000_000n,
      currentTimeNanos: Effect.sync(() => real.currentTimeNanosUnsafe() + BigInt(ahead) * 1_000_000n),
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: real.monotonicTimeNanos,
      currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe() + ahead,
      currentTimeMillis: Effect.sync(() => real.currentTimeMillisUnsafe() + ahead),
      sleep: (duration) => real.sleep(duration),
    })),
  )
  return {
    pass: (millis) => {
      ahead += millis
    },
    layer,
  }
}
