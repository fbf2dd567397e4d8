/** Reads the components of a form into fields: their ids, the kind that each becomes, the paths that mean them. */
import type { LocalText } from "@requite/core/LocalText"
import {
  at,
  type Ids,
  ids as idsOf,
  isObject,
  listAt,
  maxDepth,
  maxItems,
  type Path,
  type Report,
  stringAt,
} from "../Imported.ts"
import { type Field, type Form, type Shape, textOf, translationsOf, written } from "./model.ts"
import { optionsOf } from "./options.ts"

export interface Read {
  readonly form: Form
  readonly ids: Ids
  /** What stands at the top; in a wizard a page each. */
  readonly fields: ReadonlyArray<Field>
}

interface Child {
  readonly source: unknown
  readonly path: Path
  readonly type?: string
}

/** What stands in a component, be it in `components`, in columns or in the cells of a table. */
const childrenOf = (source: unknown, path: Path): ReadonlyArray<Child> => {
  const type = at(source, "type") === "tabs" ? { type: "tab" } : {}
  const listed = (holder: unknown, where: Path): ReadonlyArray<Child> =>
    listAt(holder, "components").map((one, i) => ({ source: one, path: [...where, "components", i], ...type }))
  const columns = listAt(source, "columns").flatMap((column, i) => listed(column, [...path, "columns", i]))
  const rows = listAt(source, "rows").flatMap((row, i) =>
    Array.isArray(row) ? row.flatMap((cell: unknown, j) => listed(cell, [...path, "rows", i, j])) : [],
  )
  return [...listed(source, path), ...columns, ...rows]
}

/** Components deeper than this are of no person's making. */
const deepest = 100

const keys = (roots: ReadonlyArray<Child>): ReadonlyArray<string> => {
  const found: Array<string> = []
  const pending = roots.map((child) => ({ child, depth: 0 })).toReversed()
  for (let next = pending.pop(); next !== undefined && found.length < maxItems; next = pending.pop()) {
    const { child, depth } = next
    const key = keyOf(child.source)
    if (key !== "") found.push(key)
    if (depth >= deepest) continue
    for (const inner of childrenOf(child.source, []).toReversed()) pending.push({ child: inner, depth: depth + 1 })
  }
  return found
}

const keyOf = (source: unknown): string => (stringAt(source, "key") ?? "").trim().slice(0, 300)

const typeOf = (source: unknown): string => {
  const type = stringAt(source, "type")
  if (type !== undefined) return type
  if (Array.isArray(at(source, "columns"))) return "columns"
  if (listAt(source, "components").length > 0) return "panel"
  return Array.isArray(at(source, "rows")) ? "table" : ""
}

/** Only lay out what stands in them. */
const layouts = new Set(["columns", "table", "well", "tabs", "row", "column"])
const grids = new Set(["datagrid", "editgrid", "datatable", "dynamicWizard", "tree"])
const groups = new Set(["panel", "fieldset", "tab", "container", "form", "section", "page", ...layouts])

/** Can it be hidden by itself? */
export const isConditional = (source: unknown): boolean => {
  const conditional = at(source, "conditional")
  const listed = listAt(conditional, "conditions").length > 0
  return (
    Boolean(at(source, "hidden")) ||
    Boolean(at(source, "customConditional")) ||
    Boolean(at(conditional, "when")) ||
    Boolean(at(conditional, "json")) ||
    listed ||
    listAt(source, "logic").length > 0
  )
}

const texts = new Set(
  "textfield textarea email url phoneNumber password time tags address hidden resource custom location".split(" "),
)

