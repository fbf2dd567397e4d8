/**
 * What stands in a Defra or X-Gov form: its pages, the components on them, their lists. Everything gets its id of ours
 * here, before anything is translated, because conditions refer to what comes later too.
 *
 * Words: a *component* is anything on a page; a *field* is a component that is answered.
 */
import { at, ids as allocate, isObject, listAt, optionValues, stringAt } from "../Imported.ts"
import type { Ids, Path } from "../Imported.ts"

export interface Option {
  readonly theirs: string
  readonly ours: string
  readonly json: unknown
}

export interface Field {
  readonly name: string
  readonly ours: string
  readonly type: "text" | "number" | "date" | "option" | "options" | "confirm" | "nothing"
  readonly options: ReadonlyArray<Option>
  readonly section: string | undefined
  readonly repeated: boolean
  /** The number of its page in the form. */
  readonly page: number
}

export interface Component {
  readonly json: unknown
  readonly path: Path
  readonly type: string
  readonly ours: string
  readonly field: Field | undefined
}

export interface Page {
  readonly json: unknown
  readonly path: Path
  /** Its address, as links name it. */
  readonly address: string
  readonly controller: string
  readonly section: string | undefined
  readonly components: ReadonlyArray<Component>
  readonly repeated: boolean
}

export interface Form {
  readonly root: unknown
  readonly isXGov: boolean
  readonly isV2: boolean
  readonly pages: ReadonlyArray<Page>
  readonly conditions: ReadonlyMap<string, { readonly json: unknown; readonly path: Path }>
  readonly fieldsNamed: (name: string) => ReadonlyArray<Field>
  readonly fieldOfId: (id: string) => Field | undefined
  /** The value of an item of a list, by the ids of both. */
  readonly listItem: (reference: unknown) => string | number | boolean | undefined
  readonly ids: Ids
  readonly claim: (theirs: string) => string
  /** Says that theirs became something that has an id already. */
  readonly alias: (theirs: string, ours: string) => void
  readonly record: () => Readonly<Record<string, string>>
}

/** What stands beyond is left out: no form is that long. */
export const mostPages = 5000
/** Fields of one name, of which the one on the way counts: more are too many to look at each time. */
export const mostOfOneName = 40
/** Options of all fields: each field has those of its list again. */
const mostOptions = 100_000

const contents = new Set([
  "Html",
  "Para",
  "Details",
  "InsetText",
  "Markdown",
  "List",
  "FlashCard",
  "NotificationBanner",
])
const choices = new Set(["RadiosField", "SelectField", "AutocompleteField", "YesNoField", "SelectOneField"])

export const isContent = (type: string): boolean => contents.has(type)

const typeOf = (type: string): Field["type"] => {
  if (choices.has(type)) return "option"
  switch (type) {
    case "CheckboxesField":
      return "options"
    case "NumberField":
      return "number"
    case "DateField":
    case "DatePartsField":
      return "date"
    case "DeclarationField":
      return "confirm"
    // their answers are not what conditions compare them with
    case "MonthYearField":
    case "DateTimeField":
    case "DateTimePartsField":
    case "TimeField":
    case "UkAddressField":
    case "FileUploadField":
      return "nothing"
    default:
      return "text"
  }
}

