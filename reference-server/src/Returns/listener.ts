/**
 * The door for mail that comes back: a mail server that takes mail to return paths of ours and nothing else, so that the
 * firm's own mail server hands bounces over to it (docs/mail.md). It passes nothing on, signs nobody in, and says at RCPT
 * TO that an address is none of ours. It listens only where MAIL_RETURN_PORT says so.
 */
import { once } from "node:events"
import { buffer } from "node:stream/consumers"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SMTPServer } from "smtp-server"
import { Config } from "../Config.ts"
import { Returns } from "../Returns.ts"

/** A report with the mail that it is about: one that is larger is cut off by those who send it. */
const maxBytes = 2_097_152

/** What one place may hand over in a minute; a mail server hands over one after the other, and tries again. */
const perMinute = 600

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { mailReturnPort, mailReturnHost, mailReturnDomain } = yield* Config
    if (mailReturnPort === undefined || mailReturnDomain === undefined) return
    const returns = yield* Returns
    const fork = Effect.runForkWith(yield* Effect.context())
    const mayEnter = entrance()
    /** Answers the client with null, which is yes, or with a refusal; where something broke it is to come again. */
    const reply = (answer: Effect.Effect<Error | null>, say: (refused?: Error | null) => void) =>
      void fork(
        answer.pipe(
          // the database is gone, say: whoever has it keeps it
          Effect.catchCause(() => Effect.succeed(refusal(451, "4.3.0 Try again later"))),
          Effect.map(say),
        ),
      )

    const server = new SMTPServer({
      name: mailReturnDomain,
      banner: "requite",
      size: maxBytes,
      maxClients: 50,
      socketTimeout: 60_000,
      closeTimeout: 2_000,
      disabledCommands: ["AUTH", "STARTTLS"],
      authOptional: true,
      disableReverseLookup: true,
      logger: false,
      onConnect: ({ remoteAddress }, callback) =>
        reply(
          Effect.map(mayEnter(remoteAddress), (may) =>
            may ? null : refusal(421, "Too many at once: try again later"),
          ),
          callback,
        ),
      onRcptTo: ({ address }, _session, callback) =>
        reply(
          Effect.map(returns.isOurs(address), (isOurs) => (isOurs ? null : refusal(550, "5.1.1 No such address here"))),
          callback,
        ),
      onData: (stream, { envelope }, callback) =>
        reply(
          Effect.gen(function* () {
            const raw = yield* Effect.promise(() => buffer(stream))
            if (stream.sizeExceeded) return refusal(552, "5.3.4 Too large")
            yield* returns.receive(
              raw,
              envelope.rcptTo.map(({ address }) => address),
            )
            return null
          }),
          callback,
        ),
    })
    // a client that breaks off is nobody's fault, and an "error" without a listener would end the process
    server.on("error", () => {})
    yield* Effect.acquireRelease(
      Effect.promise(() => once(server.listen(mailReturnPort, mailReturnHost), "listening")),
      () => Effect.promise(() => new Promise<void>((resolve) => server.close(() => resolve()))),
    )
    yield* Effect.logInfo(`Mail that comes back is taken at ${mailReturnHost}:${mailReturnPort}.`)
  }),
)

const refusal = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode })

/** Counts connections by place, in this process: it is to keep it alive, not to be just. */
const entrance = () => {
  let minute = 0
  const counts = new Map<string, number>()
  return (place: string) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const current = Math.floor(now / 60_000)
      if (current !== minute) counts.clear()
      minute = current
      const count = (counts.get(place) ?? 0) + 1
      counts.set(place, count)
      return count <= perMinute
    })
}
