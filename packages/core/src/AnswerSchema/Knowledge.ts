/**
 * What is known about answers in one branch of a schema, and what follows from it for a condition.
 *
 * Words: a *possible* value is one that the answer to a question may have here, as conditions see it; `null` stands for
 * having no answer. A *verdict* says what a condition comes to for every set of answers that fits: `yes`, `no`, or
 * `maybe` where it depends on more than is known.
 */
import type { Condition, Literal, Operand, Reference } from "../Condition/Ast.ts"

export type Verdict = "yes" | "no" | "maybe"

export type Possible = ReadonlySet<string | null>

/** By question; a question about which there is nothing can have any answer or none. */
export interface Knowledge {
  get(id: string): Possible | undefined
}

/** What is known, and something more. */
export const knowing = (more: ReadonlyMap<string, Possible>, around: Knowledge): Knowledge => ({
  get: (id) => more.get(id) ?? around.get(id),
})

export type Conditions = Readonly<Record<string, Condition>>

/** What a condition comes to. Named conditions that lead through more than 100 others are not followed: `maybe`. */
export const verdict = (condition: Condition, knowledge: Knowledge, named: Conditions): Verdict => {
  const known = new Map<string, Verdict>()
  const of = (condition: Condition, depth: number): Verdict => {
    if (depth > 200) return "maybe"
    if ("all" in condition) return all(condition.all, (one) => of(one, depth + 1))
    if ("any" in condition) return opposite(all(condition.any, (one) => opposite(of(one, depth + 1))))
    if ("not" in condition) return opposite(of(condition.not, depth + 1))
    if ("is" in condition) {
      const target = Object.hasOwn(named, condition.is) ? named[condition.is] : undefined
      const before = known.get(condition.is)
      if (before !== undefined || target === undefined) return before ?? "maybe"
      const found = of(target, depth + 2)
      known.set(condition.is, found)
      return found
    }
    return atom(condition, knowledge)
  }
  return of(condition, 0)
}

/** All of several conditions. */
export const all = <A>(list: ReadonlyArray<A>, verdictOf: (one: A) => Verdict): Verdict => {
  let found: Verdict = "yes"
  for (const one of list) {
    const next = verdictOf(one)
    if (next === "no") return "no"
    if (next === "maybe") found = "maybe"
  }
  return found
}

const opposite = (verdict: Verdict): Verdict => (verdict === "yes" ? "no" : verdict === "no" ? "yes" : "maybe")

type Atom = Exclude<Condition, { all: unknown } | { any: unknown } | { not: unknown } | { is: unknown }>

const atom = (condition: Atom, knowledge: Knowledge): Verdict => {
  if ("answered" in condition) return test(condition.answered, knowledge, (value) => value !== null)
  if ("eq" in condition) return compare(condition.eq, knowledge, (value, literal) => value === literal)
  if ("ne" in condition) return compare(condition.ne, knowledge, (value, literal) => value !== literal)
  if ("in" in condition) {
    const [operand, literals] = condition.in
    return isReference(operand)
      ? test(operand, knowledge, (value) => value !== null && literals.includes(value))
      : "maybe"
  }
  if ("lt" in condition) return unlessAbsent(condition.lt, knowledge)
  if ("lte" in condition) return unlessAbsent(condition.lte, knowledge)
  if ("gt" in condition) return unlessAbsent(condition.gt, knowledge)
  if ("gte" in condition) return unlessAbsent(condition.gte, knowledge)
  return "maybe"
}

const compare = (
  [a, b]: readonly [Operand, Operand],
  knowledge: Knowledge,
  holds: (value: string, literal: Literal) => boolean,
): Verdict => {
  const [reference, literal] = isReference(a) ? [a, b] : [b, a]
  return isReference(reference) && isLiteral(literal)
    ? test(reference, knowledge, (value) => value !== null && holds(value, literal))
    : unlessAbsent([a, b], knowledge)
}

/** A comparison with something that has no answer is false, whichever it is. */
const unlessAbsent = (operands: ReadonlyArray<Operand>, knowledge: Knowledge): Verdict =>
  operands.some((operand) => isReference(operand) && isAbsent(operand.answer, knowledge)) ? "no" : "maybe"

/** Is it known that there is no answer to it? */
export const isAbsent = (id: string, knowledge: Knowledge): boolean => {
  const possible = knowledge.get(id)
  return possible !== undefined && possible.size === 1 && possible.has(null)
}

const test = ({ answer }: Reference, knowledge: Knowledge, holds: (value: string | null) => boolean): Verdict => {
  const possible = knowledge.get(answer)
  if (possible === undefined || possible.size === 0) return "maybe"
  let some = false
  let every = true
  for (const value of possible) {
    if (holds(value)) some = true
    else every = false
  }
  return every ? "yes" : some ? "maybe" : "no"
}

const isReference = (operand: Operand): operand is Reference => typeof operand === "object" && "answer" in operand

const isLiteral = (operand: Operand): operand is Literal => typeof operand !== "object"

/** The questions whose single answers a condition compares or asks for, through named conditions too. */
export const compared = (conditions: ReadonlyArray<Condition>, named: Conditions): ReadonlySet<string> => {
  const found = new Set<string>()
  const names = new Set<string>()
  const pending = [...conditions]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if ("all" in next) pending.push(...next.all)
    else if ("any" in next) pending.push(...next.any)
    else if ("not" in next) pending.push(next.not)
    else if ("is" in next) {
      const target = Object.hasOwn(named, next.is) ? named[next.is] : undefined
      if (target !== undefined && !names.has(next.is)) pending.push(target)
      names.add(next.is)
    } else if ("answered" in next) found.add(next.answered.answer)
    else
      for (const operand of "eq" in next ? next.eq : "ne" in next ? next.ne : "in" in next ? [next.in[0]] : [])
        if (isReference(operand)) found.add(operand.answer)
  }
  return found
}
