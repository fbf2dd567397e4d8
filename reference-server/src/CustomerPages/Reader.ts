/**
 * A *reader* is the customer as a page sees one: the language they read, how they write dates and numbers, and what they
 * read of the words that the firm's authors wrote, with their own answers filled in. Pages take one, so that no page asks
 * for a language itself.
 */
import type { Answers, QuestionKind } from "@requite/core"
import { LocalText } from "@requite/core"
import * as IssueText from "@requite/core/IssueText"
import * as RichText from "@requite/content/RichText"
import * as SafeHtml from "@requite/content/SafeHtml"
import * as Result from "effect/Result"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html, safe } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as Language from "./Language.ts"
import type { Workspace } from "../Workspaces.ts"

export interface Reader {
  /** Of the page's own words. */
  readonly language: Messages.Language
  /** The reader's own tag of that language, for numbers and dates. */
  readonly locale: string
  readonly t: Messages.Translator<"customer">["t"]
  /** The zone that times are told in, an IANA name. */
  readonly zone: string
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
  /** For the element around what belongs to an author's text: `dir`, where that is written from right to left. */
  readonly side: (text: LocalText.LocalText) => Html | null
  /** An author's text in the Markdown subset, as blocks. */
  readonly markdown: (text: LocalText.LocalText) => Html
  /** What is wrong with an answer, and how to put it right; `question` is the one that the issue names. */
  readonly sentence: (
    issue: Pick<Answers.Issue, "code" | "values" | "message">,
    question: QuestionKind.Question,
  ) => string
  /** The languages to look an author's text up in. */
  readonly languages: ReadonlyArray<string>
  /** The same reader, of texts at that place: their placeholders mean the answers of its instance. `live`: answers in
   * them are marked, for the page's script to keep right. */
  readonly at: (place: Filling.Place, live?: boolean) => Reader
  /** The same reader, with other answers in what they read. */
  readonly of: (filling: Filling.Filling) => Reader
}

interface Circumstances {
  readonly workspace: Workspace
  /** What the firm said of the recipient. */
  readonly recipient: string
  /** The `Accept-Language` header, for what the recipient's language does not settle. */
  readonly accepted: string | undefined
  /** What the reader chose by the page's switch. */
  readonly chosen?: Messages.Language | null
  /** The zone that times are told in, as the request's mails do; left out: the firm's. */
  readonly zone?: string
  /** Whose words are read, and the answers that stand in them. */
  readonly filling: Filling.Filling
}

/** What the reader chose first, then the recipient's own language, the browser's, the firm's. */
export const make = (circumstances: Circumstances): Reader => {
  const { workspace, recipient, accepted, chosen = null, zone = workspace.timeZone, filling } = circumstances
  const others = [recipient, ...Messages.acceptedLanguages(accepted), workspace.language]
  const wanted = Language.wanted(chosen, others)
  const translator = Messages.translator("customer", wanted)
  const { language, t } = translator
  // plain "en" is English of most of the world, as in Messages
  const locale = Messages.regional(translator.locale)
  const own = filling.questionnaire.language
  const languages = [...(chosen === null ? [] : [locale]), recipient, language, own].map(Messages.regional)
  // plain strings stand in the questionnaire's own language; maps say theirs
  const languageOf = (text: LocalText.LocalText): string =>
    typeof text === "string"
      ? own
      : (Object.keys(text).find((tag) => text[tag] === LocalText.resolve(text, languages)) ?? own)
  const isForeign = (text: LocalText.LocalText) => !sameLanguage(languageOf(text), language)
  const marking = (text: LocalText.LocalText): Html => {
    const tag = languageOf(text)
    return html`lang="${tag}" dir="${Messages.direction(tag)}"`
  }

  const at = (place: Filling.Place, live = false): Reader => {
    const read = (text: LocalText.LocalText) =>
      Filling.fill(filling, LocalText.resolve(text, languages), languages, place)
    const spell = (answer: string, id: string): string =>
      live ? `<span data-says="${id}">${SafeHtml.escape(answer)}</span>` : SafeHtml.escape(answer)
    const spelled = (words: string) => Filling.fill(filling, words, languages, place, spell)
    const marked = (text: LocalText.LocalText): Html =>
      safe(SafeHtml.trust(spelled(SafeHtml.escape(LocalText.resolve(text, languages)))))
    return {
      language,
      locale,
      t,
      zone,
      date: (day) => Messages.formatDate(day, locale, zone),
      dateTime: (instant) => Messages.formatDateTime(instant, locale, zone),
      time: (instant) => Messages.formatTime(instant, locale, zone),
      bytes: (bytes) => Messages.formatBytes(bytes, locale),
      number: (value) => new Intl.NumberFormat(locale).format(value),
      either: (words) => new Intl.ListFormat(locale, { type: "disjunction" }).format(words),
      text: read,
      authored: (text) => (isForeign(text) ? html`<span ${marking(text)}>${marked(text)}</span>` : marked(text)),
      side: (text) => {
        const direction = Messages.direction(languageOf(text))
        return direction === Messages.direction(language) ? null : html`dir="${direction}"`
      },
      markdown: (text) => {
        const blocks = filled(rendered(LocalText.resolve(text, languages)), spelled)
        return isForeign(text) ? html`<div ${marking(text)}>${blocks}</div>` : blocks
      },
      sentence: (issue, question) =>
        IssueText.sentence(issue, question, issue.message === undefined ? [locale] : languages),
      languages,
      at,
      of: (other) => make({ ...circumstances, filling: other }),
    }
  }
  return at([])
}

const sameLanguage = (one: string, other: string) => one.split("-")[0] === other.split("-")[0]

/** Placeholders are filled in the words of what was rendered, and not in its tags: an answer is never read as Markdown,
 * nor does it become part of an address. */
const filled = (blocks: SafeHtml.SafeHtml, fill: (words: string) => string): Html =>
  safe(SafeHtml.trust(blocks.replace(/[^<>]+(?=<|$)/g, fill)))

const cache = new Map<string, SafeHtml.SafeHtml>()

/** Rendered once: the texts of a questionnaire do not change, and Markdown costs a millisecond each. */
const rendered = (text: string): SafeHtml.SafeHtml => {
  const known = cache.get(text)
  if (known !== undefined) return known
  // what Markdown refuses (too deep) still is a text that somebody must be able to read
  const made = Result.getOrElse(RichText.toHtml({ markdown: text }), () => plain(text))
  if (cache.size >= 5_000) cache.clear()
  cache.set(text, made)
  return made
}

const plain = (text: string): SafeHtml.SafeHtml => Result.getOrThrow(RichText.toHtml(text.slice(0, RichText.maxLength)))
