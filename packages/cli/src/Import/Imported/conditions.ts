/**
 * Conditions as importers put them together, without saying more than is needed: constants fold, lists flatten, what is
 * said twice is said once. The results mean exactly what the parts do under the semantics of format.md.
 */
import { comparison } from "@requite/core/Condition/Ast"
import type { Comparator, Condition, Literal, Operand } from "@requite/core/Condition/Ast"
import { always, isObject, never } from "../Imported.ts"

export const isAlways = (condition: Condition): boolean => "all" in condition && condition.all.length === 0
export const isNever = (condition: Condition): boolean => "any" in condition && condition.any.length === 0

export const not = (condition: Condition): Condition =>
  isAlways(condition) ? never : isNever(condition) ? always : "not" in condition ? condition.not : { not: condition }

/** Longer lists are only flattened and rid of doubles: comparing each with each would take too long. */
const mostCompared = 24

/** All of them. */
export const all = (conditions: ReadonlyArray<Condition>): Condition => {
  const parts = distinct(conditions.flatMap((one) => ("all" in one ? one.all : [one])))
  if (parts.some(isNever) || contradictory(parts)) return never
  const [only, ...others] = parts
  return only === undefined ? always : others.length === 0 ? only : { all: parts }
}

/** One of them. */
export const any = (conditions: ReadonlyArray<Condition>): Condition => {
  const flat = distinct(conditions.flatMap((one) => ("any" in one ? one.any : [one])))
  if (flat.some(isAlways) || contradictory(flat)) return always
  const parts = flat.length > mostCompared ? flat : absorbed(flat)
  if (parts.some(isAlways) || contradictory(parts)) return always
  const [only, ...others] = parts
  return only === undefined ? never : others.length === 0 ? only : { any: parts }
}

const distinct = (conditions: ReadonlyArray<Condition>): ReadonlyArray<Condition> => {
  if (conditions.length < 2) return conditions
  const seen = new Map<unknown, Condition>()
  for (const one of conditions) if (!seen.has(key(one))) seen.set(key(one), one)
  return [...seen.values()]
}

/** Does one of them say the opposite of another? */
const contradictory = (conditions: ReadonlyArray<Condition>): boolean => {
  if (!conditions.some((one) => "not" in one)) return false
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
  const [own, others] = [new Set(one.all.map(key)), new Set(other.all.map(key))]
  const ours = one.all.filter((part) => !others.has(key(part)))
  const theirs = other.all.filter((part) => !own.has(key(part)))
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

const partsOf = (condition: Condition): ReadonlyArray<Condition> => {
  if ("all" in condition) return condition.all
  if ("any" in condition) return condition.any
  if ("not" in condition) return [condition.not]
  if ("some" in condition) return [condition.some[1]]
  return "every" in condition ? [condition.every[1]] : []
}

/** What is worked out of the parts of a condition, remembered by object: parts are shared, and would be visited again. */
const folded = (fold: (parts: ReadonlyArray<number>) => number): ((condition: Condition) => number) => {
  const known = new WeakMap<Condition, number>()
  const of = (condition: Condition): number => {
    const seen = known.get(condition)
    if (seen !== undefined) return seen
    const found = fold(partsOf(condition).map(of))
    known.set(condition, found)
    return found
  }
  return of
}

/** How many comparisons it holds, written down. */
export const weight = folded((parts) => (parts.length === 0 ? 1 : parts.reduce((sum, part) => sum + part, 0)))

/** How deep conditions stand in each other. */
export const depth = folded((parts) => 1 + parts.reduce((most, part) => Math.max(most, part), 0))

/** Heavier ones are the same as themselves only: written down they may be larger than any memory. */
const heaviest = 2000

const keys = new WeakMap<Condition, string>()

/** Two conditions of one key are the same. Remembered by object, as parts are shared. */
const key = (condition: Condition): unknown => {
  if (weight(condition) > heaviest) return condition
  const known = keys.get(condition)
  if (known !== undefined) return known
  const text = JSON.stringify(condition)
  keys.set(condition, text)
  return text
}

/** Comparators; of `ne` a source says itself what it means of what is not answered. */
export type Comparing = Exclude<Comparator, "ne">

export const comparing = (by: Comparing, left: Operand, right: Operand): Condition => comparison(by, [left, right])

/** What such a comparison comes to, of two numbers or two texts. */
export const inOrder = <A extends number | string>(by: Comparing, a: A, b: A): boolean => {
  if (by === "eq") return a === b
  if (by === "lt" || by === "lte") return by === "lt" ? a < b : a <= b
  return by === "gt" ? a > b : a >= b
}

/** The comparison that says the same with its sides changed. */
export const mirrored = { eq: "eq", ne: "ne", lt: "gt", lte: "gte", gt: "lt", gte: "lte" } as const

/** Is it one of these values? */
export const among = (operand: Operand, values: ReadonlyArray<Literal>): Condition => {
  const [only, ...others] = values
  return only === undefined ? never : others.length === 0 ? { eq: [operand, only] } : { in: [operand, values] }
}

/** Of the instances of repeated groups, the outermost first, one for which the condition holds. */
export const inSome = (groups: ReadonlyArray<string>, condition: Condition): Condition =>
  isNever(condition)
    ? never
    : groups.reduceRight<Condition>((inner, id) => ({ some: [{ answer: id }, inner] }), condition)

/** Does the condition fail whenever that question has no answer? Then nothing need be said of its being asked. */
export const needs = (condition: Condition, id: string): boolean => {
  if ("all" in condition) return condition.all.some((one) => needs(one, id))
  if ("any" in condition) return condition.any.every((one) => needs(one, id))
  if ("not" in condition || "is" in condition || "every" in condition) return false
  if ("answered" in condition) return condition.answered.answer === id
  if ("anyOf" in condition) return condition.anyOf[0].answer === id
  if ("allOf" in condition) return condition.allOf[0].answer === id
  if ("some" in condition) return condition.some[0].answer === id || needs(condition.some[1], id)
  const operands = Object.values(condition).flat(1)
  return operands.some((operand) => isObject(operand) && operand["answer"] === id)
}

/** Every id that stands in an `{ answer: id }` of a condition, an operand or a calculation; of `is`, every name. */
export const references = (value: unknown, as: "answer" | "is" = "answer"): ReadonlySet<string> => {
  const found = new Set<string>()
  const pending = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if (Array.isArray(next)) for (const one of next) pending.push(one)
    else if (isObject(next)) {
      for (const [key, one] of Object.entries(next)) {
        if (key === as && typeof one === "string") found.add(one)
        else pending.push(one)
      }
    }
  }
  return found
}
