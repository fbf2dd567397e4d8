/**
 * Local time in a time zone, exact to the millisecond: the offset at an instant, the date there, and the instant at which
 * clocks there show a time. A *day* is a date as days since 1970-01-01; a *minute* counts from the midnight that starts it.
 *
 * The rules of the zones are those of the runtime (`Intl`). Asking it costs microseconds, so offsets are kept for whole
 * UTC days. That loses nothing: between 1900 and 2100 no zone changes its clocks twice within four days.
 */
import type { Instant } from "../Instant.ts"

export const dayLength = 86_400_000
const minuteLength = 60_000

interface Zone {
  readonly format: Intl.DateTimeFormat
  /** By UTC day; NaN: the clocks change on that day. */
  readonly offsets: Map<number, number>
}

// Bounded, because names of zones and instants come from people.
const zones = new Map<string, Zone>()
const mostZones = 1000
const mostOffsets = 20_000

const zoneOf = (name: string): Zone => {
  const known = zones.get(name)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  })
  if (zones.size >= mostZones) zones.clear()
  const zone: Zone = { format, offsets: new Map() }
  zones.set(name, zone)
  return zone
}

/** Does the runtime know this zone, such as `Europe/London`? Every other function here throws a RangeError otherwise. */
export const isTimeZone = (name: string): boolean => {
  try {
    zoneOf(name)
    return true
  } catch {
    return false
  }
}

const ask = ({ format }: Zone, instant: Instant): number => {
  const shown: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(instant)) shown[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000
}

/** How far the clocks are ahead of UTC at that instant, in milliseconds. */
export const offsetAt = (name: string, instant: Instant): number => {
  const zone = zoneOf(name)
  const day = Math.floor(instant / dayLength)
  const known = zone.offsets.get(day)
  if (known !== undefined) return Number.isNaN(known) ? ask(zone, instant) : known
  const first = ask(zone, day * dayLength)
  const isSame = first === ask(zone, (day + 1) * dayLength)
  if (zone.offsets.size >= mostOffsets) zone.offsets.clear()
  zone.offsets.set(day, isSame ? first : Number.NaN)
  return isSame ? first : ask(zone, instant)
}

/** The day at that instant. */
export const dayAt = (zone: string, instant: Instant): number =>
  Math.floor((instant + offsetAt(zone, instant)) / dayLength)

/** How much of the day the clocks show at that instant, in minutes and their fractions. */
export const minuteAt = (zone: string, instant: Instant): number => {
  const local = instant + offsetAt(zone, instant)
  return (local - Math.floor(local / dayLength) * dayLength) / minuteLength
}

/**
 * When the clocks show that minute of that day, disambiguated as `compatible` (RFC 5545, Temporal): the earlier one of two,
 * and where the clocks jump over it, as much later as they jump. Never before `notBefore` when the minute comes twice.
 */
export const instantAt = (zone: string, day: number, minute: number, notBefore = -Infinity): Instant => {
  const local = day * dayLength + minute * minuteLength
  const before = offsetAt(zone, local - dayLength)
  const after = offsetAt(zone, local + dayLength)
  if (before === after) return local - before
  const candidates = [local - before, local - after].filter((instant) => instant + offsetAt(zone, instant) === local)
  const possible = candidates.sort((a, b) => a - b)
  return possible.find((instant) => instant >= notBefore) ?? possible.at(-1) ?? local - before
}
