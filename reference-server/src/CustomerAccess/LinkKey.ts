/**
 * The key that derived links come from (security.md S4). Changing it begins a new *epoch*: every derived link of the old
 * one is dead.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ServerConfig } from "../Config.ts"
import * as ServerKey from "../ServerKey.ts"

export interface LinkKey {
  readonly key: Redacted.Redacted
  /** Names the key without telling it; kept beside each derived link. */
  readonly epoch: string
}

export const read = Effect.fnUntraced(function* (config: Pick<ServerConfig, "secretKey" | "dataDir">) {
  const key = yield* ServerKey.read(config, "link-key")
  const epoch = (yield* Crypto.hmacSha256Hex(Redacted.value(key), "epoch")).slice(0, 16)
  const made: LinkKey = { key, epoch }
  return made
})
