/**
 * Several questionnaires asked at once, as one definition (P6, P8): the sections of each, one part after the other, with
 * their own titles (P21). What two parts call by the same name is told apart, in everything that speaks of it too, so that
 * every condition means what it meant alone; and answers can be handed back to the part that asked.
 *
 * Words: a *part* is one of the questionnaires, its *key* says whose it is; a *name* is anything that is referred to: the
 * id of a section, an item or a calculated value, or a condition.
 */
import { canonical } from "../JsonText/canonical.ts"
import type { LocalText } from "../LocalText.ts"
import type { Condition } from "../Condition/Ast.ts"
import { instancesOf } from "../AnswerKind/group.ts"
import type { ContextValue, Question, Questionnaire, Section } from "./Definition.ts"

/** Names of one part that are others in the combination; those that stay the same are left out. */
export type Renamed = Readonly<Record<string, string>>

/** What of the combination is a part's own. */
export interface Part {
  readonly key: string
  /** Ids of its sections and of all its items, as the combination has them. */
  readonly sections: ReadonlyArray<string>
  readonly questions: ReadonlyArray<string>
  /** Sections, items, calculated values and conditions. */
  readonly names: Renamed
  /** Context values: their caller supplies them under the new key as well. */
  readonly context: Renamed
}

export interface Combined {
  readonly questionnaire: Questionnaire
  /** In the order they were given. */
  readonly parts: ReadonlyArray<Part>
}

export interface Options {
  /** Of the combined definition, whose version is 1. */
  readonly id: string
  readonly language: string
  readonly title: LocalText
}

type Parts = ReadonlyArray<{ readonly key: string; readonly questionnaire: Questionnaire }>

/**
 * The parts as one definition. The first to use a name keeps it; a later one has it with the part's key before it
 * (`name` → `guarantorName`). Context values that are declared alike are one. Each part's ends, migrations, title and own
 * suppressions are left out; its description stands at its first section, where that has none. What comes of parts that
 * were found right is right as well, as long as it keeps the limits of the format (200 sections, 20,000 items).
 */
export const combine = (parts: Parts, { id, language, title }: Options): Combined => {
  const taken = new Set(parts.flatMap(({ questionnaire }) => [...namesOf(questionnaire)]))
  const takenContext = new Set(parts.flatMap(({ questionnaire }) => Object.keys(questionnaire.context ?? {})))
  const used = new Set<string>()
  const context: Record<string, ContextValue> = {}
  const conditions: Record<string, Condition> = {}
  const sections: Array<Section> = []
  const found = parts.map(({ key, questionnaire }, index): Part => {
    const prefix = prefixOf(key, index)
    const names = new Map<string, string>()
    for (const name of namesOf(questionnaire)) {
      if (used.has(name)) names.set(name, fresh(prefix, name, taken))
      else used.add(name)
    }
    const contextNames = new Map<string, string>()
    for (const [name, value] of Object.entries(questionnaire.context ?? {})) {
      const there = Object.hasOwn(context, name) ? context[name] : undefined
      if (there !== undefined && canonical(there) !== canonical(value)) {
        contextNames.set(name, fresh(prefix, name, takenContext))
      }
      context[contextNames.get(name) ?? name] = value
    }
    const own = renamed(questionnaire, names, contextNames)
    for (const [name, condition] of Object.entries(own.conditions ?? {}))
      conditions[names.get(name) ?? name] = condition
    const described = own.sections.map((section, at) =>
      at === 0 && section.description === undefined && own.description !== undefined
        ? { ...section, description: own.description }
        : section,
    )
    sections.push(...described)
    return {
      key,
      sections: described.map((section) => section.id),
      questions: described.flatMap((section) => idsIn(section.items)),
      names: Object.fromEntries(names),
      context: Object.fromEntries(contextNames),
    }
  })
  return {
    questionnaire: {
      format: 1,
      id,
      version: 1,
      language,
      title,
      ...(Object.keys(context).length > 0 ? { context } : {}),
      ...(Object.keys(conditions).length > 0 ? { conditions } : {}),
      sections,
    },
    parts: found,
  }
}

type Answers = Readonly<Record<string, unknown>>

/** Of the answers to a combination those that are a part's own, by the ids of its questionnaire. */
export const answersOf = ({ names }: Pick<Part, "names">, part: Questionnaire, answers: Answers): Answers =>
  translated(part, answers, (id) => [renamedTo(names, id), id])

