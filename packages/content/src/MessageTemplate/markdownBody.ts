/**
 * A body in Markdown with tags.
 *
 * Its blocks are resolved first, while every value is still a mark (see `RichText/tags.ts`); what comes out is read as Markdown; then the
 * values take the places of the marks, as text. So a value can mean nothing to Handlebars, to Markdown or to HTML, a list can be written
 * with `{{#each}}`, and the HTML is whole whatever the blocks leave out.
 */
import * as Result from "effect/Result"
import { misleads } from "../RichText/links.ts"
import * as markdown from "../RichText/markdown.ts"
import { mark, markPattern, type Tag, withoutMarks } from "../RichText/tags.ts"
import type { Checked } from "./checked.ts"
import { type Declaration, type Finding, maxBody } from "./declaration.ts"
import * as grammar from "./grammar.ts"
import * as judge from "./judge.ts"
import * as run from "./run.ts"
import { context, emptyPrinting, type Leaf } from "./values.ts"

/** Longest Markdown after the lists are written out, with a mark for each value: parsing takes time by the square of it. */
const maxExpanded = 6_000
/** The marks of a message of that length have four digits at most. */
const markLength = 6

/** Reads a body. Errors: every finding in it. */
export const check = (written: string, declaration: Declaration): Result.Result<Checked, ReadonlyArray<Finding>> => {
  const text = withoutMarks(written.replace(/\r\n?/g, "\n"))
  return Result.flatMap(grammar.parse("body", text, maxBody, declaration), (parsed) => {
    const findings = [...checkLength(parsed), ...checkLinks(text, parsed)]
    if (findings.length > 0) return Result.fail(findings)
    return Result.succeed({
      always: parsed.always,
      toHtml: (values) => {
        const tags: Array<Tag> = []
        const asMark: Leaf = (value, kind) => {
          const printed = mark(tags.push({ kind, value }) - 1)
          // An empty value leaves a mark too: without it, **{{name}}** would be four asterisks.
          return value === "" ? emptyPrinting(printed) : printed
        }
        return Result.flatMap(context(declaration, values, asMark), (seen) =>
          Result.flatMap(run.fill(parsed.program, seen), (expanded) => markdown.toHtml(expanded, maxExpanded, tags)),
        )
      },
    })
  })
}

const start = { line: 1, column: 1 }

const checkLength = (parsed: grammar.Parsed): ReadonlyArray<Finding> => {
  const longest = parsed.longest(markLength)
  return longest > maxExpanded
    ? [
        judge.finding(
          start,
          "too-long",
          `With its longest lists the body has ${longest} characters; at most ${maxExpanded} are allowed.`,
        ),
      ]
    : []
}

/** Judges the links of a body as they are written, tags and all. */
const checkLinks = (text: string, parsed: grammar.Parsed): ReadonlyArray<Finding> =>
  Result.match(markdown.parse(outline(text, parsed), maxBody), {
    onFailure: ({ detail, reason }) => [judge.finding(start, reason, detail)],
    onSuccess: (root) =>
      markdown.links(root).flatMap(({ address, text: shown, ...place }) => {
        const [before, index, ...after] = address.split(markPattern)
        if (index === undefined) return judge.link(shown, address, place)
        if (before !== "" || after.join("") !== "" || parsed.printed[Number(index)]?.kind !== "url")
          return [
            judge.finding(
              place,
              "tag-in-address",
              "A tag can be the whole address of a link when its value is a link, as in [Open]({{link}}); it cannot be part of one.",
            ),
          ]
        return misleads(shown, "tag:") ? [judge.misleading(shown, place)] : []
      }),
  })

/**
 * The body with its tags as marks and its blocks as spaces, character for character, so that what Markdown finds in it lies where the author
 * sees it.
 */
const outline = (text: string, { contents, printed }: grammar.Parsed): string => {
  const lineStarts = [0]
  for (const line of text.split("\n")) lineStarts.push((lineStarts.at(-1) ?? 0) + line.length + 1)
  const offset = ({ column, line }: hbs.AST.Position) => (lineStarts[line - 1] ?? 0) + column
  const characters = text.replace(/[^\n]/g, " ").split("")
  const put = (from: number, piece: string) => {
    for (let index = 0; index < piece.length; index++) characters[from + index] = piece.charAt(index)
  }
  for (const { end, start } of contents) put(offset(start), text.slice(offset(start), offset(end)))
  for (const [index, { loc }] of printed.entries())
    if (loc.start.line === loc.end.line) put(offset(loc.start), mark(index, offset(loc.end) - offset(loc.start)))
  return characters.join("")
}
