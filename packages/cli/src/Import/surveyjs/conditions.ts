/**
 * Expressions of SurveyJS as conditions of ours, exact or not at all. SurveyJS counts what is not answered as different
 * from everything and as equal to nothing else, so its `!=` becomes `not`; a comparison with a choice is decided for each
 * choice by SurveyJS's own rules.
 */
import type { Calculation, Condition, Operand } from "@requite/core/Condition/Ast"
import { isObject, maxConditionDepth, type Path, type Report } from "../Imported.ts"
import { all, any, not } from "../Imported/conditions.ts"
import { comparison, emptiness, isCondition, type Translated, truth, Unsupported } from "./comparisons.ts"
import { lookUp, operandOf, type Place, type Term, unsupported } from "./operands.ts"
import { type Expression, parse, type Raw } from "./parse.ts"

/** What one expression may come to, where calculated values stand for expressions that hold others. */
const maxSteps = 5000
const maxDepth = 200
const maxSize = 20_000
const tooLong = "The expression is too long once its calculated values are filled in."

const shown = "It is left out, and the item is shown where the rest of its condition holds."

/**
 * The condition that an expression is; undefined when it has no counterpart, which is reported. Of parts joined by `and`
 * those are kept that have one: what they guard is then shown rather too often than not at all.
 */
export const translate = (
  source: string,
  path: Path,
  place: Place,
  report: Report,
  what: string,
): Condition | undefined => {
  const tree = parse(source)
  if (tree !== undefined) return translateTree(tree, path, place, report, what)
  report.drop(path, what, `This is no expression that can be read. ${shown}`)
  return undefined
}

/** The same of an expression that is read already. */
export const translateTree = (
  tree: Expression,
  path: Path,
  place: Place,
  report: Report,
  what: string,
): Condition | undefined => {
  const steps = counted(place)
  const parts = tree.type === "and" ? tree.items : [tree]
  const translated = parts.map((part): Translated => {
    const one = condition(part, steps)
    return isCondition(one) && isTooLarge(one) ? new Unsupported(tooLong) : one
  })
  for (const one of translated) if (!isCondition(one)) report.drop(path, what, `${one.why} ${shown}`)
  const kept = translated.filter(isCondition)
  return kept.length === 0 ? undefined : all(kept)
}

/** Conditions share parts in memory, but not once they are written down. */
const isTooLarge = (condition: Condition): boolean => {
  const pending: Array<{ value: unknown; depth: number }> = [{ value: condition, depth: 0 }]
  let seen = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next
    if (++seen > maxSize || depth > maxConditionDepth) return true
    if (Array.isArray(value)) for (const one of value) pending.push({ value: one, depth })
    else if (isObject(value)) for (const one of Object.values(value)) pending.push({ value: one, depth: depth + 1 })
  }
  return false
}

interface Steps extends Place {
  readonly steps: { left: number; depth: number }
}

const counted = (place: Place): Steps => ({ ...place, steps: { left: maxSteps, depth: 0 } })

const condition = (expression: Expression, place: Steps): Translated =>
  deeper(place, () => conditionOf(expression, place)) ?? new Unsupported(tooLong)

const term = (expression: Expression, place: Steps): Term =>
  deeper(place, () => termOf(expression, place)) ?? unsupported(tooLong)

const deeper = <A>({ steps }: Steps, next: () => A): A | undefined => {
  if (steps.left-- <= 0 || steps.depth >= maxDepth) return undefined
  steps.depth++
  const result = next()
  steps.depth--
  return result
}

const conditionOf = (expression: Expression, place: Steps): Translated => {
  switch (expression.type) {
    case "and":
    case "or": {
      const items = expression.items.map((one) => condition(one, place))
      const failed = items.find((one) => !isCondition(one))
      if (failed !== undefined) return failed
      const conditions = items.filter(isCondition)
      return expression.type === "and" ? all(conditions) : any(conditions)
    }
    case "not": {
      const inner = condition(expression.items[0], place)
      return isCondition(inner) ? not(inner) : inner
    }
    case "empty":
      return emptiness(term(expression.items[0], place))
    case "compare":
      return comparison(expression.by, term(expression.items[0], place), term(expression.items[1], place), place)
    default:
      return truth(term(expression, place))
  }
}

