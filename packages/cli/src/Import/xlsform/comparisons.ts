/**
 * Comparisons of XPath between terms, as conditions of ours: exact, or a sentence why there is none. What is not
 * answered is an empty text there: equal to `''`, different from everything else, and no number.
 */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition } from "@requite/core/Condition/Ast"
import { always, never } from "../Imported.ts"
import { all, among, any, comparing, inOrder, inSome, mirrored, not, type Comparing } from "../Imported/conditions.ts"
import { branches, compared, type FieldTerm, operandOf, type OperandTerm, sameAnswer } from "../Imported/terms.ts"
import { isCondition, joined, negated, type Translated } from "../Imported/translation.ts"
import type { Field, Option } from "./model.ts"
import type { Place, PlainTerm, Term } from "./terms.ts"
import type { Comparator } from "./xpath.ts"

export const answered = ({ field, beyond }: FieldTerm<Field>): Translated => {
  const { kind } = field.shape
  if (kind === "note") return never
  if (kind === "group" || kind === "calculated" || kind === "today")
    return `"${field.name.slice(0, 100)}" has no answer of its own.`
  return inSome(beyond, { answered: { answer: field.id } })
}

/** What a term is as a condition by itself. */
export const truth = (one: Term): Translated => {
  switch (one.type) {
    case "unsupported":
      return one.why
    case "value":
      return one.value === "" || one.value === 0 || Number.isNaN(one.value) ? never : always
    case "condition":
      return one.condition
    case "either":
      return branches(one, truth)
    case "operand":
      return one.of === "number" ? all([one.given, not({ eq: [one.operand, 0] })]) : one.given
    case "field":
      return one.field.shape.kind === "confirm" ? answered(one) : "An answer by itself is neither true nor false."
  }
}

export const comparison = (by: Comparator, left: Term, right: Term, place: Place): Translated =>
  compared(left, right, (one, other) => plain(by, one, other, place))

const plain = (by: Comparator, left: PlainTerm, right: PlainTerm, place: Place): Translated => {
  if (left.type === "condition") return ofTruth(by, left.condition, right)
  if (right.type === "condition") return ofTruth(mirrored[by], right.condition, left)
  if (by === "ne") return negated(plain("eq", left, right, place))
  if (left.type === "value" && right.type === "value") return ofValues(by, left.value, right.value) ? always : never
  if (left.type === "value") return plain(mirrored[by], right, left, place)
  if (right.type !== "value") return ofAnswers(by, left, right)
  return left.type === "field" ? fieldWith(by, left, right.value, place) : operandWith(by, left, right.value)
}

/** `selected(…) = true()`, or `= 1`. */
const ofTruth = (by: Comparator, condition: Condition, other: PlainTerm): Translated => {
  if (other.type === "condition" && (by === "eq" || by === "ne")) {
    const both = any([all([condition, other.condition]), all([not(condition), not(other.condition)])])
    return by === "eq" ? both : not(both)
  }
  if (other.type !== "value") return "What is true or false is compared with an answer."
  const holds = (one: boolean): boolean =>
    typeof other.value === "number"
      ? ofValues(by, Number(one), other.value)
      : ofValues(by, String(one), other.value.toLowerCase())
  const [yes, no] = [holds(true), holds(false)]
  if (yes === no) return yes ? always : never
  return yes ? condition : not(condition)
}

const ofValues = (by: Comparator, left: string | number, right: string | number): boolean => {
  if (by === "eq" || by === "ne") {
    const equal =
      typeof left === "string" && typeof right === "string" ? left === right : numberOf(left) === numberOf(right)
    return by === "eq" ? equal : !equal
  }
  const dates = isDate(left) && isDate(right)
  return dates ? inOrder(by, left, right) : inOrder(by, numberOf(left), numberOf(right))
}

const numberOf = (value: string | number): number =>
  typeof value === "number" ? value : value.trim() === "" ? Number.NaN : Number(value)

const givenOf = (one: PlainTerm): Translated =>
  one.type === "operand" ? one.given : one.type === "field" ? answered(one) : always

/** Two answers: equal too when neither is there. */
const ofAnswers = (by: Comparing, left: PlainTerm, right: PlainTerm): Translated => {
  const [a, b] = [operandOf(left), operandOf(right)]
  const [given, other] = [givenOf(left), givenOf(right)]
  if (!isCondition(given)) return given
  if (!isCondition(other)) return other
  const emptyToo = (compared: Condition): Condition =>
    by === "eq" && left.type === "field" && right.type === "field"
      ? any([compared, not(any([given, other]))])
      : compared
  const guards = [left, right].flatMap((one) => (one.type === "operand" ? [one.given] : []))
  if (a !== undefined && b !== undefined && a.of === b.of)
    return emptyToo(all([...guards, comparing(by, a.operand, b.operand)]))
  const same = by === "eq" ? sameAnswer(left, right) : "Answers of two kinds are compared."
  return isCondition(same) ? emptyToo(same) : same
}

