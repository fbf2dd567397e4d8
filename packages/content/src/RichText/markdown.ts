/**
 * The Markdown of labels, help texts and messages, as safe HTML.
 *
 * A subset for people who write letters, not programs: paragraphs, line breaks, emphasis, lists, three levels of headings, quotations,
 * rules, inline code, links and bare addresses. What is outside of it is shown as it was typed: HTML, tables, indented code. An image
 * leaves its description.
 *
 * Parsing is capped, because Markdown parsers are slow on hostile text: 40 kB of `a**b` take seconds, 5,000 nested `>` overflow the stack.
 */
import * as Result from "effect/Result"
import type { Element, Nodes as HastNodes, Properties, Root as HastRoot } from "hast"
import type { Nodes, PhrasingContent, Root } from "mdast"
import rehypeSanitize from "rehype-sanitize"
import rehypeStringify from "rehype-stringify"
import remarkGfm from "remark-gfm"
import remarkParse from "remark-parse"
import remarkRehype from "remark-rehype"
import { unified, type Processor } from "unified"
import * as Remembered from "../internal/Remembered.ts"
import * as SafeHtml from "../SafeHtml.ts"
import { RichTextError } from "./failure.ts"
import { misleads, safeHref } from "./links.ts"
import { markPattern, type Tag } from "./tags.ts"

/** Deepest nesting of blocks and emphasis together; a list in a list in a quotation is six. */
const maxDepth = 24
/** The same for quotations and lists before they reach the parser, which nests them recursively. */
const deepLine = /^[ \t]*(?:(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])[ \t]*){12}/m

/** The tags that safe HTML is made of; tiptap documents use the same. */
export const tagNames = "p br strong em a ul ol li h2 h3 h4 blockquote code hr".split(" ")

/** Constructs of CommonMark and GFM that surprise writers of letters, by their micromark names. */
const disabled = "codeIndented codeFenced htmlFlow htmlText setextUnderline"
  .concat(" table strikethrough tasklistCheck gfmFootnoteDefinition gfmFootnoteCall gfmPotentialFootnoteCall")
  .split(" ")

function subset(this: Processor) {
  const data = this.data()
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), { disable: { null: disabled } }]
}

const parser = unified().use(remarkParse).use(remarkGfm).use(subset).freeze()

const described = (_: unknown, node: { readonly alt?: string | null | undefined }) => ({
  type: "text" as const,
  value: node.alt ?? "",
})

const renderer = unified()
  .use(remarkRehype, { handlers: { image: described, imageReference: described } })
  .use(() => (tree: HastRoot) => {
    keepSafeLinks(tree)
  })
  .use(rehypeSanitize, {
    tagNames,
    attributes: { a: ["href", "rel"], ol: ["start"] },
    protocols: { href: ["http", "https", "mailto", "tel"] },
    ancestors: { li: ["ul", "ol"] },
    required: {},
    clobber: [],
    strip: ["script", "style"],
  })
  .use(rehypeStringify)
  .freeze()

/**
 * Reads Markdown, at most `maxLength` characters.
 * Errors: `too-long`, `too-deep`.
 */
export const parse = (text: string, maxLength: number): Result.Result<Root, RichTextError> => {
  if (text.length > maxLength)
    return Result.fail(
      new RichTextError({
        reason: "too-long",
        detail: `The text has ${text.length} characters; at most ${maxLength} are allowed.`,
      }),
    )
  return Result.flatMap(
    deepLine.test(text) ? Result.fail(tooDeep()) : Result.try({ try: () => parser.parse(text), catch: tooDeep }),
    (root) => (isDeeper(root, maxDepth) ? Result.fail(tooDeep()) : Result.succeed(root)),
  )
}

/** Parsed once: the marks of a template stand at the same places every time. */
const parsed = Remembered.by((text) => parse(text, Number.POSITIVE_INFINITY))

/** Markdown as safe HTML; `tags` are the values of the marks in it. */
export const toHtml = (
  text: string,
  maxLength: number,
  tags: ReadonlyArray<Tag> = [],
): Result.Result<SafeHtml.SafeHtml, RichTextError> =>
  Result.map(text.length > maxLength ? parse(text, maxLength) : parsed(text), (remembered) => {
    // it is filled in, and stays as it was read
    const root = structuredClone(remembered)
    fill(root, tags, false)
    return SafeHtml.trust(renderer.stringify(renderer.runSync(root)))
  })

/** A link as its author wrote it, and where: line and column count from 1. */
export interface WrittenLink {
  readonly text: string
  readonly address: string
  readonly line: number
  readonly column: number
}

