/**
 * A text sealed by a data key, as bytes: 1 for the version, 16 of the key's id, 12 of the nonce, the ciphertext, 16 of its
 * tag. Each place has a key of its own, derived from the data key, so that random nonces never run short. Synchronous:
 * every autosave waits for it, a few microseconds.
 */
import { createCipheriv, createDecipheriv, createHmac, type KeyObject } from "node:crypto"
import { randomBytes } from "../platform/NodeHashing.ts"

const version = 1
const idLength = 16
const nonceLength = 12
const tagLength = 16
const headLength = 1 + idLength + nonceLength
const cipher = "aes-256-gcm"

/** A data key that is open, in memory only. */
export interface OpenKey {
  /** A UUID. */
  readonly id: string
  readonly workspaceId: string
  readonly key: KeyObject
}

/** 32 bytes for one purpose. */
export const derived = ({ key, workspaceId }: OpenKey, purpose: string): Uint8Array =>
  createHmac("sha256", key).update(`requite data key\n${workspaceId}\n${purpose}`).digest()

const aadOf = ({ id, workspaceId }: OpenKey, place: string) =>
  Buffer.from(`requite ${version}\n${workspaceId}\n${id}\n${place}`)

export const seal = (key: OpenKey, place: string, text: string): Uint8Array => {
  const nonce = randomBytes(nonceLength)
  const sealing = createCipheriv(cipher, derived(key, `place ${place}`), nonce, { authTagLength: tagLength })
  sealing.setAAD(aadOf(key, place))
  const content = sealing.update(text, "utf8")
  sealing.final()
  const id = Buffer.from(key.id.replaceAll("-", ""), "hex")
  return Buffer.concat([Buffer.of(version), id, nonce, content, sealing.getAuthTag()])
}

/** The id of the key that sealed it; null: these bytes are nothing sealed. */
export const keyIdOf = (sealed: Uint8Array): string | null =>
  sealed[0] === version && sealed.length >= headLength + tagLength
    ? Buffer.from(sealed.subarray(1, 1 + idLength))
        .toString("hex")
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
    : null

/** The text; throws where it was changed, or sealed for another place. */
export const open = (key: OpenKey, place: string, sealed: Uint8Array): string => {
  const nonce = sealed.subarray(1 + idLength, headLength)
  const opening = createDecipheriv(cipher, derived(key, `place ${place}`), nonce, { authTagLength: tagLength })
  opening.setAAD(aadOf(key, place))
  opening.setAuthTag(sealed.subarray(sealed.length - tagLength))
  const content = opening.update(sealed.subarray(headLength, sealed.length - tagLength))
  return Buffer.concat([content, opening.final()]).toString("utf8")
}
