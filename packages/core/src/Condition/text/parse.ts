/** Reads a condition from its text: one token ahead, and never deeper than conditions may stand in one another. */
import * as Result from "effect/Result"
import type { Comparator, Condition, ContextReference, Literal, Operand, Reference, ShiftedDate } from "../Ast.ts"
import { comparison as comparisonOf } from "../Ast.ts"
import { maxDepth } from "../decode.ts"
import { reserved, unescape, units } from "./words.ts"

/** What is wrong with a text, and where: `offset` counts UTF-16 units from its start. */
export interface TextProblem {
  readonly message: string
  readonly offset: number
}

interface Token {
  readonly is: "word" | "name" | "string" | "number" | "mark" | "end" | "stray"
  /** As it stands there; of a name or string without quotes and escapes. */
  readonly text: string
  readonly offset: number
}

const token =
  /\s*(?:([A-Za-z][A-Za-z0-9]*)|`((?:[^`\\\u0000-\u001f]|\\(?:[`"\\/bfnrt]|u[0-9a-fA-F]{4}))*)`|"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"|((?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(<=|>=|!=|<>|==|[=<>(),.+-])|($))/y

const kinds = ["word", "name", "string", "number", "mark", "end"] as const

/** Where the reader is. After the first problem nothing counts any more: every step gives undefined. */
interface Reading {
  readonly text: string
  now: Token
  end: number
  depth: number
  problem?: TextProblem
}

const tokenAt = (text: string, from: number): { readonly token: Token; readonly end: number } => {
  token.lastIndex = from
  const match = token.exec(text)
  if (match === null) {
    const offset = from + (/^\s*/.exec(text.slice(from, from + 1000))?.[0].length ?? 0)
    return { token: { is: "stray", text: text.slice(offset, offset + 12), offset }, end: text.length }
  }
  const [all, ...groups] = match
  const index = groups.findIndex((group) => group !== undefined)
  const is = kinds[index] ?? "stray"
  const raw = groups[index] ?? ""
  const quoted = is === "name" || is === "string"
  const end = from + all.length
  return {
    token: { is, text: quoted ? unescape(raw) : raw, offset: end - raw.length - (quoted ? 2 : 0) },
    end,
  }
}

/** Longer than any condition that people write, and short enough for the expressions above. */
const maxLength = 100_000

/** Reads a condition. Fails with the first thing that is wrong; never throws, whatever the text. */
export const parse = (text: string): Result.Result<Condition, TextProblem> => {
  if (text.length > maxLength)
    return Result.fail({ message: `A condition has at most ${maxLength} characters.`, offset: 0 })
  const first = tokenAt(text, 0)
  const reading: Reading = { text, now: first.token, end: first.end, depth: 0 }
  const condition = either(reading)
  if (condition !== undefined && reading.now.is !== "end") fail(reading, "Expected and, or, or the end")
  return condition === undefined || reading.problem !== undefined
    ? Result.fail(reading.problem ?? { message: "Expected a condition.", offset: 0 })
    : Result.succeed(condition)
}

const fail = (reading: Reading, expected: string): undefined => {
  const { now, text } = reading
  const found =
    now.is === "end"
      ? "here the text ends"
      : now.is === "stray" && /^["`]/.test(now.text)
        ? "this is not closed, or holds a line break or a wrong escape"
        : `not ${JSON.stringify(text.slice(now.offset, now.offset + Math.min(24, Math.max(1, now.text.length))))}`
  reading.problem ??= { message: `${expected}, ${found}.`, offset: now.offset }
  return undefined
}

const advance = (reading: Reading): Token => {
  const taken = reading.now
  const { token, end } = tokenAt(reading.text, reading.end)
  reading.now = token
  reading.end = end
  return taken
}

const isMark = ({ now }: Reading, mark: string): boolean => now.is === "mark" && now.text === mark
const isWord = ({ now }: Reading, word: string): boolean => now.is === "word" && now.text === word

/** The word that is next is the name of a function: a bracket follows it. */
const isCall = (reading: Reading, word: string): boolean => isWord(reading, word) && isBefore(reading, "(")

const isBefore = ({ text, end }: Reading, mark: string): boolean => {
  const { token } = tokenAt(text, end)
  return token.is === "mark" && token.text === mark
}

const take = (reading: Reading, mark: string): true | undefined => {
  if (!isMark(reading, mark)) return fail(reading, `Expected "${mark}"`)
  advance(reading)
  return true
}

/** One, or several with `word` between them. */
const chain = (
  reading: Reading,
  word: "and" | "or",
  one: (reading: Reading) => Condition | undefined,
): ReadonlyArray<Condition> | undefined => {
  const found: Array<Condition> = []
  for (;;) {
    const condition = one(reading)
    if (condition === undefined) return undefined
    found.push(condition)
    if (!isWord(reading, word)) return found
    advance(reading)
  }
}

const either = (reading: Reading): Condition | undefined => {
  const any = chain(reading, "or", both)
  const [first] = any ?? []
  return any === undefined || any.length === 1 ? first : { any }
}

const both = (reading: Reading): Condition | undefined => {
  const all = chain(reading, "and", single)
  const [first] = all ?? []
  return all === undefined || all.length === 1 ? first : { all }
}

const single = (reading: Reading): Condition | undefined => {
  if (reading.depth >= maxDepth) return fail(reading, `Conditions stand at most ${maxDepth} deep in one another`)
  reading.depth += 1
  const condition = primary(reading)
  reading.depth -= 1
  return condition
}

const primary = (reading: Reading): Condition | undefined => {
  if (isWord(reading, "not")) {
    advance(reading)
    const not = single(reading)
    return not === undefined ? undefined : { not }
  }
  if (isMark(reading, "(")) {
    advance(reading)
    const inside = either(reading)
    return inside !== undefined && take(reading, ")") ? inside : undefined
  }
  if (isWord(reading, "is")) {
    advance(reading)
    const is = name(reading)
    return is === undefined ? undefined : { is }
  }
  if (isCall(reading, "all") || isCall(reading, "any")) {
    const { text } = advance(reading)
    const conditions = list(reading, either)
    return conditions === undefined ? undefined : text === "all" ? { all: conditions } : { any: conditions }
  }
  if (isCall(reading, "answered")) {
    advance(reading)
    const answered = take(reading, "(") && reference(reading)
    return answered !== undefined && take(reading, ")") ? { answered } : undefined
  }
  if (isCall(reading, "some") || isCall(reading, "every")) {
    const { text } = advance(reading)
    const group = take(reading, "(") && reference(reading)
    const holds = group !== undefined && take(reading, ",") ? either(reading) : undefined
    if (group === undefined || holds === undefined || !take(reading, ")")) return undefined
    return text === "some" ? { some: [group, holds] } : { every: [group, holds] }
  }
  return comparison(reading)
}

const signs: ReadonlyMap<string, Comparator> = new Map([
  ["=", "eq"],
  ["==", "eq"],
  ["!=", "ne"],
  ["<>", "ne"],
  ["<", "lt"],
  ["<=", "lte"],
  [">", "gt"],
  [">=", "gte"],
])

const comparison = (reading: Reading): Condition | undefined => {
  const first = operand(reading)
  if (first === undefined) return undefined
  if (isWord(reading, "in")) {
    advance(reading)
    const values = list(reading, literal)
    return values === undefined ? undefined : { in: [first, values] }
  }
  if (isWord(reading, "any") || isWord(reading, "all")) return picked(reading, first)
  const by = reading.now.is === "mark" ? signs.get(reading.now.text) : undefined
  if (by === undefined) return fail(reading, "Expected =, !=, <, <=, >, >=, in, any of or all of")
  advance(reading)
  const second = operand(reading)
  if (second === undefined) return undefined
  return comparisonOf(by, [first, second])
}

const picked = (reading: Reading, first: Operand): Condition | undefined => {
  if (typeof first !== "object" || !("answer" in first))
    return fail(reading, "Expected the id of a question before this")
  const { text } = advance(reading)
  if (!isWord(reading, "of")) return fail(reading, `Expected "${text} of"`)
  advance(reading)
  const values = list(reading, literal)
  if (values === undefined) return undefined
  return text === "any" ? { anyOf: [first, values] } : { allOf: [first, values] }
}

/** `( one, two )`, or `()`. */
const list = <A>(reading: Reading, one: (reading: Reading) => A | undefined): ReadonlyArray<A> | undefined => {
  if (!take(reading, "(")) return undefined
  const found: Array<A> = []
  while (found.length > 0 || !isMark(reading, ")")) {
    const value = one(reading)
    if (value === undefined) return undefined
    found.push(value)
    if (isMark(reading, ")")) break
    if (!take(reading, ",")) return undefined
  }
  advance(reading)
  return found
}

const name = (reading: Reading): string | undefined => {
  const { now } = reading
  if (now.is !== "name" && (now.is !== "word" || reserved.has(now.text))) return fail(reading, "Expected an id")
  return advance(reading).text
}

const reference = (reading: Reading): Reference | undefined => {
  const answer = name(reading)
  return answer === undefined ? undefined : { answer }
}

const isLiteral = ({ now }: Reading): boolean =>
  now.is === "string" ||
  now.is === "number" ||
  (now.is === "mark" && now.text === "-") ||
  (now.is === "word" && (now.text === "true" || now.text === "false"))

const literal = (reading: Reading): Literal | undefined => {
  if (!isLiteral(reading)) return fail(reading, "Expected a text in double quotes, a number, true or false")
  if (isMark(reading, "-")) {
    advance(reading)
    const amount = number(reading)
    return amount === undefined ? undefined : -amount
  }
  if (reading.now.is === "number") return number(reading)
  const { is, text } = advance(reading)
  return is === "string" ? text : text === "true"
}

const number = (reading: Reading): number | undefined => {
  const value = Number(reading.now.text)
  if (reading.now.is !== "number" || !Number.isFinite(value)) return fail(reading, "Expected a number")
  advance(reading)
  return value
}

const operand = (reading: Reading): Operand | undefined => {
  if (isLiteral(reading)) return literal(reading)
  if (isCall(reading, "count")) {
    advance(reading)
    const count = take(reading, "(") && reference(reading)
    return count !== undefined && take(reading, ")") ? { count } : undefined
  }
  if (isCall(reading, "date")) return shiftedDate(reading)
  if (isContext(reading)) return contextValue(reading)
  if (reading.now.is === "name" || (reading.now.is === "word" && !reserved.has(reading.now.text)))
    return reference(reading)
  return fail(reading, "Expected a question, a value or a condition")
}

const isContext = (reading: Reading): boolean => isWord(reading, "context") && isBefore(reading, ".")

const contextValue = (reading: Reading): ContextReference | undefined => {
  advance(reading)
  advance(reading)
  const context = name(reading)
  return context === undefined ? undefined : { context }
}

const shiftedDate = (reading: Reading): ShiftedDate | undefined => {
  advance(reading)
  if (!take(reading, "(")) return undefined
  const date =
    reading.now.is === "string"
      ? advance(reading).text
      : isContext(reading)
        ? contextValue(reading)
        : reference(reading)
  if (date === undefined || !take(reading, ")")) return undefined
  if (!isMark(reading, "+") && !isMark(reading, "-")) return { date }
  const offset: { years?: number; months?: number; days?: number } = {}
  while (isMark(reading, "+") || isMark(reading, "-")) {
    const sign = advance(reading).text === "-" ? -1 : 1
    const { offset: at } = reading.now
    const amount = number(reading)
    if (amount === undefined) return undefined
    const unit = units.find((one) => isWord(reading, one) || isWord(reading, one.slice(0, -1)))
    const isNothing = unit === undefined && amount === 0 && Object.keys(offset).length === 0
    if (isNothing && !isMark(reading, "+") && !isMark(reading, "-")) return { date, offset }
    if (unit === undefined) return fail(reading, "Expected years, months or days")
    if (Object.hasOwn(offset, unit)) {
      reading.problem ??= { message: `${unit} stand here twice.`, offset: at }
      return undefined
    }
    advance(reading)
    offset[unit] = sign * amount
  }
  return { date, offset }
}
