/** The blocks of an eQ schema as items of ours: a question, a note, or a group of what the block holds. */
import type { Calculation, Condition, Operand } from "@requite/core/Condition/Ast"
import { at, isObject, leftover, listAt, numberAt, stringAt } from "../Imported.ts"
import type { Item, Path } from "../Imported.ts"
import { answerItems, type Asked, type Tools } from "./Answers.ts"
import { all, canMeet, isAlways, not } from "../Imported/conditions.ts"
import { answersOf, type Block, type List, type Variant, words } from "./Schema.ts"
import type { Place } from "./Texts.ts"

/** Where the items and calculated values of a block go. */
export interface Container {
  readonly items: Array<Item>
  readonly calculated: Record<string, Calculation>
}

export interface Blocks {
  /** Adds the item of a block, asked when this holds. */
  readonly add: (block: Block, when: Condition, to: Container) => void
}

const told = ["title", "description", "instruction", "guidance", "warning", "definition", "definitions"]
const ofQuestions = ["id", "type", "answers", "dynamic_answers", "period_limits", "mandatory", ...told]
const ofCollectors = ["for_list", "add_block", "edit_block", "remove_block", "add_or_edit_block", "repeating_blocks"]

/** More variants than this are not compared with each other. */
const mostVariants = 40

/** What a block has that needs no counterpart, or is read elsewhere. */
const structure = ["id", "type", "question", "question_variants", "content", "content_variants", "skip_conditions"]
const routing = ["routing_rules", "page_title"]

