/**
 * What a message may speak of: the *declaration* names its variables, a *tag* prints one, and the *values* are what the tags print this time.
 */
import * as Schema from "effect/Schema"

/** A variable of a message, as its author sees it. */
export interface Variable {
  /** What it is, in the words of the people who write messages: "The day the link stops working". */
  readonly description: string
  /** The body must print it in every case (M19, C8). */
  readonly required?: boolean
  /** The subject must print it in every case (M12: no two reminders look alike in a list of mails). */
  readonly requiredInSubject?: boolean
  /** False: it may not stand in a subject, which is shown on locked screens and in lists (M21). */
  readonly inSubject?: boolean
  /** `text` when left out. A `url` may also be the address of a link and may not stand in a subject; a `list` is gone through with `each`. */
  readonly kind?: "text" | "url" | "list"
  /** The texts that each entry of a list has, by name, with their descriptions; a list without fields has plain texts, printed by `{{this}}`. */
  readonly fields?: Readonly<Record<string, string>>
}

export interface Declaration {
  readonly variables: Readonly<Record<string, Variable>>
}

/** Values by variable. What is undefined counts as unknown: `{{#if}}` is false, and printing it is refused. */
export type Values = Readonly<
  Record<string, string | ReadonlyArray<string> | ReadonlyArray<Readonly<Record<string, string>>> | undefined>
>

/** Something wrong with a template, at its place. */
export const Finding = Schema.Struct({
  /**
   * `syntax` `too-long` `too-deep` `rich-text` · `unknown-variable` `unknown-helper` `not-allowed` `raw` `partial` · `not-a-list`
   * `list-as-text` `nested-list` · `url-in-subject` `not-in-subject` `tag-in-address` `unsafe-link` `misleading-link` · `typed-tag` `missing-tag`
   */
  code: Schema.String,
  part: Schema.Literals(["subject", "body"]),
  /** From 1. For a tiptap body: the number of the paragraph, list or other block. */
  line: Schema.Int,
  /** From 1, in UTF-16 units; 1 for a tiptap body. */
  column: Schema.Int,
  /** What is wrong and what to write instead, for the author. */
  sentence: Schema.String,
})
export type Finding = typeof Finding.Type

/** Longest body as its author writes it, in characters (UTF-16 units). */
export const maxBody = 4_000
/** Longest subject as its author writes it. */
export const maxSubject = 300
/** The longest list a message goes through. */
export const maxEntries = 100

/** The variable of that name; nothing that every JavaScript object has counts. */
export const variableOf = (declaration: Declaration, name: string): Variable | undefined =>
  Object.hasOwn(declaration.variables, name) ? declaration.variables[name] : undefined
