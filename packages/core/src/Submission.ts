/**
 * A submission: the answers, frozen, with a digest over the definition's hash, the answers and the digests of the
 * files. Whoever holds the three can compute it again, offline.
 */
import type * as Effect from "effect/Effect"
import type { Answers } from "./Answers.ts"
import * as Crypto from "./Crypto.ts"
import * as JsonText from "./JsonText.ts"

/** SHA-256 as hex over the canonical form (RFC 8785) of `{ questionnaire: hash, answers }`; files stand in the answers
 * with their own digests. */
export const digest = (questionnaireHash: string, answers: Answers): Effect.Effect<string, never, Crypto.Crypto> =>
  Crypto.sha256Hex(JsonText.canonical({ questionnaire: questionnaireHash, answers }))
