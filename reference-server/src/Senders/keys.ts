/** The keys of senders' domains: RSA of 2048 bits, the one kind that every receiver checks (RFC 8301 §3.2). */
import { createPrivateKey, generateKeyPair } from "node:crypto"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ServerConfig } from "../Config.ts"
import type { DkimKey } from "../Mailer.ts"
import { FileSystem } from "../platform/Files.ts"

export interface Pair {
  /** As DNS has it: base64 of the SPKI structure. */
  readonly publicKey: string
  /** PEM. */
  readonly privateKey: Redacted.Redacted
}

const generate = promisify(generateKeyPair)

export const make: Effect.Effect<Pair> = Effect.map(
  Effect.promise(() => generate("rsa", { modulusLength: 2048 })),
  ({ publicKey, privateKey }) => ({
    publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    privateKey: Redacted.make(privateKey.export({ type: "pkcs8", format: "pem" })),
  }),
)

/** The server's own key, where the configuration names one; a server that cannot read it does not start. */
export const ofServer = Effect.fnUntraced(function* ({ dkim }: Pick<ServerConfig, "dkim">) {
  if (dkim === undefined) return null
  const fs = yield* FileSystem.FileSystem
  const pem = yield* fs
    .readFileString(dkim.keyFile)
    .pipe(Effect.catch(() => Effect.die(new Error("The file that DKIM_KEY names cannot be read."))))
  const isRsa = yield* Effect.try(() => createPrivateKey(pem).asymmetricKeyType === "rsa").pipe(
    Effect.orElseSucceed(() => false),
  )
  if (!isRsa) return yield* Effect.die(new Error("The file that DKIM_KEY names holds no RSA key as PEM."))
  const key: DkimKey = { domain: dkim.domain, selector: dkim.selector, privateKey: Redacted.make(pem) }
  return key
})
