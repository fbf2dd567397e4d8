/**
 * What stands in an eQ schema: its blocks in order, the answers that they ask for, the lists that they fill. Everything
 * gets its id of ours here, before anything is translated, because rules and texts refer to what comes later too.
 *
 * Words: a *block* is a page; a *variant* is one of several questions of a block, of which the first whose rule holds is
 * asked; a *list* is filled by a collector, a block that asks for one more item until there is none; a *repeating
 * section* is asked once for each item of a list.
 */
import { at, ids as allocate, isObject, listAt, optionValues, stringAt } from "../Imported.ts"
import type { Path } from "../Imported.ts"

export interface Variant {
  readonly question: unknown
  readonly path: Path
  /** Its rule, where there are several variants. */
  readonly when?: unknown
}

export interface Block {
  readonly id: string
  readonly type: string
  readonly json: unknown
  readonly path: Path
  readonly order: number
  readonly variants: ReadonlyArray<Variant>
  /** All variants ask for the same answers, so that these are asked once, below the words of each variant. */
  readonly shared: boolean
  /** The list that it is asked for each item of. */
  readonly list: string | undefined
  /** The section in which it is a page; empty for one that is part of a collector. */
  readonly section: string
}

export interface Section {
  readonly id: string
  readonly json: unknown
  readonly path: Path
  readonly list: string | undefined
  readonly groups: ReadonlyArray<{ readonly json: unknown; readonly path: Path; readonly blocks: ReadonlyArray<Block> }>
}

/** One list: what is asked for each item of it stands in the collector that comes first. */
export interface List {
  readonly name: string
  readonly ours: string
  readonly owner: Block
  readonly add: Block
  readonly repeating: ReadonlyArray<Block>
  /** Sections that are asked for each item. */
  readonly sections: Array<Section>
}

export interface Option {
  readonly theirs: string
  readonly ours: string
  readonly json: unknown
  readonly path: Path
  /** Offered only to who picked the option of that value in that other answer. */
  readonly from?: { readonly answer: string; readonly value: string }
}

export interface Carrier {
  readonly ours: string
  readonly type: Answer["type"]
  readonly list: string | undefined
  readonly options: ReadonlyArray<Option>
}

/** What can be referred to by the id of an answer. */
export interface Answer {
  readonly theirs: string
  readonly type: "text" | "number" | "date" | "year" | "option" | "options" | "nothing"
  /** The items that ask for it, of which one at most is asked: one for each variant that differs. */
  readonly carriers: Array<Carrier>
  /** Of an address: the id of each line. */
  readonly parts: Map<string, string>
  readonly block: Block
  readonly list: string | undefined
  readonly default: string | number | undefined
  /** What a number counts, as far as the source says so: its kind with its currency or unit. */
  readonly unit: string
}

/** A page that tells a sum: the calculated value, and the section in which it stands. */
export interface Total {
  readonly id: string
  readonly section: string
  readonly list: string | undefined
  readonly order: number
}

export interface Schema {
  readonly sections: ReadonlyArray<Section>
  readonly blocks: ReadonlyMap<string, Block>
  readonly answers: ReadonlyMap<string, Answer>
  readonly lists: ReadonlyMap<string, List>
  /** By the id of the page. */
  readonly totals: ReadonlyMap<string, Total>
  /** The id of the item that asks for an answer, by the answer as it stands in the source. */
  readonly oursOf: (answer: unknown) => string
  readonly optionsOf: (answer: unknown) => ReadonlyArray<Option>
  /** An id of ours for something of theirs: its own where it is free. */
  readonly claim: (theirs: string) => string
  readonly fresh: (near: string) => string
  /** Says that theirs became something that has an id already. */
  readonly alias: (theirs: string, ours: string) => void
  readonly record: () => Readonly<Record<string, string>>
}

export const words = (id: string): string => {
  const text = id
    .slice(0, 200)
    .replace(/[^A-Za-z0-9]+/g, " ")
    .trim()
  return text === "" ? "Question" : text.charAt(0).toUpperCase() + text.slice(1)
}

const variantsOf = (block: unknown, path: Path): ReadonlyArray<Variant> => {
  const variants = listAt(block, "question_variants")
  const question = at(block, "question")
  return variants.length === 0
    ? question === undefined
      ? []
      : [{ question, path: [...path, "question"] }]
    : variants.map((variant, i) => ({
        question: at(variant, "question"),
        path: [...path, "question_variants", i, "question"],
        when: at(variant, "when"),
      }))
}

