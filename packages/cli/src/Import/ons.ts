/**
 * ONS eQ: the schemas that the UK Office for National Statistics runs its surveys with. Sections stay sections, each
 * page (block) becomes one item; where the source says at each page where to go next, ours says of each item when it
 * is asked. A page leads back to an earlier one only to have an answer changed, which the customer can do anyway.
 */
import type { Condition, Calculation } from "@requite/core/Condition/Ast"
import type { ContextValue, Section as OurSection } from "@requite/core/Questionnaire/Definition"
import type { Imported, Item, Path, Report } from "./Imported.ts"
import {
  always,
  at,
  ids as allocate,
  fromJson,
  isObject,
  languageTag,
  leftover,
  listAt,
  maxConditionDepth,
  maxItems,
  questionnaire,
  refused,
  report as reporting,
  stringAt,
} from "./Imported.ts"
import { blocks as blockItems } from "./ons/Blocks.ts"
import { withoutCircularLimits, withoutCycles } from "./Imported/circles.ts"
import { all, any, depth, isAlways, isNever, not, weight } from "./Imported/conditions.ts"
import { naming, reached, type Way } from "./Imported/routing.ts"
import { type Known, type Rules, rules as translating } from "./ons/Rules.ts"
import * as Schema from "./ons/Schema.ts"
import { doubles } from "./ons/Doubles.ts"
import { texts as wording } from "./ons/Texts.ts"

/** What the questionnaire is run with, and how its data is sent on: nothing of it is about what is asked. */
const housekeeping = ["mime_type", "language", "schema_version", "data_version", "title", "description", "metadata"]
const rootKeys = [...housekeeping, "questionnaire_flow", "sections", "survey_id", "theme"]

export const from = (text: string): Imported => fromJson(text, read)

const read = (root: unknown): Imported => {
  if (!isObject(root) || listAt(root, "sections").length === 0)
    return refused("sections", "This is no eQ schema: it has no list of sections.")
  const report = reporting()
  leftover(report, root, [], rootKeys)
  const schema = Schema.read(root)
  for (const { id, path } of doubles(root))
    report.warn(path, "duplicate-id", `The id "${id.slice(0, 60)}" stands twice; what comes second got another one.`)
  const context = contextOf(root, report)
  const { name, conditions } = naming(schema.fresh)
  const blockOn = new Map<string, Condition>()
  const sectionOn = new Map<string, Condition>()
  const known: Known = {
    block: (id) => blockOn.get(id),
    section: (id) => sectionOn.get(id),
    context: context.keys,
    uses: context.uses,
  }
  const rules = translating(schema, known, report)
  const texts = wording(schema, report)
  const values = new Map<string, Readonly<Record<string, string>>>()
  const listItems = new Map<string, Array<Item>>([...schema.lists.keys()].map((list) => [list, []]))
  const paths = new Map<string, Path>()
  const tools = { schema, rules, texts, report, values, paths }
  const blocks = blockItems(tools, (list) => listItems.get(list.name) ?? [])
  const sections: Array<OurSection> = []
  let count = 0

  for (const section of schema.sections) {
    const { json, path, list } = section
    leftover(report, json, path, ["id", "title", "groups", "enabled", "repeat"])
    if (at(json, "repeat") !== undefined && list === undefined)
      report.drop([...path, "repeat"], "repeat", "No block fills the list that it repeats for; it is asked once.")
    const enabled = at(at(json, "enabled"), "when")
    const otherwise = "The section is always shown."
    const around = { list, otherwise, withoutDefaults: true } as const
    const on = enabled === undefined ? always : rules.condition(enabled, [...path, "enabled", "when"], around)
    const when = on ?? always
    sectionOn.set(section.id, when)
    const items: Array<Item> = []
    const calculated: Record<string, Calculation> = {}
    const settle = (block: Schema.Block, asked: Condition) => blockOn.set(block.id, all([when, asked]))
    const plan = route(section, rules, report, list === undefined ? name : (_near, condition) => condition, settle)
    plan.forEach(({ block, asked }) => {
      if (count++ < maxItems / 8) blocks.add(block, asked, { items, calculated })
      else if (count === maxItems / 8 + 1)
        report.drop(block.path, "blocks", "There are too many pages; the rest is left out.")
    })
    if (items.length === 0) {
      report.drop(path, "section", "There is nothing in this section.")
      continue
    }
    const groupTitles = section.groups.map(({ json, path }) =>
      texts.line(at(json, "title"), [...path, "title"], { order: 0, list: undefined }),
    )
    const own = texts.line(at(json, "title"), [...path, "title"], { order: 0, list: undefined })
    const title = own !== "" ? own : (groupTitles.find((text) => text !== "") ?? Schema.words(section.id))
    groupTitles.forEach((text, g) => {
      if (text !== "" && text !== title)
        report.drop([...path, "groups", g, "title"], "title", `The heading "${text.slice(0, 100)}" has no counterpart.`)
    })
    const rest = {
      ...(isAlways(when) ? {} : { when }),
      ...(Object.keys(calculated).length === 0 ? {} : { calculated }),
    }
    const id = schema.claim(section.id === "" ? "section" : section.id)
    const into = list === undefined ? undefined : listItems.get(list)
    if (into === undefined && sections.length === maxSections) {
      report.drop(path, "sections", `Only ${maxSections} sections are imported.`)
      break
    }
    if (into === undefined) sections.push({ id, title, ...rest, items })
    else {
      report.warn(path, "repeating-section", "Asked with each item of the list, where the list is filled.")
      into.push({ id, type: "group", label: title, ...rest, items })
    }
  }

  return {
    definition: questionnaire({
      id: `${stringAt(root, "survey_id") ?? ""} ${stringAt(root, "title") ?? ""}`,
      title: texts.line(at(root, "title"), ["title"], { order: 0, list: undefined }) || "Questionnaire",
      language: languageTag(stringAt(root, "language") ?? "en") ?? "en",
      ...describe(texts.line(at(root, "description"), ["description"], { order: 0, list: undefined })),
      context: context.declared(),
      conditions,
      sections: withoutCircularLimits(withoutCycles(sections, paths, report, conditions), paths, report, conditions),
      ids: { ours: () => undefined, fresh: schema.fresh, record: schema.record },
    }),
    ids: schema.record(),
    values: Object.fromEntries(values),
    warnings: report.warnings,
    unsupported: report.unsupported,
  }
}