const termOf = (expression: Expression, place: Steps): Term => {
  switch (expression.type) {
    case "value":
      return { type: "value", value: expression.value }
    case "list": {
      const items = expression.items.map((one) => term(one, place))
      const values = items.flatMap((one): ReadonlyArray<Raw> =>
        one.type === "value" && typeof one.value !== "object" ? [one.value] : [],
      )
      return values.length === items.length ? { type: "value", value: values } : unsupported("A list holds an answer.")
    }
    case "name": {
      const found = lookUp(expression.name, place)
      return isTerm(found) ? found : term(found, place)
    }
    case "call":
      return call(expression.name.toLowerCase(), expression.items, place)
    case "arithmetic": {
      if (expression.by !== "+") return unsupported(`There is no counterpart to the operator ${expression.by}.`)
      return calculated("sum", expression.items, place)
    }
    default: {
      const found = condition(expression, place)
      return isCondition(found) ? { type: "condition", condition: found } : unsupported(found.why)
    }
  }
}

const terms = new Set(["value", "field", "operand", "condition", "either", "unsupported"])
const isTerm = (one: Term | Expression): one is Term => terms.has(one.type)

const call = (name: string, items: ReadonlyArray<Expression>, place: Steps): Term => {
  const [first, second, third] = items
  if (name === "iif" && first !== undefined && second !== undefined) {
    const when = condition(first, place)
    if (!isCondition(when)) return unsupported(when.why)
    const otherwise: Term = third === undefined ? { type: "value", value: undefined } : term(third, place)
    return { type: "either", when, yes: term(second, place), no: otherwise }
  }
  if ((name === "today" || name === "currentdate") && items.length === 0) {
    return { type: "operand", operand: { context: "today" }, of: "date", isAlways: true }
  }
  if (name === "sum" || name === "min" || name === "max") return calculated(name, items, place)
  return unsupported(`There is no counterpart to the function ${name.slice(0, 100)}.`)
}

const calculated = (by: "sum" | "min" | "max", items: ReadonlyArray<Expression>, place: Steps): Term => {
  const calculation = calculationOf(by, items, place)
  if (calculation === undefined || place.calculate === undefined) return unsupported("This cannot be calculated here.")
  return { type: "operand", operand: { answer: place.calculate(calculation) }, of: "number", isAlways: false }
}

const calculationOf = (
  by: "sum" | "min" | "max",
  items: ReadonlyArray<Expression>,
  place: Steps,
): Calculation | undefined => {
  const operands = items.flatMap((item): ReadonlyArray<Operand | undefined> => {
    if (by === "sum" && item.type === "arithmetic" && item.by === "+") {
      const inner = calculationOf("sum", item.items, place)
      return inner !== undefined && "sum" in inner ? inner.sum : [undefined]
    }
    const found = operandOf(term(item, place))
    return [found?.of === "number" ? found.operand : undefined]
  })
  const known = operands.filter((one) => one !== undefined)
  if (known.length < operands.length || known.length === 0) return undefined
  return by === "sum" ? { sum: known } : by === "min" ? { min: known } : { max: known }
}

/** The calculation that a whole expression is, for what is shown; undefined when it is none. */
export const calculation = (tree: Expression, place: Place): Calculation | undefined => {
  const inner = counted(place)
  if (tree.type === "arithmetic" && tree.by === "+") return calculationOf("sum", tree.items, inner)
  if (tree.type !== "call") return undefined
  const name = tree.name.toLowerCase()
  if (name === "sum" || name === "min" || name === "max") return calculationOf(name, tree.items, inner)
  const [first, second, third] = tree.items
  if (name !== "suminarray" || first?.type !== "name" || second?.type !== "value" || third !== undefined)
    return undefined
  const column = place.survey.fields.get(`${first.name}.${String(second.value)}`)
  return column?.shape.kind === "number" ? { sum: [{ answer: column.id }] } : undefined
}
