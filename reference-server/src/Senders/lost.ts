/**
 * Telling administrators that mails no longer come from their domain: a letter to each, written in the transaction that notes
 * that they are told, and handed over by `Members/LetterWorker.ts` if the domain is still lost by then (M1, M8).
 */
import * as Effect from "effect/Effect"
import { Members } from "../Members.ts"
import * as Letters from "../Members/Letters.ts"

export const make = Effect.gen(function* () {
  const letters = yield* Letters.make
  const members = yield* Members

  /** Inside the caller's transaction. */
  return Effect.fnUntraced(function* (workspaceId: string) {
    for (const { id, email } of yield* members.administrators(workspaceId)) {
      yield* letters.write(workspaceId, { kind: "sender-lost", recipient: email, memberId: id })
    }
  })
})
