/**
 * Access codes: the second factor of a claim (security.md S25–S31). Every rule is a plain function over plain data.
 *
 * A *code* is six decimal digits that go to the recipient by a *channel*, SMS or e-mail. A *challenge* is one code asked
 * of one *pre-session*, the visit that came by a link and waits for its factor. Only the code's HMAC is kept, under a key
 * that lies outside the database (the *pepper*). A *ledger* counts what a link family may still do; an address has one
 * too, for its sends.
 *
 *   code       CSPRNG, uniform, leading zeros kept; 10 minutes; used once; a new one voids the old one of its channel
 *   tries      5 a challenge; 10 failures in 24 hours lock the family's codes until a member unlocks them
 *   sends      1 in 30 seconds, 3 in 10 minutes, 10 a day, by each channel, for the family and for the address
 *   threats    guessing (5 in 10^6 a code, 10 a day), a stolen dump (pepper), a code read over a shoulder (pre-session,
 *              once), racing (whoever holds the ledger's lock decides), SMS pumping (sends)
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Crypto from "./Crypto.ts"
import { Instant } from "./Instant.ts"
import type { SecondFactor } from "./RequestPolicy.ts"
import type { Assurance } from "./ClientRequest/Event.ts"

/** How a code goes to the recipient. */
export const Channel = Schema.Literals(["sms", "email"])
export type Channel = typeof Channel.Type

export const Challenge = Schema.Struct({
  id: Schema.String,
  requestId: Schema.String,
  recipient: Schema.String,
  /** The public name of the visit that asked; no other visit can answer. */
  preSession: Schema.String,
  channel: Channel,
  /** HMAC of challenge id and code, as hex. */
  digest: Schema.String,
  /** HMAC of the address that the code went to, as hex: another number or address voids the challenge (S33). */
  sentTo: Schema.String,
  issuedAt: Instant,
  triesLeft: Schema.Int,
})
export type Challenge = typeof Challenge.Type

/** What counts for one link family, or for one address (which has sends only). */
export const Ledger = Schema.Struct({
  /** Wrong codes of the last 24 hours. */
  failures: Schema.Array(Instant),
  /** Codes sent in the last 24 hours, and by which channel. */
  sends: Schema.Array(Schema.Struct({ channel: Channel, at: Instant })),
  /** Since when codes are locked; null: they are not. */
  lockedAt: Schema.NullOr(Instant),
})
export type Ledger = typeof Ledger.Type

/** How long a code works: `now < issuedAt + lifeMillis` (S26). */
export const lifeMillis = 600_000
export const tries = 5
/** So many failures in 24 hours lock the family's codes (S27). */
export const maxFailures = 10
/** No more than so many sends in so many milliseconds (S28). */
export const sendLimits = [
  { times: 1, millis: 30_000 },
  { times: 3, millis: 600_000 },
  { times: 10, millis: 86_400_000 },
] as const

const day = 86_400_000

/** The ledger of a family or an address that nothing has happened to yet. */
export const fresh: Ledger = { failures: [], sends: [], lockedAt: null }

const isRecent = (at: Instant, now: Instant) => now < at + day

/** When the next code may go by a channel; `now`: at once. */
export const nextSendAt = ({ sends }: Ledger, channel: Channel, now: Instant): Instant => {
  const before = sends.filter((send) => send.channel === channel)
  return Math.max(now, ...sendLimits.map(({ times, millis }) => (before.at(-times)?.at ?? -Infinity) + millis))
}

export type Issue =
  | { readonly outcome: "issued"; readonly ledger: Ledger }
  | { readonly outcome: "too-soon"; readonly until: Instant }
  | { readonly outcome: "locked" }

/** May a code be sent now? `issued` counts it. A family's ledger and its address's are both asked. */
export const issue = (ledger: Ledger, channel: Channel, now: Instant): Issue => {
  if (ledger.lockedAt !== null) return { outcome: "locked" }
  const until = nextSendAt(ledger, channel, now)
  if (until > now) return { outcome: "too-soon", until }
  const sends = ledger.sends.filter(({ at }) => isRecent(at, now))
  return { outcome: "issued", ledger: { ...ledger, sends: [...sends, { channel, at: now }] } }
}

/** What somebody says the code is, and what is known of them now. */
export interface Presented {
  readonly preSession: string
  /** `digest` of what was typed, for this challenge. */
  readonly digest: string
  /** HMAC of the address that the recipient has now. */
  readonly sentTo: string
}

