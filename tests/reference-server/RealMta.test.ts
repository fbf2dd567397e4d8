// Through a real mail server (exim, where it is installed) and back: what it delivers arrives as it was made, and what it
// bounces, or has bounced at its own peer, comes back to our door by itself and is shown.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { dkimVerify } from "mailauth/lib/dkim/verify.js"
import { generateKeyPairSync } from "node:crypto"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as smtp from "../../reference-server/src/Mailer/smtp.ts"
import * as worker from "../../reference-server/src/Outbox/worker.ts"
import * as listener from "../../reference-server/src/Returns/listener.ts"
import * as Exim from "../support/Exim.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as TestFirm from "../support/TestFirm.ts"

const returns = await Exim.freePort()
const customers = await SmtpSink.start()

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "der" },
})
const serverKey = { domain: "firm.example", selector: "s1", privateKey: Redacted.make(privateKey) }

/** The DNS as the reader's server would ask it. */
const resolver = (name: string) =>
  Promise.resolve(name === "s1._domainkey.firm.example" ? [[`v=DKIM1; k=rsa; p=${publicKey.toString("base64")}`]] : [])

const world = Layer.unwrap(
  Effect.map(Exim.scoped({ returns, customers: customers.port }), ({ url }) =>
    Layer.merge(worker.layer, listener.layer).pipe(
      Layer.provideMerge(smtp.layer({ url: Redacted.make(url), serverKey })),
      Layer.provideMerge(
        TestFirm.domainOf({
          MAIL_RETURN_DOMAIN: "bounces.firm.example",
          MAIL_RETURN_PORT: String(returns),
          MAIL_FROM: "requests@firm.example",
        }),
      ),
      Layer.merge(TestDatabase.everyWorkspace),
    ),
  ),
)

/** A request to that address, and its invitation as the firm sees it. */
const sent = Effect.fnUntraced(function* (local: string) {
  const requests = yield* ClientRequests
  const firm = yield* TestFirm.firm
  const address = `${local}.${firm.member.id}@customer.example`
  const to = { recipients: [TestFirm.recipient(address)] }
  const { id } = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, to)
  const overview = requests.overview(firm.member.workspaceId, id)
  const until = (status: string) =>
    TestFirm.eventually(Effect.map(overview, ({ mails }) => mails.find((mail) => mail.status === status)))
  return { ...firm, address, overview, until }
})

layer(world, { excludeTestServices: true, timeout: "300 seconds" })(
  "a real mail server (exim, from Debian's exim4-daemon-light, as root)",
  (it) => {
    const here = it.effect.skipIf(!Exim.isInstalled)
    here("M33 M2 M5 M9 M15: what it delivers arrives as it was made, from the mail's own return path", () =>
      Effect.gen(function* () {
        const one = yield* sent("carl")
        const mail = yield* Effect.promise(() => customers.waitFor(({ envelope }) => envelope.to.includes(one.address)))
        const { id } = yield* one.until("handed-over")
        assert.match(mail.envelope.from, /^bounces\+[0-9a-f]{32}\.[0-9a-f]{16}@bounces\.firm\.example$/)
        assert.strictEqual(mail.parsed.messageId, `<${id}@firm.example>`)
        assert.include(mail.parsed.text ?? "", "http://localhost:3000/r/")
        const header = (name: string) => mail.parsed.headers.find(({ key }) => key === name)?.value
        assert.strictEqual(header("auto-submitted"), "auto-generated")
        const { results } = yield* Effect.promise(() => dkimVerify(Buffer.from(mail.raw, "latin1"), { resolver }))
        assert.deepStrictEqual(
          results.map(({ status, signingDomain }) => [status.result, signingDomain]),
          [["pass", "firm.example"]],
        )
      }),
    )

    here("M15 M16: what it bounces itself comes back by SMTP, and the request says so", () =>
      Effect.gen(function* () {
        const one = yield* sent("gone")
        const mail = yield* one.until("bounced-hard")
        assert.include(mail.reason, "the address does not work")
        assert.deepStrictEqual((yield* one.overview).current.request.suppressed, ["carl"])
        assert.deepStrictEqual(
          mail.trail.map(({ status }) => status),
          ["handed-over", "bounced-hard"],
        )
      }),
    )

    it.effect(
      "M15 S12: what its peer refuses afterwards comes back with the peer's code, and nothing of its words",
      () =>
        Effect.gen(function* () {
          customers.behave({
            kind: "refuse",
            code: 550,
            at: "RCPT TO",
            text: "5.1.1 look at https://evil.example/r/SECRET",
          })
          const one = yield* sent("refused")
          const mail = yield* one.until("bounced-hard")
          customers.behave({ kind: "accept" })
          assert.include(mail.reason, "5.1.1")
          assert.notInclude(JSON.stringify(yield* one.overview), "SECRET")
        }),
    )

    here("M15: a full mailbox comes back for a while only", () =>
      Effect.gen(function* () {
        customers.behave({ kind: "refuse", code: 552, at: "RCPT TO", text: "5.2.2 mailbox full" })
        const one = yield* sent("full")
        yield* one.until("bounced-soft")
        customers.behave({ kind: "accept" })
        assert.deepStrictEqual((yield* one.overview).current.request.suppressed, [])
      }),
    )
  },
)
