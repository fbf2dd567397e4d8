/**
 * Small random definitions over small domains, and everything that can be answered to them: what brute force needs.
 */
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import type { ContextValue, Question, Questionnaire } from "@requite/core/Questionnaire/Definition"

/** Whole numbers below `limit`, always the same ones for the same seed (mulberry32). */
export const random = (seed: number) => {
  let state = seed >>> 0
  return (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit)
  }
}

type Random = ReturnType<typeof random>

const pick = <A>(random: Random, list: ReadonlyArray<A>): A => {
  const one = list[random(list.length)]
  if (one === undefined) throw new Error("nothing to pick from")
  return one
}

export interface Generated {
  readonly questionnaire: Questionnaire
  /** By question (or `@` and the key of a context value), all answers that are tried: of numbers, dates and texts enough to tell all conditions apart. */
  readonly domains: ReadonlyMap<string, ReadonlyArray<unknown>>
}

interface Known {
  /** Of a question or a calculated value; of a context value, behind an `@`. */
  readonly id: string
  readonly type: "option" | "options" | "number" | "date" | "text" | "confirm" | "repeat" | "sum" | "highest" | "days"
}

const options = (random: Random, count: number, when: () => Condition | undefined) =>
  ["x", "y", "z", "w"].slice(0, count).map((value) => {
    const condition = random(6) === 0 ? when() : undefined
    return condition === undefined ? { value, label: value } : { value, label: value, when: condition }
  })

const choiceOf = (id: string, values: ReadonlyArray<string>): Question & { readonly options: unknown } => ({
  id,
  type: "choice",
  label: id,
  options: values.map((value) => ({ value, label: value })),
})

/** What a number of an instance may be. */
const limited = { min: 0, max: 1, decimals: 0 }

const comparators = ["eq", "ne", "lt", "lte", "gt", "gte"] as const

const compared = (comparator: (typeof comparators)[number], a: Operand, b: Operand): Condition => {
  const pair = [a, b] as const
  switch (comparator) {
    case "eq":
      return { eq: pair }
    case "ne":
      return { ne: pair }
    case "lt":
      return { lt: pair }
    case "lte":
      return { lte: pair }
    case "gt":
      return { gt: pair }
    case "gte":
      return { gte: pair }
  }
}

const dates = ["2024-02-28", "2024-02-29", "2024-03-01"]

const leaf = (random: Random, known: ReadonlyArray<Known>, named: ReadonlyArray<string>): Condition => {
  if (known.length === 0) return random(2) === 0 ? { all: [] } : { any: [] }
  if (named.length > 0 && random(6) === 0) return { is: pick(random, named) }
  const one = pick(random, known)
  const same = known.filter(({ type, id }) => type === one.type && id !== one.id)
  const other = same.length > 0 && random(3) === 0 ? pick(random, same) : undefined
  const operand = ({ id }: Known): Operand => (id.startsWith("@") ? { context: id.slice(1) } : { answer: id })
  if (one.id.startsWith("@")) {
    const right = other === undefined ? (one.type === "number" ? random(4) : pick(random, ["x", "y"])) : operand(other)
    return compared(pick(random, one.type === "number" ? comparators : ["eq", "ne"]), operand(one), right)
  }
  const reference = { answer: one.id }
  if (random(7) === 0) return { answered: reference }
  switch (one.type) {
    case "option":
      if (other !== undefined) return compared(pick(random, ["eq", "ne"]), reference, operand(other))
      return random(3) === 0
        ? { in: [reference, ["x", "y", "z"].slice(random(2), 2 + random(2))] }
        : compared(pick(random, ["eq", "ne"]), reference, pick(random, ["x", "y"]))
    case "options":
      if (random(2) === 0) return compared(pick(random, comparators), { count: reference }, random(4))
      return random(2) === 0
        ? { anyOf: [reference, ["x", "y"].slice(random(2))] }
        : { allOf: [reference, ["x", "y"].slice(random(3))] }
    case "number":
      return compared(pick(random, comparators), reference, other === undefined ? random(4) : operand(other))
    case "sum":
    case "highest":
      return compared(pick(random, comparators), reference, random(6))
    case "days":
      return compared(pick(random, comparators), reference, random(3) - 1)
    case "date": {
      const base = other === undefined ? pick(random, dates) : { answer: other.id }
      const offset = random(3) === 0 ? { days: random(3) - 1 } : {}
      const months = random(3) === 0 ? { months: random(3) - 1 } : {}
      return compared(
        pick(random, comparators),
        reference,
        random(2) === 0 ? base : { date: base, offset: { ...offset, ...months } },
      )
    }
    case "text":
      return compared(
        pick(random, ["eq", "ne"]),
        reference,
        other === undefined ? pick(random, ["p", "q"]) : operand(other),
      )
    case "confirm":
      return compared(pick(random, ["eq", "ne"]), reference, random(4) > 0)
    case "repeat":
      if (random(3) === 0) return compared(pick(random, comparators), { count: reference }, random(3))
      return random(2) === 0
        ? { some: [reference, inner(random, one.id)] }
        : { every: [reference, inner(random, one.id)] }
  }
}

