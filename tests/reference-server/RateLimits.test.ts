import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as RateLimits from "../../reference-server/src/RateLimits.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import { at } from "../support/TestFirm.ts"

const world = Layer.provideMerge(Crypto.layer(globalThis.crypto), TestDatabase.layer)
/** The service as another process would have it: nothing is shared but the database. */
const process = RateLimits.RateLimits.pipe(Effect.provide(Layer.fresh(RateLimits.layer)))
const limit = { times: 3, seconds: 60 }

layer(world, { excludeTestServices: true, timeout: "180 seconds" })("rate limits", (it) => {
  it.effect("S41: processes count together, and a window that is over counts no more", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* process, yield* process]
      yield* at(1_000)(one.take("a", limit))
      yield* at(2_000)(other.take("a", limit))
      yield* at(3_000)(one.take("a", limit))
      const refused = yield* at(31_000)(Effect.flip(other.take("a", limit)))
      assert.strictEqual(refused.retryAfterSeconds, 30)
      yield* at(31_000)(other.take("b", limit))
      yield* at(61_000)(other.take("a", limit))
    }),
  )

  it.effect("S41: of many tries at once exactly as many as allowed are let through", () =>
    Effect.gen(function* () {
      const limits = yield* process
      const tries = yield* Effect.all(
        Array.from({ length: 20 }, () => Effect.exit(limits.take("crowd", limit))),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(tries.filter(({ _tag }) => _tag === "Success").length, 3)
    }),
  )

  it.effect(
    "S41: at once or one after another, whoever has used theirs up uses nothing up of what belongs to others",
    () =>
      Effect.gen(function* () {
        const limits = yield* process
        const all = { key: "all of them", limit: { times: 8, seconds: 60 } }
        const by = (key: string) => Effect.exit(limits.takeAll([{ key, limit }, all]))
        const tries = (key: string) =>
          Effect.all(
            Array.from({ length: 10 }, () => by(key)),
            { concurrency: "unbounded" },
          )
        const passed = (exits: Effect.Success<ReturnType<typeof tries>>) =>
          exits.filter(({ _tag }) => _tag === "Success").length
        const [greedy, other] = yield* Effect.all([tries("greedy"), tries("other")], { concurrency: "unbounded" })
        assert.deepStrictEqual([passed(greedy), passed(other)], [3, 3])
        // of eight two are left, however often the others tried
        assert.deepStrictEqual([passed(yield* tries("third")), passed(yield* tries("greedy"))], [2, 0])
      }),
  )

  it.effect("what is given back may be taken again, what is over is swept, and no key is kept as it is", () =>
    Effect.gen(function* () {
      const limits = yield* process
      const sql = yield* SqlClient.SqlClient
      yield* at(1_000)(Effect.forEach([1, 2, 3], () => limits.take("someone@example.com", limit)))
      yield* limits.giveBack("someone@example.com")
      yield* at(1_000)(limits.take("someone@example.com", limit))
      assert.notInclude(JSON.stringify(yield* sql`SELECT * FROM rate_limits`), "someone")
      yield* at(4_000_000_000_000)(limits.sweep)
      assert.deepStrictEqual(yield* sql`SELECT * FROM rate_limits`, [])
    }),
  )
})
