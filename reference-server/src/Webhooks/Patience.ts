/**
 * When a delivery is tried again, and when it is given up: about three days, with waits that grow and are never quite the
 * same, so that many do not come back at one moment. An endpoint that keeps failing is left alone for a while as a whole,
 * and after five days without a single success it is disabled.
 */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** The wait after the first failed try, the second, and so on: 67 hours in all. */
const waits = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
  16 * hour,
  24 * hour,
]

/** A delivery is given up when a try fails so long after it was queued. */
export const givenUpAfter = 3 * day
/** An endpoint is disabled after so long without success. */
export const disabledAfter = 5 * day
/** So many failures in a row, and its deliveries wait for one another. */
const troubled = 3

export interface Failed {
  /** Tries since it was queued, this one too. */
  readonly tries: number
  /** Milliseconds since it was queued. */
  readonly age: number
  /** What `Retry-After` asked for, in milliseconds; null: nothing. */
  readonly retryAfter: number | null
  /** From 0 to 1. */
  readonly random: number
}

/** How long to wait before the next try, in milliseconds; null: it is given up. */
export const next = ({ tries, age, retryAfter, random }: Failed): number | null => {
  const wait = waits[tries - 1]
  if (wait === undefined || age >= givenUpAfter) return null
  return Math.max(wait * (0.8 + 0.4 * random), Math.min(retryAfter ?? 0, day))
}

/** How long a whole endpoint is left alone after so many failures in a row, in milliseconds. */
export const pause = (failures: number, retryAfter: number | null, random: number): number => {
  const own =
    failures < troubled ? 0 : Math.min(5 * minute, 5 * second * 2 ** (failures - troubled)) * (0.8 + 0.4 * random)
  return Math.max(own, Math.min(retryAfter ?? 0, hour))
}

/** `Retry-After` in milliseconds: seconds, or a date (RFC 9110, 10.2.3); null where it says neither. */
export const retryAfter = (header: string | undefined, now: number): number | null => {
  if (header === undefined) return null
  if (/^\d{1,9}$/.test(header)) return Number(header) * second
  if (!header.endsWith(" GMT")) return null
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
