/** The answer options of a FHIR question: its own, or those of a value set that the questionnaire contains. */
import { at, isObject, listAt, maxOptions, optionValues, type Path, type Report, stringAt } from "../Imported.ts"
import type { Option } from "./model.ts"
import { no, textsAt, type Texts, yes } from "./texts.ts"

type Raw = Omit<Option, "value">

/** `initialSelected` and what stands beside an option has no counterpart and is reported. */
export const fromAnswerOptions = (
  source: unknown,
  path: Path,
  language: string,
  other: boolean,
  report: Report,
): ReadonlyArray<Option> =>
  valued(
    listAt(source, "answerOption").flatMap((option, i) => {
      const here = [...path, "answerOption", i]
      for (const key of isObject(option) ? Object.keys(option) : []) {
        if (/^_?value[A-Z]/.test(key)) continue
        report.drop([...here, key], key, "What goes with an option beside its value has no counterpart.")
      }
      const raw = rawOption(option, language)
      if (raw !== undefined) return [{ ...raw, path: here }]
      report.drop(here, "answerOption", "An option of this type has no counterpart.")
      return []
    }),
    other,
    report,
  )

const rawOption = (option: unknown, language: string): Raw | undefined => {
  const coding = at(option, "valueCoding")
  if (isObject(coding)) return codingOption(coding, language)
  const reference = at(option, "valueReference")
  if (isObject(reference)) {
    const code = stringAt(reference, "reference") ?? stringAt(reference, "display")
    const label = stringAt(reference, "display") ?? code
    return code === undefined || label === undefined
      ? undefined
      : { type: "string", code, system: undefined, texts: textsAt({ label }, "label", language) }
  }
  for (const [key, type] of plainTypes) {
    const value = at(option, key)
    if (typeof value !== "string" && typeof value !== "number") continue
    const beside = at(option, `_${key}`)
    const texts = textsAt(
      { value: String(value), ...(beside === undefined ? {} : { _value: beside }) },
      "value",
      language,
    )
    return { type, code: String(value), system: undefined, texts }
  }
  return undefined
}

const plainTypes = [
  ["valueString", "string"],
  ["valueInteger", "integer"],
  ["valueDate", "date"],
  ["valueTime", "time"],
] as const

const codingOption = (coding: unknown, language: string): Raw | undefined => {
  const display = textsAt(coding, "display", language)
  const code = stringAt(coding, "code") ?? stringAt(coding, "display")
  if (code === undefined) return undefined
  const texts: Texts = display[0]?.[1] === "" ? textsAt({ code }, "code", language) : display
  return { type: "coding", code, system: stringAt(coding, "system"), texts }
}

/** Of a contained value set (`#id`): its expansion, or the concepts it is composed of. Undefined: not contained. */
export const fromValueSet = (
  questionnaire: unknown,
  source: unknown,
  path: Path,
  language: string,
  other: boolean,
  report: Report,
): ReadonlyArray<Option> | undefined => {
  const reference = stringAt(source, "answerValueSet")
  if (reference === undefined) return undefined
  const contained = listAt(questionnaire, "contained").find(
    (one) =>
      stringAt(one, "resourceType") === "ValueSet" &&
      (`#${stringAt(one, "id")}` === reference || stringAt(one, "url") === reference),
  )
  if (contained === undefined) return undefined
  const codings: Array<unknown> = []
  const pending = listAt(at(contained, "expansion"), "contains").toReversed()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (at(next, "abstract") !== true) codings.push(next)
    pending.push(...listAt(next, "contains").toReversed())
  }
  if (codings.length === 0) {
    for (const include of listAt(at(contained, "compose"), "include")) {
      const system = stringAt(include, "system")
      for (const concept of listAt(include, "concept")) {
        if (isObject(concept)) codings.push({ ...concept, ...(system === undefined ? {} : { system }) })
      }
    }
  }
  const here = [...path, "answerValueSet"]
  const options = codings.flatMap((coding) => {
    const raw = codingOption(coding, language)
    return raw === undefined ? [] : [{ ...raw, path: here }]
  })
  return options.length === 0 ? undefined : valued(options, other, report)
}

/** The codes that conditions ask for, of a question whose value set is not here. */
export const fromConditions = (
  codings: ReadonlyArray<unknown>,
  path: Path,
  language: string,
  report: Report,
): ReadonlyArray<Option> =>
  valued(
    codings.flatMap((coding) => {
      const raw = codingOption(coding, language)
      return raw === undefined ? [] : [{ ...raw, path }]
    }),
    true,
    null,
  ).map((option, i, all) => {
    if (i === 0)
      report.warn(
        path,
        "options-from-conditions",
        `Of the options only the ${all.length} that conditions ask for are known.`,
      )
    return option
  })

/** Yes and No, in the languages of the questionnaire too where we know them. */
export const booleans = (languages: ReadonlySet<string>): ReadonlyArray<Option> => {
  const texts = (words: ReadonlyMap<string, string>): Texts => {
    const always = ["en", "es", "sv"]
    const tags = new Set([...always, ...languages])
    return [...tags].flatMap((tag) => {
      const word = words.get(tag) ?? words.get(tag.replace(/-.*/, ""))
      return word === undefined ? [] : [[tag, word] as const]
    })
  }
  const option = (value: string, words: ReadonlyMap<string, string>): Option => ({
    value,
    type: "boolean",
    code: value,
    system: undefined,
    texts: texts(words),
  })
  return [option("true", yes), option("false", no)]
}

/** With values of ours. The same option twice is one; the same code of two systems is two. */
const valued = (
  raw: ReadonlyArray<Raw & { readonly path: Path }>,
  other: boolean,
  report: Report | null,
): ReadonlyArray<Option> => {
  const seen = new Set<string>()
  const distinct = raw.filter(({ type, system, code, path }) => {
    const key = JSON.stringify([type, system, code])
    if (seen.has(key)) {
      report?.warn(
        path,
        "duplicate-option",
        `The option ${JSON.stringify(code.slice(0, 100))} stands twice; it is offered once.`,
      )
      return false
    }
    seen.add(key)
    return true
  })
  const beyond = distinct[maxOptions]
  if (beyond !== undefined)
    report?.drop(beyond.path, "answerOption", `At most ${maxOptions} options are offered; the rest is left out.`)
  const kept = distinct.slice(0, maxOptions)
  const values = optionValues(
    kept.map(({ code }) => code),
    other ? ["other"] : [],
  )
  return kept.map(({ path, ...option }, i) => {
    const value = values[i] ?? "option"
    if (value !== option.code)
      report?.warn(
        path,
        "option-renamed",
        `The option ${JSON.stringify(option.code.slice(0, 100))} has the value "${value}" here.`,
      )
    return { ...option, value }
  })
}
