/**
 * Text of an eQ schema as text of ours: HTML goes, `{person_name}` becomes `{{firstName}}` where it stands for answers
 * that are asked before and in the same place.
 */
import { at, fromHtml, isObject, listAt, plain, stringAt } from "../Imported.ts"
import type { Path, Report } from "../Imported.ts"
import type { Schema } from "./Schema.ts"

/** Where a text stands: what may be named in it is what was asked before, or belongs to the same item of a list. */
export interface Place {
  readonly order: number
  readonly list: string | undefined
}

export interface Texts {
  /** On one line; empty when there is none. */
  readonly line: (value: unknown, path: Path, place: Place) => string
  /** Several paragraphs, whatever they are made of: texts, lists, `contents` with titles and descriptions. */
  readonly lines: (values: ReadonlyArray<readonly [value: unknown, path: Path]>, place: Place) => string
}

/** Deeper than any guidance: what stands below is left out. */
const deepest = 8

export const texts = (schema: Schema, report: Report): Texts => {
  const reference = (source: unknown, place: Place): string | undefined => {
    const id = stringAt(source, "identifier") ?? ""
    const kind = stringAt(source, "source")
    if (kind === "calculated_summary" || kind === "grand_calculated_summary") {
      const total = schema.totals.get(id)
      if (total === undefined || total.order >= place.order) return undefined
      return total.list === undefined || total.list === place.list ? `{{${total.id}}}` : undefined
    }
    const answer = kind === "answers" ? schema.answers.get(id) : undefined
    if (answer === undefined || answer.type === "nothing") return undefined
    if (answer.list !== undefined && answer.list !== place.list) return undefined
    if (answer.block.order >= place.order && answer.list === undefined) return undefined
    if (answer.carriers.some(({ list, type }) => type === "nothing" || (list !== undefined && list !== place.list)))
      return undefined
    return answer.carriers.map(({ ours }) => `{{${ours}}}`).join("")
  }

  /** What a chain of transforms comes to, as far as it only puts answers side by side or formats one. */
  const transformed = (transforms: ReadonlyArray<unknown>, place: Place): string | undefined => {
    let before: string | undefined
    for (const step of transforms) {
      const given = at(step, "arguments")
      const value = (source: unknown) =>
        stringAt(source, "source") === "previous_transform" ? before : reference(source, place)
      const name = stringAt(step, "transform") ?? ""
      if (name === "concatenate_list") {
        const parts = listAt(given, "list_to_concatenate").map(value)
        before = parts.some((part) => part === undefined) ? undefined : parts.join(stringAt(given, "delimiter") ?? "")
      } else if (name === "format_possessive") {
        const owner = value(at(given, "string_to_format"))
        before = owner === undefined ? undefined : `${owner}’s`
      } else if (name.startsWith("format_") && isObject(given)) {
        const sources = Object.values(given).filter((one) => stringAt(one, "source") !== undefined)
        before = sources.length === 1 ? value(sources[0]) : undefined
      } else before = undefined
      if (before === undefined) return undefined
    }
    return before
  }

  const written = (value: unknown, path: Path, place: Place, lines: boolean): string => {
    if (typeof value === "string") return fromHtml(value, lines)
    if (!isObject(value)) return ""
    const forms = at(at(value, "text_plural"), "forms")
    if (isObject(forms)) report.drop([...path, "text_plural"], "text_plural", "Only the form for many is imported.")
    const text = stringAt(value, "text") ?? stringAt(forms, "other") ?? ""
    const known = new Map<string, string>()
    listAt(value, "placeholders").forEach((placeholder, i) => {
      const name = stringAt(placeholder, "placeholder") ?? ""
      const transforms = listAt(placeholder, "transforms")
      const found = transforms.length > 0 ? transformed(transforms, place) : reference(at(placeholder, "value"), place)
      if (found === undefined)
        report.drop(
          [...path, "placeholders", i],
          "placeholder",
          `What {${name}} stands for cannot be put into a text; its name stands there in brackets.`,
        )
      known.set(name, found ?? `[${plain(name).replaceAll("_", " ")}]`)
    })
    return fromHtml(text, lines)
      .replace(/\{([^{}]{1,200})\}/g, (whole, name: string) => known.get(name) ?? whole)
      .slice(0, 3900)
  }

  const paragraphs = (value: unknown, path: Path, place: Place, depth: number): ReadonlyArray<string> => {
    if (depth > deepest) return []
    if (typeof value === "string") return [written(value, path, place, true)]
    if (Array.isArray(value)) return value.flatMap((one, i) => paragraphs(one, [...path, i], place, depth + 1))
    if (!isObject(value)) return []
    if (at(value, "text") !== undefined || at(value, "text_plural") !== undefined)
      return [written(value, path, place, true)]
    return Object.entries(value).flatMap(([key, one]) =>
      paragraphKeys.has(key) ? paragraphs(one, [...path, key], place, depth + 1) : [],
    )
  }

  return {
    line: (value, path, place) => plainLine(written(value, path, place, false)),
    lines: (values, place) =>
      values
        .flatMap(([value, path]) => paragraphs(value, path, place, 0))
        .filter((text) => text !== "")
        .join("\n")
        .slice(0, 3900)
        .trim(),
  }
}

const plainLine = (text: string): string => text.replace(/\s+/g, " ").trim()

const paragraphKeys = new Set([
  "title",
  "description",
  "contents",
  "list",
  "guidance",
  "content",
  "question",
  "questions",
])
