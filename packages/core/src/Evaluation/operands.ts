/** What operands come to at a frame, how two of them compare, and what calculations come to. Never throws. */
import { isDate } from "../AnswerKind/date.ts"
import type { Calculation, Condition, Operand, Reference, Value } from "../Condition/Ast.ts"
import { difference, shift } from "./dates.ts"
import type { Frame, Node } from "./Program.ts"
import { above, related } from "./Program.ts"

/** The answer to a question, or a calculated value, at the frame or around it; undefined: unanswered. */
export const referred = (frame: Frame, { answer }: Reference): Value | undefined => {
  const node = frame.work.program.references.get(answer)
  return node === undefined ? undefined : above(frame, node.level)?.values[node.slot]
}

export const valueAt = (frame: Frame, operand: Operand): Value | undefined => {
  if (typeof operand !== "object") return operand
  if ("answer" in operand) return referred(frame, operand)
  if ("count" in operand) return howMany(frame, operand.count)
  if ("context" in operand) {
    const node = frame.work.program.context.get(operand.context)?.node
    return node === undefined ? undefined : above(frame, node.level)?.values[node.slot]
  }
  const base = typeof operand.date === "string" ? operand.date : valueAt(frame, operand.date)
  return isDate(base) ? shift(base, operand.offset ?? {}) : undefined
}

const howMany = (frame: Frame, reference: Reference): number =>
  counted(frame.work.program.references.get(reference.answer), referred(frame, reference))

const counted = (node: Node | undefined, value: Value | undefined): number => {
  if (value === undefined) return 0
  if (typeof value === "object") return value.length
  return node?.counted === true && typeof value === "number" ? value : 1
}

/** The two sides of a comparison, or undefined of another condition. */
const sidesOf = (condition: Condition): readonly [Operand, Operand] | undefined => {
  if ("eq" in condition) return condition.eq
  if ("ne" in condition) return condition.ne
  if ("lt" in condition) return condition.lt
  if ("lte" in condition) return condition.lte
  if ("gt" in condition) return condition.gt
  return "gte" in condition ? condition.gte : undefined
}

/** What a condition looks at itself, without the conditions in it. */
export const operandsOf = (condition: Condition): ReadonlyArray<Operand> => {
  if ("answered" in condition) return [condition.answered]
  if ("in" in condition) return [condition.in[0]]
  if ("anyOf" in condition) return [condition.anyOf[0]]
  if ("allOf" in condition) return [condition.allOf[0]]
  return sidesOf(condition) ?? []
}

/** The operand without its count or shift: where its value comes from, unless it is written down. */
export const sourceOf = (operand: Operand): Exclude<Operand, { readonly count: Reference }> => {
  if (typeof operand !== "object") return operand
  if ("count" in operand) return operand.count
  return "date" in operand ? operand.date : operand
}

/** Does a condition hold that has no other conditions in it? */
export const holdsAlone = (frame: Frame, condition: Condition): boolean => {
  if ("answered" in condition) return referred(frame, condition.answered) !== undefined
  if ("in" in condition) {
    const value = valueAt(frame, condition.in[0])
    return value !== undefined && condition.in[1].some((one) => one === value)
  }
  if ("anyOf" in condition) {
    const picked = listOf(referred(frame, condition.anyOf[0]))
    return picked !== undefined && condition.anyOf[1].some((one) => picked.includes(one))
  }
  if ("allOf" in condition) {
    const picked = listOf(referred(frame, condition.allOf[0]))
    return picked !== undefined && condition.allOf[1].every((one) => picked.includes(one))
  }
  const sides = sidesOf(condition)
  if (sides === undefined) return false
  const a = valueAt(frame, sides[0])
  const b = valueAt(frame, sides[1])
  // as written, without coercion: false where the types differ or one is unanswered (semantics 2 and 3)
  if (a === undefined || b === undefined || typeof a !== typeof b || typeof a === "object") return false
  if ("eq" in condition) return a === b
  if ("ne" in condition) return a !== b
  if (typeof a === "boolean") return false
  if ("lt" in condition) return a < b
  if ("lte" in condition) return a <= b
  return "gt" in condition ? a > b : a >= b
}

const listOf = (value: Value | undefined): ReadonlyArray<string | number | boolean> | undefined =>
  value === undefined || typeof value === "object" ? value : [value]

/** The operands of a calculation. */
export const inputsOf = (calculation: Calculation): ReadonlyArray<Operand> => {
  if ("sum" in calculation) return calculation.sum
  if ("min" in calculation) return calculation.min
  if ("max" in calculation) return calculation.max
  if ("count" in calculation) return [calculation]
  return "dateDiff" in calculation ? [calculation.dateDiff[0], calculation.dateDiff[1]] : calculation.concat
}

/** All that an operand of a calculation stands for: from outside a repeated group, the answers of all its instances. */
const spread = (frame: Frame, operand: Operand): ReadonlyArray<Value | undefined> => {
  const source = sourceOf(operand)
  const node =
    typeof source === "object" && "answer" in source ? frame.work.program.references.get(source.answer) : undefined
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
  const before = (a: Value, b: Value) => typeof a === typeof b && typeof a !== "object" && a < b
  return values.reduce((best, value) =>
    ("min" in calculation ? before(value, best) : before(best, value)) ? value : best,
  )
}

/** To 15 digits, all that a double keeps for certain: 0.1 and 0.2 are 0.3, so that a total can be compared. */
const sum = (numbers: ReadonlyArray<number>): number =>
  Number(numbers.reduce((total, number) => total + number, 0).toPrecision(15))
