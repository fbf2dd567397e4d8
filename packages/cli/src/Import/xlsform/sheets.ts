/**
 * The sheets of an XLSForm out of CSV or Markdown, as pyxform writes and reads them: the first column names a sheet, the
 * first row of a sheet its columns. A single table without a sheet's name is the survey.
 *
 * Words: a *row* is a row of data; its `number` is that of the sheet, where the columns' names stand in row 1.
 */

export interface Row {
  readonly number: number
  /** The text of each column that has one, by the column's place. */
  readonly cells: ReadonlyMap<number, string>
}

export interface Sheet {
  readonly headings: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
}

/** By their names in small letters. */
export type Workbook = ReadonlyMap<string, Sheet>

/** More than any form has; what follows is left out, and `isCut` says so. */
const maxRows = 100_000
const maxColumns = 500

export interface Sheets {
  readonly workbook: Workbook
  readonly isCut: boolean
}

const known = new Set(["survey", "choices", "settings", "external_choices", "osm", "entities", "cascades"])

/** The sheets of a text; none for what is no table. */
export const sheets = (text: string): Sheets => {
  const plain = text.replace(/^\ufeff/, "")
  const lines = isMarkdown(plain) ? markdown(plain) : csv(plain)
  const isCut = lines.length > maxRows
  return { workbook: workbookOf(lines.slice(0, maxRows)), isCut }
}

/** Does the first line with anything in it start with a vertical bar? */
const isMarkdown = (text: string): boolean => /^\s*(?:#[^\n]*\n\s*)*\|/.test(text.slice(0, 5000))

const markdown = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const lines: Array<ReadonlyArray<string>> = []
  for (const line of linesOf(text)) {
    if (lines.length > maxRows) break
    const first = line.indexOf("|")
    const last = line.lastIndexOf("|")
    if (first < 0 || last === first || line.slice(0, first).trim() !== "") continue
    const inner = line.slice(first + 1, last)
    // asked the other way round: a pattern that must hold to the end keeps a place for each of millions of letters
    if (inner.includes("-") && !/[^\s|:-]/.test(inner)) continue
    lines.push(cellsOf(inner))
  }
  return lines
}

function* linesOf(text: string): Generator<string> {
  for (let from = 0; from <= text.length;) {
    const end = text.indexOf("\n", from)
    const to = end < 0 ? text.length : end
    yield text.slice(from, to)
    from = to + 1
  }
}

/** Between vertical bars, of which those after a backslash are part of the text. */
const cellsOf = (line: string): ReadonlyArray<string> => {
  const cells: Array<string> = []
  let cell = ""
  for (let i = 0; i < line.length && cells.length < maxColumns; i++) {
    const character = line.charAt(i)
    if (character === "\\" && line.charAt(i + 1) === "|") {
      cell += "|"
      i++
    } else if (character === "|") {
      cells.push(cell.trim())
      cell = ""
    } else cell += character
  }
  cells.push(cell.trim())
  return cells
}

/** RFC 4180; a quotation mark that is never closed ends with the text. */
const csv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const lines: Array<ReadonlyArray<string>> = []
  const separator = separatorOf(text)
  let row: Array<string> = []
  let at = 0
  const quoted = /[^\S\n]*"/y
  const end = separator === "," ? /[,\n]/g : separator === ";" ? /[;\n]/g : /[\t\n]/g
  const endOf = (from: number): number => {
    end.lastIndex = from
    return end.exec(text)?.index ?? text.length
  }
  while (at < text.length && lines.length <= maxRows) {
    quoted.lastIndex = at
    let cell: string
    if (row.length < maxColumns && quoted.test(text)) {
      const parts: Array<string> = []
      let from = quoted.lastIndex
      for (;;) {
        const close = text.indexOf('"', from)
        parts.push(text.slice(from, close < 0 ? text.length : close))
        from = close < 0 ? text.length : close + 1
        if (text.charAt(from) !== '"') break
        parts.push('"')
        from++
      }
      const rest = endOf(from)
      cell = parts.join("") + text.slice(from, rest).trim()
      at = rest
    } else {
      const to = endOf(at)
      cell = text.slice(at, to)
      at = to
    }
    if (row.length < maxColumns) row.push(cell.trim())
    if (text.charAt(at) === separator) {
      at++
      if (at < text.length && text.charAt(at) !== "\n") continue
      row.push("")
    }
    if (text.charAt(at) === "\n") at++
    else if (at < text.length) continue
    lines.push(row)
    row = []
  }
  return lines
}

const separatorOf = (text: string): string => {
  const start = text.slice(0, 5000)
  const count = (character: string): number => start.split(character).length
  return count(";") > count(",") ? ";" : count("\t") > count(",") ? "\t" : ","
}

const workbookOf = (lines: ReadonlyArray<ReadonlyArray<string>>): Workbook => {
  const named = lines.some(([first = ""]) => known.has(first.toLowerCase()))
  const found = new Map<string, { headings: ReadonlyArray<string> | undefined; rows: Array<Row> }>()
  let name = named ? "" : "survey"
  for (const line of lines) {
    const [first = "", ...rest] = line
    if (named && first !== "") name = first.toLowerCase().slice(0, 100)
    const cells = named ? rest : line
    if (name === "") continue
    const sheet = found.get(name) ?? { headings: undefined, rows: [] }
    if (!found.has(name)) found.set(name, sheet)
    const some = new Map(cells.flatMap((cell, i) => (cell === "" ? [] : [[i, cell] as const])))
    if (some.size === 0) continue
    if (sheet.headings === undefined) sheet.headings = cells
    else sheet.rows.push({ number: sheet.rows.length + 2, cells: some })
  }
  return new Map(
    [...found].map(([name, { headings, rows }]): readonly [string, Sheet] => [
      name,
      { headings: headings ?? [], rows },
    ]),
  )
}
