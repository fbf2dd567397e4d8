/** The items of ours that the rows of a survey become; whatever has no counterpart is reported. */
import type { Condition, Calculation } from "@requite/core/Condition/Ast"
import type { LocalText } from "@requite/core/LocalText"
import { type Item, plain } from "../Imported.ts"
import { all, isAlways, isNever } from "../Imported/conditions.ts"
import { time } from "../Imported/kinds.ts"
import { calculation } from "./calculations.ts"
import { translate } from "./conditions.ts"
import { type Limits, limits } from "./constraints.ts"
import { type Field, type Option, pathOf } from "./model.ts"
import type { Place } from "./terms.ts"
import { alias, type Build, placed } from "./texts.ts"

export const placeOf = (field: Field, build: Build, column: string): Place => ({
  survey: build.survey,
  path: field.path,
  repeats: field.repeats,
  self: field,
  calculated: build.calculated,
  steps: build.steps,
  warn: (code, message) => build.report.warn(pathOf(field, column), code, message),
})

/** Works out what rows of the type `calculate` come to, in the order in which they stand. */
export const calculate = (fields: ReadonlyArray<Field>, build: Build): void => {
  for (const field of fields) {
    calculate(field.fields, build)
    if (field.shape.kind !== "calculated") continue
    const { expression } = field.shape
    const found = expression === undefined ? undefined : calculation(expression, placeOf(field, build, "calculation"))
    if (found !== undefined) build.calculated.set(field, { ...found, id: field.id })
    else if (alias(expression) === undefined) {
      const message =
        "Its value cannot be worked out here; conditions that use it are read through it where they can be."
      build.report.drop(pathOf(field, "calculation"), "calculation", message)
    }
    if (field.row.get("relevant") !== "")
      build.report.drop(pathOf(field, "relevant"), "relevant", "A calculated value is worked out wherever it can be.")
  }
}

/** Calculated values by the repeated group that they stand in; of the section under "". */
export const calculatedIn = ({ calculated }: Build): ReadonlyMap<string, Readonly<Record<string, Calculation>>> => {
  const found = new Map<string, Record<string, Calculation>>()
  for (const [field, { id, calculation }] of calculated) {
    const group = field.repeats.at(-1) ?? ""
    const values = found.get(group) ?? {}
    values[id] = calculation
    found.set(group, values)
  }
  return found
}

const isYes = /^(yes|true|true\(\))$/i
const isNo = /^(|no|false|false\(\))$/i

/** The condition in that column; undefined where there is none. */
const conditionAt = (field: Field, column: string, build: Build, otherwise?: string): Condition | undefined => {
  const source = field.row.get(column)
  if (source === "" || isYes.test(source)) return undefined
  const expression = isNo.test(source) ? "false()" : source
  return translate(expression, pathOf(field, column), placeOf(field, build, column), build.report, column, otherwise)
}

export const item = (
  field: Field,
  build: Build,
  calculated: ReadonlyMap<string, Readonly<Record<string, Calculation>>>,
): ReadonlyArray<Item> => {
  const { id, shape, other } = field
  const { report, before } = build
  if (shape.kind === "calculated" || shape.kind === "today") return []
  // what a loop or `or_other` makes of one row is said of the row itself
  const isRow = field.label === undefined
  const own = isRow ? conditionAt(field, "relevant", build) : undefined
  const opened: Condition | undefined =
    other === undefined || other.field.shape.kind !== "choice"
      ? undefined
      : other.field.shape.multiple
        ? { anyOf: [{ answer: other.field.id }, [other.value]] }
        : { eq: [{ answer: other.field.id }, other.value] }
  const condition = all([own, opened].filter((one) => one !== undefined))
  const when = isAlways(condition) ? {} : { when: condition }
  const label = labelOf(field, build)
  const help = isRow ? helpOf(field, build) : {}
  if (isRow) reportRow(field, build)

  if (shape.kind === "group" || shape.kind === "instances") {
    const inside = field.fields.flatMap((inner) => item(inner, build, calculated))
    before.add(id)
    if (inside.length === 0) {
      report.warn(pathOf(field, "type"), "empty-group", "There is nothing in it: its label is shown.")
      return [{ id, type: "note", label, ...when, ...help }]
    }
    const values = shape.kind === "instances" ? calculated.get(id) : undefined
    return [
      {
        id,
        type: "group",
        label,
        ...when,
        ...help,
        ...(shape.kind === "instances" ? { repeat: repeatOf(field, build) } : {}),
        items: inside,
        ...(values === undefined ? {} : { calculated: values }),
      },
    ]
  }
  const required = isRow && shape.kind !== "note" ? requiredOf(field, build) : {}
  const body = isRow ? bodyOf(field, build) : { type: "text" }
  before.add(id)
  return [{ id, label, ...body, ...when, ...help, ...required }]
}

