/**
 * The address that a mail comes back to: one of its own for each mail, so that whatever comes there is about that mail
 * (VERP). `bounces+<the mail's id>.<code>@<return domain>`; the code is an HMAC under a key of the server's, so that nobody
 * makes up a bounce of a mail that they did not get. All of it is lower case: mail servers do not keep the case.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const form = /^bounces\+([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\.([0-9a-f]{16})@([^@\s]+)$/

/** 64 bits: an address that is made up is refused at the door, and each try costs a connection. */
const codeOf = (key: Redacted.Redacted, mailId: string) =>
  Effect.map(Crypto.hmacSha256Hex(Redacted.value(key), `return:${mailId}`), (hex) => hex.slice(0, 16))

/** The address for the mail of that id (a UUID). */
export const make = (key: Redacted.Redacted, domain: string, mailId: string) =>
  Effect.map(codeOf(key, mailId), (code) => `bounces+${mailId.replaceAll("-", "")}.${code}@${domain}`)

/** The mail that an address is of; null: it is none of ours. */
export const read = Effect.fnUntraced(function* (key: Redacted.Redacted, domain: string, address: string) {
  const [, a, b, c, d, e, code = "", at = ""] = form.exec(address.trim().toLowerCase()) ?? []
  if (code === "" || at !== domain.toLowerCase()) return null
  const mailId = [a, b, c, d, e].join("-")
  return Crypto.timingSafeEqual(code, yield* codeOf(key, mailId)) ? mailId : null
})
