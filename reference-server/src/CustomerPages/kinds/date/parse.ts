/** Dates as people type them into three fields, or all into the first; and what is kept of those that are none. */
import { isDate } from "@requite/core/AnswerKind/date"

/** Day, month, year. */
export type Typed = readonly [string, string, string]

/** The date, `2027-03-27`, or undefined for what is none. A month may be a word; a year has four digits. */
export const parse = (typed: Typed, locale: string): string | undefined => {
  const [day, month, year] = whole(typed).map((part) => part.normalize("NFKC"))
  const of = { day: numberOf(day), month: numberOf(month) ?? monthNamed(month ?? "", locale), year: year ?? "" }
  if (of.day === undefined || of.month === undefined || !/^\d{4}$/.test(of.year)) return undefined
  const date = `${of.year}-${two(of.month)}-${two(of.day)}`
  return isDate(date) ? date : undefined
}

/** Whoever writes the whole date into one field has written it: day first, or as computers do. */
const whole = (typed: Typed): Typed => {
  const all = typed.filter((part) => part !== "")
  if (all.length !== 1) return typed
  const [first = ""] = all
  const [, day, month, year] =
    /^(\d{1,2})(?:\s*[./-]\s*|\s+)([\d\p{L}.]+?)(?:\s*[./-]\s*|\s+)(\d{4})$/u.exec(first) ?? []
  if (day !== undefined && month !== undefined && year !== undefined) return [day, month, year]
  const [, isoYear, isoMonth, isoDay] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(first) ?? []
  return isoYear === undefined || isoMonth === undefined || isoDay === undefined ? typed : [isoDay, isoMonth, isoYear]
}

const numberOf = (text = ""): number | undefined => (/^\d{1,2}$/.test(text) ? Number(text) : undefined)

const two = (number: number) => String(number).padStart(2, "0")

/** A month by its name or the beginning of it, in the reader's language or in English. */
const monthNamed = (text: string, locale: string): number | undefined => {
  const wanted = text.replace(/\.$/, "").toLowerCase()
  if (wanted.length < 3) return undefined
  const names = [locale, "en"].flatMap((one) => {
    const format = new Intl.DateTimeFormat(one, { month: "long", timeZone: "UTC" })
    return Array.from(
      { length: 12 },
      (_, month) => [format.format(Date.UTC(2000, month)).toLowerCase(), month + 1] as const,
    )
  })
  return names.find(([name]) => name.startsWith(wanted))?.[1]
}

/** Nobody types a line break into a field of one line. */
const seam = "\n"

/** What was typed and is no date, as a draft keeps it; nothing typed is nothing. */
export const join = (typed: Typed): string => (typed.every((part) => part === "") ? "" : typed.join(seam))

/** A date, or what `join` kept, back in its fields. */
export const split = (answer: unknown): Typed => {
  if (typeof answer !== "string") return ["", "", ""]
  const [date] = [answer].filter(isDate)
  if (date !== undefined) return [String(Number(date.slice(8))), String(Number(date.slice(5, 7))), date.slice(0, 4)]
  const [day = "", month = "", year = ""] = answer.split(seam)
  return [day, month, year]
}
