/**
 * Safe HTML: a string that may be written into a page or a mail as it is.
 *
 * The brand is the promise: the string holds only tags and attributes that this package wrote itself, and every `<` in it opens one of
 * them. The renderers of this package are the only ones that make such strings out of markup; everybody else gets one by `escape`.
 */
import * as Brand from "effect/Brand"

/** HTML whose every tag was written by this package. */
export type SafeHtml = Brand.Branded<string, "SafeHtml">

/** The named boundary: the caller vouches that every tag in `html` is its own and every value in it is escaped. */
export const trust = Brand.nominal<SafeHtml>()

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Text as HTML that shows exactly that text; fit for element content and for quoted attribute values. */
export const escape = (text: string): SafeHtml =>
  trust(text.replace(/[&<>"']/g, (character) => entities[character] ?? character))
