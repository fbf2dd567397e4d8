/**
 * Tiptap documents as safe HTML, without a DOM.
 *
 * A document is JSON from outside: its size and every type in it are checked before ProseMirror builds it, its structure after. Each node
 * and mark is then written by a function of ours, so no attribute of the document reaches the HTML but a link's address, a heading's
 * level and a list's first number.
 */
import { getSchema, type JSONContent } from "@tiptap/core"
import type { Mark, Node } from "@tiptap/pm/model"
import { renderToHTMLString, serializeChildrenToHTMLString } from "@tiptap/static-renderer/pm/html-string"
import * as Result from "effect/Result"
import * as SafeHtml from "../SafeHtml.ts"
import { RichTextError } from "./failure.ts"
import { misleads, safeHref } from "./links.ts"
import { extensions } from "./templateTag.ts"

const maxNodes = 2_000
const maxDepth = 24

const schema = getSchema(extensions)

/** What a template tag becomes; undefined refuses it. */
export type Fill = (name: string) => SafeHtml.SafeHtml | undefined

/**
 * Reads a document: at most `maxLength` characters of text, 2,000 nodes, 24 levels.
 * Errors: `too-long`, `too-deep`, `unknown-type`, `malformed`.
 */
export const parse = (document: unknown, maxLength: number): Result.Result<Node, RichTextError> =>
  Result.flatMap(measured(document, maxLength), (json) =>
    Result.try({
      try: () => {
        const node = schema.nodeFromJSON(json)
        node.check()
        return node
      },
      catch: () => refuse("malformed", "The rich text is not built as its editor builds it."),
    }),
  )

/** A document as safe HTML. Errors: those of `parse`, and `tag` for a template tag that `fill` refuses. */
export const toHtml = (
  document: unknown,
  maxLength: number,
  fill: Fill = () => undefined,
): Result.Result<SafeHtml.SafeHtml, RichTextError> =>
  Result.flatMap(parse(document, maxLength), (node) => {
    const tag = tags(node).find(({ name }) => fill(name) === undefined)
    return tag === undefined
      ? Result.succeed(write(node, fill))
      : Result.fail(refuse("tag", `The tag {{${tag.name}}} has no value here.`))
  })

/** The template tags of a document; `block` is the number of the paragraph (or list, …) it stands in, from 1. */
export const tags = (root: Node): ReadonlyArray<{ readonly name: string; readonly block: number }> =>
  pick(root, (node) => (node.type.name === "templateTag" ? { name: textOf(node.attrs["name"]) } : undefined))

/** The linked texts of a document. */
export const links = (
  root: Node,
): ReadonlyArray<{ readonly text: string; readonly address: string; readonly block: number }> =>
  pick(root, (node) => {
    const link = node.marks.find((mark) => mark.type.name === "link")
    return link === undefined ? undefined : { text: node.text ?? "", address: addressOf(link) }
  })

/** The texts of a document. */
export const texts = (root: Node): ReadonlyArray<{ readonly text: string; readonly block: number }> =>
  pick(root, (node) => (node.text === undefined ? undefined : { text: node.text }))

const pick = <A extends object>(
  root: Node,
  choose: (node: Node) => A | undefined,
): ReadonlyArray<A & { block: number }> => {
  const found: Array<A & { block: number }> = []
  root.forEach((block, _, index) => {
    const see = (node: Node) => {
      const chosen = choose(node)
      if (chosen !== undefined) found.push({ ...chosen, block: index + 1 })
    }
    see(block)
    block.descendants(see)
  })
  return found
}

const refuse = (reason: RichTextError["reason"], detail: string) => new RichTextError({ reason, detail })

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Level by level and with a budget, so that no document, however large or deep, costs more than the caps. */
const measured = (document: unknown, maxLength: number): Result.Result<JSONContent, RichTextError> => {
  let level: ReadonlyArray<unknown> = [document]
  let nodes = 0
  let characters = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return Result.fail(refuse("too-deep", "The rich text nests lists or quotations too deeply."))
    const next: Array<unknown> = []
    for (const node of level) {
      if (!isRecord(node) || typeof node["type"] !== "string")
        return Result.fail(refuse("malformed", "A part of the rich text has no type."))
      const { type, text = "", content = [], marks = [] } = node
      if (!Object.hasOwn(schema.nodes, type))
        return Result.fail(refuse("unknown-type", `A rich text cannot hold a "${type.slice(0, 40)}".`))
      if (typeof text !== "string" || !Array.isArray(content) || !Array.isArray(marks) || marks.length > 8)
        return Result.fail(refuse("malformed", "A part of the rich text has a wrong shape."))
      for (const mark of marks) {
        const name = textOf(isRecord(mark) ? mark["type"] : undefined)
        if (!Object.hasOwn(schema.marks, name))
          return Result.fail(refuse("unknown-type", `A rich text cannot be marked "${name.slice(0, 40)}".`))
      }
      characters += text.length
      nodes += 1
      if (characters > maxLength || nodes + next.length + content.length > maxNodes)
        return Result.fail(refuse("too-long", `The rich text is longer than ${maxLength} characters.`))
      for (const child of content) next.push(child)
    }
    level = next
  }
  return isRecord(document) && document["type"] === "doc"
    ? Result.succeed(document)
    : Result.fail(refuse("malformed", "The rich text is not a document."))
}

/** An attribute that should be a text; the document may hold any JSON there. */
const textOf = (attribute: unknown): string => (typeof attribute === "string" ? attribute : "")

const addressOf = (link: Mark) => textOf(link.attrs["href"])

type Children = { readonly children?: string | Array<string> }

const element =
  (name: string) =>
  ({ children }: Children) =>
    `<${name}>${serializeChildrenToHTMLString(children)}</${name}>`

const write = (root: Node, fill: Fill): SafeHtml.SafeHtml =>
  SafeHtml.trust(
    renderToHTMLString({
      content: root,
      // None are needed: the document is built, and every type of the schema is mapped below.
      extensions: [],
      options: {
        nodeMapping: {
          doc: ({ children }) => serializeChildrenToHTMLString(children),
          text: ({ node }) => SafeHtml.escape(node.text ?? ""),
          templateTag: ({ node }) => fill(textOf(node.attrs["name"])) ?? "",
          paragraph: element("p"),
          blockquote: element("blockquote"),
          bulletList: element("ul"),
          listItem: element("li"),
          hardBreak: () => "<br>",
          horizontalRule: () => "<hr>",
          heading: ({ node, children }) => element(`h${level(node.attrs["level"])}`)({ children: children ?? "" }),
          orderedList: ({ node, children }) =>
            `<ol${start(node.attrs["start"])}>${serializeChildrenToHTMLString(children)}</ol>`,
        },
        markMapping: {
          bold: element("strong"),
          italic: element("em"),
          code: element("code"),
          link: ({ mark, node, children }) => {
            const text = serializeChildrenToHTMLString(children)
            const href = safeHref(addressOf(mark))
            return href === undefined || misleads(node.text ?? "", href)
              ? text
              : `<a href="${SafeHtml.escape(href)}" rel="noopener noreferrer">${text}</a>`
          },
        },
      },
    }),
  )

const level = (value: unknown): number => (value === 3 || value === 4 ? value : 2)

const start = (value: unknown): string =>
  typeof value === "number" && Number.isInteger(value) && value > 1 && value < 1e6 ? ` start="${value}"` : ""