/** The answers of a question, each with its path; what is asked for each item of a list comes after the others. */
export const answersOf = ({ question, path }: Variant): ReadonlyArray<{ json: unknown; path: Path }> => [
  ...listAt(question, "answers").map((json, i) => ({ json, path: [...path, "answers", i] })),
  ...listAt(at(question, "dynamic_answers"), "answers").map((json, i) => ({
    json,
    path: [...path, "dynamic_answers", "answers", i],
  })),
]

/** Pages on which nothing is answered that ours can ask for. */
const unasked = new Set([
  "CalculatedSummary",
  "GrandCalculatedSummary",
  "RelationshipCollector",
  "Interstitial",
  "Introduction",
])

/** Pages that fill a list. The items of the last come with the survey, of which ours know nothing. */
export const collectors = ["ListCollector", "PrimaryPersonListCollector", "ListCollectorContent"]

export const read = (root: unknown): Schema => {
  let order = 0
  const blockAt = (json: unknown, path: Path, list: string | undefined, section = ""): Block => {
    const type = stringAt(json, "type") ?? ""
    const variants = unasked.has(type) ? [] : variantsOf(json, path)
    const asks = ({ question }: Variant) => [
      at(question, "answers"),
      at(question, "dynamic_answers"),
      at(question, "type"),
    ]
    const [first, ...others] = variants
    const shared = first === undefined || others.every((other) => isSame(asks(first), asks(other), 0))
    return { id: stringAt(json, "id") ?? "", type, json, path, order: order++, variants, shared, list, section }
  }
  const filled = filledLists(root)
  const sections = listAt(root, "sections").map((json, s): Section => {
    const path: Path = ["sections", s]
    const name = stringAt(at(json, "repeat"), "for_list")
    const list = name !== undefined && filled.has(name) ? name : undefined
    const id = stringAt(json, "id") ?? ""
    const groups = listAt(json, "groups").map((group, g) => {
      const at: Path = [...path, "groups", g]
      const blocks = listAt(group, "blocks").map((block, b) => blockAt(block, [...at, "blocks", b], list, id))
      return { json: group, path: at, blocks }
    })
    return { id, json, path, list, groups }
  })
  const blocks = sections.flatMap(({ groups }) => groups.flatMap(({ blocks }) => blocks))

  const owners = new Map<string, { owner: Block; add: Block; repeating: ReadonlyArray<Block> }>()
  for (const owner of collectors.flatMap((type) => blocks.filter((block) => block.type === type))) {
    const name = stringAt(owner.json, "for_list")
    if (name === undefined || owners.has(name)) continue
    const key = owner.type === "PrimaryPersonListCollector" ? "add_or_edit_block" : "add_block"
    const repeating = listAt(owner.json, "repeating_blocks").map((json, i) =>
      blockAt(json, [...owner.path, "repeating_blocks", i], name),
    )
    owners.set(name, { owner, add: blockAt(at(owner.json, key), [...owner.path, key], name), repeating })
  }

  const inner = [...owners.values()].flatMap(({ add, repeating }) => [add, ...repeating])
  const asking = [...blocks, ...inner]
  const asked = asking.flatMap((block) =>
    (block.shared ? block.variants.slice(0, 1) : block.variants).flatMap((variant) =>
      answersOf(variant).map(({ json, path }) => ({
        json,
        block,
        // asked for each item of a list, but in a group of its own
        list: path.at(-3) === "dynamic_answers" ? `each of ${block.id}` : block.list,
      })),
    ),
  )
  const announced = [
    ...asked.flatMap(({ json }) => [json, ...details(json)]).map((json) => stringAt(json, "id") ?? ""),
    ...asking.map(({ id }) => id),
    ...sections.map(({ id }) => id),
    ...owners.keys(),
  ].filter((id) => id !== "")
  const ids = allocate(announced)
  const claimed = new Map<string, string>()
  const claim = (theirs: string): string => {
    const ours = claimed.has(theirs) ? undefined : ids.ours(theirs)
    if (ours === undefined) return ids.fresh(theirs)
    claimed.set(theirs, ours)
    return ours
  }
  const alias = (theirs: string, ours: string): void => {
    if (theirs !== "" && !claimed.has(theirs)) claimed.set(theirs, ours)
  }

  const items = new Map<unknown, string>()
  const options = new Map<unknown, ReadonlyArray<Option>>()
  const answers = new Map<string, Answer>()
  const budget = { options: 0 }
  const add = (json: unknown, block: Block, list: string | undefined): void => {
    const theirs = stringAt(json, "id") ?? ""
    const ours = claim(theirs === "" ? `${block.id} answer` : theirs)
    items.set(json, ours)
    const known = answers.get(theirs)
    const own = optionsAt(json, answers, budget)
    options.set(json, own)
    for (const detail of details(json)) add(detail, block, list)
    if (theirs === "") return
    // without options it is asked as text, whatever it is called
    const called = typeOf(stringAt(json, "type") ?? "")
    const type = own.length === 0 && (called === "option" || called === "options") ? "text" : called
    const carrier = { ours, type, list, options: own }
    if (known !== undefined) {
      // another variant
      known.carriers.push(carrier)
      return
    }
    const value = at(json, "default")
    const fallback = typeof value === "string" || typeof value === "number" ? value : undefined
    answers.set(theirs, {
      theirs,
      type,
      carriers: [carrier],
      parts: new Map(),
      block,
      list,
      default: fallback,
      unit: [stringAt(json, "type"), stringAt(json, "currency") ?? stringAt(json, "unit")].join(" ").trim(),
    })
  }
  for (const { json, block, list } of asked) if (isObject(json)) add(json, block, list)

  const lists = new Map(
    [...owners].map(([name, parts]): [string, List] => [name, { name, ours: claim(name), ...parts, sections: [] }]),
  )
  const totals = new Map(
    sections.flatMap((section) =>
      section.groups
        .flatMap(({ blocks }) => blocks)
        .filter(({ type }) => type === "CalculatedSummary" || type === "GrandCalculatedSummary")
        .map(({ id, list, order }): [string, Total] => [
          id,
          { id: ids.fresh(`${id} total`), section: section.id, list, order },
        ]),
    ),
  )
  for (const section of sections) if (section.list !== undefined) lists.get(section.list)?.sections.push(section)
  return {
    sections,
    blocks: new Map(asking.map((block) => [block.id, block])),
    answers,
    lists,
    totals,
    oursOf: (answer) => items.get(answer) ?? ids.fresh("answer"),
    optionsOf: (answer) => options.get(answer) ?? [],
    claim,
    fresh: ids.fresh,
    alias,
    record: () => Object.fromEntries(claimed),
  }
}

