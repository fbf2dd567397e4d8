/** Finding items in a definition and putting others there; every function returns a new definition, or the same one. */
import type { Question, Questionnaire, Section } from "../Questionnaire/Definition.ts"

/** Where an item stands: in which section or group, and at which index of it. */
export interface Place {
  readonly holder: string
  readonly index: number
  readonly item: Question
}

type Items = ReadonlyArray<Question>

/** The item of that id. */
export const find = (questionnaire: Questionnaire, id: string): Place | undefined => {
  const pending: Array<{ readonly holder: string; readonly items: Items }> = questionnaire.sections.map(
    ({ id, items }) => ({ holder: id, items }),
  )
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const [index, item] of next.items.entries()) {
      if (item.id === id) return { holder: next.holder, index, item }
      if (item.items !== undefined) pending.push({ holder: item.id, items: item.items })
    }
  }
  return undefined
}

/** What stands in a section or a group; undefined when there is none of that id. */
export const itemsOf = (questionnaire: Questionnaire, holder: string): Items | undefined =>
  questionnaire.sections.find(({ id }) => id === holder)?.items ?? find(questionnaire, holder)?.item.items

/** The definition with other items in that section or group. */
export const withItems = (
  questionnaire: Questionnaire,
  holder: string,
  change: (items: Items) => Items,
): Questionnaire => {
  const isSection = questionnaire.sections.some(({ id }) => id === holder)
  return mapItems(questionnaire, (items, id) => {
    if (isSection) return id === holder ? change(items) : items
    return mapAll(items, (item) =>
      item.id === holder && item.items !== undefined ? { ...item, items: change(item.items) } : item,
    )
  })
}

const mapItems = (questionnaire: Questionnaire, change: (items: Items, section: string) => Items): Questionnaire => ({
  ...questionnaire,
  sections: questionnaire.sections.map((section): Section => {
    const items = change(section.items, section.id)
    return items === section.items ? section : { ...section, items }
  }),
})

/** Every item, those in groups too; what does not change stays the same object. A definition nests at most 32 deep. */
const mapAll = (items: Items, change: (item: Question) => Question): Items => {
  const mapped = items.map((item) => {
    const changed = change(item)
    if (changed !== item || item.items === undefined) return changed
    const inside = mapAll(item.items, change)
    return inside === item.items ? item : { ...item, items: inside }
  })
  return mapped.some((item, index) => item !== items[index]) ? mapped : items
}

/** The definition with another item in the place of the one of that id. */
export const replace = (questionnaire: Questionnaire, id: string, item: Question): Questionnaire =>
  mapItems(questionnaire, (items) => mapAll(items, (one) => (one.id === id ? item : one)))

export const replaceSection = (questionnaire: Questionnaire, id: string, section: Section): Questionnaire => ({
  ...questionnaire,
  sections: questionnaire.sections.map((one) => (one.id === id ? section : one)),
})

/** Every name in the one space of ids: sections, items, calculated values, ends. */
export const ids = (questionnaire: Questionnaire): ReadonlySet<string> => {
  const found = new Set<string>(questionnaire.ends?.map(({ id }) => id))
  const pending: Array<Section | Question> = [...questionnaire.sections]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    found.add(next.id)
    for (const id of Object.keys(next.calculated ?? {})) found.add(id)
    for (const item of next.items ?? []) pending.push(item)
  }
  return found
}
