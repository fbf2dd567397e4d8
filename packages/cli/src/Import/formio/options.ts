/** The options of a Form.io component, where they stand in the form itself. */
import { at, isObject, listAt, maxOptions, optionValues, type Path, plain, type Report, stringAt } from "../Imported.ts"
import { type Form, type Option, type Raw, textOf } from "./model.ts"

interface RawOption {
  readonly raw: Raw
  readonly label: Option["label"]
  readonly path: Path
}

/** Undefined when the options are fetched from somewhere else. */
export const optionsOf = (
  form: Form,
  source: unknown,
  path: Path,
  report: Report,
): ReadonlyArray<Option> | undefined => {
  const listed = listOf(form, source, path, report)
  if (listed === undefined || listed.length === 0) return undefined
  const seen = new Set<string>()
  const distinct = listed.filter(({ raw, path }) => {
    if (!seen.has(String(raw))) return seen.add(String(raw))
    report.warn(path, "duplicate-option", `The option ${quoted(raw)} stands twice; it is offered once.`)
    return false
  })
  if (distinct.length > maxOptions)
    report.drop(path, "options", `At most ${maxOptions} options are offered; the rest is left out.`)
  const kept = distinct.slice(0, maxOptions)
  const values = optionValues(kept.map(({ raw }) => String(raw)))
  return kept.map(({ raw, label, path }, i) => {
    const value = values[i] ?? "option"
    if (value !== String(raw))
      report.warn(path, "option-renamed", `The option ${quoted(raw)} has the value "${value}" here.`)
    return { raw, label, value }
  })
}

const quoted = (raw: Raw): string => JSON.stringify(String(raw).slice(0, 100))

const listOf = (form: Form, source: unknown, path: Path, report: Report): ReadonlyArray<RawOption> | undefined => {
  const from = stringAt(source, "dataSrc") ?? "values"
  const data = at(source, "data")
  if (from === "json") return json(form, source, at(data, "json"), [...path, "data", "json"], report)
  if (from !== "values" && from !== "") return undefined
  const own = listAt(source, "values")
  const [list, where] =
    own.length > 0 ? [own, [...path, "values"]] : [listAt(data, "values"), [...path, "data", "values"]]
  return list.flatMap((one, i) => option(form, at(one, "value"), at(one, "label"), [...where, i], report))
}

const json = (
  form: Form,
  source: unknown,
  data: unknown,
  path: Path,
  report: Report,
): ReadonlyArray<RawOption> | undefined => {
  const list: unknown = typeof data === "string" ? parsed(data) : data
  if (!Array.isArray(list)) return undefined
  const property = stringAt(source, "valueProperty") ?? ""
  const shown = /\bitem\.([A-Za-z_][A-Za-z0-9_.]{0,100})/.exec((stringAt(source, "template") ?? "").slice(0, 2000))?.[1]
  return list.flatMap((one: unknown, i) => {
    if (!isObject(one)) return option(form, one, one, [...path, i], report)
    const value = property === "" ? (at(one, "value") ?? at(one, "id")) : along(one, property)
    return option(form, value, along(one, shown ?? "label") ?? at(one, "label") ?? value, [...path, i], report)
  })
}

const parsed = (text: string): unknown => {
  if (text.length > 1_000_000 || /\[\s*\[\s*\[\s*\[/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const along = (value: unknown, path: string): unknown =>
  path
    .split(".")
    .slice(0, 10)
    .reduce((inner, key) => at(inner, key), value)

const option = (form: Form, value: unknown, label: unknown, path: Path, report: Report): ReadonlyArray<RawOption> => {
  const raw = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined
  // an empty line, as the builder of Form.io leaves it behind
  if ((raw === undefined || raw === "") && (label === undefined || label === "" || label === raw)) return []
  if (raw === undefined || raw === "") {
    report.drop(path, "option", "An option whose value is no text or number has no counterpart.")
    return []
  }
  const text = textOf(form, typeof label === "number" ? String(label) : label)
  return [{ raw, label: text ?? (plain(String(raw)) || "–"), path }]
}
