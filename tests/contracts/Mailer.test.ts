// The contract of the Mailer port, one suite over every adapter: `smtp` against a real SMTP server in this process, `mailbox`
// against a folder. What an adapter handed over is read back with postal-mime, which shares no code with the sender.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import PostalMime, { type Email } from "postal-mime"
import { Mailer, type OutgoingMail } from "../../reference-server/src/Mailer.ts"
import * as Mailbox from "../../reference-server/src/Mailer/mailbox.ts"
import * as Smtp from "../../reference-server/src/Mailer/smtp.ts"
import { NodeCrypto, NodeServices } from "../../reference-server/src/platform/Node.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const messageId = "<4b1f5d5e-8f0a-4d3e-9b1c-2a7d6c5e4f30@mail.example>"
const link = "https://requite.example/r/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
const reminder: OutgoingMail = {
  messageId,
  from: { name: "Ekonomi & Skatt AB", address: "requests@firm.example" },
  to: { name: "Åsa Öberg", address: "asa@customer.example" },
  replyTo: { name: "Maria Lind", address: "maria@firm.example" },
  subject: "Påminnelse: årsredovisning – 3 frågor kvar 🧾 före den 30 november, så att vi hinner lämna in i tid",
  html: `<!doctype html><p>Hej Åsa, <a href="${link}">öppna</a></p><p>${"lång rad utan radbrytning ".repeat(120)}</p>`,
  text: `Hej Åsa,\n\n${link}\n\n${"lång rad utan radbrytning ".repeat(120)}\n.\nen rad med bara en punkt ovanför`,
}

/** What arrived through an adapter: the envelope where there is one, the octets, and the parsed mail. */
interface Arrived {
  readonly envelope: Option.Option<SmtpSink.SunkMail["envelope"]>
  readonly raw: string
  readonly parsed: Email
}
class Arrivals extends Context.Service<Arrivals, { readonly all: Effect.Effect<ReadonlyArray<Arrived>> }>()(
  "test/Arrivals",
) {}

const throughSmtp = Layer.unwrap(
  Effect.gen(function* () {
    const sink = yield* SmtpSink.scoped
    const all = Effect.sync(() =>
      sink.mails.map(({ envelope, parsed, raw }) => ({ envelope: Option.some(envelope), parsed, raw })),
    )
    return Layer.merge(
      Smtp.layer({ url: Redacted.make(sink.url) }).pipe(Layer.provide(Logger.layer([]))),
      Layer.succeed(Arrivals, { all }),
    )
  }),
)

const throughMailbox = Layer.unwrap(
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "requite-mail-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true })),
    )
    const devMail = join(folder, "dev-mail")
    const all = Effect.promise(async () =>
      Promise.all(
        (existsSync(devMail) ? readdirSync(devMail) : []).map(async (name) => {
          const octets = readFileSync(join(devMail, name))
          return { envelope: Option.none(), raw: octets.toString("latin1"), parsed: await PostalMime.parse(octets) }
        }),
      ),
    )
    return Layer.merge(
      Mailbox.layer(devMail).pipe(Layer.provide([NodeServices.layer, NodeCrypto.layerSecureRandom])),
      Layer.succeed(Arrivals, { all }),
    )
  }),
)

/** Sends one mail and gives the one mail that arrived, with its envelope checked against the only recipient there may be. */
const arrivalOf = Effect.fnUntraced(function* (mail: OutgoingMail) {
  yield* (yield* Mailer).send(mail)
  const [arrived, ...others] = yield* (yield* Arrivals).all
  assert.lengthOf(others, 0)
  assert(arrived !== undefined, "the mail arrived")
  if (Option.isSome(arrived.envelope)) assert.deepStrictEqual(arrived.envelope.value.to, [mail.to.address])
  return arrived
})
const header = (mail: Email, name: string): ReadonlyArray<string> =>
  mail.headers.filter(({ key }) => key === name.toLowerCase()).map(({ value }) => value)
const headerNames = (mail: Email): ReadonlyArray<string> => mail.headers.map(({ key }) => key).sort()

