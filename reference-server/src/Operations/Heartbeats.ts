/**
 * The loops that work in the background of this process, and whether they still turn. A *turn* is one round of a loop: one
 * sweep, one mail. A loop is *stuck* when a turn takes longer than it may, *silent* when it rests longer than it may, and
 * *ended* when nothing will turn it again: then the process is of no use, and `/ready` says so.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metrics from "../Observability/Metrics.ts"

export interface Limits {
  /** How long one turn may take, in milliseconds. */
  readonly turn: number
  /** How long it may rest between turns, in milliseconds; null: until there is work. */
  readonly rest: number | null
}

interface Loop {
  readonly name: string
  readonly limits: Limits
  /** Since when a turn is under way; null: it rests. In milliseconds since 1970. */
  turningSince: number | null
  restingSince: number
  isEnded: boolean
  failures: number
}

/** One loop as it is now. `sinceMillis`: how long it has been turning, or resting. */
export interface Pulse {
  readonly name: string
  readonly state: "turning" | "resting" | "stuck" | "silent" | "ended"
  readonly sinceMillis: number
  /** Turns in a row that failed, to the last one. */
  readonly failures: number
}

export interface Heartbeats {
  readonly loops: Set<Loop>
}

export const make = (): Heartbeats => ({ loops: new Set() })

/** The loops of this process. */
export const Heartbeats = Context.Reference<Heartbeats>("@requite/reference-server/Operations/Heartbeats", {
  defaultValue: make,
})

/**
 * A loop that is watched from now on: `turn` is put around each of its turns, `life` around the whole loop. Several loops may
 * have one name.
 */
export const watch = Effect.fnUntraced(function* (name: string, limits: Limits) {
  const { loops } = yield* Heartbeats
  const now = yield* Clock.currentTimeMillis
  const loop: Loop = { name, limits, turningSince: null, restingSince: now, isEnded: false, failures: 0 }
  loops.add(loop)

  const turn = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      loop.turningSince = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(effect)
      loop.turningSince = null
      loop.restingSince = yield* Clock.currentTimeMillis
      loop.failures = Exit.isSuccess(exit) ? 0 : loop.failures + 1
      yield* Metrics.turn(name, Exit.isSuccess(exit) ? "done" : "failed")
      return yield* exit
    })

  /** A loop that was told to stop is forgotten; one that ended by itself is remembered. */
  const life = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.onExit(effect, (exit) =>
      Effect.sync(() => {
        if (Exit.isFailure(exit) && Exit.hasInterrupts(exit)) loops.delete(loop)
        else loop.isEnded = true
      }),
    )
  return { turn, life }
})

/** All loops of this process, as they are at this moment. */
export const pulses: Effect.Effect<ReadonlyArray<Pulse>> = Effect.gen(function* () {
  const { loops } = yield* Heartbeats
  const now = yield* Clock.currentTimeMillis
  return [...loops].map((loop): Pulse => {
    const { name, limits, turningSince, restingSince, isEnded, failures } = loop
    const sinceMillis = Math.max(0, now - (turningSince ?? restingSince))
    const state = isEnded
      ? "ended"
      : turningSince !== null
        ? sinceMillis > limits.turn
          ? "stuck"
          : "turning"
        : limits.rest !== null && sinceMillis > limits.rest
          ? "silent"
          : "resting"
    return { name, state, sinceMillis, failures }
  })
})

export const isAlive = ({ state }: Pulse): boolean => state === "turning" || state === "resting"
