/**
 * At what times reminders go out: the time of day, the hours in which nobody is disturbed, and the days on which nothing
 * is sent. A *day* counts from 1970-01-01; a time of day is written `09:00` and is local.
 */
import * as Schema from "effect/Schema"
import { instantOf, isDate } from "../Evaluation/dates.ts"
import type { Instant } from "../Instant.ts"
import { dayAt, dayLength, instantAt, minuteAt } from "./Zone.ts"

/** A time of day, from `00:00` to `23:59`. */
const Time = Schema.String.check(
  Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/, { message: "Expected a time of day such as 09:00" }),
)

/** A date that exists, such as `2027-03-27`. */
export const CalendarDate = Schema.String.check(
  Schema.makeFilter((text: string) => (isDate(text) ? undefined : "Expected a date such as 2027-03-27")),
)

/** When a firm works. */
export const BusinessDays = Schema.Struct({
  /** ISO weekdays, 1 (Monday) to 7 (Sunday), on which nothing is sent; not all of them. */
  weekend: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 }))).check(
    Schema.makeFilter((weekend: ReadonlyArray<number>) =>
      new Set(weekend).size < 7 ? undefined : "Expected at least one weekday that is not in the weekend",
    ),
  ),
  /** Dates, such as 2027-03-27. */
  holidays: Schema.Array(CalendarDate),
})
type BusinessDays = typeof BusinessDays.Type

export const Timing = Schema.Struct({
  sendTime: Time,
  /** From the first time to just before the second, over midnight where that is the earlier; equal: none. */
  quietHours: Schema.NullOr(Schema.Tuple([Time, Time])),
  /** Null: every day is one. */
  businessDays: Schema.NullOr(BusinessDays),
})
export type Timing = typeof Timing.Type

/** The day that a date names. */
export const dayOf = (date: string): number => instantOf(date) / dayLength

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** When the reminder of a day goes out, once that is put off to a business day: at the time of sending, after quiet hours. */
export const instantOn = (timing: Timing, zone: string, day: number): Instant =>
  afterQuiet(timing, zone, instantAt(zone, day, minutesOf(timing.sendTime)))

/**
 * The next instant from `now` on at which something that is late may go out: outside the quiet hours, and on a business
 * day; when that must be another day, at its ordinary instant.
 */
export const nextAllowed = (timing: Timing, zone: string, now: Instant): Instant => {
  const today = dayAt(zone, now)
  const awake = isBusinessDay(timing, today) ? afterQuiet(timing, zone, now) : now
  const day = dayAt(zone, awake)
  return isBusinessDay(timing, day) ? awake : instantOn(timing, zone, businessDay(timing, day))
}

/** The instant itself, or the end of the quiet hours that it lies in. */
const afterQuiet = ({ quietHours }: Timing, zone: string, instant: Instant): Instant => {
  if (quietHours === null) return instant
  const [from, to] = [minutesOf(quietHours[0]), minutesOf(quietHours[1])]
  const minute = minuteAt(zone, instant)
  const isQuiet = from <= to ? minute >= from && minute < to : minute >= from || minute < to
  if (!isQuiet) return instant
  const day = dayAt(zone, instant)
  // the clocks may show the end twice, and the first may have passed
  return instantAt(zone, minute < to ? day : day + 1, to, instant)
}

/** The first business day on or after that one; that one itself when the firm has none at all. */
export const businessDay = (timing: Timing, day: number): number => {
  // of so many days not all can be holidays
  const most = day + 7 * ((timing.businessDays?.holidays.length ?? 0) + 1)
  for (let candidate = day; candidate <= most; candidate++) if (isBusinessDay(timing, candidate)) return candidate
  return day
}

/** The first day whose reminder may go out after `instant`, or an earlier one. */
export const earliestFor = (timing: Timing, zone: string, instant: Instant): number => {
  // what a calendar without a date and quiet hours over midnight can put off, from one business day to the day itself
  let day = dayAt(zone, instant) - 3
  const most = day - 7 * ((timing.businessDays?.holidays.length ?? 0) + 1)
  while (day > most && !isBusinessDay(timing, day)) day--
  return day
}

const isBusinessDay = ({ businessDays }: Timing, day: number): boolean => {
  if (businessDays === null) return true
  // 1970-01-01 was a Thursday
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1
  return !businessDays.weekend.includes(weekday) && !holidaysOf(businessDays).has(day)
}

// kept as days beside the policy that they belong to: a plan asks for several
const known = new WeakMap<ReadonlyArray<string>, ReadonlySet<number>>()

const holidaysOf = ({ holidays }: BusinessDays): ReadonlySet<number> => {
  const days = known.get(holidays) ?? new Set(holidays.map(dayOf))
  known.set(holidays, days)
  return days
}
