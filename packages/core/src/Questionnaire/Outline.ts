/**
 * Everything in a questionnaire that refers to something else or is read by people, found in one walk, so that each
 * check is a loop over a list and not a walk of its own.
 *
 * Words: an *owner* is what a condition or text belongs to (an item, a section, an end, a named condition, a calculated
 * value); a *trail* is the way to a place, made into a path only when something is found there. Which properties hold
 * what is said by their names, whatever the kind: `when` and `required` a condition, `min` and `max` an operand, `label`,
 * `title`, `help` and `description` a text that may have placeholders, `unit` and `message` one without.
 */
import type { Calculation, Condition, Operand } from "../Condition/Ast.ts"
import type { LocalText } from "../LocalText.ts"
import type { Question, Questionnaire, Suppression } from "./Definition.ts"

export interface Trail {
  readonly parent: Trail | null
  readonly step: string | number
}

export const pathOf = (trail: Trail | null): ReadonlyArray<string | number> => {
  const steps: Array<string | number> = []
  for (let at = trail; at !== null; at = at.parent) steps.push(at.step)
  return steps.toReversed()
}

export const along = (trail: Trail | null, ...steps: ReadonlyArray<string | number>): Trail | null => {
  let end = trail
  for (const step of steps) end = { parent: end, step }
  return end
}

export interface Owner {
  readonly is: "questionnaire" | "section" | "item" | "end" | "condition" | "calculated"
  readonly id: string
  readonly trail: Trail | null
  /** What it stands in: not asked when that is not. */
  readonly parent: Owner | null
  /** Where it stands: items are numbered in reading order, a section stands where its first item does. */
  readonly order: number
  readonly section: number
  /** The repeated groups in whose instances it is, the outermost first. */
  readonly repeats: ReadonlyArray<string>
  /** Of an item. */
  readonly question?: Question
  /** Of a calculated value. */
  readonly calculation?: Calculation
}

/** What a condition decides, or an operand limits. */
export type Purpose = "when" | "required" | "offer" | "named" | "limit" | "calculation"

export interface ConditionSite {
  readonly condition: Condition
  readonly purpose: Purpose
  readonly owner: Owner
  readonly trail: Trail | null
}

export interface OperandSite {
  readonly operand: Operand
  readonly purpose: Purpose
  readonly owner: Owner
  readonly trail: Trail | null
}

export interface TextSite {
  readonly text: LocalText
  /** Can an answer stand in it? */
  readonly hasPlaceholders: boolean
  readonly owner: Owner
  readonly trail: Trail | null
}

export interface SuppressionSite {
  readonly suppression: Suppression
  /** What it silences: everything at or below this. */
  readonly holder: Trail | null
  readonly trail: Trail | null
}

export interface Outline {
  readonly questionnaire: Questionnaire
  /** In reading order. */
  readonly owners: ReadonlyArray<Owner>
  /** What `{ answer: id }` can mean: items and calculated values; of two with one id the first. */
  readonly answers: ReadonlyMap<string, Owner>
  readonly named: ReadonlyMap<string, ConditionSite>
  readonly conditions: ReadonlyArray<ConditionSite>
  readonly operands: ReadonlyArray<OperandSite>
  readonly texts: ReadonlyArray<TextSite>
  readonly suppressions: ReadonlyArray<SuppressionSite>
}

interface Gathering {
  readonly owners: Array<Owner>
  readonly answers: Map<string, Owner>
  readonly named: Map<string, ConditionSite>
  readonly conditions: Array<ConditionSite>
  readonly operands: Array<OperandSite>
  readonly texts: Array<TextSite>
  readonly suppressions: Array<SuppressionSite>
  order: number
}

export const of = (questionnaire: Questionnaire): Outline => {
  const into: Gathering = {
    owners: [],
    answers: new Map(),
    named: new Map(),
    conditions: [],
    operands: [],
    texts: [],
    suppressions: [],
    order: 0,
  }
  const { conditions, sections, ends, context: _context, migrations: _migrations, ...own } = questionnaire
  const root = owner(into, {
    is: "questionnaire",
    id: questionnaire.id,
    trail: null,
    parent: null,
    order: -1,
    section: -1,
    repeats: [],
  })
  gather(into, root, own)
  for (const [name, condition] of Object.entries(conditions ?? {})) {
    const trail = along(null, "conditions", name)
    const it = owner(into, { ...root, is: "condition", id: name, trail, parent: null })
    const site: ConditionSite = { condition, purpose: "named", owner: it, trail }
    into.named.set(name, site)
    into.conditions.push(site)
  }
  for (const [index, section] of sections.entries()) {
    const { items, calculated, ...own } = section
    const trail = along(null, "sections", index)
    const it = owner(into, {
      is: "section",
      id: section.id,
      trail,
      parent: null,
      order: into.order,
      section: index,
      repeats: [],
    })
    gather(into, it, own)
    calculations(into, it, calculated, [])
    walkItems(into, it, items)
  }
  for (const [index, end] of (ends ?? []).entries()) {
    const trail = along(null, "ends", index)
    const it = owner(into, {
      is: "end",
      id: end.id,
      trail,
      parent: null,
      order: into.order,
      section: sections.length,
      repeats: [],
    })
    gather(into, it, end)
  }
  return { questionnaire, ...into }
}

