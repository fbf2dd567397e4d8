/**
 * Conditions as importers put them together: joined without saying anything twice, read for what they refer to, and
 * freed of cycles, which other software allows and a definition of ours does not.
 */
import type { Condition } from "@requite/core/Condition/Ast"
import type { Question, Section } from "@requite/core/Questionnaire/Definition"
import { always, isObject, never, type Path, type Report } from "../Imported.ts"

export const isAlways = (condition: Condition): boolean => "all" in condition && condition.all.length === 0
export const isNever = (condition: Condition): boolean => "any" in condition && condition.any.length === 0

/** All of them; without what is said anyway. */
export const all = (conditions: ReadonlyArray<Condition>): Condition => {
  const flat = conditions.flatMap((one) => ("all" in one ? one.all : [one]))
  if (flat.some(isNever)) return never
  return flat.length === 1 && flat[0] !== undefined ? flat[0] : flat.length === 0 ? always : { all: flat }
}

/** One of them. */
export const any = (conditions: ReadonlyArray<Condition>): Condition => {
  const flat = conditions.flatMap((one) => ("any" in one ? one.any : [one]))
  if (flat.some(isAlways)) return always
  return flat.length === 1 && flat[0] !== undefined ? flat[0] : flat.length === 0 ? never : { any: flat }
}

export const not = (condition: Condition): Condition => {
  if (isAlways(condition)) return never
  if (isNever(condition)) return always
  return "not" in condition ? condition.not : { not: condition }
}

/** Of the instances of repeated groups, the outermost first, one for which the condition holds. */
export const inSome = (groups: ReadonlyArray<string>, condition: Condition): Condition =>
  isNever(condition)
    ? never
    : groups.reduceRight<Condition>((inner, id) => ({ some: [{ answer: id }, inner] }), condition)

/** Does the condition fail whenever that question has no answer? Then nothing need be said of its being asked. */
export const needs = (condition: Condition, id: string): boolean => {
  if ("all" in condition) return condition.all.some((one) => needs(one, id))
  if ("any" in condition) return condition.any.every((one) => needs(one, id))
  if ("not" in condition || "is" in condition || "every" in condition) return false
  if ("answered" in condition) return condition.answered.answer === id
  if ("anyOf" in condition) return condition.anyOf[0].answer === id
  if ("allOf" in condition) return condition.allOf[0].answer === id
  if ("some" in condition) return condition.some[0].answer === id || needs(condition.some[1], id)
  const operands = Object.values(condition).flat(1)
  return operands.some((operand) => isObject(operand) && operand["answer"] === id)
}

/** Every id that stands in an `{ answer: id }` of a condition, an operand or a calculation. */
export const references = (value: unknown): ReadonlySet<string> => {
  const found = new Set<string>()
  const pending = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if (Array.isArray(next)) for (const one of next) pending.push(one)
    else if (isObject(next)) {
      for (const [key, one] of Object.entries(next)) {
        if (key === "answer" && typeof one === "string") found.add(one)
        else pending.push(one)
      }
    }
  }
  return found
}

interface Vertex {
  /** Place in reading order. */
  readonly order: number
  readonly edges: ReadonlyArray<string>
}

/**
 * The same sections, in which nothing waits for itself: where items and calculated values depend on each other in a
 * circle, those of them that look ahead lose their condition and are always asked, which is reported. `paths` tells
 * where an item stands in the source.
 */
export const withoutCycles = (
  sections: ReadonlyArray<Section>,
  paths: ReadonlyMap<string, Path>,
  report: Report,
): ReadonlyArray<Section> => {
  const graph = graphOf(sections)
  const cut = new Set<string>()
  for (const circle of circles(graph)) {
    const inside = new Set(circle)
    const looksAhead = (id: string) => {
      const vertex = graph.get(id)
      return (
        vertex !== undefined && vertex.edges.some((to) => inside.has(to) && (graph.get(to)?.order ?? 0) >= vertex.order)
      )
    }
    for (const id of circle) if (looksAhead(id)) cut.add(id)
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

const graphOf = (sections: ReadonlyArray<Section>): ReadonlyMap<string, Vertex> => {
  const graph = new Map<string, Vertex>()
  let order = 0
  const add = (item: Section | Question, parent: string | undefined): void => {
    const own = references([item.when, Reflect.get(item, "options")])
    graph.set(item.id, { order: order++, edges: [...own, ...(parent === undefined ? [] : [parent])] })
    for (const inner of item.items ?? []) add(inner, item.id)
    // after the items that it is made of
    for (const [id, calculation] of Object.entries(item.calculated ?? {})) {
      graph.set(id, { order: order++, edges: [...references(calculation), item.id] })
    }
  }
  for (const section of sections) add(section, undefined)
  return graph
}

/** The strongly connected parts of more than one vertex, or of one that points at itself (Tarjan, without recursion). */
const circles = (graph: ReadonlyMap<string, Vertex>): ReadonlyArray<ReadonlyArray<string>> => {
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