export interface Verified {
  /** `locked` may be told apart by the customer, the causes of `refused` may not (S30). */
  readonly outcome: "right" | "refused" | "locked"
  readonly ledger: Ledger
  /** The challenge afterwards; null: it is used, or there was none. */
  readonly challenge: Challenge | null
  /** Was the code looked at? One that is expired, exhausted or somebody else's is not, and costs nothing. */
  readonly evaluated: boolean
}

/** Judges what was presented. Whoever calls this holds the ledger until what comes out of it is written (S27). */
export const verify = (challenge: Challenge | null, ledger: Ledger, presented: Presented, now: Instant): Verified => {
  const same = Crypto.timingSafeEqual(presented.digest, challenge?.digest ?? "")
  if (ledger.lockedAt !== null) return { outcome: "locked", ledger, challenge, evaluated: false }
  if (challenge === null || !isOpenAt(challenge, presented, now)) {
    return { outcome: "refused", ledger, challenge, evaluated: false }
  }
  if (same) return { outcome: "right", ledger, challenge: null, evaluated: true }
  const failures = [...ledger.failures.filter((at) => isRecent(at, now)), now]
  const isLocked = failures.length >= maxFailures
  return {
    outcome: isLocked ? "locked" : "refused",
    ledger: { ...ledger, failures, lockedAt: isLocked ? now : null },
    challenge: { ...challenge, triesLeft: challenge.triesLeft - 1 },
    evaluated: true,
  }
}

const isOpenAt = (challenge: Challenge, { preSession, sentTo }: Presented, now: Instant): boolean =>
  challenge.preSession === preSession &&
  challenge.sentTo === sentTo &&
  challenge.triesLeft > 0 &&
  now < challenge.issuedAt + lifeMillis

/** A member lets the family ask for codes again; what it was sent still counts. */
export const unlock = ({ sends }: Ledger): Ledger => ({ ...fresh, sends })

/** What was typed as digits: spaces and hyphens between them do not matter. Null: that is no code (S34). */
export const normalise = (text: string): string | null => {
  const digits = text.normalize("NFKC").replace(/[\s\p{Cf}\p{Pd}]/gu, "")
  return /^[0-9]{6}$/.test(digits) ? digits : null
}

/** The largest multiple of a million that 32 bits hold: what lies above would make low codes likelier. */
const unbiased = 4_294_000_000

/** Six random digits, every code as likely as every other (S25). */
export const code: Effect.Effect<string, never, Crypto.Crypto> = Effect.gen(function* () {
  const crypto = yield* Crypto.Crypto
  while (true) {
    const bytes = yield* crypto.randomBytes(4)
    const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
    if (number < unbiased) return String(number % 1_000_000).padStart(6, "0")
  }
})

/** What is kept of a code (S29). */
export const digest = (pepper: Redacted.Redacted, challengeId: string, typed: string) =>
  Crypto.hmacSha256Hex(Redacted.value(pepper), `code:${challengeId}:${typed}`)

/** What is kept of an address, and what its ledger goes by. */
export const addressDigest = (pepper: Redacted.Redacted, channel: Channel, address: string) =>
  Crypto.hmacSha256Hex(Redacted.value(pepper), `address:${channel}:${address.toLowerCase()}`)

/** A new challenge and its code. The code exists only in what this returns. */
export const challenge = Effect.fnUntraced(function* (
  asked: Pick<Challenge, "requestId" | "recipient" | "preSession" | "channel" | "sentTo">,
  pepper: Redacted.Redacted,
  now: Instant,
): Effect.fn.Return<{ readonly code: Redacted.Redacted; readonly challenge: Challenge }, never, Crypto.Crypto> {
  const id = yield* Crypto.uuid
  const digits = yield* code
  const made: Challenge = {
    id,
    requestId: asked.requestId,
    recipient: asked.recipient,
    preSession: asked.preSession,
    channel: asked.channel,
    sentTo: asked.sentTo,
    digest: yield* digest(pepper, id, digits),
    issuedAt: now,
    triesLeft: tries,
  }
  return { code: Redacted.make(digits), challenge: made }
})

/** How sure one can be of who came in: by the link alone, by link and code of one way, or of two different ways (S31). */
export type { Assurance }

/**
 * What a claim under this policy is worth. A link that a member copied went by a way that we do not know: a code by one
 * channel beside it may have gone the same way.
 */
export const assurance = (secondFactor: SecondFactor, link: "email" | "copied"): Assurance => {
  if (secondFactor === "none") return "link"
  if (secondFactor === "both") return "two-channel"
  return secondFactor === "sms-code" && link === "email" ? "two-channel" : "single-channel"
}
