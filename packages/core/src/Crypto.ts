/**
 * What the core needs from a platform's cryptography, as a service: random bytes from a CSPRNG, SHA-256, and HMAC.
 * `Crypto.layer(globalThis.crypto)` gives it in browsers and in Node; tests give bytes of their own.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Hex from "effect/encoding/Hex"
import * as Layer from "effect/Layer"

export class Crypto extends Context.Service<
  Crypto,
  {
    /** `length` bytes that nobody can guess. */
    randomBytes(length: number): Effect.Effect<Uint8Array<ArrayBuffer>>
    /** SHA-256 (FIPS 180-4), 32 bytes. */
    sha256(data: Uint8Array<ArrayBuffer>): Effect.Effect<Uint8Array<ArrayBuffer>>
    /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
    hmacSha256(key: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Effect.Effect<Uint8Array<ArrayBuffer>>
  }
>()("@requite/core/Crypto") {}

/** The part of the Web Crypto API that is used, so that the core names no global of a platform. */
export interface WebCrypto<Key> {
  getRandomValues(array: Uint8Array<ArrayBuffer>): unknown
  readonly subtle: {
    digest(algorithm: "SHA-256", data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
    importKey(
      format: "raw",
      key: Uint8Array<ArrayBuffer>,
      algorithm: { name: "HMAC"; hash: "SHA-256" },
      extractable: false,
      usages: ["sign"],
    ): Promise<Key>
    sign(algorithm: "HMAC", key: Key, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
  }
}

/** The service over a platform's Web Crypto: pass `globalThis.crypto`. */
export const layer = <Key>(webCrypto: WebCrypto<Key>): Layer.Layer<Crypto> =>
  Layer.succeed(Crypto, {
    randomBytes: (length) =>
      Effect.sync(() => {
        const bytes = new Uint8Array(length)
        webCrypto.getRandomValues(bytes)
        return bytes
      }),
    sha256: (data) => Effect.promise(async () => new Uint8Array(await webCrypto.subtle.digest("SHA-256", data))),
    hmacSha256: (key, data) =>
      Effect.promise(async () => {
        const imported = await webCrypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, [
          "sign",
        ])
        return new Uint8Array(await webCrypto.subtle.sign("HMAC", imported, data))
      }),
  })

/** SHA-256 of a text in UTF-8, as 64 hex digits. */
export const sha256Hex = (text: string): Effect.Effect<string, never, Crypto> =>
  Effect.gen(function* () {
    const crypto = yield* Crypto
    return Hex.encode(yield* crypto.sha256(new TextEncoder().encode(text)))
  })

/** HMAC-SHA-256 of a text under a key, both in UTF-8. */
const hmac = (key: string, text: string): Effect.Effect<Uint8Array<ArrayBuffer>, never, Crypto> =>
  Effect.gen(function* () {
    const crypto = yield* Crypto
    const encoder = new TextEncoder()
    return yield* crypto.hmacSha256(encoder.encode(key), encoder.encode(text))
  })

/** HMAC-SHA-256 (RFC 2104) of a text under a key, as 64 hex digits. */
export const hmacSha256Hex = (key: string, text: string): Effect.Effect<string, never, Crypto> =>
  Effect.map(hmac(key, text), Hex.encode)

/** HMAC-SHA-256 (RFC 2104) of a text under a key, as 43 base64url characters: the form of a `secret`. */
export const hmacSha256Base64Url = (key: string, text: string): Effect.Effect<string, never, Crypto> =>
  Effect.map(hmac(key, text), Base64Url.encode)

/** 32 random bytes as 43 base64url characters: a secret of 256 bits (security.md S1). */
export const secret: Effect.Effect<string, never, Crypto> = Effect.gen(function* () {
  const crypto = yield* Crypto
  return Base64Url.encode(yield* crypto.randomBytes(32))
})

/** A random UUID, version 4 (RFC 9562): says nothing about when or where it was made. */
export const uuid: Effect.Effect<string, never, Crypto> = Effect.gen(function* () {
  const crypto = yield* Crypto
  const bytes = yield* crypto.randomBytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return Hex.encode(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
})

/** Are two texts equal? Takes the same time wherever they differ (security.md S3). */
export const timingSafeEqual = (a: string, b: string): boolean => {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

/** Part of every JavaScript platform, though not of the language: declared here, so that no platform's types come in. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
