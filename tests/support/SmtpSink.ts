// An SMTP server for tests, in this process, on 127.0.0.1. It keeps every mail it was given, parsed by a parser that is not the
// sender's, and can be told to misbehave: refuse, hang, or take a mail and die before saying so. Use `start` in async tests and
// `scoped` in Effects; both give the same sink.

import { once } from "node:events"
import type { AddressInfo, Socket } from "node:net"
import { buffer } from "node:stream/consumers"
import * as Effect from "effect/Effect"
import PostalMime, { type Email } from "postal-mime"
import { SMTPServer } from "smtp-server"

/** One mail as it arrived. */
export interface SunkMail {
  /** Who it really went from and to, whatever the headers say. */
  readonly envelope: { readonly from: string; readonly to: ReadonlyArray<string> }
  /** What reports of delivery were asked for, and by which name (RFC 3461). */
  readonly dsn: { readonly envid: string | null; readonly ret: string | null; readonly notify: ReadonlyArray<string> }
  /** The octets after DATA, one character an octet. */
  readonly raw: string
  readonly parsed: Email
}

/**
 * What the sink does with the next mails, until told otherwise. `refuse` answers the named command with the code (AUTH is offered, and
 * otherwise takes any password); `hang` never answers MAIL FROM; `drop` keeps the mail and cuts the connection in place of the answer, as a server that crashes does.
 */
type Command = "AUTH" | "MAIL FROM" | "RCPT TO" | "DATA"
export type Behaviour =
  | { readonly kind: "accept" | "hang" | "drop" }
  | {
      readonly kind: "refuse"
      readonly code: number
      readonly at: Command
      readonly text?: string
    }

export interface SmtpSink {
  /** For SMTP_URL. */
  readonly url: string
  readonly port: number
  /** All mails so far, in order of arrival; grows as mail arrives. */
  readonly mails: ReadonlyArray<SunkMail>
  readonly behave: (behaviour: Behaviour) => void
  /** The first mail, arrived or to come, that satisfies the predicate; rejects after `timeoutMillis` (60 s). */
  readonly waitFor: (predicate: (mail: SunkMail) => boolean, timeoutMillis?: number) => Promise<SunkMail>
  /** Forgets the mails so far. */
  readonly clear: () => void
  /** Connections that are open now. */
  readonly connections: () => number
  readonly close: () => Promise<void>
}

/** Starts a sink on a free port, or on the given one: a server that was away and is back. */
export const start = async (port = 0): Promise<SmtpSink> => {
  const mails: Array<SunkMail> = []
  const waiting = new Set<(mail: SunkMail) => void>()
  const sockets = new Map<number | undefined, Socket>()
  let behaviour: Behaviour = { kind: "accept" }

  const refusalOf = (command: Command): Error | undefined =>
    behaviour.kind === "refuse" && behaviour.at === command
      ? Object.assign(new Error(behaviour.text ?? "refused by the sink"), { responseCode: behaviour.code })
      : undefined
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    hideDSN: false,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1,
    onAuth: (auth, _session, callback) => callback(refusalOf("AUTH"), { user: auth.username }),
    onMailFrom: (_address, _session, callback) => {
      if (behaviour.kind !== "hang") callback(refusalOf("MAIL FROM"))
    },
    onRcptTo: (_address, _session, callback) => callback(refusalOf("RCPT TO")),
    onData: (stream, session, callback) => {
      const arrive = async (): Promise<void> => {
        const octets = await buffer(stream)
        const refusal = refusalOf("DATA")
        if (refusal) return callback(refusal)
        const { mailFrom, rcptTo } = session.envelope
        const mail: SunkMail = {
          envelope: { from: mailFrom ? mailFrom.address : "", to: rcptTo.map(({ address }) => address) },
          dsn: {
            envid: session.envelope.dsn?.envid ?? null,
            ret: session.envelope.dsn?.ret ?? null,
            notify: [rcptTo[0]?.dsn?.notify ?? []].flat(),
          },
          raw: octets.toString("latin1"),
          parsed: await PostalMime.parse(octets),
        }
        mails.push(mail)
        for (const tell of waiting) tell(mail)
        if (behaviour.kind === "drop") sockets.get(session.remotePort)?.destroy()
        else callback()
      }
      // The client died in the middle (then nobody waits), or sent what cannot be parsed: cut off, its send fails.
      arrive().catch(() => sockets.get(session.remotePort)?.destroy())
    },
  })
  // A client that aborts is no fault of the test, and an "error" event without a listener would end the process.
  server.on("error", () => {})
  server.server.on("connection", (socket) => {
    const key = socket.remotePort
    sockets.set(key, socket)
    socket.on("close", () => sockets.delete(key))
  })
  const listening = server.listen(port, "127.0.0.1")
  await once(listening, "listening")
  // A listening TCP server has an AddressInfo; only pipes and closed servers have a string or null.
  const bound = (listening.address() as AddressInfo).port

  return {
    url: `smtp://127.0.0.1:${bound}`,
    port: bound,
    mails,
    behave: (next) => {
      behaviour = next
    },
    waitFor: (predicate, timeoutMillis = 60_000) => {
      const found = mails.find(predicate)
      if (found) return Promise.resolve(found)
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          waiting.delete(tell)
          clearTimeout(timer)
          finish()
        }
        const tell = (mail: SunkMail): void => {
          if (predicate(mail)) settle(() => resolve(mail))
        }
        const timer = setTimeout(
          () => settle(() => reject(new Error(`no such mail within ${timeoutMillis} ms; ${mails.length} arrived`))),
          timeoutMillis,
        )
        waiting.add(tell)
      })
    },
    clear: () => {
      mails.length = 0
    },
    connections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets.values()) socket.destroy()
      }),
  }
}

/** A sink for the length of a scope. */
export const scoped = Effect.acquireRelease(
  Effect.promise(() => start()),
  (sink) => Effect.promise(() => sink.close()),
)
