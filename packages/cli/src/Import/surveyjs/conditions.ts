/**
 * Expressions of SurveyJS as conditions of ours, exact or not at all. SurveyJS counts what is not answered as different
 * from everything and as equal to nothing else, so its `!=` becomes `not`; a comparison with a choice is decided for each
 * choice by SurveyJS's own rules.
 */
import type { Calculation, Condition, Operand } from "@requite/core/Condition/Ast"
import type { Path, Report } from "../Imported.ts"
import { operandOf, termOf, today, unsupported } from "../Imported/terms.ts"
import { deeper, isCondition, joined, kept, negated, type Steps, tooLong } from "../Imported/translation.ts"
import type { Translated } from "../Imported/translation.ts"
import { comparison, emptiness, truth } from "./comparisons.ts"
import { lookUp, type Place, type Term } from "./operands.ts"
import { type Expression, parse, type Raw } from "./parse.ts"

/** What one expression may come to, where calculated values stand for expressions that hold others. */
const maxSteps = 5000

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
): Condition | undefined => translateTree(parse(source), path, place, report, what)

/** The same of an expression that is read already. */
export const translateTree = (
  tree: Expression | undefined,
  path: Path,
  place: Place,
  report: Report,
  what: string,
): Condition | undefined => {
  const inner = counted(place)
  const parts = tree?.type === "and" ? tree.items : tree && [tree]
  return kept(
    parts?.map((part) => condition(part, inner)),
    path,
    report,
    what,
  )
}

/** Where an expression stands, with what may still be spent on it. */
interface Counted extends Place {
  readonly steps: Steps
}

const counted = (place: Place): Counted => ({ ...place, steps: { left: maxSteps, depth: 0 } })

const condition = (expression: Expression, place: Counted): Translated =>
  deeper(place.steps, () => conditionOf(expression, place)) ?? tooLong

const term = (expression: Expression, place: Counted): Term =>
  deeper(place.steps, () => found(expression, place)) ?? unsupported(tooLong)

const conditionOf = (expression: Expression, place: Counted): Translated => {
  switch (expression.type) {
    case "and":
    case "or":
      return joined(
        expression.type,
        expression.items.map((one) => condition(one, place)),
      )
    case "not":
      return negated(condition(expression.items[0], place))
    case "empty":
      return emptiness(term(expression.items[0], place))
    case "compare":
      return comparison(expression.by, term(expression.items[0], place), term(expression.items[1], place), place)
    default:
      return truth(term(expression, place))
  }
}

/** What an expression stands for. */
const found = (expression: Expression, place: Counted): Term => {
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
      const named = lookUp(expression.name, place)
      return isTerm(named) ? named : term(named, place)
    }
    case "call":
      return call(expression.name.toLowerCase(), expression.items, place)
    case "arithmetic": {
      if (expression.by !== "+") return unsupported(`There is no counterpart to the operator ${expression.by}.`)
      return calculated("sum", expression.items, place)
    }
    default:
      return termOf(condition(expression, place))
  }
}

const terms = new Set(["value", "field", "operand", "condition", "either", "unsupported"])
const isTerm = (one: Term | Expression): one is Term => terms.has(one.type)

const call = (name: string, items: ReadonlyArray<Expression>, place: Counted): Term => {
  const [first, second, third] = items
  if (name === "iif" && first !== undefined && second !== undefined) {
    const when = condition(first, place)
    if (!isCondition(when)) return unsupported(when)
    const otherwise: Term = third === undefined ? { type: "value", value: undefined } : term(third, place)
    return { type: "either", when, yes: term(second, place), no: otherwise }
  }
  if ((name === "today" || name === "currentdate") && items.length === 0) return today
  if (name === "sum" || name === "min" || name === "max") return calculated(name, items, place)
  return unsupported(`There is no counterpart to the function ${name.slice(0, 100)}.`)
}

const calculated = (by: "sum" | "min" | "max", items: ReadonlyArray<Expression>, place: Counted): Term => {
  const calculation = calculationOf(by, items, place)
  if (calculation === undefined || place.calculate === undefined) return unsupported("This cannot be calculated here.")
  const operand = { answer: place.calculate(calculation) }
  return { type: "operand", operand, of: "number", given: { answered: operand } }
}

const calculationOf = (
  by: "sum" | "min" | "max",
  items: ReadonlyArray<Expression>,
  place: Counted,
): Calculation | undefined => {
  const operands = items.flatMap((item): ReadonlyArray<Operand | undefined> => {
    if (by === "sum" && item.type === "arithmetic" && item.by === "+") {
      const inner = calculationOf("sum", item.items, place)
      return inner !== undefined && "sum" in inner ? inner.sum : [undefined]
    }
    const one = operandOf(term(item, place))
    return [one?.of === "number" ? one.operand : undefined]
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
