/**
 * Text that people read: one string, or a *language map* from BCP 47 tags to strings (format.md, "Identity and
 * versions"). A missing translation falls back along the locale chain and then to the questionnaire's own language.
 */
import * as Schema from "effect/Schema"

/** A BCP 47 language tag as questionnaires use it: `en`, `sv`, `pt-BR`. */
export const LanguageTag = Schema.String.check(
  Schema.isPattern(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/u, { message: 'Expected a language tag such as "en" or "pt-BR"' }),
)

const Line = Schema.String.check(
  Schema.isPattern(/\S/u, { message: "Expected some text" }),
  Schema.isMaxLength(4000, { message: "Expected at most 4000 characters" }),
)

export const schema = Schema.Union([
  Line,
  Schema.Record(LanguageTag, Line)
    .annotate({ messageUnexpectedKey: 'Expected a language tag such as "en" or "pt-BR"' })
    .check(Schema.isMinProperties(1, { message: "Expected at least one language" })),
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
