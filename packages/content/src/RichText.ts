/**
 * Rich text: the labels, help texts, notes and messages that a firm writes and a customer reads.
 *
 * One is plain text, a Markdown subset, or a document of the tiptap editor. All three come out as the same safe HTML: paragraphs, line
 * breaks, emphasis, lists, headings of levels 2 to 4, quotations, rules, inline code and links to the web, a mailbox or a telephone; no
 * image, no style, no attribute but a link's address and a list's first number. Nobody's HTML goes through (S42).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { RichTextError } from "./RichText/failure.ts"
import * as markdown from "./RichText/markdown.ts"
import { readable } from "./RichText/readable.ts"
import * as tiptap from "./RichText/tiptap.ts"
import * as SafeHtml from "./SafeHtml.ts"

export { RichTextError }

/** Longest rich text, in characters (UTF-16 units). */
export const maxLength = 4_000

/**
 * A rich text as it stands in JSON: a string is plain text, `{ "markdown": "…" }` is Markdown, `{ "tiptap": { "type": "doc", … } }` is a
 * document of the editor.
 */
export const RichText = Schema.Union([
  Schema.String,
  Schema.Struct({ markdown: Schema.String }),
  Schema.Struct({ tiptap: Schema.Json }),
])
export type RichText = typeof RichText.Type

/** The text as safe HTML of blocks. */
export const toHtml = (value: RichText): Result.Result<SafeHtml.SafeHtml, RichTextError> => {
  if (typeof value === "string") return plain(value)
  return "markdown" in value
    ? markdown.toHtml(lines(value.markdown), maxLength)
    : tiptap.toHtml(value.tiptap, maxLength)
}

/** The text as safe HTML that may stand inside a `label`, a `legend` or a heading: emphasis, code and line breaks, no blocks, no links. */
export const toInlineHtml = (value: RichText): Result.Result<SafeHtml.SafeHtml, RichTextError> =>
  Result.map(toHtml(value), (html) =>
    // Safe HTML opens no tag that is not in its short list, so a tag is all that lies between angle brackets.
    SafeHtml.trust(
      html
        .replace(/<\/?(?!\/|(?:strong|em|code|br)>)[^>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim(),
    ),
  )

/** The text as plain text, for a mail's text part, a log or a spreadsheet; a link is followed by its address in brackets. */
export const toText = (value: RichText): Result.Result<string, RichTextError> =>
  typeof value === "string" && value.length <= maxLength ? Result.succeed(value) : Result.map(toHtml(value), readable)

const lines = (text: string) => text.replace(/\r\n?/g, "\n")

const plain = (text: string): Result.Result<SafeHtml.SafeHtml, RichTextError> =>
  text.length > maxLength
    ? Result.fail(
        new RichTextError({
          reason: "too-long",
          detail: `The text has ${text.length} characters; at most ${maxLength} are allowed.`,
        }),
      )
    : Result.succeed(
        SafeHtml.trust(
          lines(text)
            .split(/\n\s*\n/)
            .filter((paragraph) => paragraph.trim() !== "")
            .map((paragraph) => `<p>${SafeHtml.escape(paragraph.trim()).replaceAll("\n", "<br>")}</p>`)
            .join("\n"),
        ),
      )
