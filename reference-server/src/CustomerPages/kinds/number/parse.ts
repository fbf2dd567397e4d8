/**
 * Numbers as people write them. A point or a comma may part the decimals or the thousands, and which of them it is depends
 * on the language; where the writing itself says it ("1.234,5", "1,5") that goes first, and where nothing does ("1.234" in
 * a language that parts thousands by spaces) it is no number: a guess would be wrong by a thousand.
 */

/** The number, or undefined for what is none, or none that can be kept to its last digit. */
export const parse = (typed: string, locale: string, unit = ""): number | undefined => {
  const text = withoutUnit(typed.normalize("NFKC").trim(), unit.normalize("NFKC").trim())
  const parts = /^([-+\u2212]?)\s*(\d[\d\s.,'\u2019]*|[.,]\d+)$/.exec(text)
  if (parts === null) return undefined
  const digits = plain((parts[2] ?? "").trim(), separators(locale))
  if (digits === undefined || !isExact(digits)) return undefined
  const number = Number(digits)
  return parts[1] === "-" || parts[1] === "\u2212" ? 0 - number : number
}

/** A unit that was written as well, before the number or after it. */
const withoutUnit = (text: string, unit: string): string => {
  if (unit === "") return text
  const [lower, wanted] = [text.toLowerCase(), unit.toLowerCase()]
  if (lower.endsWith(wanted)) return text.slice(0, -unit.length).trim()
  return lower.startsWith(wanted) ? text.slice(unit.length).trim() : text
}

interface Separators {
  readonly group: string
  readonly decimal: string
}

const separators = (locale: string): Separators => {
  const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.8)
  const of = (type: "group" | "decimal") => parts.find((part) => part.type === type)?.value ?? ""
  return { group: of("group"), decimal: of("decimal") }
}

/** Digits with a point at most; undefined: no number. */
const plain = (text: string, { group, decimal }: Separators): string | undefined => {
  const marks = [...text].filter((one) => one === "." || one === ",")
  const last = marks.at(-1)
  if (last === undefined) return joined(text)
  const before = text.slice(0, text.lastIndexOf(last))
  const after = text.slice(before.length + 1)
  const whole = () => joined(text)
  const fraction = () => {
    const integer = before === "" ? "0" : joined(before)
    return integer === undefined || !/^\d*$/.test(after) ? undefined : `${integer}.${after === "" ? "0" : after}`
  }
  // several alike part thousands; after one of another sort, the last is what parts the decimals
  if (marks.length > 1) return marks.every((mark) => mark === last) ? whole() : fraction()
  if (last === decimal || whole() === undefined || before.startsWith("0")) return fraction()
  return last === group ? whole() : undefined
}

/** Digits in groups of three, parted by one sort of mark, or not parted at all. */
const joined = (text: string): string | undefined =>
  /^\d+$/.test(text)
    ? text
    : /^\d{1,3}(?:([\s.,'\u2019])\d{3})(?:\1\d{3})*$/.test(text)
      ? text.replace(/\D/g, "")
      : undefined

/** Fifteen digits are kept exactly, whatever they are. */
const isExact = (digits: string): boolean => digits.replace(".", "").replace(/^0+/, "").length <= 15

/** To be changed in a field: without groups of digits. */
export const written = (number: number, locale: string): string =>
  new Intl.NumberFormat(locale, { useGrouping: false, maximumSignificantDigits: 21 }).format(number)
