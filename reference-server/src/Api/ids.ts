/** The id of what a call makes: the same for the same call again (S46), and of no use to another firm (S43). */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"

/** A UUID of version 8 (RFC 9562) that follows from the caller's key; without a key, one that never comes again. */
export const idFor = (
  kind: string,
  workspaceId: string,
  headers: { readonly "idempotency-key"?: string },
): Effect.Effect<string, never, Crypto.Crypto> => {
  const key = headers["idempotency-key"]
  if (key === undefined) return Crypto.uuid
  return Effect.map(Crypto.sha256Hex(`${kind}:${workspaceId}:${key.toLowerCase()}`), (hex) =>
    hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-a$4-$5"),
  )
}
