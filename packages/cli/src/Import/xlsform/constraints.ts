/** Constraints of XLSForms as limits of ours, where they say no more than that: ranges, lengths, patterns, how many. */
import type { Operand } from "@requite/core/Condition/Ast"
import type { LocalText } from "@requite/core/LocalText"
import { mirrored } from "../Imported/conditions.ts"
import { pattern } from "../Imported/patterns.ts"
import { operandOf } from "../Imported/terms.ts"
import { term } from "./conditions.ts"
import type { Field } from "./model.ts"
import { type Place, shifted } from "./terms.ts"
import { type Comparator, type Expression, parse } from "./xpath.ts"

export interface Limits {
  min?: Operand
  max?: Operand
  minLength?: number
  maxLength?: number
  minPicked?: number
  maxPicked?: number
  pattern?: { readonly regex: string; readonly message: LocalText }
}

export interface Constraint {
  readonly place: Place
  readonly field: Field
  /** Can that answer be a limit of this one? It stands before it. */
  readonly isBefore: (id: string) => boolean
  readonly message: LocalText | undefined
  readonly longest: number
  readonly drop: (message: string) => void
}

const notKept = "It is left out."

export const limits = (source: string, start: Limits, context: Constraint): Limits => {
  const found: Limits = { ...start }
  const tree = parse(source)
  if (tree === undefined) {
    context.drop(`This is no expression that can be read. ${notKept}`)
    return found
  }
  const whole = withoutEmpty(tree)
  for (const part of whole.type === "and" ? whole.items : [whole]) {
    if (!add(withoutEmpty(part), found, context))
      context.drop(`Only ranges, lengths, patterns and counts limit an answer. ${notKept}`)
  }
  return found
}

/** `. = '' or …`: nothing is said of what is not answered anyway. */
const withoutEmpty = (tree: Expression): Expression => {
  if (tree.type !== "or") return tree
  const rest = tree.items.filter(
    (one) => !(one.type === "compare" && one.by === "eq" && one.items[0].type === "self" && isText(one.items[1], "")),
  )
  return rest.length === 1 && rest[0] !== undefined ? rest[0] : tree
}

const isText = (one: Expression, text: string): boolean => one.type === "value" && one.value === text

const add = (part: Expression, found: Limits, context: Constraint): boolean => {
  if (part.type === "call" && part.name === "regex" && part.items[0]?.type === "self") {
    const regex = part.items[1]
    return regex?.type === "value" && ofPattern(String(regex.value), found, context)
  }
  if (part.type !== "compare") return false
  const [left, right] = part.items
  const turned = !mentions(left) && mentions(right)
  const [subject, than] = turned ? [right, left] : [left, right]
  const by = turned ? mirrored[part.by] : part.by
  // other answers are limits too, but not what is made of this one
  if (mentions(than)) return false
  if (subject.type === "self") return ofValue(by, than, found, context)
  if (subject.type !== "call" || subject.items.length !== 1 || subject.items[0]?.type !== "self") return false
  const number = than.type === "value" ? Number(than.value) : Number.NaN
  if (!Number.isInteger(number)) return false
  const { kind } = context.field.shape
  if (subject.name === "string-length" && kind === "text") {
    return ofCount(by, number, 100_000, (min, max) => {
      if (min > 0) found.minLength = Math.max(found.minLength ?? 0, min)
      if (max !== undefined && max > 0) found.maxLength = Math.min(found.maxLength ?? 100_000, max)
      return max !== 0
    })
  }
  const { shape } = context.field
  if (subject.name !== "count-selected" || shape.kind !== "choice" || !shape.multiple) return false
  return ofCount(by, number, shape.options.length, (min, max) => {
    if (min > 1) found.minPicked = Math.min(shape.options.length, Math.max(found.minPicked ?? 0, min))
    if (max !== undefined) found.maxPicked = Math.max(1, Math.min(found.maxPicked ?? max, max))
    return max !== 0
  })
}

const mentions = (one: Expression): boolean =>
  one.type === "self" || ("items" in one && one.items.some((inner) => inner.type === "self"))

const ofPattern = (written: string, found: Limits, { longest, message, field }: Constraint): boolean => {
  if (field.shape.kind !== "text" || found.pattern !== undefined) return false
  const inner = written.replace(/^\^/, "").replace(/(?<!\\)\$$/, "")
  const regex = pattern(`^${inner}$`, found.maxLength ?? longest)
  if (regex === undefined) return false
  found.pattern = { regex, message: message ?? "This does not have the right form" }
  return true
}

const ofCount = (
  by: Comparator,
  number: number,
  most: number,
  set: (min: number, max: number | undefined) => boolean,
): boolean => {
  const to = (one: number): number => Math.min(most, Math.max(0, one))
  switch (by) {
    case "eq":
      return set(to(number), to(number))
    case "gte":
      return set(to(number), undefined)
    case "gt":
      return set(to(number + 1), undefined)
    case "lte":
      return set(0, to(number))
    case "lt":
      return set(0, to(number - 1))
    default:
      return false
  }
}

const ofValue = (by: Comparator, than: Expression, found: Limits, context: Constraint): boolean => {
  const { place, field, isBefore } = context
  const one = term(than, place)
  if (one.type === "field" && !isBefore(one.field.id)) return false
  if (one.type === "operand" && JSON.stringify(one.operand).includes('"answer"')) return false
  const limit = operandOf(one)
  const { shape } = field
  if (limit === undefined || limit.of !== shape.kind || by === "ne") return false
  const step = by === "gt" ? 1 : by === "lt" ? -1 : 0
  let bound: Operand | undefined = limit.operand
  if (step !== 0 && shape.kind === "date") bound = shifted(limit.operand, step)
  else if (step !== 0) {
    const number = limit.operand
    // of numbers with decimals there is no next one
    if (shape.kind !== "number" || !shape.whole || typeof number !== "number") return false
    bound = step > 0 ? Math.floor(number) + 1 : Math.ceil(number) - 1
  }
  if (bound === undefined) return false
  const atLeast = by === "gte" || by === "gt" || by === "eq"
  const atMost = by === "lte" || by === "lt" || by === "eq"
  return (!atLeast || tighten(found, "min", bound)) && (!atMost || tighten(found, "max", bound))
}

/** The narrower of two that are written down; of others, the first. */
const tighten = (found: Limits, key: "min" | "max", bound: Operand): boolean => {
  const known = found[key]
  if (known === undefined) found[key] = bound
  else if (typeof known !== typeof bound || typeof bound === "object") return false
  else if (key === "min" ? bound > known : bound < known) found[key] = bound
  return true
}
