/** A condition that means what a JsonLogic rule means, or where it does not go over. */
import * as Result from "effect/Result"
import { isDate } from "../../AnswerKind/date.ts"
import { pointer } from "../../JsonText.ts"
import { comparison } from "../Ast.ts"
import type { Comparator, Condition, ContextReference, Literal, Operand, Reference } from "../Ast.ts"
import { maxDepth } from "../decode.ts"

/** Something to tell about a place in a rule; `pointer` is RFC 6901. */
export interface Remark {
  readonly pointer: string
  readonly message: string
}

export interface Read {
  readonly condition: Condition
  /** Where JsonLogic could come to another result, by its coercions. */
  readonly differences: ReadonlyArray<Remark>
}

/**
 * What a variable of a rule is here; undefined if it is nothing. `within` is the id of the repeated group whose instances
 * `some`, `all` and `none` go through: its variables are paths from there.
 */
export type Resolve = (path: string, within: string | undefined) => Reference | ContextReference | undefined

/** A variable that is a legal id is the question of that id. */
const byId: Resolve = (path) => (/^[a-z][A-Za-z0-9]{0,63}$/.test(path) ? { answer: path } : undefined)

interface Reading {
  readonly resolve: Resolve
  readonly path: Array<string | number>
  readonly unsupported: Array<Remark>
  readonly differences: Array<Remark>
  within: string | undefined
  depth: number
  /** `if` writes its test twice, so what is written is counted. */
  written: number
}

const maxWritten = 20_000
const maxRemarks = 100

/**
 * Reads a rule as a condition. Fails with everything that has no counterpart: arithmetic, transformations, texts in
 * order, values that are no conditions. Never throws, whatever the rule.
 */
export const fromJsonLogic = (rule: unknown, resolve: Resolve = byId): Result.Result<Read, ReadonlyArray<Remark>> => {
  const reading: Reading = {
    resolve,
    path: [],
    unsupported: [],
    differences: [],
    within: undefined,
    depth: 0,
    written: 0,
  }
  const condition = conditionOf(reading, rule)
  return condition === undefined || reading.unsupported.length > 0
    ? Result.fail(reading.unsupported)
    : Result.succeed({ condition, differences: reading.differences })
}

const refuse = (reading: Reading, message: string): undefined => {
  if (reading.unsupported.length < maxRemarks) reading.unsupported.push({ pointer: pointer(reading.path), message })
  return undefined
}

const differ = (reading: Reading, message: string) => {
  if (reading.differences.length < maxRemarks) reading.differences.push({ pointer: pointer(reading.path), message })
}

const within = <A>(reading: Reading, step: string | number, read: () => A): A => {
  reading.path.push(step)
  const result = read()
  reading.path.pop()
  return result
}

/** The operator of a rule, and its arguments; one alone may stand without brackets. */
const ruleOf = (
  rule: unknown,
): { readonly operator: string; readonly args: ReadonlyArray<unknown>; readonly isList: boolean } | undefined => {
  if (typeof rule !== "object" || rule === null || Array.isArray(rule)) return undefined
  const [operator, ...more] = Object.keys(rule)
  if (operator === undefined || more.length > 0) return undefined
  const args: unknown = Reflect.get(rule, operator)
  return { operator, args: Array.isArray(args) ? args : [args], isList: Array.isArray(args) }
}

const conditionOf = (reading: Reading, rule: unknown): Condition | undefined => {
  reading.written += 1
  if (reading.depth >= maxDepth) return refuse(reading, `Rules stand at most ${maxDepth} deep in one another.`)
  if (reading.written > maxWritten) return refuse(reading, "The condition would be too long.")
  if (typeof rule === "boolean") return rule ? { all: [] } : { any: [] }
  const read = ruleOf(rule)
  if (read === undefined) return refuse(reading, "This is no condition: a rule is an object with one operator.")
  reading.depth += 1
  const condition = within(reading, read.operator, () => operated(reading, read))
  reading.depth -= 1
  return condition
}

type Rule = NonNullable<ReturnType<typeof ruleOf>>

/** What reads an argument, at its place. */
const at = <A>(
  reading: Reading,
  { args, isList }: Rule,
  index: number,
  read: (reading: Reading, value: unknown) => A,
) => (isList ? within(reading, index, () => read(reading, args[index])) : read(reading, args[index]))

const all = (reading: Reading, rule: Rule): ReadonlyArray<Condition> | undefined => {
  if (rule.args.length === 0) return refuse(reading, "There is nothing in this list.")
  const found = rule.args.flatMap((_, index) => at(reading, rule, index, conditionOf) ?? [])
  return found.length === rule.args.length ? found : undefined
}

