/**
 * Calculated values as statements about what they are calculated from. Exact for `min`, `max`, `count` and the difference
 * of days; sums and joined texts are left open here, and settled when a model is tried out (`Model`).
 */
import type { Operand } from "../../Condition/Ast.ts"
import { compareDifference } from "./DateDifference.ts"
import type { Writing } from "./Writing.ts"
import type { Place, Sum } from "./Place.ts"
import { countOf, type Field, type Scale } from "./Field.ts"
import { type Entry, inputsOf, referenceOf } from "./Index.ts"
import { greatestDivisor, type Ordered } from "./Logic.ts"
import { always, type Literal, not } from "./Literal.ts"
import { type Term, termOf } from "./Term.ts"

export const calculate = (encoding: Writing, entry: Entry, at: Place): Field => {
  const { logic, index } = encoding
  const { calculation } = entry
  const part = logic.part()
  const around = encoding.free && entry.repeats.length === 0 ? always : encoding.around(entry, at)
  logic.need(part, around)
  if (calculation === undefined) return { shape: "none", entry, part, answered: logic.literal(part) }
  const field = (scale: Scale, x: Ordered, answered: Literal): Field => {
    logic.need(part, answered)
    return { shape: "ordered", scale, entry, part, x, answered, counts: false }
  }
  if ("count" in calculation) {
    const source = index.entries.get(calculation.count.answer)
    const there = source === undefined ? undefined : encoding.placeOf(source, at)
    if (source === undefined || there === undefined)
      return field("number", logic.ordered(part, 0, Infinity, index.scale), around)
    return field("number", countOf(logic, encoding.field(source, there), index.scale), around)
  }
  if ("dateDiff" in calculation) {
    const [from, to, unit] = calculation.dateDiff
    const [a, b] = [termOf(encoding, from, at), termOf(encoding, to, at)]
    const defined = logic.and([around, definedOf(a), definedOf(b)])
    const x: Ordered = logic.ordered(part, -Infinity, Infinity, index.scale, (limit, literal) => {
      const meaning = compareDifference(encoding, a, b, unit, limit / index.scale)
      if (meaning === undefined) return
      logic.add(not(literal), meaning, not(defined))
      logic.add(literal, not(meaning), not(defined))
      logic.need(part, meaning)
    })
    return field("number", x, defined)
  }
  const { inputs, open } = spread(encoding, inputsOf(calculation), at)
  const defined = logic.and([around, logic.or(inputs.map(definedOf))])
  if ("concat" in calculation) return field("text", logic.ordered(part, 0, Infinity, 1), defined)
  const ordered = inputs.flatMap((input) => (input.term === "ordered" && (input.months ?? 0) === 0 ? [input] : []))
  const constants = inputs.flatMap((input) => (input.term === "constant" ? [input.value] : []))
  const scale = ordered[0]?.scale ?? "number"
  const fits =
    ordered.length + constants.length === inputs.length &&
    ordered.every((input) => input.scale === scale) &&
    scale !== "text" &&
    constants.every((value) => typeof value === "number") &&
    (constants.length === 0 || scale === "number")
  // what comes out is as fine as what goes in
  const unit = constants.reduce(
    (finest: number, value) => greatestDivisor(finest, Math.abs(Math.round(Number(value) * index.scale)) || finest),
    ordered.reduce((finest, { x, plus }) => greatestDivisor(greatestDivisor(finest, x.unit), Math.abs(plus)), 0) || 1,
  )
  if ("sum" in calculation) {
    const x = logic.ordered(part, -Infinity, Infinity, unit)
    const numbers = constants.reduce((total: number, value) => total + Number(value), 0)
    const fixed = { x: logic.ordered(logic.part(), 0, 0, 1), plus: Math.round(numbers * index.scale), defined: always }
    if (fits && scale === "number") {
      const inputs = numbers === 0 ? ordered : [...ordered, fixed]
      addSum(encoding, { x, defined, inputs, open, isOfSums: false })
      for (const input of ordered)
        for (const literal of [input.defined, anchor(encoding, input.x)]) logic.need(part, literal)
    }
    return field("number", x, constants.length > 0 ? around : defined)
  }
  const highest = "max" in calculation
  const each = [
    ...ordered.map(({ x, plus, defined }) => ({ x, plus, defined })),
    ...constants.map((value) => {
      const scaled = Math.round(Number(value) * index.scale)
      return { x: logic.ordered(logic.part(), scaled, scaled, unit), plus: 0, defined: always }
    }),
  ]
  const x: Ordered = logic.ordered(part, -Infinity, Infinity, unit, (limit, literal) => {
    if (!fits) return
    // the highest is at most c when all are; the lowest when one is
    const all = each.map((one) => {
      const within = logic.atMost(one.x, limit - one.plus)
      return highest ? logic.or([not(one.defined), within]) : logic.and([one.defined, within])
    })
    const meaning = highest ? logic.and(all) : logic.or(all)
    logic.add(not(literal), meaning, not(defined))
    logic.add(literal, not(meaning), not(defined))
    logic.need(part, meaning)
  })
  if (fits && x.node === 0) encoding.later(() => bound(encoding, x, each, defined, highest))
  return field(scale, x, constants.length > 0 ? around : defined)
}

