/**
 * Putting conditions together without saying more than is needed: constants fold, lists flatten, what is said twice is
 * said once. The results mean exactly what the parts do under the semantics of format.md.
 */
import type { Condition } from "@requite/core/Condition/Ast"
import { always, never } from "../Imported.ts"

const keys = new WeakMap<Condition, string>()

/** Two conditions of one key are the same. Remembered by object: parts are shared, and would be written out again. */
export const key = (condition: Condition): string => {
  const known = keys.get(condition)
  if (known !== undefined) return known
  const text = JSON.stringify(condition)
  keys.set(condition, text)
  return text
}

export const isAlways = (condition: Condition): boolean => "all" in condition && condition.all.length === 0
export const isNever = (condition: Condition): boolean => "any" in condition && condition.any.length === 0

export const not = (condition: Condition): Condition =>
  isAlways(condition) ? never : isNever(condition) ? always : "not" in condition ? condition.not : { not: condition }

/** Longer lists are only flattened and rid of doubles: comparing each with each would take too long. */
const mostCompared = 24

export const all = (conditions: ReadonlyArray<Condition>): Condition => {
  const parts = distinct(conditions.flatMap((one) => ("all" in one ? one.all : [one])))
  if (parts.some(isNever) || contradictory(parts)) return never
  const only = parts[0]
  return parts.length === 1 && only !== undefined ? only : { all: parts }
}

export const any = (conditions: ReadonlyArray<Condition>): Condition => {
  const flat = distinct(conditions.flatMap((one) => ("any" in one ? one.any : [one])))
  if (flat.some(isAlways) || contradictory(flat)) return always
  const parts = flat.length > mostCompared ? flat : absorbed(flat)
  if (parts.some(isAlways) || contradictory(parts)) return always
  const only = parts[0]
  return parts.length === 1 && only !== undefined ? only : { any: parts }
}

const distinct = (conditions: ReadonlyArray<Condition>): ReadonlyArray<Condition> => {
  const seen = new Map<string, Condition>()
  for (const one of conditions) if (!seen.has(key(one))) seen.set(key(one), one)
  return [...seen.values()]
}

/** Does one of them say the opposite of another? */
const contradictory = (conditions: ReadonlyArray<Condition>): boolean => {
  const said = new Set(conditions.map(key))
  return conditions.some((one) => "not" in one && said.has(key(one.not)))
}

/** `a or (a and b)` is `a`; `a or (not a and b)` is `a or b`; `(a and b) or (a and not b)` is `a`. */
const absorbed = (given: ReadonlyArray<Condition>): ReadonlyArray<Condition> => {
  const conditions = merged(given)
  const said = new Set(conditions.map(key))
  return distinct(
    conditions.flatMap((one): ReadonlyArray<Condition> => {
      if (!("all" in one)) return [one]
      if (one.all.some((part) => said.has(key(part)))) return []
      const left = one.all.filter((part) => !said.has(key(not(part))))
      return [left.length === one.all.length ? one : all(left)]
    }),
  )
}

const merged = (conditions: ReadonlyArray<Condition>): ReadonlyArray<Condition> => {
  const left = [...conditions]
  for (let i = 0; i < left.length; i++)
    for (let j = i + 1; j < left.length; j++) {
      const [one, other] = [left[i], left[j]]
      const both = one === undefined || other === undefined ? undefined : withoutChoice(one, other)
      if (both === undefined) continue
      left.splice(j, 1)
      left[i] = both
      // what it became may meet one that stands before it
      i = -1
      break
    }
  return left
}

/** What two conditions share, when all they differ in is one part that holds in the one and not in the other. */
const withoutChoice = (one: Condition, other: Condition): Condition | undefined => {
  if (!("all" in one) || !("all" in other) || one.all.length !== other.all.length) return undefined
  const ours = one.all.filter((part) => !other.all.some((same) => key(same) === key(part)))
  const theirs = other.all.filter((part) => !one.all.some((same) => key(same) === key(part)))
  const [a, b] = [ours[0], theirs[0]]
  if (ours.length !== 1 || theirs.length !== 1 || a === undefined || b === undefined) return undefined
  return key(not(a)) === key(b) ? all(one.all.filter((part) => part !== a)) : undefined
}

/** Can both hold at once? False only where that is plain: one answer equals two values, or stands on both sides of one. */
export const canMeet = (a: Condition, b: Condition): boolean => {
  if (key(a) === key(not(b))) return false
  if ("eq" in a && "eq" in b) {
    const [x, y] = [a.eq, b.eq]
    const literals = typeof x[1] !== "object" && typeof y[1] !== "object"
    return !(literals && JSON.stringify(x[0]) === JSON.stringify(y[0]) && x[1] !== y[1])
  }
  const sides = (c: Condition) =>
    "gt" in c ? ["gt", c.gt] : "lte" in c ? ["lte", c.lte] : "lt" in c ? ["lt", c.lt] : "gte" in c ? ["gte", c.gte] : []
  const [one, x] = sides(a)
  const [other, y] = sides(b)
  const opposite: Readonly<Record<string, string>> = { gt: "lte", lte: "gt", lt: "gte", gte: "lt" }
  return !(typeof one === "string" && opposite[one] === other && JSON.stringify(x) === JSON.stringify(y))
}

/** How many comparisons it holds. Remembered like the key, so that shared parts cost nothing to count again. */
const weights = new WeakMap<Condition, number>()
export const weight = (condition: Condition): number => {
  const known = weights.get(condition)
  if (known !== undefined) return known
  const parts =
    "all" in condition ? condition.all : "any" in condition ? condition.any : "not" in condition ? [condition.not] : []
  const total = parts.length === 0 ? 1 : parts.reduce((sum, part) => sum + weight(part), 0)
  weights.set(condition, total)
  return total
}

/** How deep conditions stand in each other. */
const depths = new WeakMap<Condition, number>()
export const depth = (condition: Condition): number => {
  const known = depths.get(condition)
  if (known !== undefined) return known
  const parts =
    "all" in condition ? condition.all : "any" in condition ? condition.any : "not" in condition ? [condition.not] : []
  const total = 1 + parts.reduce((most, part) => Math.max(most, depth(part)), 0)
  depths.set(condition, total)
  return total
}
