// The doors that reports of mails come in by: the mail server's own, by SMTP; a pipe, and a provider's signed events, by HTTP.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { createConnection } from "node:net"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { createTransport } from "nodemailer"
import { Webhook } from "standardwebhooks"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as listener from "../../reference-server/src/Returns/listener.ts"
import * as routes from "../../reference-server/src/Returns/routes.ts"
import * as TestFirm from "../support/TestFirm.ts"

const token = "a-token-of-thirty-two-characters"
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

/** A port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
const port = await freePort()

const world = Layer.merge(
  listener.layer,
  HttpRouter.serve(routes.layer).pipe(
    Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: 0 })),
  ),
).pipe(
  Layer.provideMerge(
    TestFirm.layerOf({
      MAIL_RETURN_DOMAIN: "bounces.firm.example",
      MAIL_RETURN_PORT: String(port),
      MAIL_RETURN_TOKEN: token,
      MAIL_EVENTS_SECRET: secret,
    }),
  ),
)

const sent = Effect.gen(function* () {
  const firm = yield* TestFirm.firm
  const to = { recipients: [TestFirm.recipient(firm.address)] }
  const request = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, to)
  const mail = yield* TestFirm.mailTo(firm.address)
  const requests = yield* ClientRequests
  const line = Effect.map(requests.overview(firm.member.workspaceId, request.id), ({ mails }) => mails[0])
  const { id } = yield* TestFirm.eventually(
    Effect.map(line, (found) => (found?.status === "handed-over" ? found : undefined)),
  )
  return { ...firm, request, mail, id, line, returnPath: mail.envelopeFrom ?? "" }
})

const dsn = ({ returnPath, address }: { readonly returnPath: string; readonly address: string }) =>
  readFileSync(join(import.meta.dirname, "returns", "postfix-no-user.eml"), "utf8")
    .replaceAll("RETURN_PATH", returnPath)
    .replaceAll("carl@customer.example", address)

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  Effect.gen(function* () {
    const at = yield* HttpServer.addressFormattedWith((address) => Effect.succeed(new URL(address).port))
    return yield* Effect.promise(async () => {
      const answer = await fetch(`http://127.0.0.1:${at}${path}`, { method: "POST", body, headers })
      return { status: answer.status, body: (await answer.json()) as unknown }
    })
  })

const bearer = { authorization: `Bearer ${token}`, "content-type": "message/rfc822" }

const signed = (body: string, at = new Date(), id = "msg_1") => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
  "webhook-signature": new Webhook(secret).sign(id, at, body),
  "content-type": "application/json",
})

/** Speaks SMTP line by line, and gives the answers. */
const converse = (lines: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
  new Promise((resolve, reject) => {
    const answers: Array<string> = []
    const socket = createConnection({ host: "127.0.0.1", port })
    let next = 0
    socket.setEncoding("utf8")
    socket.on("data", (text: string) => {
      for (const line of text.split("\r\n").filter((one) => /^\d{3} /.test(one))) {
        answers.push(line)
        const said = lines[next++]
        if (said === undefined) socket.end()
        else socket.write(`${said}\r\n`)
      }
    })
    socket.on("close", () => resolve(answers))
    socket.on("error", reject)
  })

layer(world, { excludeTestServices: true, timeout: "180 seconds" })("the doors", (it) => {
  it.effect("M15: a report comes by SMTP to the mail's own address, with nobody as its sender", () =>
    Effect.gen(function* () {
      const one = yield* sent
      const transport = createTransport({ host: "127.0.0.1", port, ignoreTLS: true })
      yield* Effect.promise(() => transport.sendMail({ envelope: { from: "", to: [one.returnPath] }, raw: dsn(one) }))
      assert.strictEqual((yield* one.line)?.status, "bounced-hard")
      transport.close()
    }),
  )

  it.effect("M15 M18: it takes nothing for anybody else, passes nothing on and signs nobody in", () =>
    Effect.gen(function* () {
      const one = yield* sent
      const forged = one.returnPath.replace(/\.[0-9a-f]{4}/, ".0000")
      const answers = yield* Effect.promise(() =>
        converse([
          "EHLO mail.firm.example",
          "AUTH PLAIN AGEAYg==",
          "MAIL FROM:<>",
          "RCPT TO:<somebody@elsewhere.example>",
          `RCPT TO:<${forged}>`,
          "RCPT TO:<postmaster@bounces.firm.example>",
          "DATA",
          "QUIT",
        ]),
      )
      const codes = answers.map((line) => line.slice(0, 3))
      assert.deepStrictEqual(codes.slice(1, 2), ["250"])
      assert.match(codes[2] ?? "", /^5/)
      assert.deepStrictEqual(codes.slice(4, 7), ["550", "550", "550"])
      assert.match(codes[7] ?? "", /^5/, "no DATA without a recipient")
      assert.strictEqual((yield* one.line)?.status, "handed-over")
    }),
  )

  it.effect("M15: what is too large is refused, and reports of nothing are taken and passed over", () =>
    Effect.gen(function* () {
      const one = yield* sent
      const transport = createTransport({ host: "127.0.0.1", port, ignoreTLS: true })
      const send = (raw: string) =>
        Effect.promise(() =>
          transport.sendMail({ envelope: { from: "", to: [one.returnPath] }, raw }).then(
            () => 250,
            (error: { readonly responseCode?: number }) => error.responseCode,
          ),
        )
      assert.strictEqual(yield* send(`${dsn(one)}${"x".repeat(70)}\n`.padEnd(3_000_000, "x\n")), 552)
      assert.strictEqual(yield* send("Subject: Hello\n\nIs this real?"), 250)
      assert.strictEqual((yield* one.line)?.status, "handed-over")
      transport.close()
    }),
  )

  it.effect("M15: a pipe posts it, with the token", () =>
    Effect.gen(function* () {
      const one = yield* sent
      assert.strictEqual((yield* post("/hooks/mail/returns", dsn(one))).status, 401)
      const wrong = { ...bearer, authorization: `Bearer ${token}x` }
      assert.strictEqual((yield* post("/hooks/mail/returns", dsn(one), wrong)).status, 401)
      assert.strictEqual((yield* one.line)?.status, "handed-over")
      const { status, body } = yield* post("/hooks/mail/returns", dsn(one), bearer)
      assert.deepStrictEqual([status, body], [200, { kind: "report", mailId: one.id, outcome: "bounced-hard" }])
      assert.deepInclude(yield* post("/hooks/mail/returns", "Subject: x\n\nnothing", bearer), { status: 200 })
      assert.strictEqual((yield* one.line)?.status, "bounced-hard")
    }),
  )

  it.effect("M15 M17: a provider's events are taken signed, by the mail's id or its Message-ID, once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [one, other] = [yield* sent, yield* sent]
      const body = JSON.stringify([
        { type: "delivered", mail: one.id },
        { type: "bounced", messageId: other.mail.messageId, status: "5.1.1" },
        { type: "bounced", mail: "8a0f1c1e-0000-4000-8000-000000000000", hard: true },
        { type: "complained", messageId: "<not-ours@elsewhere.example>" },
      ])
      const first = yield* post("/hooks/mail/events", body, signed(body))
      assert.deepStrictEqual([first.status, first.body], [200, { known: 2, unknown: 2 }])
      assert.strictEqual((yield* one.line)?.status, "delivered")
      assert.strictEqual((yield* other.line)?.status, "bounced-hard")
      const reports = sql<{ n: number }>`SELECT count(*)::int AS n FROM mail_reports`
      const before = yield* reports
      assert.strictEqual((yield* post("/hooks/mail/events", body, signed(body))).status, 200, "the same once more")
      assert.deepStrictEqual(yield* reports, before)
    }),
  )

  it.effect("M15: events that are not signed, changed, or too old are refused, and change nothing", () =>
    Effect.gen(function* () {
      const one = yield* sent
      const body = JSON.stringify({ type: "bounced", mail: one.id, hard: true })
      const old = new Date(Date.now() - 600_000)
      const tries = [
        [body, { "content-type": "application/json" }],
        [body.replace("bounced", "complained"), signed(body)],
        [body, signed(body, old)],
        [body, { ...signed(body), "webhook-timestamp": String(Math.floor(old.getTime() / 1000)) }],
        [body, { ...signed(body), "webhook-id": "msg_2" }],
        [body, { ...signed(body), "webhook-signature": `v1,${"A".repeat(43)}=` }],
        [body, { ...signed(body), "webhook-signature": "nonsense" }],
      ] as const
      for (const [given, headers] of tries) {
        assert.strictEqual((yield* post("/hooks/mail/events", given, headers)).status, 401)
      }
      const nonsense = "not json"
      assert.strictEqual((yield* post("/hooks/mail/events", nonsense, signed(nonsense))).status, 400)
      assert.strictEqual((yield* one.line)?.status, "handed-over")
    }),
  )
})

layer(
  HttpRouter.serve(routes.layer).pipe(
    Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: 0 })),
    Layer.provideMerge(TestFirm.layerOf({})),
  ),
  { excludeTestServices: true, timeout: "180 seconds" },
)("without secrets", (it) => {
  it.effect("neither address is there, and mail has no return path of its own", () =>
    Effect.gen(function* () {
      const body = JSON.stringify({ type: "delivered", mail: "x" })
      assert.strictEqual((yield* post("/hooks/mail/returns", "x", bearer)).status, 404)
      assert.strictEqual((yield* post("/hooks/mail/events", body, signed(body))).status, 404)
      assert.strictEqual((yield* sent).returnPath, "")
    }),
  )
})
