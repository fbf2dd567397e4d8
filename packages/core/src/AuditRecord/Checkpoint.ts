/** Checkpoints: chained and signed statements of how far the chains of a workspace's requests had come. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AuditEntry, genesis } from "../AuditEntry.ts"
import * as Crypto from "../Crypto.ts"
import { Instant } from "../Instant.ts"
import * as JsonText from "../JsonText.ts"
import { Signatures } from "./Signatures.ts"
import * as Tree from "./Tree.ts"

/** The last entry of a request's chain, as a checkpoint covers it. */
export const Head = AuditEntry.mapFields(({ requestId, index, hash }) => ({ requestId, index, hash }))
export type Head = typeof Head.Type

/** Over which entries it is, as the server finds them: after the checkpoint before, up to this place in its order. */
const Place = Schema.Struct({ transaction: Schema.String, position: Schema.Int })

export const Checkpoint = Schema.Struct({
  workspaceId: Schema.String,
  /** From 1, without gaps. */
  number: Schema.Int,
  /** The hash of the one before. */
  previous: Schema.String,
  at: Instant,
  upTo: Place,
  /** How many heads, and the root of the tree over them, sorted by request (see `Tree`). */
  size: Schema.Int,
  root: Schema.String,
  /** SHA-256 as hex over the canonical form (RFC 8785) of all of the above. */
  hash: Schema.String,
  /** The public key, and its signature of `signedText`, both base64url. */
  key: Schema.String,
  signature: Schema.String,
})
export type Checkpoint = typeof Checkpoint.Type

type Unsigned = Omit<Checkpoint, "key" | "signature">

/** The checkpoint after another (null: the first) over these heads, one of each request, unsigned. */
export const make = Effect.fnUntraced(function* (
  last: Pick<Checkpoint, "number" | "hash"> | null,
  { workspaceId, at, upTo }: Pick<Checkpoint, "workspaceId" | "at" | "upTo">,
  heads: ReadonlyArray<Head>,
): Effect.fn.Return<Unsigned, never, Crypto.Crypto> {
  const body = {
    workspaceId,
    number: (last?.number ?? 0) + 1,
    previous: last?.hash ?? genesis,
    at,
    upTo,
    size: heads.length,
    root: yield* Tree.root(yield* leaves(heads)),
  }
  return { ...body, hash: yield* hashOf(body) }
})

/** The leaves of a checkpoint's tree. */
export const leaves = (heads: ReadonlyArray<Head>): Effect.Effect<ReadonlyArray<string>, never, Crypto.Crypto> =>
  Effect.forEach(sorted(heads), leafOf)

export const leafOf = ({ requestId, index, hash }: Head) => Tree.leaf({ requestId, index, hash })

/** In the order of the tree. */
export const sorted = (heads: ReadonlyArray<Head>): ReadonlyArray<Head> =>
  heads.toSorted((a, b) => (a.requestId < b.requestId ? -1 : a.requestId > b.requestId ? 1 : 0))

/** What is signed. No other statement signed by the same key looks like it. */
export const signedText = ({ hash }: Pick<Checkpoint, "hash">): string => JsonText.canonical({ checkpoint: hash })

const hashOf = ({ workspaceId, number, previous, at, upTo, size, root }: Omit<Unsigned, "hash">) =>
  Crypto.sha256Hex(JsonText.canonical({ workspaceId, number, previous, at, upTo, size, root }))

/** Is it whole in itself: its hash over what it says, and signed by the key that it names? Null, or what is not. */
export const holds = Effect.fnUntraced(function* (
  checkpoint: Checkpoint,
): Effect.fn.Return<"hash" | "signature" | null, never, Crypto.Crypto | Signatures> {
  if ((yield* hashOf(checkpoint)) !== checkpoint.hash) return "hash"
  const { verify } = yield* Signatures
  return (yield* verify(checkpoint.key, checkpoint.signature, signedText(checkpoint))) ? null : "signature"
})
