// Mails that are signed, as their receivers check them: through a real SMTP server, by mailauth (which shares no code with the
// sender) against a DNS of ours; and read again by two parsers, one of them Python's.

import { execFileSync } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { authenticate } from "mailauth"
import { type DkimKey, Mailer, type OutgoingMail } from "../../reference-server/src/Mailer.ts"
import * as Smtp from "../../reference-server/src/Mailer/smtp.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const keyOf = (domain: string, selector: string) => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const key: DkimKey = {
    domain,
    selector,
    privateKey: Redacted.make(privateKey.export({ type: "pkcs8", format: "pem" })),
  }
  const p = publicKey.export({ type: "spki", format: "der" }).toString("base64")
  return { key, record: [`${selector}._domainkey.${domain}`, `v=DKIM1; k=rsa; p=${p}`] as const }
}

const firm = keyOf("firm.example", "rq-1")
const server = keyOf("mail.example", "mail2027")

const dns: Readonly<Record<string, string>> = {
  ...Object.fromEntries([firm.record, server.record]),
  "_dmarc.firm.example": "v=DMARC1; p=reject",
  "mail.example": "v=spf1 ip4:192.0.2.1 -all",
}

const link = "https://requite.example/r/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
const id = "4b1f5d5e-8f0a-4d3e-9b1c-2a7d6c5e4f30"
const mail: OutgoingMail = {
  messageId: `<${id}@mail.example>`,
  from: { name: "Åsa Öberg (Räkna AB)", address: "requests@firm.example" },
  to: { name: "Anna Müller", address: "anna@customer.example" },
  replyTo: { name: "Åsa Öberg", address: "asa@firm.example" },
  envelopeFrom: `return+${id}=abc@mail.example`,
  dkim: firm.key,
  subject: "Påminnelse: 日本語 и русский, så att raden blir lång nog för att vikas på vägen till läsaren",
  html: `<p>Hej <a href="${link}">öppna</a></p>`,
  text: `Hej å\n\n${link}\n`,
  inReplyTo: "<first@mail.example>",
  references: ["<first@mail.example>"],
  headers: { "List-Unsubscribe": `<${link}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
}

const arrived = Effect.fnUntraced(function* (one: OutgoingMail, serverKey: DkimKey | null = null) {
  const sink = yield* SmtpSink.scoped
  const adapter = Smtp.layer({ url: Redacted.make(sink.url), serverKey }).pipe(Layer.provide(Logger.layer([])))
  yield* Effect.flatMap(Mailer, (mailer) => mailer.send(one)).pipe(Effect.provide(adapter))
  const [sunk] = sink.mails
  return sunk ?? assert.fail("nothing arrived")
})

const judged = (raw: string) =>
  Effect.promise(() =>
    authenticate(Buffer.from(raw, "latin1"), {
      ip: "192.0.2.1",
      helo: "mail.example",
      sender: mail.envelopeFrom ?? "",
      mta: "mx.customer.example",
      resolver: async (name, type) => {
        const text = type === "TXT" ? dns[name] : undefined
        if (text === undefined) throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" })
        // pieces of at most 255 characters, as they travel
        return [text.match(/.{1,255}/g) ?? []]
      },
    }),
  )

const dkimOf = (result: Awaited<ReturnType<typeof authenticate>>) =>
  result.dkim.results.map(({ status, signingDomain }) => [signingDomain, status.result])

describe("a signed mail", () => {
  it.live("M2: DKIM of the firm's domain passes, and DMARC with it, though the envelope is the server's", () =>
    Effect.gen(function* () {
      const { raw } = yield* arrived(mail)
      const result = yield* judged(raw)
      assert.deepStrictEqual(dkimOf(result), [["firm.example", "pass"]])
      assert.strictEqual(result.dmarc === false ? null : result.dmarc.status.result, "pass")
      assert.strictEqual(result.spf === false ? null : result.spf.status.result, "pass")
    }),
  )

  it.live("M2 M13: what a reader relies on is signed, one-click unsubscribe too; changed on the way, it fails", () =>
    Effect.gen(function* () {
      const { raw } = yield* arrived(mail)
      const signed = /^DKIM-Signature:[^]*?;\s*h=([^;]*);/im
        .exec(raw)?.[1]
        ?.replace(/\s+/g, "")
        .toLowerCase()
        .split(":")
      assert.includeMembers(signed ?? [], ["from", "to", "subject", "date", "message-id", "reply-to"])
      assert.includeMembers(signed ?? [], ["list-unsubscribe", "list-unsubscribe-post", "in-reply-to", "references"])
      for (const changed of [
        raw.replace("requests@firm.example", "evil@firm.example"),
        raw.replace(link.slice(-6), "AAAAAA"),
        raw.replace("List-Unsubscribe=One-Click", "List-Unsubscribe=Two-Click"),
      ]) {
        assert.notStrictEqual(changed, raw)
        const [[, verdict] = []] = dkimOf(yield* judged(changed))
        assert.notStrictEqual(verdict, "pass")
      }
    }),
  )

  it.live("M2: the server's key signs what is from the server's address, and nothing of another domain", () =>
    Effect.gen(function* () {
      const { dkim: _, ...unsigned } = mail
      const own = { ...unsigned, from: { name: "requite", address: "requests@mail.example" } }
      assert.deepStrictEqual(dkimOf(yield* judged((yield* arrived(own, server.key)).raw)), [["mail.example", "pass"]])
      assert.notMatch((yield* arrived(unsigned, server.key)).raw, /^DKIM-Signature/im)
    }),
  )

  it.live("M2: with a key of another domain, or one that cannot be read, nothing is sent", () =>
    Effect.gen(function* () {
      const sink = yield* SmtpSink.scoped
      const adapter = Smtp.layer({ url: Redacted.make(sink.url) }).pipe(Layer.provide(Logger.layer([])))
      const ed25519 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" })
      for (const [dkim, reason, retryable] of [
        [server.key, /another domain/, false],
        [{ ...firm.key, domain: "m.example" }, /another domain/, false],
        [{ ...firm.key, privateKey: Redacted.make("no key") }, /cannot be read/, true],
        [{ ...firm.key, privateKey: Redacted.make(ed25519) }, /no RSA key/, true],
      ] as const) {
        const failure = yield* Effect.flip(Effect.flatMap(Mailer, (mailer) => mailer.send({ ...mail, dkim }))).pipe(
          Effect.provide(Layer.fresh(adapter)),
        )
        assert.match(failure.reason, reason)
        assert.strictEqual(failure.retryable, retryable)
      }
      assert.deepStrictEqual(sink.mails, [])
    }),
  )
})

describe("the envelope", () => {
  it.live("M15: reports go to the mail's own address and are asked for by its id, without the body", () =>
    Effect.gen(function* () {
      const { envelope, dsn, raw } = yield* arrived(mail)
      assert.deepStrictEqual(envelope, { from: mail.envelopeFrom ?? "", to: ["anna@customer.example"] })
      assert.deepStrictEqual(dsn, { envid: id, ret: "HDRS", notify: ["FAILURE", "DELAY"] })
      assert.notInclude(raw.slice(0, raw.indexOf("\r\n\r\n")), "return+", "it stands in no header")
    }),
  )

  it.live("M15 S42: without one it is the sender's; what is no address is refused for good", () =>
    Effect.gen(function* () {
      const { envelopeFrom: _, ...plain } = mail
      assert.strictEqual((yield* arrived(plain)).envelope.from, "requests@firm.example")
      for (const envelopeFrom of ["", "a@b.example\r\nRCPT TO:<evil@attacker.example>", "a@b.example, c@d.example"]) {
        const failure = yield* Effect.flip(arrived({ ...mail, envelopeFrom }))
        assert.deepInclude(failure, { retryable: false, reason: "The return address is not an e-mail address." })
      }
    }),
  )
})

const python = `
import sys, json, email, email.policy
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
text, html = mail.get_body(("plain",)), mail.get_body(("html",))
print(json.dumps({"subject": mail["subject"], "type": mail.get_content_type(), "from": mail["from"].addresses[0].display_name,
  "to": mail["to"].addresses[0].addr_spec, "inReplyTo": mail["in-reply-to"], "references": mail["references"],
  "text": text.get_content(), "html": html.get_content(), "defects": [str(d) for d in mail.defects]}))
`
const pythonMissing = (() => {
  try {
    execFileSync("python3", ["-c", "import email"], { stdio: "ignore" })
    return false
  } catch {
    return true
  }
})()
const Seen = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

describe("independent parsers", () => {
  it.skipIf(pythonMissing)("M9 M11: Python's reads what was meant: both parts, the subject, the thread", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const { raw, parsed } = yield* arrived(mail)
        const printed = execFileSync("python3", ["-c", python], { input: Buffer.from(raw, "latin1") }).toString()
        const seen = yield* Schema.decodeUnknownEffect(Seen)(printed)
        assert.deepInclude(seen, {
          subject: mail.subject,
          type: "multipart/alternative",
          from: mail.from.name,
          to: mail.to.address,
          inReplyTo: "<first@mail.example>",
          references: "<first@mail.example>",
          defects: [],
        })
        assert.strictEqual(String(seen["text"]).replaceAll("\r\n", "\n").trimEnd(), mail.text.trimEnd())
        assert.strictEqual(String(seen["html"]).trimEnd(), mail.html)
        assert.strictEqual(parsed.inReplyTo, "<first@mail.example>")
      }).pipe(Effect.scoped),
    ),
  )
})
