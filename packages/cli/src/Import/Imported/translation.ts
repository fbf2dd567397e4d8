/**
 * Translating expressions into conditions, exactly or not at all: what the importers share that read a source's own
 * language.
 */
import type { Condition } from "@requite/core/Condition/Ast"
import { isObject, maxConditionDepth, type Path, type Report } from "../Imported.ts"
import { all, any, not } from "./conditions.ts"

/** A condition; or, as a sentence, why it has no counterpart. */
export type Translated = Condition | string
export const isCondition = (one: Translated): one is Condition => typeof one !== "string"

export const shown = "It is left out, and the item is shown where the rest of its condition holds."
export const tooLong = "The expression is too long once its calculated values are filled in."

export const negated = (one: Translated): Translated => (isCondition(one) ? not(one) : one)

/** Several as one; if one of them has no counterpart, the whole has none. */
export const joined = (by: "and" | "or", parts: ReadonlyArray<Translated>): Translated => {
  const conditions = parts.filter(isCondition)
  if (conditions.length < parts.length) return parts.find((one) => !isCondition(one)) ?? ""
  return by === "and" ? all(conditions) : any(conditions)
}

/**
 * Of parts that all have to hold those that have a counterpart; the others are reported: what they guard is then shown
 * rather too often than not at all. Undefined when none has; `parts` is undefined where the expression is none.
 */
export const kept = (
  parts: ReadonlyArray<Translated> | undefined,
  path: Path,
  report: Report,
  what: string,
  otherwise = shown,
): Condition | undefined => {
  const read = parts ?? ["This is no expression that can be read."]
  const translated = read.map((one) => (isCondition(one) && isTooLarge(one) ? tooLong : one))
  for (const one of translated) if (!isCondition(one)) report.drop(path, what, `${one} ${otherwise}`)
  const conditions = translated.filter(isCondition)
  return conditions.length === 0 ? undefined : all(conditions)
}

const maxSize = 20_000

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

/** What may still be spent on translating, and how deep it is in: calculated values stand for expressions that hold others. */
export interface Steps {
  left: number
  depth: number
}

const maxDepth = 200

/** One step further in; undefined when it is one too many. */
export const deeper = <A>(steps: Steps, next: () => A): A | undefined => {
  if (steps.left-- <= 0 || steps.depth >= maxDepth) return undefined
  steps.depth++
  const result = next()
  steps.depth--
  return result
}
