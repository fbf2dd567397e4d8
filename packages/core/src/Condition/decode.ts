/**
 * Conditions, operands and calculations as they stand in a definition, read into `Ast.ts`: every mistake at its path and
 * in a sentence that says what stands there in a right one. A bare id where nothing but a reference can stand
 * (`{ "answered": "email" }`) is read as `{ "answer": "email" }`.
 *
 * The reading is recursive and stops at `maxDepth`, so that a definition of any nesting is read in bounded stack.
 */
import { comparators, comparison } from "./Ast.ts"
import type {
  Calculation,
  Comparator,
  Condition,
  ContextReference,
  Count,
  Literal,
  Operand,
  Reference,
  ShiftedDate,
} from "./Ast.ts"

/** Conditions inside one another: more than any person can read, and few enough for every recursion over them. */
export const maxDepth = 100

/** One thing wrong with the shape; `path` starts at the value that was read. */
export interface ShapeProblem {
  readonly code: "invalid-value" | "unknown-property" | "missing-property" | "too-deep"
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** What is being read: where the reader is, how deep in conditions, and what was wrong so far. */
interface Reading {
  readonly path: Array<string | number>
  readonly problems: Array<ShapeProblem>
  depth: number
}

/** What was read; undefined as soon as a part of it is wrong, with the problems then. */
export interface Read<A> {
  readonly value: A | undefined
  readonly problems: ReadonlyArray<ShapeProblem>
}

type Reader<A> = (reading: Reading, value: unknown) => A | undefined

const reading =
  <A>(read: Reader<A>) =>
  (value: unknown): Read<A> => {
    const state: Reading = { path: [], problems: [], depth: 0 }
    const result = read(state, value)
    return { value: state.problems.length > 0 ? undefined : result, problems: state.problems }
  }

const fail = (reading: Reading, message: string, code: ShapeProblem["code"] = "invalid-value"): undefined => {
  if (reading.problems.length < maxProblems) reading.problems.push({ code, path: [...reading.path], message })
  return undefined
}

const within = <A>(reading: Reading, step: string | number, value: unknown, read: Reader<A>): A | undefined => {
  reading.path.push(step)
  const result = read(reading, value)
  reading.path.pop()
  return result
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const list = (words: Iterable<string>, last: "or" | "and" = "or"): string => {
  const all = [...words]
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} ${last} ${all[all.length - 1] ?? ""}`
}

/** The one property of an object that has one property; anything else is said with `expected`. */
const onlyKey = <K extends string>(
  reading: Reading,
  value: unknown,
  known: (key: string) => key is K,
  expected: string,
): { readonly key: K; readonly value: unknown } | undefined => {
  if (!isObject(value)) return fail(reading, expected)
  const keys = Object.keys(value)
  const found: Array<K> = []
  for (const key of keys) {
    if (known(key)) found.push(key)
    else unknown(reading, key, expected)
  }
  const [key] = found
  if (key === undefined) return keys.length === 0 ? fail(reading, expected) : undefined
  if (found.length > 1) return fail(reading, `This says ${list(found, "and")} at once. ${expected}`)
  return keys.length > 1 ? undefined : { key, value: value[key] }
}

/** Enough to see what went wrong: a list of a million numbers says the same a million times. */
const maxProblems = 100

const unknown = (reading: Reading, key: string, expected: string) =>
  within(reading, key, undefined, () =>
    fail(reading, `There is no property "${clip(key)}" here. ${expected}`, "unknown-property"),
  )

const clip = (text: string) => (text.length > 64 ? `${text.slice(0, 64)}…` : text)

const idShape = /^[a-z][A-Za-z0-9]{0,63}$/

const id =
  (of: string): Reader<string> =>
  (reading, value) =>
    typeof value === "string" && idShape.test(value)
      ? value
      : fail(reading, `Expected the id of ${of}: a small letter, then letters and digits, at most 64.`)

const expectedReference = 'Expected a question: its id in double quotes, or { "answer": id }.'

const reference: Reader<Reference> = (reading, value) => {
  if (typeof value === "string") {
    const answer = id("a question or a calculated value")(reading, value)
    return answer === undefined ? undefined : { answer }
  }
  const only = onlyKey(reading, value, (key) => key === "answer", expectedReference)
  if (only === undefined) return undefined
  const answer = within(reading, "answer", only.value, id("a question or a calculated value"))
  return answer === undefined ? undefined : { answer }
}

const isLiteral = (value: unknown): value is Literal =>
  typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))

const literal: Reader<Literal> = (reading, value) =>
  isLiteral(value) ? value : fail(reading, "Expected a text in double quotes, a number, true or false.")

const literals: Reader<ReadonlyArray<Literal>> = (reading, value) =>
  Array.isArray(value) ? every(reading, value, literal) : fail(reading, "Expected a list of values in [ ].")

/** Reads each of a list; undefined when one of them is wrong. */
const every = <A>(reading: Reading, values: ReadonlyArray<unknown>, read: Reader<A>): ReadonlyArray<A> | undefined => {
  const found: Array<A> = []
  for (const [index, value] of values.entries()) {
    const one = within(reading, index, value, read)
    if (one !== undefined) found.push(one)
  }
  return found.length === values.length ? found : undefined
}

const expectedOperand =
  'Expected a value: a text, a number, true or false, { "answer": id }, { "context": key }, { "count": id } or { "date": … }.'

const operandKeys = ["answer", "context", "count", "date"] as const
type OperandKey = (typeof operandKeys)[number]
const isOperandKey = (key: string): key is OperandKey => operandKeys.some((one) => one === key)

const operand: Reader<Operand> = (reading, value) => {
  if (isLiteral(value)) return value
  if (isObject(value) && Object.hasOwn(value, "date")) return shiftedDate(reading, value)
  const only = onlyKey(reading, value, isOperandKey, expectedOperand)
  if (only === undefined) return undefined
  switch (only.key) {
    case "answer":
      return reference(reading, value)
    case "context":
      return contextReference(reading, value)
    case "count":
      return count(reading, only.value)
    case "date":
      return shiftedDate(reading, value)
  }
}

const contextReference: Reader<ContextReference> = (reading, value) => {
  const only = onlyKey(reading, value, (key) => key === "context", 'Expected { "context": key }.')
  const context = only === undefined ? undefined : within(reading, "context", only.value, id("a value under context"))
  return context === undefined ? undefined : { context }
}

const count: Reader<Count> = (reading, value) => {
  const counted = within(reading, "count", value, reference)
  return counted === undefined ? undefined : { count: counted }
}

const units = ["years", "months", "days"] as const

const shiftedDate: Reader<ShiftedDate> = (reading, value) => {
  if (!isObject(value)) return fail(reading, expectedOperand)
  for (const key of Object.keys(value)) {
    if (key !== "date" && key !== "offset") {
      unknown(reading, key, 'A date is { "date": …, "offset": { "years", "months", "days" } }.')
    }
  }
  const date = within(reading, "date", value["date"], dateBase)
  const offset = Object.hasOwn(value, "offset") ? within(reading, "offset", value["offset"], dateOffset) : {}
  if (date === undefined || offset === undefined) return undefined
  return Object.hasOwn(value, "offset") ? { date, offset } : { date }
}

const dateBase: Reader<ShiftedDate["date"]> = (reading, value) => {
  if (typeof value === "string") return value
  const expected = 'Expected a date: "2027-03-27", { "answer": id } or { "context": "today" }.'
  const only = onlyKey(reading, value, (key) => key === "answer" || key === "context", expected)
  if (only === undefined) return undefined
  return only.key === "answer" ? reference(reading, value) : contextReference(reading, value)
}

const dateOffset: Reader<NonNullable<ShiftedDate["offset"]>> = (reading, value) => {
  if (!isObject(value)) return fail(reading, 'Expected an object with "years", "months" or "days".')
  const offset: { years?: number; months?: number; days?: number } = {}
  for (const [key, amount] of Object.entries(value)) {
    const unit = units.find((one) => one === key)
    if (unit === undefined) {
      unknown(reading, key, 'An offset has "years", "months" and "days".')
      continue
    }
    const whole = within(reading, unit, amount, (reading, amount) =>
      typeof amount === "number" && Number.isInteger(amount) && Math.abs(amount) <= maxOffset
        ? amount
        : fail(reading, `Expected a whole number from -${maxOffset} to ${maxOffset}.`),
    )
    if (whole !== undefined) offset[unit] = whole
  }
  return offset
}

/** Days in 270 years, years beyond any calendar: what an offset can be. */
const maxOffset = 100_000

/** `[first, second]` of a list of exactly two. */
const pair = <A, B>(
  reading: Reading,
  value: unknown,
  first: Reader<A>,
  second: Reader<B>,
  expected: string,
): readonly [A, B] | undefined => {
  if (!Array.isArray(value) || value.length !== 2) return fail(reading, expected)
  const a = within(reading, 0, value[0], first)
  const b = within(reading, 1, value[1], second)
  return a === undefined || b === undefined ? undefined : [a, b]
}

const conditionKeys = [
  "all",
  "any",
  "not",
  "is",
  "answered",
  ...comparators,
  "in",
  "anyOf",
  "allOf",
  "some",
  "every",
] as const
type ConditionKey = Exclude<(typeof conditionKeys)[number], Comparator> | Comparator
const isConditionKey = (key: string): key is ConditionKey => conditionKeys.some((one) => one === key)

const expectedCondition = `A condition is an object with one of: ${conditionKeys.join(", ")}.`

const condition: Reader<Condition> = (reading, value) => {
  if (reading.depth >= maxDepth) {
    return fail(reading, `Conditions stand at most ${maxDepth} deep in one another.`, "too-deep")
  }
  const only = onlyKey(reading, value, isConditionKey, expectedCondition)
  if (only === undefined) return undefined
  reading.depth += 1
  const result = within(reading, only.key, only.value, (reading, value) => conditionOf(reading, only.key, value))
  reading.depth -= 1
  return result
}

const conditionOf = (reading: Reading, key: ConditionKey, value: unknown): Condition | undefined => {
  switch (key) {
    case "all": {
      const all = conditions(reading, value)
      return all === undefined ? undefined : { all }
    }
    case "any": {
      const any = conditions(reading, value)
      return any === undefined ? undefined : { any }
    }
    case "not": {
      const not = condition(reading, value)
      return not === undefined ? undefined : { not }
    }
    case "is": {
      const is = id("a condition under conditions")(reading, value)
      return is === undefined ? undefined : { is }
    }
    case "answered": {
      const answered = reference(reading, value)
      return answered === undefined ? undefined : { answered }
    }
    case "in": {
      const expected = 'Expected a value and a list: [{ "answer": id }, ["a", "b"]].'
      const pairOf = pair(reading, value, operand, literals, expected)
      return pairOf === undefined ? undefined : { in: pairOf }
    }
    case "anyOf": {
      const pairOf = pair(reading, value, reference, literals, expectedPicked)
      return pairOf === undefined ? undefined : { anyOf: pairOf }
    }
    case "allOf": {
      const pairOf = pair(reading, value, reference, literals, expectedPicked)
      return pairOf === undefined ? undefined : { allOf: pairOf }
    }
    case "some": {
      const pairOf = pair(reading, value, reference, condition, expectedEach)
      return pairOf === undefined ? undefined : { some: pairOf }
    }
    case "every": {
      const pairOf = pair(reading, value, reference, condition, expectedEach)
      return pairOf === undefined ? undefined : { every: pairOf }
    }
    default: {
      const operands = pair(reading, value, operand, operand, 'Expected two values: [{ "answer": id }, "value"].')
      return operands === undefined ? undefined : comparison(key, operands)
    }
  }
}

const expectedPicked = 'Expected a question of several options and a list of them: ["id", ["a", "b"]].'
const expectedEach = 'Expected a repeated group and a condition on its instances: ["id", { … }].'

const conditions: Reader<ReadonlyArray<Condition>> = (reading, value) =>
  Array.isArray(value) ? every(reading, value, condition) : fail(reading, "Expected a list of conditions in [ ].")

const calculationKeys = ["sum", "min", "max", "count", "dateDiff", "concat"] as const
type CalculationKey = (typeof calculationKeys)[number]
const isCalculationKey = (key: string): key is CalculationKey => calculationKeys.some((one) => one === key)

const expectedCalculation = `A calculated value is an object with one of: ${calculationKeys.join(", ")}.`

const operands: Reader<ReadonlyArray<Operand>> = (reading, value) =>
  Array.isArray(value) ? every(reading, value, operand) : fail(reading, "Expected a list of values in [ ].")

const calculation: Reader<Calculation> = (reading, value) => {
  const only = onlyKey(reading, value, isCalculationKey, expectedCalculation)
  if (only === undefined) return undefined
  if (only.key === "count") return count(reading, only.value)
  return within(reading, only.key, only.value, (reading, value) => calculationOf(reading, only.key, value))
}

const calculationOf = (reading: Reading, key: CalculationKey, value: unknown): Calculation | undefined => {
  if (key === "dateDiff") {
    if (!Array.isArray(value) || value.length !== 3) {
      return fail(reading, 'Expected two dates and a unit: [{ "answer": id }, { "context": "today" }, "years"].')
    }
    const from = within(reading, 0, value[0], operand)
    const to = within(reading, 1, value[1], operand)
    const unit = within(reading, 2, value[2], (reading, value) => {
      const unit = units.find((one) => one === value)
      return unit ?? fail(reading, 'Expected "days", "months" or "years".')
    })
    return from === undefined || to === undefined || unit === undefined ? undefined : { dateDiff: [from, to, unit] }
  }
  const all = operands(reading, value)
  if (all === undefined) return undefined
  switch (key) {
    case "sum":
      return { sum: all }
    case "min":
      return { min: all }
    case "max":
      return { max: all }
    case "concat":
      return { concat: all }
    case "count":
      return undefined
  }
}

export const readCondition = reading(condition)
export const readOperand = reading(operand)
export const readCalculation = reading(calculation)