const exactly = (reading: Reading, { args }: Rule, count: number): true | undefined =>
  args.length === count ? true : refuse(reading, `Expected ${count} argument${count === 1 ? "" : "s"}.`)

const orders: ReadonlyMap<string, "lt" | "lte" | "gt" | "gte"> = new Map([
  ["<", "lt"],
  ["<=", "lte"],
  [">", "gt"],
  [">=", "gte"],
])

const operated = (reading: Reading, rule: Rule): Condition | undefined => {
  switch (rule.operator) {
    case "and": {
      const conditions = all(reading, rule)
      return conditions === undefined ? undefined : { all: conditions }
    }
    case "or": {
      const conditions = all(reading, rule)
      return conditions === undefined ? undefined : { any: conditions }
    }
    case "!": {
      const not = exactly(reading, rule, 1) && at(reading, rule, 0, conditionOf)
      return not === undefined ? undefined : { not }
    }
    case "!!":
      return exactly(reading, rule, 1) && at(reading, rule, 0, conditionOf)
    case "var":
    case "val":
      return truthy(reading, rule)
    case "==":
    case "===":
      return equal(reading, rule)
    case "!=":
    case "!==": {
      const not = exactly(reading, rule, 2) && equal(reading, rule)
      return not === undefined ? undefined : { not }
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordered(reading, rule, orders.get(rule.operator) ?? "lt")
    case "in":
      return among(reading, rule)
    case "some":
    case "all":
    case "none":
      return instances(reading, rule)
    case "if":
    case "?:":
      return branches(reading, rule, 0)
    case "missing": {
      const found = rule.args.flatMap((_, index) => at(reading, rule, index, answered) ?? [])
      return found.length === rule.args.length ? { any: found.map((not) => ({ not })) } : undefined
    }
    default:
      return refuse(reading, `"${rule.operator}" has no counterpart in conditions.`)
  }
}

const variable = (reading: Reading, path: unknown): Reference | ContextReference | undefined => {
  const name =
    Array.isArray(path) && path.length > 0 && path.every((step) => typeof step === "string") ? path.join(".") : path
  if (typeof name !== "string" || name === "") return refuse(reading, "Expected the name of a variable.")
  return reading.resolve(name, reading.within) ?? refuse(reading, `There is no question for the variable "${name}".`)
}

/** The variable of `{ "var": "x" }`; one with a value to fall back on is none. */
const variableOf = (reading: Reading, rule: Rule): Reference | ContextReference | undefined => {
  if (rule.operator === "val") return variable(reading, rule.args)
  return rule.args.length > 1
    ? refuse(reading, "A variable cannot fall back on another value.")
    : at(reading, rule, 0, variable)
}

const answered = (reading: Reading, path: unknown): Condition | undefined => {
  const operand = variable(reading, path)
  if (operand === undefined) return undefined
  return "answer" in operand
    ? { answered: operand }
    : refuse(reading, "Whether a context value is there cannot be asked.")
}

const truthy = (reading: Reading, rule: Rule): Condition | undefined => {
  const operand = variableOf(reading, rule)
  if (operand === undefined) return undefined
  if ("context" in operand) {
    differ(reading, 'Read as "is true". JsonLogic also takes any number but 0 and any text for true.')
    return { eq: [operand, true] }
  }
  differ(reading, 'Read as "is answered". JsonLogic also takes 0 and false for not there.')
  return { answered: operand }
}

const isLiteral = (value: unknown): value is Literal =>
  typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))

const operandOf = (reading: Reading, value: unknown): Operand | undefined => {
  if (isLiteral(value)) return value
  const rule = ruleOf(value)
  if (rule === undefined) return refuse(reading, "This value has no counterpart in conditions.")
  return within(reading, rule.operator, () =>
    rule.operator === "var" || rule.operator === "val"
      ? variableOf(reading, rule)
      : refuse(reading, `"${rule.operator}" has no counterpart in conditions: nothing is calculated in them.`),
  )
}

/** Each operand with the next, as `1 < x < 5`. */
const pairs = (
  reading: Reading,
  rule: Rule,
  compare: (a: Operand, b: Operand) => Condition | undefined,
): Condition | undefined => {
  if (rule.args.length < 2) return refuse(reading, "Expected two arguments.")
  const operands = rule.args.flatMap((_, index) => at(reading, rule, index, operandOf) ?? [])
  if (operands.length < rule.args.length) return undefined
  const conditions = operands.slice(1).flatMap((operand, index) => compare(operands[index] ?? operand, operand) ?? [])
  const [first] = conditions
  if (first === undefined || conditions.length < operands.length - 1) return undefined
  return conditions.length === 1 ? first : { all: conditions }
}

