/** The components of a page as items of ours: each kind of field, its limits, its options; what is only read, a note. */
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import { at, fromHtml, isObject, leftover, listAt, maxOptions, plain, stringAt } from "../Imported.ts"
import type { Item, Report } from "../Imported.ts"
import { isAlways } from "../Imported/conditions.ts"
import type { Conditions } from "./Conditions.ts"
import { type Component, type Form, isContent } from "./Form.ts"

export interface Tools {
  readonly form: Form
  readonly conditions: Conditions
  readonly report: Report
  /** Their option values to ours, by the name of the field. */
  readonly values: Map<string, Readonly<Record<string, string>>>
}

/** What says how a page looks, or is said by the structure of ours. */
const looks = ["type", "name", "id", "title", "hint", "content", "options", "schema", "list", "values", "nameHasError"]
const lookOptions = [
  "required",
  "optionalText",
  "hideTitle",
  "classes",
  "bold",
  "rows",
  "condition",
  "list",
  "hideOptional",
]

/** Media types of documents and pictures, where a form says none. */
const documents = ["application/pdf", "image/jpeg", "image/png", "application/msword", "text/plain", "text/csv"]
const oneHundredMegabytes = 100_000_000

/** Undefined for a component that has no counterpart at all, which is reported. `label` is the page's title, where the
 * page has nothing else. */
export const componentItem = (tools: Tools, component: Component, label: string, place: number): Item | undefined => {
  const { form, report, conditions } = tools
  const { json, path, type, ours } = component
  const title = plain(stringAt(json, "title") ?? "")
  const options = at(json, "options")
  const named = stringAt(options, "condition") ?? ""
  const when = named === "" ? undefined : conditions.named(named, place)
  const conditional = when === undefined || isAlways(when) ? {} : { when }
  leftover(report, json, path, [...looks, "shortDescription"])
  if (isContent(type)) {
    leftover(report, options, [...path, "options"], lookOptions)
    const content = withAnswers(form, contentOf(json))
    const [first = "", ...rest] = content.split("\n")
    const [heading, body] = type === "Details" && title !== "" ? [title, content] : [first, rest.join("\n")]
    return {
      id: ours,
      type: "note",
      label: heading === "" ? (title === "" ? "Note" : title) : heading,
      ...(body.trim() === "" ? {} : { help: body.trim() }),
      ...conditional,
    }
  }
  const hint = fromHtml(stringAt(json, "hint") ?? "", true)
  const base = {
    id: ours,
    label: label !== "" ? label : title === "" ? "Question" : title,
    ...(hint === "" ? {} : { help: hint }),
    ...conditional,
  }
  const required = at(options, "required") === false ? {} : { required: true }
  return field(tools, component, { ...base, ...required }, base, place)
}

interface Base {
  readonly id: string
  readonly label: string
  readonly help?: string
  readonly required?: boolean
  readonly when?: Condition
}

