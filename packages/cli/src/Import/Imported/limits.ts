/** Limits of answers that are other answers: none of them may wait for itself, as no condition may. */
import { type Question, type Section, walk } from "@requite/core/Questionnaire/Definition"
import type { Path, Report } from "../Imported.ts"
import { references } from "./conditions.ts"

const limitOf = (item: Question): ReadonlyArray<unknown> => [Reflect.get(item, "min"), Reflect.get(item, "max")]

/**
 * The same sections, in which no limit depends on the answer that it limits, be it through conditions: such limits are
 * left out, which is reported. Conditions have no circles any more.
 */
export const withoutCircularLimits = (
  sections: ReadonlyArray<Section>,
  paths: ReadonlyMap<string, Path>,
  report: Report,
): ReadonlyArray<Section> => {
  const items = sections.flatMap((section) => walk(section.items))
  const limited = items.filter((item) => references(limitOf(item)).size > 0)
  if (limited.length === 0) return sections
  const edges = graphOf(sections)
  const cut = new Set<string>()
  for (const item of limited) {
    if (!reaches(edges, references(limitOf(item)), item.id)) continue
    cut.add(item.id)
    const own = new Set(edges.get(item.id))
    for (const id of references(limitOf(item))) own.delete(id)
    edges.set(item.id, own)
    const message = `A limit of "${item.id}" depends on that answer itself. It is left out.`
    report.drop(paths.get(item.id) ?? [], "limit", message)
  }
  if (cut.size === 0) return sections
  const freed = (item: Question): Question => {
    const kept = cut.has(item.id)
      ? Object.fromEntries(
          Object.entries(item).filter(([key, value]) => !["min", "max"].includes(key) || references(value).size === 0),
        )
      : {}
    const { id, type, label } = item
    const whole: Question = cut.has(item.id) ? { ...kept, id, type, label } : item
    return whole.items === undefined ? whole : { ...whole, items: whole.items.map(freed) }
  }
  return sections.map((section) => ({ ...section, items: section.items.map(freed) }))
}

type Graph = Map<string, ReadonlySet<string>>

const graphOf = (sections: ReadonlyArray<Section>): Graph => {
  const graph: Graph = new Map()
  const add = (one: Section | Question, parent: string | undefined): void => {
    const own = references([one.when, Reflect.get(one, "options"), Reflect.get(one, "min"), Reflect.get(one, "max")])
    graph.set(one.id, parent === undefined ? own : new Set([...own, parent]))
    for (const [id, calculation] of Object.entries(one.calculated ?? {}))
      graph.set(id, new Set([...references(calculation), one.id]))
    for (const inner of one.items ?? []) add(inner, one.id)
  }
  for (const section of sections) add(section, undefined)
  return graph
}

const reaches = (graph: Graph, from: Iterable<string>, to: string): boolean => {
  const seen = new Set<string>()
  const pending = [...from]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === to) return true
    if (seen.has(id)) continue
    seen.add(id)
    for (const next of graph.get(id) ?? []) pending.push(next)
  }
  return false
}
