// An address as mail uses it: a mailbox (`anna@example.com`) and the name shown beside it. The rule of what a mailbox is lives
// here, for every form and every sender, because an address that reaches SMTP unchecked can carry more recipients than it shows.
// Mailbox, local part and domain are the words of RFC 5321 §4.1.2.

import { domainToASCII } from "node:url"

/** A mailbox with the name to show for it. `name` may be empty; it is any text, the mailer encodes it. */
export interface MailAddress {
  readonly name: string
  readonly address: string
}

// The dot-atom of RFC 5322 §3.2.3. Quoted local parts and non-ASCII ones (SMTPUTF8) are legal, and almost no server takes them.
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const writtenDomain = /^[\p{L}\p{N}\p{M}.-]+$/u
const asciiDomain = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/**
 * Whether mail can be sent to this text: one mailbox and nothing else. The rule is RFC 5321's, cut down to what works in
 * practice: a local part of unquoted ASCII (at most 64 characters), one `@`, a host name, which may be international
 * (`anna@räksmörgås.se`) or without a dot (`anna@localhost`), at most 254 characters in all as sent (RFC 5321 §4.5.3.1). No
 * space, control character, list, comment or IP address passes.
 */
export const isAddress = (text: string): boolean => {
  const at = text.indexOf("@")
  const local = text.slice(0, at)
  const written = text.slice(at + 1)
  if (at < 1 || local.length > 64 || !localPart.test(local) || !writtenDomain.test(written)) return false
  const domain = domainToASCII(written)
  return local.length + 1 + domain.length <= 254 && asciiDomain.test(domain)
}
