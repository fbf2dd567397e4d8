/** The one way of writing a condition. Iterative: a condition of any depth is printed. */
import type { Condition, ContextReference, Literal, Operand, Reference } from "../Ast.ts"
import { units, writeName } from "./words.ts"

export const print = (condition: Condition): string => {
  const parts: Array<string> = []
  const pending: Array<string | Condition> = [condition]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") parts.push(next)
    else for (const part of partsOf(next).toReversed()) pending.push(part)
  }
  return parts.join("")
}

/** Text and conditions, one after another. */
type Parts = Array<string | Condition>

const partsOf = (condition: Condition): Parts => {
  if ("all" in condition) return joined("all", " and ", condition.all)
  if ("any" in condition) return joined("any", " or ", condition.any)
  if ("not" in condition) return ["not ", ...bracketed(condition.not)]
  if ("is" in condition) return [`is ${writeName(condition.is)}`]
  if ("answered" in condition) return [`answered(${reference(condition.answered)})`]
  if ("in" in condition) return [`${operand(condition.in[0])} in ${literals(condition.in[1])}`]
  if ("anyOf" in condition) return [`${reference(condition.anyOf[0])} any of ${literals(condition.anyOf[1])}`]
  if ("allOf" in condition) return [`${reference(condition.allOf[0])} all of ${literals(condition.allOf[1])}`]
  if ("some" in condition) return [`some(${reference(condition.some[0])}, `, condition.some[1], ")"]
  if ("every" in condition) return [`every(${reference(condition.every[0])}, `, condition.every[1], ")"]
  if ("eq" in condition) return compared("=", condition.eq)
  if ("ne" in condition) return compared("!=", condition.ne)
  if ("lt" in condition) return compared("<", condition.lt)
  if ("lte" in condition) return compared("<=", condition.lte)
  if ("gt" in condition) return compared(">", condition.gt)
  return compared(">=", condition.gte)
}

const compared = (sign: string, [a, b]: readonly [Operand, Operand]): Parts => [`${operand(a)} ${sign} ${operand(b)}`]

/** Two and more stand beside one another; of one or none the word says which list it is. */
const joined = (word: string, between: string, conditions: ReadonlyArray<Condition>): Parts => {
  const [first] = conditions
  if (first === undefined) return [`${word}()`]
  if (conditions.length === 1) return [`${word}(`, first, ")"]
  return conditions.flatMap((one, index) => (index === 0 ? bracketed(one) : [between, ...bracketed(one)]))
}

const bracketed = (condition: Condition): Parts => {
  const list = "all" in condition ? condition.all : "any" in condition ? condition.any : []
  return list.length > 1 ? ["(", condition, ")"] : [condition]
}

const reference = ({ answer }: Reference): string => writeName(answer)
const context = ({ context }: ContextReference): string => `context.${writeName(context)}`

const operand = (one: Operand): string => {
  if (typeof one !== "object") return literal(one)
  if ("answer" in one) return reference(one)
  if ("context" in one) return context(one)
  if ("count" in one) return `count(${reference(one.count)})`
  const { date, offset } = one
  const base = typeof date === "string" ? JSON.stringify(date) : "answer" in date ? reference(date) : context(date)
  if (offset === undefined) return `date(${base})`
  const shifts = units.flatMap((unit) => {
    const amount = offset[unit]
    if (amount === undefined) return []
    const sign = amount < 0 || Object.is(amount, -0) ? "-" : "+"
    return [` ${sign} ${Math.abs(amount)} ${Math.abs(amount) === 1 ? unit.slice(0, -1) : unit}`]
  })
  return `date(${base})${shifts.length === 0 ? " + 0" : shifts.join("")}`
}

const literal = (value: Literal): string =>
  typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value)

const literals = (values: ReadonlyArray<Literal>): string => `(${values.map(literal).join(", ")})`
