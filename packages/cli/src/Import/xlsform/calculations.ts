/** What rows of the type `calculate` come to, where ours can work it out: sums, least and greatest, counts, texts. */
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import { always } from "../Imported.ts"
import { all } from "../Imported/conditions.ts"
import { isCondition } from "../Imported/translation.ts"
import { answered } from "./comparisons.ts"
import { term } from "./conditions.ts"
import type { Value } from "./model.ts"
import type { Place, Term } from "./terms.ts"
import type { Expression } from "./xpath.ts"

/** The calculation that an expression is; undefined when it is none. */
export const calculation = (tree: Expression, place: Place): Omit<Value, "id"> | undefined => {
  if (tree.type === "arithmetic" && tree.by === "+") {
    const parts = summands(tree).map((one) => operand(one, place, false))
    const known = parts.filter((one) => one !== undefined)
    if (known.length < parts.length) return undefined
    return {
      calculation: { sum: known.map((one) => one.operand) },
      of: "number",
      given: all(known.map((one) => one.given)),
    }
  }
  if (tree.type !== "call") return undefined
  const { name, items } = tree
  if (name === "sum" || name === "min" || name === "max") {
    const parts = items.map((one) => operand(one, place, true))
    const known = parts.filter((one) => one !== undefined).map((one) => one.operand)
    if (known.length < parts.length || known.length === 0) return undefined
    const given = always
    if (name === "sum") return { calculation: { sum: known }, of: "number", given }
    return { calculation: name === "min" ? { min: known } : { max: known }, of: "number", given }
  }
  if (name === "concat" || name === "join") {
    const parts = (name === "join" ? [] : items).map((one) => piece(one, place))
    const known = parts.filter((one) => one !== undefined)
    return known.length < parts.length || known.length === 0
      ? undefined
      : { calculation: { concat: known }, of: "text", given: always }
  }
  if (name !== "count" && name !== "count-selected") return undefined
  const counted = term(tree, place)
  return counted.type === "operand" && typeof counted.operand === "object" && "count" in counted.operand
    ? { calculation: counted.operand, of: "number", given: always }
    : undefined
}

/** At most as long as an expression can be; no recursion. */
const summands = (tree: Expression): ReadonlyArray<Expression> => {
  const found: Array<Expression> = []
  let one = tree
  while (one.type === "arithmetic" && one.by === "+") {
    found.push(one.items[1])
    one = one.items[0]
  }
  return [...found, one].toReversed()
}

/** A number; `whole` says that a question of a repeated group may stand for all its answers. */
const operand = (
  expression: Expression,
  place: Place,
  whole: boolean,
): { readonly operand: Operand; readonly given: Condition } | undefined => {
  const one = term(expression, place)
  if (one.type === "value") return typeof one.value === "number" ? { operand: one.value, given: always } : undefined
  if (one.type === "operand") return one.of === "number" ? one : undefined
  if (one.type !== "field" || one.field.shape.kind !== "number" || (one.beyond.length > 0 && !whole)) return undefined
  const given = answered(one)
  return isCondition(given) ? { operand: { answer: one.field.id }, given } : undefined
}

const piece = (expression: Expression, place: Place): Operand | undefined => {
  const one: Term = term(expression, place)
  if (one.type === "value") return one.value === "" ? undefined : one.value
  if (one.type === "operand") return one.operand
  if (one.type !== "field" || one.beyond.length > 0) return undefined
  const { shape, id } = one.field
  const isText = shape.kind === "text" || shape.kind === "number" || shape.kind === "date"
  return isText || (shape.kind === "choice" && !shape.multiple) ? { answer: id } : undefined
}