const shapeOf = (form: Form, source: unknown, type: string, path: Path, report: Report): Shape => {
  if (grids.has(type) || type === "datamap") return { kind: "instances" }
  if (groups.has(type)) return { kind: "group" }
  switch (type) {
    case "number":
    case "currency":
      return { kind: "number" }
    case "checkbox":
      return { kind: "confirm" }
    case "datetime":
      return { kind: at(source, "enableDate") === false ? "text" : "date" }
    case "day":
      return { kind: "date" }
    case "file":
    case "signature":
    case "sketchpad":
      return { kind: "upload" }
    case "content":
    case "htmlelement":
      return { kind: "note" }
    case "survey":
      return { kind: "group" }
    case "radio":
    case "select":
    case "selectboxes": {
      const options = optionsOf(form, source, path, report)
      const multiple = type === "selectboxes" || (type === "select" && at(source, "multiple") === true)
      if (options !== undefined) return { kind: "choice", options, multiple, boxes: type === "selectboxes" }
      report.drop(
        [...path, "dataSrc"],
        stringAt(source, "dataSrc") ?? "options",
        "The options stand elsewhere: the answer is typed.",
      )
      return { kind: "text" }
    }
    default:
      if (texts.has(type)) return { kind: "text" }
      if (childrenOf(source, []).length > 0) return { kind: "group" }
      if (type !== "" || at(source, "input") !== false) {
        report.drop([...path, "type"], type.slice(0, 100) || "component", "There is no such kind: the answer is typed.")
      }
      return { kind: "text" }
  }
}

/** Answered once for each value with `multiple`, where no kind of ours takes several. */
const isWrapped = (source: unknown, { kind }: Shape): boolean =>
  at(source, "multiple") === true && ["text", "number", "date"].includes(kind)

interface Around {
  readonly data: string
  readonly full: string
  readonly repeats: ReadonlyArray<string>
  /** Groups around it; and components, of which some only lay out a page. */
  readonly groups: number
  readonly depth: number
}

