/**
 * What a customer keeps of a submission: what was submitted, to whom and when, at which place of the request's chain, signed
 * by the firm's record key. With it they can show what they gave, also where the firm's record were rewritten or gone.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Instant } from "../Instant.ts"
import * as JsonText from "../JsonText.ts"
import * as Submission from "../Submission.ts"
import { Signatures } from "./Signatures.ts"

export const Receipt = Schema.Struct({
  kind: Schema.Literal("receipt"),
  format: Schema.Literal(1),
  firm: Schema.String,
  requestId: Schema.String,
  submissionId: Schema.String,
  submittedAt: Instant,
  /** The questionnaire, the digest of the answers, and each file with its own. */
  submission: Submission.Receipt,
  /** The entry of the request's chain that says that it was submitted. */
  entry: Schema.Struct({ index: Schema.Int, hash: Schema.String }),
  /** The public key, and its signature of the canonical form (RFC 8785) of all of the above. */
  key: Schema.String,
  signature: Schema.String,
})
export type Receipt = typeof Receipt.Type

type Said = Omit<Receipt, "key" | "signature">

/** A receipt with what is signed of it; the caller has the key. */
export const receipt = (said: Omit<Said, "kind" | "format">): { readonly said: Said; readonly text: string } => {
  const whole: Said = { kind: "receipt", format: 1, ...said }
  return { said: whole, text: JsonText.canonical(whole) }
}

/** Was it signed so, by the key that it names? */
export const receiptHolds = Effect.fnUntraced(function* ({
  key,
  signature,
  ...said
}: Receipt): Effect.fn.Return<boolean, never, Signatures> {
  const { verify } = yield* Signatures
  return yield* verify(key, signature, JsonText.canonical(said))
})
