/** The schemas of text that people read, and of the language tags in it. */
import * as Schema from "effect/Schema"
import { isKnownToIntl, isStorable } from "../LocalText.ts"

const expectedTag = 'Expected a language tag such as "en" or "pt-BR"'

/** What a JSON Schema can tell of a language tag. */
const Tag = Schema.String.check(Schema.isPattern(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/u, { message: expectedTag }))

/** A BCP 47 language tag as questionnaires use it: `en`, `sv`, `pt-BR`. `Intl` takes every one of them. */
export const LanguageTag = Tag.check(Schema.makeFilter((tag) => (isKnownToIntl(tag) ? undefined : expectedTag)))

const Line = Schema.String.check(
  Schema.isPattern(/\S/u, { message: "Expected some text" }),
  Schema.isMaxLength(4000, { message: "Expected at most 4000 characters" }),
  Schema.makeFilter((text) => (isStorable(text) ? undefined : "Expected text without NUL and half characters")),
)

/** One text, or one for each language. */
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
]).annotate({
  identifier: "LocalText",
  message: "Expected a text in double quotes, or an object with one for each language",
})