/** What is added up in the end is written out as long as that is no more. */
const mostInputs = 100

const addSum = (encoding: Writing, sum: Sum): void => {
  const inner = sum.inputs.map(({ x }) => encoding.sumOf.get(x)?.inputs)
  const count = inner.reduce((all, inputs) => all + (inputs?.length ?? 1), 0)
  const isOfSums = inner.some((inputs) => inputs !== undefined) && count <= mostInputs
  encoding.sums.push({ ...sum, isOfSums })
  if (!isOfSums) {
    encoding.sumOf.set(sum.x, sum)
    return
  }
  const inputs = sum.inputs.flatMap((input, index) =>
    (inner[index] ?? [{ ...input, defined: always }]).map((one) => ({
      ...one,
      defined: encoding.logic.and([input.defined, one.defined]),
    })),
  )
  const open = sum.open || sum.inputs.some(({ x }) => encoding.sumOf.get(x)?.open === true)
  const whole = { ...sum, inputs, open }
  encoding.sums.push(whole)
  encoding.sumOf.set(sum.x, whole)
}

/** Compared with another value, the highest is one of those and none is higher. */
const bound = (
  encoding: Writing,
  x: Ordered,
  each: ReadonlyArray<{ readonly x: Ordered; readonly plus: number; readonly defined: Literal }>,
  defined: Literal,
  highest: boolean,
): void => {
  const { logic } = encoding
  const reached = each.map((one) => {
    const noMore = highest ? logic.differsBy(one.x, x, -one.plus) : logic.differsBy(x, one.x, one.plus)
    const noLess = highest ? logic.differsBy(x, one.x, one.plus) : logic.differsBy(one.x, x, -one.plus)
    logic.add(not(one.defined), not(defined), noMore)
    logic.need(x.part, noMore)
    return logic.and([one.defined, noLess])
  })
  logic.add(not(defined), ...reached)
  for (const one of reached) logic.need(x.part, one)
}

const definedOf = (term: Term): Literal => (term.term === "constant" ? always : term.defined)

const anchor = (encoding: Writing, x: Ordered): Literal => {
  const [variable] = x.part.variables
  return variable === undefined ? encoding.logic.literal(x.part) : variable * 2
}

/** What the operands stand for: from outside a repeated group, the answers of all its instances. */
const spread = (encoding: Writing, operands: ReadonlyArray<Operand>, at: Place) => {
  let open = false
  const inputs = operands.flatMap((operand): ReadonlyArray<Term> => {
    const source = encoding.index.entries.get(referenceOf(operand)?.answer ?? "")
    if (source === undefined || encoding.placeOf(source, at) !== undefined) return [termOf(encoding, operand, at)]
    let places: ReadonlyArray<Place> = [encoding.root]
    for (const id of source.repeats) {
      const group = encoding.index.entries.get(id)
      if (group === undefined) return []
      open ||= (group.question?.repeat?.max ?? 100) > (encoding.index.instances.get(id) ?? 1)
      places = places.flatMap((place) =>
        place.groups.length < at.groups.length && at.groups[place.groups.length] === id
          ? [ancestor(at, place.groups.length + 1)]
          : encoding.instances(group, place),
      )
    }
    return places.map((place) => termOf(encoding, operand, place))
  })
  return { inputs, open }
}

const ancestor = (at: Place, depth: number): Place => {
  let place = at
  while (place.groups.length > depth && place.parent !== undefined) place = place.parent
  return place
}
