/**
 * A sheet as CSV (RFC 4180): a line for each answer, and one for each file. A cell that a spreadsheet would take for a formula gets
 * an apostrophe in front: a customer who types `=HYPERLINK(…)` runs nothing on the firm's desks.
 */
import { stringify } from "csv-stringify/sync"
import * as Sheet from "./Sheet.ts"

const columns = ["section", "group", "question", "label", "answer", "file", "bytes", "sha256"] as const
type Cells = Readonly<Record<(typeof columns)[number], string>>

/** `bom`: begins with the mark by which Excel knows that it is UTF-8. */
export const of = (sheet: Sheet.Sheet, { bom }: { readonly bom: boolean }): string => {
  const records = Sheet.rows(sheet).flatMap(({ section, heading, row }): ReadonlyArray<Cells> => {
    const about = { section: section.title, group: heading, question: row.question, label: row.label }
    if (row.files.length === 0) return [{ ...about, answer: row.lines.join("\n"), file: "", bytes: "", sha256: "" }]
    return row.files.map(({ name, bytes, sha256 }) => ({
      ...about,
      answer: "",
      file: name,
      bytes: String(bytes),
      sha256,
    }))
  })
  return stringify(records, {
    header: true,
    columns: [...columns],
    escape_formulas: true,
    bom,
    record_delimiter: "\r\n",
  })
}
