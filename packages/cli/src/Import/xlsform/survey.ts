/** Reads the sheets of a form into fields: groups by their beginnings and ends, ids, lists of choices, languages. */
import type { LocalText } from "@requite/core/LocalText"
import {
  fromHtml,
  ids as idsOf,
  localText,
  maxDepth,
  maxItems,
  maxOptions,
  optionValues,
  plain,
  type Report,
} from "../Imported.ts"
import type { Entry, Table } from "./columns.ts"
import { languages, type Languages } from "./languages.ts"
import type { Field, Option, Shape, Survey } from "./model.ts"
import { type Type, typeOf } from "./types.ts"
import { parse } from "./xpath.ts"

/** A row with what stands between its beginning and its end. */
interface Node {
  readonly row: Entry
  readonly type: Type
  readonly nodes: Array<Node>
}

export interface Tables {
  readonly survey: Table
  readonly choices: Table
  readonly external: Table
  readonly settings: Entry | undefined
}

/** Options of all questions together. */
const allOptions = 200_000

const isYes = (text: string): boolean => /^(yes|true|true\(\)|1)$/i.test(text)

const treeOf = (
  { entries }: Table,
  report: Report,
): { readonly nodes: ReadonlyArray<Node>; readonly settings: ReadonlyMap<string, string> } => {
  const top: Array<Node> = []
  const settings = new Map<string, string>()
  const open: Array<{ readonly nodes: Array<Node>; readonly row: Entry }> = []
  for (const row of entries) {
    if (isYes(row.get("disabled"))) {
      report.warn(["survey", row.number, "disabled"], "disabled", "The row is disabled, so it is left out.")
      continue
    }
    const nodes = open.at(-1)?.nodes ?? top
    if (row.get("type") === "") {
      if (row.get("name") !== "" || row.texts("label").length > 0)
        report.drop(["survey", row.number], "row", "A row without a type is no question.")
      continue
    }
    const type = typeOf(row.get("type"))
    if (type.is === "setting") settings.set(type.name, row.get("name"))
    else if (type.is === "end") {
      if (open.pop() === undefined)
        report.drop(["survey", row.number, "type"], row.get("type"), "This ends what never began.")
    } else if (type.is === "begin") {
      const node: Node = { row, type, nodes: [] }
      // deeper than definitions go, what is inside stands beside
      const isTooDeep = open.length >= maxDepth
      if (isTooDeep)
        report.drop(
          ["survey", row.number, "type"],
          "group",
          `Groups nest at most ${maxDepth} deep; this one is left out.`,
        )
      else nodes.push(node)
      open.push({ nodes: isTooDeep ? nodes : node.nodes, row })
    } else nodes.push({ row, type, nodes: [] })
  }
  for (const { row } of open)
    report.warn(["survey", row.number, "type"], "no-end", "The group has no end: it ends with the form.")
  return { nodes: top, settings }
}

const namesIn = (nodes: ReadonlyArray<Node>): ReadonlyArray<string> => {
  const found: Array<string> = []
  const pending = nodes.toReversed()
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    found.push(nameOf(node.row))
    for (const inner of node.nodes.toReversed()) pending.push(inner)
  }
  return found.filter((name) => name !== "")
}

const nameOf = (row: Entry): string => row.get("name").slice(0, 300)

const languagesOf = ({ survey, choices, settings }: Tables): Languages => {
  const columns = [...survey.columns, ...choices.columns].filter(({ name }) => translated.has(name))
  return languages(
    columns.map(({ language }) => language),
    settings?.get("default_language") ?? "",
    columns.some(({ language, name }) => language === "" && name === "label"),
  )
}

const translated = new Set(["label", "hint", "guidance_hint", "constraint_message", "required_message"])

export interface Read extends Survey {
  readonly title: LocalText
  readonly formId: string
}

