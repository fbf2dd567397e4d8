/**
 * The core's cryptography by Node's own. Web Crypto hands each hash to another thread and waits for it; what the server hashes
 * is a key or a line, which is done before that thread has woken up, and an autosave hashes nine of them.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHmac, hash, randomFillSync } from "node:crypto"

export const layer: Layer.Layer<Crypto.Crypto> = Layer.succeed(Crypto.Crypto, {
  randomBytes: (length) => Effect.sync(() => randomFillSync(new Uint8Array(length))),
  sha256: (data) => Effect.sync(() => new Uint8Array(hash("sha256", data, "buffer"))),
  hmacSha256: (key, data) => Effect.sync(() => new Uint8Array(createHmac("sha256", key).update(data).digest())),
})
