/**
 * Secrets that people hold and we do not: session secrets and keys are kept as SHA-256 (they have 256 random bits),
 * passwords as Argon2id in PHC strings (security.md S2, S14; OWASP's parameters: 19 MiB, two passes).
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Kdf } from "./platform/Crypto.ts"

/** What is kept of a random secret. */
export const digest = (secret: Redacted.Redacted): Effect.Effect<string, never, Crypto.Crypto> =>
  Crypto.sha256Hex(Redacted.value(secret))

/** A fresh secret of 256 bits, and what is kept of it. */
export const make = Effect.gen(function* () {
  const secret = Redacted.make(yield* Crypto.secret)
  return { secret, digest: yield* digest(secret) }
})

const memory = 19_456
const passes = 2
const parallelism = 1
const algorithm = Kdf.argon2id({ memory, passes, parallelism })
const prefix = `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`

const derive = Effect.fnUntraced(function* (password: Redacted.Redacted, salt: Uint8Array) {
  const kdf = yield* Kdf.Kdf
  // one form for letters that can be typed in several ways (RFC 8265)
  const bytes = new TextEncoder().encode(Redacted.value(password).normalize("NFC"))
  return Base64.encode(yield* Effect.orDie(kdf.derive(algorithm, bytes, { salt, length: 32 }))).replace(/=+$/, "")
})

/** The PHC string of a password: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export const hashPassword = Effect.fnUntraced(function* (password: Redacted.Redacted) {
  const crypto = yield* Crypto.Crypto
  const salt = yield* crypto.randomBytes(16)
  return `${prefix}${Base64.encode(salt).replace(/=+$/, "")}$${yield* derive(password, salt)}`
})

/** Is this the password of that PHC string? Takes as long for a string of nobody. */
export const isPassword = Effect.fnUntraced(function* (password: Redacted.Redacted, phc: string | null) {
  const [salt = "", tag = ""] = (phc?.startsWith(prefix) ? phc : nobody).slice(prefix.length).split("$")
  // a PHC string leaves the padding away, which the decoder wants
  const decoded = Result.getOrThrow(Base64.decode(salt.padEnd(Math.ceil(salt.length / 4) * 4, "=")))
  return Crypto.timingSafeEqual(yield* derive(password, decoded), tag)
})

/** No password has this tag. */
const nobody = `${prefix}AAAAAAAAAAAAAAAAAAAAAA$none`
