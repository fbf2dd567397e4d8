/**
 * Forms of Form.io as definitions. Pages of a wizard become sections, panels and containers groups, grids repeated
 * groups; conditions are translated where the outcome is the same, and JavaScript is never run.
 */
import type { LocalText } from "@requite/core/LocalText"
import { type Section, walk as itemsIn } from "@requite/core/Questionnaire/Definition"
import {
  at,
  fromJson,
  type Imported,
  isObject,
  listAt,
  type Path,
  plain,
  questionnaire,
  refused,
  report,
  stringAt,
} from "./Imported.ts"
import { withoutCycles } from "./Imported/circles.ts"
import { names } from "./Imported/names.ts"
import { type Build, item } from "./formio/items.ts"
import { type Field, textOf } from "./formio/model.ts"
import { unknownProperties } from "./formio/properties.ts"
import { isConditional, read, type Read } from "./formio/read.ts"

/** Items of one section. */
const mostItems = 5000
const mostSections = 200

/** Reads a form, a form within an export, or a bare list of components. Never throws. */
export const from = (source: string): Imported => fromJson(source, imported)

const imported = (json: unknown): Imported => {
  const found = formOf(json)
  if (found === undefined) return refused("form", "This is no form: an object with components.")

  const { form: value, path } = found
  const said = report()
  const components = Array.isArray(value) ? value : listAt(value, "components")
  const form = read(value, components, Array.isArray(value) ? path : [...path, "components"], said)
  reportForm(value, path, said)
  const title: LocalText = textOf(form.form, stringAt(value, "title") || stringAt(value, "name")) ?? "Form"
  const build: Build = { form: form.form, report: said, before: new Map() }
  const isWizard = stringAt(value, "display") === "wizard"
  const built = isWizard ? pages(form, title, build) : [page(form, title, form.fields, build)]
  const paths = new Map<string, Path>()
  for (const field of form.fields) note(field, paths)
  const sections = withoutCycles(cut(built, path, said), paths, said)
  const definition = questionnaire({
    id: stringAt(value, "path") || stringAt(value, "name") || "",
    title,
    language: form.form.language,
    sections,
    ids: form.ids,
  })
  return { definition, ...namesOf(form, sections), warnings: said.warnings, unsupported: said.unsupported }
}

const formOf = (value: unknown): { readonly form: unknown; readonly path: Path } | undefined => {
  const looksLike = (one: unknown): boolean =>
    isObject(one) && (typeof one["key"] === "string" || Array.isArray(one["components"])) && one["data"] === undefined
  if (Array.isArray(value)) {
    const list: ReadonlyArray<unknown> = value
    return list.some(looksLike) ? { form: value, path: [] } : undefined
  }
  if (Array.isArray(at(value, "components"))) return { form: value, path: [] }
  return Array.isArray(at(at(value, "form"), "components")) ? { form: at(value, "form"), path: ["form"] } : undefined
}

const page = ({ ids }: Read, title: LocalText, fields: ReadonlyArray<Field>, build: Build): Section => ({
  id: ids.fresh("page"),
  title,
  items: fields.flatMap((field) => item(field, build)),
})

/** A panel each; one that can be hidden is a group in its section, so that it has a condition as any item. */
const pages = (form: Read, title: LocalText, build: Build): ReadonlyArray<Section> => {
  const sections: Array<Section> = []
  let beside: Array<Field> = []
  const flush = (): void => {
    if (beside.length > 0) sections.push(page(form, title, beside, build))
    beside = []
  }
  for (const field of form.fields) {
    if (field.type !== "panel" || field.shape.kind !== "group") {
      beside.push(field)
      continue
    }
    flush()
    const own = textOf(form.form, stringAt(field.source, "title") || stringAt(field.source, "label")) ?? title
    const isPlain = !isConditional(field.source)
    if (isPlain) unknownProperties(field, build.report)
    sections.push(page(form, own, isPlain ? field.fields : [field], build))
  }
  flush()
  return sections
}

const note = (field: Field, paths: Map<string, Path>): void => {
  paths.set(field.id, field.path)
  if (field.wrapper !== undefined) paths.set(field.wrapper, field.path)
  for (const inner of field.fields) note(inner, paths)
}

/** As many as a definition may have. */
const cut = (sections: ReadonlyArray<Section>, path: Path, said: ReturnType<typeof report>): ReadonlyArray<Section> => {
  const isTooLong = (items: Section["items"]): boolean => items.length > mostItems
  const kept = sections.slice(0, mostSections)
  const whole =
    sections.length === kept.length &&
    kept.every(({ items }) => !isTooLong(items) && itemsIn(items).every(({ items = [] }) => !isTooLong(items)))
  if (whole) return sections
  const message = `There are at most ${mostSections} sections, and ${mostItems} items in each or in a group; the rest is left out.`
  said.drop([...path, "components"], "components", message)
  const shortened = (one: Section["items"][number]): Section["items"][number] =>
    one.items === undefined ? one : { ...one, items: one.items.slice(0, mostItems).map(shortened) }
  return kept.map((section) => ({ ...section, items: section.items.slice(0, mostItems).map(shortened) }))
}

/** By where their answers stand (`grid.column`), by their places in the form (`panel.grid.column`), and by their keys. */
const namesOf = (form: Read, sections: ReadonlyArray<Section>): Pick<Imported, "ids" | "values"> => {
  const { add, record } = names(sections)
  const all: Array<Field> = []
  const walk = (field: Field): void => {
    all.push(field)
    for (const inner of field.fields) walk(inner)
  }
  for (const field of form.fields) walk(field)
  // what is answered has its path before what only lays out a page
  for (const field of all) if (field.shape.kind !== "group" && field.shape.kind !== "note") add(field.data, field)
  for (const field of all) add(field.data, field)
  for (const field of all) add(field.key, field)
  return record()
}

const formKeys = new Set(
  (
    "_id type display title name path components tags owner access submissionAccess created modified machineName project template settings properties controller " +
    "revisions _vid pdfComponents esign submissionRevisions fieldMatchAccess i18n translations form builder deleted " +
    "key label input tableView"
  ).split(" "),
)

const reportForm = (form: unknown, path: Path, said: ReturnType<typeof report>): void => {
  for (const key of isObject(form) ? Object.keys(form) : []) {
    if (!formKeys.has(key) && at(form, key))
      said.drop([...path, key], plain(key).slice(0, 100), "There is no counterpart.")
  }
  if (at(form, "controller")) said.drop([...path, "controller"], "controller", "JavaScript is never run.")
}
