// The Mailer over SMTP: a pool of connections (nodemailer) to the server that SMTP_URL names. One `send` is one attempt: whether
// and when there is another is the queue's to decide, so the pool's own requeueing is off. An SMTP server that cannot be reached
// stops nothing: a line in the log says so, and the mail waits in the queue.

import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createTransport, type NodemailerError } from "nodemailer"
import { parseConnectionUrl } from "nodemailer/lib/shared"
import { type DkimKey, Mailer, MailFailed, type OutgoingMail } from "../Mailer.ts"
import * as MimeMessage from "./MimeMessage.ts"
import * as MimeText from "./MimeText.ts"

/** SMTP_URL is not the URL of an SMTP server. The message quotes no part of it: it may hold a password. */
export class SmtpUrlInvalid extends Schema.TaggedError<SmtpUrlInvalid>()("SmtpUrlInvalid", {}) {
  override get message(): string {
    return "SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465."
  }
}

/** The SMTP server behind the Mailer, for the health page. */
export class SmtpServer extends Context.Service<
  SmtpServer,
  {
    /** `host:port`, without credentials. */
    readonly address: string
    /** Connects, upgrades to TLS and signs in as `send` would, and leaves again. */
    readonly verify: Effect.Effect<void, MailFailed>
  }
>()("@requite/reference-server/Mailer/SmtpServer") {}

export interface SmtpOptions {
  /** `smtp://` or `smtps://`; what nodemailer reads from the query (`?requireTLS=true`, `?name=…`) holds. */
  readonly url: Redacted.Redacted
  /** For one message, waiting for a free connection included. Shorter than the queue's lease; one minute unless set. */
  readonly sendTimeout?: Duration.Input
  /** Signs mails from the server's own address; null: nobody does, or the mail server does. */
  readonly serverKey?: DkimKey | null
}

/** Provides `Mailer` and `SmtpServer`; fails only on a URL that is none. Closes its connections with its scope. */
export const layer = (options: SmtpOptions): Layer.Layer<Mailer | SmtpServer, SmtpUrlInvalid> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const pool = yield* openPool(options.url)
      const inTime = <A>(attempt: Effect.Effect<A, MailFailed>) =>
        Effect.timeoutOrElse(attempt, {
          duration: options.sendTimeout ?? Duration.minutes(1),
          orElse: () =>
            Effect.fail(new MailFailed({ retryable: true, reason: "The mail server did not answer in time." })),
        })
      const send = Effect.fn("Mailer.send")(function* (mail: OutgoingMail) {
        const message = yield* MimeMessage.compose(mail, options.serverKey)
        yield* inTime(
          Effect.tryPromise({ try: (signal) => pool.transport.sendMail({ ...message, signal }), catch: mailFailed }),
        )
      })
      const verify = inTime(Effect.tryPromise({ try: () => pool.transport.verify(), catch: mailFailed }))
      yield* Effect.forkScoped(announce(pool.address, verify))
      return Context.make(Mailer, { send }).pipe(
        Context.add(SmtpServer, { address: pool.address, verify: Effect.asVoid(verify) }),
      )
    }),
  )

const openPool = Effect.fnUntraced(function* (redacted: Redacted.Redacted) {
  const url = Redacted.value(redacted)
  const parsed = URL.parse(url)
  if (!parsed || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === "") return yield* new SmtpUrlInvalid()
  const fromUrl = parseConnectionUrl(url)
  const transport = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createTransport({
        connectionTimeout: 10_000,
        dnsTimeout: 10_000,
        greetingTimeout: 15_000,
        socketTimeout: 60_000,
        // the URL may say another number
        maxConnections: 8,
        ...fromUrl,
        pool: true,
        maxRequeues: 0,
        // A log of the conversation would hold customers' links: the URL cannot turn one on (S12).
        logger: false,
        debug: false,
        transactionLog: false,
        disableFileAccess: true,
        disableUrlAccess: true,
      }),
    ),
    // Whoever still sends was interrupted before this scope closed; waiting for a server that hangs would hold up the exit.
    (transport) => Effect.sync(() => transport.close({ force: true })),
  )
  transport.use("stream", ({ message, data }, done) => {
    MimeText.atOnce(message, data.dkim !== undefined)
    done()
  })
  return { transport, address: `${fromUrl.host}:${fromUrl.port ?? (fromUrl.secure ? 465 : 587)}` }
})

const announce = (address: string, verify: Effect.Effect<unknown, MailFailed>) =>
  verify.pipe(
    Effect.andThen(Effect.logInfo(`Mail goes out through ${address}.`)),
    Effect.catchTag("MailFailed", ({ reason }) =>
      Effect.logWarning(`${reason} Mail through ${address} waits in the queue and is tried again.`),
    ),
  )

const mailFailed = (cause: unknown): MailFailed => {
  const error: NodemailerError = cause instanceof Error ? cause : new Error(String(cause))
  return new MailFailed({
    retryable: !isPermanent(error),
    reason: reason(error),
    ...(error.command === "RCPT TO" && isPermanent(error) && { rejectsRecipient: true }),
    ...(error.responseCode !== undefined && { responseCode: error.responseCode }),
  })
}

// Permanent is what the server said of this message (RFC 5321 §4.2.1). A refused sign-in (535), a greeting of 554 or "sign in
// first" (530) says something of our set-up: once that is mended the same message goes out, so it waits.
const isPermanent = (error: NodemailerError): boolean => {
  const ofTheMessage = error.code === "EENVELOPE" || error.code === "EMESSAGE"
  if (error.responseCode === undefined) return ofTheMessage // nodemailer itself refused it, e.g. larger than the server takes
  return ofTheMessage && error.permanent === true && error.responseCode !== 530
}

const reason = (error: NodemailerError): string => {
  if (error.responseCode !== undefined) {
    const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? "")?.[1]
    const status = enhanced === undefined ? error.responseCode : `${error.responseCode} ${enhanced}`
    return `The mail server ${error.responseCode >= 500 ? "refused" : "put off"} ${subjectOf(error.command)} (${status}).`
  }
  const code = error.originalCode ?? error.code ?? error.name
  switch (error.code) {
    case "ETIMEDOUT":
      return "The mail server did not answer in time."
    case "EDNS":
      return `The mail server's name could not be resolved (${code}).`
    case "ETLS":
      return `No encrypted connection to the mail server could be made (${code}).`
    case "ECONNECTION":
    case "ESOCKET":
      return `The connection to the mail server failed (${code}).`
    default:
      return `The message could not be handed to the mail server (${code}).`
  }
}

const subjectOf = (command: string | undefined): string => {
  if (command === "RCPT TO") return "the recipient"
  if (command === "MAIL FROM") return "the sender"
  if (command === "DATA") return "the message"
  return command?.startsWith("AUTH") ? "our sign-in" : "the connection"
}
