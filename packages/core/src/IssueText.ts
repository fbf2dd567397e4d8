/**
 * What is wrong with an answer, as a sentence that the customer reads: plain, short, and what to do (ux.md, "Words").
 * Nothing here imports Effect, and pages that have sentences of their own need not load it.
 *
 * Words: a *catalogue* has a sentence for each *key*; a key is an issue's code, or code and what is asked for or how it is
 * given, `required:option`, `required:files`, where one sentence does not fit all.
 */
import type { Issue } from "./Answers.ts"
import { standard } from "./AnswerKind/standard.ts"
import type { Registry } from "./AnswerKind.ts"
import { type Catalogue, en } from "./IssueText/en.ts"
import { es } from "./IssueText/es.ts"
import { sv } from "./IssueText/sv.ts"
import type { Words } from "./IssueText/Words.ts"
import * as LocalText from "./LocalText.ts"
import type { Question } from "./Questionnaire/Definition.ts"

export const catalogues: Readonly<Record<string, Catalogue>> = { en, es, sv }

/**
 * The sentence for an issue, in the first of `languages` (BCP 47 tags) that there is a catalogue of; English when there
 * is none. `question` is the one that the issue names, undefined for an answer to no question.
 */
export const sentence = (
  issue: Pick<Issue, "code" | "values" | "message">,
  question: Question | undefined,
  languages: ReadonlyArray<string>,
  kinds: Registry = standard,
): string => {
  // the author of a rule says best what it wants
  if (issue.message !== undefined) return LocalText.resolve(issue.message, languages)
  const locale = languages.find((tag) => Object.hasOwn(catalogues, languageOf(tag))) ?? "en"
  const catalogue = new Map(Object.entries(catalogues[languageOf(locale)] ?? en))
  const kind = question === undefined ? undefined : kinds.get(question.type)
  const asked = question === undefined ? undefined : kind?.valueType(question).type
  const of = (key: string) => catalogue.get(`${issue.code}${key}`)
  const found = of(`:${kind?.givenAs}`) ?? of(`:${asked}`) ?? of("") ?? catalogue.get("other") ?? en.other
  return found(wordsOf(issue.values, locale))
}

const languageOf = (tag: string): string => tag.split("-")[0] ?? tag

const wordsOf = (values: Issue["values"], locale: string): Words => {
  const of = (key: string) => (Object.hasOwn(values, key) ? values[key] : undefined)
  const numberOf = (key: string) => Number(of(key))
  const number = (key: string) => new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }).format(numberOf(key))
  return {
    text: (key) => String(of(key) ?? ""),
    number,
    date: (key) => day(String(of(key)), locale),
    bytes: (key) => size(numberOf(key), locale),
    plural: (key, forms) =>
      (new Intl.PluralRules(locale).select(numberOf(key)) === "one" ? forms.one : forms.other).replaceAll(
        "#",
        number(key),
      ),
  }
}

const day = (date: string, locale: string): string => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)
  if (parts === null) return date
  const at = Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]))
  return new Intl.DateTimeFormat(locale, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(at)
}

const units = [
  ["gigabyte", 1e9],
  ["megabyte", 1e6],
  ["kilobyte", 1e3],
] as const

const size = (bytes: number, locale: string): string => {
  const [unit, divisor] = units.find(([, least]) => bytes >= least) ?? units[2]
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / divisor)
}
