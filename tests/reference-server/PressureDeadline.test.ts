/** The deadline of a request: what is in time comes through as it is; what is not is ended, and told. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Pressure from "../../reference-server/src/Pressure.ts"

/** Never done; says when it has begun, and what it did when it was ended. */
const endless = Effect.gen(function* () {
  const said: Array<string> = []
  const begun = yield* Deferred.make<void>()
  const app = Deferred.succeed(begun, undefined).pipe(
    Effect.andThen(Effect.never),
    Effect.onInterrupt(() =>
      Effect.andThen(
        Effect.sleep("20 millis"),
        Effect.sync(() => said.push("undone")),
      ),
    ),
  )
  return { said, begun, app }
})

describe("the deadline of a request", () => {
  it.live("what is in time comes through: a value at once or later, a failure, a fault", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Pressure.inTime(Effect.succeed(1)), 1)
      assert.strictEqual(yield* Pressure.inTime(Effect.as(Effect.sleep("5 millis"), 2)), 2)
      assert.strictEqual(yield* Effect.flip(Pressure.inTime(Effect.fail("no"))), "no")
      assert.isTrue(Exit.hasDies(yield* Effect.exit(Pressure.inTime(Effect.die(new Error("broken"))))))
    }),
  )

  it.live("what is too slow is ended, and only then told", () =>
    Effect.gen(function* () {
      const { app, said } = yield* endless
      assert.isTrue(Exit.hasDies(yield* Effect.exit(Pressure.inTime(app, 30))))
      assert.deepStrictEqual(said, ["undone"])
    }),
  )

  it.live("whoever goes away ends what was begun for them", () =>
    Effect.gen(function* () {
      const { app, begun, said } = yield* endless
      const asking = yield* Effect.forkChild(Pressure.inTime(app))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(asking)
      assert.deepStrictEqual(said, ["undone"])
    }),
  )
})
