/** Days as whole numbers, counted from 1 January 1970, and what moving by months does to them. */
import type { ShiftedDate } from "../../Condition/Ast.ts"
import { dayNumber, monthOf } from "../../Evaluation/dates.ts"

const epoch = dayNumber(1970 * 12, 1)

/** Of a date that exists. */
export const fromText = (date: string): number =>
  dayNumber(Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1, Number(date.slice(8))) - epoch

/** Of a day of the years 0000 to 9999. */
export const toText = (day: number): string => {
  const month = monthOf(day + epoch)
  const digits = (number: number, length: number) => String(number).padStart(length, "0")
  const inMonth = day + epoch - dayNumber(month, 1) + 1
  return `${digits(Math.floor(month / 12), 4)}-${digits((month % 12) + 1, 2)}-${digits(inMonth, 2)}`
}

/** The first and the last day that an answer can name. */
export const first = fromText("0000-01-01")
export const last = fromText("9999-12-31")

export interface Shift {
  readonly months: number
  readonly days: number
}

export const shiftOf = ({ offset = {} }: ShiftedDate): Shift => ({
  months: (offset.years ?? 0) * 12 + (offset.months ?? 0),
  days: offset.days ?? 0,
})

/** Months first, clamped to the last day of the month, then days. Rises (or stays) with the day it starts from. */
export const shifted = (day: number, { months, days }: Shift): number => {
  if (months === 0) return day + days
  const from = monthOf(day + epoch)
  const inMonth = day + epoch - dayNumber(from, 1)
  const month = from + months
  return Math.min(dayNumber(month, 1) + inMonth, dayNumber(month + 1, 1) - 1) - epoch + days
}

/** The last day that is at most `day` once it is shifted. */
export const latestBefore = (day: number, shift: Shift): number => {
  let start = shifted(day - shift.days, { months: -shift.months, days: 0 }) + 4
  while (shifted(start, shift) > day) start--
  return start
}

/** How many days a shift by months can be, at least and at most. */
export const spanOf = (months: number): readonly [number, number] => {
  const days = months * 30.436875
  return months === 0 ? [0, 0] : [Math.floor(days) - 4, Math.ceil(days) + 4]
}
