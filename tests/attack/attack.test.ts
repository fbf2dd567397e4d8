// The bot suite against the real server, where nothing may work, and against a server that does everything wrong.
import { assert, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const root = new URL("../..", import.meta.url)
const questionnaire = readFileSync(new URL("examples/questionnaires/first-look.json", root), "utf8")

const Outcome = Schema.Struct({
  attack: Schema.String,
  skipped: Schema.NullOr(Schema.String),
  findings: Schema.Array(Schema.String),
})
type Outcome = typeof Outcome.Type
const outcomesOf = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Array(Outcome)))

/** Runs the program as `npm run attack` does. */
const attack = (...options: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number; readonly outcomes: ReadonlyArray<Outcome>; readonly error: string }>(
    (resolve) => {
      execFile(
        process.execPath,
        ["--conditions=requite-source", "tests/attack/main.ts", ...options, "--json", "--patience", "1"],
        {
          cwd: root,
          env: { NODE_COMPILE_CACHE: ServerProcess.compiled, ...process.env },
          timeout: 300_000,
          maxBuffer: 16_000_000,
        },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
          const outcomes = stdout === "" ? [] : outcomesOf(stdout)
          resolve({ code, outcomes, error: stderr })
        },
      )
    },
  )

describe.skipIf(Browser.missing !== undefined)("the bot suite", () => {
  const scope = Scope.makeUnsafe()
  let sink: SmtpSink.SmtpSink
  let server: ServerProcess.ServerProcess

  beforeAll(async () => {
    sink = await SmtpSink.start()
    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    server = await ServerProcess.start({ ...environment, SMTP_URL: sink.url, RATE_LIMIT_FACTOR: "10" })
  }, 180_000)
  afterAll(async () => {
    await server.stop()
    await sink.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  for (const policy of ["standard", "karbon"]) {
    it(`S10 S13 S15 S16 S17 S18 S20 S21 S22 S37 S38 S39 S40 S47 S49 S51 S52 S53 S54 S59 S60 S61 S63: nothing works on ${policy}`, async () => {
      const member = policy === "standard" ? await Person.setUp(server.url) : await Person.signIn(server.url)
      await member.json("/api/questionnaires", { source: questionnaire })
      const address = `${policy}@customer.example`
      const contact = await member.json("/api/contacts", { name: "Carl", email: address, language: "en" })
      const { id } = await member.json("/api/requests", {
        questionnaire: { id: "first-look" },
        title: "A first look",
        policy,
        recipients: [{ name: "Carl", email: address, language: "en", contact: contact["id"] }],
        send: true,
      })
      const mail = await sink.waitFor(({ envelope }) => envelope.to.includes(address))
      const link = /https?:\/\/\S+\/r\/[A-Za-z0-9_-]{43}/.exec(mail.parsed.text ?? "")?.[0] ?? ""
      const { code, outcomes, error } = await attack(link)
      assert.deepStrictEqual(
        outcomes.flatMap(({ attack, findings }) => findings.map((finding) => `${attack}: ${finding}`)),
        [],
        error,
      )
      assert.strictEqual(code, 0)
      // it got as far as to send a document, and took it back; under "karbon" the browser before it has the link for itself
      const history = JSON.stringify(await member.json(`/api/requests/${String(id)}/history`))
      for (const type of policy === "standard" ? ["FileAttached", "FileRemoved"] : []) assert.include(history, type)
      assert.isTrue(outcomes.length >= 17 && outcomes.every(({ skipped }) => skipped === null))
    }, 150_000)
  }

  it("S41: who guesses on is told to wait, and the suite says so", async () => {
    const { code, outcomes } = await attack(server.url, "--flood")
    assert.deepStrictEqual(
      outcomes.flatMap(({ findings }) => findings),
      [],
    )
    assert.strictEqual(code, 0)
  }, 150_000)
})

describe.skipIf(Browser.missing !== undefined)("the bot suite, on a server that does everything wrong", () => {
  let server: Server
  let url: string

  beforeAll(async () => {
    let claimed = 0
    server = createServer((request, response) => {
      const isLink = request.url === `/r/${"L".repeat(43)}`
      if (isLink) {
        claimed++
        response.setHeader("set-cookie", `session=${claimed}`)
        response.setHeader("content-type", "text/html")
        // and whoever sends the form is let in to a request that takes everything
        response.setHeader("location", "/q/handle")
        const mine = `<form method="post"><button>Start ${claimed}</button></form>`
        return response.end(`<main>${mine}<script>setTimeout(() => document.forms[0].submit(), 500)</script></main>`)
      }
      if (request.url?.startsWith("/api/customer/handle") === true) {
        response.statusCode = request.method === "POST" ? 201 : 200
        response.setHeader("location", "/api/customer/handle/uploads/1")
        request.resume()
        const question = { id: "any", type: "upload", accept: ["*/*"], maxBytes: 1000 }
        return response.end(JSON.stringify({ csrf: "x", question, file: { id: "1", sha256: "0" } }))
      }
      response.statusCode = request.url?.length === 46 ? 404 : 410
      return response.end(`no ${request.url}`)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    url = `http://localhost:${typeof address === "object" && address !== null ? address.port : 0}`
  })
  afterAll(() => void server.close())

  it("finds a claim by GET, a form that submits itself, forms of strangers, frames and telling dead pages", async () => {
    const { code, outcomes } = await attack(`${url}/r/${"L".repeat(43)}`)
    assert.strictEqual(code, 1)
    const worked = outcomes.filter(({ findings }) => findings.length > 0).map(({ attack }) => attack.split(":")[0])
    const uploads = ["S51 S52 S53", "S60 S61", "S39 S63", "S59", "S53 S54"]
    for (const name of ["S15 S24", "S22", "S39", "S16 S37", "S47 S49", "S37 S38 S40", "S38", ...uploads]) {
      assert.include(worked, name)
    }
  }, 150_000)

  it("asks for an address it can use", async () => {
    const { code, error } = await attack("nowhere")
    assert.strictEqual(code, 2)
    assert.include(error, "npm run attack -- URL")
  })
})
