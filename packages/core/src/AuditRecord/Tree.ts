/**
 * A Merkle tree over leaves of text (the shape of RFC 9162): one *root* stands for all, and a *path* of a few hashes proves
 * that a leaf is among them. All hashes are SHA-256 as hex; a node's is over its two halves, which no leaf can look like.
 */
import * as Effect from "effect/Effect"
import * as Crypto from "../Crypto.ts"
import * as JsonText from "../JsonText.ts"

type Hashes = ReadonlyArray<string>

/** The hash of a leaf, over its canonical form (RFC 8785): a JSON object. */
export const leaf = (value: object): Effect.Effect<string, never, Crypto.Crypto> =>
  Crypto.sha256Hex(JsonText.canonical(value))

/** The level above: pairs become one, and one that is left over goes up as it is. */
const above = (level: Hashes): Effect.Effect<Hashes, never, Crypto.Crypto> =>
  Effect.forEach(
    Array.from({ length: Math.ceil(level.length / 2) }, (_, pair) => pair * 2),
    (at) => {
      const [left = "", right] = [level[at], level[at + 1]]
      return right === undefined ? Effect.succeed(left) : Crypto.sha256Hex(left + right)
    },
  )

/** The root over the hashes of leaves; of none it is SHA-256 of nothing. */
export const root = Effect.fnUntraced(function* (leaves: Hashes): Effect.fn.Return<string, never, Crypto.Crypto> {
  let level = leaves
  while (level.length > 1) level = yield* above(level)
  return level[0] ?? (yield* Crypto.sha256Hex(""))
})

/** What proves that the leaf at `place` (from 0) is among them: the other half of each pair on its way up. */
export const path = Effect.fnUntraced(function* (
  leaves: Hashes,
  place: number,
): Effect.fn.Return<Hashes, never, Crypto.Crypto> {
  const found: Array<string> = []
  let [level, at] = [leaves, place]
  while (level.length > 1) {
    const other = level[at ^ 1]
    if (other !== undefined) found.push(other)
    level = yield* above(level)
    at >>= 1
  }
  return found
})

/** The root that a leaf's hash, at its place among `size`, has with this path; null: the path is of another length. */
export const rootOf = Effect.fnUntraced(function* (
  leaf: string,
  { place, size, path }: { readonly place: number; readonly size: number; readonly path: Hashes },
): Effect.fn.Return<string | null, never, Crypto.Crypto> {
  if (place < 0 || place >= size) return null
  const rest = [...path]
  let [hash, at, width] = [leaf, place, size]
  while (width > 1) {
    const isAlone = at % 2 === 0 && at === width - 1
    if (!isAlone) {
      const other = rest.shift()
      if (other === undefined) return null
      hash = yield* Crypto.sha256Hex(at % 2 === 0 ? hash + other : other + hash)
    }
    at >>= 1
    width = Math.ceil(width / 2)
  }
  return rest.length === 0 ? hash : null
})
