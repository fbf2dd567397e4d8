/**
 * What the properties of a question say about its answers, before and after. Kinds are not asked one by one: a property
 * goes by its name, as every kind means it, and one that nobody here knows may mean anything, so that a change of it is
 * breaking. What a property leaves open, the JSON Schemas of the answers tell.
 */
import { type LocalText, languagesOf, resolve } from "../LocalText.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { admits } from "./admits.ts"
import type { Change } from "./Change.ts"

export interface PropertyChange {
  readonly kind: Exclude<Change["kind"], "migratable">
  readonly code: string
  readonly property: string
  readonly message: string
}

type Effect = "none" | "loosened" | "tightened" | "other-meaning"

/** Compared elsewhere: by identity, conditions, options and what stands in it. */
const elsewhere = new Set([
  "id",
  "type",
  "label",
  "required",
  "when",
  "items",
  "calculated",
  "options",
  "multiple",
  "other",
])

/** Seen by whoever answers or reads, and of no consequence to what an answer is. */
const presentation = new Set(["help", "autocomplete", "attachments", "suppress", "placeholder"])

const isText = (value: unknown): value is LocalText =>
  typeof value === "string" || (typeof value === "object" && value !== null && !Array.isArray(value))

/** Is a text the same in every language that both have? A translation more or less changes no meaning. */
export const sameText = (a: unknown, b: unknown): boolean => {
  if (!isText(a) || !isText(b)) return a === b
  const [ours, theirs] = [languagesOf(a), languagesOf(b)]
  const shared = ours.length === 0 || theirs.length === 0 ? [""] : ours.filter((language) => theirs.includes(language))
  return shared.every((language) => resolve(a, [language]) === resolve(b, [language]))
}

const limit =
  (sign: 1 | -1) =>
  (before: unknown, after: unknown, schemas: Schemas): Effect => {
    if (typeof before === "number" && typeof after === "number")
      return (after - before) * sign >= 0 ? "loosened" : "tightened"
    if (typeof before === "string" && typeof after === "string")
      return after >= before === sign > 0 ? "loosened" : "tightened"
    // nothing said may still be a limit, that of the kind
    return after === undefined && admits(schemas.from, schemas.to) ? "loosened" : "tightened"
  }

interface Schemas {
  readonly from: unknown
  readonly to: unknown
}

const removedOnly = (_before: unknown, after: unknown): Effect => (after === undefined ? "loosened" : "tightened")

const rules: Readonly<Record<string, (before: unknown, after: unknown, schemas: Schemas) => Effect>> = {
  long: (_before, after) => (after === true ? "loosened" : "tightened"),
  decimals: (before, after) =>
    after === undefined || (typeof before === "number" && typeof after === "number" && after >= before)
      ? "loosened"
      : "tightened",
  format: removedOnly,
  pattern: (before, after) => (regexOf(before) === regexOf(after) ? "none" : removedOnly(before, after)),
  unit: (before, after) => (sameText(before, after) ? "none" : "other-meaning"),
  accept: (before, after) =>
    Array.isArray(before) && Array.isArray(after) && before.every((type) => isAccepted(String(type), after))
      ? "loosened"
      : "tightened",
}

const regexOf = (pattern: unknown): unknown =>
  typeof pattern === "object" && pattern !== null ? Reflect.get(pattern, "regex") : undefined

const isAccepted = (type: string, list: ReadonlyArray<unknown>): boolean =>
  list.includes(type) || list.includes(`${type.split("/")[0]}/*`)

/** The properties that differ, a group's `repeat` by what is in it. */
const flat = (question: Question): ReadonlyMap<string, unknown> => {
  const { repeat, ...own } = question
  const entries = Object.entries(own).filter(([name]) => !elsewhere.has(name))
  return new Map([
    ...entries,
    ...Object.entries(repeat ?? {}).map(([name, value]) => [`repeat/${name}`, value] as const),
  ])
}

export const compareProperties = (from: Question, to: Question, schemas: Schemas): ReadonlyArray<PropertyChange> => {
  const before = flat(from)
  const after = flat(to)
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((property): ReadonlyArray<PropertyChange> => {
    const [old, now] = [before.get(property), after.get(property)]
    if (JSON.stringify(old) === JSON.stringify(now)) return []
    if (presentation.has(property)) {
      const message = `"${property}" of "${to.id}" changed.`
      return [{ kind: "safe", code: "presentation-changed", property, message }]
    }
    const name = property.slice(property.indexOf("/") + 1)
    const rule = Object.hasOwn(rules, name) ? rules[name] : ruleByName(name)
    if (rule === undefined) {
      const message = `"${property}" of "${to.id}" changed, and what it means for answers is not known.`
      return [{ kind: "breaking", code: "property-changed", property, message }]
    }
    const effect = rule(old, now, schemas)
    return [{ property, ...effects[effect], message: `"${property}" of "${to.id}" ${sentences[effect]}` }]
  })
}

const ruleByName = (name: string) =>
  /^min(?=$|[A-Z])/.test(name) ? limit(-1) : /^max(?=$|[A-Z])/.test(name) ? limit(1) : undefined

const effects: Readonly<Record<Effect, Pick<PropertyChange, "kind" | "code">>> = {
  none: { kind: "safe", code: "presentation-changed" },
  loosened: { kind: "safe", code: "limit-loosened" },
  tightened: { kind: "breaking", code: "limit-tightened" },
  "other-meaning": { kind: "breaking", code: "meaning-changed" },
}

const sentences: Readonly<Record<Effect, string>> = {
  none: "changed in how it is said only.",
  loosened: "allows everything it allowed before.",
  tightened: "may refuse answers that were right before.",
  "other-meaning": "changed: the same answer means something else now.",
}