const equal = (reading: Reading, rule: Rule): Condition | undefined => {
  const nothing = rule.args.indexOf(null)
  if (rule.args.length === 2 && nothing >= 0) {
    const operand = at(reading, rule, 1 - nothing, operandOf)
    if (operand === undefined) return undefined
    return typeof operand === "object" && "answer" in operand
      ? { not: { answered: operand } }
      : refuse(reading, "Only a question can be compared with null.")
  }
  const soft = rule.operator === "==" || rule.operator === "!="
  return pairs(reading, rule, (a, b) => {
    const literals = isLiteral(a) && isLiteral(b)
    if (soft && literals && typeof a !== typeof b) return refuse(reading, "These are of two types.")
    if (soft && !literals) differ(reading, `${rule.operator} takes 1 and "1" for the same; here the types must match.`)
    return { eq: [a, b] }
  })
}

const ordered = (reading: Reading, rule: Rule, by: Exclude<Comparator, "eq" | "ne">): Condition | undefined =>
  pairs(reading, rule, (a, b) => {
    const wrong = [a, b].some((one) => typeof one === "boolean" || (typeof one === "string" && !isDate(one)))
    if (wrong || (isLiteral(a) && isLiteral(b) && typeof a !== typeof b)) {
      return refuse(reading, "Only two numbers, or two dates, are above or below one another.")
    }
    if (!isLiteral(a) || !isLiteral(b)) differ(reading, "JsonLogic takes what is not answered for 0.")
    return comparison(by, [a, b])
  })

const among = (reading: Reading, rule: Rule): Condition | undefined => {
  const operand = exactly(reading, rule, 2) && at(reading, rule, 0, operandOf)
  if (operand === undefined) return undefined
  const values = rule.args[1]
  if (Array.isArray(values)) {
    const literals: ReadonlyArray<unknown> = values
    return literals.every(isLiteral)
      ? { in: [operand, literals] }
      : within(reading, 1, () => refuse(reading, "Expected a list of texts, numbers, true or false."))
  }
  const list = at(reading, rule, 1, operandOf)
  if (list === undefined) return undefined
  if (!isLiteral(operand) || typeof list !== "object" || !("answer" in list)) {
    return refuse(reading, "Expected a value and a list, or a value and a question of several options.")
  }
  differ(reading, "Read as one of several options. Of a text, JsonLogic looks for a part of it.")
  return { anyOf: [list, [operand]] }
}

const instances = (reading: Reading, rule: Rule): Condition | undefined => {
  const group = exactly(reading, rule, 2) && at(reading, rule, 0, operandOf)
  if (group === undefined) return undefined
  if (typeof group !== "object" || !("answer" in group)) return refuse(reading, "Expected a repeated group.")
  const outer = reading.within
  reading.within = group.answer
  const holds = at(reading, rule, 1, conditionOf)
  reading.within = outer
  if (holds === undefined) return undefined
  if (rule.operator === "some") return { some: [group, holds] }
  if (rule.operator === "none") return { not: { some: [group, holds] } }
  // of no instances, `all` is false there and `every` is true here
  return { all: [{ answered: group }, { every: [group, holds] }] }
}

/** `if` and its tests, from the one at `index`: the test and its branch, or not the test and the rest. */
const branches = (reading: Reading, rule: Rule, index: number): Condition | undefined => {
  const parts: Array<{ readonly test: Condition; readonly branch: Condition }> = []
  for (; rule.args.length - index >= 2; index += 2) {
    const before = reading.written
    const test = at(reading, rule, index, conditionOf)
    reading.written += reading.written - before
    const branch = at(reading, rule, index + 1, conditionOf)
    if (test === undefined || branch === undefined) return undefined
    parts.push({ test, branch })
    if (parts.length > maxDepth / 4) return refuse(reading, "There are too many branches.")
  }
  if (rule.args.length <= index) return refuse(reading, "Expected a value for when no test holds.")
  const otherwise = at(reading, rule, index, conditionOf)
  if (otherwise === undefined) return undefined
  return parts.reduceRight<Condition>(
    (rest, { test, branch }) => ({ any: [{ all: [test, branch] }, { all: [{ not: test }, rest] }] }),
    otherwise,
  )
}
