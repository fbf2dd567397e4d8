/**
 * The two sides of a comparison as statements about them. A comparison is false where a side is unanswered or the types
 * differ (semantics 2 and 3).
 *
 * Words: a *term* is what an operand stands for at a place.
 */
import type { Comparator, Literal as Written, Operand } from "../../Condition/Ast.ts"
import { isDate } from "../../AnswerKind/date.ts"
import * as Days from "./Days.ts"
import type { Writing } from "./Writing.ts"
import type { Place } from "./Place.ts"
import type { Index } from "./Index.ts"
import { countOf, type Field, type PicksField, type Scale } from "./Field.ts"
import { Logic, type Ordered } from "./Logic.ts"
import { always, type Literal, never, not } from "./Literal.ts"

export type Term =
  | { readonly term: "constant"; readonly value: Written }
  | {
      readonly term: "ordered"
      readonly scale: Scale
      readonly x: Ordered
      /** Added to x, after it was moved by `months`. */
      readonly plus: number
      readonly months?: number
      readonly defined: Literal
      readonly field?: Field
    }
  | { readonly term: "picks"; readonly field: PicksField; readonly defined: Literal }
  /** Something of which nothing is known but whether it is there. */
  | { readonly term: "unknown"; readonly defined: Literal }

export const termOf = (encoding: Writing, operand: Operand, at: Place): Term => {
  if (typeof operand !== "object") return { term: "constant", value: operand }
  const { logic, index } = encoding
  if ("answer" in operand) return fieldTerm(encoding, encoding.referred(operand, at))
  if ("context" in operand) return fieldTerm(encoding, encoding.contextField(operand.context))
  if ("count" in operand) {
    const field = encoding.referred(operand.count, at)
    if (field === undefined) return { term: "unknown", defined: always }
    return { term: "ordered", scale: "number", x: countOf(logic, field, index.scale), plus: 0, defined: always }
  }
  return shifted(encoding, termOf(encoding, operand.date, at), Days.shiftOf(operand))
}

const fieldTerm = (encoding: Writing, field: Field | undefined): Term => {
  if (field === undefined) return { term: "unknown", defined: encoding.logic.open() }
  if (field.shape === "none") return { term: "unknown", defined: field.answered }
  if (field.shape === "ordered")
    return { term: "ordered", scale: field.scale, x: field.x, plus: 0, defined: field.answered, field }
  return field.several === undefined
    ? { term: "picks", field, defined: field.answered }
    : { term: "unknown", defined: field.answered }
}

const shifted = (encoding: Writing, base: Term, shift: Days.Shift): Term => {
  const { logic } = encoding
  if (base.term === "constant") {
    if (!isDate(base.value)) return { term: "unknown", defined: never }
    const day = Days.shifted(Days.fromText(base.value), shift)
    return day < Days.first || day > Days.last
      ? { term: "unknown", defined: never }
      : { term: "constant", value: Days.toText(day) }
  }
  if (base.term !== "ordered" || base.scale !== "date")
    return { term: "unknown", defined: logic.and([base.defined, logic.open()]) }
  const { x } = base
  return {
    ...base,
    plus: shift.days,
    months: shift.months,
    // beyond the years of four digits there are no dates
    defined: logic.and([
      base.defined,
      logic.atMost(x, Days.latestBefore(Days.last, shift)),
      not(logic.atMost(x, Days.latestBefore(Days.first - 1, shift))),
    ]),
  }
}

/** Without a look at whether the years still have four digits; undefined when it has been moved otherwise before. */
export const movedBy = (base: Term, shift: Days.Shift): Term | undefined => {
  if (base.term === "constant") {
    if (!isDate(base.value)) return undefined
    const day = Days.shifted(Days.fromText(base.value), shift)
    return day < Days.first || day > Days.last ? undefined : { term: "constant", value: Days.toText(day) }
  }
  if (base.term !== "ordered" || base.scale !== "date") return undefined
  if (shift.months === 0) return { ...base, plus: base.plus + shift.days }
  return base.plus === 0 && (base.months ?? 0) === 0 ? { ...base, months: shift.months } : undefined
}