const inner = (random: Random, group: string): Condition => {
  const choice: Condition = compared(pick(random, ["eq", "ne"]), { answer: `${group}c` }, pick(random, ["x", "y"]))
  const number: Condition = compared(pick(random, comparators), { answer: `${group}n` }, random(3))
  return random(3) === 0 ? { all: [choice, number] } : random(2) === 0 ? choice : number
}

const condition = (random: Random, known: ReadonlyArray<Known>, named: ReadonlyArray<string>, depth = 2): Condition => {
  const kind = depth === 0 ? 9 : random(8)
  const parts = () => Array.from({ length: 2 + random(2) }, () => condition(random, known, named, depth - 1))
  if (kind < 2) return { all: parts() }
  if (kind < 4) return { any: parts() }
  if (kind === 4) return { not: condition(random, known, named, depth - 1) }
  return leaf(random, known, named)
}

/** A definition whose answer sets are few enough to try all. */
export const generate = (seed: number, limit = 1200): Generated => {
  const draw = random(seed)
  const domains = new Map<string, ReadonlyArray<unknown>>()
  const known: Array<Known> = []
  const named: Array<string> = []
  const conditions: Record<string, Condition> = {}
  const sections: Array<{
    id: string
    title: string
    items: Array<Question>
    when?: Condition
    calculated?: Record<string, never>
  }> = []
  const count = 3 + draw(4)
  let size = 1
  const when = (chance: number) =>
    known.length > 0 && draw(10) < chance ? { when: condition(draw, known, named) } : {}
  const context: Record<string, ContextValue> = {}
  if (draw(3) === 0) {
    context["c"] = draw(2) === 0 ? { type: "number" } : { type: "choice", options: ["x", "y"] }
    domains.set("@c", context["c"].type === "number" ? [-0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 7] : ["x", "y"])
    size *= context["c"].type === "number" ? 10 : 2
    known.push({ id: "@c", type: context["c"].type === "number" ? "number" : "option" })
  }
  let hasDecimals = false
  let questions = 0
  while (questions < count) {
    const items: Array<Question> = []
    const calculated: Record<string, object> = {}
    const section = { id: `s${sections.length}`, title: "S", items, ...when(4) }
    const inSection = 1 + draw(3)
    for (let i = 0; i < inSection && questions < count; i++) {
      const id = `q${questions++}`
      const common = {
        id,
        label: id,
        ...when(7),
        ...(draw(6) === 0 && known.length > 0 ? { required: condition(draw, known, named) } : {}),
      }
      const add = (
        type: Known["type"],
        question: Record<string, unknown> & Question,
        domain: ReadonlyArray<unknown>,
      ) => {
        if (size * (domain.length + 1) > limit) return
        size *= domain.length + 1
        items.push(question)
        domains.set(id, domain)
        known.push({ id, type })
      }
      switch (draw(9)) {
        case 0:
        case 1:
        case 2: {
          const listed = options(draw, 2 + draw(2), () =>
            known.length === 0 ? undefined : condition(draw, known, named, 1),
          )
          add(
            "option",
            { ...common, type: "choice", options: listed },
            listed.map(({ value }) => value),
          )
          break
        }
        case 3: {
          const listed = options(draw, 3, () => (known.length === 0 ? undefined : condition(draw, known, named, 1)))
          const picks = draw(3) === 0 ? { minPicked: 2 } : draw(2) === 0 ? { maxPicked: 2 } : {}
          const sets = Array.from({ length: 7 }, (_, bits) =>
            listed.filter((_, index) => (((bits + 1) >> index) & 1) === 1).map(({ value }) => value),
          )
          add("options", { ...common, type: "choice", multiple: true, options: listed, ...picks }, sets)
          break
        }
        case 4:
        case 5: {
          const max = 1 + draw(3)
          const other = known.filter(({ type, id }) => type === "number" && !id.startsWith("@"))
          if (draw(4) === 0 && !hasDecimals) {
            // one such question: quarters tell it apart from all else that lies between two whole numbers
            hasDecimals = true
            const quarters = Array.from({ length: 4 * Math.min(max, 2) + 1 }, (_, n) => n / 4)
            add("number", { ...common, type: "number", min: 0, max: Math.min(max, 2) }, quarters)
            break
          }
          const limits =
            draw(4) === 0 && other.length > 0 ? { min: 0, max: { answer: pick(draw, other).id } } : { min: 0, max }
          add(
            "number",
            { ...common, type: "number", decimals: 0, ...limits },
            Array.from({ length: (typeof limits.max === "object" ? 6 : max) + 1 }, (_, n) => n),
          )
          break
        }
        case 6:
          add("date", { ...common, type: "date", min: "2024-02-28", max: "2024-03-01" }, dates)
          break
        case 7:
          if (draw(2) === 0) add("confirm", { ...common, type: "confirm" }, [true])
          else add("text", { ...common, type: "text" }, ["p", "q", "other", "more"])
          break
        default: {
          const max = 2
          const domain: Array<unknown> = []
          const instances = [
            {},
            { [`${id}c`]: "x" },
            { [`${id}c`]: "y", [`${id}n`]: 1 },
            { [`${id}c`]: "x", [`${id}n`]: 0 },
            { [`${id}c`]: "y", [`${id}n`]: 0 },
            { [`${id}n`]: 1 },
            { [`${id}c`]: "x", [`${id}n`]: 1 },
            { [`${id}n`]: 0 },
            { [`${id}c`]: "y" },
          ]
          for (const one of instances) {
            domain.push([one])
            for (const other of instances) domain.push([one, other])
          }
          const inside: ReadonlyArray<Question> = [
            choiceOf(`${id}c`, ["x", "y"]),
            {
              id: `${id}n`,
              type: "number",
              label: "n",
              ...limited,
              ...(draw(2) === 0 ? { when: leaf(draw, [{ id: `${id}c`, type: "option" }, ...known], named) } : {}),
            },
          ]
          add("repeat", { ...common, type: "group", repeat: { max }, items: inside }, domain)
        }
      }
      const numbers = known.filter(({ type, id }) => type === "number" && !id.startsWith("@"))
      if (draw(5) === 0 && numbers.length > 0) {
        const type = pick(draw, ["sum", "highest"] as const)
        const operands = Array.from({ length: 1 + draw(2) }, () => ({ answer: pick(draw, numbers).id }))
        calculated[`v${id}`] = type === "sum" ? { sum: operands } : { [pick(draw, ["max", "min"])]: operands }
        known.push({ id: `v${id}`, type })
      }
      const days = known.filter(({ type }) => type === "date")
      if (draw(5) === 0 && days.length > 1) {
        calculated[`d${id}`] = {
          dateDiff: [
            { answer: pick(draw, days).id },
            { answer: pick(draw, days).id },
            pick(draw, ["days", "months", "years"]),
          ],
        }
        known.push({ id: `d${id}`, type: "days" })
      }
      if (draw(4) === 0 && known.length > 0) {
        const name = `n${id}`
        conditions[name] = condition(draw, known, named)
        named.push(name)
      }
    }
    sections.push(Object.keys(calculated).length === 0 ? section : { ...section, calculated: calculated as never })
  }
  const ends =
    draw(2) === 0 || known.length === 0
      ? {}
      : {
          ends: [
            { id: "e0", title: "E", when: condition(draw, known, named) },
            { id: "e1", title: "E", when: condition(draw, known, named) },
            { id: "e2", title: "E" },
          ],
        }
  return {
    questionnaire: {
      format: 1,
      id: "d",
      version: 1,
      language: "en",
      title: "D",
      context,
      conditions,
      sections,
      ...ends,
    },
    domains,
  }
}

/** Every answer set over the domains, unanswered included. */
export const answerSets = function* ({ domains }: Generated): Generator<Record<string, unknown>> {
  const ids = [...domains.keys()]
  const at = ids.map(() => -1)
  for (;;) {
    const answers: Record<string, unknown> = {}
    for (const [index, id] of ids.entries()) {
      const answer = domains.get(id)?.[at[index] ?? -1]
      if (answer !== undefined) answers[id] = answer
    }
    yield answers
    let position = 0
    for (; position < ids.length; position++) {
      const next = (at[position] ?? 0) + 1
      if (next < (domains.get(ids[position] ?? "")?.length ?? 0)) {
        at[position] = next
        break
      }
      at[position] = -1
    }
    if (position === ids.length) return
  }
}
