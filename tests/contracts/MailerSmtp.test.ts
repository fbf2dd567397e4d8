// What the `smtp` adapter of the Mailer adds to the contract: how it fails, and that it fails in time. The servers are real ones
// on loopback: the sink, told to misbehave, and ports where nobody listens or nobody answers.

import { once } from "node:events"
import { createServer, type AddressInfo, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { vi } from "vitest"
import { Mailer, type OutgoingMail } from "../../reference-server/src/Mailer.ts"
import * as Smtp from "../../reference-server/src/Mailer/smtp.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const link = "https://requite.example/r/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
const mail: OutgoingMail = {
  messageId: "<4b1f5d5e-8f0a-4d3e-9b1c-2a7d6c5e4f30@mail.example>",
  from: { name: "Firm", address: "requests@firm.example" },
  to: { name: "Åsa Öberg", address: "asa@customer.example" },
  subject: "Ett ärende",
  html: `<p><a href="${link}">öppna</a></p>`,
  text: link,
}

/** The adapter on a URL, quiet, and in a scope of its own. */
const adapter = (url: string, sendTimeout = 5000) =>
  Smtp.layer({ url: Redacted.make(url), sendTimeout }).pipe(Layer.provide(Logger.layer([])), Layer.fresh)
const send = Effect.flatMap(Mailer, (mailer) => mailer.send(mail))
const failureOf = (url: string, sendTimeout?: number) =>
  Effect.flip(send).pipe(Effect.provide(adapter(url, sendTimeout)))

/** A TCP server that does this with each connection: no SMTP server at all. */
const stranger = (greet: (socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer(greet).listen(0, "127.0.0.1")
      await once(server, "listening")
      return server
    }),
    (server) => Effect.sync(() => server.close()),
  ).pipe(
    // A listening TCP server has an AddressInfo; only pipes and closed servers have a string or null.
    Effect.map((server) => `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`),
  )
/** A URL on which nobody listens: the port was free a moment ago. */
const nobody = Effect.promise(async () => {
  const sink = await SmtpSink.start()
  await sink.close()
  return sink.url
})
const within = async (millis: number, holds: () => boolean): Promise<boolean> => {
  const end = Date.now() + millis
  while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
  return holds()
}

describe("Mailer over SMTP: what the server answers", () => {
  for (const [code, at, retryable, reason] of [
    [451, "RCPT TO", true, "The mail server put off the recipient (451)."],
    [421, "MAIL FROM", true, "The mail server put off the sender (421)."],
    [452, "DATA", true, "The mail server put off the message (452)."],
    [550, "RCPT TO", false, "The mail server refused the recipient (550)."],
    [553, "MAIL FROM", false, "The mail server refused the sender (553)."],
    [554, "DATA", false, "The mail server refused the message (554)."],
    [530, "MAIL FROM", true, "The mail server refused the sender (530)."],
    [535, "AUTH", true, "The mail server refused our sign-in (535)."],
  ] as const) {
    it.live(`M7: ${code} at ${at} is ${retryable ? "retryable" : "permanent"}`, () =>
      Effect.gen(function* () {
        const sink = yield* SmtpSink.scoped
        sink.behave({ kind: "refuse", code, at })
        const failure = yield* failureOf(sink.url.replace("//", "//requite:s3cret@"))
        assert.deepInclude(failure, { retryable, reason, responseCode: code })
        assert.deepStrictEqual(sink.mails, [])
      }),
    )
  }

  it.live(
    "M7: the enhanced status code is kept, and a message refused once goes out on the same connection later",
    () =>
      Effect.gen(function* () {
        const sink = yield* SmtpSink.scoped
        yield* Effect.gen(function* () {
          sink.behave({ kind: "refuse", code: 451, at: "DATA", text: "4.7.1 greylisted, try again" })
          assert.strictEqual((yield* Effect.flip(send)).reason, "The mail server put off the message (451 4.7.1).")
          sink.behave({ kind: "accept" })
          yield* send
          assert.lengthOf(sink.mails, 1)
        }).pipe(Effect.provide(adapter(sink.url)))
      }),
  )

  it.live("S12: what the server says of the message, the link included, stays out of the failure", () =>
    Effect.gen(function* () {
      const sink = yield* SmtpSink.scoped
      sink.behave({ kind: "refuse", code: 554, at: "DATA", text: `5.7.1 spam from asa@customer.example: ${link}` })
      const failure = yield* failureOf(sink.url)
      const shown = [failure.reason, failure.message, JSON.stringify(failure), String(failure), failure.stack].join()
      assert.notInclude(shown, link)
      assert.notInclude(shown, "asa@")
      assert.strictEqual(failure.responseCode, 554)
    }),
  )
})

