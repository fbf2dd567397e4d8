/**
 * The SmsSender over HTTP: one POST of JSON to the address that SMS_URL names. A provider with an API of another shape
 * takes a small relay of the firm's own in front of it.
 *
 *   request    POST SMS_URL, `Authorization: Bearer SMS_TOKEN`, `Idempotency-Key: <id>`,
 *              `{ "id": "<uuid>", "to": "+46701234567", "from": "<SMS_FROM>", "text": "…" }`; no `from` without SMS_FROM
 *   answer     2xx: taken. 429 and 5xx: not taken, the same id may come again. Anything else, redirects too: refused.
 *
 * An answer that does not come leaves open whether the message was taken, so it is not sent again (M6); only where no
 * connection was made is it certain that it was not.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type OutgoingSms, refuseMalformed, SmsFailed, SmsSender } from "../SmsSender.ts"

export interface HttpOptions {
  /** A secret like the token: providers have keys in paths. */
  readonly url: Redacted.Redacted
  readonly token: Redacted.Redacted
  /** What the phone shows as sender: a number or up to eleven letters. Left out: the provider's default. */
  readonly from: string | undefined
  /** How long one attempt may take; ten seconds unless set. */
  readonly timeout?: Duration.Input
}

/** Provides `SmsSender`. */
export const layer = ({ url, token, from, timeout }: HttpOptions): Layer.Layer<SmsSender> =>
  Layer.succeed(SmsSender, {
    send: Effect.fn("SmsSender.send")(function* (message: OutgoingSms) {
      yield* refuseMalformed(message)
      const { id, to, text } = message
      const status = yield* Effect.tryPromise({
        try: async (signal) => {
          const response = await fetch(Redacted.value(url), {
            method: "POST",
            redirect: "manual",
            signal,
            headers: {
              authorization: `Bearer ${Redacted.value(token)}`,
              "content-type": "application/json",
              "idempotency-key": id,
            },
            body: JSON.stringify({ id, to, ...(from === undefined ? {} : { from }), text }),
          })
          await response.body?.cancel()
          return response.status
        },
        catch: notAnswered,
      }).pipe(
        Effect.timeoutOrElse({
          duration: timeout ?? Duration.seconds(10),
          orElse: () => Effect.fail(unknown("The SMS provider did not answer in time.")),
        }),
      )
      if (status >= 200 && status < 300) return
      const retryable = status === 429 || status >= 500
      const did = retryable ? "put off" : "refused"
      return yield* new SmsFailed({ retryable, reason: `The SMS provider ${did} the message (${status}).` })
    }),
  })

const unknown = (sentence: string) =>
  new SmsFailed({ retryable: false, reason: `${sentence} It may have been sent, so it is not tried again.` })

/** No connection: nothing was handed over. */
const unconnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
])

const notAnswered = (cause: unknown): SmsFailed => {
  const code = codeOf(cause)
  return unconnected.has(code)
    ? new SmsFailed({ retryable: true, reason: `No connection to the SMS provider could be made (${code}).` })
    : unknown(`The connection to the SMS provider broke (${code}).`)
}

/** What `fetch` wraps: `TypeError: fetch failed`, with the system's error as its cause. */
const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "no answer"
}
