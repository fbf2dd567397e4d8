/**
 * The ONS runner's way through a schema, as far as the random schemas made here go: written from how its path finder and
 * rule evaluator behave, and with nothing of the importer in it.
 */
import { pick } from "../Strangers.ts"

type Json = Readonly<Record<string, unknown>>
type Answers = Readonly<Record<string, unknown>>

const list = (value: unknown, key: string): ReadonlyArray<Json> => {
  const found = typeof value === "object" && value !== null ? (value as Json)[key] : undefined
  // what stands in the lists of a schema are objects
  return Array.isArray(found) ? (found as ReadonlyArray<Json>) : []
}

export const blocksOf = (schema: unknown): ReadonlyArray<{ readonly id: string; readonly section: string }> =>
  list(schema, "sections").flatMap((section) =>
    list(section, "groups").flatMap((group) =>
      list(group, "blocks").map((block) => ({ id: String(block["id"]), section: String(section["id"]) })),
    ),
  )

/** A page with one question; its answer is called after it. */
export const question = (id: string, type: string, options: ReadonlyArray<string>, more: unknown = {}): Json => ({
  id,
  type: "Question",
  question: {
    id: `${id}-question`,
    type: "General",
    title: id,
    answers: [
      {
        id: `${id}-answer`,
        type,
        mandatory: false,
        ...(options.length === 0 ? { label: id } : { options: options.map((value) => ({ value, label: value })) }),
      },
    ],
  },
  ...(more as Json),
})

export const schemaOf = (...sections: ReadonlyArray<ReadonlyArray<Json>>): Json => ({
  title: "A schema",
  language: "en",
  sections: sections.map((blocks, s) => ({ id: `section-${s}`, title: "S", groups: [{ id: `group-${s}`, blocks }] })),
})

const kinds = ["Radio", "Checkbox", "Number"] as const
const options = ["Yes", "No", "Or, maybe"]
const operators = ["<", "<=", ">", ">=", "==", "!="]

/** Two sections of some pages each, with rules that look back. */
export const randomSchema = (random: () => number): Json => {
  const asked: Array<{ id: string; type: string }> = []
  const rule = (depth: number): Json => {
    const { id, type } = pick(asked, random)
    const answer = { source: "answers", identifier: id }
    if (depth < 2 && random() < 0.3) {
      const parts = [rule(depth + 1), rule(depth + 1)]
      return random() < 0.4 ? { not: parts.slice(1) } : { [pick(["and", "or"], random)]: parts }
    }
    if (random() < 0.2) return { [pick(["==", "!="], random)]: [answer, null] }
    if (type === "Number") return { [pick(operators, random)]: [answer, pick([0, 1, 2], random)] }
    if (type === "Radio")
      return random() < 0.5
        ? { [pick(["==", "!="], random)]: [pick(options, random).toUpperCase(), answer] }
        : { in: [answer, [pick(options, random), pick([null, "Yes"], random)]] }
    return pick(
      [
        { in: [pick(options, random), answer] },
        { "any-in": [options.slice(1), answer] },
        { "all-in": [options.slice(0, 2), answer] },
        { "all-in": [answer, options.slice(1)] },
        { [pick(operators, random)]: [{ count: [answer] }, pick([0, 1, 2], random)] },
      ],
      random,
    )
  }
  const sections = [0, 1].map((s) => {
    const count = 2 + Math.floor(random() * 4)
    return Array.from({ length: count }, (_, b): Json => {
      const id = `s${s}-b${b}`
      const skip = asked.length > 0 && random() < 0.25 ? { skip_conditions: { when: rule(0) } } : {}
      const type = pick(kinds, random)
      asked.push({ id: `${id}-answer`, type })
      const later = Array.from({ length: count - b - 1 }, (_, i) => ({ block: `s${s}-b${b + 1 + i}` }))
      const targets: ReadonlyArray<Json> = [...later, { section: "End" }]
      const rules = Array.from({ length: Math.floor(random() * 3) }, () => ({
        ...pick(targets, random),
        when: rule(0),
      }))
      const routing = random() < 0.5 ? { routing_rules: [...rules, pick(targets, random)] } : {}
      return question(id, type, type === "Number" ? [] : options, { ...skip, ...routing })
    })
  })
  const schema = schemaOf(...sections)
  const first = sections[0]?.length ?? 0
  asked.splice(first)
  const enabled = random() < 0.4 ? { enabled: { when: rule(0) } } : {}
  const [one, two] = list(schema, "sections")
  return { ...schema, sections: [one, { ...two, ...enabled }] }
}

