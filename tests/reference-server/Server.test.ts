/** The server as its operator meets it: what it says when it cannot start, and what it does when others fail it. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe } from "vitest"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")

/** What a server that ends at once has written. */
const refusal = async (environment: Record<string, string>): Promise<string> => {
  const ended = await ServerProcess.start(environment).then(
    async (server) => `it runs: ${await server.stop()}`,
    (error: unknown) => String(error),
  )
  assert.match(ended, /the server ended with 1/)
  return ended
}

describe("the server", () => {
  const scope = Scope.makeUnsafe()
  const environment = () => Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
  let server: ServerProcess.ServerProcess
  let smtpPort: number

  beforeAll(async () => {
    smtpPort = await ServerProcess.freePort()
    const SMTP_URL = `smtp://127.0.0.1:${smtpPort}`
    server = await ServerProcess.start({ ...(await environment()), SMTP_URL, TRUSTED_PROXIES: "127.0.0.1, ::1" })
  })
  afterAll(async () => {
    await server.stop()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  it("says in one sentence what is wrong with its configuration, its database and its port, and ends", async () => {
    const { DATA_DIR } = await environment()
    assert.include(await refusal({ DATA_DIR, PORT: "lots" }), "PORT must be a whole number")
    const nobody = await ServerProcess.freePort()
    const lost = await refusal({ DATA_DIR, DATABASE_URL: `postgres://u:hunter2@127.0.0.1:${nobody}/d` })
    assert.include(lost, `Nothing listens at 127.0.0.1:${nobody}`)
    assert.notInclude(lost, "hunter2")
    const other = await SmtpSink.start()
    const PORT = String(other.port)
    assert.include(await refusal({ DATA_DIR, PORT }), `Port ${PORT} is taken by another program`)
    await other.close()
  }, 180_000)

  it("M1 M7: mail waits while the mail server is away, says so, and goes out when it is back", async () => {
    const member = await Person.setUp(server.url)
    await member.json("/api/questionnaires", { source: questionnaire })
    const { id } = await member.json("/api/requests", {
      questionnaire: { id: "first-look" },
      title: "A first look",
      recipient: { name: "Carl Customer", email: "carl@customer.example", language: "en" },
      send: true,
    })
    const mails = async () => JSON.stringify((await member.json(`/api/requests/${String(id)}`))["mails"])
    for (let tries = 0; tries < 600 && !(await mails()).includes("mail server"); tries++) {
      await new Promise((go) => setTimeout(go, 100))
    }
    assert.match(await mails(), /"status":"queued".*mail server/)
    const sink = await SmtpSink.start(smtpPort)
    const mail = await sink.waitFor(() => true)
    assert.deepStrictEqual(mail.envelope.to, ["carl@customer.example"])
    assert.strictEqual(sink.mails.length, 1)
    await sink.close()
  }, 180_000)

  it("counts wrong passwords for the place that a trusted proxy names, not for the proxy", async () => {
    const attempt = async (from: string, password: string, email = "nobody@firm.example") => {
      const visitor = Person.make(server.url, { "x-forwarded-for": from })
      return (await visitor.form("/sign-in", { email, password })).status
    }
    // a different address each time: what is used up is the place
    let last = 0
    for (let n = 0; n < 52 && last !== 429; n++) last = await attempt("198.51.100.7", "wrong", `n${n}@firm.example`)
    assert.strictEqual(last, 429)
    assert.strictEqual(await attempt("198.51.100.8", "correct horse battery", "moa@firm.example"), 303)
  }, 180_000)

  it("S12: no token, password, cookie or key of all this is in its log", () => {
    assert.notMatch(server.log(), /\/r\/[\w-]{20}|correct horse|rq-member=|rq_\w{8}_/)
  })

  it("ends at a signal, after what it was doing", async () => {
    assert.strictEqual(await server.stop(), 0, server.log())
  })
})
