/**
 * Text that people read: one string, or a *language map* from BCP 47 tags to strings (format.md, "Identity and
 * versions"). A missing translation falls back along the locale chain and then to the questionnaire's own language.
 */
import * as Schema from "effect/Schema"

const expectedTag = 'Expected a language tag such as "en" or "pt-BR"'

/** What a JSON Schema can tell of a language tag. */
const Tag = Schema.String.check(Schema.isPattern(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/u, { message: expectedTag }))

/** Intl throws at a tag with two scripts, say, or one variant twice; no pattern tells all of them. */
const isKnownToIntl = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

/** A BCP 47 language tag as questionnaires use it: `en`, `sv`, `pt-BR`. `Intl` takes every one of them. */
export const LanguageTag = Tag.check(Schema.makeFilter((tag) => (isKnownToIntl(tag) ? undefined : expectedTag)))

/** Text that every database keeps: no NUL, and no half of a surrogate pair, which has no UTF-8. */
export const isStorable = (text: string): boolean => !text.includes("\u0000") && text.isWellFormed()

/** The text on one line: line breaks, tabs and other control characters become a space. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, " ").trim()

const Line = Schema.String.check(
  Schema.isPattern(/\S/u, { message: "Expected some text" }),
  Schema.isMaxLength(4000, { message: "Expected at most 4000 characters" }),
  Schema.makeFilter((text) => (isStorable(text) ? undefined : "Expected text without NUL and half characters")),
)

export const schema = Schema.Union([
  Line,
  Schema.Record(Tag, Line)
    .annotate({ messageUnexpectedKey: expectedTag })
    .check(
      Schema.isMinProperties(1, { message: "Expected at least one language" }),
      Schema.makeFilter((text) => {
        const unknown = Object.keys(text).find((tag) => !isKnownToIntl(tag))
        return unknown === undefined ? undefined : { path: [unknown], issue: expectedTag }
      }),
    ),
]).annotate({ message: "Expected a text in double quotes, or an object with one for each language" })

export type LocalText = typeof schema.Type

/**
 * The text in the first of `languages` that it has, each tried as it stands and then without its region (`sv-FI`, then
 * `sv`); after them in whatever language it has.
 */
export const resolve = (text: LocalText, languages: ReadonlyArray<string>): string => {
  if (typeof text === "string") return text
  for (const language of languages) {
    for (let tag = language; tag !== ""; tag = tag.slice(0, Math.max(0, tag.lastIndexOf("-")))) {
      const found = Object.hasOwn(text, tag) ? text[tag] : undefined
      if (found !== undefined) return found
    }
  }
  return Object.values(text)[0] ?? ""
}

/** The languages that a text is written in; none for plain text, which stands for every language. */
export const languagesOf = (text: LocalText): ReadonlyArray<string> =>
  typeof text === "string" ? [] : Object.keys(text)
