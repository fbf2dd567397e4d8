/** A device that keeps one passkey and always recognises its owner: what a browser's `navigator.credentials` would answer. */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto"
import { isoCBOR } from "@simplewebauthn/server/helpers"

const digest = (data: string | Uint8Array) => createHash("sha256").update(data).digest()
const text = (data: Uint8Array) => Buffer.from(data).toString("base64url")

/** Its owner is there (1) and was recognised (4); a key comes along (64). */
const flags = { used: 5, made: 69 }

/** One for the pages of this origin. */
export const make = (origin: string) => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const { x = "", y = "" } = publicKey.export({ format: "jwk" })
  const id = randomBytes(16)
  const rp = digest(new URL(origin).hostname)
  const counter = new Uint8Array(4)
  const said = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const common = { id: text(id), rawId: text(id), type: "public-key" }
  return {
    /** Answers to a challenge for a new passkey. */
    made: (challenge: string) => {
      // a key (1: 2) of P-256 (-1: 1) for ES256 (3: -7), as most phones make it
      const key = new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x, "base64url"))],
        [-3, new Uint8Array(Buffer.from(y, "base64url"))],
      ])
      const authData = new Uint8Array(
        Buffer.concat([
          rp,
          Buffer.of(flags.made),
          counter,
          new Uint8Array(16),
          Buffer.of(0, 16),
          id,
          isoCBOR.encode(key),
        ]),
      )
      const attested = new Map<string, string | Uint8Array | Map<string, never>>([
        ["fmt", "none"],
        ["attStmt", new Map<string, never>()],
        ["authData", authData],
      ])
      const clientDataJSON = text(said("webauthn.create", challenge))
      return { ...common, response: { clientDataJSON, attestationObject: text(isoCBOR.encode(attested)) } }
    },
    /** Answers to one to log in with. */
    used: (challenge: string) => {
      const authenticatorData = Buffer.concat([rp, Buffer.of(flags.used), counter])
      const clientData = said("webauthn.get", challenge)
      const signature = sign("sha256", Buffer.concat([authenticatorData, digest(clientData)]), privateKey)
      return {
        ...common,
        response: {
          clientDataJSON: text(clientData),
          authenticatorData: text(authenticatorData),
          signature: text(signature),
        },
      }
    },
  }
}
