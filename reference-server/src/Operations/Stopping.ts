/**
 * That this process was told to stop. From then on `/ready` says no, so that whoever sends requests here sends them elsewhere;
 * what is under way is finished, and connections are closed after their answer.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export interface Stopping {
  isStopping: boolean
}

export const Stopping = Context.Reference<Stopping>("@requite/reference-server/Operations/Stopping", {
  defaultValue: () => ({ isStopping: false }),
})

export const isStopping: Effect.Effect<boolean> = Effect.map(Stopping, (state) => state.isStopping)

/**
 * To be built last, and so ended first: says that the process stops, and gives everybody so long to hear of it before it takes
 * no new connections.
 */
export const layer = (delay: Duration.Input): Layer.Layer<never> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const state = yield* Stopping
      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          state.isStopping = true
          yield* Effect.logInfo("told to stop: finishing what is under way")
          yield* Effect.sleep(delay)
        }),
      )
    }),
  )
