// An outgoing mail as the options nodemailer builds a MIME message from, the same for every adapter: multipart/alternative
// with both parts, the headers that say "sent by a machine" (RFC 3834; delivery.md M9, M10), and nothing a caller's text could
// turn into another recipient or header. Addresses are objects, never strings: nodemailer reads a string as a list of addresses.

import { createPrivateKey } from "node:crypto"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { SendMailOptions } from "nodemailer"
import { type DkimKey, MailFailed, type OutgoingMail } from "../Mailer.ts"
import * as MailAddress from "./MailAddress.ts"

const messageIdForm = /^<[^\s<>@]+@[^\s<>@]+>$/
const headerForm = /^(?:List|X)-[A-Za-z0-9-]{1,60}$/

// What is wrong with a mail that no server should be asked to take, or nothing.
const fault = (mail: OutgoingMail): string | undefined => {
  if (!MailAddress.isAddress(mail.to.address)) return "The recipient's address is not an e-mail address."
  if (!MailAddress.isAddress(mail.from.address)) return "The sender's address is not an e-mail address."
  if (mail.replyTo && !MailAddress.isAddress(mail.replyTo.address)) return "The reply address is not an e-mail address."
  if (mail.envelopeFrom !== undefined && !MailAddress.isAddress(mail.envelopeFrom))
    return "The return address is not an e-mail address."
  if (mail.dkim && !isAligned(mail.dkim, mail.from.address))
    return "The mail is signed for another domain than it is from."
  const messageIds = [mail.messageId, ...(mail.inReplyTo ? [mail.inReplyTo] : []), ...(mail.references ?? [])]
  if (!messageIds.every((id) => messageIdForm.test(id))) return "The message has a malformed Message-ID."
  if (!Object.keys(mail.headers ?? {}).every((name) => headerForm.test(name)))
    return "The message has a header that may not be set."
  if (mail.text.trim() === "") return "The message has no text part."
  return undefined
}

/** A signature of another domain than the sender's vouches for nothing that a reader sees (DMARC, RFC 7489 §3.1). */
const isAligned = ({ domain }: DkimKey, from: string): boolean => {
  const own = from.slice(from.indexOf("@") + 1).toLowerCase()
  return own === domain.toLowerCase() || own.endsWith(`.${domain.toLowerCase()}`)
}

// Those of RFC 6376 §5.4.1 that we set, and the two that one-click unsubscribe wants signed (RFC 8058 §4).
const signedHeaders =
  "From:Reply-To:To:Subject:Date:Message-ID:In-Reply-To:References:MIME-Version:Content-Type:Content-Transfer-Encoding:Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post"

/** With a key that it cannot use nodemailer sends the mail unsigned and says nothing: it gets only a key that was read. */
const signature = ({ domain, selector, privateKey }: DkimKey) =>
  Effect.try({
    try: () => createPrivateKey(Redacted.value(privateKey)),
    catch: () => new MailFailed({ retryable: true, reason: "The key that signs mails cannot be read." }),
  }).pipe(
    Effect.filterOrFail(
      ({ asymmetricKeyType }) => asymmetricKeyType === "rsa",
      () => new MailFailed({ retryable: true, reason: "The key that signs mails is no RSA key." }),
    ),
    Effect.map((key) => ({
      dkim: { domainName: domain, keySelector: selector, privateKey: key, headerFieldNames: signedHeaders },
    })),
  )

/**
 * A name as it is shown beside an address. What turns the direction of the text round, or is not seen at all, could make another
 * name or address of it (U+202E); the joiners that scripts and emoji need stay. What looks encoded is not to be decoded.
 */
const shown = ({ name, address }: MailAddress.MailAddress): MailAddress.MailAddress => ({
  name: name
    .replace(/(?![\u200c\u200d])\p{Cf}/gu, "")
    .replaceAll("=?", "= ?")
    .replace(/\s+/gu, " ")
    .trim(),
  address,
})

/** The same of a subject; text that looks like an encoded word is encoded here, because nodemailer lets ASCII stand (RFC 2047 §5). */
const subjectOf = (text: string): string => {
  const subject = text.replace(/[\u202d\u202e]/g, "")
  return subject.includes("=?") ? encodedWords(subject) : subject
}

/** Whole characters in each, and no more than 75 octets (RFC 2047 §2). */
const encodedWords = (text: string): string => {
  const words: Array<string> = []
  let word = ""
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 45) {
      words.push(word)
      word = ""
    }
    word += character
  }
  return [...words, word].map((one) => `=?UTF-8?B?${Buffer.from(one).toString("base64")}?=`).join(" ")
}

const idOf = (messageId: string): string => messageId.slice(1, messageId.indexOf("@"))

/** The key of the mail's own domain; else the server's, where it may sign for the address. */
const keyFor = (mail: OutgoingMail, serverKey: DkimKey | null): DkimKey | null => {
  if (mail.dkim !== undefined) return mail.dkim
  return serverKey !== null && isAligned(serverKey, mail.from.address) ? serverKey : null
}

/**
 * The options for nodemailer, dated now. Fails, permanently, on a mail whose addresses, Message-IDs or headers are malformed:
 * with those, no attempt is made. `serverKey` signs what is from the server's own address.
 */
export const compose = Effect.fnUntraced(function* (
  mail: OutgoingMail,
  serverKey: DkimKey | null = null,
): Effect.fn.Return<SendMailOptions, MailFailed> {
  const reason = fault(mail)
  if (reason !== undefined) return yield* new MailFailed({ retryable: false, reason })
  const key = keyFor(mail, serverKey)
  return {
    messageId: mail.messageId,
    date: DateTime.toDateUtc(yield* DateTime.now),
    // Copies, because nodemailer writes the normalised address back into the object it is given.
    from: shown(mail.from),
    to: shown(mail.to),
    envelope: { from: mail.envelopeFrom ?? mail.from.address, to: mail.to.address },
    // the heads alone come back: the body holds the customer's link (S12)
    dsn: { id: idOf(mail.messageId), return: "headers", notify: ["failure", "delay"] },
    ...(key === null ? {} : yield* signature(key)),
    ...(mail.replyTo && { replyTo: shown(mail.replyTo) }),
    subject: subjectOf(mail.subject),
    text: mail.text,
    html: mail.html,
    ...(mail.inReplyTo && { inReplyTo: mail.inReplyTo }),
    ...(mail.references && { references: [...mail.references] }),
    headers: {
      ...mail.headers,
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      // the same for every attempt: a provider, or a pipe before it, can drop what it took already (M5)
      "X-Requite-Id": idOf(mail.messageId),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
})
