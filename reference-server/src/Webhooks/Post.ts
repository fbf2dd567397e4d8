/**
 * One POST to an address that was judged (`Guard`): the connection goes to exactly that address, while TLS still holds the
 * other side to its name. No redirect is followed, no proxy is asked, no connection is kept, and of the answer only the
 * beginning is read.
 */
import { request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import type { LookupFunction } from "node:net"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Target } from "./Guard.ts"

/** No answer came. `message` is a sentence. */
export class Unanswered extends Schema.TaggedError<Unanswered>()("Unanswered", { message: Schema.String }) {}

export interface Answer {
  readonly status: number
  /** The header `Retry-After`, as it came. */
  readonly retryAfter: string | undefined
  /** The beginning of the body, without what could do harm where it is shown. */
  readonly text: string
}

/** How much of an answer is read, in bytes. */
const kept = 1_000

/** Posts; interrupting it ends the connection. */
export const send = (
  { url, address, family }: Target,
  headers: Readonly<Record<string, string>>,
  body: string,
): Effect.Effect<Answer, Unanswered> =>
  Effect.callback<Answer, Unanswered>((resume) => {
    const pinned: LookupFunction = (_hostname, options, callback) =>
      options.all === true ? callback(null, [{ address, family }]) : callback(null, address, family)
    const bytes = Buffer.from(body)
    const outgoing = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
      method: "POST",
      lookup: pinned,
      // one of its own, without keep-alive: a kept connection would be used without asking anybody
      agent: false,
      headers: { ...headers, "content-length": bytes.length },
    })
    const failed = (error: Error) =>
      resume(Effect.fail(new Unanswered({ message: `No answer came: ${codeOf(error)}.` })))
    outgoing.on("error", failed)
    outgoing.on("response", (incoming) => {
      const parts: Array<Buffer> = []
      let read = 0
      const done = () => {
        const { statusCode: status = 0, headers: given } = incoming
        resume(Effect.succeed({ status, retryAfter: given["retry-after"], text: clean(Buffer.concat(parts)) }))
        outgoing.destroy()
      }
      incoming.on("data", (part: Buffer) => {
        parts.push(part)
        read += part.length
        if (read >= kept) done()
      })
      incoming.on("end", done)
      incoming.on("error", failed)
    })
    outgoing.end(bytes)
    return Effect.sync(() => void outgoing.destroy())
  })

/** What a stranger answered, fit to be kept and shown: no control characters, and no secret that they sent back. */
const clean = (bytes: Buffer): string =>
  new TextDecoder()
    .decode(bytes.subarray(0, kept))
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, " ")
    .replace(/whsec_[A-Za-z0-9+/=_-]+/g, "whsec_…")
    .trim()

const codeOf = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : error.name)