const suite = (name: string, adapter: Layer.Layer<Mailer | Arrivals, Smtp.SmtpUrlInvalid>): void => {
  describe(`Mailer contract: ${name}`, () => {
    it.live("M5: the Message-ID is the caller's, and its id stands in X-Requite-Id too", () =>
      Effect.gen(function* () {
        const { parsed } = yield* arrivalOf(reminder)
        assert.deepStrictEqual(header(parsed, "message-id"), [messageId])
        assert.deepStrictEqual(header(parsed, "x-requite-id"), ["4b1f5d5e-8f0a-4d3e-9b1c-2a7d6c5e4f30"])
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("M9: multipart/alternative, text first, both parts whole, and the link in the text", () =>
      Effect.gen(function* () {
        const { parsed, raw } = yield* arrivalOf(reminder)
        assert.match(header(parsed, "content-type").join(), /^multipart\/alternative/)
        assert.isBelow(raw.indexOf("Content-Type: text/plain; charset=utf-8"), raw.indexOf("Content-Type: text/html"))
        assert.strictEqual(parsed.text?.replaceAll("\r\n", "\n").trimEnd(), reminder.text)
        assert.strictEqual(parsed.html?.trimEnd(), reminder.html)
        assert.include(parsed.text, link)
        assert.deepStrictEqual(parsed.attachments, [])
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("M9: a subject with åäö and emoji comes back whole, and the headers are ASCII", () =>
      Effect.gen(function* () {
        const { parsed, raw } = yield* arrivalOf(reminder)
        assert.strictEqual(parsed.subject, reminder.subject)
        assert.deepStrictEqual(parsed.to, [{ name: "Åsa Öberg", address: "asa@customer.example" }])
        assert.match(raw.slice(0, raw.indexOf("\r\n\r\n")), /^[\t\r\n\x20-\x7e]*$/)
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("M9: a subject that looks encoded, long or short, comes back letter for letter", () =>
      Effect.gen(function* () {
        for (const subject of [
          "=?utf-8?q?x?=",
          "Papers for =?utf-8?b?U2VjcmV0?= and more",
          `=?utf-8?q?${"long_and_longer_".repeat(20)}?=`,
          'Åsa says "=?utf-8?q?x?="',
        ]) {
          const arrived = yield* Effect.provide(arrivalOf({ ...reminder, subject }), Layer.fresh(adapter))
          assert.strictEqual(arrived.parsed.subject, subject)
          assert.notInclude(arrived.raw, "=?utf-8?q?x")
          assert.isAtMost(Math.max(...arrived.raw.split("\r\n").map((line) => line.length)), 998)
        }
      }),
    )

    it.live("M2 M9: nothing in a name turns its text round or hides in it, and none is decoded into another", () =>
      Effect.gen(function* () {
        const { parsed, raw } = yield* arrivalOf({
          ...reminder,
          from: { ...reminder.from, name: "Bank \u202eknaB\u202c\u2066x\u2069" },
          to: { ...reminder.to, name: "Ås\u200ba =?utf-8?q?Boss?= \ufeffÖberg" },
          replyTo: { address: "maria@firm.example", name: "می\u200cخواهم 👨\u200d👩" },
          subject: "Papers \u202efdp.exe",
        })
        assert.strictEqual(parsed.from?.name, "Bank knaBx")
        assert.deepStrictEqual(parsed.to, [{ name: "Åsa = ?utf-8?q?Boss?= Öberg", address: "asa@customer.example" }])
        assert.strictEqual(parsed.replyTo?.[0]?.name, "می\u200cخواهم 👨\u200d👩", "what scripts and emoji need stays")
        assert.strictEqual(parsed.subject, "Papers fdp.exe")
        assert.match(raw.slice(0, raw.indexOf("\r\n\r\n")), /^[\t\r\n\x20-\x7e]*$/)
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("M9: no line is longer than 998 octets, and every one ends in CRLF", () =>
      Effect.gen(function* () {
        const references = Array.from({ length: 60 }, (_, n) => `<${n}.8f0a-4d3e-9b1c-2a7d6c5e4f30@mail.example>`)
        const { parsed, raw } = yield* arrivalOf({
          ...reminder,
          subject: "utan mellanslag".repeat(100),
          text: "x".repeat(3000),
          html: `<p>${"å".repeat(3000)}</p>`,
          references,
        })
        assert.isAtMost(Math.max(...raw.split("\r\n").map((line) => line.length)), 998)
        assert.notMatch(raw, /[^\r]\n|\r[^\n]/)
        assert.strictEqual(parsed.text?.trimEnd(), "x".repeat(3000))
        assert.deepStrictEqual(parsed.references?.split(/\s+/), references)
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("M10: dated, auto-generated, auto-replies suppressed, no Precedence, no program name", () =>
      Effect.gen(function* () {
        const before = Math.floor(Date.now() / 1000) * 1000
        const { parsed } = yield* arrivalOf(reminder)
        const date = Date.parse(header(parsed, "date").join())
        assert(date >= before && date <= Date.now(), "the Date header is now")
        assert.deepStrictEqual(header(parsed, "auto-submitted"), ["auto-generated"])
        assert.deepStrictEqual(header(parsed, "x-auto-response-suppress"), ["All"])
        assert.deepStrictEqual(headerNames(parsed), [
          "auto-submitted",
          "content-type",
          "date",
          "from",
          "message-id",
          "mime-version",
          "reply-to",
          "subject",
          "to",
          "x-auto-response-suppress",
          "x-requite-id",
        ])
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("M2 M11 M13: sender, Reply-To, thread and List-Unsubscribe arrive", () =>
      Effect.gen(function* () {
        const { parsed } = yield* arrivalOf({
          ...reminder,
          inReplyTo: "<first@mail.example>",
          references: ["<first@mail.example>", "<second@mail.example>"],
          headers: { "List-Unsubscribe": `<${link}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
        })
        assert.deepStrictEqual(parsed.from, { name: "Ekonomi & Skatt AB", address: "requests@firm.example" })
        assert.deepStrictEqual(parsed.replyTo, [{ name: "Maria Lind", address: "maria@firm.example" }])
        assert.strictEqual(parsed.inReplyTo, "<first@mail.example>")
        assert.strictEqual(parsed.references, "<first@mail.example> <second@mail.example>")
        assert.deepStrictEqual(header(parsed, "list-unsubscribe"), [`<${link}>`])
        assert.deepStrictEqual(header(parsed, "list-unsubscribe-post"), ["List-Unsubscribe=One-Click"])
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("M9: the content is text, never a file or a URL to read", () =>
      Effect.gen(function* () {
        const { parsed } = yield* arrivalOf({ ...reminder, text: "/etc/passwd", html: "file:///etc/passwd" })
        assert.strictEqual(parsed.text?.trimEnd(), "/etc/passwd")
        assert.strictEqual(parsed.html?.trimEnd(), "file:///etc/passwd")
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    for (const [what, hostile] of [
      ["a line break and a header", "Anna\r\nBcc: evil@attacker.example"],
      ["a bare line feed", "Anna\nBcc: evil@attacker.example\n\nbody"],
      ["a bare carriage return", "Anna\rBcc: evil@attacker.example"],
      ["a second address", 'Anna" <evil@attacker.example>, "x'],
      ["a comma", "Lind, Anna <evil@attacker.example>, evil@attacker.example"],
      ["a group", "friends: evil@attacker.example;"],
      ["an encoded word", "=?utf-8?Q?Anna=0D=0ABcc:_evil@attacker.example?="],
      ["control and direction characters", "Anna\u0000\u001b[31m\u202eevil@attacker.example"],
    ] as const) {
      it.live(`S42: ${what} in a name or the subject adds no recipient and no header`, () =>
        Effect.gen(function* () {
          const { parsed } = yield* arrivalOf({
            ...reminder,
            from: { ...reminder.from, name: hostile },
            to: { ...reminder.to, name: hostile },
            replyTo: { name: hostile, address: "maria@firm.example" },
            subject: hostile,
            headers: { "X-Requite-Kind": hostile },
          })
          const addresses = [parsed.from, ...(parsed.to ?? []), ...(parsed.replyTo ?? [])].map((one) => one?.address)
          assert.deepStrictEqual(addresses, ["requests@firm.example", "asa@customer.example", "maria@firm.example"])
          assert.deepStrictEqual([parsed.cc, parsed.bcc], [undefined, undefined])
          assert.lengthOf(headerNames(parsed), 12)
          assert.strictEqual(parsed.html?.trimEnd(), reminder.html)
        }).pipe(Effect.provide(Layer.fresh(adapter))),
      )

      it.live(`S42: ${what} in an address is refused for good, and nothing is sent`, () =>
        Effect.gen(function* () {
          const mailer = yield* Mailer
          for (const address of [hostile, `asa@customer.example${hostile.slice(4)}`, `${hostile}@customer.example`]) {
            for (const mail of [
              { ...reminder, to: { name: "", address } },
              { ...reminder, from: { name: "", address } },
              { ...reminder, replyTo: { name: "", address } },
            ]) {
              const failure = yield* Effect.flip(mailer.send(mail))
              assert.deepInclude(failure, { _tag: "MailFailed", retryable: false })
              assert.notInclude(failure.reason, "evil")
            }
          }
          assert.deepStrictEqual(yield* (yield* Arrivals).all, [])
        }).pipe(Effect.provide(Layer.fresh(adapter))),
      )
    }

    it.live("S42: malformed Message-IDs, foreign headers and an empty text part are refused for good", () =>
      Effect.gen(function* () {
        const mailer = yield* Mailer
        const names = { Bcc: "evil@attacker.example" } as Record<string, string>
        for (const mail of [
          { ...reminder, messageId: "<a@b>\r\nBcc: evil@attacker.example" },
          { ...reminder, messageId: "4b1f5d5e" },
          { ...reminder, inReplyTo: "<a b@c>" },
          { ...reminder, references: ["<first@mail.example>", "<a@b>\n<c@d>"] },
          { ...reminder, headers: names },
          { ...reminder, headers: { "X-A: 1\r\nBcc": "evil@attacker.example" } },
          { ...reminder, text: " \n" },
        ]) {
          const failure = yield* Effect.flip(mailer.send(mail))
          assert.deepInclude(failure, { _tag: "MailFailed", retryable: false })
        }
        assert.deepStrictEqual(yield* (yield* Arrivals).all, [])
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )
  })
}

suite("smtp", throughSmtp)
suite("mailbox", throughMailbox)
