/**
 * Expressions of XLSForms as conditions of ours, exact or not at all. A calculated value stands for its expression where
 * it is none that can be worked out here.
 */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition } from "@requite/core/Condition/Ast"
import { always, never, type Path, type Report } from "../Imported.ts"
import { not } from "../Imported/conditions.ts"
import { countOf, operandOf, termOf, today, unsupported } from "../Imported/terms.ts"
import { deeper, isCondition, joined, kept, negated, tooLong, type Translated } from "../Imported/translation.ts"
import { answered, comparison, selected, truth } from "./comparisons.ts"
import { fieldTerm, type Place, shifted, type Term, value } from "./terms.ts"
import { type Expression, parse } from "./xpath.ts"

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
  otherwise?: string,
): Condition | undefined => {
  const tree = parse(source)
  const parts = tree?.type === "and" ? tree.items : tree && [tree]
  return kept(
    parts?.map((part) => condition(part, place)),
    path,
    report,
    what,
    otherwise,
  )
}

const condition = (expression: Expression, place: Place): Translated =>
  deeper(place.steps, () => conditionOf(expression, place)) ?? tooLong

export const term = (expression: Expression, place: Place): Term =>
  deeper(place.steps, () => found(expression, place)) ?? unsupported(tooLong)

const conditionOf = (expression: Expression, place: Place): Translated => {
  switch (expression.type) {
    case "and":
    case "or":
      return joined(
        expression.type,
        expression.items.map((one) => condition(one, place)),
      )
    case "compare": {
      const length = lengthOf(expression.items[0])
      const [left, right] = expression.items
      if (length !== undefined) return ofLength(expression.by, length, right, place)
      return comparison(expression.by, term(left, place), term(right, place), place)
    }
    default:
      return truth(term(expression, place))
  }
}

const lengthOf = (expression: Expression): Expression | undefined =>
  expression.type === "call" && expression.name === "string-length" && expression.items.length === 1
    ? expression.items[0]
    : undefined

/** `string-length(${name}) > 0`: is there an answer? */
const ofLength = (by: string, of: Expression, than: Expression, place: Place): Translated => {
  const one = term(of, place)
  if (one.type === "unsupported") return one.why
  if (one.type !== "field" || than.type !== "value") return "The length of a text is not compared."
  const is = answered(one)
  if (!isCondition(is)) return is
  const comparison = `${by} ${than.value}`
  if (["gt 0", "gte 1", "ne 0"].includes(comparison)) return is
  if (["eq 0", "lt 1", "lte 0"].includes(comparison)) return not(is)
  return comparison === "gte 0" ? always : "The length of a text is not compared."
}

/** What an expression stands for. */
const found = (expression: Expression, place: Place): Term => {
  switch (expression.type) {
    case "value":
      return value(expression.value)
    case "self":
      return place.self === undefined
        ? unsupported("There is nothing that `.` could mean.")
        : fieldTerm(place.self, place)
    case "bare": {
      const cell = place.column?.(expression.name)
      return cell === undefined ? named(expression.name, place) : value(cell)
    }
    case "name":
      return named(expression.name, place)
    case "call":
      return call(expression.name, expression.items, place)
    case "arithmetic":
      return arithmetic(expression, place)
    default:
      return termOf(condition(expression, place))
  }
}

/** What `${name}` means. */
const named = (name: string, place: Place): Term => {
  const field = place.survey.find(name, place.path)
  if (field === undefined) return unsupported(`There is no question "${name.slice(0, 100)}".`)
  if (field.shape.kind === "today") return today
  if (field.shape.kind !== "calculated") return fieldTerm(field, place)
  const isHere = field.repeats.every((id) => place.repeats.includes(id))
  const known = isHere ? place.calculated.get(field) : undefined
  if (known !== undefined) {
    if (known.of === "text") return unsupported("A text that is put together is not compared.")
    return { type: "operand", operand: { answer: known.id }, of: known.of, given: known.given }
  }
  const { expression } = field.shape
  if (expression === undefined || !isHere)
    return unsupported(`What "${name.slice(0, 100)}" comes to cannot be worked out here.`)
  const { column: _, self: __, ...there } = place
  return term(expression, { ...there, path: field.path })
}

const same = new Set(["number", "string", "once", "date", "boolean-from-string", "format-date"])

const call = (name: string, items: ReadonlyArray<Expression>, place: Place): Term => {
  const [first, second, third] = items
  if (items.length === 0) {
    if (name === "true") return { type: "condition", condition: always }
    if (name === "false") return { type: "condition", condition: never }
    if (name === "today") return today
  }
  if (first === undefined) return unsupported(`There is no counterpart to the function ${name.slice(0, 100)}.`)
  switch (name) {
    case "not":
      return termOf(negated(condition(first, place)))
    case "boolean":
      return termOf(condition(first, place))
    case "selected":
      return second === undefined
        ? unsupported("What is selected?")
        : termOf(selected(term(first, place), term(second, place), place))
    case "if": {
      const when = condition(first, place)
      if (!isCondition(when)) return unsupported(when)
      const no = third === undefined ? value("") : term(third, place)
      return { type: "either", when, yes: second === undefined ? value("") : term(second, place), no }
    }
    case "coalesce": {
      const one = term(first, place)
      const when = one.type === "field" ? answered(one) : "Only answers can be left out."
      if (!isCondition(when) || second === undefined) return unsupported("Only answers can be left out.")
      return { type: "either", when, yes: one, no: term(second, place) }
    }
    case "count-selected":
    case "count":
      return countOf(term(first, place))
    case "int":
    case "round": {
      const one = term(first, place)
      if (one.type === "value" && typeof one.value === "number") return value(Math.trunc(one.value))
      const isWhole = one.type === "field" && one.field.shape.kind === "number" && one.field.shape.whole
      return isWhole ? one : unsupported("Numbers are not rounded.")
    }
    case "date": {
      const one = term(first, place)
      if (one.type === "value" && !isDate(one.value)) return unsupported("This is no date.")
      return one
    }
    default: {
      if (same.has(name) && items.length === 1) return term(first, place)
      return unsupported(`There is no counterpart to the function ${name.slice(0, 100)}.`)
    }
  }
}

/** Numbers that are written down, and days added to dates. */
const arithmetic = ({ by, items }: Expression & { readonly type: "arithmetic" }, place: Place): Term => {
  const [left, right] = [term(items[0], place), term(items[1], place)]
  if (left.type === "unsupported") return left
  if (right.type === "unsupported") return right
  if (left.type === "value" && right.type === "value") {
    const [a, b] = [Number(left.value), Number(right.value)]
    const result = { "+": a + b, "-": a - b, "*": a * b, div: a / b, mod: a % b }[by]
    return Number.isFinite(result) ? value(result) : unsupported("This comes to no number.")
  }
  const [date, days] = by === "+" && left.type === "value" ? [right, left] : [left, right]
  const base = operandOf(date)
  if ((by === "+" || by === "-") && base?.of === "date" && days.type === "value" && typeof days.value === "number") {
    const moved = shifted(base.operand, by === "-" ? -days.value : days.value)
    const given = date.type === "field" ? answered(date) : date.type === "operand" ? date.given : always
    if (moved !== undefined && isCondition(given)) return { type: "operand", operand: moved, of: "date", given }
  }
  return unsupported(`There is no counterpart to the operator ${by} in a condition.`)
}
