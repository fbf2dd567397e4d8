/**
 * A *reader* is the customer as a page sees one: the language they read, how they write dates, and what they read of
 * the words that the firm's authors wrote. Pages take one, so that no page asks for a language itself.
 */
import type { Questionnaire } from "@requite/core"
import { LocalText } from "@requite/core"
import * as RichText from "@requite/content/RichText"
import type { SafeHtml } from "@requite/content/SafeHtml"
import * as Result from "effect/Result"
import type { Html } from "../Html.ts"
import { html, safe } from "../Html.ts"
import * as Messages from "../Messages.ts"
import type { Workspace } from "../Workspaces.ts"

export interface Reader {
  /** Of the page's own words. */
  readonly language: Messages.Language
  readonly t: Messages.Translator<"customer">["t"]
  readonly date: (day: number | string) => string
  readonly dateTime: (instant: number) => string
  readonly time: (instant: number) => string
  readonly bytes: (bytes: number) => string
  readonly number: (value: number) => string
  /** "PDF, Word or a picture" */
  readonly either: (words: ReadonlyArray<string>) => string
  /** An author's text in the best language it has, as plain text. */
  readonly text: (text: LocalText.LocalText) => string
  /** The same for a page, marked with its language where that is not the page's (WCAG 3.1.2). */
  readonly authored: (text: LocalText.LocalText) => Html
  /** An author's text in the Markdown subset, as blocks. */
  readonly markdown: (text: LocalText.LocalText) => Html
  /** The languages to look an author's text up in. */
  readonly languages: ReadonlyArray<string>
}

interface Circumstances {
  readonly workspace: Workspace
  /** What the firm said of the recipient. */
  readonly recipient: string
  /** The `Accept-Language` header, for what the recipient's language does not settle. */
  readonly accepted: string | undefined
  readonly questionnaire: Questionnaire.Questionnaire
}

/** The recipient's own language first, then the browser's, then the firm's. */
export const make = ({ workspace, recipient, accepted, questionnaire }: Circumstances): Reader => {
  const wanted = [recipient, ...Messages.acceptedLanguages(accepted), workspace.language]
  const { language, locale, t } = Messages.translator("customer", wanted)
  const languages = [recipient, language, questionnaire.language]
  // plain strings stand in the questionnaire's own language; maps say theirs
  const languageOf = (text: LocalText.LocalText): string =>
    typeof text === "string"
      ? questionnaire.language
      : (Object.keys(text).find((tag) => text[tag] === LocalText.resolve(text, languages)) ?? questionnaire.language)
  const isForeign = (text: LocalText.LocalText) => !sameLanguage(languageOf(text), language)
  return {
    language,
    t,
    date: (day) => Messages.formatDate(day, locale, workspace.timeZone),
    dateTime: (instant) => Messages.formatDateTime(instant, locale, workspace.timeZone),
    time: (instant) => Messages.formatTime(instant, locale, workspace.timeZone),
    bytes: (bytes) => Messages.formatBytes(bytes, locale),
    number: (value) => new Intl.NumberFormat(locale).format(value),
    either: (words) => new Intl.ListFormat(locale, { type: "disjunction" }).format(words),
    text: (text) => LocalText.resolve(text, languages),
    authored: (text) => {
      const words = LocalText.resolve(text, languages)
      return isForeign(text) ? html`<span lang="${languageOf(text)}" dir="auto">${words}</span>` : html`${words}`
    },
    markdown: (text) => {
      const blocks = safe(markdown(LocalText.resolve(text, languages)))
      return isForeign(text) ? html`<div lang="${languageOf(text)}" dir="auto">${blocks}</div>` : blocks
    },
    languages,
  }
}

const sameLanguage = (one: string, other: string) => one.split("-")[0] === other.split("-")[0]

const rendered = new Map<string, SafeHtml>()

/** Rendered once: the texts of a questionnaire do not change, and Markdown costs a millisecond each. */
const markdown = (text: string): SafeHtml => {
  const known = rendered.get(text)
  if (known !== undefined) return known
  // what Markdown refuses (too deep) still is a text that somebody must be able to read
  const made = Result.getOrElse(RichText.toHtml({ markdown: text }), () => plain(text))
  if (rendered.size >= 5_000) rendered.clear()
  rendered.set(text, made)
  return made
}

const plain = (text: string): SafeHtml => Result.getOrThrow(RichText.toHtml(text.slice(0, RichText.maxLength)))
