/**
 * The texts that people read: the languages they are in, what is not translated, and the placeholders in them. A
 * *placeholder* `{{id}}` stands for the answer to that question, or a calculated value.
 */
import type * as JsonText from "../JsonText.ts"
import { languagesOf } from "../LocalText.ts"
import * as Findings from "./Findings.ts"
import type { Outline, TextSite } from "./Outline.ts"
import { pathOf } from "./Outline.ts"

/** The languages used anywhere, the questionnaire's own first. */
export const languages = ({ questionnaire, texts }: Outline): ReadonlyArray<string> => [
  ...new Set([questionnaire.language, ...texts.flatMap(({ text }) => languagesOf(text))]),
]

export const missingTranslations = (outline: Outline): ReadonlyArray<Findings.Problem> => {
  const all = languages(outline)
  return outline.texts.flatMap(({ text, trail }): ReadonlyArray<Findings.Problem> => {
    if (typeof text === "string") return []
    const missing = all.filter((language) => !Object.hasOwn(text, language))
    if (missing.length === 0) return []
    const message = `Not translated into ${missing.join(", ")}; people who read that language see another one.`
    return [Findings.warning("missing-translation", pathOf(trail), message)]
  })
}

/** A placeholder in a text; `path` leads to the string that it stands in. */
export interface Placeholder {
  readonly id: string
  readonly site: TextSite
  readonly path: JsonText.Path
  /** The whole string, to write a fix. */
  readonly text: string
  /** As it stands there: `{{id}}`, or what looks like one. */
  readonly written: string
  /** Is it a right one? */
  readonly exact: boolean
}

const written = /\{\{([^{}]{0,80})\}\}|\{([a-z][A-Za-z0-9]{0,63})\}/g
const idShape = /^[a-z][A-Za-z0-9]{0,63}$/

export const placeholders = ({ texts }: Outline): ReadonlyArray<Placeholder> => {
  const found: Array<Placeholder> = []
  const look = (site: TextSite, text: string, ...steps: ReadonlyArray<string>) => {
    if (!text.includes("{")) return
    for (const [all, double, single] of text.matchAll(written)) {
      const id = (double ?? single ?? "").trim()
      if (!idShape.test(id)) continue
      found.push({ id, site, path: [...pathOf(site.trail), ...steps], text, written: all, exact: double === id })
    }
  }
  for (const site of texts) {
    if (!site.hasPlaceholders) continue
    if (typeof site.text === "string") look(site, site.text)
    else for (const [language, text] of Object.entries(site.text)) look(site, text, language)
  }
  return found
}
