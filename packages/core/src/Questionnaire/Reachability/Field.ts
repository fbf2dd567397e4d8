/**
 * What was answered to a question, or came out of a calculation, at one place, as statements of a `Logic`.
 *
 * Words: a *field* is that; a *pick* is a literal saying that an option is picked and offered; the *scale* of an ordered
 * value says what its whole numbers are: steps of a number, days, places in the list of texts.
 */
import type { Offer } from "../../AnswerKind.ts"
import type { Entry } from "./Index.ts"
import type { Logic, Ordered, Part } from "./Logic.ts"
import { always, type Literal, not } from "./Literal.ts"

export type Scale = "number" | "date" | "text"

interface Base {
  readonly entry: Entry | undefined
  readonly part: Part
  /** It has a value that conditions see. */
  readonly answered: Literal
}

export interface OrderedField extends Base {
  readonly shape: "ordered"
  readonly scale: Scale
  readonly x: Ordered
  /** Counts something: 0 where it is not answered. */
  readonly counts: boolean
}

export interface PicksField extends Base {
  readonly shape: "picks"
  readonly offers: ReadonlyMap<string, Offer>
  readonly of: "options" | "booleans"
  readonly several: { readonly least: number; readonly most: number } | undefined
  /** Those that a condition tells apart; the others are all alike. */
  readonly picks: Map<string, Literal>
  /** How many are picked. */
  readonly count: Ordered
  /** The others that are alike: the first holds when at least one of them is picked, and so on. */
  readonly rest: Array<Literal>
  finished: boolean
}

export interface NoField extends Base {
  readonly shape: "none"
}

export type Field = OrderedField | PicksField | NoField

/** Largest table of "at least k of the first i" that is written out; beyond, how many are picked stays open. */
const largestCounter = 60_000

/** Adds what can be said of a choice once it is known which of its options are told apart. */
export const finish = (logic: Logic, field: PicksField, guard: Literal): void => {
  if (field.finished) return
  field.finished = true
  const { answered, part, several } = field
  logic.need(part, guard)
  const picks = [...field.picks.values()]
  const alike = [...field.offers.keys()].filter((value) => !field.picks.has(value)).length
  for (const pick of picks) logic.add(not(pick), answered)
  if (several === undefined) {
    if (alike === 0) logic.add(not(answered), ...picks, not(guard))
    atMostOne(logic, picks)
    return
  }
  const { x, most } = { x: field.count, most: field.offers.size }
  if (several.least > 1) logic.add(not(answered), logic.atLeast(x, several.least * x.unit), not(guard))
  if (several.most < most) logic.add(logic.atMost(x, several.most * x.unit), not(guard))
  if (x.node > 0) for (let k = 0; k < most; k++) logic.atMost(x, k * x.unit)
  if (x.limits.length === 0) {
    if (alike === 0) logic.add(not(answered), ...picks)
    return
  }
  const deepest = Math.max(...x.limits) / x.unit + 1
  for (let i = 0; i < Math.min(alike, deepest); i++) {
    const literal = logic.literal(part)
    const before = field.rest.at(-1)
    logic.add(not(literal), before ?? answered)
    field.rest.push(literal)
  }
  const inputs = [...picks, ...field.rest]
  logic.add(not(answered), ...inputs)
  if (inputs.length * deepest > largestCounter) return
  // reached[k]: at least k + 1 of the inputs so far
  let reached: Array<Literal> = []
  for (const input of inputs) {
    const next: Array<Literal> = []
    for (let k = 0; k < Math.min(reached.length + 1, deepest); k++) {
      const before = reached[k]
      const one = k === 0 ? input : logic.and([reached[k - 1] ?? always, input])
      next.push(before === undefined ? one : logic.or([before, one]))
    }
    reached = next
  }
  for (const [index, limit] of x.limits.entries()) {
    const within = x.atMost[index]
    const above = reached[limit / x.unit]
    if (within === undefined) continue
    if (above === undefined) logic.add(within)
    else {
      logic.need(part, above)
      logic.add(within, above)
      logic.add(not(within), not(above))
    }
  }
}

const atMostOne = (logic: Logic, picks: ReadonlyArray<Literal>): void => {
  if (picks.length <= 6) {
    for (const [i, a] of picks.entries()) for (const b of picks.slice(i + 1)) logic.add(not(a), not(b))
    return
  }
  // a ladder: `before` holds as soon as one of those so far is picked
  let before: Literal | undefined
  for (const pick of picks) {
    if (before !== undefined) logic.add(not(before), not(pick))
    const next = before === undefined ? pick : logic.or([before, pick])
    before = next
  }
}

/** How many: a value that is 1 when answered, for what does not count anything. */
export const countOf = (logic: Logic, field: Field, unit: number): Ordered => {
  if (field.shape === "ordered" && field.counts) return field.x
  if (field.shape === "picks" && field.several !== undefined) return field.count
  const part = logic.part([field.answered])
  const x = logic.ordered(part, 0, unit, unit)
  const zero = logic.atMost(x, 0)
  logic.add(zero, field.answered)
  logic.add(not(zero), not(field.answered))
  return x
}
