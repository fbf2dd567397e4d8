/**
 * The core's cryptography by Node's own. Web Crypto hands each hash to another thread and waits for it; what the server hashes
 * is a key or a line, which is done before that thread has woken up, and an autosave hashes nine of them.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHmac, hash, randomFillSync } from "node:crypto"

const page = new Uint8Array(4096)
let left = 0

/** Drawn from a page that is drawn at once: alone, such a draw takes longer than most of what it is for. None is kept there. */
export const randomBytes = (length: number): Uint8Array<ArrayBuffer> => {
  if (length > page.length) return randomFillSync(new Uint8Array(length))
  if (left < length) left = randomFillSync(page).length
  left -= length
  const drawn = page.slice(left, left + length)
  page.fill(0, left, left + length)
  return drawn
}

export const layer: Layer.Layer<Crypto.Crypto> = Layer.succeed(Crypto.Crypto, {
  randomBytes: (length) => Effect.sync(() => randomBytes(length)),
  sha256: (data) => Effect.sync(() => new Uint8Array(hash("sha256", data, "buffer"))),
  hmacSha256: (key, data) => Effect.sync(() => new Uint8Array(createHmac("sha256", key).update(data).digest())),
})
