/**
 * Access links: the secret URL of one recipient of one request (security.md S1–S9).
 *
 * A link's *token* is 256 bits, 43 base64url characters. A random one is kept as its SHA-256 only: whoever reads the
 * database or a log can open nothing. A *derived* one (S4) is the HMAC of the link's id and generation under a key of the
 * server, so that the firm can have it shown again; of it, too, only the digest is kept. Every e-mail carries a token of
 * its own; the links of one recipient form a *family*, of which one *generation* works. A link is alive while the request
 * is open and not suspended, its generation is the family's, and `now < min(its own end, the window)`. All dead links are
 * alike to whoever holds them: `LinkDead` says nothing more.
 *
 *   table      digest (unique) · request · recipient · generation · mail · issuedAt · expiresAt
 *   threats    guessing (256 bits), a stolen dump (digest only), timing (equality in constant time), a link that outlives
 *              its request (checked on every use against the request itself, never against a sweeper)
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { State } from "./ClientRequest.ts"
import { isOpenAt } from "./ClientRequest.ts"
import * as Crypto from "./Crypto.ts"
import { Instant, plusDays } from "./Instant.ts"

export const AccessLink = Schema.Struct({
  id: Schema.String,
  requestId: Schema.String,
  recipient: Schema.String,
  generation: Schema.Int,
  /** The e-mail that carried it, so that the audit can tell which one was used (S5); null: it was copied by a member. */
  mailId: Schema.NullOr(Schema.String),
  /** May a claim by it move the family to another device, once (K43)? */
  rebinds: Schema.Boolean,
  /** SHA-256 of the token, as hex. */
  digest: Schema.String,
  issuedAt: Instant,
  expiresAt: Schema.NullOr(Instant),
})
export type AccessLink = typeof AccessLink.Type

/** The one answer to every link that does not work, whatever the cause (I13, S47). */
export class LinkDead extends Schema.TaggedError<LinkDead>()("LinkDead", {}, { httpApiStatus: 410 }) {}

/** What a token looks like; anything else is not looked up. */
export const isToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)

/** A link and its secret. The token exists only in what this holds. */
export interface Issued {
  readonly token: Redacted.Redacted
  readonly link: AccessLink
}

export interface Purpose {
  readonly recipient: string
  readonly mailId: string | null
  readonly rebinds: boolean
}

/** Makes a new link of a recipient's living generation, with a random token. */
export const issue = Effect.fnUntraced(function* (
  request: State,
  purpose: Purpose,
): Effect.fn.Return<Issued, never, Crypto.Crypto> {
  const token = yield* Crypto.secret
  return yield* issued(request, purpose, yield* Crypto.uuid, token)
})

/** The key of one epoch: links derived under another epoch's key are not found any more (S4). */
export interface DerivingKey {
  readonly key: Redacted.Redacted
}

/** Makes the link of a recipient's living generation whose token can be derived again: the same one every time. */
export const derive = Effect.fnUntraced(function* (
  request: State,
  purpose: Purpose & { readonly linkId: string },
  { key }: DerivingKey,
): Effect.fn.Return<Issued, never, Crypto.Crypto> {
  const generation = generationOf(request, purpose.recipient)
  const token = yield* Crypto.hmacSha256Base64Url(Redacted.value(key), `${purpose.linkId}:${generation}`)
  return yield* issued(request, purpose, purpose.linkId, token)
})

const issued = Effect.fnUntraced(function* (
  request: State,
  { recipient, mailId, rebinds }: Purpose,
  id: string,
  token: string,
): Effect.fn.Return<Issued, never, Crypto.Crypto> {
  const issuedAt = yield* Clock.currentTimeMillis
  const { linkDays } = request.policy
  const link: AccessLink = {
    id,
    requestId: request.id,
    recipient,
    generation: generationOf(request, recipient),
    mailId,
    rebinds,
    digest: yield* Crypto.sha256Hex(token),
    issuedAt,
    expiresAt: linkDays === null ? null : plusDays(issuedAt, linkDays),
  }
  return { token: Redacted.make(token), link }
})

const generationOf = (request: State, recipient: string): number => request.families[recipient]?.generation ?? 0

/** What to look a link up by. */
export const digest = (token: Redacted.Redacted): Effect.Effect<string, never, Crypto.Crypto> =>
  Crypto.sha256Hex(Redacted.value(token))

/**
 * Does this token open this link now? `found` is what the look-up by `digest` gave. Fails with `LinkDead` for whatever
 * reason; never says which.
 */
export const verify = Effect.fnUntraced(function* (
  token: Redacted.Redacted,
  found: { readonly link: AccessLink; readonly request: State } | null,
): Effect.fn.Return<AccessLink, LinkDead, Crypto.Crypto> {
  const presented = yield* digest(token)
  const now = yield* Clock.currentTimeMillis
  const same = Crypto.timingSafeEqual(presented, found?.link.digest ?? "")
  if (found === null || !same || !isAliveAt(found.link, found.request, now)) return yield* new LinkDead()
  return found.link
})

/** Is the link alive, its secret aside? Sessions that came by a link ask this on every use (S7, S8). */
export const isAliveAt = (link: AccessLink, request: State, at: Instant): boolean =>
  link.requestId === request.id &&
  link.generation === request.families[link.recipient]?.generation &&
  (link.expiresAt === null || at < link.expiresAt) &&
  isOpenAt(request, at)

/** Whether a claim by this link from this device would be let in, or has to ask for an access link first (K43, S18). */
export const admits = (
  link: Pick<AccessLink, "recipient" | "rebinds" | "issuedAt">,
  request: State,
  device: string,
) => {
  const binding = request.families[link.recipient]?.binding ?? null
  return (
    request.policy.binding === "none" ||
    binding === null ||
    !binding.fixed ||
    binding.device === device ||
    (link.rebinds && link.issuedAt > binding.at)
  )
}

/** May a session from this device go on? Only the bound one, where a device is bound (S17, S18). */
export const isBoundTo = (request: State, recipient: string, device: string): boolean => {
  const binding = request.families[recipient]?.binding ?? null
  return request.policy.binding === "none" || binding === null || binding.device === device
}