export const read = (tables: Tables, report: Report): Read => {
  const { nodes, settings } = treeOf(tables.survey, report)
  const spoken = languagesOf(tables)
  for (const [name, tag] of spoken.unknown)
    report.warn(["survey", 1], "unknown-language", `The language "${name.slice(0, 100)}" has the tag "${tag}" here.`)
  const ids = idsOf(namesIn(nodes))
  const lists = new Map([
    ["choices", listsOf(tables.choices, listsWithOther(nodes))],
    ["external", listsOf(tables.external, new Set())],
  ])
  const taken = new Set<string>()
  const byPath = new Map<string, Field>()
  const byName = new Map<string, Field>()
  let left = maxItems
  let optionsLeft = allOptions
  const told = new Set<Entry>()

  const text: Survey["text"] = (entry, column, lines = false) => {
    const texts = new Map<string, string>()
    for (const [language, one] of entry.texts(column)) {
      const tag = spoken.tag(language)
      const cleaned = fromHtml(one, lines)
      if (!texts.has(tag) && cleaned !== "") texts.set(tag, cleaned)
    }
    const found = localText([...texts], "")
    return found === "" ? undefined : found
  }

  const optionsFor = (type: Type & { readonly is: "select" }, row: Entry): ReadonlyArray<Option> => {
    const listed = lists.get(type.from)?.get(type.list) ?? []
    const seen = new Set<string>()
    const distinct = listed.filter((entry) => {
      const raw = entry.get("name")
      if (raw !== "" && !seen.has(raw)) return seen.add(raw)
      report.warn(
        [type.from === "external" ? "external_choices" : "choices", entry.number, "name"],
        raw === "" ? "no-name" : "duplicate-option",
        raw === ""
          ? "A choice without a name is left out."
          : `The choice "${raw.slice(0, 100)}" stands twice; it is offered once.`,
      )
      return false
    })
    const most = Math.min(maxOptions, optionsLeft)
    if (distinct.length > most)
      report.drop(
        ["survey", row.number, "type"],
        "choices",
        `At most ${maxOptions} choices are offered; the rest is left out.`,
      )
    const kept = distinct.slice(0, most)
    optionsLeft -= kept.length
    const raws = kept.map((entry) => entry.get("name"))
    const values = optionValues(raws)
    return kept.map((entry, i) => {
      const raw = raws[i] ?? ""
      const value = values[i] ?? "option"
      if (value !== raw && !told.has(entry) && told.add(entry))
        report.warn(
          ["choices", entry.number, "name"],
          "option-renamed",
          `The choice "${raw.slice(0, 100)}" has the value "${value}" here.`,
        )
      return { value, raw, entry }
    })
  }

  const shapeOf = (type: Type, row: Entry): Shape | undefined => {
    const where = ["survey", row.number, "type"]
    switch (type.is) {
      case "begin":
        return { kind: type.what === "repeat" ? "instances" : "group" }
      case "select": {
        const options = type.from === "file" ? [] : optionsFor(type, row)
        if (options.length > 0) return { kind: "choice", options, multiple: type.multiple }
        report.drop(where, "choices", `The choices "${type.list.slice(0, 100)}" stand elsewhere: the answer is typed.`)
        return { kind: "text" }
      }
      case "integer":
        return { kind: "number", whole: true }
      case "decimal":
        return { kind: "number", whole: false }
      case "range":
        return { kind: "number", whole: !/[a-z]\s*=\s*-?\d*\.\d*[1-9]/i.test(row.get("parameters").slice(0, 1000)) }
      case "dateTime":
        report.warn(where, "day-only", "A date with a time is asked for as a date.")
        return { kind: "date" }
      case "acknowledge":
        return { kind: "confirm" }
      case "calculate":
        return { kind: "calculated", expression: parse(row.get("calculation")) }
      case "date":
      case "time":
      case "text":
      case "note":
      case "today":
      case "upload":
        return { kind: type.is }
      case "typed":
        report.warn(where, "typed", `A ${type.what} is typed here.`)
        return { kind: "text" }
      case "hidden":
        report.drop(where, "hidden", "A value that nobody types has no counterpart: it is asked for.")
        return { kind: "text" }
      case "metadata":
        report.drop(where, type.what, "What is recorded without asking, or read from another file, has no counterpart.")
        return undefined
      case "unknown":
        if (/^(include|cascading[ _]select)\b/.test(type.what)) {
          report.drop(where, type.what, "What stands in another file cannot be read.")
          return undefined
        }
        report.drop(where, type.what, "There is no such type: the answer is typed.")
        return { kind: "text" }
      default:
        return undefined
    }
  }

  interface Around {
    readonly path: string
    readonly repeats: ReadonlyArray<string>
    readonly looped: Entry | undefined
  }

  const make = ({ row, type, nodes }: Node, around: Around): ReadonlyArray<Field> => {
    if (left-- <= 0) {
      if (left === -1)
        report.drop(
          ["survey", row.number],
          "rows",
          `There are more than ${maxItems} items; from here on they are left out.`,
        )
      return []
    }
    const shape = shapeOf(type, row)
    if (shape === undefined) return []
    const name = nameOf(row) || `row ${row.number}`
    const path = `${around.path}${name}`
    const id = idOf(name, around.looped === undefined ? "" : `${around.path.split("/").at(-2) ?? ""} `)
    const field: Field = {
      row,
      type,
      name,
      path,
      id,
      shape,
      repeats: around.repeats,
      fields: [],
      label: undefined,
      looped: around.looped,
      other: undefined,
    }
    if (type.is !== "begin") {
      know(field)
      return [field, ...otherOf(field, around)]
    }
    const inner: Around = {
      ...around,
      path: `${path}/`,
      repeats: shape.kind === "instances" ? [...around.repeats, id] : around.repeats,
    }
    const fields =
      type.what === "loop" ? loop(field, nodes, inner, type.list) : nodes.flatMap((node) => make(node, inner))
    const whole: Field = { ...field, fields }
    know(whole)
    return [whole]
  }

  const idOf = (name: string, near: string): string => {
    const own = taken.has(name) ? undefined : ids.ours(name)
    taken.add(name)
    return own ?? ids.fresh(`${near}${name}`)
  }

  const know = (field: Field): void => {
    if (!byPath.has(field.path)) byPath.set(field.path, field)
    else
      report.warn(
        ["survey", field.row.number, "name"],
        "duplicate-name",
        "The name stands twice; expressions mean the first.",
      )
    if (!byName.has(field.name)) byName.set(field.name, field)
  }

  /** What was asked for each choice of a list is asked in a group for each. */
  const loop = (field: Field, nodes: ReadonlyArray<Node>, around: Around, list: string): ReadonlyArray<Field> => {
    const entries = (lists.get("choices")?.get(list) ?? []).filter((entry) => entry.get("name") !== "none")
    if (entries.length === 0)
      report.drop(
        ["survey", field.row.number, "type"],
        "loop",
        `There are no choices "${list.slice(0, 100)}" to go through.`,
      )
    return entries.slice(0, maxOptions).flatMap((entry): ReadonlyArray<Field> => {
      if (left-- <= 0) return []
      const name = entry.get("name").slice(0, 300) || "choice"
      const path = `${around.path}${name}`
      const inner: Around = { ...around, path: `${path}/`, looped: entry }
      const group: Field = {
        ...field,
        name,
        path,
        id: idOf(`${field.name} ${name}`, ""),
        shape: { kind: "group" },
        label: text(entry, "label") ?? (plain(name) || "–"),
        fields: nodes.flatMap((node) => make(node, inner)),
      }
      know(group)
      return [group]
    })
  }

  /** The text that `or_other` adds after a question. */
  const otherOf = (field: Field, around: Around): ReadonlyArray<Field> => {
    if (field.type.is !== "select" || !field.type.other || field.shape.kind !== "choice") return []
    const option = field.shape.options.find(({ raw }) => raw === "other")
    if (option === undefined || left-- <= 0) return []
    const name = `${field.name}_other`
    const other: Field = {
      ...field,
      name,
      path: `${around.path}${name}`,
      id: idOf(name, ""),
      type: { is: "text" },
      shape: { kind: "text" },
      label: "Specify other.",
      other: { field, value: option.value },
    }
    know(other)
    return [other]
  }

  const fields = nodes.flatMap((node) => make(node, { path: "", repeats: [], looped: undefined }))
  const setting = (name: string): string => settings.get(name) ?? tables.settings?.get(name) ?? ""
  const formId = setting("form_id")
  return {
    ids,
    fields,
    text,
    language: spoken.own,
    title: plain(setting("form_title")) || plain(formId) || "Form",
    formId: formId || setting("form_title"),
    // the nearest of that name, from where it is said outwards
    find: (name, from) => {
      const scope = from.split("/").slice(0, -1)
      for (let length = scope.length; length > 0; length--) {
        const found = byPath.get(`${scope.slice(0, length).join("/")}/${name}`)
        if (found !== undefined) return found
      }
      return byPath.get(name) ?? byName.get(name)
    },
  }
}

const listsOf = ({ entries }: Table, withOther: ReadonlySet<string>): ReadonlyMap<string, ReadonlyArray<Entry>> => {
  const lists = Map.groupBy(
    entries.filter((entry) => entry.get("list_name") !== ""),
    (entry) => entry.get("list_name"),
  )
  for (const name of withOther) {
    const list = lists.get(name)
    if (list !== undefined && !list.some((entry) => entry.get("name") === "other")) list.push(other)
  }
  return lists
}

/** What `or_other` adds to a list, for every question that has it. */
const other: Entry = {
  number: 0,
  get: (column) => (column === "name" ? "other" : column === "label" ? "Other" : ""),
  texts: (column) => (column === "label" ? [["", "Other"]] : []),
  names: new Set(["name", "label"]),
}

const listsWithOther = (nodes: ReadonlyArray<Node>): ReadonlySet<string> => {
  const found = new Set<string>()
  const pending = [...nodes]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type.is === "select" && node.type.other && node.type.from === "choices") found.add(node.type.list)
    for (const inner of node.nodes) pending.push(inner)
  }
  return found
}
