/** Handlebars' syntax errors, for people who write letters: where the tag stands that cannot be read, and what is the matter with it. */
import Handlebars from "handlebars"
import type { Finding } from "./declaration.ts"

/** The finding for an error that Handlebars threw while it parsed `text`. */
export const syntaxFinding = (part: Finding["part"], text: string, error: unknown): Finding => {
  const message = error instanceof Error ? error.message : ""
  const mismatch = /^(\S+) doesn't match (\S+)/.exec(message)
  if (mismatch !== null && error instanceof Handlebars.Exception) {
    const [, opened, closed] = mismatch
    return {
      part,
      line: Number(error.lineNumber) || 1,
      column: (Number(error.column) || 0) + 1,
      code: "syntax",
      sentence: `{{#${opened}}} is closed by {{/${closed}}}; it needs {{/${opened}}}.`,
    }
  }
  const unclosed = message.includes("got 'EOF'") ? lastUnclosed(text) : undefined
  return unclosed === undefined
    ? {
        part,
        ...placeOf(text, Math.max(0, text.lastIndexOf("{{", stopOf(text, message)))),
        code: "syntax",
        sentence: "The braces here cannot be read. A tag looks like {{name}}, a block like {{#if name}} … {{/if}}.",
      }
    : {
        part,
        ...placeOf(text, unclosed.offset),
        code: "syntax",
        sentence: `{{#${unclosed.name}}} is never closed: {{/${unclosed.name}}} is missing.`,
      }
}

const placeOf = (text: string, offset: number) => {
  const before = text.slice(0, offset).split("\n")
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/**
 * Where the parser stopped. It says so only in its message: the number of the line; then up to twenty characters before the place, line ends
 * left out, and what follows; then a row of dashes that ends under the place.
 */
const stopOf = (text: string, message: string): number => {
  const lines = text.split("\n")
  const line = Math.min(Number(/on line (\d+)/.exec(message)?.[1] ?? 1), lines.length)
  const lineStart = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0)
  const [, excerpt = "", dashes = ""] = message.split("\n")
  const before = excerpt.slice(0, Math.max(0, dashes.length - 1)).replace(/^\.\.\./, "")
  const lineText = lines[line - 1] ?? ""
  for (let cut = 0; cut < before.length; cut++) {
    const found = lineText.indexOf(before.slice(cut))
    if (found >= 0) return lineStart + found + before.length - cut
  }
  return lineStart + lineText.length
}

/** The innermost block that is open at the end of the text. */
const lastUnclosed = (text: string): { readonly name: string; readonly offset: number } | undefined => {
  const open: Array<{ readonly name: string; readonly offset: number }> = []
  for (const { 1: sign, 2: name = "", index } of text.matchAll(/\{\{~?([#/])\s*(\w+)/g)) {
    if (sign === "#") open.push({ name, offset: index })
    else open.pop()
  }
  return open.at(-1)
}
