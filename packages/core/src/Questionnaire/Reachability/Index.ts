/**
 * A definition laid out for analysis: every question, calculated value and section by id, with what stands around it.
 *
 * Words: an *entry* is a question or a calculated value; its *repeats* are the repeated groups around it, outermost first.
 */
import type { Registry, ValueType } from "../../AnswerKind.ts"
import {
  type Calculation,
  type Comparator,
  comparators,
  type Comparison,
  type Condition,
  type Operand,
  type Reference,
} from "../../Condition/Ast.ts"
import type { Calculated, Question, Questionnaire, Section } from "../Definition.ts"

export type Path = ReadonlyArray<string | number>

export interface Entry {
  readonly id: string
  readonly path: Path
  readonly section: Section
  /** The group around it. */
  readonly group: Entry | undefined
  readonly repeats: ReadonlyArray<string>
  readonly question: Question | undefined
  readonly calculation: Calculation | undefined
  readonly type: ValueType
}

export interface Index {
  readonly questionnaire: Questionnaire
  readonly kinds: Registry
  readonly entries: ReadonlyMap<string, Entry>
  /** Questions in reading order. */
  readonly items: ReadonlyArray<Entry>
  readonly conditions: ReadonlyMap<string, Condition>
  /** How many different instances of a repeated group there have to be, so that every condition can tell them apart. */
  readonly instances: ReadonlyMap<string, number>
  /** For more instances, or conditions about two groups at once: what does not work out may yet. */
  readonly incomplete: ReadonlySet<string>
  /** How many steps of a number there are to 1, so that all numbers written down are whole multiples. */
  readonly scale: number
  /** Some numbers have more decimals than that: nothing can be said of numbers for certain. */
  readonly isCoarse: boolean
}

const nothing: ValueType = { type: "nothing" }

export const make = (questionnaire: Questionnaire, kinds: Registry): Index => {
  const entries = new Map<string, Entry>()
  const items: Array<Entry> = []
  const conditions = new Map(Object.entries(questionnaire.conditions ?? {}))
  const addCalculated = (
    calculated: Calculated | undefined,
    path: Path,
    section: Section,
    group: Entry | undefined,
  ) => {
    for (const [id, calculation] of Object.entries(calculated ?? {})) {
      const repeats = group === undefined ? [] : insideOf(group)
      const base = { id, path: [...path, "calculated", id], section, group, repeats }
      entries.set(id, { ...base, question: undefined, calculation, type: nothing })
    }
  }
  for (const [position, section] of questionnaire.sections.entries()) {
    const path: Path = ["sections", position]
    addCalculated(section.calculated, path, section, undefined)
    const pending: Array<{ question: Question; path: Path; group: Entry | undefined }> = []
    const push = (questions: ReadonlyArray<Question>, base: Path, group: Entry | undefined) => {
      for (let i = questions.length - 1; i >= 0; i--) {
        const question = questions[i]
        if (question !== undefined) pending.push({ question, path: [...base, "items", i], group })
      }
    }
    push(section.items, path, undefined)
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { question, group } = next
      const entry: Entry = {
        id: question.id,
        path: next.path,
        section,
        group,
        repeats: group === undefined ? [] : insideOf(group),
        question,
        calculation: undefined,
        type: kinds.get(question.type)?.valueType(question) ?? nothing,
      }
      entries.set(entry.id, entry)
      items.push(entry)
      addCalculated(question.calculated, next.path, section, entry)
      push(question.items ?? [], next.path, entry)
    }
  }
  const { instances, incomplete, ...numbers } = survey(questionnaire, entries, items, conditions)
  return { questionnaire, kinds, entries, items, conditions, instances, incomplete, ...numbers }
}

/** The repeated groups around what stands in a group. */
export const insideOf = (group: Entry): ReadonlyArray<string> =>
  group.question?.repeat === undefined ? group.repeats : [...group.repeats, group.id]

/** The conditions in a condition. */
export const partsOf = (condition: Condition): ReadonlyArray<Condition> => {
  if ("all" in condition) return condition.all
  if ("any" in condition) return condition.any
  if ("not" in condition) return [condition.not]
  if ("some" in condition) return [condition.some[1]]
  return "every" in condition ? [condition.every[1]] : []
}

/** What a condition itself compares or asks about, without the conditions in it. */
export const operandsOf = (condition: Condition): ReadonlyArray<Operand> => {
  if ("answered" in condition) return [condition.answered]
  if ("in" in condition) return [condition.in[0], ...condition.in[1]]
  if ("anyOf" in condition) return [condition.anyOf[0]]
  if ("allOf" in condition) return [condition.allOf[0]]
  return isComparison(condition) ? sidesOf(condition).slice(1) : []
}

const isComparison = (condition: Condition): condition is Comparison =>
  comparators.some((comparator) => comparator in condition)

export const sidesOf = (condition: Comparison): readonly [Comparator, Operand, Operand] => {
  if ("eq" in condition) return ["eq", ...condition.eq]
  if ("ne" in condition) return ["ne", ...condition.ne]
  if ("lt" in condition) return ["lt", ...condition.lt]
  if ("lte" in condition) return ["lte", ...condition.lte]
  return "gt" in condition ? ["gt", ...condition.gt] : ["gte", ...condition.gte]
}

