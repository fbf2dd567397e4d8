/** Who vouches for a record: Ed25519 signatures (RFC 8032), checked by the platform's cryptography. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

export class Signatures extends Context.Service<
  Signatures,
  {
    /** Is it the signature, by the private half of this public key, of this text? Key and signature are base64url. */
    verify(publicKey: string, signature: string, text: string): Effect.Effect<boolean>
  }
>()("@requite/core/AuditRecord/Signatures") {}

/** The part of the Web Crypto API that is used, so that the core names no global of a platform. */
export interface WebCrypto<Key> {
  readonly subtle: {
    importKey(
      format: "raw",
      key: Uint8Array<ArrayBuffer>,
      algorithm: "Ed25519",
      extractable: true,
      usages: ["verify"],
    ): Promise<Key>
    verify(
      algorithm: "Ed25519",
      key: Key,
      signature: Uint8Array<ArrayBuffer>,
      data: Uint8Array<ArrayBuffer>,
    ): Promise<boolean>
  }
}

/** The service over a platform's Web Crypto: pass `globalThis.crypto`. */
export const layer = <Key>({ subtle }: WebCrypto<Key>): Layer.Layer<Signatures> =>
  Layer.succeed(Signatures, {
    verify: (publicKey, signature, text) => {
      const [key, signed] = [bytes(publicKey), bytes(signature)]
      if (key?.length !== 32 || signed?.length !== 64) return Effect.succeed(false)
      return Effect.tryPromise(async () => {
        const imported = await subtle.importKey("raw", key, "Ed25519", true, ["verify"])
        return await subtle.verify("Ed25519", imported, signed, new TextEncoder().encode(text))
        // 32 bytes need not be a point of the curve
      }).pipe(Effect.orElseSucceed(() => false))
    },
  })

const bytes = (text: string): Uint8Array<ArrayBuffer> | null =>
  Result.match(Base64Url.decode(text), { onFailure: () => null, onSuccess: (decoded) => new Uint8Array(decoded) })

/** Part of every JavaScript platform, though not of the language: declared here, so that no platform's types come in. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