describe("Mailer over SMTP: no answer", () => {
  it.live("M7: a refused connection is retryable", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(yield* nobody)
      assert.deepInclude(failure, {
        retryable: true,
        reason: "The connection to the mail server failed (ECONNREFUSED).",
      })
      assert.strictEqual(failure.responseCode, undefined)
    }),
  )

  for (const hanging of ["in the middle", "before its greeting"] as const) {
    it.live(`M7: a server that hangs ${hanging} is given up in time, retryable`, () =>
      Effect.gen(function* () {
        const sink = yield* SmtpSink.scoped
        sink.behave({ kind: "hang" })
        const url = hanging === "in the middle" ? sink.url : yield* stranger(() => {})
        const started = performance.now()
        const failure = yield* failureOf(url, 400)
        assert.deepInclude(failure, { retryable: true, reason: "The mail server did not answer in time." })
        assert.isBelow(performance.now() - started, 20_000)
      }),
    )
  }

  it.live("M7: one send is one attempt: when the server hangs up, the queue decides about the next", () =>
    Effect.gen(function* () {
      let calls = 0
      const url = yield* stranger((socket) => {
        calls++
        socket.destroy()
      })
      const failure = yield* failureOf(url)
      assert.strictEqual(failure.retryable, true)
      assert.isAtMost(calls, 2) // this send, and the check at start
    }),
  )

  it.live("M7: an interrupted send aborts at once and leaves no connection", () =>
    Effect.gen(function* () {
      const sink = yield* SmtpSink.scoped
      sink.behave({ kind: "hang" })
      yield* Effect.gen(function* () {
        const sending = yield* Effect.forkChild(send)
        // Two connections: the send that hangs and, for a moment, the check at start.
        assert.isTrue(yield* Effect.promise(() => within(20_000, () => sink.connections() >= 1)))
        yield* Effect.sleep("200 millis")
        const started = performance.now()
        yield* Fiber.interrupt(sending)
        assert.isBelow(performance.now() - started, 5_000)
        assert.isTrue(yield* Effect.promise(() => within(20_000, () => sink.connections() === 0)), "connection closed")
        sink.behave({ kind: "accept" })
        yield* send
        assert.lengthOf(sink.mails, 1)
      }).pipe(Effect.provide(adapter(sink.url)))
    }),
  )

  it.live(
    "M4 M5 M6: cut off after DATA, the mail is sent once, fails retryable, and goes again with its Message-ID",
    () =>
      Effect.gen(function* () {
        const sink = yield* SmtpSink.scoped
        yield* Effect.gen(function* () {
          sink.behave({ kind: "drop" })
          const failure = yield* Effect.flip(send)
          assert.strictEqual(failure.retryable, true)
          yield* Effect.sleep("1500 millis") // longer than the pool would take to send it again by itself
          assert.lengthOf(sink.mails, 1)
          sink.behave({ kind: "accept" })
          yield* send
          assert.deepStrictEqual(
            sink.mails.map(({ parsed }) => parsed.messageId),
            [mail.messageId, mail.messageId],
          )
        }).pipe(Effect.provide(adapter(sink.url)))
      }),
  )

  it.live("M7: a server that went away and came back gets the next mail", () =>
    Effect.gen(function* () {
      const first = yield* SmtpSink.scoped
      yield* Effect.gen(function* () {
        yield* send
        yield* Effect.promise(() => first.close())
        assert.strictEqual((yield* Effect.flip(send)).retryable, true)
        const second = yield* Effect.acquireRelease(
          Effect.promise(() => SmtpSink.start(first.port)),
          (sink) => Effect.promise(() => sink.close()),
        )
        yield* send
        assert.lengthOf(second.mails, 1)
      }).pipe(Effect.provide(adapter(first.url)))
    }),
  )
})

