/**
 * Addresses of files on an origin of their own (`FILES_URL`), where nobody is signed in and no cookie is: the address itself says
 * which file may be had, for whom it was made and until when, and is signed by the server. Whoever gets one within five minutes
 * reads that one file, and nothing else.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

export const lifetimeMillis = 300_000

const Named = Schema.Struct({
  workspaceId: Schema.String,
  file: Schema.String,
  /** That it is saved under: a document's may be another than the file's, and who is given the one need not know the other. */
  name: Schema.String,
  /** The member, or the customer's session, that it was made for. */
  reader: Schema.String,
  /** Milliseconds since 1970. */
  until: Schema.Int,
})
export type Named = typeof Named.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Named))

/** The end of the address: what it names, and the signature. */
export const sign = Effect.fnUntraced(function* (key: Redacted.Redacted, named: Omit<Named, "until">) {
  const until = (yield* Clock.currentTimeMillis) + lifetimeMillis
  const said = Base64Url.encode(JSON.stringify({ ...named, until }))
  return `${said}.${yield* Crypto.hmacSha256Base64Url(Redacted.value(key), said)}`
})

/** What it names; null: it was not signed here, or its time is over. */
export const read = Effect.fnUntraced(function* (key: Redacted.Redacted, address: string) {
  const [said = "", signature = ""] = address.split(".")
  const expected = yield* Crypto.hmacSha256Base64Url(Redacted.value(key), said)
  if (!Crypto.timingSafeEqual(signature, expected)) return null
  const text = Result.getOrUndefined(Base64Url.decodeString(said))
  const named = Option.getOrNull(decode(text))
  return named !== null && named.until > (yield* Clock.currentTimeMillis) ? named : null
})