export const randomAnswers = (schema: Json, random: () => number): Answers => {
  const found: Record<string, unknown> = {}
  for (const section of list(schema, "sections"))
    for (const block of list(list(section, "groups")[0], "blocks")) {
      const [answer] = list(block["question"], "answers")
      if (answer === undefined || random() < 0.3) continue
      found[String(answer["id"])] =
        answer["type"] === "Number"
          ? pick([0, 1, 2], random)
          : answer["type"] === "Radio"
            ? pick(options, random)
            : options.filter((_, i) => i === 0 || random() < 0.5)
    }
  return found
}

/** The ids of the pages on the path: sections in order, answers counted when their page is on it. */
export const path = (schema: Json, answers: Answers): ReadonlyArray<string> => {
  const onPath: Array<string> = []
  for (const section of list(schema, "sections")) {
    const enabled = section["enabled"] as Json | undefined
    if (enabled !== undefined && evaluate(enabled["when"], answers, onPath) !== true) continue
    const blocks = list(list(section, "groups")[0], "blocks")
    let at = 0
    while (at < blocks.length) {
      const block = blocks[at] ?? {}
      const skip = block["skip_conditions"] as Json | undefined
      if (skip !== undefined && evaluate(skip["when"], answers, onPath) === true) {
        at++
        continue
      }
      onPath.push(String(block["id"]))
      const rules = list(block, "routing_rules")
      if (rules.length === 0) {
        at++
        continue
      }
      const rule = rules.find(({ when }) => when === undefined || evaluate(when, answers, onPath) === true)
      const to = blocks.findIndex(({ id }) => id === rule?.["block"])
      at = to < 0 ? blocks.length : to
    }
  }
  return onPath
}

const evaluate = (rule: unknown, answers: Answers, onPath: ReadonlyArray<string>): unknown => {
  if (typeof rule !== "object" || rule === null || Array.isArray(rule)) return folded(rule)
  const json = rule as Json
  if (json["source"] === "answers") {
    const id = String(json["identifier"])
    return onPath.includes(id.replace(/-answer$/, "")) ? folded(answers[id] ?? null) : null
  }
  const [operator = ""] = Object.keys(json)
  const [a, b] = list(json, operator).map((operand) => evaluate(operand, answers, onPath))
  const all = list(json, operator).map((operand) => evaluate(operand, answers, onPath))
  const numbers = typeof a === "number" && typeof b === "number"
  const lists = Array.isArray(a) && Array.isArray(b)
  switch (operator) {
    case "and":
      return all.every((one) => one === true)
    case "or":
      return all.includes(true)
    case "not":
      return a !== true
    case "==":
      return a === b
    case "!=":
      return a !== b
    case "<":
      return numbers && a < b
    case "<=":
      return numbers && a <= b
    case ">":
      return numbers && a > b
    case ">=":
      return numbers && a >= b
    case "in":
      return Array.isArray(b) && b.includes(a)
    case "any-in":
      return lists && a.some((one) => b.includes(one))
    case "all-in":
      return lists && a.every((one) => b.includes(one))
    case "count":
      return Array.isArray(a) ? a.length : 0
    default:
      throw new Error(operator)
  }
}

const folded = (value: unknown): unknown =>
  typeof value === "string" ? value.toLowerCase() : Array.isArray(value) ? value.map(folded) : value
