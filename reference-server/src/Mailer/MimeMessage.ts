// An outgoing mail as the options nodemailer builds a MIME message from, the same for every adapter: multipart/alternative
// with both parts, the headers that say "sent by a machine" (RFC 3834; delivery.md M9, M10), and nothing a caller's text could
// turn into another recipient or header. Addresses are objects, never strings: nodemailer reads a string as a list of addresses.

import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { SendMailOptions } from "nodemailer"
import { MailFailed, type OutgoingMail } from "../Mailer.ts"
import * as MailAddress from "./MailAddress.ts"

const messageIdForm = /^<[^\s<>@]+@[^\s<>@]+>$/
const headerForm = /^(?:List|X)-[A-Za-z0-9-]{1,60}$/

// What is wrong with a mail that no server should be asked to take, or nothing.
const fault = (mail: OutgoingMail): string | undefined => {
  if (!MailAddress.isAddress(mail.to.address)) return "The recipient's address is not an e-mail address."
  if (!MailAddress.isAddress(mail.from.address)) return "The sender's address is not an e-mail address."
  if (mail.replyTo && !MailAddress.isAddress(mail.replyTo.address)) return "The reply address is not an e-mail address."
  const messageIds = [mail.messageId, ...(mail.inReplyTo ? [mail.inReplyTo] : []), ...(mail.references ?? [])]
  if (!messageIds.every((id) => messageIdForm.test(id))) return "The message has a malformed Message-ID."
  if (!Object.keys(mail.headers ?? {}).every((name) => headerForm.test(name)))
    return "The message has a header that may not be set."
  if (mail.text.trim() === "") return "The message has no text part."
  return undefined
}

/**
 * The options for nodemailer, dated now. Fails, permanently, on a mail whose addresses, Message-IDs or headers are malformed:
 * with those, no attempt is made.
 */
export const compose = Effect.fnUntraced(function* (mail: OutgoingMail): Effect.fn.Return<SendMailOptions, MailFailed> {
  const reason = fault(mail)
  if (reason !== undefined) return yield* new MailFailed({ retryable: false, reason })
  return {
    messageId: mail.messageId,
    date: DateTime.toDateUtc(yield* DateTime.now),
    // Copies, because nodemailer writes the normalised address back into the object it is given.
    from: { ...mail.from },
    to: { ...mail.to },
    ...(mail.replyTo && { replyTo: { ...mail.replyTo } }),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    ...(mail.inReplyTo && { inReplyTo: mail.inReplyTo }),
    ...(mail.references && { references: [...mail.references] }),
    headers: { ...mail.headers, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
})
