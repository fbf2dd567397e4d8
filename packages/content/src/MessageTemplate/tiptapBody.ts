/** A body that is a document of the editor, with template tags as nodes. It has no blocks: what it prints, it prints always. */
import * as Result from "effect/Result"
import type { Json } from "effect/Schema"
import * as tiptap from "../RichText/tiptap.ts"
import * as SafeHtml from "../SafeHtml.ts"
import type { Checked } from "./checked.ts"
import { type Declaration, type Finding, maxBody, variableOf } from "./declaration.ts"
import * as judge from "./judge.ts"
import { nearest } from "./nearest.ts"
import { type Context, context, ValueRefused } from "./values.ts"

/** Reads a body. Errors: every finding in it. */
export const check = (document: Json, declaration: Declaration): Result.Result<Checked, ReadonlyArray<Finding>> =>
  Result.flatMap(
    Result.mapError(tiptap.parse(document, maxBody), ({ detail }) => [
      judge.finding({ line: 1, column: 1 }, "rich-text", detail),
    ]),
    (root) => {
      const tags = tiptap.tags(root)
      const findings = [
        ...tags.flatMap(({ block, name }) => checkTag(name, inBlock(block), declaration)),
        ...tiptap.links(root).flatMap(({ address, block, text }) => judge.link(text, address, inBlock(block))),
        ...tiptap.texts(root).flatMap(({ block, text }) => checkText(text, inBlock(block))),
      ]
      if (findings.length > 0) return Result.fail(findings)
      const write = (seen: Context): ReturnType<Checked["toHtml"]> => {
        const missing = tags.find(({ name }) => seen[name] === undefined)
        return missing === undefined
          ? tiptap.toHtml(document, maxBody, (name) => htmlOf(seen[name], variableOf(declaration, name)?.kind))
          : Result.fail(
              new ValueRefused({ variable: missing.name, detail: "the message prints it, but it has no value." }),
            )
      }
      return Result.succeed({
        always: new Set(tags.map(({ name }) => name)),
        toHtml: (values) =>
          Result.flatMap(
            context(declaration, values, (value) => value),
            write,
          ),
      })
    },
  )

const inBlock = (block: number) => ({ line: block, column: 1 })

const htmlOf = (value: unknown, kind: "text" | "url" | "list" | undefined): SafeHtml.SafeHtml | undefined => {
  if (typeof value !== "string") return undefined
  const text = SafeHtml.escape(value)
  return kind === "url" ? SafeHtml.trust(`<a href="${text}" rel="noopener noreferrer">${text}</a>`) : text
}

const checkTag = (name: string, place: judge.Place, declaration: Declaration): ReadonlyArray<Finding> => {
  const variable = variableOf(declaration, name)
  if (variable === undefined) {
    const meant = nearest(name, Object.keys(declaration.variables))
    const hint = meant === undefined ? "" : ` Did you mean {{${meant}}}?`
    return [judge.finding(place, "unknown-variable", `There is no tag {{${name.slice(0, 60)}}}.${hint}`)]
  }
  return variable.kind === "list"
    ? [judge.finding(place, "list-as-text", `${name} is a list, which cannot stand in a line.`)]
    : []
}

/** A tag typed as text would reach the customer with its braces. */
const checkText = (text: string, place: judge.Place): ReadonlyArray<Finding> => {
  const typed = /\{\{[^{}]*\}\}/.exec(text)?.[0].slice(0, 60)
  return typed === undefined
    ? []
    : [
        judge.finding(
          place,
          "typed-tag",
          `${typed} was typed and would be sent as it stands. Insert the tag from the menu instead.`,
        ),
      ]
}
