/** The record key: an Ed25519 key pair from a secret that is not in the database, so that a copy of it forges no checkpoint. */
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Config } from "../Config.ts"
import { Signature } from "../platform/Crypto.ts"
import { NodeCrypto } from "../platform/Node.ts"
import * as ServerKey from "../ServerKey.ts"

export const make = Effect.gen(function* () {
  const config = yield* Config
  const signatures = yield* Signature.Signature
  const seed = yield* ServerKey.read(config, "record-key")
  const secret = yield* Signature.privateKey(
    Signature.ed25519,
    Result.getOrThrow(Base64Url.decode(Redacted.value(seed))),
  )
  const publicKey = yield* signatures.publicKeyOf(secret)
  const key = Base64Url.encode(yield* Signature.toBytes(publicKey))
  return {
    /** The public key, base64url. */
    key,
    /** It, and those from before a change of the secret. */
    keys: [key, ...config.recordKeys.filter((older) => older !== key)],
    /** The signature of a text, base64url. */
    sign: (text: string) =>
      signatures.sign(secret, new TextEncoder().encode(text)).pipe(Effect.map(Base64Url.encode), Effect.orDie),
  }
}).pipe(Effect.provide(NodeCrypto.layerSignature), Effect.orDie)

export type Signer = Effect.Success<typeof make>