const describe = (description: string) => (description === "" ? {} : { description })

type ContextType = "text" | "date" | "boolean"
const contextTypes = new Map<string, ContextType>([
  ["date", "date"],
  ["boolean", "boolean"],
])

/** Metadata is given with the request, so that conditions can go by it; so are the times of the response. */
const contextOf = (root: unknown, report: Report) => {
  const keys = new Map<string, { key: string; type: ContextType }>()
  const used = new Set<string>()
  const entries = listAt(root, "metadata").flatMap((entry) => {
    const name = stringAt(entry, "name")
    const type = contextTypes.get(stringAt(entry, "type") ?? "") ?? "text"
    return name === undefined ? [] : [{ name, type }]
  })
  const ids = allocate([...entries.map(({ name }) => name), "started_at"], ["today"])
  for (const { name, type } of [...entries, { name: "started_at", type: "date" as ContextType }]) {
    const key = ids.ours(name)
    if (key !== undefined && !keys.has(name)) keys.set(name, { key, type })
  }
  const declared = (): Record<string, ContextValue> => {
    const unused = entries.filter(({ name }) => !used.has(name)).map(({ name }) => name)
    if (unused.length > 0)
      report.warn(
        ["metadata"],
        "unused-metadata",
        `No condition goes by ${unused.slice(0, 20).join(", ")}: not declared.`,
      )
    return Object.fromEntries([...keys].flatMap(([name, { key, type }]) => (used.has(name) ? [[key, { type }]] : [])))
  }
  return { keys, declared, uses: (name: string) => used.add(name) }
}

/** A definition has no more. */
const maxSections = 200

interface Stop {
  readonly block: Schema.Block
  readonly asked: Condition
}

