import { assert, describe, it } from "@effect/vitest"
import * as Patience from "../../reference-server/src/Webhooks/Patience.ts"

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

/** The waits of a delivery that never gets through, by a random number. */
const waits = (random: number) => {
  const all: Array<number> = []
  for (let age = 0, tries = 1; ; tries += 1) {
    const wait = Patience.next({ tries, age, retryAfter: null, random })
    if (wait === null) return all
    all.push(wait)
    age += wait
  }
}
const sum = (all: ReadonlyArray<number>) => all.reduce((total, one) => total + one, 0)

describe("how long a webhook is tried", () => {
  it("S69: about three days, with waits that grow, and that differ", () => {
    const [early, late] = [waits(0), waits(1)]
    for (const all of [early, late]) {
      assert.isAtLeast(all.length, 11)
      assert.deepStrictEqual(
        all,
        all.toSorted((a, b) => a - b),
      )
      assert.isAtLeast(sum(all), 2 * day)
      assert.isAtMost(sum(all), 4 * day)
    }
    assert.isAbove(late[3] ?? 0, early[3] ?? 0)
    assert.isAtMost(early[0] ?? 0, 10_000)
  })

  it("S69: given up after three days, however few tries there were", () => {
    const failed = { tries: 2, retryAfter: null, random: 0.5 }
    assert.isNotNull(Patience.next({ ...failed, age: 3 * day - 1 }))
    assert.isNull(Patience.next({ ...failed, age: 3 * day }))
  })

  it("Retry-After is waited for, up to a day, and never makes a wait shorter", () => {
    const next = (retryAfter: number) => Patience.next({ tries: 1, age: 0, retryAfter, random: 0.5 })
    assert.strictEqual(next(10 * minute), 10 * minute)
    assert.strictEqual(next(1), 5_000)
    assert.strictEqual(next(10 * day), day)
    const now = Date.UTC(2027, 2, 27, 9)
    assert.strictEqual(Patience.retryAfter("120", now), 120_000)
    assert.strictEqual(Patience.retryAfter("Sat, 27 Mar 2027 10:00:00 GMT", now), hour)
    assert.strictEqual(Patience.retryAfter("Sat, 27 Mar 2027 08:00:00 GMT", now), 0)
    for (const nonsense of [undefined, "", "soon", "-5", "1e9", "9".repeat(40)]) {
      assert.isNull(Patience.retryAfter(nonsense, now), nonsense)
    }
  })

  it("an endpoint that fails again and again is left alone for longer and longer, five minutes at most", () => {
    const pauses = Array.from({ length: 20 }, (_, index) => Patience.pause(index + 1, null, 0.5))
    assert.deepStrictEqual(pauses.slice(0, 5), [0, 0, 5_000, 10_000, 20_000])
    assert.strictEqual(pauses.at(-1), 5 * minute)
    assert.strictEqual(Patience.pause(1, 2 * minute, 0.5), 2 * minute)
    assert.strictEqual(Patience.pause(1, 5 * day, 0.5), hour)
  })
})
