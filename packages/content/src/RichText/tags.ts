/**
 * Tags in Markdown. A *tag* is a place in a message that a value fills, and a *mark* stands for it while the text is read as Markdown: two
 * private-use characters around a number, which Markdown takes for a letter. So a value never passes through the Markdown parser, and
 * cannot mean anything to it.
 */

/** What a mark stands for. A `url` becomes a link on itself wherever it stands in running text. */
export interface Tag {
  readonly kind: "text" | "url"
  readonly value: string
}

const open = "\uE000"
const close = "\uE001"

/** Splits a text at its marks: odd places hold the numbers. */
export const markPattern = /\uE000(\d+)\uE001/

/** The mark of tag `index`, at least `length` characters long. */
export const mark = (index: number, length = 0): string => `${open}${String(index).padStart(length - 2, "0")}${close}`

/** Keeps an author from writing a mark by hand; lengths stay the same. */
export const withoutMarks = (text: string): string => text.replace(/[\uE000\uE001]/g, "\uFFFD")
