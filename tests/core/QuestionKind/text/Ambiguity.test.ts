/** The analysis against a plain backtracking matcher that counts: random expressions, all texts of a few letters. */
import { assert, it } from "@effect/vitest"
import * as Ambiguity from "@requite/core/QuestionKind/text/Pattern/Ambiguity"
import { build } from "@requite/core/QuestionKind/text/Pattern/Automaton"
import { common } from "@requite/core/QuestionKind/text/Pattern/CharacterSet"
import { type Expression, parse } from "@requite/core/QuestionKind/text/Pattern/parse"

/** Numbers by chance, the same in each run. */
const chance = (seed: number) => {
  let state = seed
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
type Draw = ReturnType<typeof chance>

const pick = (draw: Draw, ...from: ReadonlyArray<string>): string => from[draw(from.length)] ?? ""

const randomRegex = (draw: Draw, depth: number): string => {
  switch (depth === 0 ? 0 : draw(6)) {
    case 0:
    case 1:
      return pick(draw, "a", "b", "[ab]", "[^a]", "c", ".")
    case 2:
      return randomRegex(draw, depth - 1) + randomRegex(draw, depth - 1)
    case 3:
      return `(?:${randomRegex(draw, depth - 1)}|${draw(4) === 0 ? "" : randomRegex(draw, depth - 1)})`
    case 4:
      return `(?=${randomRegex(draw, depth - 1)})`
    default:
      return `(?:${randomRegex(draw, depth - 1)})${pick(draw, "*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}")}`
  }
}

/** How often a matcher tries to read a character of a text that does not match, going every way there is. */
const readsOf = (expression: Expression, text: string, enough: number): number => {
  let reads = 0
  const go = (node: Expression, at: number, then: (at: number) => void): void => {
    if (reads > enough) return
    switch (node.kind) {
      case "set": {
        reads++
        const point = text.codePointAt(at)
        if (point !== undefined && common(node.set, [point, point]) !== undefined) then(at + 1)
        return
      }
      case "sequence": {
        const step = (index: number, from: number): void => {
          const part = node.of[index]
          if (part === undefined) then(from)
          else go(part, from, (to) => step(index + 1, to))
        }
        return step(0, at)
      }
      case "choice":
        for (const arm of node.of) go(arm, at, then)
        return
      case "ahead":
        go(node.of, at, () => undefined)
        return then(at)
      case "repeat": {
        // as the language has it: beyond the turns that must be taken, one that reads nothing is no turn
        const turn = (taken: number, from: number): void => {
          if (taken < node.max)
            go(node.of, from, (to) => {
              if (taken < node.min || to > from) turn(taken + 1, to)
            })
          if (taken >= node.min) then(from)
        }
        return turn(0, at)
      }
    }
  }
  go(expression, 0, () => undefined)
  return reads
}

const texts = (length: number): ReadonlyArray<string> =>
  length === 0 ? [""] : texts(length - 1).flatMap((text) => ["a", "b", "c"].map((letter) => text + letter))

it("counts never fewer steps than a matcher takes, on any text", () => {
  const length = 5
  const all = texts(length)
  let compared = 0
  for (let seed = 1; seed <= 600; seed++) {
    const regex = randomRegex(chance(seed), 4)
    const parsed = parse(regex)
    if ("reason" in parsed) throw new Error(regex)
    const automaton = build(parsed.expression)
    if (automaton === null) continue
    const most = Ambiguity.mostSteps(
      automaton,
      Ambiguity.overlapsOf(automaton),
      { longest: length, enough: 1e9 },
      { left: 1e8 },
    )
    assert.isNotNull(most, regex)
    const reads = Math.max(...all.map((text) => readsOf(parsed.expression, text, 20_000)))
    if (reads <= 20_000) assert.isAtLeast(most ?? 0, reads, `${regex} (${seed})`)
    compared++
  }
  assert.isAbove(compared, 500)
})

it("finds what is repeated to take ever longer, and nothing where a text has one way only", () => {
  let found = 0
  for (let seed = 1; seed <= 600; seed++) {
    const regex = randomRegex(chance(seed), 4)
    const parsed = parse(regex)
    const automaton = "reason" in parsed ? null : build(parsed.expression)
    if (automaton === null || "reason" in parsed) continue
    const overlaps = Ambiguity.overlapsOf(automaton)
    const pump = Ambiguity.exponential(automaton, overlaps, { left: 1e8 })
    if (Ambiguity.isDeterministic(automaton, overlaps, { left: 1e8 })) assert.isNull(pump, regex)
    if (pump === null) continue
    found++
    // wherever the repetition begins in the expression: somewhere behind a text of a few letters
    const grows = ["", ...texts(1), ...texts(2), ...texts(3), ...texts(4)].some((before) => {
      const reads = (times: number) => readsOf(parsed.expression, before + pump.repeat(times), 200_000)
      return reads(18) > 100_000 || reads(9) > 60 * reads(3)
    })
    assert.isTrue(grows, `${regex} does not grow on ${pump} (${seed})`)
  }
  assert.isAbove(found, 20)
})

it("finds it whenever there is one: what it lets pass grows slowly on every short repetition", () => {
  const pumps = [...texts(1), ...texts(2), ...texts(3)]
  let passed = 0
  for (let seed = 1000; seed <= 1300; seed++) {
    const regex = randomRegex(chance(seed), 4)
    const parsed = parse(regex)
    const automaton = "reason" in parsed ? null : build(parsed.expression)
    if (automaton === null || "reason" in parsed) continue
    if (Ambiguity.exponential(automaton, Ambiguity.overlapsOf(automaton), { left: 1e8 }) !== null) continue
    passed++
    for (const pump of pumps) {
      const reads = (times: number) => readsOf(parsed.expression, pump.repeat(times), 100_000)
      // a power of the length: twice as long is at most 2⁶ times the work; an exponential has 2¹⁵ by then
      assert.isTrue(reads(30) <= 100 * Math.max(reads(15), 100), `${regex} grows on ${pump} (${seed})`)
    }
  }
  assert.isAbove(passed, 100)
})