const labelOf = (field: Field, build: Build): LocalText => {
  if (field.label !== undefined) return field.label
  const found = build.survey.text(field.row, "label", field.shape.kind === "note")
  if (found !== undefined) return placed(found, pathOf(field, "label"), field, build)
  const isGroup = field.shape.kind === "group" || field.shape.kind === "instances"
  if (!isGroup) build.report.warn(pathOf(field, "label"), "no-text", "The question has no label: its name stands in.")
  return plain(field.name.replaceAll("_", " ")) || field.id
}

const helpOf = (field: Field, build: Build): { readonly help?: LocalText } => {
  const { row } = field
  const column = row.texts("hint").length > 0 ? "hint" : "guidance_hint"
  const found = build.survey.text(row, column, true)
  if (found === undefined) return {}
  if (column === "hint" && row.texts("guidance_hint").length > 0)
    build.report.drop(pathOf(field, "guidance_hint"), "guidance_hint", "There is one hint to a question.")
  return { help: placed(found, pathOf(field, column), field, build) }
}

const requiredOf = (field: Field, build: Build): { readonly required?: boolean | Condition } => {
  const source = field.row.get("required")
  if (isNo.test(source)) return {}
  if (isYes.test(source)) return { required: true }
  const condition = conditionAt(field, "required", build, "It is left out, and the question can be left open.")
  if (condition === undefined || isNever(condition)) return {}
  return { required: isAlways(condition) ? true : condition }
}

const repeatOf = (field: Field, build: Build) => {
  const source = field.row.get("repeat_count")
  if (source === "") return {}
  const count = /^\d{1,4}$/.test(source) ? Math.min(1000, Number(source)) : 0
  if (count > 0) return { min: count, max: count }
  build.report.drop(
    pathOf(field, "repeat_count"),
    "repeat_count",
    "How often a group is repeated cannot depend on an answer: the customer adds as many as needed.",
  )
  return {}
}

const bodyOf = (field: Field, build: Build): { readonly type: string; readonly [property: string]: unknown } => {
  const { shape, type, row } = field
  switch (shape.kind) {
    case "choice": {
      if (type.is === "select" && type.ranked)
        build.report.drop(pathOf(field, "type"), "rank", "The order of what is picked is not kept.")
      const { minPicked, maxPicked } = limited(field, {}, build)
      const crossed = (minPicked ?? 0) > (maxPicked ?? Infinity)
      return {
        type: "choice",
        options: shape.options.map((option) => offered(option, field, build)),
        ...(shape.multiple ? { multiple: true } : {}),
        ...(minPicked === undefined || crossed ? {} : { minPicked }),
        ...(maxPicked === undefined || crossed ? {} : { maxPicked }),
      }
    }
    case "number": {
      const digits = type.is === "range" ? stepDigits(row.get("parameters")) : shape.whole ? 0 : undefined
      return {
        type: "number",
        ...between(field, startOf(field), build),
        ...(digits === undefined ? {} : { decimals: digits }),
      }
    }
    case "date":
      return { type: "date", ...between(field, {}, build) }
    case "time":
      limited(field, {}, build)
      return time
    case "confirm":
      limited(field, {}, build)
      return { type: "confirm" }
    case "upload":
      limited(field, {}, build)
      return { type: "upload", accept: type.is === "upload" ? type.accept : ["image/*"], maxBytes: 15_000_000 }
    case "text": {
      const long =
        /\bmultiline\b/.test(row.get("appearance").slice(0, 500)) ||
        /\brows\s*=\s*([2-9]|\d\d)/.test(row.get("parameters").slice(0, 500))
      const start: Limits =
        type.is === "typed" && type.what === "phone number"
          ? { pattern: { regex: "[0-9]*", message: "Digits only" } }
          : {}
      const { minLength, maxLength, pattern } = limited(field, start, build, long ? 10_000 : 500)
      const most = maxLength ?? (long ? 10_000 : 500)
      return {
        type: "text",
        ...(long ? { long: true } : {}),
        ...(minLength === undefined || minLength > most ? {} : { minLength }),
        ...(maxLength === undefined ? {} : { maxLength }),
        ...(pattern === undefined ? {} : { pattern }),
      }
    }
    default:
      return { type: "note" }
  }
}