const mirrored: Readonly<Record<Comparator, Comparator>> = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  lte: "gte",
  gt: "lt",
  gte: "lte",
}

export const compare = (encoding: Writing, comparator: Comparator, a: Term, b: Term): Literal => {
  const { logic } = encoding
  if (a.term === "constant")
    return b.term === "constant"
      ? constants(comparator, a.value, b.value)
        ? always
        : never
      : compare(encoding, mirrored[comparator], b, a)
  const defined = logic.and(b.term === "constant" ? [a.defined] : [a.defined, b.defined])
  if (defined === never) return never
  if (comparator === "ne" || comparator === "eq") {
    const equal = equality(encoding, a, b)
    if (equal === "incomparable") return never
    return logic.and([defined, comparator === "eq" ? equal : not(equal)])
  }
  // a > b is b < a, and a >= b is not a < b
  const less = comparator === "lt" || comparator === "gte" ? below(encoding, a, b, true) : below(encoding, a, b, false)
  if (less === "incomparable") return never
  return logic.and([defined, comparator === "lt" || comparator === "lte" ? less : not(less)])
}

const constants = (comparator: Comparator, a: Written, b: Written): boolean => {
  if (typeof a !== typeof b) return false
  if (comparator === "eq") return a === b
  if (comparator === "ne") return a !== b
  if (typeof a === "boolean") return false
  if (comparator === "lt") return a < b
  if (comparator === "lte") return a <= b
  return comparator === "gt" ? a > b : a >= b
}

const kindOf = (term: Term): "number" | "string" | "boolean" | "unknown" => {
  if (term.term === "unknown") return "unknown"
  if (term.term === "ordered") return term.scale === "number" ? "number" : "string"
  if (term.term === "picks") return term.field.of === "booleans" ? "boolean" : "string"
  return typeof term.value === "number" ? "number" : typeof term.value === "boolean" ? "boolean" : "string"
}

/** In a choice that is compared with another answer. */
const mostOptions = 1000

/** Both are answered: are they the same? */
const equality = (encoding: Writing, a: Term, b: Term): Literal | "incomparable" => {
  const { logic } = encoding
  if (a.term === "unknown" || b.term === "unknown") return logic.open()
  if (kindOf(a) !== kindOf(b)) return "incomparable"
  if (b.term === "constant") return equals(encoding, a, b.value)
  if (a.term === "constant") return equals(encoding, b, a.value)
  if (a.term === "picks" || b.term === "picks") {
    const [picks, other] = a.term === "picks" ? [a, b] : b.term === "picks" ? [b, a] : [undefined, a]
    if (picks === undefined) return logic.open()
    if (other.term === "picks" && picks.field === other.field) return always
    if (picks.field.offers.size > mostOptions) return logic.open()
    return logic.or(
      [...picks.field.offers.keys()].map((value) =>
        logic.and([encoding.pick(picks.field, value), equals(encoding, other, writtenOf(picks.field, value))]),
      ),
    )
  }
  if (a.scale !== b.scale || isUnsure(encoding, a.scale)) return logic.open()
  const [left, right] = [plain(encoding, a), plain(encoding, b)]
  return logic.and([
    logic.differsBy(left.x, right.x, right.plus - left.plus),
    logic.differsBy(right.x, left.x, left.plus - right.plus),
  ])
}

const writtenOf = (field: PicksField, value: string): Written => (field.of === "booleans" ? value === "true" : value)