const operandWith = (by: Comparing, left: OperandTerm, value: string | number): Translated => {
  if (value === "") return by === "eq" ? not(left.given) : never
  if (left.of === "date")
    return isDate(value) ? all([left.given, comparing(by, left.operand, value)]) : "This is no date."
  const number = numberOf(value)
  return Number.isFinite(number) ? all([left.given, comparing(by, left.operand, number)]) : never
}

const pickedOf = (field: Field, options: ReadonlyArray<Option>): Condition =>
  among(
    { answer: field.id },
    options.map(({ value }) => value),
  )

const fieldWith = (by: Comparing, left: FieldTerm<Field>, value: string | number, place: Place): Translated => {
  const { field, beyond } = left
  const { shape } = field
  const answer = { answer: field.id }
  const within = (inner: Condition): Condition => inSome(beyond, inner)
  if (value === "") return by === "eq" ? negated(answered(left)) : never
  switch (shape.kind) {
    case "choice": {
      if (shape.multiple) return by === "eq" ? within(exactly(field, String(value))) : "Several picks have no order."
      const fits = shape.options.filter(({ raw }) => ofValues(by, raw, value))
      if (fits.length === 0 && by === "eq") noChoice(field, value, place)
      return within(pickedOf(field, fits))
    }
    case "number": {
      if (by === "eq" && typeof value === "string" && String(Number(value)) !== value) return never
      const number = numberOf(value)
      return Number.isFinite(number) ? within(comparing(by, answer, number)) : never
    }
    case "date":
      if (isDate(value)) return within(comparing(by, answer, value))
      return by === "eq" && typeof value === "string" ? never : "A date is compared with what is none."
    case "time":
    case "text":
      if (by !== "eq" || typeof value === "number") return "A text is compared with a number."
      return within({ eq: [answer, value.toWellFormed()] })
    case "confirm":
      if (by !== "eq") return "What is agreed to has no order."
      return value === "OK" ? answered(left) : never
    default:
      return `"${field.name.slice(0, 100)}" has no value that could be compared.`
  }
}

const noChoice = (field: Field, value: string | number, { warn }: Place): void =>
  warn(
    "unknown-option",
    `No choice of "${field.name.slice(0, 100)}" is ${JSON.stringify(value).slice(0, 100)}: what compares it never holds.`,
  )

/** Several picks are one text there, with spaces between: exactly these. */
const exactly = (field: Field, value: string): Condition => {
  const { shape } = field
  if (shape.kind !== "choice") return never
  const sought = value.split(/\s+/).filter((one) => one !== "")
  const fits = sought.flatMap((one) => shape.options.filter(({ raw }) => raw === one).map((option) => option.value))
  if (fits.length < sought.length) return never
  const rest = shape.options.map((option) => option.value).filter((one) => !fits.includes(one))
  const answer = { answer: field.id }
  return all([{ allOf: [answer, fits] }, ...(rest.length === 0 ? [] : [not({ anyOf: [answer, rest] })])])
}

/** `selected(${name}, 'choice')`. */
export const selected = (one: Term, sought: Term, place: Place): Translated => {
  if (one.type === "unsupported") return one.why
  if (sought.type === "either") return branches(sought, (each) => selected(one, each, place))
  if (one.type === "value" && sought.type === "value")
    return String(one.value).split(/\s+/).includes(String(sought.value)) ? always : never
  if (one.type === "value" && sought.type === "field") {
    // is the pick one of these?
    const values = String(one.value)
      .split(/\s+/)
      .filter((each) => each !== "")
      .map((each) => comparison("eq", sought, { type: "value", value: each }, place))
    return joined("or", values)
  }
  if (one.type !== "field" || sought.type !== "value") return "Only choices can be looked for among picks."
  const { field, beyond } = one
  if (field.shape.kind !== "choice") {
    return field.shape.kind === "confirm" ? comparison("eq", one, sought, place) : "It has no choices."
  }
  const option = field.shape.options.find(({ raw }) => raw === String(sought.value))
  if (option === undefined) {
    noChoice(field, sought.value, place)
    return never
  }
  const answer = { answer: field.id }
  return inSome(beyond, field.shape.multiple ? { anyOf: [answer, [option.value]] } : { eq: [answer, option.value] })
}