const startOf = ({ type, row }: Field): Limits => {
  if (type.is === "integer" || type.is === "decimal")
    return {
      ...(type.min === undefined ? {} : { min: type.min }),
      ...(type.max === undefined ? {} : { max: type.max }),
    }
  const [min, max] = [parameter(row.get("parameters"), "start") ?? 1, parameter(row.get("parameters"), "end") ?? 10]
  return min <= max ? { min, max } : { min: max, max: min }
}

const parameter = (text: string, name: string): number | undefined => {
  for (const [, key = "", digits = ""] of text
    .slice(0, 1000)
    .matchAll(/([a-z]+)\s{0,5}=\s{0,5}(-?\d{1,15}(?:\.\d{1,15})?)/gi))
    if (key.toLowerCase() === name) return Number(digits)
  return undefined
}

/** Digits after the point of the numbers that a slider goes through. */
const stepDigits = (parameters: string): number =>
  Math.max(
    ...["start", "end", "step"].map((name) => String(parameter(parameters, name) ?? 1).split(".")[1]?.length ?? 0),
  )

const limited = (field: Field, start: Limits, build: Build, longest = 500): Limits => {
  const source = field.row.get("constraint")
  const message = build.survey.text(field.row, "constraint_message")
  const found =
    source === ""
      ? start
      : limits(source, start, {
          place: placeOf(field, build, "constraint"),
          field,
          isBefore: (id) => build.before.has(id),
          message,
          longest,
          drop: (why) => build.report.drop(pathOf(field, "constraint"), "constraint", why),
        })
  if (message !== undefined && found.pattern?.message !== message)
    build.report.drop(
      pathOf(field, "constraint_message"),
      "constraint_message",
      "The sentences about wrong answers are ours, but for a pattern.",
    )
  return found
}

const between = (field: Field, start: Limits, build: Build) => {
  const { min, max } = limited(field, start, build)
  if (min !== undefined && max !== undefined && typeof min !== "object" && typeof max !== "object" && min > max) {
    build.report.drop(pathOf(field, "constraint"), "constraint", "No answer is within its limits; they are left out.")
    return {}
  }
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

/** A choice, with what `choice_filter` says of it. */
const offered = ({ value, raw, entry }: Option, field: Field, build: Build) => {
  const label = build.survey.text(entry, "label") ?? (plain(raw) || "–")
  const filter = field.row.get("choice_filter")
  if (filter === "") return { value, label }
  const place: Place = {
    ...placeOf(field, build, "choice_filter"),
    column: (name) => entry.get(name.toLowerCase()),
  }
  const where = [...pathOf(field, "choice_filter"), raw.slice(0, 100)]
  const when = translate(
    filter,
    where,
    place,
    build.report,
    "choice_filter",
    "It is left out, and the choice is offered.",
  )
  return { value, label, ...(when === undefined || isAlways(when) ? {} : { when }) }
}

const without: Readonly<Record<string, string>> = {
  default: "Answers are not filled in beforehand.",
  calculation: "Answers are not calculated: it is asked for.",
  trigger: "Answers are not changed by other answers.",
  required_message: "The sentence about a missing answer is ours.",
  image: "Pictures are not shown.",
  audio: "Sounds are not played.",
  video: "Films are not shown.",
}

/** Reports what a row has that is not imported. */
const reportRow = (field: Field, { report }: Build): void => {
  const { row, type } = field
  for (const [column, message] of Object.entries(without)) {
    if (row.texts(column).length > 0) report.drop(pathOf(field, column), column, message)
  }
  if (isYes.test(row.get("read_only")) && type.is !== "note")
    report.drop(pathOf(field, "read_only"), "read_only", "An item cannot be read-only: it can be answered here.")
  if (/\b(randomize|seed)\b/i.test(row.get("parameters").slice(0, 1000)))
    report.drop(pathOf(field, "parameters"), "randomize", "The choices stand in the order of the form.")
}
