/**
 * The columns of a sheet by the names that XLSForm knows, in any case and by their older names, with the language of
 * those that have one: `label::English (en)`.
 */
import type { Row, Sheet } from "./sheets.ts"

export interface Column {
  readonly name: string
  /** As it is written there; empty without one. */
  readonly language: string
  readonly heading: string
}

/** A row by the names of its columns. */
export interface Entry {
  readonly number: number
  /** The text of that column, without a language or else in the first one. */
  readonly get: (name: string) => string
  /** The texts of that column by their languages. */
  readonly texts: (name: string) => ReadonlyArray<readonly [language: string, text: string]>
  /** Columns that have a text, by name. */
  readonly names: ReadonlySet<string>
}

export interface Table {
  readonly columns: ReadonlyArray<Column>
  readonly entries: ReadonlyArray<Entry>
}

const aliases: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  survey: new Map([
    ["caption", "label"],
    ["command", "type"],
    ["tag", "name"],
    ["value", "name"],
    ["relevance", "relevant"],
    ["calculate", "calculation"],
    ["readonly", "read_only"],
    ["count", "repeat_count"],
    ["jr:count", "repeat_count"],
    ["constraining_message", "constraint_message"],
    ["constraintmsg", "constraint_message"],
    ["jr:constraintmsg", "constraint_message"],
    ["requiredmsg", "required_message"],
    ["jr:requiredmsg", "required_message"],
    ["big-image", "image"],
  ]),
  choices: new Map([
    ["caption", "label"],
    ["value", "name"],
    ["list name", "list_name"],
    ["big-image", "image"],
  ]),
  settings: new Map([
    ["set_form_title", "form_title"],
    ["title", "form_title"],
    ["set_form_id", "form_id"],
    ["id_string", "form_id"],
  ]),
}

/** Words before a column's own name that say where XForms put it. */
const prefixes = new Set(["bind", "control", "body", "media", "instance"])

const snake = (text: string): string => text.trim().split(/\s+/).join("_").toLowerCase()

const columnOf = (heading: string, sheet: string, doubled: boolean): Column => {
  const known = aliases[sheet] ?? new Map<string, string>()
  const named = (text: string): string => known.get(snake(text)) ?? snake(text)
  const whole = known.get(snake(heading))
  if (whole !== undefined) return { name: whole, language: "", heading }
  // one colon separates too where no heading has two, but for those of names like jr:count
  const parts = heading
    .split(doubled || heading.includes("::") ? "::" : /(?<!jr):/i)
    .slice(0, 5)
    .map((part) => part.trim())
  const [first = "", second = "", third = ""] = parts
  if (prefixes.has(snake(first)) && second !== "") return { name: named(second), language: third, heading }
  return { name: named(first), language: second, heading }
}

export const table = (sheet: Sheet | undefined, name: "survey" | "choices" | "settings"): Table => {
  if (sheet === undefined) return { columns: [], entries: [] }
  const doubled = sheet.headings.some((heading) => heading.includes("::"))
  const columns = sheet.headings.map((heading) => columnOf(heading, name, doubled))
  return { columns, entries: sheet.rows.map((row) => entryOf(row, columns)) }
}

const entryOf = ({ number, cells }: Row, columns: ReadonlyArray<Column>): Entry => {
  const own = new Map<string, Array<readonly [string, string]>>()
  for (const [i, text] of cells) {
    const column = columns[i]
    if (column === undefined || column.name === "") continue
    const texts = own.get(column.name)
    if (texts === undefined) own.set(column.name, [[column.language, text]])
    else texts.push([column.language, text])
  }
  return {
    number,
    get: (name) => (own.get(name)?.find(([language]) => language === "") ?? own.get(name)?.[0])?.[1] ?? "",
    texts: (name) => own.get(name) ?? [],
    names: new Set(own.keys()),
  }
}
