/**
 * Forms of the UK's Defra (both versions) and of the X-Gov digital form builder, which share one format. Each page
 * becomes one item, the question on it or a group; where the source says at each page where to go next, ours says of
 * each item when it is asked. The summary page is the review that every questionnaire of ours ends with.
 */
import type { Condition } from "@requite/core/Condition/Ast"
import type { Section } from "@requite/core/Questionnaire/Definition"
import { componentItem, type Tools } from "./defra/Components.ts"
import { conditions as translating } from "./defra/Conditions.ts"
import * as Form from "./defra/Form.ts"
import { journey } from "./defra/Journey.ts"
import type { Imported, Item } from "./Imported.ts"
import {
  at,
  fromJson,
  isObject,
  leftover,
  listAt,
  maxItems,
  numberAt,
  plain,
  questionnaire,
  refused,
  report as reporting,
  stringAt,
} from "./Imported.ts"
import { isAlways } from "./Imported/conditions.ts"
import { naming } from "./Imported/routing.ts"

export const from = (text: string): Imported => fromJson(text, read)

const rootKeys = ["name", "engine", "schema", "version", "startPage", "pages", "lists", "sections", "conditions"]
const pageKeys = ["id", "title", "path", "controller", "section", "components", "next", "condition", "repeat"]

const read = (root: unknown): Imported => {
  if (!isObject(root) || listAt(root, "pages").filter(isObject).length === 0)
    return refused("pages", "This is no Defra or X-Gov form: it has no list of pages.")
  const report = reporting()
  leftover(report, root, [], rootKeys)
  const form = Form.read(root)
  if (listAt(root, "pages").length > Form.mostPages)
    report.drop(["pages", Form.mostPages], "pages", "There are too many pages; the rest is left out.")
  const { fresh } = form.ids
  const { name, conditions } = naming(fresh)
  const keep = (near: string, condition: Condition): Condition => {
    const own = fresh(near)
    conditions[own] = condition
    return { is: own }
  }
  const { placeOf, stops } = journey(form, report, name)
  const translated = translating(form, report, keep, placeOf)
  const values = new Map<string, Readonly<Record<string, string>>>()
  const tools: Tools = { form, conditions: translated, report, values }
  const titles = new Map(
    listAt(root, "sections").flatMap((section) =>
      (["name", "id"] as const).flatMap((key) => {
        const name = stringAt(section, key)
        return name === undefined ? [] : [[name, plain(stringAt(section, "title") ?? "")] as const]
      }),
    ),
  )
  const title = plain(stringAt(root, "name") ?? "") || "Form"

  const sections: Array<{ of: string | undefined; section: Section; items: Array<Item> }> = []
  let count = 0
  for (const { page, when, place } of stops(translated)) {
    leftover(report, page.json, page.path, pageKeys)
    const item = pageItem(tools, page, when, place)
    if (item === undefined) continue
    count += 1 + (item.items?.length ?? 0)
    if (count > maxItems / 2) {
      report.drop(page.path, "pages", "There are too many pages; the rest is left out.")
      break
    }
    const last = sections.at(-1)
    if (sections.length === maxSections && last?.of !== page.section) {
      report.drop(page.path, "sections", `Only ${maxSections} sections are imported.`)
      break
    }
    if (last !== undefined && last.of === page.section) last.items.push(item)
    else {
      const items = [item]
      const own = page.section === undefined ? "" : (titles.get(page.section) ?? "")
      const id = form.claim(page.section ?? "questions")
      sections.push({ of: page.section, items, section: { id, title: own === "" ? title : own, items } })
    }
  }
  for (const { path } of translated.unused())
    report.warn(path, "unused-condition", "Nothing goes by this condition, so that it is left out.")
  return {
    definition: questionnaire({
      id: title,
      title,
      language: "en",
      conditions: usedOf(conditions, sections),
      sections: sections.map(({ section }) => section),
      ids: { ours: () => undefined, fresh: form.ids.fresh, record: form.record },
    }),
    ids: form.record(),
    values: Object.fromEntries(values),
    warnings: report.warnings,
    unsupported: report.unsupported,
  }
}

/** A definition has no more. */
const maxSections = 200

/** Those that something still goes by. */
const usedOf = (conditions: Readonly<Record<string, Condition>>, from: unknown): Record<string, Condition> => {
  const used = new Set<string>()
  const pending: Array<unknown> = [from]
  while (pending.length > 0) {
    const next = pending.pop()
    if (Array.isArray(next)) for (const one of next) pending.push(one)
    else if (isObject(next)) {
      const name = stringAt(next, "is")
      const condition = name === undefined || used.has(name) ? undefined : conditions[name]
      if (name !== undefined && condition !== undefined) {
        used.add(name)
        pending.push(condition)
      }
      pending.push(...Object.values(next))
    }
  }
  return Object.fromEntries(Object.entries(conditions).filter(([name]) => used.has(name)))
}

/** Pages that are about sending what was answered: ours has its own. */
const isOurs = /(?:^|\/)(?:Summary|Status|MiniSummary|CheckAnswers)|summary\.(?:js|ts)$/

const pageItem = (tools: Tools, page: Form.Page, when: Condition, place: number): Item | undefined => {
  const { form, report } = tools
  const { json, path, components, address, controller } = page
  const conditional = isAlways(when) ? {} : { when }
  const title = plain(stringAt(json, "title") ?? "")
  if (controller !== "" && isOurs.test(controller)) {
    report.warn(path, "review-page", "Every questionnaire of ours has its own page to review the answers.")
    if (components.length === 0) return undefined
  }
  const [only] = components
  const theirs = stringAt(json, "path") ?? address
  const identify = (ours: string): string => {
    form.alias(theirs, ours)
    form.alias(address, ours)
    form.alias(stringAt(json, "id") ?? "", ours)
    return ours
  }
  if (only?.field !== undefined && components.length === 1 && at(json, "repeat") === undefined && !page.repeated) {
    const item = componentItem(tools, only, title, place)
    if (item !== undefined && item.when === undefined) return { ...item, id: identify(item.id), ...conditional }
  }
  const items = components.flatMap((component) => componentItem(tools, component, "", place) ?? [])
  const heading = title !== "" ? title : (items[0]?.label ?? plain(address))
  const id = identify(form.claim(theirs))
  if (items.length === 0) return { id, type: "note", label: heading === "" ? "Page" : heading, ...conditional }
  const group = { id, type: "group", label: heading, ...conditional, items }
  if (!page.repeated) return group
  const repeat = at(json, "repeat")
  const name = stringAt(at(repeat, "options"), "name")
  if (name !== undefined) form.alias(name, id)
  const [min, max] = [numberAt(at(repeat, "schema"), "min"), numberAt(at(repeat, "schema"), "max")]
  const isCount = (number: number | undefined): number is number =>
    number !== undefined && Number.isInteger(number) && number >= 1 && number <= 1000
  return {
    ...group,
    repeat: {
      ...(isCount(min) && (!isCount(max) || min <= max) ? { min } : {}),
      ...(isCount(max) ? { max } : {}),
    },
  }
}
