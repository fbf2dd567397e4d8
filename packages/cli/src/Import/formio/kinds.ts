/** What the kind of an item has of its own: options, limits, formats. */
import type { Operand } from "@requite/core/Condition/Ast"
import { at, fromHtml, isObject, type Path, type Report, stringAt, whole } from "../Imported.ts"
import { anyFile, time } from "../Imported/kinds.ts"
import { pattern } from "../Imported/patterns.ts"
import { dateOf } from "./conditions.ts"
import { type Field, type Form, textOf } from "./model.ts"

export type Body = { readonly type: string; readonly [property: string]: unknown }

/** Form.io writes numbers as texts too. */
const numberAt = (source: unknown, key: string): number | undefined => {
  const value = at(source, key)
  if (typeof value !== "number" && (typeof value !== "string" || value.trim() === "")) return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

const positive = (number: number | undefined): number | undefined =>
  number !== undefined && number > 0 ? number : undefined

export const bodyOf = (field: Field, form: Form, report: Report): Body => {
  const { source, path, shape, type } = field
  const validate = at(source, "validate")
  switch (shape.kind) {
    case "choice":
      return {
        type: "choice",
        options: shape.options.map(({ value, label }) => ({ value, label })),
        ...(shape.multiple ? { multiple: true, ...picked(validate, shape.options.length) } : {}),
      }
    case "number":
      return { type: "number", ...numbers(source, path, report), ...decimals(source), ...unit(source, form) }
    case "confirm":
      return { type: "confirm" }
    case "date":
      return { type: "date", ...days(field, report) }
    case "upload":
      return { type: "upload", ...files(field, report) }
    case "text":
      if (type === "time" || type === "datetime") return time
      return { type: "text", ...text(field, form, report) }
    default:
      return { type: "note" }
  }
}

/** How often a repeated group is answered. */
export const repeatOf = (source: unknown): { readonly min?: number; readonly max?: number } => {
  const validate = at(source, "validate")
  const required = at(validate, "required") === true ? 1 : 0
  const min = Math.max(required, whole(numberAt(validate, "minLength"), 0, 1000) ?? 0)
  const max = whole(positive(numberAt(validate, "maxLength")), Math.max(1, min), 1000)
  return { ...(min === 0 ? {} : { min }), ...(max === undefined ? (min > 100 ? { max: min } : {}) : { max }) }
}

const picked = (validate: unknown, most: number) => {
  const min = whole(numberAt(validate, "minSelectedCount"), 0, most)
  const max = whole(positive(numberAt(validate, "maxSelectedCount")), Math.max(1, min ?? 0), most)
  return {
    ...(min === undefined || min < 2 ? {} : { minPicked: min }),
    ...(max === undefined ? {} : { maxPicked: max }),
  }
}

const numbers = (source: unknown, path: Path, report: Report) => {
  const validate = at(source, "validate")
  const [min, max] = [numberAt(validate, "min"), numberAt(validate, "max")]
  if (min !== undefined && max !== undefined && min > max) {
    report.drop([...path, "validate", "min"], "min", "The least value is above the greatest; both are left out.")
    return {}
  }
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

const decimals = (source: unknown) => {
  if (at(at(source, "validate"), "integer") === true) return { decimals: 0 }
  // limits that no number of this precision fits would let no answer through
  const limit = whole(numberAt(source, "decimalLimit"), 0, 15)
  const limits = ["min", "max"].map((key) => numberAt(at(source, "validate"), key) ?? 0)
  if (limits.some((one) => !Number.isInteger(one))) return {}
  return limit === undefined ? {} : { decimals: limit }
}

const unit = (source: unknown, form: Form) => {
  const currency = stringAt(source, "currency")
  const own = textOf(form, stringAt(source, "suffix") || stringAt(source, "prefix"))
  const unit = own ?? (currency !== undefined && /^[A-Z]{3}$/.test(currency) ? currency : undefined)
  return unit === undefined || (typeof unit === "string" && unit.length > 100) ? {} : { unit }
}

const days = (field: Field, report: Report) => {
  const { source, type, path } = field
  if (type === "datetime" && at(source, "enableTime") !== false)
    report.warn(path, "day-only", "A date with a time is asked for as a date.")
  const parts = Object.values(objectAt(source, "fields"))
  if (type === "day" && parts.some((part) => at(part, "hide") === true))
    report.drop([...path, "fields"], "fields", "A date is asked for as a whole: day, month and year.")
  const limit = (key: "minDate" | "maxDate"): Operand | undefined => {
    const [holder, where] =
      at(source, key) === undefined
        ? [at(source, "datePicker"), [...path, "datePicker", key]]
        : [source, [...path, key]]
    const value = stringAt(holder, key)?.trim() ?? ""
    if (value === "") return undefined
    if (/^moment\(\)(\.startOf\(['"]day['"]\))?$/.test(value)) return { context: "today" }
    const date = dateOf(value, field)
    if (date === undefined) report.drop(where, key, "Only a date, or today, can be a limit; JavaScript is never run.")
    return date
  }
  const [min, max] = [limit("minDate"), limit("maxDate")]
  if (typeof min === "string" && typeof max === "string" && min > max) {
    report.drop(path, "minDate", "The first day is after the last; both are left out.")
    return {}
  }
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

const objectAt = (source: unknown, key: string): Readonly<Record<string, unknown>> => {
  const value = at(source, key)
  return isObject(value) ? value : {}
}

const files = ({ source, path, type }: Field, report: Report) => {
  if (type !== "file") {
    report.drop([...path, "type"], type, "Nothing can be signed or drawn here: a picture of it is asked for.")
    return { accept: ["image/*"], maxBytes: 15_000_000 }
  }
  const accept = accepted(stringAt(source, "filePattern") ?? "", at(source, "image") === true)
  if (accept.unknown.length > 0)
    report.drop([...path, "filePattern"], "filePattern", `Not known as a type of file: ${accept.unknown.join(", ")}.`)
  return {
    accept: accept.types,
    maxBytes: bytes(stringAt(source, "fileMaxSize") ?? "") ?? 15_000_000,
    ...(at(source, "multiple") === true ? { maxFiles: 20 } : {}),
  }
}

/** `1GB`, `500KB`: as Form.io reads it, in powers of 1024. */
const bytes = (size: string): number | undefined => {
  const [, digits = "", letter = ""] = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([KMGT]?)B?\s*$/i.exec(size) ?? []
  if (digits === "") return undefined
  const power = "KMGT".indexOf(letter.toUpperCase() || " ") + 1
  return whole(positive(Number(digits) * 1024 ** power), 1, 1_000_000_000)
}

const types: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  heic: "image/heic",
  svg: "image/svg+xml",
  tif: "image/tiff",
  tiff: "image/tiff",
  bmp: "image/bmp",
  txt: "text/plain",
  csv: "text/csv",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  zip: "application/zip",
  json: "application/json",
  xml: "application/xml",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  mp4: "video/mp4",
  mov: "video/quicktime",
}

const accepted = (filePattern: string, isImage: boolean) => {
  const parts = filePattern
    .slice(0, 2000)
    .split(/[,;\s|]+/)
    .map((part) =>
      part
        .trim()
        .toLowerCase()
        .replace(/^\*?\./, ""),
    )
    .filter((part) => part !== "" && part !== "*")
  const found = new Set<string>()
  const unknown: Array<string> = []
  for (const part of parts) {
    const type = /^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/.test(part)
      ? part
      : Object.hasOwn(types, part)
        ? types[part]
        : undefined
    if (type === undefined) unknown.push(part.slice(0, 20))
    else found.add(type)
  }
  const fallback = isImage ? ["image/*"] : anyFile
  return { types: found.size > 0 ? [...found].slice(0, 50) : fallback, unknown: unknown.slice(0, 20) }
}

const text = ({ source, path, type }: Field, form: Form, report: Report) => {
  const validate = at(source, "validate")
  if (type === "password")
    report.drop([...path, "type"], type, "What is typed can be read: there are no passwords here.")
  if (type === "hidden")
    report.drop([...path, "type"], type, "A value that nobody types has no counterpart: it is asked for.")
  if (type === "tags") report.warn(path, "tags-typed", "Tags are typed as one text.")
  if (type === "address") {
    report.warn(path, "address-typed", "An address is typed as one text.")
  }
  const long = type === "textarea" || type === "address"
  const longest = whole(positive(numberAt(validate, "maxLength")), 1, 100_000)
  const maxLength = longest ?? (type === "address" ? 1000 : undefined)
  const upTo = maxLength ?? (long ? 10_000 : 500)
  const minLength = whole(positive(numberAt(validate, "minLength")), 0, upTo)
  for (const key of ["minWords", "maxWords"]) {
    if (numberAt(validate, key) !== undefined) report.drop([...path, "validate", key], key, "Words are not counted.")
  }
  const format = type === "email" || type === "url" ? type : type === "phoneNumber" ? "phone" : undefined
  const own = stringAt(validate, "pattern") ?? ""
  const mask = format === undefined ? maskOf(stringAt(source, "inputMask") ?? "") : undefined
  const regex = own === "" ? mask : pattern(`^${own}$`, upTo)
  if (own !== "" && regex === undefined) {
    const message = "This pattern has no counterpart of the same meaning."
    report.drop([...path, "validate", "pattern"], "pattern", message)
  }
  const message =
    textOf(form, stringAt(validate, "patternMessage") || stringAt(validate, "customMessage")) ??
    (own === ""
      ? `Expected: ${fromHtml(stringAt(source, "inputMask") ?? "") || "a value"}`
      : "This does not have the right form")
  return {
    ...(long ? { long: true } : {}),
    ...(format === undefined ? {} : { format }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(regex === undefined ? {} : { pattern: { regex, message } }),
  }
}

const masks: Readonly<Record<string, string>> = { "9": "[0-9]", A: "[A-Za-z]", a: "[a-z]", "*": "[A-Za-z0-9]" }

/** `99-999` as a pattern. */
const maskOf = (mask: string): string | undefined => {
  if (mask === "" || mask.length > 50 || !/^[\x20-\x7e]+$/.test(mask)) return undefined
  return Array.from(mask, (one) =>
    Object.hasOwn(masks, one) ? masks[one] : /[A-Za-z0-9 ]/.test(one) ? one : /[-]/.test(one) ? "-" : `\\${one}`,
  )
    .join("")
    .replaceAll(/\\([^$()*+./?[\\\]^{|}])/g, "$1")
}