/** When each block of a section is on the path. */
const route = (
  section: Schema.Section,
  rules: Rules,
  report: Report,
  name: (near: string, condition: Condition) => Condition,
  /** Told in order, as soon as it is known: rules of later blocks go by it. */
  settle: (block: Schema.Block, asked: Condition) => void,
): ReadonlyArray<Stop> => {
  const blocks = section.groups.flatMap(({ blocks }) => blocks)
  const around = (otherwise: string, order: number) => ({
    list: section.list,
    otherwise,
    before: { section: section.id, order },
  })
  const index = new Map(blocks.map(({ id }, i) => [id, i]))
  const firstOf = new Map(
    section.groups.flatMap(({ json, blocks }) => {
      const [first] = blocks
      return first === undefined ? [] : [[stringAt(json, "id") ?? "", first.id]]
    }),
  )
  const end = blocks.length
  const groupSkip = blocks.map((): unknown => undefined)
  for (const { json, path, blocks: inside } of section.groups) {
    leftover(report, json, path, ["id", "title", "blocks", "skip_conditions"])
    for (const block of inside) groupSkip[index.get(block.id) ?? -1] = at(at(json, "skip_conditions"), "when")
  }
  const groupPath = new Map(section.groups.flatMap(({ path, blocks }) => blocks.map(({ id }) => [id, path] as const)))

  /** Where a rule leads: a later block of this section, or the end of it. */
  const target = (rule: unknown, from: number): number => {
    const group = stringAt(rule, "group")
    const to = index.get(group === undefined ? (stringAt(rule, "block") ?? "") : (firstOf.get(group) ?? ""))
    return to === undefined || to <= from ? end : to
  }
  const targets = (stop: number): ReadonlyArray<number> => {
    const rules = listAt(blocks[stop]?.json, "routing_rules")
    const led = rules.map((rule) => target(rule, stop))
    const skippable = at(blocks[stop]?.json, "skip_conditions") !== undefined || groupSkip[stop] !== undefined
    const open = rules.every((rule) => at(rule, "when") !== undefined)
    return [
      ...led,
      ...(rules.length === 0 || skippable ? [stop + 1] : []),
      ...(rules.length > 0 && open ? [end] : []),
      ...(led.some((to) => groupSkip[to] !== undefined) ? [end] : []),
    ]
  }

  const asked: Array<Condition> = []
  const skips = blocks.map((block) => at(at(block.json, "skip_conditions"), "when"))
  const groupSkipped = new Map<string, Condition>()
  const skipOfGroup = (stop: number): Condition => {
    const block = blocks[stop]
    const path = block === undefined ? undefined : groupPath.get(block.id)
    if (block === undefined || path === undefined || groupSkip[stop] === undefined) return { any: [] }
    const key = path.join("/")
    const known = groupSkipped.get(key)
    if (known !== undefined) return known
    const otherwise = "The group is never skipped."
    const skip = rules.condition(
      groupSkip[stop],
      [...path, "skip_conditions", "when"],
      around(otherwise, Infinity),
    ) ?? {
      any: [],
    }
    groupSkipped.set(key, skip)
    return skip
  }

  const ways = (stop: number, here: Condition): ReadonlyArray<Way> => {
    const block = blocks[stop]
    if (block === undefined) return []
    const path: Path = [...block.path, "skip_conditions", "when"]
    const own =
      skips[stop] === undefined
        ? undefined
        : rules.condition(skips[stop], path, around("The page is never skipped.", block.order))
    const skip = any([own ?? { any: [] }, skipOfGroup(stop)])
    const when = limited(block, name(`${block.id} asked`, all([here, not(skip)])))
    asked[stop] = when
    settle(block, when)
    const routing = listAt(block.json, "routing_rules")
    const onward = { to: stop + 1, when: always }
    if (routing.length === 0) return [onward]
    const found: Array<Way> = isNever(skip) ? [] : [{ to: stop + 1, when: skip }]
    let before = not(skip)
    routing.forEach((rule, i) => {
      const at_: Path = [...block.path, "routing_rules", i]
      leftover(report, rule, at_, ["block", "group", "section", "when"])
      const to = target(rule, stop)
      const known = stringAt(rule, "block") ?? stringAt(rule, "group")
      if (to === end && stringAt(rule, "section") === undefined && !index.has(firstOf.get(known ?? "") ?? known ?? ""))
        report.warn(at_, "leads-outside", `"${known ?? ""}" is not in this section: the section ends there.`)
      const when = at(rule, "when")
      const otherwise = "Both what it leads to and what follows are shown."
      const own =
        when === undefined ? always : rules.condition(when, [...at_, "when"], around(otherwise, block.order + 1))
      const inGroup = to === end ? undefined : skipOfGroup(to)
      found.push({ to, when: all([before, own ?? always, inGroup === undefined ? always : not(inGroup)]) })
      if (own !== undefined) before = limited(block, name(`${block.id} on`, all([before, not(own)])))
    })
    return found
  }

  /** In a list conditions have no names, so that they could grow without end. */
  const limited = (block: Schema.Block, condition: Condition): Condition => {
    if (weight(condition) <= mostWeight && depth(condition) <= maxConditionDepth) return condition
    report.drop(block.path, "routing_rules", "When this page is reached is too large to say. It is always shown.")
    return always
  }

  reached(blocks.length, targets, ways, (stop, when) => name(`${blocks[stop]?.id} reached`, when))
  return blocks.map((block, stop) => ({ block, asked: asked[stop] ?? always }))
}

/** Comparisons in one condition that has no name. */
const mostWeight = 200