/** What nests deeper is taken to differ. */
const deepest = 20

const isSame = (a: unknown, b: unknown, depth: number): boolean => {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return a === b
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return (
    depth < deepest &&
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.length &&
    left.every(([key, value]) => Object.hasOwn(b, key) && isSame(value, Reflect.get(b, key), depth + 1))
  )
}

/** The lists that some collector fills. */
const filledLists = (root: unknown): ReadonlySet<string> =>
  new Set(
    listAt(root, "sections")
      .flatMap((section) => listAt(section, "groups"))
      .flatMap((group) => listAt(group, "blocks"))
      .filter((block) => collectors.includes(stringAt(block, "type") ?? ""))
      .flatMap((block) => stringAt(block, "for_list") ?? []),
  )

/** Answers that an option opens when it is picked. */
const details = (answer: unknown): ReadonlyArray<unknown> =>
  listAt(answer, "options")
    .map((option) => at(option, "detail_answer"))
    .filter(isObject)

const typeOf = (type: string): Answer["type"] => {
  switch (type) {
    case "Number":
    case "Currency":
    case "Percentage":
    case "Unit":
      return "number"
    case "Date":
    case "MonthYearDate":
      return "date"
    case "YearDate":
      return "year"
    case "Radio":
    case "Dropdown":
    case "Relationship":
      return "option"
    case "Checkbox":
      return "options"
    case "Address":
    case "Duration":
      return "nothing"
    default:
      return "text"
  }
}

/** Options that stand for those of other answers, in the whole schema: each can name all of another's again. */
const mostDynamic = 50_000

const optionsAt = (
  answer: unknown,
  answers: ReadonlyMap<string, Answer>,
  budget: { options: number },
): ReadonlyArray<Option> => {
  const path: Path = []
  const own = listAt(answer, "options").map((json, i) => ({
    theirs: stringAt(json, "value") ?? stringAt(json, "label") ?? "",
    json,
    path: [...path, "options", i],
  }))
  const source = at(at(answer, "dynamic_options"), "values")
  const id = stringAt(source, "source") === "answers" ? stringAt(source, "identifier") : undefined
  const other = id === undefined ? undefined : answers.get(id)
  const offered = other?.carriers[0]?.options ?? []
  const picked = (budget.options + offered.length > mostDynamic ? [] : offered).map((option) => ({
    theirs: option.theirs,
    json: option.json,
    path: option.path,
    ...(id === undefined ? {} : { from: { answer: id, value: option.ours } }),
  }))
  budget.options += picked.length
  const all = [...picked, ...own]
  const values = optionValues(all.map(({ theirs }) => theirs))
  return all.map((option, i) => ({ ...option, ours: values[i] ?? "option" }))
}
