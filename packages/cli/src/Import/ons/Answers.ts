/** The answers of an eQ question as items of ours: each kind of answer, its limits, its options and what they open. */
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import { at, isObject, leftover, listAt, maxOptions, numberAt, plain, stringAt } from "../Imported.ts"
import type { Item, Path, Report } from "../Imported.ts"
import { all, any } from "../Imported/conditions.ts"
import type { Around, Rules } from "./Rules.ts"
import { type Option, type Schema, words } from "./Schema.ts"
import type { Place, Texts } from "./Texts.ts"
import { wholeDate } from "./Values.ts"

export interface Tools {
  readonly schema: Schema
  readonly rules: Rules
  readonly texts: Texts
  readonly report: Report
  /** Their option values to ours, by the id of the answer. */
  readonly values: Map<string, Readonly<Record<string, string>>>
  /** Where the answers stand, by our ids. */
  readonly paths: Map<string, Path>
}

/** What an answer has from the question around it. */
export interface Asked {
  readonly place: Place
  /** The words of the question, where the answer has none of its own. */
  readonly label: string
  readonly help: string
  readonly when?: Condition | undefined
  readonly required?: boolean
}

/** Properties that say nothing to us, because the structure of ours says it already. */
const structure = ["id", "type", "label", "mandatory", "description", "instruction", "guidance", "visible"]

export const answerItems = (tools: Tools, answer: unknown, path: Path, asked: Asked): ReadonlyArray<Item> => {
  const { schema, texts, report } = tools
  const { place } = asked
  const type = stringAt(answer, "type") ?? ""
  const id = schema.oursOf(answer)
  tools.paths.set(id, path)
  const theirs = stringAt(answer, "id") ?? ""
  const own = texts.line(at(answer, "label"), [...path, "label"], place)
  const label = own !== "" ? own : asked.label !== "" ? asked.label : words(theirs)
  const help = [
    own === "" ? asked.help : "",
    texts.lines(
      (["description", "instruction", "guidance"] as const).map((key) => [at(answer, key), [...path, key]] as const),
      place,
    ),
  ]
    .filter((text) => text !== "")
    .join("\n")
    .slice(0, 3900)
    .trim()
  const required = asked.required ?? at(answer, "mandatory") === true
  const base = {
    id,
    label,
    ...(help === "" ? {} : { help }),
    ...(asked.when === undefined ? {} : { when: asked.when }),
    ...(required ? { required: true } : {}),
  }
  const rest = (...known: ReadonlyArray<string>) => leftover(report, answer, path, [...structure, ...known])
  if (at(answer, "default") !== undefined)
    report.drop(
      [...path, "default"],
      "default",
      "Nothing is filled in beforehand. Where rules count the default, they do so here as well.",
    )
  switch (type) {
    case "Radio":
    case "Dropdown":
    case "Relationship":
    case "Checkbox":
      rest("options", "dynamic_options", "default", "placeholder")
      return choice(tools, answer, path, asked, base, type === "Checkbox")
    case "Number":
    case "Currency":
    case "Percentage":
    case "Unit":
      rest("minimum", "maximum", "decimal_places", "currency", "unit", "unit_length", "default")
      return [{ ...base, type: "number", ...numeric(tools, answer, path, place), ...unitOf(answer) }]
    case "Date":
    case "MonthYearDate":
      rest("minimum", "maximum", "default")
      if (type !== "Date")
        report.warn(path, "whole-date", "Asked for as a whole date, of which the first day of the month counts.")
      return [{ ...base, type: "date", ...dateLimits(tools, answer, path, place) }]
    case "YearDate":
      rest("minimum", "maximum", "default")
      return [{ ...base, type: "number", ...yearLimits(tools, answer, path, place), decimals: 0 }]
    case "TextArea":
      rest("max_length", "rows", "default")
      return [{ ...base, type: "text", long: true, ...lengthOf(answer) }]
    case "MobileNumber":
      rest("default")
      return [{ ...base, type: "text", format: "phone" }]
    case "Address":
      rest("default")
      return [parts(tools, theirs, base, required, address, "text")]
    case "Duration": {
      rest("units")
      const units = listAt(answer, "units").filter((unit) => typeof unit === "string")
      const asked = units.length === 0 ? ["years", "months"] : units.slice(0, 10)
      return [
        parts(
          tools,
          theirs,
          base,
          required,
          asked.map((unit) => [unit, words(unit), true]),
          "number",
        ),
      ]
    }
    case "TextField":
      rest("max_length", "default")
      return [{ ...base, type: "text", ...lengthOf(answer) }]
    default:
      rest()
      report.drop(
        [...path, "type"],
        type === "" ? "type" : type,
        "There is no such kind of answer; it is asked as text.",
      )
      return [{ ...base, type: "text" }]
  }
}