const owner = (into: Gathering, one: Owner): Owner => {
  into.owners.push(one)
  if ((one.is === "item" || one.is === "calculated") && !into.answers.has(one.id)) into.answers.set(one.id, one)
  return one
}

const walkItems = (into: Gathering, section: Owner, items: ReadonlyArray<Question>) => {
  const pending: Array<{ question: Question; parent: Owner; trail: Trail | null; repeats: ReadonlyArray<string> }> = []
  const push = (items: ReadonlyArray<Question>, parent: Owner, repeats: ReadonlyArray<string>) => {
    const trail = along(parent.trail, "items")
    for (let index = items.length - 1; index >= 0; index--) {
      const question = items[index]
      if (question !== undefined) pending.push({ question, parent, trail: along(trail, index), repeats })
    }
  }
  push(items, section, [])
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { question, parent, trail, repeats } = next
    const { items, calculated, ...own } = question
    const it = owner(into, {
      is: "item",
      id: question.id,
      trail,
      parent,
      order: into.order,
      section: section.section,
      repeats,
      question,
    })
    into.order += 1
    gather(into, it, own)
    const inner = question.repeat === undefined ? repeats : [...repeats, question.id]
    calculations(into, it, calculated, inner)
    if (items !== undefined) push(items, it, inner)
  }
}

const calculations = (
  into: Gathering,
  parent: Owner,
  calculated: Question["calculated"],
  repeats: ReadonlyArray<string>,
) => {
  for (const [id, calculation] of Object.entries(calculated ?? {})) {
    const trail = along(parent.trail, "calculated", id)
    const it = owner(into, { ...parent, is: "calculated", id, trail, parent, repeats, calculation })
    for (const { operand, steps } of operandsOf(calculation)) {
      into.operands.push({ operand, purpose: "calculation", owner: it, trail: along(trail, ...steps) })
    }
  }
}

/** The operands of a calculation; a count is an operand itself. */
export const operandsOf = (
  calculation: Calculation,
): ReadonlyArray<{ readonly operand: Operand; readonly steps: ReadonlyArray<string | number> }> => {
  if ("count" in calculation) return [{ operand: calculation, steps: [] }]
  if ("dateDiff" in calculation) {
    const [from, to] = calculation.dateDiff
    return [from, to].map((operand, index) => ({ operand, steps: ["dateDiff", index] }))
  }
  const key = "sum" in calculation ? "sum" : "min" in calculation ? "min" : "max" in calculation ? "max" : "concat"
  const operands =
    "sum" in calculation
      ? calculation.sum
      : "min" in calculation
        ? calculation.min
        : "max" in calculation
          ? calculation.max
          : calculation.concat
  return operands.map((operand, index) => ({ operand, steps: [key, index] }))
}

const withPlaceholders = new Set(["label", "title", "help", "description"])
const withoutPlaceholders = new Set(["unit", "message"])

/** The texts, conditions and operands in the properties of one thing, and in objects and lists among them. */
const gather = (into: Gathering, owner: Owner, own: object) => {
  const pending: Array<{ value: object; trail: Trail | null }> = [{ value: own, trail: owner.trail }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, trail } = next
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index--) {
        const member: unknown = value[index]
        if (isObject(member)) pending.push({ value: member, trail: along(trail, index) })
      }
      continue
    }
    const inner: typeof pending = []
    for (const [key, member] of Object.entries(value)) {
      const hasPlaceholders = withPlaceholders.has(key)
      if (hasPlaceholders || withoutPlaceholders.has(key)) {
        into.texts.push({ text: localText(member), hasPlaceholders, owner, trail: along(trail, key) })
      } else if (!isObject(member)) continue
      else if (key === "when" || key === "required") {
        const purpose = key === "required" ? "required" : trail === owner.trail ? "when" : "offer"
        into.conditions.push({ condition: asCondition(member), purpose, owner, trail: along(trail, key) })
      } else if (key === "min" || key === "max") {
        into.operands.push({ operand: asOperand(member), purpose: "limit", owner, trail: along(trail, key) })
      } else if (key === "suppress" && value === own) suppressions(into, owner, along(trail, key), member)
      else inner.push({ value: member, trail: along(trail, key) })
    }
    pending.push(...inner.toReversed())
  }
}

const suppressions = (into: Gathering, owner: Owner, trail: Trail | null, list: object) => {
  if (!Array.isArray(list)) return
  for (const [index, one] of list.entries()) {
    into.suppressions.push({ suppression: asSuppression(one), holder: owner.trail, trail: along(trail, index) })
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const localText = (value: unknown): LocalText =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([language, text]) => [language, String(text)]))
    : String(value)

// The schemas have decoded these properties: what a kind keeps under their names is of their types.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded before
const asCondition = (value: object): Condition => value as Condition
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded before
const asOperand = (value: object): Operand => value as Operand
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded before
const asSuppression = (value: unknown): Suppression => value as Suppression
