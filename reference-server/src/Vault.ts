/**
 * Secrets that have to be used again, such as the keys that webhooks and mails are signed with: kept encrypted, by a key
 * that is not in the database (`ServerKey`), so that a copy of the database alone signs nothing (S14). What only has to be
 * recognised is kept as a digest instead (`Secret`).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Config } from "./Config.ts"
import { Aead, SecureRandom } from "./platform/Crypto.ts"
import * as ServerKey from "./ServerKey.ts"

export class Vault extends Context.Service<
  Vault,
  {
    /** The secret as it may lie in a row: `v1.` and base64url. `place` says whose it is, and opens nothing elsewhere. */
    seal(secret: Redacted.Redacted, place: string): Effect.Effect<string>
    /** The secret again, also by a key from before; a defect where none of them sealed it, or the text was changed. */
    open(sealed: string, place: string): Effect.Effect<Redacted.Redacted>
    /** Are there keys from before, by which something may still be sealed? */
    readonly hasOlder: boolean
    /** The same sealed by the key that holds now; null: it is. */
    renew(sealed: string, place: string): Effect.Effect<string | null>
  }
>()("@requite/reference-server/Vault") {}

const nonceLength = Aead.xchacha20Poly1305.nonceLength
const prefix = "v1."

export const layer = Layer.effect(
  Vault,
  Effect.gen(function* () {
    const aead = yield* Aead.Aead
    const random = yield* SecureRandom.SecureRandom
    const config = yield* Config
    const read = yield* ServerKey.read(config, "vault-key")
    const key = yield* Aead.key(Aead.xchacha20Poly1305, bytesOf(Redacted.value(read)))
    const older = yield* Effect.forEach(yield* ServerKey.older(config, "vault-key"), (one) =>
      Aead.key(Aead.xchacha20Poly1305, bytesOf(Redacted.value(one))),
    )
    const aadOf = (place: string) => new TextEncoder().encode(place)

    const seal = (secret: Redacted.Redacted, place: string) =>
      Effect.gen(function* () {
        const nonce = yield* random.randomBytes(nonceLength)
        const plain = new TextEncoder().encode(Redacted.value(secret))
        const sealed = yield* aead.encrypt(key, plain, { nonce, aad: aadOf(place) })
        return prefix + Base64Url.encode(new Uint8Array([...nonce, ...sealed]))
      }).pipe(Effect.orDie)

    const openBy = Effect.fnUntraced(function* (by: typeof key, sealed: string, place: string) {
      const bytes = bytesOf(sealed.slice(prefix.length))
      const nonce = bytes.subarray(0, nonceLength)
      const plain = yield* aead.decrypt(by, bytes.subarray(nonceLength), { nonce, aad: aadOf(place) })
      return Redacted.make(new TextDecoder().decode(plain))
    })

    const open = (sealed: string, place: string) =>
      Effect.firstSuccessOf([key, ...older].map((by) => openBy(by, sealed, place))).pipe(Effect.orDie)

    return Vault.of({
      seal,
      open,
      hasOlder: older.length > 0,
      renew: (sealed, place) =>
        openBy(key, sealed, place).pipe(
          Effect.as(null),
          Effect.catch(() => Effect.flatMap(open(sealed, place), (secret) => seal(secret, place))),
        ),
    })
  }),
)

const bytesOf = (text: string): Uint8Array => Result.getOrThrow(Base64Url.decode(text))
