/**
 * Circles, which other software allows and a definition of ours does not: no condition may wait for itself, and no limit
 * of an answer for the answer that it limits.
 */
import { type Question, type Questionnaire, type Section, walk } from "@requite/core/Questionnaire/Definition"
import { isObject, type Path, type Report } from "../Imported.ts"
import { references } from "./conditions.ts"

/**
 * The same sections, in which nothing waits for itself: where items and calculated values depend on each other in a
 * circle, those of them that look ahead lose their condition and are always asked, which is reported. `paths` tells
 * where an item stands in the source; `conditions` are those with names.
 */
export const withoutCycles = (
  sections: ReadonlyArray<Section>,
  paths: ReadonlyMap<string, Path>,
  report: Report,
  conditions: NonNullable<Questionnaire["conditions"]> = {},
): ReadonlyArray<Section> => {
  const graph = graphOf(sections, conditions)
  const cut = new Set<string>()
  for (const circle of circles(graph)) {
    const inside = new Set(circle)
    const looksAhead = (id: string) => {
      const vertex = graph.get(id)
      return (
        vertex !== undefined && vertex.edges.some((to) => inside.has(to) && (graph.get(to)?.order ?? 0) >= vertex.order)
      )
    }
    for (const id of circle) if (!isNamed(id) && looksAhead(id)) cut.add(id)
  }
  if (cut.size === 0) return sections
  for (const id of cut) {
    report.drop(
      paths.get(id) ?? [],
      "condition",
      `The condition of "${id}" waits for itself in a circle. It is left out, and the item is always shown.`,
    )
  }
  const freedItem = (item: Question): Question => {
    const { when, ...rest } = item
    const options: unknown = Reflect.get(item, "options")
    const isCut = cut.has(item.id)
    return {
      ...rest,
      ...(when === undefined || isCut ? {} : { when }),
      ...(isCut && Array.isArray(options) ? { options: options.map(unconditional) } : {}),
      ...(item.items === undefined ? {} : { items: item.items.map(freedItem) }),
    }
  }
  return sections.map((section): Section => {
    const { when, ...rest } = section
    const kept = when === undefined || cut.has(section.id) ? {} : { when }
    return { ...rest, ...kept, items: section.items.map(freedItem) }
  })
}

const unconditional = (option: unknown): unknown =>
  isObject(option) ? Object.fromEntries(Object.entries(option).filter(([key]) => key !== "when")) : option

/**
 * The same sections, in which no limit depends on the answer that it limits, be it through conditions: such limits are
 * left out, which is reported. Conditions have no circles any more; `conditions` are those with names.
 */
export const withoutCircularLimits = (
  sections: ReadonlyArray<Section>,
  paths: ReadonlyMap<string, Path>,
  report: Report,
  conditions: NonNullable<Questionnaire["conditions"]> = {},
): ReadonlyArray<Section> => {
  const limited = sections.flatMap((section) => walk(section.items)).filter((item) => limitsOf(item).size > 0)
  if (limited.length === 0) return sections
  const graph = graphOf(sections, conditions)
  const cut = new Set<string>()
  for (const { id } of limited) {
    if (!reaches(graph, cut, id)) continue
    cut.add(id)
    report.drop(paths.get(id) ?? [], "limit", `A limit of "${id}" depends on that answer itself. It is left out.`)
  }
  if (cut.size === 0) return sections
  const isCut = (key: string, value: unknown): boolean => ["min", "max"].includes(key) && references(value).size > 0
  const freed = (item: Question): Question => {
    const { id, type, label } = item
    const own = cut.has(id)
      ? { ...Object.fromEntries(Object.entries(item).filter(([key, value]) => !isCut(key, value))), id, type, label }
      : item
    return own.items === undefined ? own : { ...own, items: own.items.map(freed) }
  }
  return sections.map((section) => ({ ...section, items: section.items.map(freed) }))
}

/** Do the limits of that item lead back to it? Those of `cut` lead nowhere. */
const reaches = (graph: Graph, cut: ReadonlySet<string>, item: string): boolean => {
  const seen = new Set<string>()
  const pending = [...(graph.get(item)?.limits ?? [])]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === item) return true
    if (seen.has(id)) continue
    seen.add(id)
    const vertex = graph.get(id)
    pending.push(...(vertex?.edges ?? []), ...(cut.has(id) ? [] : (vertex?.limits ?? [])))
  }
  return false
}

interface Vertex {
  /** Place in reading order. */
  readonly order: number
  readonly edges: ReadonlyArray<string>
  /** What the limits of its answer refer to. */
  readonly limits: ReadonlySet<string>
}

type Graph = ReadonlyMap<string, Vertex>

const limitsOf = (item: Section | Question): ReadonlySet<string> =>
  references([Reflect.get(item, "min"), Reflect.get(item, "max")])

/** A named condition, which may have the name of an item. */
const named = (name: string): string => `is ${name}`
const isNamed = (id: string): boolean => id.startsWith("is ")

/** What waits for what; `conditions` are those with names. */
const graphOf = (sections: ReadonlyArray<Section>, conditions: NonNullable<Questionnaire["conditions"]>): Graph => {
  const graph = new Map<string, Vertex>()
  const add = (id: string, reads: unknown, around: ReadonlyArray<string>, limits: ReadonlySet<string> = new Set()) => {
    const names = [...references(reads, "is")].map(named)
    graph.set(id, { order: graph.size, edges: [...references(reads), ...names, ...around], limits })
  }
  const addItem = (item: Section | Question, parent: string | undefined): void => {
    add(item.id, [item.when, Reflect.get(item, "options")], parent === undefined ? [] : [parent], limitsOf(item))
    for (const inner of item.items ?? []) addItem(inner, item.id)
    // after the items that it is made of
    for (const [id, calculation] of Object.entries(item.calculated ?? {})) add(id, calculation, [item.id])
  }
  for (const section of sections) addItem(section, undefined)
  for (const [name, condition] of Object.entries(conditions)) add(named(name), condition, [])
  return graph
}

/** The strongly connected parts of more than one vertex, or of one that points at itself (Tarjan, without recursion). */
const circles = (graph: Graph): ReadonlyArray<ReadonlyArray<string>> => {
  const found: Array<ReadonlyArray<string>> = []
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: Array<string> = []
  const isOpen = new Set<string>()
  for (const start of graph.keys()) {
    if (index.has(start)) continue
    const work: Array<{ readonly id: string; next: number }> = [{ id: start, next: 0 }]
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const { id } = frame
      const edges = graph.get(id)?.edges ?? []
      if (frame.next === 0) {
        index.set(id, index.size)
        low.set(id, index.size - 1)
        open.push(id)
        isOpen.add(id)
      }
      const to = edges[frame.next++]
      if (to !== undefined) {
        if (!graph.has(to)) continue
        if (!index.has(to)) work.push({ id: to, next: 0 })
        else if (isOpen.has(to)) low.set(id, Math.min(low.get(id) ?? 0, index.get(to) ?? 0))
        continue
      }
      work.pop()
      const parent = work.at(-1)
      if (parent !== undefined) low.set(parent.id, Math.min(low.get(parent.id) ?? 0, low.get(id) ?? 0))
      if (low.get(id) !== index.get(id)) continue
      const part = open.splice(open.lastIndexOf(id))
      for (const one of part) isOpen.delete(one)
      if (part.length > 1 || edges.includes(id)) found.push(part)
    }
  }
  return found
}
