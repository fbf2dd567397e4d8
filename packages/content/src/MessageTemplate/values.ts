/**
 * The values of a message, checked against its declaration and cleaned: they come from contacts and customers, so nothing in them is trusted.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { safeHref } from "../RichText/links.ts"
import { type Declaration, maxEntries, type Values } from "./declaration.ts"

/** A value that does not fit its variable, or one that a tag prints and nobody gave. */
export class ValueRefused extends Schema.TaggedError<ValueRefused>()("ValueRefused", {
  variable: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.variable}: ${this.detail}`
  }
}

/** What a tag prints. An array is one that counts as empty: `{{#if}}` asks how long it is, printing asks its own `toString`. */
export type Printable = string | ReadonlyArray<never>

/** How a single text enters the template. */
export type Leaf = (value: string, kind: "text" | "url") => Printable

/** The values that a template sees, by variable. */
export type Context = Readonly<
  Record<string, Printable | ReadonlyArray<Printable> | ReadonlyArray<Readonly<Record<string, Printable>>>>
>

/** What prints as `text` although it counts as empty. */
export const emptyPrinting = (text: string): ReadonlyArray<never> =>
  Object.assign(new Array<never>(), { toString: () => text })

/** What Handlebars sees: the declared variables that have a value, each text as `leaf` makes it. Errors: a value of the wrong kind. */
export const context = (declaration: Declaration, values: Values, leaf: Leaf): Result.Result<Context, ValueRefused> => {
  const seen: Record<string, Context[string]> = {}
  for (const [variable, { kind = "text", fields }] of Object.entries(declaration.variables)) {
    const value = Object.hasOwn(values, variable) ? values[variable] : undefined
    if (value === undefined) continue
    const refuse = (detail: string) => Result.fail(new ValueRefused({ variable, detail }))
    if (kind === "list") {
      if (typeof value === "string") return refuse("a list is needed.")
      if (value.length > maxEntries) return refuse(`at most ${maxEntries} entries are allowed, not ${value.length}.`)
      const entries = fields === undefined ? plainEntries(value, leaf) : recordEntries(value, Object.keys(fields), leaf)
      if (entries === undefined) return refuse("an entry is not as the list declares it.")
      seen[variable] = entries
    } else {
      if (typeof value !== "string") return refuse("a text is needed.")
      if (kind === "url" && !(safeHref(value) === value && /^https?:/i.test(value)))
        return refuse("a web address is needed (http or https, no user name, at most 800 octets).")
      seen[variable] = leaf(clean(value), kind)
    }
  }
  return Result.succeed(seen)
}

const plainEntries = (value: ReadonlyArray<unknown>, leaf: Leaf): ReadonlyArray<Printable> | undefined => {
  const texts = value.filter((entry) => typeof entry === "string")
  return texts.length === value.length ? texts.map((text) => leaf(clean(text), "text")) : undefined
}

const recordEntries = (value: ReadonlyArray<unknown>, names: ReadonlyArray<string>, leaf: Leaf) => {
  const entries: Array<Record<string, Printable>> = []
  for (const entry of value) {
    if (typeof entry !== "object" || entry === null) return undefined
    const texts: Record<string, Printable> = {}
    for (const [name, text] of Object.entries(entry)) {
      if (!names.includes(name)) continue
      if (typeof text !== "string") return undefined
      texts[name] = leaf(clean(text), "text")
    }
    entries.push(texts)
  }
  return entries
}

/** Without control characters, halves of characters, and the invisible ones that turn the reading direction around. */
const clean = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[\p{Cc}--[\n\t]]|[\u202A-\u202E\u2066-\u2069]/gv, "")
