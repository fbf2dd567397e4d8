/**
 * The words of a member's page: the firm's catalogue in the workspace's language, and times as people tell them: near
 * ones from now ("3 days ago"), the others as a day with its weekday.
 */
import type { ClientRequest } from "@requite/core"
import * as Messages from "../Messages.ts"

export interface Words extends Messages.Translator<"firm"> {
  /** The zone that times are told in, an IANA name. */
  readonly zone: string
  /** The instant of the page, in milliseconds. */
  readonly now: number
}

export type Key = Messages.Key<"firm">

export const make = (languages: ReadonlyArray<string>, zone: string, now: number): Words => ({
  ...Messages.translator("firm", languages),
  zone,
  now,
})

const minute = 60_000
const hour = 60 * minute

/** How long ago: "just now", "5 minutes ago", "yesterday", and after 30 days the day itself. */
export const ago = (words: Words, instant: number): string => {
  const passed = Math.max(0, words.now - instant)
  if (passed < minute) return words.t("time.now")
  const relative = new Intl.RelativeTimeFormat(words.locale, { numeric: "auto" })
  if (passed < hour) return relative.format(-Math.floor(passed / minute), "minute")
  const days = passed < 6 * hour ? 0 : dayNumber(words, words.now) - dayNumber(words, instant)
  if (days === 0) return relative.format(-Math.floor(passed / hour), "hour")
  return days <= 30 ? relative.format(-days, "day") : day(words, instant)
}

const dayNumber = (words: Words, instant: number) => Date.parse(Messages.calendarDay(instant, words.zone)) / (24 * hour)

/** Today's calendar date in the firm's zone, `2027-03-27`. */
export const today = (words: Words): string => Messages.calendarDay(words.now, words.zone)

/** A day, short, with its weekday and, when it is not this year's, its year: "Sat 27 Mar". */
export const day = (words: Words, instant: number): string => {
  const isThisYear = new Date(instant).getUTCFullYear() === new Date(words.now).getUTCFullYear()
  return new Intl.DateTimeFormat(words.locale === "en" ? "en-GB" : words.locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(isThisYear ? {} : { year: "numeric" }),
    timeZone: words.zone,
  }).format(instant)
}

/** A day in full: "Saturday 27 March 2027". */
export const longDay = (words: Words, when: number | string): string =>
  Messages.formatDate(when, words.locale, words.zone)

/** The day and the time: "Saturday 27 March 2027 at 14:05 CET". */
export const moment = (words: Words, instant: number): string =>
  Messages.formatDateTime(instant, words.locale, words.zone)

/** Several things in a row: "Mon 14 Dec, Mon 21 Dec and 3 more". */
export const list = (words: Words, things: ReadonlyArray<string>): string =>
  new Intl.ListFormat(Messages.regional(words.locale), { type: "conjunction" }).format(things)

/** How long until: "in 12 days", "tomorrow", "in 3 hours"; after 30 days the day itself. */
export const ahead = (words: Words, instant: number): string => {
  const left = Math.max(0, instant - words.now)
  const relative = new Intl.RelativeTimeFormat(words.locale, { numeric: "auto" })
  if (left < hour) return relative.format(Math.max(1, Math.ceil(left / minute)), "minute")
  const days = left < 6 * hour ? 0 : dayNumber(words, instant) - dayNumber(words, words.now)
  if (days === 0) return relative.format(Math.floor(left / hour), "hour")
  return days <= 30 ? relative.format(days, "day") : day(words, instant)
}

/** A moment of days near by: "Mon 14 Dec 09:00". */
export const soon = (words: Words, instant: number): string =>
  `${day(words, instant)} ${Messages.formatTime(instant, words.locale, words.zone)}`

/** The zone that times are told in, by its city: "Stockholm". */
export const zoneName = ({ zone }: Words): string => (zone.split("/").at(-1) ?? zone).replaceAll("_", " ")

export const bytes = (words: Words, count: number): string => Messages.formatBytes(count, words.locale)

/** A language by its name in the reader's language, with a capital: "Spanish". What is no tag stands as it is. */
export const languageName = (words: Words, tag: string): string => {
  try {
    const name = new Intl.DisplayNames([words.locale], { type: "language" }).of(tag) ?? tag
    return name.charAt(0).toLocaleUpperCase(words.locale) + name.slice(1)
  } catch {
    return tag
  }
}

/** The sentence of one code of an open list, or what `otherwise` says where the catalogue has none. */
export const lookUp = (
  words: Words,
  key: string,
  values: Readonly<Record<string, string | number>>,
  otherwise: string,
): string => (Messages.isKey("firm", key) ? words.t(key, values) : otherwise)

export const state = (words: Words, of: ClientRequest.LifecycleState): string => words.t(`state.${of}`)
