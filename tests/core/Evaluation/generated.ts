/**
 * Random questionnaires, answers and edits by a seeded generator, for the properties of the evaluation: every kind of
 * item, nested and repeated groups, calculated values, named conditions, conditions of options, sections with conditions.
 */
import type * as Evaluation from "@requite/core/Evaluation"
import type { Calculation, Condition, Operand } from "@requite/core/Condition/Ast"
import type { Question, Questionnaire, Section } from "@requite/core/Questionnaire/Definition"

export interface Random {
  (below: number): number
}

/** mulberry32 */
export const random = (seed: number): Random => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

export const pick = <A>(next: Random, list: ReadonlyArray<A>): A => {
  const found = list[next(list.length)]
  if (found === undefined) throw new Error("nothing to pick from")
  return found
}

const dates = ["2024-02-29", "2025-02-28", "2026-12-31"]
const values = ["a", "b", "c"]

/** What conditions may refer to; those that were made before, so that there is no cycle, unless `cyclic`. */
interface Known {
  readonly ids: Array<string>
  readonly groups: Array<string>
  readonly names: Array<string>
}

const reference = (next: Random, known: Known): Operand =>
  known.ids.length === 0 ? { context: "today" } : { answer: pick(next, known.ids) }

const operand = (next: Random, known: Known): Operand => {
  const to = reference(next, known)
  switch (next(12)) {
    case 0:
      return { context: pick(next, ["today", "plan", "none"]) }
    case 1:
      return {
        date: "answer" in Object(to) ? (to as { answer: string }) : "2025-01-31",
        offset: { months: next(5) - 2 },
      }
    case 2:
      return typeof to === "object" && "answer" in to ? { count: to } : 1
    case 3:
      return pick<Operand>(next, ["a", "b", 1, 2, true, "2025-02-28", "other"])
    default:
      return to
  }
}

const literal = (next: Random) => pick<string | number | boolean>(next, ["a", "b", "c", 0, 1, 2, true, "2025-02-28"])

export const condition = (next: Random, known: Known, depth = 3): Condition => {
  const to = reference(next, known)
  const at = typeof to === "object" && "answer" in to ? to : { answer: "nothing" }
  switch (depth === 0 ? 5 + next(8) : next(15)) {
    case 0:
    case 1:
      return { all: Array.from({ length: next(4) }, () => condition(next, known, depth - 1)) }
    case 2:
      return { any: Array.from({ length: next(4) }, () => condition(next, known, depth - 1)) }
    case 3:
    case 4:
      return { not: condition(next, known, depth - 1) }
    case 5:
      return known.names.length > 0 ? { is: pick(next, known.names) } : { answered: at }
    case 6:
      return { answered: at }
    case 7:
      return { in: [operand(next, known), [literal(next), literal(next)]] }
    case 8:
      return next(2) === 0 ? { anyOf: [at, [literal(next), literal(next)]] } : { allOf: [at, values.slice(next(4))] }
    case 9: {
      const sides = [operand(next, known), operand(next, known)] as const
      return pick<Condition>(next, [{ ne: sides }, { lt: sides }, { lte: sides }, { gt: sides }, { gte: sides }])
    }
    case 13:
    case 14: {
      if (known.groups.length === 0) return { answered: at }
      const over = [{ answer: pick(next, known.groups) }, condition(next, known, depth - 1)] as const
      return next(2) === 0 ? { some: over } : { every: over }
    }
    default:
      return { eq: [to, literal(next)] }
  }
}

const calculation = (next: Random, known: Known): Calculation => {
  const operands = Array.from({ length: 1 + next(3) }, () => operand(next, known))
  const to = reference(next, known)
  switch (next(6)) {
    case 0:
      return { sum: operands }
    case 1:
      return { min: operands }
    case 2:
      return { max: operands }
    case 3:
      return { concat: operands }
    case 4:
      return { dateDiff: [operand(next, known), { context: "today" }, pick(next, ["days", "months", "years"])] }
    default:
      return typeof to === "object" && "answer" in to ? { count: to } : { sum: operands }
  }
}

