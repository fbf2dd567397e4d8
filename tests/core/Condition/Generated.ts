/** Conditions made up from a seed: every operator, odd names, odd values. The same seed gives the same condition. */
import type { Calculation, Condition, Literal, Operand, Reference } from "@requite/core/Condition/Ast"

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export const random = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export type Random = () => number

export const pick = <A>(random: Random, values: ReadonlyArray<A>): A => {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error("nothing to pick from")
  return value
}

const ids = ["kind", "owners", "share", "date", "count", "all", "any", "some", "of", "context", "answered", "years"]
const oddNames = [
  "and",
  "or",
  "not",
  "in",
  "is",
  "true",
  "",
  "a b",
  "`",
  "\\",
  '"',
  "\ud800",
  "é",
  "__proto__",
  "\n",
  "A1",
]
const texts = ["", "company", 'a "quote"', "\\", "\u0000\u001f", "\ud83d\ude00", "\udc00", "2027-02-30", "`", "\u2028"]
const numbers = [0, -0, 1, -1, 2.5, 1e21, 5e-324, -1.7976931348623157e308, 0.1, 123_456_789]

const literal = (random: Random): Literal =>
  random() < 0.4 ? pick(random, texts) : random() < 0.8 ? pick(random, numbers) : random() < 0.5

/** With `odd`, names that no definition can have. */
const name = (random: Random, odd: boolean) => (odd && random() < 0.3 ? pick(random, oddNames) : pick(random, ids))

const reference = (random: Random, odd: boolean): Reference => ({ answer: name(random, odd) })

export const operand = (random: Random, odd = true): Operand => {
  const what = random()
  if (what < 0.4) return literal(random)
  if (what < 0.6) return reference(random, odd)
  if (what < 0.7) return { context: name(random, odd) }
  if (what < 0.8) return { count: reference(random, odd) }
  const date = random() < 0.3 ? "2027-03-27" : random() < 0.5 ? reference(random, odd) : { context: name(random, odd) }
  if (random() < 0.3) return { date }
  const units = (["years", "months", "days"] as const).filter(() => random() < 0.5)
  return { date, offset: Object.fromEntries(units.map((unit) => [unit, pick(random, [0, 1, -1, 18, -100_000])])) }
}

const many = <A>(random: Random, one: () => A): ReadonlyArray<A> =>
  Array.from({ length: Math.floor(random() * 4) }, () => one())

export const condition = (random: Random, depth = 5, odd = true): Condition => {
  const inner = () => condition(random, depth - 1, odd)
  const two = () => [operand(random, odd), operand(random, odd)] as const
  const literals = () => many(random, () => literal(random))
  const leaves: ReadonlyArray<() => Condition> = [
    () => ({ is: name(random, odd) }),
    () => ({ answered: reference(random, odd) }),
    () => ({ eq: two() }),
    () => ({ ne: two() }),
    () => ({ lt: two() }),
    () => ({ lte: two() }),
    () => ({ gt: two() }),
    () => ({ gte: two() }),
    () => ({ in: [operand(random, odd), literals()] }),
    () => ({ anyOf: [reference(random, odd), literals()] }),
    () => ({ allOf: [reference(random, odd), literals()] }),
  ]
  const branches: ReadonlyArray<() => Condition> = [
    () => ({ all: many(random, inner) }),
    () => ({ any: many(random, inner) }),
    () => ({ not: inner() }),
    () => ({ some: [reference(random, odd), inner()] }),
    () => ({ every: [reference(random, odd), inner()] }),
  ]
  return pick(random, depth > 0 && random() < 0.6 ? branches : leaves)()
}

export const calculation = (random: Random): Calculation => {
  const operands = () => many(random, () => operand(random, false))
  return pick<() => Calculation>(random, [
    () => ({ sum: operands() }),
    () => ({ min: operands() }),
    () => ({ max: operands() }),
    () => ({ concat: operands() }),
    () => ({ count: reference(random, false) }),
    () => ({ dateDiff: [operand(random, false), operand(random, false), pick(random, ["days", "months", "years"])] }),
  ])()
}

/** A condition whose types fit, over the text `kind`, the number `share` and the date `due`. */
export const fitting = (random: Random, depth = 3): Condition => {
  const inner = () => fitting(random, depth - 1)
  if (depth > 0 && random() < 0.5) {
    return pick<() => Condition>(random, [
      () => ({ all: many(random, inner) }),
      () => ({ any: many(random, inner) }),
      () => ({ not: inner() }),
    ])()
  }
  const [id, values] = pick<readonly [string, ReadonlyArray<Literal>]>(random, [
    ["kind", ["company", "person", ""]],
    ["share", [0, 1, -1, 25]],
    ["due", ["2027-03-27", "2027-03-28"]],
  ])
  const operands = () => [{ answer: id }, random() < 0.2 ? { answer: id } : pick(random, values)] as const
  return pick<() => Condition>(random, [
    () => ({ eq: operands() }),
    () => ({ ne: operands() }),
    () => ({ answered: { answer: id } }),
    () => ({ in: [{ answer: id }, values.filter(() => random() < 0.5)] }),
    ...(id === "kind"
      ? []
      : [
          () => ({ lt: operands() }),
          () => ({ lte: operands() }),
          () => ({ gt: operands() }),
          () => ({ gte: operands() }),
        ]),
  ])()
}
