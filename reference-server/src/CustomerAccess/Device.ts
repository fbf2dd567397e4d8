/**
 * A *device* is a browser, by a secret of 256 bits that only its cookie holds (security.md S20). What is kept of it is a
 * digest that is another one for each link family, so that nobody can tell from them which requests one browser opened.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** The cookie, and how long it is kept: as long as browsers keep any. It is set by a claim, never by looking. */
export const cookie = { name: "rq-device", seconds: 400 * 86_400 }
/** In a frame of another site a browser is another device, even where it would send both (Framing). */
export const framed = { ...cookie, name: "rq-device-framed" }

/** The secret that a browser brought, or a new one where it brought none that we can have made. */
export const secretOf = (brought: Redacted.Redacted | null): Effect.Effect<Redacted.Redacted, never, Crypto.Crypto> =>
  brought !== null && /^[A-Za-z0-9_-]{43}$/.test(Redacted.value(brought))
    ? Effect.succeed(brought)
    : Effect.map(Crypto.secret, Redacted.make)

/** The id of a device in a family: what commands name, and bindings keep. A browser without a secret is no device. */
export const idIn = (
  family: { readonly requestId: string; readonly recipient: string },
  secret: Redacted.Redacted | null,
): Effect.Effect<string, never, Crypto.Crypto> =>
  Crypto.sha256Hex(`device:${family.requestId}:${family.recipient}:${secret === null ? "" : Redacted.value(secret)}`)
