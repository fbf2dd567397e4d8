/**
 * Phone numbers that SMS may go to: the one rule, for every form and every sender (security.md S28, S35). What people type
 * becomes E.164; what is no mobile number is refused, so that nobody earns by having codes sent to a number of theirs that
 * costs extra. Over Google's data of the world's numbering plans.
 */
import { getSupportedRegionCodes, parsePhoneNumber } from "awesome-phonenumber"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

export interface PhoneNumber {
  /** `+46701234567`. */
  readonly e164: string
  /** ISO 3166-1 alpha-2: `SE`. */
  readonly country: string
}

/**
 * `malformed`: no number of any country, or of none when it is written without its prefix. `not-mobile`: a number, but one
 * that no SMS reaches, or that costs extra (premium rate, shared cost, personal numbers, …).
 */
export class PhoneNumberRefused extends Schema.TaggedError<PhoneNumberRefused>()("PhoneNumberRefused", {
  problem: Schema.Literals(["malformed", "not-mobile"]),
}) {}

/** Where plans do not tell them apart (North America), a number is both. */
const mobile: ReadonlySet<string> = new Set(["mobile", "fixed-line-or-mobile"])

/** Longer than any way to write a number. */
const maxLength = 40

/** Reads a number as people write it; `country` is whose plan holds where no `+` stands before it. */
export const parse = (text: string, country?: string): Result.Result<PhoneNumber, PhoneNumberRefused> => {
  const refuse = (problem: PhoneNumberRefused["problem"]) => Result.fail(new PhoneNumberRefused({ problem }))
  const written = text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .trim()
  // an extension or letters may hide other digits: no mobile number is written with them
  if (written.length > maxLength || !/^(\+|00)?[\d\s()./\p{Pd}]+$/u.test(written)) return refuse("malformed")
  const parsed = parsePhoneNumber(written.replace(/^00/, "+"), country === undefined ? {} : { regionCode: country })
  if (!parsed.valid) return refuse("malformed")
  if (!mobile.has(parsed.type)) return refuse("not-mobile")
  return Result.succeed({ e164: parsed.number.e164, country: parsed.regionCode })
}

/** Whether this is a country with a numbering plan, in ISO 3166-1 alpha-2. */
export const isCountry = (text: string): boolean => getSupportedRegionCodes().includes(text)

/** All that may be shown of a number to tell it apart: its last two digits (S35). */
export const mask = (e164: string): string => `•••• ${/\d{2}$/.exec(e164)?.[0] ?? ""}`.trim()