const lengthOf = (answer: unknown) => {
  const length = numberAt(answer, "max_length")
  return length !== undefined && Number.isInteger(length) && length >= 1 && length <= 100_000
    ? { maxLength: length }
    : {}
}

const address: ReadonlyArray<readonly [selector: string, label: string, required: boolean]> = [
  ["line1", "Address line 1", true],
  ["line2", "Address line 2", false],
  ["town", "Town or city", false],
  ["postcode", "Postcode", false],
]

/** One answer of theirs that is several of ours. */
const parts = (
  { schema }: Tools,
  theirs: string,
  base: { readonly id: string; readonly label: string; readonly required?: boolean },
  mandatory: boolean,
  fields: ReadonlyArray<readonly [selector: string, label: string, required: boolean]>,
  type: "text" | "number",
): Item => {
  const { required: _, ...group } = base
  const items = fields.map(([selector, label, first]): Item => {
    const id = schema.fresh(`${base.id} ${selector}`)
    schema.answers.get(theirs)?.parts.set(selector, id)
    const limits = type === "number" ? { min: 0, decimals: 0 } : {}
    return { id, type, label, ...limits, ...(mandatory && first ? { required: true } : {}) }
  })
  return { ...group, type: "group", items }
}

const unitOf = (answer: unknown) => {
  const type = stringAt(answer, "type")
  const unit =
    type === "Percentage"
      ? "%"
      : type === "Currency"
        ? stringAt(answer, "currency")
        : stringAt(answer, "unit")
            ?.replace(/^[a-z]+-/, "")
            .replaceAll("-", " ")
  const text = plain(unit ?? "")
    .slice(0, 100)
    .toWellFormed()
  return text === "" ? {} : { unit: text }
}

