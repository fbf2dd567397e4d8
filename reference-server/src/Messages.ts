/**
 * The words of our pages and mails, in English, Spanish and Swedish.
 *
 * Words: a *catalogue* is the flat JSON of one *audience* (customer, firm, mail) in one language, with ICU messages
 * by *key*; a *translator* speaks one of the languages. The English catalogue says which keys there are; the others
 * have the same keys with the same variables (a test holds that). Values go in as text: escaping is Html's business.
 */
import { match } from "@formatjs/intl-localematcher"
import { IntlMessageFormat } from "intl-messageformat"
import customerEn from "./Messages/customer.en.json" with { type: "json" }
import customerEs from "./Messages/customer.es.json" with { type: "json" }
import customerSv from "./Messages/customer.sv.json" with { type: "json" }
import firmEn from "./Messages/firm.en.json" with { type: "json" }
import firmEs from "./Messages/firm.es.json" with { type: "json" }
import firmSv from "./Messages/firm.sv.json" with { type: "json" }
import mailEn from "./Messages/mail.en.json" with { type: "json" }
import mailEs from "./Messages/mail.es.json" with { type: "json" }
import mailSv from "./Messages/mail.sv.json" with { type: "json" }

export {
  calendarDay,
  formatBytes,
  formatDate,
  formatDateTime,
  formatNumber,
  formatTime,
  regional,
} from "./Messages/dates.ts"

export const languages = ["en", "es", "sv"] as const
export type Language = (typeof languages)[number]

interface English {
  readonly customer: typeof customerEn
  readonly firm: typeof firmEn
  readonly mail: typeof mailEn
}
export type Audience = keyof English
/** The keys of an audience's catalogue. */
export type Key<A extends Audience> = keyof English[A] & string

type Catalogue = Readonly<Record<string, string>>

/** All catalogues, by audience and language. */
export const catalogues: Readonly<Record<Audience, Readonly<Record<Language, Catalogue>>>> = {
  customer: { en: customerEn, es: customerEs, sv: customerSv },
  firm: { en: firmEn, es: firmEs, sv: firmSv },
  mail: { en: mailEn, es: mailEs, sv: mailSv },
}

const fromTheRight = new Set(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"])

/** Which way a language (BCP 47) is written, for `dir`. */
export const direction = (tag: string): "ltr" | "rtl" =>
  fromTheRight.has(tag.toLowerCase().split("-")[0] ?? "") ? "rtl" : "ltr"

export interface Translator<A extends Audience> {
  /** The language of the words, for `lang`. */
  readonly language: Language
  /** The reader's own tag of that language (`en-US`), for dates and numbers. */
  readonly locale: string
  /** The message in this language. Values are plain text and numbers. */
  readonly t: (key: Key<A>, values?: Readonly<Record<string, string | number>>) => string
}

/** Speaks the best of our languages for a reader of `wanted` (BCP 47 tags, the dearest first); English when none fits. */
export const translator = <A extends Audience>(audience: A, wanted: ReadonlyArray<string>): Translator<A> => {
  const { language, locale } = spoken(wanted)
  return {
    language,
    locale,
    t: (key, values) => text(compiled(audience, language, key).format<string>(values)),
  }
}

/** What is spoken to a reader of these tags. Readers are of few kinds, and looking takes longer than speaking. */
const spoken = (wanted: ReadonlyArray<string>): Spoken => {
  const key = wanted.join(" ")
  const known = readers.get(key)
  if (known !== undefined) return known
  const tags = wanted.filter(isTag)
  const best = match(tags, languages, "en", { algorithm: "best fit" })
  const language = languages.find((one) => one === best) ?? "en"
  const found = { language, locale: tags.find((tag) => new Intl.Locale(tag).language === language) ?? language }
  // whoever makes tags up gets no memory for them
  if (readers.size >= 500) readers.clear()
  readers.set(key, found)
  return found
}

type Spoken = Pick<Translator<Audience>, "language" | "locale">
const readers = new Map<string, Spoken>()

/** Is this a key of the audience's catalogue? For codes that come from elsewhere. */
export const isKey = <A extends Audience>(audience: A, key: string): key is Key<A> =>
  Object.hasOwn(catalogues[audience].en, key)

/** The languages of an `Accept-Language` header, the dearest first (RFC 9110, 12.5.4). */
export const acceptedLanguages = (header: string | undefined): ReadonlyArray<string> =>
  (header ?? "")
    .slice(0, 500)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.split(";").map((piece) => piece.trim())
      const weight = parameters.find((parameter) => parameter.startsWith("q="))
      return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) }
    })
    .filter(({ tag, weight }) => isTag(tag) && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)

const isTag = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

const cache = new Map<string, IntlMessageFormat>()

/** Parsing is what costs; a catalogue is finite, so the cache is. */
const compiled = (audience: Audience, language: Language, key: string): IntlMessageFormat => {
  const id = `${audience}.${language}.${key}`
  const known = cache.get(id)
  if (known !== undefined) return known
  const message = new IntlMessageFormat(catalogues[audience][language][key] ?? key, language, undefined, {
    ignoreTag: true,
  })
  cache.set(id, message)
  return message
}

const text = (formatted: string | ReadonlyArray<string>): string =>
  typeof formatted === "string" ? formatted : formatted.join("")
