// The port through which mail leaves. The queue worker calls it, and nothing else does: no request sends mail (delivery.md M1).
// Words: a *message* is one mail to one recipient; its *Message-ID* was fixed when it was queued, so that a second attempt is
// the same message (M5); a failure is *retryable* when the same message may be taken later, *permanent* when it never will be.
// Adapters: `Mailer/smtp.ts` sends, `Mailer/mailbox.ts` keeps the mail on disk for a developer to look at.

import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { MailAddress } from "./Mailer/MailAddress.ts"

/** The key that a domain signs its mails with (DKIM, RFC 6376). */
export interface DkimKey {
  /** The domain that vouches for the mail: that of `from`, or one above it. */
  readonly domain: string
  /** Where its public half lies: `<selector>._domainkey.<domain>`. */
  readonly selector: string
  /** An RSA key as PEM. */
  readonly privateKey: Redacted.Redacted
}

/** One message to one recipient, complete: what is sent depends on nothing else but the time. */
export interface OutgoingMail {
  /** With its angle brackets: `<uuid@domain>`. The same for every attempt (M5). */
  readonly messageId: string
  readonly from: MailAddress
  readonly to: MailAddress
  /**
   * Where reports of its delivery come back to, an address of its own for each mail (VERP, M15); left out: `from`. It is the
   * sender of the envelope and stands in no header. Reports are asked for by the part of the Message-ID before the `@`
   * (ENVID, RFC 3461), where the server knows of such reports.
   */
  readonly envelopeFrom?: string
  /** Signed with this key; left out: with the server's own, where it has one for the address. */
  readonly dkim?: DkimKey
  /** Where an answer goes when not to `from`: the member who asked (M2). */
  readonly replyTo?: MailAddress
  readonly subject: string
  readonly html: string
  /** The plain-text part. It must say the same as `html`, the link included (M9). */
  readonly text: string
  /** Message-IDs of the mails this one follows in its thread (M11), oldest first in `references`. */
  readonly inReplyTo?: string
  readonly references?: ReadonlyArray<string>
  /** Further headers, e.g. `List-Unsubscribe` (M13). No others than these two families can be set from outside. */
  readonly headers?: Readonly<Record<`List-${string}` | `X-${string}`, string>>
}

/**
 * The mail was not taken, or it is not known whether it was (a time-out after the last byte): sending the same message again,
 * with its Message-ID, is then right.
 */
export class MailFailed extends Schema.TaggedError<MailFailed>()("MailFailed", {
  /** True: try the same message later (4xx, no connection, no answer in time). False: it never goes out as it is (5xx). */
  retryable: Schema.Boolean,
  /** One sentence for the firm. It quotes nothing the server said: a filter may repeat the customer's link there (S12). */
  reason: Schema.String,
  /** What the server refused for good was the recipient's address, and nothing about this message (M16). */
  rejectsRecipient: Schema.optionalKey(Schema.Boolean),
  /** The SMTP reply code, when there was a reply. */
  responseCode: Schema.optionalKey(Schema.Int),
}) {
  override get message(): string {
    return this.reason
  }
}

export class Mailer extends Context.Service<
  Mailer,
  {
    /**
     * Hands one message over: called by the queue worker for each mail that is due. Succeeds once the receiving side has taken
     * the responsibility for it. Interruption ends the attempt at once; the message may still have been taken.
     */
    readonly send: (message: OutgoingMail) => Effect.Effect<void, MailFailed>
  }
>()("@requite/reference-server/Mailer") {}