const field = (tools: Tools, component: Component, base: Base, plainBase: Base, place: number): Item | undefined => {
  const { report, form } = tools
  const { json, path, type } = component
  const options = at(json, "options")
  const schema = at(json, "schema")
  const rest = (ofOptions: ReadonlyArray<string>, ofSchema: ReadonlyArray<string>) => {
    leftover(report, options, [...path, "options"], [...lookOptions, ...ofOptions])
    leftover(report, schema, [...path, "schema"], ofSchema)
  }
  switch (type) {
    case "TextField":
    case "FreeTextField":
    case "MultilineTextField":
      rest(["autocomplete"], ["min", "max", "length", "regex"])
      return {
        ...base,
        type: "text",
        ...(type === "TextField" ? {} : { long: true }),
        ...lengths(schema),
        ...pattern(tools, component),
      }
    case "EmailAddressField":
      rest([], [])
      return { ...base, type: "text", format: "email" }
    case "TelephoneNumberField":
      rest([], [])
      return { ...base, type: "text", format: "phone" }
    case "WebsiteField":
      rest([], [])
      return { ...base, type: "text", format: "url" }
    case "NumberField":
      rest(["prefix", "suffix"], ["min", "max", "precision", "integer"])
      return { ...base, type: "number", ...numbers(tools, component) }
    case "DateField":
    case "DatePartsField":
      rest(["maxDaysInPast", "maxDaysInFuture"], [])
      return { ...base, type: "date", ...days(options) }
    case "MonthYearField":
      rest([], [])
      report.warn(path, "whole-date", "Asked for as a whole date, of which the first day of the month counts.")
      return { ...base, type: "date" }
    case "DateTimeField":
    case "DateTimePartsField":
      rest(["maxDaysInPast", "maxDaysInFuture"], [])
      report.drop([...path, "type"], type, "The date is asked for, the time of day is not.")
      return { ...base, type: "date", ...days(options) }
    case "TimeField":
      rest([], [])
      return {
        ...base,
        type: "text",
        pattern: { regex: "([01][0-9]|2[0-3]):[0-5][0-9]", message: "Enter a time such as 13:45" },
      }
    case "YesNoField":
    case "RadiosField":
    case "SelectField":
    case "SelectOneField":
    case "AutocompleteField":
    case "CheckboxesField":
      rest([], ["min", "max", "length"])
      return choice(tools, component, base, type === "CheckboxesField", place)
    case "DeclarationField": {
      rest([], [])
      const content = contentOf(json)
      const help = [content, plainBase.help].filter((text) => typeof text === "string" && text !== "").join("\n")
      return { ...base, type: "confirm", ...(help === "" ? {} : { help: help.slice(0, 3900) }) }
    }
    case "UkAddressField": {
      rest(["hideTitle", "usePostcodeLookup"], [])
      const must = base.required === true
      const line = (name: string, label: string, needed: boolean): Item => ({
        id: form.ids.fresh(`${base.id} ${name}`),
        type: "text",
        label,
        ...(must && needed ? { required: true } : {}),
      })
      const items = [
        line("line1", "Address line 1", true),
        line("line2", "Address line 2", false),
        line("town", "Town or city", true),
        line("county", "County", false),
        line("postcode", "Postcode", true),
      ]
      return { ...plainBase, type: "group", items }
    }
    case "FileUploadField":
      rest(["accept", "multiple"], ["min", "max", "length"])
      return { ...base, type: "upload", ...files(options, schema) }
    case "HiddenField":
    case "PaymentField":
      report.drop([...path, "type"], type, "There is nothing for the customer to answer here.")
      return undefined
    default:
      rest([], [])
      report.drop(
        [...path, "type"],
        type === "" ? "type" : type,
        "There is no such kind of field; it is asked as text.",
      )
      return { ...base, type: "text" }
  }
}

