/**
 * Where the items of a questionnaire stand: in the definition (a path), behind which conditions, and in which repeated
 * groups their answers lie.
 */
import type { Condition } from "../Condition/Ast.ts"
import type { Question, Questionnaire, Section } from "../Questionnaire/Definition.ts"

export interface Place {
  readonly item: Question
  /** In the definition. */
  readonly path: ReadonlyArray<string | number>
  readonly section: Section
  /** The groups around it, outermost first. */
  readonly groups: ReadonlyArray<Question>
  /** Those of them that are repeated, by id: the answer lies in their instances. */
  readonly repeats: ReadonlyArray<string>
}

/** Every item of a questionnaire with its place, in reading order. */
export const places = (questionnaire: Questionnaire): ReadonlyArray<Place> => {
  const found: Array<Place> = []
  const pending: Array<Place> = []
  const push = (items: ReadonlyArray<Question>, around: Omit<Place, "item">) => {
    for (let i = items.length - 1; i >= 0; i--) {
      const item = items[i]
      if (item !== undefined) pending.push({ ...around, item, path: [...around.path, "items", i] })
    }
  }
  questionnaire.sections.forEach((section, s) => {
    push(section.items, { section, path: ["sections", s], groups: [], repeats: [] })
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      found.push(place)
      const { item } = place
      if (item.items !== undefined)
        push(item.items, {
          section,
          path: place.path,
          groups: [...place.groups, item],
          repeats: item.repeat === undefined ? place.repeats : [...place.repeats, item.id],
        })
    }
  })
  return found
}

/** The conditions that all must hold for an item to be asked, outermost first. */
export const guards = ({ item, section, groups }: Place): ReadonlyArray<Condition> =>
  [section, ...groups, item].flatMap(({ when }) => (when === undefined ? [] : [when]))

/** When an answer is demanded: a repeated group that has a least number of instances needs one, whatever else it says. */
export const requirement = ({ required = false, repeat }: Question): boolean | Condition =>
  (repeat?.min ?? 0) > 0 || required