const numeric = (tools: Tools, answer: unknown, path: Path, place: Place) => {
  const places = numberAt(answer, "decimal_places") ?? 0
  const decimals = Number.isInteger(places) && places >= 0 && places <= 15 ? places : 15
  const around: Around = { list: place.list, otherwise: "" }
  const step = Number(`1e-${decimals}`)
  const limit = (key: "minimum" | "maximum"): Operand | undefined => {
    const given = at(answer, key)
    if (given === undefined) return undefined
    const value = at(given, "value")
    const exclusive = at(given, "exclusive") === true
    if (typeof value === "number" && Number.isFinite(value))
      return exclusive ? Number((value + (key === "minimum" ? step : -step)).toFixed(decimals)) : value
    const found = isObject(value) ? tools.rules.operand(value, "number", around) : undefined
    if (found === undefined)
      tools.report.drop([...path, key], key, "What this limit refers to has no counterpart here.")
    else if (exclusive) tools.report.warn([...path, key], "limit-allowed", "The limit itself is allowed too.")
    return found
  }
  const [min, max] = [limit("minimum"), limit("maximum")]
  const crossed = typeof min === "number" && typeof max === "number" && min > max
  if (crossed)
    tools.report.drop([...path, "minimum"], "minimum", "It is above the maximum, so that no answer would fit.")
  return {
    decimals,
    ...(min === undefined || crossed ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  }
}

const dateLimits = (
  tools: Tools,
  answer: unknown,
  path: Path,
  place: Place,
): { readonly min?: Operand; readonly max?: Operand } => {
  const limit = (key: "minimum" | "maximum"): Operand | undefined => {
    const given = at(answer, key)
    if (given === undefined) return undefined
    const value = at(given, "value")
    const date = { date: [value, at(given, "offset_by") ?? null] }
    const found =
      value === "now" || isObject(value) || (typeof value === "string" && wholeDate(value) !== undefined)
        ? tools.rules.operand(date, "date", { list: place.list, otherwise: "" })
        : undefined
    if (found === undefined)
      tools.report.drop([...path, key], key, "What this limit refers to has no counterpart here.")
    return found
  }
  const [min, max] = [limit("minimum"), limit("maximum")]
  const crossed = typeof min === "string" && typeof max === "string" && min > max
  return { ...(min === undefined || crossed ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

/** The years whose first day lies between the limits. */
const yearLimits = (tools: Tools, answer: unknown, path: Path, place: Place) => {
  const { min, max } = dateLimits(tools, answer, path, place)
  const yearOf = (key: "minimum" | "maximum", limit: Operand | undefined): number | undefined => {
    if (limit === undefined) return undefined
    if (typeof limit === "string")
      return Number(limit.slice(0, 4)) + (key === "minimum" && !limit.endsWith("-01-01") ? 1 : 0)
    tools.report.drop([...path, key], key, "A year has no limit that varies.")
    return undefined
  }
  return { min: yearOf("minimum", min) ?? 1000, max: yearOf("maximum", max) ?? 9999 }
}

const choice = (
  tools: Tools,
  answer: unknown,
  path: Path,
  asked: Asked,
  base: { readonly id: string; readonly label: string },
  multiple: boolean,
): ReadonlyArray<Item> => {
  const { schema, texts, report } = tools
  const all = schema.optionsOf(answer)
  const dynamic = at(answer, "dynamic_options")
  if (dynamic !== undefined && !all.some(({ from }) => from !== undefined))
    report.drop([...path, "dynamic_options"], "dynamic_options", "Options that are computed have no counterpart.")
  if (all.length === 0) {
    report.drop([...path, "options"], "options", "There is no option left to pick; it is asked as text.")
    return [{ ...base, type: "text" }]
  }
  if (all.length > maxOptions) report.drop([...path, "options"], "options", `Only ${maxOptions} options are imported.`)
  const options = all.slice(0, maxOptions)
  const theirs = stringAt(answer, "id") ?? ""
  tools.values.set(theirs, Object.fromEntries(options.map((option) => [option.theirs, option.ours])))
  const items: Array<Item> = [
    {
      ...base,
      type: "choice",
      ...(multiple ? { multiple: true } : {}),
      options: options.map((option) => {
        const at_ = [...path, ...option.path]
        if (option.from === undefined)
          leftover(report, option.json, at_, ["label", "value", "description", "detail_answer", "action"])
        const label = texts.line(at(option.json, "label"), [...at_, "label"], asked.place)
        const help = texts.line(at(option.json, "description"), [...at_, "description"], asked.place)
        const when = pickedElsewhere(schema, option, asked.place)
        return {
          value: option.ours,
          label: label === "" ? words(option.theirs).slice(0, 1000).toWellFormed() : label,
          ...(help === "" ? {} : { help }),
          ...(when === undefined ? {} : { when }),
        }
      }),
    },
  ]
  for (const option of options) {
    const detail = at(option.json, "detail_answer")
    if (option.from !== undefined || !isObject(detail)) continue
    const picked: Condition = multiple
      ? { anyOf: [{ answer: base.id }, [option.ours]] }
      : { eq: [{ answer: base.id }, option.ours] }
    const at_ = [...path, ...option.path, "detail_answer"]
    const label = texts.line(at(option.json, "label"), at_, asked.place)
    items.push(
      ...answerItems(tools, detail, at_, { place: asked.place, label, help: "", when: whenBoth(asked.when, picked) }),
    )
  }
  return items
}

const whenBoth = (a: Condition | undefined, b: Condition): Condition => (a === undefined ? b : all([a, b]))

/** An option that stands for one picked in an earlier answer is offered while that is picked. */
const pickedElsewhere = (schema: Schema, { from }: Option, place: Place): Condition | undefined => {
  const source = from === undefined ? undefined : schema.answers.get(from.answer)
  if (from === undefined || source === undefined || (source.list !== undefined && source.list !== place.list))
    return undefined
  return any(
    source.carriers
      .filter(({ options }) => options.some(({ ours }) => ours === from.value))
      .map(({ ours: answer, type }): Condition =>
        type === "options" ? { anyOf: [{ answer }, [from.value]] } : { eq: [{ answer }, from.value] },
      ),
  )
}
