/**
 * HTML of our pages, written as tagged templates: every value is escaped unless it is *Html* itself, which only this
 * tag and `safe` make. A list is joined; null, undefined and false are nothing.
 */
import { html as escaped, raw } from "hono/html"
import type { HtmlEscapedString } from "hono/utils/html"
import type { SafeHtml } from "@requite/content/SafeHtml"

/** A piece of a page whose values are escaped already. */
export type Html = HtmlEscapedString

/** What may stand in a template. */
export type Child = Html | string | number | false | null | undefined | ReadonlyArray<Child>

/** `` html`<p>${text}</p>` ``: text is escaped, Html stands as it is. Quote every attribute. */
export const html = (strings: TemplateStringsArray, ...children: ReadonlyArray<Child>): Html => {
  const made = escaped(strings, ...children)
  // only a promise among the children makes one, and `Child` admits none
  if (made instanceof Promise) throw new TypeError("A page is never waited for")
  return made
}

/** Safe HTML of @requite/content (rendered Markdown), as it stands. */
export const safe = (value: SafeHtml): Html => raw(value)

/** The HTML as a plain string, to be sent. */
export const toString = (page: Html): string => page.toString()
