/**
 * The planner against an oracle that shares nothing with it (Oracle.ts), on random scenarios: REQUITE_SCENARIOS of them,
 * 10,000 when that is not set.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { Simulate } from "requite"
import { clocks, oracle } from "./Oracle.ts"
import { random, scenario, seasons, zones } from "./Scenarios.ts"

const amount = Number(process.env["REQUITE_SCENARIOS"] ?? 10_000)

describe("the planner and an oracle of brute force", () => {
  it(`K10 K13 K14 K15 K32 K33 K34 K36 K37 K38 K40: agree on ${amount} random scenarios`, () => {
    const tables = zones.flatMap((tz) => seasons.map(([from, to]) => ({ tz, table: clocks(tz, from, to) })))
    const seen = { reminders: 0, catchUps: 0, reasons: new Set<string>() }
    for (let seed = 1; seed <= amount; seed++) {
      const { tz, table } = tables[seed % tables.length] ?? assert.fail()
      const given = scenario(random(seed), tz, table)
      const expected = oracle(given, table)
      const decoded = Simulate.decode(JSON.parse(JSON.stringify(given)))
      if (Result.isFailure(decoded) || !("timeZone" in decoded.success)) assert.fail(JSON.stringify(decoded))
      const actual = Simulate.run(decoded.success)
      assert.deepStrictEqual<object>(actual, expected, `seed ${seed}: ${JSON.stringify(given, null, 1)}`)
      seen.reminders += expected.reminders.length
      seen.reasons.add(String(expected.reason))
      const ends = given.workerDown.map(([, to]) => to)
      seen.catchUps += expected.reminders.filter((at) => ends.includes(at)).length
    }
    // the scenarios are worth something: reminders go out, some of them late, and for each reason some do not
    assert.isAbove(seen.reminders, amount)
    assert.isAbove(seen.catchUps, amount / 50)
    assert.isAtLeast(seen.reasons.size, 12)
  }, 600_000)
})