/** The text of a component that is only read, in lines. */
const contentOf = (json: unknown): string => {
  const content = stringAt(json, "content") ?? ""
  const text = fromHtml(content.replace(/^#{1,6} /gm, ""), true)
  return text.slice(0, 3900).trim()
}

/** X-Gov puts answers into texts as ours does: `{{country}}`, which `plain` has taken apart. */
const withAnswers = (form: Form, text: string): string =>
  text.replace(/\{ \{\s*([A-Za-z_][\w.]{0,200})\s*\}\}/g, (whole, name: string) => {
    const [field] = form.fieldsNamed(name)
    return field === undefined || field.repeated || field.type === "nothing" ? whole : `{{${field.ours}}}`
  })

const wholeAt = (value: unknown, key: string, least: number, most: number): number | undefined => {
  const given = at(value, key)
  const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given
  return typeof number === "number" && Number.isInteger(number) && number >= least && number <= most
    ? number
    : undefined
}

const lengths = (schema: unknown) => {
  const length = wholeAt(schema, "length", 1, 100_000)
  const min = length ?? wholeAt(schema, "min", 1, 100_000)
  const max = length ?? wholeAt(schema, "max", 1, 100_000)
  return {
    ...(min === undefined || (max !== undefined && min > max) ? {} : { minLength: min }),
    ...(max === undefined ? {} : { maxLength: max }),
  }
}

/** Patterns of ours fit the whole answer and have no repetition of what repeats: others are left out. */
const pattern = ({ report }: Tools, { json, path }: Component) => {
  const regex = stringAt(at(json, "schema"), "regex") ?? ""
  if (regex === "") return {}
  const [, inner] = /^\^(.{1,500})\$$/.exec(regex) ?? []
  const isPlain = inner !== undefined && !/\)[*+{]|\\[1-9k]|\(\?[<!=]|[+*}][+*]/.test(inner)
  if (!isPlain || !compiles(inner)) {
    report.drop([...path, "schema", "regex"], "regex", "This pattern is not imported.")
    return {}
  }
  return { pattern: { regex: inner, message: "Enter it in the format that is asked for" } }
}

const compiles = (regex: string): boolean => {
  try {
    return new RegExp(`^(?:${regex})$`, "u").source !== ""
  } catch {
    return false
  }
}

const numbers = ({ report }: Tools, { json, path }: Component) => {
  const schema = at(json, "schema")
  const limit = (key: string): number | undefined => {
    const given = at(schema, key)
    const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given
    return typeof number === "number" && Number.isFinite(number) ? number : undefined
  }
  const [min, max] = [limit("min"), limit("max")]
  const crossed = min !== undefined && max !== undefined && min > max
  if (crossed) report.drop([...path, "schema", "min"], "min", "It is above the maximum, so that no answer would fit.")
  const decimals = at(schema, "integer") === true ? 0 : wholeAt(schema, "precision", 0, 15)
  const options = at(json, "options")
  const unit = plain(stringAt(options, "suffix") ?? stringAt(options, "prefix") ?? "")
  return {
    ...(min === undefined || crossed ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(decimals === undefined ? {} : { decimals }),
    ...(unit === "" ? {} : { unit }),
  }
}

const days = (options: unknown) => {
  const from = (days: number): Operand => ({ date: { context: "today" }, offset: { days } })
  const [past, future] = [
    wholeAt(options, "maxDaysInPast", 0, 100_000),
    wholeAt(options, "maxDaysInFuture", 0, 100_000),
  ]
  return {
    ...(past === undefined ? {} : { min: from(-past) }),
    ...(future === undefined ? {} : { max: from(future) }),
  }
}

const files = (options: unknown, schema: unknown) => {
  const accept = (stringAt(options, "accept") ?? "")
    .split(",")
    .map((type) => type.trim().toLowerCase())
    .filter((type) => /^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/.test(type))
  const length = wholeAt(schema, "length", 1, 100)
  const max = length ?? wholeAt(schema, "max", 1, 100) ?? 10
  const min = length ?? wholeAt(schema, "min", 1, 100)
  return {
    accept: accept.length === 0 ? documents : [...new Set(accept)].slice(0, 50),
    maxBytes: oneHundredMegabytes,
    maxFiles: max,
    ...(min === undefined || min > max ? {} : { minFiles: min }),
  }
}

const choice = (tools: Tools, component: Component, base: Base, multiple: boolean, place: number): Item => {
  const { report, conditions, values } = tools
  const { json, path, field } = component
  const known = field?.options ?? []
  if (known.length === 0) {
    report.drop([...path, "list"], "list", "There is no list of options with this name; it is asked as text.")
    return { ...base, type: "text" }
  }
  if (known.length > maxOptions) report.drop([...path, "list"], "list", `Only ${maxOptions} options are imported.`)
  const options = known.slice(0, maxOptions)
  values.set(field?.name ?? "", Object.fromEntries(options.map(({ theirs, ours }) => [theirs, ours])))
  const least =
    wholeAt(at(json, "schema"), "length", 1, options.length) ?? wholeAt(at(json, "schema"), "min", 1, options.length)
  const most = wholeAt(at(json, "schema"), "length", 1, options.length) ?? wholeAt(at(json, "schema"), "max", 1, 1000)
  return {
    ...base,
    type: "choice",
    ...(multiple ? { multiple: true } : {}),
    ...(multiple && least !== undefined && least <= (most ?? least) ? { minPicked: least } : {}),
    ...(multiple && most !== undefined ? { maxPicked: most } : {}),
    options: options.map(({ json: option, theirs, ours }) => {
      const label = plain(stringAt(option, "text") ?? stringAt(option, "label") ?? "")
      const help = plain(stringAt(at(option, "hint"), "text") ?? stringAt(option, "description") ?? "")
      const condition = stringAt(option, "condition") ?? ""
      const when: Condition | undefined = condition === "" ? undefined : conditions.named(condition, place)
      if (isObject(option) && listAt(at(option, "conditional"), "components").length > 0)
        report.drop(path, "conditional", "What opens below an option is not imported.")
      return {
        value: ours,
        label: label === "" ? plain(theirs) || ours : label,
        ...(help === "" ? {} : { help }),
        ...(when === undefined || isAlways(when) ? {} : { when }),
      }
    }),
  }
}
