/** Safe HTML as text that reads well in a mail without HTML. */
import { compile } from "html-to-text"
import type { SafeHtml } from "../SafeHtml.ts"

const heading = { leadingLineBreaks: 2, trailingLineBreaks: 2, uppercase: false }

const convert = compile({
  wordwrap: false,
  selectors: [
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, linkBrackets: ["(", ")"] } },
    { selector: "ul", options: { itemPrefix: "- " } },
    { selector: "hr", options: { length: 24 } },
    ...["h2", "h3", "h4"].map((selector) => ({ selector, options: heading })),
    // A tiptap list item always wraps its text in a paragraph; its lines belong together nevertheless.
    { selector: "li > p", format: "paragraph", options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
  ],
})

/** Paragraphs apart by an empty line, items behind dashes or numbers, a link's address in brackets after its text. Lines are not wrapped. */
export const readable = (html: SafeHtml): string => convert(html)
