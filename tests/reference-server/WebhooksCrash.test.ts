// Killed anywhere, a webhook is not lost. A life of the worker is a scope: closing it ends whatever it has in hand, as a killed
// process does, without a word written.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as worker from "../../reference-server/src/Webhooks/worker.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./WebhooksWorld.ts"

/** Starts a worker; `kill` ends it. */
const start = Effect.gen(function* () {
  const life = yield* Scope.make()
  yield* Scope.provide(Layer.build(Layer.fresh(worker.layer)), life)
  return { kill: Scope.close(life, Exit.void) }
})

/** How long a dead worker holds what it had in hand, and a little. */
const lease = 31_000

layer(TestFirm.withoutWorker, { excludeTestServices: true, timeout: "180 seconds" })("webhooks and crashes", (it) => {
  it.effect("S69: killed between the commit and the delivery, it is delivered after the restart", () =>
    Effect.gen(function* () {
      const { receiver, sent, listed, id, settled } = yield* World.arrange()
      yield* sent
      assert.deepStrictEqual(
        (yield* listed(id)).map(({ status, attempts }) => [status, attempts]),
        [
          ["queued", 0],
          ["queued", 0],
        ],
      )
      assert.lengthOf(receiver.got, 0)
      const { kill } = yield* start
      yield* settled("delivered", 2)
      assert.lengthOf(receiver.got, 2)
      yield* kill
    }),
  )

  it.effect("S69: killed after the receiver took it, it comes again under the same webhook-id, and once only", () =>
    Effect.gen(function* () {
      const { receiver, secret, sent, listed, id, settled } = yield* World.arrange({ types: ["request.sent"] })
      receiver.answers.push(World.hang)
      yield* sent
      const { kill } = yield* start
      yield* World.gotBy(receiver, 1)
      yield* kill

      const { kill: again } = yield* start
      yield* Effect.sleep("1200 millis")
      // the lease of the dead one still holds: nobody sends it at the same time
      assert.lengthOf(receiver.got, 1)
      TestFirm.clock.pass(lease)
      yield* settled("delivered", 1)
      assert.lengthOf(receiver.got, 2)
      assert.strictEqual(receiver.got[0]?.id, receiver.got[1]?.id)
      assert.isTrue(receiver.got.every((one) => World.verifies(secret, one)))
      assert.strictEqual((yield* listed(id))[0]?.attempts, 2)
      yield* again
    }),
  )

  it.effect("S69: what was not committed is not sent, and two workers send nothing twice", () =>
    Effect.gen(function* () {
      const { receiver, sent, id, settled } = yield* World.arrange()
      const sql = yield* SqlClient.SqlClient
      const workers = [yield* start, yield* start]
      const undone = yield* Effect.exit(sql.withTransaction(Effect.andThen(sent, Effect.fail("no"))))
      assert.isTrue(Exit.isFailure(undone))
      for (let count = 0; count < 5; count += 1) yield* sent
      yield* settled("delivered", 10)
      yield* Effect.sleep("1200 millis")
      assert.lengthOf(receiver.got, 10)
      assert.strictEqual(new Set(receiver.got.map((one) => one.id)).size, 10)
      assert.isNotEmpty(id)
      yield* Effect.all(workers.map(({ kill }) => kill))
    }),
  )
})
