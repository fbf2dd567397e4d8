/**
 * Access links: the secret URL of one recipient of one request (security.md S1–S9).
 *
 * A link's *token* is 256 random bits, 43 base64url characters. Only its SHA-256 is kept: whoever reads the database or
 * a log can open nothing. Every e-mail carries a token of its own; the links of one recipient form a *family*, told
 * apart by the send they belong to. A link is alive while the request is open, `now < min(its own end, the window)` and
 * its send has not been replaced. All dead links are alike to whoever holds them: `LinkDead` says nothing more.
 *
 *   table      digest (unique) · request · sendNo · mail · issuedAt · expiresAt
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
  sendNo: Schema.Int,
  /** The e-mail that carried it, so that the audit can tell which one was used (S5). */
  mailId: Schema.String,
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

/** Makes a new link for the latest send of a request. The token exists only in what this returns. */
export const issue = Effect.fnUntraced(function* (
  request: State,
  mailId: string,
): Effect.fn.Return<{ readonly token: Redacted.Redacted; readonly link: AccessLink }, never, Crypto.Crypto> {
  const token = yield* Crypto.secret
  const issuedAt = yield* Clock.currentTimeMillis
  const { linkDays } = request.policy
  const link: AccessLink = {
    id: yield* Crypto.uuid,
    requestId: request.id,
    sendNo: request.sendNo,
    mailId,
    digest: yield* Crypto.sha256Hex(token),
    issuedAt,
    expiresAt: linkDays === null ? null : plusDays(issuedAt, linkDays),
  }
  return { token: Redacted.make(token), link }
})

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
  link.sendNo >= request.linksFrom &&
  (link.expiresAt === null || at < link.expiresAt) &&
  isOpenAt(request, at)
