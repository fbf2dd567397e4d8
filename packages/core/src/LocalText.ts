/**
 * Text that people read: one string, or a *language map* from BCP 47 tags to strings (format.md, "Identity and
 * versions"). A missing translation falls back along the locale chain and then to the questionnaire's own language.
 * Its schema stands in `LocalText/schema.ts`; nothing here imports Effect.
 */
export type LocalText = string | Readonly<Record<string, string>>

/** Intl throws at a tag with two scripts, say, or one variant twice; no pattern tells all of them. */
export const isKnownToIntl = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

/** Of these languages, wherever they came from, those that `Intl` takes. */
export const locales = (languages: ReadonlyArray<string>): Array<string> => languages.filter(isKnownToIntl)

/** Text that every database keeps: no NUL, and no half of a surrogate pair, which has no UTF-8. */
export const isStorable = (text: string): boolean => !text.includes("\u0000") && text.isWellFormed()

/** The text on one line: line breaks, tabs and other control characters become a space. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, " ").trim()

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
