/**
 * The door for mail that comes back, and for mail into folders (F15): a mail server that takes mail to return paths and folders'
 * addresses of ours and nothing else, so that the firm's own mail server hands it over (docs/mail.md). It passes nothing on, signs
 * nobody in, and says at RCPT TO that an address is none of ours. It listens only where MAIL_RETURN_PORT says so.
 */
import { once } from "node:events"
import { addAbortSignal, type Readable } from "node:stream"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { SMTPServer } from "smtp-server"
import { Config } from "../Config.ts"
import { FolderMail, limits } from "../FolderMail.ts"
import { Returns } from "../Returns.ts"

/** A report with the mail that it is about: one that is larger is cut off by those who send it. */
const maxBytes = 2_097_152

/** How long a mail may take to come: whoever holds a place with one byte at a time gives it back. */
const patience = 300_000

/** Mails for folders that are worked on at a time: each lies in memory. Of more, the mail server tries again. */
const atOnce = 2

/** What one place may hand over in a minute; a mail server hands over one after the other, and tries again. */
const perMinute = 600

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { mailReturnPort, mailReturnHost, mailReturnDomain } = yield* Config
    if (mailReturnPort === undefined || mailReturnDomain === undefined) return
    const returns = yield* Returns
    const folderMail = yield* FolderMail
    const places = yield* Semaphore.make(atOnce)
    const fork = Effect.runForkWith(yield* Effect.context())
    const mayEnter = entrance()
    /** Answers the client with null, which is yes, or with a refusal; where something broke it is to come again. */
    const reply = <E>(answer: Effect.Effect<Error | null, E>, say: (refused?: Error | null) => void) =>
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
      size: limits.bytes,
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
      onRcptTo: ({ address }, { envelope }, callback) =>
        reply(
          Effect.gen(function* () {
            const others = envelope.rcptTo.length > 0
            const isForFolder = isOfFolder(address)
            // a folder's mail comes alone, so that what is answered is about it; the others come in another transaction
            if (others && (isForFolder || envelope.rcptTo.some((one) => isOfFolder(one.address)))) {
              return refusal(452, "4.5.3 Too many recipients: send it to this one by itself")
            }
            if (!isForFolder)
              return (yield* returns.isOurs(address)) ? null : refusal(550, "5.1.1 No such address here")
            const answer = yield* folderMail.answer(address)
            if (answer === "unknown") return refusal(550, "5.1.1 No such address here")
            return answer === "takes" ? null : refusal(452, "4.2.2 Too many mails today: try again later")
          }),
          callback,
        ),
      onData: (stream, { envelope }, callback) =>
        reply(
          Effect.gen(function* () {
            const to = envelope.rcptTo.map(({ address }) => address)
            const folder = to.find(isOfFolder)
            if (folder === undefined) {
              const raw = yield* upTo(stream, maxBytes)
              if (raw === null) return refusal(552, "5.3.4 Too large")
              yield* returns.receive(raw, to)
              return null
            }
            const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address
            const taken = yield* Effect.gen(function* () {
              const raw = yield* upTo(stream, limits.bytes)
              if (raw === null) return refusal(552, "5.3.4 Too large")
              // whatever became of it, it is taken: a bounce would go to who is named in it, and may not have written it
              yield* Effect.logInfo("a mail for a folder", yield* folderMail.receive({ to: folder, from, raw }))
              return null
            }).pipe(
              Effect.tapCause((cause) => Effect.logWarning("a mail for a folder is to come again", cause)),
              places.withPermitsIfAvailable(1),
            )
            return taken._tag === "Some" ? taken.value : refusal(451, "4.3.2 Busy: try again later")
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
    const bound = server.server.address()
    const port = typeof bound === "object" && bound !== null ? bound.port : mailReturnPort
    yield* Effect.logInfo(`Mail that comes back is taken at ${mailReturnHost}:${port}.`)
  }),
)

const isOfFolder = (address: string): boolean => /^in\+/i.test(address)

/** All that comes, read to its end; null: that is more. */
const upTo = (stream: Readable, most: number) =>
  Effect.promise(async () => {
    const content: AsyncIterable<Uint8Array> = addAbortSignal(AbortSignal.timeout(patience), stream)
    const chunks: Array<Uint8Array> = []
    let bytes = 0
    for await (const chunk of content) {
      bytes += chunk.length
      if (bytes <= most) chunks.push(chunk)
    }
    return bytes <= most ? Buffer.concat(chunks) : null
  })

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
