/** A JsonLogic rule that comes to what a condition comes to, over the answers as they are stored. */
import * as Result from "effect/Result"
import type { Condition, Operand, Reference } from "../Ast.ts"
import { maxDepth } from "../decode.ts"

/** A rule: JSON. */
export type Rule = null | string | number | boolean | ReadonlyArray<Rule> | { readonly [operator: string]: Rule }

/** What a rule cannot say: named, in a sentence. */
export interface Unsaid {
  readonly message: string
}

const maxWritten = 20_000

/**
 * Writes a condition as a rule, over data that is the answers, with the context values under `context`. Named conditions
 * are written out where they are used, from `named`. Fails with the first thing that JsonLogic cannot say: counts, dates
 * with an offset, a name that is in no `named`, or nesting without end.
 */
export const toJsonLogic = (
  condition: Condition,
  named: Readonly<Record<string, Condition>> = {},
): Result.Result<Rule, Unsaid> => {
  const writing: Writing = { named, depth: 0, written: 0 }
  const rule = ruleOf(writing, condition)
  return rule === undefined || writing.unsaid !== undefined
    ? Result.fail(writing.unsaid ?? { message: "There is nothing to write." })
    : Result.succeed(rule)
}

interface Writing {
  readonly named: Readonly<Record<string, Condition>>
  depth: number
  written: number
  unsaid?: Unsaid
}

const fail = (writing: Writing, message: string): undefined => {
  writing.unsaid ??= { message }
  return undefined
}

const ruleOf = (writing: Writing, condition: Condition): Rule | undefined => {
  writing.written += 1
  if (writing.depth >= maxDepth || writing.written > maxWritten) return fail(writing, "This is too deep or too long.")
  writing.depth += 1
  const rule = written(writing, condition)
  writing.depth -= 1
  return rule
}

const many = (writing: Writing, conditions: ReadonlyArray<Condition>): ReadonlyArray<Rule> | undefined => {
  const rules: Array<Rule> = []
  for (const one of conditions) {
    const rule = ruleOf(writing, one)
    if (rule === undefined) return undefined
    rules.push(rule)
  }
  return rules
}

const variable = ({ answer }: Reference): Rule => ({ var: answer })
const isThere = (operand: Rule): Rule => ({ "!=": [operand, null] })
const negated = (rule: Rule): Rule => ({ "!": [rule] })

const written = (writing: Writing, condition: Condition): Rule | undefined => {
  if ("all" in condition) {
    const and = many(writing, condition.all)
    return and === undefined || and.length > 0 ? and && { and } : true
  }
  if ("any" in condition) {
    const or = many(writing, condition.any)
    return or === undefined || or.length > 0 ? or && { or } : false
  }
  if ("not" in condition) {
    const rule = ruleOf(writing, condition.not)
    return rule === undefined ? undefined : negated(rule)
  }
  if ("is" in condition) {
    const named = Object.hasOwn(writing.named, condition.is) ? writing.named[condition.is] : undefined
    return named === undefined
      ? fail(writing, `There is no condition "${condition.is}" to write out.`)
      : ruleOf(writing, named)
  }
  if ("answered" in condition) return isThere(variable(condition.answered))
  if ("in" in condition) {
    const operand = operandOf(writing, condition.in[0])
    return operand === undefined ? undefined : { in: [operand, condition.in[1]] }
  }
  if ("anyOf" in condition || "allOf" in condition) {
    const [reference, values] = "anyOf" in condition ? condition.anyOf : condition.allOf
    if (values.length === 0) return isThere(variable(reference))
    const each = values.map((value): Rule => ({ in: [value, variable(reference)] }))
    return "anyOf" in condition ? { or: each } : { and: each }
  }
  if ("some" in condition) {
    const rule = ruleOf(writing, condition.some[1])
    return rule === undefined ? undefined : { some: [variable(condition.some[0]), rule] }
  }
  if ("every" in condition) {
    const rule = ruleOf(writing, condition.every[1])
    // of no instances, `all` is false there
    return rule === undefined ? undefined : { none: [variable(condition.every[0]), negated(rule)] }
  }
  if ("eq" in condition) return compared(writing, "===", condition.eq)
  if ("ne" in condition) return compared(writing, "!==", condition.ne)
  if ("lt" in condition) return compared(writing, "<", condition.lt)
  if ("lte" in condition) return compared(writing, "<=", condition.lte)
  if ("gt" in condition) return compared(writing, ">", condition.gt)
  return compared(writing, ">=", condition.gte)
}

/** Nothing is compared with what is not answered, which JsonLogic takes for null or 0. */
const compared = (writing: Writing, by: string, [first, second]: readonly [Operand, Operand]): Rule | undefined => {
  const a = operandOf(writing, first)
  const b = operandOf(writing, second)
  if (a === undefined || b === undefined) return undefined
  const there = [a, b].filter((one) => typeof one === "object").map(isThere)
  const comparison = { [by]: [a, b] }
  return there.length === 0 ? comparison : { and: [...there, comparison] }
}

const operandOf = (writing: Writing, operand: Operand): Rule | undefined => {
  if (typeof operand !== "object") return operand
  if ("answer" in operand) return variable(operand)
  if ("context" in operand) return { var: `context.${operand.context}` }
  if ("count" in operand) return fail(writing, "JsonLogic does not count.")
  const shifts = Object.values(operand.offset ?? {}).some((amount) => amount !== 0)
  return shifts ? fail(writing, "JsonLogic has no dates to shift.") : operandOf(writing, operand.date)
}
