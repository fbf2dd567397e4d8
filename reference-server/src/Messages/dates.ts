/** Dates, times and sizes as the reader writes them. Plain "en" reads as English of most of the world: day before month. */

/** The tag to write dates and numbers by. */
export const regional = (locale: string) => (locale === "en" ? "en-GB" : locale)

/** Making a format takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known !== undefined) return known
  // languages and zones are few; whoever makes some up gets no memory for it
  if (formats.size >= 500) formats.clear()
  const format = new Intl.DateTimeFormat(locale, options)
  formats.set(key, format)
  return format
}

/**
 * A day with its weekday: "Saturday 27 March 2027". `day` is an instant in milliseconds, told in `zone` (an IANA name),
 * or a calendar date, `2027-03-27`, which has no zone (delivery.md M23).
 */
export const formatDate = (day: number | string, locale: string, zone: string): string =>
  formatOf(regional(locale), {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: typeof day === "string" ? "UTC" : zone,
  }).format(typeof day === "string" ? new Date(`${day}T00:00:00Z`) : day)

/** An instant with its day, time and zone: "Saturday 27 March 2027 at 14:05 CET". */
export const formatDateTime = (instant: number, locale: string, zone: string): string =>
  formatOf(regional(locale), {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone: zone,
  }).format(instant)

/** The time of the day: "14:05". */
export const formatTime = (instant: number, locale: string, zone: string): string =>
  formatOf(regional(locale), { timeStyle: "short", timeZone: zone }).format(instant)

const numbers = new Map<string, Intl.NumberFormat>()

/** A whole number: "1,200". */
export const formatNumber = (number: number, locale: string): string => {
  const known = numbers.get(locale) ?? new Intl.NumberFormat(regional(locale))
  if (numbers.size >= 500) numbers.clear()
  numbers.set(locale, known)
  return known.format(number)
}

const sizes = [
  { unit: "megabyte", bytes: 1_000_000 },
  { unit: "kilobyte", bytes: 1_000 },
] as const

/** A size in bytes: "31 MB", "4.2 MB", "870 kB". */
export const formatBytes = (bytes: number, locale: string): string => {
  const { unit, bytes: one } = sizes.find((size) => bytes >= size.bytes) ?? { unit: "byte", bytes: 1 }
  const value = bytes / one
  return new Intl.NumberFormat(regional(locale), {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: unit === "megabyte" && value < 10 ? 1 : 0,
  })
    .format(value)
    .replace(/\s/g, "\u00a0")
}

/** By zone, the minute that was asked for last and its day: it is asked for at every look at a request, and mostly for now. */
const days = new Map<string, { readonly minute: number; readonly day: string }>()

/** The calendar date that an instant falls on in a zone: `2027-03-27`, to compare with other calendar dates. */
export const calendarDay = (instant: number, zone: string): string => {
  // days begin with a minute everywhere
  const minute = Math.floor(instant / 60_000)
  const known = days.get(zone)
  if (known?.minute === minute) return known.day
  const day = dayOf(instant, zone)
  if (days.size >= 500) days.clear()
  days.set(zone, { minute, day })
  return day
}

const dayOf = (instant: number, zone: string): string => {
  const parts = formatOf("en", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    timeZone: zone,
  }).formatToParts(instant)
  return (["year", "month", "day"] as const).map((type) => parts.find((part) => part.type === type)?.value).join("-")
}
