/** Days as whole numbers, counted from 1 January 1970, and what moving by months does to them. */
import type { ShiftedDate } from "../../Condition/Ast.ts"

const dayMs = 86_400_000

const at = (year: number, month: number, day: number): number =>
  // Date.UTC takes the years 0 to 99 for those of the last century
  new Date(0).setUTCFullYear(year, month, day) / dayMs

/** Of a date that exists. */
export const fromText = (date: string): number =>
  at(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8)))

export const toText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)

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
  const date = new Date(day * dayMs)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth() + months
  const lastOfMonth = new Date(at(year, month + 1, 0) * dayMs).getUTCDate()
  return at(year, month, Math.min(date.getUTCDate(), lastOfMonth)) + days
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
