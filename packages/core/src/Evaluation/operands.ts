/** What operands come to at a frame, how two of them compare, and what calculations come to. Never throws. */
import type { Calculation, Condition, Literal, Operand, Reference, Value } from "../Condition/Ast.ts"
import { difference, isDate, shift } from "./dates.ts"
import type { Frame, Node, Program } from "./Program.ts"
import { above, related } from "./Program.ts"

/** What is referred to: a question, a calculated value or a context value. */
export const nodeOf = (
  { references, context }: Pick<Program, "references" | "context">,
  source: Operand,
): Node | undefined => {
  if (typeof source !== "object") return undefined
  if ("answer" in source) return references.get(source.answer)
  return "context" in source ? context.get(source.context) : undefined
}

/** Its value at the frame or around it; undefined: unanswered. */
export const referred = (frame: Frame, reference: Operand): Value | undefined => {
  const node = nodeOf(frame.work.program, reference)
  return node && above(frame, node.level)?.values[node.slot]
}

export const valueAt = (frame: Frame, operand: Operand): Value | undefined => {
  if (typeof operand !== "object") return operand
  if ("count" in operand) return howMany(frame, operand.count)
  if (!("date" in operand)) return referred(frame, operand)
  const base = valueAt(frame, operand.date)
  return isDate(base) ? shift(base, operand.offset ?? {}) : undefined
}

const howMany = (frame: Frame, reference: Reference): number => {
  const value = referred(frame, reference)
  if (value === undefined) return 0
  if (typeof value === "object") return value.length
  return typeof value === "number" && nodeOf(frame.work.program, reference)?.counted === true ? value : 1
}

/** The operand without its count or shift: where its value comes from, unless it is written down. */
export const sourceOf = (operand: Operand): Exclude<Operand, { readonly count: Reference }> => {
  if (typeof operand !== "object") return operand
  if ("count" in operand) return operand.count
  return "date" in operand ? operand.date : operand
}

/** A condition that has no others in it: what it looks at, and whether it holds for what that comes to. */
export interface Leaf {
  readonly operands: ReadonlyArray<Operand>
  readonly holds: (one: Value | undefined, other: Value | undefined) => boolean
}

export const leafOf = (condition: Condition): Leaf => {
  if ("answered" in condition) return { operands: [condition.answered], holds: (value) => value !== undefined }
  if ("in" in condition) {
    const [operand, literals] = condition.in
    return { operands: [operand], holds: (value) => literals.some((one) => one === value) }
  }
  if ("anyOf" in condition) {
    const [reference, literals] = condition.anyOf
    return { operands: [reference], holds: (value) => literals.some(isAmong(value)) }
  }
  if ("allOf" in condition) {
    const [reference, literals] = condition.allOf
    return { operands: [reference], holds: (value) => value !== undefined && literals.every(isAmong(value)) }
  }
  if ("eq" in condition) return { operands: condition.eq, holds: (a, b) => areAlike(a, b) && a === b }
  if ("ne" in condition) return { operands: condition.ne, holds: (a, b) => areAlike(a, b) && a !== b }
  if ("lt" in condition) return { operands: condition.lt, holds: isBefore }
  if ("lte" in condition) return { operands: condition.lte, holds: isNotAfter }
  if ("gt" in condition) return { operands: condition.gt, holds: (a, b) => isBefore(b, a) }
  if ("gte" in condition) return { operands: condition.gte, holds: (a, b) => isNotAfter(b, a) }
  return { operands: [], holds: () => false }
}

/** Does a condition hold that has no other conditions in it? */
export const holdsAlone = (frame: Frame, { operands: [one, other], holds }: Leaf): boolean =>
  holds(one === undefined ? one : valueAt(frame, one), other === undefined ? other : valueAt(frame, other))

/** Is that literal picked, or the one answer? */
const isAmong = (value: Value | undefined) => (one: Literal) =>
  typeof value === "object" ? value.some((picked) => picked === one) : value === one

// without coercion: nothing holds where the types differ or one is unanswered (semantics 2 and 3)
const areAlike = (a: Value | undefined, b: Value | undefined): boolean =>
  a !== undefined && typeof a === typeof b && typeof a !== "object"

const isBefore = (a: Value | undefined, b: Value | undefined): boolean =>
  typeof a === "number" ? typeof b === "number" && a < b : typeof a === "string" && typeof b === "string" && a < b

const isNotAfter = (a: Value | undefined, b: Value | undefined): boolean =>
  isBefore(a, b) || (areAlike(a, b) && a === b && typeof a !== "boolean")

/** The operands of a calculation; what else stands in it looks at nothing. */
export const inputsOf = (calculation: Calculation): ReadonlyArray<Operand> =>
  "count" in calculation ? [calculation] : Object.values<ReadonlyArray<Operand>>(calculation).flat()

/** All that an operand of a calculation stands for: from outside a repeated group, the answers of all its instances. */
const spread = (frame: Frame, operand: Operand): ReadonlyArray<Value | undefined> => {
  const node = nodeOf(frame.work.program, sourceOf(operand))
  if (node === undefined || above(frame, node.level) !== undefined) return [valueAt(frame, operand)]
  return related(frame, node.level).map((each) => valueAt(each, operand))
}

/** What a calculation comes to at a frame; undefined when nothing it needs is answered. */
export const calculate = (frame: Frame, calculation: Calculation): Value | undefined => {
  if ("dateDiff" in calculation) {
    const [a, b, unit] = calculation.dateDiff
    const [from, to] = [valueAt(frame, a), valueAt(frame, b)]
    return isDate(from) && isDate(to) ? difference(from, to, unit) : undefined
  }
  const inputs = inputsOf(calculation).flatMap((operand) => spread(frame, operand))
  const values = inputs.filter((value) => value !== undefined)
  if (values.length === 0) return "count" in calculation ? 0 : undefined
  if ("concat" in calculation) return values.flat().join("")
  const numbers = values.filter((value) => typeof value === "number")
  if ("sum" in calculation || "count" in calculation) return numbers.length === 0 ? undefined : sum(numbers)
  return values.reduce((best, value) =>
    ("min" in calculation ? isBefore(value, best) : isBefore(best, value)) ? value : best,
  )
}

/** To 15 digits, all that a double keeps for certain: 0.1 and 0.2 are 0.3, so that a total can be compared. */
const sum = (numbers: ReadonlyArray<number>): number =>
  Number(numbers.reduce((total, number) => total + number, 0).toPrecision(15))