/** `cyclic`: conditions refer to anything, themselves among it. */
export const questionnaire = (seed: number, { cyclic = false } = {}): Questionnaire => {
  const next = random(seed)
  const all: Known = { ids: [], groups: [], names: [] }
  const known: Known = { ids: [], groups: [], names: [] }
  let made = 0
  const id = (prefix: string) => `${prefix}${made++}`
  const seen = cyclic ? all : known
  if (cyclic) for (let i = 0; i < 30; i++) all.ids.push(`q${i}`)
  const chance = (percent: number) => next(100) < percent

  const item = (depth: number): Question => {
    const own = id("q")
    const when = chance(45) ? { when: condition(next, seen) } : {}
    const required = chance(30) ? { required: true } : chance(20) ? { required: condition(next, seen) } : {}
    const common = { id: own, label: own, ...when, ...required }
    let question: Question
    switch (depth > 0 ? next(9) : next(7)) {
      case 0:
      case 1: {
        const options = values.map((value) => ({
          value,
          label: value,
          ...(chance(20) ? { when: condition(next, seen) } : {}),
        }))
        const shape = {
          ...common,
          type: "choice",
          options,
          ...(chance(40) ? { multiple: true } : {}),
          ...(chance(30) ? { other: true } : {}),
        }
        question = shape
        break
      }
      case 2: {
        const shape = { ...common, type: "number", max: chance(50) ? operand(next, seen) : 2 }
        question = shape
        break
      }
      case 3:
        question = { ...common, type: "date" }
        break
      case 4:
        question = { ...common, type: "confirm" }
        break
      case 5:
        question = chance(30) ? { ...common, type: "note" } : { ...common, type: "text" }
        break
      case 6:
        question = { ...common, type: "text" }
        break
      default: {
        const repeat = chance(65) ? { repeat: chance(30) ? { min: 1, max: 3 } : {} } : {}
        if ("repeat" in repeat) known.groups.push(own)
        const items = Array.from({ length: 1 + next(3) }, () => item(depth - 1))
        question = { ...common, type: "group", items, ...repeat, ...calculated() }
      }
    }
    known.ids.push(own)
    if (cyclic && question.repeat !== undefined) all.groups.push(own)
    return question
  }
  const calculated = () => {
    if (!chance(40)) return {}
    const own = id("k")
    const made = { calculated: { [own]: calculation(next, seen) } }
    known.ids.push(own)
    return made
  }
  const conditions: Record<string, Condition> = {}
  const sections = Array.from({ length: 1 + next(3) }, (): Section => {
    const own = id("s")
    const when = chance(40) ? { when: condition(next, seen) } : {}
    const items = Array.from({ length: 1 + next(5) }, () => item(2))
    const rest = calculated()
    const name = id("n")
    conditions[name] = condition(next, seen)
    known.names.push(name)
    if (cyclic) all.names.push(name)
    return { id: own, title: own, ...when, items, ...rest }
  })
  return {
    format: 1,
    id: "generated",
    version: 1,
    language: "en",
    title: "Generated",
    context: { plan: { type: "choice", options: values } },
    conditions,
    sections,
    ends: [
      { id: "first", title: "First", when: condition(next, known) },
      { id: "last", title: "Last" },
    ],
  }
}

/** An answer to a question, now and then an empty or a wrong one; undefined: none. */
export const answer = (next: Random, question: Question): unknown => {
  const chance = next(12)
  if (chance === 0) return undefined
  if (chance === 1) return pick<unknown>(next, ["", [], null, 7, "zz", { a: 1 }, [[]]])
  switch (question.type) {
    case "choice": {
      const one = next(6) === 0 ? { other: "mine" } : pick(next, values)
      return "multiple" in question ? [...new Set([one, pick(next, values)])] : one
    }
    case "number":
      return next(3)
    case "date":
      return pick(next, dates)
    case "confirm":
      return next(3) > 0
    case "text":
      return pick(next, values)
    case "group":
      return question.repeat === undefined
        ? undefined
        : Array.from({ length: next(4) }, () => instance(next, question.items ?? []))
    default:
      return undefined
  }
}

/** Those that have their answers in the same object: items, and those in groups without `repeat`. */
export const beside = (items: ReadonlyArray<Question>): ReadonlyArray<Question> =>
  items.flatMap((item) => [item, ...(item.repeat === undefined ? beside(item.items ?? []) : [])])

export const instance = (next: Random, items: ReadonlyArray<Question>): Record<string, unknown> =>
  Object.fromEntries(
    beside(items)
      .map((item) => [item.id, answer(next, item)] as const)
      .filter(([, value]) => value !== undefined),
  )

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Instances, and nothing else. */
export const isList = (value: unknown): value is Array<Record<string, unknown>> =>
  Array.isArray(value) && value.every(isRecord)

export interface Container {
  readonly place: Evaluation.Place
  readonly items: ReadonlyArray<Question>
  readonly answers: Record<string, unknown>
}

/** Every object of answers there is now: the whole, and each instance. */
export const containers = (
  questionnaire: Questionnaire,
  answers: Record<string, unknown>,
): ReadonlyArray<Container> => {
  const found: Array<Container> = []
  const pending: Array<Container> = [
    { place: [], items: questionnaire.sections.flatMap(({ items }) => items), answers },
  ]
  for (const one of pending) {
    found.push(one)
    for (const item of beside(one.items)) {
      const list = one.answers[item.id]
      if (item.repeat === undefined || !isList(list)) continue
      for (const [index, inner] of list.entries()) {
        pending.push({ place: [...one.place, item.id, index], items: item.items ?? [], answers: inner })
      }
    }
  }
  return found
}