export const read = (source: unknown, components: ReadonlyArray<unknown>, root: Path, report: Report): Read => {
  const tops = components.map((one, i): Child => ({ source: one, path: [...root, i] }))
  const ids = idsOf(keys(tops))
  const byPath = new Map<string, Field>()
  const byKey = new Map<string, Field>()
  const form: Form = { language: "en", translations: translationsOf(source), find }
  let left = maxItems

  /** The same paths that Form.io tries: from where the condition stands outwards, with and without layouts, by key. */
  function find(path: string, from: Field | undefined): Field | undefined {
    const plain = path.replace(/\[\d{1,9}\]/g, "").trim()
    const scope = from === undefined ? [] : from.data.split(".").slice(0, -1)
    for (let length = Math.min(scope.length, deepest); length > 0; length--) {
      const found = byPath.get(`${scope.slice(0, length).join(".")}.${plain}`)
      if (found !== undefined) return found
    }
    const last = byKey.get(plain.slice(plain.lastIndexOf(".") + 1))
    return byPath.get(plain) ?? byKey.get(plain) ?? (last?.data.endsWith(`.${plain}`) === true ? last : undefined)
  }

  const know = (field: Field, full: string): void => {
    if (!byPath.has(field.data)) byPath.set(field.data, field)
    if (!byPath.has(full)) byPath.set(full, field)
    if (!byKey.has(field.key)) byKey.set(field.key, field)
  }

  const make = (child: Child, around: Around): ReadonlyArray<Field> => {
    const { source, path } = child
    if (!isObject(source)) {
      report.drop(path, "component", "This is no component.")
      return []
    }
    const type = child.type ?? typeOf(source)
    if (type === "button") return []
    if (without.has(type)) {
      report.drop([...path, "type"], type, without.get(type) ?? "")
      return []
    }
    if (left-- <= 0) {
      if (left === -1)
        report.drop(path, "components", `There are more than ${maxItems} items; from here on they are left out.`)
      return []
    }
    const key = keyOf(source)
    const isLayout = type === "panel" || type === "fieldset" || type === "tab" || layouts.has(type)
    const name = key || type || "item"
    const data = `${around.data}${name}`
    const full = `${around.full}${name}`
    const below: Around = {
      data: isLayout ? around.data : type === "form" ? `${data}.data.` : `${data}.`,
      full: `${full}.`,
      repeats: around.repeats,
      groups: around.groups + 1,
      depth: around.depth + 1,
    }
    if (layouts.has(type) && !isConditional(source)) return inside(child, { ...below, groups: around.groups })
    const shape = shapeOf(form, source, type, path, report)
    const isKnown = byKey.has(key)
    const id = (key === "" || isKnown ? undefined : ids.ours(key)) ?? ids.fresh(name)
    const wrapper = isWrapped(source, shape) ? ids.fresh(`${name} list`) : undefined
    const field: Field = {
      source,
      path,
      type,
      key: name,
      data,
      id,
      shape,
      repeats: wrapper === undefined ? around.repeats : [...around.repeats, wrapper],
      fields: [],
      wrapper,
      title: undefined,
    }
    if (shape.kind !== "group" && shape.kind !== "instances") {
      know(field, full)
      return [field]
    }
    // its place among the keys, before what stands in it
    if (!isKnown) byKey.set(name, field)
    const fields =
      type === "survey"
        ? questionsOf(field)
        : inside(child, shape.kind === "instances" ? { ...below, repeats: [...around.repeats, id] } : below)
    const whole: Field = fields.length > 0 ? { ...field, fields } : { ...field, shape: { kind: "note" } }
    if (!isKnown) byKey.set(name, whole)
    know(whole, full)
    return [whole]
  }

  const inside = (child: Child, around: Around): ReadonlyArray<Field> => {
    const children = [...childrenOf(child.source, child.path), ...mapValue(child)]
    if (children.length > 0 && (around.groups > maxDepth || around.depth > deepest)) {
      report.drop(child.path, "components", `Groups nest at most ${maxDepth} deep; what is deeper is left out.`)
      return []
    }
    return children.flatMap((one) => make(one, around))
  }

  /** Each question of a survey has the same answers to choose from. */
  const questionsOf = (survey: Field): ReadonlyArray<Field> => {
    const options = optionsOf(form, survey.source, survey.path, report)
    if (options === undefined) return []
    return listAt(survey.source, "questions").flatMap((question, i): ReadonlyArray<Field> => {
      const name = (written(at(question, "value")) || String(i)).slice(0, 300)
      const title: LocalText | undefined = textOf(form, at(question, "label"))
      if (left-- <= 0) return []
      const field: Field = {
        source: question,
        path: [...survey.path, "questions", i],
        type: "survey question",
        key: name,
        data: `${survey.data}.${name}`,
        id: ids.fresh(`${survey.key} ${name}`),
        shape: { kind: "choice", options, multiple: false, boxes: false },
        repeats: survey.repeats,
        fields: [],
        wrapper: undefined,
        title: title ?? name,
      }
      byPath.set(field.data, field)
      return [field]
    })
  }

  const top: Around = { data: "", full: "", repeats: [], groups: 0, depth: 0 }
  const fields = tops.flatMap((child) => make(child, top))
  return { form, ids, fields }
}

/** A map of keys and values is a list of both. */
const mapValue = ({ source, path }: Child): ReadonlyArray<Child> =>
  at(source, "type") === "datamap"
    ? [
        { source: { key: "key", type: "textfield", label: "Key", validate: { required: true } }, path },
        { source: at(source, "valueComponent") ?? { key: "value", label: "Value" }, path: [...path, "valueComponent"] },
      ]
    : []

/** Kinds of components that nobody answers. */
const without: ReadonlyMap<string, string> = new Map([
  ["recaptcha", "There is no test for robots in a questionnaire."],
  ["captcha", "There is no test for robots in a questionnaire."],
  ["datasource", "Data is not fetched from elsewhere."],
  ["stripe", "There is no payment in a questionnaire."],
  ["reviewpage", "The review comes by itself."],
])