export const read = (root: unknown): Form => {
  const rawPages = listAt(root, "pages").slice(0, mostPages)
  const isXGov =
    ["fees", "outputs", "skipSummary", "payApiKey", "feeOptions"].some((key) => at(root, key) !== undefined) ||
    rawPages.some((page) => stringAt(page, "controller")?.startsWith("./") === true)
  const lists = new Map<string, unknown>()
  for (const list of listAt(root, "lists"))
    for (const key of ["id", "name"]) {
      const name = stringAt(list, key)
      if (name !== undefined && !lists.has(name)) lists.set(name, list)
    }

  const names = rawPages.flatMap((page) =>
    listAt(page, "components").map((component) => stringAt(component, "name") ?? ""),
  )
  const addresses = rawPages.map((page) => stringAt(page, "path") ?? "")
  const sections = rawPages.map((page) => stringAt(page, "section") ?? "")
  const ids = allocate([...names, ...addresses, ...sections].filter((name) => name !== ""))
  const claimed = new Map<string, string>()
  const claim = (theirs: string): string => {
    const ours = claimed.has(theirs) ? undefined : ids.ours(theirs)
    if (ours === undefined) return ids.fresh(theirs === "" ? "item" : theirs)
    claimed.set(theirs, ours)
    return ours
  }
  const alias = (theirs: string, ours: string): void => {
    if (theirs !== "" && !claimed.has(theirs)) claimed.set(theirs, ours)
  }

  const byName = new Map<string, Array<Field>>()
  const byId = new Map<string, Field>()
  let options = 0
  const optionsOf = (json: unknown, type: string): ReadonlyArray<Option> => {
    const name =
      stringAt(json, "list") ?? stringAt(at(json, "options"), "list") ?? stringAt(at(json, "values"), "list") ?? ""
    const inline = listAt(at(json, "values"), "items")
    const items = type === "YesNoField" ? yesNo : inline.length > 0 ? inline : listAt(lists.get(name), "items")
    const some = (options + items.length > mostOptions ? [] : items).map((item) => ({
      json: item,
      theirs: textOf(at(item, "value")) ?? stringAt(item, "text") ?? "",
    }))
    options += some.length
    const values = optionValues(some.map(({ theirs }) => theirs))
    return some.map((option, i) => ({ ...option, ours: values[i] ?? "option" }))
  }
  const componentAt = (
    json: unknown,
    path: Path,
    section: string | undefined,
    repeated: boolean,
    page: number,
  ): Component => {
    const type = stringAt(json, "type") ?? ""
    const name = stringAt(json, "name") ?? ""
    const ours = claim(name === "" ? "text" : name)
    if (isContent(type)) return { json, path, type, ours, field: undefined }
    const kind = typeOf(type)
    const options = kind === "option" || kind === "options" ? optionsOf(json, type) : []
    const field: Field = { name, ours, type: kind, options, section, repeated, page }
    for (const key of section === undefined ? [name] : [name, `${section}.${name}`]) {
      const same = byName.get(key)
      if (same === undefined) byName.set(key, [field])
      else if (same.length < mostOfOneName) same.push(field)
    }
    if (section !== undefined) alias(`${section}.${name}`, ours)
    const id = stringAt(json, "id")
    if (id !== undefined) {
      byId.set(id, field)
      alias(id, ours)
    }
    return { json, path, type, ours, field }
  }

  const pages = rawPages.map((json, p): Page => {
    const path: Path = ["pages", p]
    const section = stringAt(json, "section")
    const controller = stringAt(json, "controller") ?? ""
    const repeated = controller.startsWith("Repeat")
    const components = listAt(json, "components")
      .filter(isObject)
      .map((component, c) => componentAt(component, [...path, "components", c], section, repeated, p))
    return { json, path, address: addressOf(stringAt(json, "path")), controller, section, components, repeated }
  })

  const conditions = new Map<string, { json: unknown; path: Path }>()
  listAt(root, "conditions").forEach((json, c) => {
    const source = { json, path: ["conditions", c] }
    for (const key of ["id", "name"]) {
      const name = stringAt(json, key)
      if (name !== undefined && !conditions.has(name)) conditions.set(name, source)
    }
  })
  return {
    root,
    isXGov,
    isV2: stringAt(root, "engine") === "V2",
    pages,
    conditions,
    fieldsNamed: (name) => byName.get(name) ?? byName.get(name.slice(name.lastIndexOf(".") + 1)) ?? [],
    fieldOfId: (id) => byId.get(id),
    listItem: (reference) => {
      const list = lists.get(stringAt(reference, "listId") ?? "")
      const item = listAt(list, "items").find((one) => at(one, "id") === at(reference, "itemId"))
      const value = at(item, "value")
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined
    },
    ids,
    claim,
    alias,
    record: () => Object.fromEntries(claimed),
  }
}

const yesNo: ReadonlyArray<unknown> = [
  { text: "Yes", value: true },
  { text: "No", value: false },
]

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined

/** With or without a slash it is the same page. */
export const addressOf = (path: string | undefined): string => `/${(path ?? "").replace(/^\/+|\/+$/g, "")}`
