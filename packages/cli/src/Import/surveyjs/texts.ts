/** Localisable strings of SurveyJS: a text, or one for each language with `default` for the survey's own. */
import type { LocalText } from "@requite/core/LocalText"
import { at, fromHtml, isObject, languageTag, localText } from "../Imported.ts"

/** The text of `value`, without HTML; undefined when it has none. */
export const text = (value: unknown, language: string, lines = false): LocalText | undefined => {
  if (typeof value === "string" || typeof value === "number") return fromHtml(String(value), lines) || undefined
  if (!isObject(value)) return undefined
  const texts = new Map<string, string>()
  const own = at(value, "default") ?? at(value, language)
  if (typeof own === "string") texts.set(language, fromHtml(own, lines))
  for (const [key, one] of Object.entries(value)) {
    const tag = key === "default" ? undefined : languageTag(key)
    if (tag !== undefined && typeof one === "string" && !texts.get(tag)) texts.set(tag, fromHtml(one, lines))
  }
  const found = localText([...texts], "")
  return found === "" ? undefined : found
}
