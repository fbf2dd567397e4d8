/**
 * Real questionnaires by others, with what their own software decided (shared/corpora), for the tests of the importers.
 *
 * Words: a *decision* is whether one item was asked, for one set of answers, as the source's software recorded it.
 */
import * as Evaluation from "@requite/core/Evaluation"
import type * as Definition from "@requite/core/Questionnaire/Definition"
import { readdirSync, readFileSync } from "node:fs"
import { resolve } from "node:path"

type Questionnaire = Definition.Questionnaire
type Question = Definition.Question

const folder = resolve(import.meta.dirname, "../../../shared/corpora")

/** The names in a folder of the corpora. */
export const names = (within: string, ending: string): ReadonlyArray<string> =>
  readdirSync(resolve(folder, within))
    .filter((name) => name.endsWith(ending))
    .sort()

export const text = (path: string): string => readFileSync(resolve(folder, path), "utf8")

export const json = (path: string): unknown => JSON.parse(text(path))

export const jsonLines = (path: string): ReadonlyArray<unknown> =>
  text(path)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): unknown => JSON.parse(line))

export interface Placed {
  readonly item: Question
  /** The ids around it, the section first. */
  readonly around: ReadonlyArray<string>
  /** The repeated groups around it, the outermost first. */
  readonly repeats: ReadonlyArray<string>
}

/** Every item of a definition by its id. */
export const placed = (definition: Questionnaire): ReadonlyMap<string, Placed> => {
  const found = new Map<string, Placed>()
  const add = (item: Question, around: ReadonlyArray<string>, repeats: ReadonlyArray<string>): void => {
    found.set(item.id, { item, around, repeats })
    const inside = item.repeat === undefined ? repeats : [...repeats, item.id]
    for (const inner of item.items ?? []) add(inner, [...around, item.id], inside)
  }
  for (const section of definition.sections) for (const item of section.items) add(item, [section.id], [])
  return found
}

/** Where the answer stands, in the first instance of each repeated group. */
export const placeOf = ({ item, repeats }: Placed): Evaluation.Place => [...repeats.flatMap((id) => [id, 0]), item.id]

/** Answers as a definition has them, of answers by the id of their item. */
export const answers = (
  where: ReadonlyMap<string, Placed>,
  given: ReadonlyArray<readonly [id: string, answer: unknown]>,
): Record<string, unknown> => {
  const all: Record<string, unknown> = {}
  for (const [id, answer] of given) {
    let at = all
    for (const group of where.get(id)?.repeats ?? []) {
      const instances = (at[group] ??= [{}]) as Array<Record<string, unknown>>
      at = instances[0] ?? {}
    }
    at[id] = answer
  }
  return all
}

/** The same definition, in which everything is always asked. */
const unconditional = (definition: Questionnaire): Questionnaire => {
  const free = (item: Question): Question => {
    const { when: _, ...rest } = item
    return rest.items === undefined ? rest : { ...rest, items: rest.items.map(free) }
  }
  return {
    ...definition,
    sections: definition.sections.map((section) => {
      const { when: _, ...rest } = section
      return { ...rest, items: section.items.map(free) }
    }),
  }
}

export interface Decisions {
  /** Is the item asked, by our semantics? */
  readonly asked: (id: string) => boolean
  /** Does the item's own condition hold when every answer counts, be its question asked or not? */
  readonly holds: (id: string) => boolean
  /** Do the conditions of all that is around it hold, in the same way? */
  readonly holdsAround: (id: string) => boolean
}

/** What we decide about the items of a definition for these answers, and what we would if everything were asked. */
export const decider = (definition: Questionnaire, where = placed(definition)) => {
  const program = Evaluation.compile(definition)
  const everything = Evaluation.compile(unconditional(definition))
  const sections = new Map(definition.sections.map((section) => [section.id, section]))
  const context = { today: "2026-01-01" }
  return (given: Record<string, unknown>): Decisions => {
    const ours = Evaluation.start(program, given, context)
    const all = Evaluation.start(everything, given, context)
    const holds = (id: string): boolean => {
      const found = where.get(id)
      const when = found?.item.when ?? sections.get(id)?.when
      return when === undefined || Evaluation.holds(all, when, found === undefined ? [] : placeOf(found).slice(0, -1))
    }
    return {
      asked: (id) => {
        const found = where.get(id)
        return found !== undefined && Evaluation.isAsked(ours, placeOf(found))
      },
      holds,
      holdsAround: (id) => (where.get(id)?.around ?? []).every(holds),
    }
  }
}
