// One statement for many: what fibers ask at the same moment goes to the database together, and nobody is in another's way.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Together from "../../reference-server/src/Database/Together.ts"
import { SqlClient, SqlError } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

/** Asks Postgres for the half of a number; of zero there is an error. Remembers who was asked together. */
const halves = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const asked: Array<ReadonlyArray<number>> = []
  const half = yield* Together.make((numbers: ReadonlyArray<number>) => {
    asked.push(numbers)
    const rows = numbers.map((n, at) => ({ at, n }))
    return Effect.map(
      sql<{ half: number }>`
        SELECT n / 2 + 0 / n AS half FROM ${Together.rows(sql, "at int, n int", rows)} asked ORDER BY at`,
      (found) => found.map((row) => row.half),
    )
  })
  return { sql, half, asked }
})
const all = { concurrency: "unbounded" } as const

layer(TestDatabase.layer, { excludeTestServices: true, timeout: "180 seconds" })("statements together", (it) => {
  it.effect("M4: what is asked at the same moment is one statement, and each gets its own answer", () =>
    Effect.gen(function* () {
      const { half, asked } = yield* halves
      const numbers = Array.from({ length: 30 }, (_, at) => 2 * at + 2)
      assert.deepStrictEqual(
        yield* Effect.forEach(numbers, half, all),
        numbers.map((n) => n / 2),
      )
      assert.isAtMost(asked.length, 2)
      assert.deepStrictEqual(
        asked.flat().toSorted((a, b) => a - b),
        numbers,
      )
    }),
  )

  it.effect("M4: one that cannot be answered is in nobody's way; in a transaction nothing was asked", () =>
    Effect.gen(function* () {
      const { sql, half } = yield* halves
      const exits = yield* Effect.forEach([2, 0, 4], (n) => Effect.exit(half(n)), all)
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [true, false, true])
      const inside = yield* Effect.exit(
        sql.withTransaction(Effect.forEach([2, 0, 4], (n) => Effect.exit(half(n)), all)),
      )
      // what failed took the transaction with it
      assert.isTrue(Exit.isFailure(inside))
    }),
  )

  it.effect(
    "M7: when it is the database that fails, all who asked are told at once, and nobody waits for it a second time",
    () =>
      Effect.gen(function* () {
        let asked = 0
        const away = new SqlError.ConnectionError({ cause: new Error("gone"), message: "gone", operation: "execute" })
        const ask = yield* Together.make((items: ReadonlyArray<number>) =>
          Effect.suspend(() => {
            asked++
            return items.includes(0) ? Effect.fail(new SqlError.SqlError({ reason: away })) : Effect.succeed(items)
          }),
        )
        const exits = yield* Effect.forEach([2, 0, 4], (n) => Effect.exit(ask(n)), all)
        assert.deepStrictEqual([exits.map(Exit.isSuccess), asked], [[false, false, false], 1])
        assert.strictEqual(yield* ask(2), 2)
      }),
  )

  it.effect("S73: what is asked for two firms, or in two transactions, does not go together", () =>
    Effect.gen(function* () {
      const { sql, half, asked } = yield* halves
      const one = (firm: string) => Tenancy.within(firm)(Effect.forEach([2, 4], half, all))
      const firms = ["11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"]
      yield* Effect.forEach(firms, one, all)
      yield* Effect.forEach([1, 2], () => sql.withTransaction(Effect.forEach([2, 4], half, all)), all)
      assert.isAtLeast(asked.length, 4)
      assert.isTrue(asked.every((numbers) => new Set(numbers).size === numbers.length))
    }),
  )

  it.effect("M4: whoever leaves takes nothing of the others along", () =>
    Effect.gen(function* () {
      const { half } = yield* halves
      for (const leaving of [0, 1, 5]) {
        const fibers = yield* Effect.forEach([2, 4, 6, 8, 10, 12], (n) => Effect.forkChild(half(n)))
        yield* Effect.yieldNow
        const gone = fibers[leaving]
        if (gone !== undefined) yield* Fiber.interrupt(gone)
        const others = fibers.filter((_, at) => at !== leaving)
        const exits = yield* Effect.forEach(others, Fiber.await)
        assert.isTrue(exits.every(Exit.isSuccess))
        assert.strictEqual(yield* half(8), 4)
      }
    }),
  )
})
