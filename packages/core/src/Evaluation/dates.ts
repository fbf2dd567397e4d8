/**
 * Arithmetic with days of the calendar, as texts `2027-03-27` of the years 0000 to 9999 (proleptic Gregorian). Such texts
 * stand in the order of the days they name. Days are counted as Howard Hinnant describes ("chrono-Compatible Low-Level
 * Date Algorithms"): in years that begin in March, so that the leap day comes last.
 */
import type { ShiftedDate } from "../Condition/Ast.ts"

const { floor } = Math

/** The number of a day, of a month counted from 0 through the years: 12 is January of the year 1. */
export const dayNumber = (month: number, day: number): number => {
  const year = floor((month - 2) / 12)
  const fromMarch = month - 2 - year * 12
  return 365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400) + floor((153 * fromMarch + 2) / 5) + day
}

/** The month of a date, counted so, and the day in it. */
const parts = (date: string) =>
  [Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1, Number(date.slice(8))] as const

/** The month in which a day lies. */
export const monthOf = (day: number): number => {
  // 146,097 days are 4,800 months: at most two months too early
  let month = floor(((day - 1) * 4800) / 146_097) + 1
  while (dayNumber(month + 1, 1) <= day) month++
  return month
}

const daysIn = (month: number): number => dayNumber(month + 1, 1) - dayNumber(month, 1)

/** Is this a day that exists, of the years 0000 to 9999 of the Gregorian calendar, as `2027-03-27`? */
export const isDate = (text: unknown): text is string => {
  if (typeof text !== "string" || !/^\d{4}-(0[1-9]|1[0-2])-\d\d$/.test(text)) return false
  const [month, day] = parts(text)
  return day >= 1 && day <= daysIn(month)
}

/** Midnight of that day, UTC, in milliseconds since 1970. */
export const instantOf = (date: string): number => (dayNumber(...parts(date)) - dayNumber(1970 * 12, 1)) * 86_400_000

/** Years and months first, clamped to the last day of the month, then days; undefined outside the years 0000 to 9999. */
export const shift = (
  date: string,
  { years = 0, months = 0, days = 0 }: NonNullable<ShiftedDate["offset"]>,
): string | undefined => {
  const [from, day] = parts(date)
  const target = from + months + 12 * years
  const wanted = dayNumber(target, Math.min(day, daysIn(target))) + days
  // about ten thousand years; what is no number is no day either
  if (!(Math.abs(wanted) < 3_700_000)) return undefined
  const month = monthOf(wanted)
  const numbers = [floor(month / 12), (month % 12) + 1, wanted - dayNumber(month, 1) + 1]
  const text = numbers.map((number) => String(number).padStart(2, "0")).join("-")
  // the year has four digits
  const padded = text.padStart(10, "0")
  return isDate(padded) ? padded : undefined
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
