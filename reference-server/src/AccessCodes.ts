/**
 * Access codes, executed: the second factor of a claim. What may be asked for and what is right is the core's
 * (`AccessCode`); here a family's ledger is locked while it decides, so that tries count one by one however many come at
 * once, and the code goes out by SMS or e-mail once its challenge is written.
 *
 * A code is never stored and never logged, so it goes out at once and not by the queue of mails. What happens beside the
 * caller says nothing to them: where no code can be sent, everything looks and lasts as if one had been.
 *
 * Who gets no SMS, or wants none, calls the firm, and a member *reads out* a code (S32): a new one for the visit that waits,
 * in place of the one that was sent.
 */
import type { AccessCode } from "@requite/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Member } from "./Members.ts"

/** Which code is asked for, and by which visit. */
export interface Asked {
  readonly workspaceId: string
  readonly requestId: string
  /** The recipient's id inside the request. */
  readonly recipient: string
  /** The visit that waits for its factor, by its public name (a session's handle, never its secret). */
  readonly preSession: string
  readonly channel: AccessCode.Channel
}

/** `sent` also where there is nothing to send to (S35). */
export type Started =
  | { readonly outcome: "sent" }
  | { readonly outcome: "too-soon"; readonly retryAfterSeconds: number }
  | { readonly outcome: "locked" }

/**
 * `refused`: wrong, expired, used up, replaced, or somebody else's; the customer is not told which. `locked`: too many wrong
 * ones; the customer may be told to ask for a new code later, the firm can unlock.
 */
export type Checked =
  | { readonly outcome: "right"; readonly channel: AccessCode.Channel }
  | { readonly outcome: "refused" }
  | { readonly outcome: "locked" }

/**
 * `made`: the only time that anybody but the recipient sees a code. `nobody-waits`: there is no visit of this recipient's
 * that was asked for a code in the last ten minutes. `not-open`: the request is not, or it is not there.
 */
export type ReadOut =
  | { readonly outcome: "made"; readonly code: Redacted.Redacted }
  | { readonly outcome: "nobody-waits" }
  | { readonly outcome: "not-open" }
  | { readonly outcome: "locked" }
  | { readonly outcome: "too-soon"; readonly retryAfterSeconds: number }

/** The channel of a code that was read out, as the history has it. */
export const readOutChannel = "read-out"

export class AccessCodes extends Context.Service<
  AccessCodes,
  {
    /**
     * Makes a code and sends it, the first as well as each further one: the codes before it are void. Call it outside of a
     * transaction, because the code goes out after what it writes.
     */
    start(asked: Asked): Effect.Effect<Started>
    /** Judges what a visit presents, as it was typed. Of several challenges the visit's newest is meant. */
    check(presented: { readonly preSession: string; readonly presented: string }): Effect.Effect<Checked>
    /**
     * Makes a code for the recipient's newest visit that waits for one, to be read to them by phone (S32). It takes the
     * place of the code that was sent, lives by the same rules, and counts as a send.
     */
    readOut(member: Member, requestId: string, recipient: string): Effect.Effect<ReadOut>
    /** Recipients of a request whose codes are locked. */
    locked(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<string>>
    /** A member lets a recipient ask for codes again. Does nothing where they are not locked. */
    unlock(member: Member, requestId: string, recipient: string): Effect.Effect<void>
    /** Forgets what counts no more: codes that are over, and ledgers without a lock after a day. */
    readonly sweep: Effect.Effect<void>
  }
>()("@requite/reference-server/AccessCodes") {}
