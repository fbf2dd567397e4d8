/** Text for a terminal: with colours or without, and never with what would act on the terminal. */

export type Paint = (style: keyof typeof styles, text: string) => string

/** ANSI: bold red, yellow, cyan, green, faint, bold. */
const styles = { error: "1;31", warning: "33", info: "36", good: "32", dim: "2", strong: "1" }
const painted: Paint = (style, text) => `\u001b[${styles[style]}m${text}\u001b[0m`
const plain: Paint = (_, text) => text

export const paint = (options: { readonly colour: boolean }): Paint => (options.colour ? painted : plain)

/**
 * What we print quotes what the author wrote, and a definition may come from anybody: control characters would act on
 * the terminal, and those that turn the direction of writing would make a line read as what it is not.
 */
export const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )

/** "1 error", "2 errors". */
export const amount = (number: number, of: string) => `${number} ${of}${number === 1 ? "" : "s"}`

/** Rows as columns: each cell padded to the widest of its column, before the rows are painted. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<ReadonlyArray<string>> => {
  const widths = rows.reduce<ReadonlyArray<number>>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  )
  return rows.map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)))
}