export const blocks = (tools: Tools, listItems: (list: List) => Array<Item>): Blocks => {
  const { schema, texts, rules, report } = tools

  const conditional = (when: Condition) => (isAlways(when) ? {} : { when })

  const note = (id: string, label: string, help: string, when: Condition): Item => ({
    id,
    type: "note",
    label,
    ...(help === "" ? {} : { help }),
    ...conditional(when),
  })

  /** When each of several variants is the one: its rule holds and none before it does. */
  const guards = (variants: ReadonlyArray<{ when: unknown; path: Path }>, list: string | undefined) => {
    const before: Array<Condition> = []
    const [, second] = variants
    if (variants.length > mostVariants && second !== undefined) {
      report.drop(second.path, "when", "Of so many variants all whose rules hold are shown, not only the first.")
    }
    return variants.map(({ when, path }): Condition => {
      if (when === undefined) return all(before.map(not))
      const otherwise = "All the variants that it decides between are shown."
      const own = rules.condition(when, path, { list, otherwise })
      if (own === undefined) return { all: [] }
      const guard = all([...before.filter((one) => canMeet(one, own)).map(not), own])
      if (variants.length <= mostVariants) before.push(own)
      return guard
    })
  }

  const questionParts = ({ question, path }: Variant, place: Place) => ({
    title: texts.line(at(question, "title"), [...path, "title"], place),
    help: texts.lines(
      (["description", "instruction", "guidance", "warning", "definition", "definitions"] as const).map(
        (key) => [at(question, key), [...path, key]] as const,
      ),
      place,
    ),
  })

  const questionItems = (variant: Variant, place: Place, title: string, help: string): ReadonlyArray<Item> => {
    const { question, path } = variant
    leftover(report, question, path, ofQuestions)
    const answers = answersOf(variant).filter(({ json }) => isObject(json))
    const fixed = answers.filter(({ path: at }) => at[path.length] !== "dynamic_answers")
    const own = (json: unknown) => at(json, "label") !== undefined
    const single = answers.length === 1
    const type = stringAt(question, "type")
    const asked: Asked = { place, label: title, help: single ? help : "" }
    const items = fixed.flatMap(({ json, path: at }, i): ReadonlyArray<Item> => {
      if (type !== "MutuallyExclusive" || i === 0 || i < fixed.length - 1) return answerItems(tools, json, at, asked)
      // the last answer stands for none of the others, so that it is asked while none of them is given
      const others = fixed.slice(0, -1).map((other) => schema.oursOf(other.json))
      const when = all(others.map((answer) => not({ answered: { answer } })))
      const required = isTrue(question, "mandatory")
      return answerItems(tools, json, at, { ...asked, label: own(json) ? "" : "Or", when, required })
    })
    if (type === "DateRange") dateRange(items, at(question, "period_limits"), [...path, "period_limits"])
    const repeated = answers.filter(({ path: at }) => at[path.length] === "dynamic_answers")
    if (repeated.length === 0) return items
    const at_ = [...path, "dynamic_answers"]
    report.drop(
      at_,
      "dynamic_answers",
      "These are asked as often as the customer likes, not once for each item of the list.",
    )
    const inner = repeated.flatMap((one) => answerItems(tools, one.json, one.path, asked))
    return [...items, { id: schema.fresh("each"), type: "group", label: "For each", repeat: {}, items: inner }]
  }

  /** The second date comes after the first, by so much as the question says. Changes the items in place. */
  const dateRange = (items: ReadonlyArray<Item>, limits: unknown, path: Path): void => {
    const [from, to] = items
    if (from?.type !== "date" || to?.type !== "date") {
      if (limits !== undefined) report.drop(path, "period_limits", "Only a range of two dates has limits.")
      return
    }
    const shifted = (limit: unknown): Operand | undefined => {
      const offset = Object.fromEntries(
        (["years", "months", "days"] as const).flatMap((unit) => {
          const value = numberAt(limit, unit)
          return value === undefined || !Number.isInteger(value) ? [] : [[unit, value]]
        }),
      )
      return Object.keys(offset).length === 0 ? undefined : { date: { answer: from.id }, offset }
    }
    const taken = (["min", "max"] as const).filter((key) => to[key] !== undefined)
    if (taken.length > 0)
      report.drop(path, "period_limits", "The second date keeps its own limits; these are left out.")
    if (to["min"] === undefined)
      Object.assign(to, { min: shifted(at(limits, "minimum")) ?? { date: { answer: from.id }, offset: { days: 1 } } })
    const max = shifted(at(limits, "maximum"))
    if (to["max"] === undefined && max !== undefined) Object.assign(to, { max })
  }

  /** The questions of a block as one item: the question itself where there is only one, else a group. */
  const questionItem = (block: Block, when: Condition, place: Place, more: ReadonlyArray<Item> = []): Item => {
    const variants = block.variants
    const told = variants.map((variant) => questionParts(variant, place))
    const same = told.every(({ title, help }) => title === told[0]?.title && help === told[0]?.help)
    const first = variants[0]
    const page = texts.line(at(block.json, "page_title"), [...block.path, "page_title"], place)
    const content = texts.line(at(at(block.json, "content"), "title"), [...block.path, "content", "title"], place)
    const label = [...told.map(({ title }) => title), page, content].find((text) => text !== "") ?? words(block.id)
    const group = (items: ReadonlyArray<Item>, label: string, help: string): Item => ({
      id: schema.claim(block.id === "" ? "block" : block.id),
      type: "group",
      label,
      ...(help === "" ? {} : { help }),
      ...conditional(when),
      items: items.length === 0 ? [note(schema.fresh("note"), label, "", { all: [] })] : items,
    })
    if (first === undefined) return group(more, label, "")
    if (block.shared && same) {
      const help = told[0]?.help ?? ""
      const items = questionItems(first, place, label, help)
      const [only] = items
      const bare = only !== undefined && items.length === 1 && more.length === 0 && only.type !== "group"
      if (bare && only.label === label && only.when === undefined) {
        schema.alias(block.id, only.id)
        return { ...only, ...conditional(when) }
      }
      return group([...items, ...more], label, help)
    }
    const whens = guards(
      variants.map((variant) => ({ when: variant.when, path: [...variant.path.slice(0, -1), "when"] })),
      place.list,
    )
    const heading = page === "" ? words(block.id) : page
    if (block.shared) {
      const notes = told.map(({ title, help }, i) =>
        note(schema.fresh(`${block.id} words`), title === "" ? heading : title, help, whens[i] ?? { all: [] }),
      )
      return group([...notes, ...questionItems(first, place, "Your answer", ""), ...more], heading, "")
    }
    const items = variants.map((variant, i): Item => {
      const { title = "", help = "" } = told[i] ?? {}
      const name = title === "" ? heading : title
      const items = questionItems(variant, place, name, help)
      const when = whens[i] ?? { all: [] }
      const [only] = items
      if (only !== undefined && items.length === 1 && only.label === name && only.when === undefined)
        return { ...only, ...conditional(when) }
      const own = items.length === 0 ? [note(schema.fresh("note"), name, "", { all: [] })] : items
      return {
        id: schema.fresh(`${block.id} variant`),
        type: "group",
        label: name,
        ...(help === "" ? {} : { help }),
        ...conditional(when),
        items: own,
      }
    })
    return group([...items, ...more], heading, "")
  }

  /** What is shown without a question. */
  const contentItem = (block: Block, when: Condition, place: Place): Item => {
    const { json, path } = block
    const id = schema.claim(block.id === "" ? "note" : block.id)
    /** The title of some content, and all that stands below it. */
    const said = (value: unknown, at_: Path) => ({
      label: texts.line(at(value, "title"), [...at_, "title"], place),
      help: texts.lines(
        isObject(value)
          ? Object.entries(value).flatMap(([key, one]) => (key === "title" ? [] : [[{ [key]: one }, at_] as const]))
          : [],
        place,
      ),
    })
    const whole = said(at(json, "content"), [...path, "content"])
    const title = whole.label !== "" ? whole.label : texts.line(at(json, "title"), [...path, "title"], place)
    const others = ["primary_content", "preview_content", "secondary_content", "description", "guidance"]
    const more = texts.lines(
      others.map((key) => [at(json, key), [...path, key]] as const),
      place,
    )
    const label = title === "" ? words(block.id) : title
    const variants = listAt(json, "content_variants")
    if (variants.length === 0)
      return note(
        id,
        label,
        [whole.help, more]
          .filter((text) => text !== "")
          .join("\n")
          .slice(0, 3900),
        when,
      )
    const whens = guards(
      variants.map((variant, i) => ({ when: at(variant, "when"), path: [...path, "content_variants", i, "when"] })),
      place.list,
    )
    const notes = variants.map((variant, i) => {
      const one = said(at(variant, "content"), [...path, "content_variants", i, "content"])
      return note(
        schema.fresh(`${block.id} words`),
        one.label === "" ? label : one.label,
        one.help,
        whens[i] ?? { all: [] },
      )
    })
    return { id, type: "group", label, ...conditional(when), items: notes }
  }

  /** A page that tells a sum: the sum is a calculated value, the page a note that names it. */
  const summaryItem = (block: Block, when: Condition, place: Place, to: Container): Item => {
    const { json, path } = block
    const calculation = at(json, "calculation")
    const operation = at(calculation, "operation")
    const sources = [
      ...listAt(operation, "+"),
      ...listAt(calculation, "answers_to_calculate").map((identifier) => ({ source: "answers", identifier })),
    ]
    const references = sources.flatMap((source, i): ReadonlyArray<Operand> => {
      const id = stringAt(source, "identifier") ?? ""
      const kind = stringAt(source, "source")
      const answer = kind === "answers" ? schema.answers.get(id) : undefined
      if (answer !== undefined && answer.block.order >= block.order && answer.list === undefined)
        report.warn(
          [...path, "calculation", i],
          "forward-reference",
          `"${id.slice(0, 60)}" is asked after its sum is told.`,
        )
      if (answer?.type === "number") return answer.carriers.map(({ ours }) => ({ answer: ours }))
      const total =
        kind === "calculated_summary" || kind === "grand_calculated_summary" ? schema.totals.get(id) : undefined
      if (total !== undefined && (total.list === undefined || total.list === place.list)) return [{ answer: total.id }]
      const message = `Not a number that can be added up here: "${id.slice(0, 60)}".`
      report.drop([...path, "calculation", i], "calculation", message)
      return []
    })
    const units = new Set(
      sources.flatMap((source) => schema.answers.get(stringAt(source, "identifier") ?? "")?.unit ?? []),
    )
    if (units.size > 1)
      report.warn(
        [...path, "calculation"],
        "mixed-units",
        `It adds up different things: ${[...units].slice(0, 5).join(", ")}.`,
      )
    const kind = stringAt(calculation, "calculation_type")
    if (kind !== undefined && kind !== "sum")
      report.drop([...path, "calculation", "calculation_type"], kind, "Only sums are imported; this is summed up.")
    const item = schema.claim(block.id === "" ? "summary" : block.id)
    const total = schema.totals.get(block.id)?.id ?? schema.fresh(`${item} total`)
    // the sum of nothing is 0 in the runner
    to.calculated[total] = { sum: [0, ...references] }
    const label = texts.line(at(json, "title"), [...path, "title"], place).replace("%(total)s", `{{${total}}}`)
    const name = texts.line(at(calculation, "title"), [...path, "calculation", "title"], place)
    return note(
      item,
      label === "" ? words(block.id) : label,
      name === "" ? "" : `${name.slice(0, 3800)}: {{${total}}}`,
      when,
    )
  }

  const listGroup = (list: List): Item => {
    const place: Place = { order: list.owner.order, list: list.name }
    const items = listItems(list)
    const before = items.splice(0)
    const variants = list.add.variants
    schema.alias(list.add.id, list.ours)
    const container: Container = { items, calculated: {} }
    const [first] = variants
    if (first !== undefined) {
      const told = questionParts(first, place)
      const ask = questionItem({ ...list.add, id: "" }, { all: [] }, place)
      items.push(...(list.add.shared && ask.type === "group" ? itemsOf(ask) : [ask]))
      if (told.help !== "" && list.add.shared) report.warn(first.path, "help-moved", told.help.slice(0, 200))
    }
    for (const block of list.repeating) add(block, { all: [] }, container)
    items.push(...before)
    if (items.length === 0) items.push(note(schema.fresh("note"), words(list.name), "", { all: [] }))
    const summary = at(list.owner.json, "summary")
    const title = texts.line(at(summary, "title"), [...list.owner.path, "summary", "title"], {
      ...place,
      list: undefined,
    })
    return {
      id: list.ours,
      type: "group",
      label: title === "" ? words(list.name) : title,
      repeat: list.owner.type === "PrimaryPersonListCollector" ? { max: 1 } : {},
      items,
      ...(Object.keys(container.calculated).length === 0 ? {} : { calculated: container.calculated }),
    }
  }

  const collectorItem = (block: Block, when: Condition, place: Place): Item => {
    const list = schema.lists.get(stringAt(block.json, "for_list") ?? "")
    const add = at(block.json, "add_block") ?? at(block.json, "add_or_edit_block")
    if (block.type === "ListCollectorContent")
      report.drop(block.path, block.type, "Its items come with the survey; here the customer adds them.")
    if (list === undefined) report.warn([...block.path, "for_list"], "no-such-list", "No page fills this list.")
    if (list === undefined || list.owner !== block) {
      const message = "The list is filled where it is asked for first; this page only has its question left."
      report.drop([...block.path, "for_list"], block.type, message)
      if (list !== undefined) schema.alias(stringAt(add, "id") ?? "", list.ours)
      return questionItem(block, when, place)
    }
    report.warn(
      block.path,
      "list-collector",
      "Items are added and removed in a repeated group; the question stays beside it.",
    )
    return questionItem(block, when, place, [listGroup(list)])
  }

  const add = (block: Block, when: Condition, to: Container): void => {
    const place: Place = { order: block.order, list: block.list }
    const known = (...more: ReadonlyArray<string>) =>
      leftover(report, block.json, block.path, [...structure, ...routing, ...more])
    switch (block.type) {
      case "ListCollector":
      case "PrimaryPersonListCollector":
      case "ListCollectorContent":
        known("summary", ...ofCollectors)
        to.items.push(collectorItem(block, when, place))
        return
      case "CalculatedSummary":
      case "GrandCalculatedSummary":
        known("title", "calculation")
        to.items.push(summaryItem(block, when, place, to))
        return
      case "RelationshipCollector": {
        known("title", "for_list")
        report.drop(
          block.path,
          "RelationshipCollector",
          "How the items of a list relate to each other cannot be asked.",
        )
        to.items.push(contentItem(block, when, place))
        return
      }
      case "Question":
      case "ConfirmationQuestion":
      case "ListCollectorDrivingQuestion":
      case "ListRepeatingQuestion":
        known("for_list")
        to.items.push(questionItem(block, when, place))
        return
      case "Interstitial":
      case "Introduction":
        known("primary_content", "preview_content", "secondary_content", "title", "description")
        to.items.push(contentItem(block, when, place))
        return
      default:
        known("title", "description")
        report.drop(
          [...block.path, "type"],
          block.type === "" ? "type" : block.type,
          "There is no such kind of page here.",
        )
        to.items.push(block.variants.length > 0 ? questionItem(block, when, place) : contentItem(block, when, place))
    }
  }

  return { add }
}

const isTrue = (value: unknown, key: string): boolean => at(value, key) === true

// a group that was made here: what it holds are items of ours
const itemsOf = (group: Item): ReadonlyArray<Item> => (group.items ?? []).map((item): Item => ({ ...item }))
