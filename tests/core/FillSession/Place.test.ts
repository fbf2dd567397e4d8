// When two answers say the same: the one rule by which nothing is saved, asked about or called touched without need.
import { assert, describe, it } from "@effect/vitest"
import { equal, meaning } from "@requite/core/FillSession/Place"
import { isDeepStrictEqual } from "node:util"
import { type Chance, pick, seeded } from "./Forms.ts"

const anyValue = (chance: Chance, depth = 3): unknown =>
  pick<() => unknown>(chance, [
    () => null,
    () => undefined,
    () => "",
    () => false,
    () => true,
    () => 0,
    () => "a",
    () => Array.from({ length: depth === 0 ? 0 : chance(3) }, () => anyValue(chance, depth - 1)),
    () =>
      Object.fromEntries(
        ["x", "y"].slice(0, depth === 0 ? 0 : chance(3)).map((key) => [key, anyValue(chance, depth - 1)]),
      ),
  ])()

describe("two answers", () => {
  it("L32 C4: are the same where only how nothing is said differs; an empty instance is one more", () => {
    const ann = { who: "Ann" }
    const same: ReadonlyArray<readonly [unknown, unknown]> = [
      [[ann], [{ who: "Ann", boss: false, since: "", home: [], born: null }]],
      [undefined, null],
      ["", []],
      [[{}], [{ who: "" }]],
      [{ other: "" }, {}],
    ]
    const different: ReadonlyArray<readonly [unknown, unknown]> = [
      [[ann], [{ who: "Ann", boss: true }]],
      [[ann], [ann, {}]],
      [[{}], []],
      [0, undefined],
      [[], {}],
      [["a"], { 0: "a" }],
      ["a", ["a"]],
    ]
    for (const pair of same) assert.isTrue(equal(...pair), JSON.stringify(pair))
    for (const pair of different) assert.isFalse(equal(...pair), JSON.stringify(pair))
  })

  it("are the same just where their meanings are the same JSON", () => {
    const chance = seeded(7)
    let found = 0
    for (let i = 0; i < 3_000; i++) {
      const [one, other] = [anyValue(chance), anyValue(chance)]
      const is = equal(one, other)
      if (is) found++
      assert.strictEqual(is, isDeepStrictEqual(meaning(one), meaning(other)), JSON.stringify([one, other]))
      assert.isTrue(equal(one, meaning(one)))
    }
    assert.isAbove(found, 100)
  })

  it("may be nested as deep as they like", () => {
    const deep = () => {
      let value: unknown = 1
      for (let i = 0; i < 100_000; i++) value = { value }
      return value
    }
    assert.isTrue(equal(deep(), deep()))
  })
})
