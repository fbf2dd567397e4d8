// What the server may rely on from the durable queue (`PersistedQueue` on SQL), on whichever engine the tests run.

import { assert, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Database from "../../reference-server/src/Database.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as DatabaseChild from "./DatabaseChild.ts"

const next = Effect.flatMap(DatabaseChild.queue, (queue) =>
  queue.take(({ name }, { attempts, id }) => Effect.succeed({ name, attempts, id })),
)

layer(Layer.provideMerge(DatabaseChild.queueLayer, TestDatabase.layer), { excludeTestServices: true })(
  "queue",
  (test) => {
    test.effect(
      "M1: what is offered in a transaction that rolls back was never offered; after a commit it is taken",
      () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const queue = yield* DatabaseChild.queue
          const offer = (name: string) => queue.offer({ name }, { id: name })
          yield* Effect.ignore(sql.withTransaction(Effect.andThen(offer("rolled back"), Effect.fail("no"))))
          yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* offer("kept")
              yield* Effect.ignore(sql.withTransaction(Effect.andThen(offer("savepoint"), Effect.fail("no"))))
            }),
          )
          assert.deepStrictEqual(yield* next, { name: "kept", attempts: 1, id: "kept" })
          assert.deepStrictEqual(yield* sql`SELECT id FROM queue`, [{ id: "kept" }])
        }).pipe(Effect.timeout("60 seconds")),
    )

    test.effect("M3: the same id is offered once, also after it was done", () =>
      Effect.gen(function* () {
        const queue = yield* DatabaseChild.queue
        yield* queue.offer({ name: "once" }, { id: "same" })
        yield* queue.offer({ name: "twice" }, { id: "same" })
        assert.deepStrictEqual(yield* next, { name: "once", attempts: 1, id: "same" })
        yield* queue.offer({ name: "thrice" }, { id: "same" })
        yield* queue.offer({ name: "another" }, { id: "other" })
        assert.deepStrictEqual(yield* next, { name: "another", attempts: 1, id: "other" })
      }).pipe(Effect.timeout("60 seconds")),
    )

    test.effect("M4: workers that run at once take each job once", () =>
      Effect.gen(function* () {
        const queue = yield* DatabaseChild.queue
        const names = Array.from({ length: 30 }, (_, n) => `job ${n}`)
        yield* Effect.forEach(names, (name) => queue.offer({ name }), { discard: true })
        const taken = yield* Effect.all(
          names.map(() => next),
          { concurrency: 5 },
        )
        assert.deepStrictEqual(taken.map(({ name }) => name).sort(), [...names].sort())
      }).pipe(Effect.timeout("60 seconds")),
    )
  },
)

it.live(
  "M4: the job of a worker that was killed goes to another one when its lock is out, as its second attempt",
  () =>
    Effect.gen(function* () {
      const environment = yield* TestDatabase.acquireEnvironment
      const open = Effect.provide(
        Layer.provideMerge(
          DatabaseChild.queueLayer,
          Database.layer({
            dataDir: environment.DATA_DIR,
            url: environment.DATABASE_URL === undefined ? undefined : Redacted.make(environment.DATABASE_URL),
          }),
        ).pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "Error")), Layer.fresh),
      )
      yield* open(Effect.flatMap(DatabaseChild.queue, (queue) => queue.offer({ name: "mail" }, { id: "mail" })))
      const worker = yield* DatabaseChild.start("take", environment)
      assert.strictEqual(yield* worker.line, "open")
      assert.strictEqual(yield* worker.line, "took mail 1")
      // Longer than the lock: a worker that lives keeps its job.
      yield* Effect.sleep("3 seconds")
      yield* worker.kill
      const killed = Date.now()
      assert.deepStrictEqual(yield* open(next), { name: "mail", attempts: 2, id: "mail" })
      const waited = Date.now() - killed
      assert.isTrue(waited > 1_000 && waited < 15_000, `waited ${waited} ms`)
    }),
  180_000,
)