/** All links of a parsed text, references resolved. */
export const links = (root: Root): ReadonlyArray<WrittenLink> => {
  const definitions = new Map<string, string>()
  const found: Array<WrittenLink> = []
  const visit = (node: Nodes, see: (node: Nodes) => void): void => {
    see(node)
    if ("children" in node) for (const child of node.children) visit(child, see)
  }
  visit(root, (node) => {
    if (node.type === "definition" && !definitions.has(node.identifier)) definitions.set(node.identifier, node.url)
  })
  visit(root, (node) => {
    const address =
      node.type === "link" ? node.url : node.type === "linkReference" ? definitions.get(node.identifier) : undefined
    if (address !== undefined)
      found.push({
        text: textOf(node),
        address,
        line: node.position?.start.line ?? 1,
        column: node.position?.start.column ?? 1,
      })
  })
  return found
}

const tooDeep = () =>
  new RichTextError({ reason: "too-deep", detail: "The text nests quotations, lists or emphasis too deeply." })

/** Breadth first and without recursion, because it guards the recursive passes. */
const isDeeper = (root: Root, limit: number): boolean => {
  let level: ReadonlyArray<Nodes> = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((node): ReadonlyArray<Nodes> => ("children" in node ? node.children : []))
  }
  return false
}

/** Puts the values of the marks into the tree; makes a line break where the author pressed Enter, as in a letter, and headings level 2 to 4. */
const fill = (node: Nodes, tags: ReadonlyArray<Tag>, inLink: boolean): void => {
  const valueOf = (text: string) =>
    text
      .split(markPattern)
      .map((piece, index) => (index % 2 === 0 ? piece : (tags[Number(piece)]?.value ?? "")))
      .join("")
  if (node.type === "link" || node.type === "definition") node.url = addressOf(node.url, tags)
  if (node.type === "heading") node.depth = node.depth < 2 ? 2 : node.depth > 4 ? 4 : node.depth
  if (node.type === "inlineCode") node.value = valueOf(node.value)
  if (node.type === "image" || node.type === "imageReference") node.alt = valueOf(node.alt ?? "")
  if (!("children" in node)) return
  const within = inLink || node.type === "link" || node.type === "linkReference"
  for (const child of node.children) fill(child, tags, within)
  if (holdsText(node))
    node.children = node.children.flatMap((child) =>
      child.type === "text" ? pieces(child.value, tags, within) : [child],
    )
}

const holdsText = (node: Nodes): node is Extract<Nodes, { children: Array<PhrasingContent> }> =>
  ["paragraph", "heading", "emphasis", "strong", "link", "linkReference"].includes(node.type)

const pieces = (text: string, tags: ReadonlyArray<Tag>, inLink: boolean): Array<PhrasingContent> =>
  text.split(markPattern).flatMap((piece, index): Array<PhrasingContent> => {
    if (index % 2 === 0)
      return piece
        .split("\n")
        .flatMap((line, at): Array<PhrasingContent> => [
          ...(at > 0 ? [{ type: "break" as const }] : []),
          { type: "text", value: line },
        ])
    const { kind, value } = tags[Number(piece)] ?? { kind: "text", value: "" }
    const shown = { type: "text" as const, value }
    return [kind === "url" && !inLink ? { type: "link", url: value, children: [shown] } : shown]
  })

/** A tag may be the whole address of a link and only when it is declared as a URL; any other leaves an address that is no link. */
const addressOf = (address: string, tags: ReadonlyArray<Tag>): string => {
  const [before, index, after] = address.split(markPattern)
  if (index === undefined) return address
  const tag = tags[Number(index)]
  return tag?.kind === "url" && before === "" && after === "" ? tag.value : ""
}

const textOf = (node: Nodes): string =>
  "children" in node ? node.children.map(textOf).join("") : "value" in node ? node.value : ""

/** Replaces every link that `links.ts` refuses by what it shows, and keeps the others from handing over the page they are on. */
const keepSafeLinks = (parent: HastRoot | Element): void => {
  for (const child of parent.children) if (child.type === "element") keepSafeLinks(child)
  parent.children = parent.children.flatMap((child): Array<Element["children"][number]> => {
    if (child.type === "doctype") return []
    if (child.type !== "element" || child.tagName !== "a") return [child]
    const href = safeHref(child.properties.href ?? "")
    if (href === undefined || misleads(shown(child), href)) return child.children
    const properties: Properties = { href, rel: ["noopener", "noreferrer"] }
    return [{ ...child, properties }]
  })
}

const shown = (node: HastNodes): string =>
  "children" in node ? node.children.map(shown).join("") : node.type === "text" ? node.value : ""
