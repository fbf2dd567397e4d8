/**
 * What speaks of what in a definition: references in conditions, calculations and limits, names of conditions and context
 * values, placeholders in texts. They are found by their shape in the JSON, so that those of a kind from outside are found
 * as well; nothing else in the format has these shapes.
 */
import { pointer } from "../JsonText/pointer.ts"
import type { Questionnaire } from "../Questionnaire/Definition.ts"
import type { Dependent, Named } from "./Operation.ts"

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** The key of a reference to each. */
const keys = { item: "answer", condition: "is", context: "context", section: null } as const

const placeholder = (id: string) => new RegExp(`(\\{\\{\\s*)${id}(?=\\s*\\}\\})`, "g")

/** The steps of a migration to this version speak of the ids and options as they are now in their second place only. */
const isOwn = (path: ReadonlyArray<string | number>) => path[0] === "migrations"

/** Everything that speaks of the item, condition or context value of that name. */
export const dependents = (questionnaire: Questionnaire, what: Named, name: string): ReadonlyArray<Dependent> => {
  const key = keys[what]
  if (key === null) return []
  const text = what === "item" ? placeholder(name) : null
  const found: Array<Dependent> = []
  visit(questionnaire, (value, path, owner) => {
    const speaks =
      typeof value === "string"
        ? text !== null && value.search(text) >= 0
        : isObject(value) && value[key] === name && !(what === "context" && path.length === 0)
    if (speaks) found.push({ pointer: pointer(path), id: owner })
  })
  return found
}

/** Walks everything but migrations; `owner` is the id of the innermost item, section or end around. */
const visit = (
  questionnaire: Questionnaire,
  look: (value: unknown, path: ReadonlyArray<string | number>, owner: string) => void,
): void => {
  const pending: Array<{ value: unknown; path: ReadonlyArray<string | number>; owner: string }> = [
    { value: questionnaire, path: [], owner: "" },
  ]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next
    if (isOwn(path)) continue
    const id = isObject(value) && path.length > 0 && typeof value["id"] === "string" ? value["id"] : undefined
    const owner = id ?? (path[0] === "conditions" && path.length === 2 ? String(path[1]) : next.owner)
    look(value, path, owner)
    if (typeof value !== "object" || value === null) continue
    for (const [key, member] of Object.entries(value).toReversed())
      pending.push({ value: member, path: [...path, Array.isArray(value) ? Number(key) : key], owner })
  }
}

/**
 * The same JSON with some objects and strings rewritten, from the inside out. `change` returns what it is given where
 * nothing is to be done; what does not change stays the same object. Conditions nest at most 100 deep in a definition.
 */
export const rewrite = <T>(value: T, change: (value: unknown) => unknown): T => {
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const members = value.map(inside)
      return change(members.some((member, index) => member !== value[index]) ? members : value)
    }
    if (!isObject(value)) return change(value)
    const entries = Object.entries(value).map(([key, member]) => [key, inside(member)] as const)
    return change(entries.some(([key, member]) => member !== value[key]) ? Object.fromEntries(entries) : value)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the boundary: names change, no shape does
  return inside(value) as T
}

/** Every reference to the item, condition or context value goes to its new name. */
export const renamed = <T>(value: T, what: Named, from: string, to: string): T => {
  const key = keys[what]
  if (key === null) return value
  const text = what === "item" ? placeholder(from) : null
  return rewrite(value, (one) => {
    if (typeof one === "string") return text === null ? one : one.replace(text, `$1${to}`)
    return isObject(one) && one[key] === from ? { ...one, [key]: to } : one
  })
}

const comparing = new Set(["eq", "ne", "in", "anyOf", "allOf"])

/** Conditions that compare the answer to `id` with the option `from` compare it with `to`. */
export const withOption = <T>(value: T, id: string, from: string, to: string): T =>
  rewrite(value, (one) => {
    if (!isObject(one)) return one
    const [[operator, operands] = []] = Object.entries(one)
    if (operator === undefined || !comparing.has(operator) || !Array.isArray(operands)) return one
    if (!operands.some((operand) => isObject(operand) && operand["answer"] === id)) return one
    const swap = (operand: unknown): unknown =>
      operand === from ? to : Array.isArray(operand) ? operand.map(swap) : operand
    const swapped = operands.map(swap)
    const isSame = JSON.stringify(swapped) === JSON.stringify(operands)
    return isSame ? one : { ...one, [operator]: swapped }
  })

/** Does a condition compare the answer to `id` with that value? */
export const comparesWith = (questionnaire: Questionnaire, id: string, option: string): boolean =>
  withOption(questionnaire, id, option, `${option} `) !== questionnaire
