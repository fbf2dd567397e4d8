/**
 * Arithmetic with days of the calendar, as texts `2027-03-27` of the years 0000 to 9999 (proleptic Gregorian). Such texts
 * stand in the order of the days they name. Days are counted as Howard Hinnant describes ("chrono-Compatible Low-Level
 * Date Algorithms"): in years that begin in March, so that the leap day comes last.
 */
import { isDate } from "../AnswerKind/date.ts"
import type { ShiftedDate } from "../Condition/Ast.ts"

const { floor } = Math

/** The number of a day, of a month counted from 0 through the years: 12 is January of the year 1. */
const dayNumber = (month: number, day: number): number => {
  const year = floor((month - 2) / 12)
  const fromMarch = month - 2 - year * 12
  return 365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400) + floor((153 * fromMarch + 2) / 5) + day
}

/** The month of a date, counted so, and the day in it. */
const parts = (date: string) =>
  [Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1, Number(date.slice(8))] as const

/** Years and months first, clamped to the last day of the month, then days; undefined outside the years 0000 to 9999. */
export const shift = (
  date: string,
  { years = 0, months = 0, days = 0 }: NonNullable<ShiftedDate["offset"]>,
): string | undefined => {
  const [from, day] = parts(date)
  let month = from + months + 12 * years
  const clamped = Math.min(day, dayNumber(month + 1, 1) - dayNumber(month, 1))
  const wanted = dayNumber(month, clamped) + days
  // about ten thousand years; what is no number is no day either
  if (!(Math.abs(wanted) < 3_700_000)) return undefined
  // 146,097 days are 4,800 months: at most one month too early or too late
  month = floor(((wanted - 1) * 4800) / 146_097) + 2
  while (dayNumber(month, 1) > wanted) month--
  while (dayNumber(month + 1, 1) <= wanted) month++
  const two = (number: number) => String(number).padStart(2, "0")
  const text = `${String(floor(month / 12)).padStart(4, "0")}-${two((month % 12) + 1)}-${two(wanted - dayNumber(month, 1) + 1)}`
  return isDate(text) ? text : undefined
}

/** Whole units from the first day to the second, negative when it lies before. */
export const difference = (from: string, to: string, unit: "days" | "months" | "years"): number => {
  if (from > to) return 0 - difference(to, from, unit)
  const [month, day] = parts(from)
  const [toMonth, toDay] = parts(to)
  if (unit === "days") return dayNumber(toMonth, toDay) - dayNumber(month, day)
  const months = toMonth - month
  // the 31st of a month that has fewer days is its last
  const whole = toDay < day && (shift(from, { months }) ?? "") > to ? months - 1 : months
  return unit === "months" ? whole : floor(whole / 12)
}