export const inputsOf = (calculation: Calculation): ReadonlyArray<Operand> => {
  if ("sum" in calculation) return calculation.sum
  if ("min" in calculation) return calculation.min
  if ("max" in calculation) return calculation.max
  if ("concat" in calculation) return calculation.concat
  return "count" in calculation ? [calculation] : [calculation.dateDiff[0], calculation.dateDiff[1]]
}

/** The answer that an operand reads. */
export const referenceOf = (operand: Operand | undefined): Reference | undefined => {
  if (typeof operand !== "object") return undefined
  if ("answer" in operand) return operand
  if ("count" in operand) return operand.count
  return "date" in operand && typeof operand.date === "object" && "answer" in operand.date ? operand.date : undefined
}

/** Conditions in a condition and itself, iteratively. */
export const within = function* (condition: Condition): Generator<Condition> {
  const pending = [condition]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next
    for (const part of partsOf(next)) pending.push(part)
  }
}

/** Conditions wherever they stand in a question. */
const conditionsOf = ({ question, type }: Entry): ReadonlyArray<Condition> => [
  ...(question?.when === undefined ? [] : [question.when]),
  ...(typeof question?.required === "object" ? [question.required] : []),
  ...("options" in type ? type.options.flatMap(({ when }) => (when === undefined ? [] : [when])) : []),
]

const mostInstances = 6
const mostDecimals = 12

const survey = (
  questionnaire: Questionnaire,
  entries: ReadonlyMap<string, Entry>,
  items: ReadonlyArray<Entry>,
  named: ReadonlyMap<string, Condition>,
) => {
  const groups = items.filter(({ question }) => question?.repeat !== undefined)
  const needed = new Map(groups.map(({ id }) => [id, new Set<string>()]))
  const incomplete = new Set<string>()
  let decimals = 0
  let free = 0
  const see = (operand: Operand | undefined) => {
    if (typeof operand === "number") decimals = Math.max(decimals, decimalsOf(operand))
  }
  const all = [
    ...named.values(),
    ...questionnaire.sections.flatMap(({ when }) => (when === undefined ? [] : [when])),
    ...items.flatMap(conditionsOf),
    ...(questionnaire.ends ?? []).flatMap(({ when }) => (when === undefined ? [] : [when])),
  ]
  for (const root of all) {
    for (const condition of within(root)) {
      const operands = operandsOf(condition)
      for (const operand of operands) see(operand)
      if (operands.length === 2 && !operands.some((one) => typeof one !== "object")) free++
      const quantified = "some" in condition ? condition.some : "every" in condition ? condition.every : undefined
      if (quantified === undefined) continue
      const [{ answer }, inner] = quantified
      needed.get(answer)?.add(JSON.stringify(condition))
      const around = entries.get(answer)
      if (around !== undefined && looksElsewhere(inner, around, entries, named)) incomplete.add(answer)
    }
  }
  for (const { type, calculation, id } of entries.values()) {
    if (type.type === "number") {
      see(type.min)
      see(type.max)
      decimals = Math.max(decimals, type.decimals ?? 0)
      if (typeof type.min === "object" || typeof type.max === "object") free++
    }
    if (calculation === undefined) continue
    free++
    for (const operand of inputsOf(calculation)) {
      see(operand)
      const source = referenceOf(operand)
      const entry = source === undefined ? undefined : entries.get(source.answer)
      for (const group of entry?.repeats ?? []) needed.get(group)?.add(`calculated ${id}`)
    }
  }
  const instances = new Map<string, number>()
  for (const { id, question } of groups) {
    const most = question?.repeat?.max ?? 100
    const wanted = Math.min(most, 1 + (needed.get(id)?.size ?? 0))
    if (wanted > mostInstances) incomplete.add(id)
    instances.set(id, Math.min(wanted, mostInstances))
  }
  // between two numbers that are written down there is room for all values that are compared with each other
  const room = free === 0 ? 1 : Math.ceil(Math.log10(free + 2)) + 1
  const wanted = decimals + room
  return { instances, incomplete, scale: 10 ** Math.min(wanted, mostDecimals), isCoarse: wanted > mostDecimals }
}

/** Does a condition about the instances of a group look at instances of a group that is not around it? */
const looksElsewhere = (
  condition: Condition,
  group: Entry,
  entries: ReadonlyMap<string, Entry>,
  named: ReadonlyMap<string, Condition>,
): boolean => {
  const inside = insideOf(group)
  const seen = new Set<string>()
  const pending = [condition]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const one of within(next)) {
      if ("is" in one && !seen.has(one.is)) {
        seen.add(one.is)
        const meant = named.get(one.is)
        if (meant !== undefined) pending.push(meant)
      }
      for (const operand of operandsOf(one)) {
        const entry = entries.get(referenceOf(operand)?.answer ?? "")
        if (entry !== undefined && entry.repeats.some((id, depth) => depth < inside.length && inside[depth] !== id))
          return true
      }
    }
  }
  return false
}

/** Digits after the point of the shortest decimal that is this number. */
export const decimalsOf = (number: number): number => {
  const [digits = "", exponent = "0"] = String(number).split("e")
  const point = digits.indexOf(".")
  return Math.max(0, (point < 0 ? 0 : digits.length - point - 1) - Number(exponent))
}