describe("Mailer over SMTP: start, health and stop", () => {
  const withLog = (lines: Array<string>, url: string) =>
    Smtp.layer({ url: Redacted.make(url), sendTimeout: 3000 }).pipe(
      Layer.provide(
        Logger.layer([Logger.make(({ logLevel, message }) => lines.push(`${logLevel} ${JSON.stringify(message)}`))]),
      ),
      Layer.fresh,
    )

  it.live(
    "Issue 2: an unreachable server does not stop the start; one line says that mail waits, without the password",
    () =>
      Effect.gen(function* () {
        const url = (yield* nobody).replace("//", "//requite:s3cret@")
        const lines: Array<string> = []
        const failure = yield* Effect.gen(function* () {
          assert.isTrue(yield* Effect.promise(() => within(20_000, () => lines.length > 0)))
          return yield* Effect.flip((yield* Smtp.SmtpServer).verify)
        }).pipe(Effect.provide(withLog(lines, url)))
        assert.lengthOf(lines, 1)
        assert.match(lines.join(), /^Warn .*ECONNREFUSED.*Mail through 127\.0\.0\.1:\d+ waits in the queue/)
        assert.strictEqual(failure.retryable, true)
        assert.notInclude(lines.join() + JSON.stringify(failure) + failure.stack, "s3cret")
      }),
  )

  it.live("Issue 2: verify tells a server that answers from one that does not", () =>
    Effect.gen(function* () {
      const sink = yield* SmtpSink.scoped
      const lines: Array<string> = []
      yield* Effect.gen(function* () {
        const server = yield* Smtp.SmtpServer
        assert.isTrue(yield* Effect.promise(() => within(20_000, () => lines.length > 0)))
        assert.strictEqual(server.address, `127.0.0.1:${sink.port}`)
        yield* server.verify
        yield* Effect.promise(() => sink.close())
        assert.strictEqual((yield* Effect.flip(server.verify)).retryable, true)
      }).pipe(Effect.provide(withLog(lines, sink.url)))
      assert.deepStrictEqual(lines, [`Info ["Mail goes out through 127.0.0.1:${sink.port}."]`])
    }),
  )

  it.live("Issue 2: a URL that is none is refused at start without being quoted", () =>
    Effect.gen(function* () {
      for (const url of [
        "",
        "localhost:25",
        "http://mail.example",
        "smtp:",
        "smtp://",
        "smtp:///x",
        "smtp://?s3cret",
        "smtp://a:s3c#ret@host",
      ]) {
        const failure = yield* Effect.flip(Layer.build(Smtp.layer({ url: Redacted.make(url) })))
        assert.strictEqual(failure._tag, "SmtpUrlInvalid")
        assert.match(failure.message, /^SMTP_URL must look like smtp:/)
        assert.notInclude(failure.message, "s3cret")
      }
    }),
  )

  it.live("S12: no option in the URL makes nodemailer print the conversation", () =>
    Effect.gen(function* () {
      const sink = yield* SmtpSink.scoped
      const printed = (["log", "info", "error", "debug"] as const).map((level) => vi.spyOn(console, level))
      yield* send.pipe(Effect.provide(adapter(`${sink.url}?logger=true&debug=true&transactionLog=true`)))
      assert.lengthOf(sink.mails, 1)
      for (const spy of printed) {
        assert.lengthOf(spy.mock.calls, 0)
        spy.mockRestore()
      }
    }),
  )

  it.live("Issue 2: many at once share at most eight connections, and closing the scope closes them all", () =>
    Effect.gen(function* () {
      const sink = yield* SmtpSink.scoped
      const scope = yield* Scope.make()
      const context = yield* Layer.build(adapter(sink.url)).pipe(Scope.provide(scope))
      let most = 0
      yield* Effect.forEach(
        Array.from({ length: 40 }, (_, n) => ({ ...mail, messageId: `<${n}@mail.example>` })),
        (one) =>
          Effect.flatMap(Mailer, (mailer) => mailer.send(one)).pipe(
            Effect.tap(() => Effect.sync(() => (most = Math.max(most, sink.connections())))),
          ),
        { concurrency: "unbounded", discard: true },
      ).pipe(Effect.provide(context))
      assert.strictEqual(new Set(sink.mails.map(({ parsed }) => parsed.messageId)).size, 40)
      assert.isAtMost(most, 9) // eight, and for a moment the check at start
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(yield* Effect.promise(() => within(20_000, () => sink.connections() === 0)))
    }),
  )
})
