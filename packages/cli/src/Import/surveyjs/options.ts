/** The choices of a SurveyJS question, wherever they come from: a list, a range, a rating, another question. */
import type { LocalText } from "@requite/core/LocalText"
import {
  at,
  fromHtml,
  isObject,
  listAt,
  maxOptions,
  numberAt,
  optionValues,
  type Path,
  plain,
  type Report,
  stringAt,
} from "../Imported.ts"
import type { Option } from "./model.ts"
import type { Raw } from "./parse.ts"
import { text } from "./texts.ts"

interface RawOption {
  readonly raw: Raw
  readonly label: LocalText
  readonly visibleIf: string | undefined
  readonly path: Path
}

/** `texts` beside the choices: none, "do not know" and the like, which SurveyJS adds when asked. */
const added = [
  ["showNoneItem", "hasNone", "none", "noneText", "None"],
  ["showRefuseItem", "", "refused", "refuseText", "Refuse to answer"],
  ["showDontKnowItem", "", "dontknow", "dontKnowText", "Don't know"],
] as const

export const hasOther = (source: unknown): boolean =>
  at(source, "showOtherItem") === true || at(source, "hasOther") === true

/** All choices of `source[key]` and what it adds to them. */
export const optionsOf = (
  source: unknown,
  path: Path,
  key: string,
  language: string,
  report: Report,
): ReadonlyArray<Option> => {
  const raw = listAt(source, key).flatMap((one, i) => rawOption(one, [...path, key, i], language, report))
  const min = numberAt(source, "choicesMin")
  const max = numberAt(source, "choicesMax")
  if (key === "choices" && min !== undefined && max !== undefined)
    raw.push(...range(min, max, numberAt(source, "choicesStep") ?? 1, path))
  for (const [shows, has, value, label, words] of key === "choices" ? added : []) {
    if (at(source, shows) !== true && (has === "" || at(source, has) !== true)) continue
    raw.push({
      raw: value,
      label: text(at(source, label), language) ?? words,
      visibleIf: undefined,
      path: [...path, shows],
    })
  }
  return valued(raw, hasOther(source), path, report)
}

const rawOption = (one: unknown, path: Path, language: string, report: Report): ReadonlyArray<RawOption> => {
  if (typeof one === "string" || typeof one === "number" || typeof one === "boolean") {
    const [value, ...label] = typeof one === "string" ? one.split("|") : [one]
    const words = label.length === 0 ? String(value) : label.join("|")
    return [{ raw: value, label: fromHtml(words) || plain(String(value)) || "–", visibleIf: undefined, path }]
  }
  const value = at(one, "value")
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    report.drop(path, "choice", "A choice whose value is no text or number has no counterpart.")
    return []
  }
  for (const key of Object.keys(isObject(one) ? one : {})) {
    if (["value", "text", "visibleIf"].includes(key)) continue
    report.drop([...path, key], key, "What goes with a choice beside its text has no counterpart.")
  }
  return [
    {
      raw: value,
      label: text(at(one, "text"), language) ?? (plain(String(value)) || "–"),
      visibleIf: stringAt(one, "visibleIf"),
      path,
    },
  ]
}

const range = (min: number, max: number, step: number, path: Path): ReadonlyArray<RawOption> => {
  const found: Array<RawOption> = []
  const count = step > 0 ? Math.min(Math.floor((max - min) / step + 1e-9), maxOptions) : -1
  for (let i = 0; i <= count; i++) {
    const raw = Number((min + i * step).toPrecision(12))
    found.push({ raw, label: String(raw), visibleIf: undefined, path })
  }
  return found
}

/** Of a rating: the values it lists, or a range. */
export const rates = (source: unknown, path: Path, language: string, report: Report): ReadonlyArray<Option> => {
  if (listAt(source, "rateValues").length > 0) return optionsOf(source, path, "rateValues", language, report)
  const min = numberAt(source, "rateMin") ?? 1
  const step = numberAt(source, "rateStep") ?? 1
  const count = numberAt(source, "rateCount")
  const max = numberAt(source, "rateMax") ?? (count === undefined ? 5 : min + (count - 1) * step)
  return valued(range(min, max, step, path), false, path, report)
}

/** Of a yes-or-no question. */
export const booleans = (source: unknown, path: Path, language: string): ReadonlyArray<Option> => {
  const raw = [
    {
      raw: rawAt(source, "valueTrue", true),
      label: text(at(source, "labelTrue"), language) ?? words("Yes", "Sí", "Ja"),
    },
    {
      raw: rawAt(source, "valueFalse", false),
      label: text(at(source, "labelFalse"), language) ?? words("No", "No", "Nej"),
    },
  ]
  const values = optionValues(raw.map((one) => String(one.raw)))
  return raw.map((one, i) => ({ ...one, value: values[i] ?? "true", visibleIf: undefined, path }))
}

const words = (en: string, es: string, sv: string): LocalText => ({ en, es, sv })

const rawAt = (source: unknown, key: string, otherwise: Raw): Raw => {
  const value = at(source, key)
  return typeof value === "string" || typeof value === "number" ? value : otherwise
}

export const valued = (
  raw: ReadonlyArray<RawOption>,
  other: boolean,
  path: Path,
  report: Report,
): ReadonlyArray<Option> => {
  const seen = new Set<string>()
  const distinct = raw.filter((one) => {
    const key = String(one.raw)
    // own words stand for it
    if (other && key === "other") return false
    if (!seen.has(key)) return seen.add(key)
    report.warn(
      one.path,
      "duplicate-option",
      `The choice ${JSON.stringify(key.slice(0, 100))} stands twice; it is offered once.`,
    )
    return false
  })
  if (distinct.length > maxOptions)
    report.drop(path, "choices", `At most ${maxOptions} choices are offered; the rest is left out.`)
  const kept = distinct.slice(0, maxOptions)
  const values = optionValues(
    kept.map((one) => String(one.raw)),
    other ? ["other"] : [],
  )
  return kept.map((one, i) => {
    const value = values[i] ?? "option"
    if (value !== String(one.raw)) {
      report.warn(
        one.path,
        "option-renamed",
        `The choice ${JSON.stringify(String(one.raw).slice(0, 100))} has the value "${value}" here.`,
      )
    }
    return { ...one, value }
  })
}