/** Answers to a part by the ids that the combination has for them. */
export const answersFor = ({ names }: Pick<Part, "names">, part: Questionnaire, answers: Answers): Answers =>
  translated(part, answers, (id) => [id, renamedTo(names, id)])

const renamedTo = (names: Renamed, id: string): string => (Object.hasOwn(names, id) ? (names[id] ?? id) : id)

/** The answers to a part's items, each taken from one id and put under another. Groups nest at most 32 deep. */
const translated = (
  part: Questionnaire,
  answers: Answers,
  way: (id: string) => readonly [from: string, to: string],
): Answers => {
  const among = (items: ReadonlyArray<Question>, given: Answers): Answers =>
    Object.fromEntries(
      beside(items).flatMap((item): ReadonlyArray<readonly [string, unknown]> => {
        const [from, to] = way(item.id)
        if (!Object.hasOwn(given, from)) return []
        const answer = given[from]
        const instances = item.repeat === undefined ? undefined : instancesOf(answer)
        return [[to, instances?.map((instance) => among(item.items ?? [], instance)) ?? answer]]
      }),
    )
  return among(
    part.sections.flatMap(({ items }) => items),
    answers,
  )
}

/** Those that have their answers in the same object: items, and those in groups that are not repeated. */
const beside = (items: ReadonlyArray<Question>): ReadonlyArray<Question> =>
  items.flatMap((item) => [item, ...(item.repeat === undefined ? beside(item.items ?? []) : [])])

const idsIn = (items: ReadonlyArray<Question>): ReadonlyArray<string> =>
  items.flatMap((item) => [item.id, ...idsIn(item.items ?? [])])

/** Every name but those of ends, which are left out. */
const namesOf = ({ conditions, sections }: Questionnaire): ReadonlySet<string> => {
  const names = new Set(Object.keys(conditions ?? {}))
  const pending: Array<Section | Question> = [...sections]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    names.add(next.id)
    for (const id of Object.keys(next.calculated ?? {})) names.add(id)
    pending.push(...(next.items ?? []))
  }
  return names
}

/** What goes before a name: the key where it is one itself, else the part by its number. */
const prefixOf = (key: string, index: number): string =>
  /^[a-z][A-Za-z0-9]{0,31}$/.test(key) ? key : `part${index + 1}`

/** A name that is free, `guarantorName` or `guarantorName2`, and taken from now on. */
const fresh = (prefix: string, name: string, taken: Set<string>): string => {
  const stem = `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`.slice(0, 58)
  let free = stem
  // every object answers to some names already, such as `toString`
  for (let number = 2; taken.has(free) || free in {}; number++) free = `${stem}${number}`
  taken.add(free)
  return free
}

/** The keys of a reference, and what texts with placeholders are called (see Outline.ts). */
const texts = new Set(["label", "title", "help", "description"])
const placeholder = /(\{\{\s*)([a-z][A-Za-z0-9]*)(?=\s*\}\})/g

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * The definition with other names in it, all of them at once: where things are named, and wherever they are spoken of.
 * References are found by their shape, as the builder finds them; what the author wrote down to compare with is no name.
 */
const renamed = (
  questionnaire: Questionnaire,
  names: ReadonlyMap<string, string>,
  context: ReadonlyMap<string, string>,
): Questionnaire => {
  if (names.size === 0 && context.size === 0) return questionnaire
  const references: Readonly<Record<string, ReadonlyMap<string, string>>> = { answer: names, is: names, context }
  const nameOf = (name: string) => names.get(name) ?? name
  const inside = (value: unknown, inText: boolean): unknown => {
    if (typeof value === "string") {
      return inText ? value.replace(placeholder, (_, open: string, id: string) => `${open}${nameOf(id)}`) : value
    }
    if (Array.isArray(value)) return value.map((member) => inside(member, inText))
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        const reference = Object.hasOwn(references, key) ? references[key] : undefined
        return reference !== undefined && typeof member === "string"
          ? [key, reference.get(member) ?? member]
          : [key, inside(member, inText || texts.has(key))]
      }),
    )
  }
  const named = <Of extends Section | Question>(part: Of): Of => ({
    ...part,
    id: nameOf(part.id),
    ...(part.items === undefined ? {} : { items: part.items.map(named) }),
    ...(part.calculated === undefined
      ? {}
      : { calculated: Object.fromEntries(Object.entries(part.calculated).map(([id, one]) => [nameOf(id), one])) }),
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the boundary: names change, no shape does
  const spoken = inside(questionnaire, false) as Questionnaire
  return { ...spoken, sections: spoken.sections.map(named) }
}