const equals = (encoding: Writing, a: Exclude<Term, { term: "unknown" }>, value: Written): Literal => {
  const { logic, index } = encoding
  if (a.term === "constant") return a.value === value ? always : never
  if (a.term === "picks") return encoding.pick(a.field, String(value))
  if (a.scale === "number") {
    const scaled = scaledTo(index, Number(value))
    return scaled === undefined ? logic.open() : logic.equals(a.x, scaled - a.plus)
  }
  const text = String(value)
  if (a.scale === "text") return isAnswer(encoding, a.field, text) ? logic.equals(a.x, encoding.textPlace(text)) : never
  if (!isDate(text)) return never
  const day = Days.fromText(text)
  return logic.and([movedAtMost(logic, a, day), not(movedAtMost(logic, a, day - 1))])
}

/** Can it be given as an answer? What comes from elsewhere, or out of a calculation, can be any text. */
const isAnswer = (encoding: Writing, field: Field | undefined, text: string): boolean => {
  const question = field?.entry?.question
  const kind = question === undefined ? undefined : encoding.index.kinds.get(question.type)
  if (question === undefined || kind === undefined) return true
  const scope = { value: () => undefined, holds: () => true }
  return kind.isAnswered(question, text) && kind.validate(question, text, scope).length === 0
}

/** The number in steps; undefined when there are too few of them to tell it exactly. */
const scaledTo = ({ scale, isCoarse }: Index, value: number): number | undefined => {
  if (isCoarse) return undefined
  const scaled = Math.round(value * scale)
  return Logic.isExact(scaled) && scaled / scale === value ? scaled : undefined
}

/** x, moved and added to, <= limit */
const movedAtMost = (logic: Logic, a: Extract<Term, { term: "ordered" }>, limit: number): Literal =>
  logic.atMost(a.x, Days.latestBefore(limit, { months: a.months ?? 0, days: a.plus }))

/** Both are answered: a < b (strictly), or a <= b. */
const below = (encoding: Writing, a: Term, b: Term, strictly: boolean): Literal | "incomparable" => {
  const { logic, index } = encoding
  if (a.term === "unknown" || b.term === "unknown") return logic.open()
  if (kindOf(a) !== kindOf(b) || kindOf(a) === "boolean") return "incomparable"
  if (a.term !== "ordered") return logic.open()
  if (b.term === "constant") {
    if (a.scale === "number") {
      const scaled = scaledTo(index, Number(b.value))
      if (scaled === undefined) return logic.open()
      return logic.atMost(a.x, strictly ? scaled - a.plus - 1 : scaled - a.plus)
    }
    if (a.scale === "text" || !isDate(b.value)) return logic.open()
    return movedAtMost(logic, a, Days.fromText(b.value) - (strictly ? 1 : 0))
  }
  if (b.term !== "ordered" || a.scale !== b.scale || a.scale === "text") return logic.open()
  if (isUnsure(encoding, a.scale)) return logic.open()
  const [left, right] = [plain(encoding, a), plain(encoding, b)]
  return logic.differsBy(left.x, right.x, right.plus - left.plus - (strictly ? 1 : 0))
}

const isUnsure = ({ index }: Writing, scale: Scale): boolean => scale === "number" && index.isCoarse

/** Without months: a value of its own, which lies as far away as so many months can. */
const plain = (encoding: Writing, a: Extract<Term, { term: "ordered" }>): { x: Ordered; plus: number } => {
  const months = a.months ?? 0
  if (months === 0) return a
  const known = encoding.moved.find((one) => one.from === a.x && one.months === months)
  if (known !== undefined) return { x: known.x, plus: a.plus }
  const { logic } = encoding
  const [least, most] = Days.spanOf(months)
  const part = logic.part()
  const x = logic.ordered(part, -Infinity, Infinity, 1, (limit, literal) => {
    const same = logic.atMost(a.x, Days.latestBefore(limit, { months, days: 0 }))
    logic.add(not(literal), same)
    logic.add(literal, not(same))
    logic.need(part, same)
  })
  for (const literal of [logic.differsBy(x, a.x, most), logic.differsBy(a.x, x, -least)]) {
    logic.add(literal)
    logic.need(part, literal)
  }
  encoding.moved.push({ x, from: a.x, months })
  return { x, plus: a.plus }
}
