// The embedded database dies with its server, in the middle of a transaction: what was answered is there, the rest was never.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")
const engine = pathToFileURL(join(import.meta.dirname, "../crash/DyingEngine.ts")).href

describe("kill -9 inside the embedded database", () => {
  const scope = Scope.makeUnsafe()
  let sink: SmtpSink.SmtpSink
  let server: ServerProcess.ServerProcess
  let folder = ""

  beforeAll(async () => {
    sink = await SmtpSink.start()
    folder = await Effect.runPromise(Scope.provide(TestDatabase.embeddedDirectory, scope))
    const options = { NODE_OPTIONS: `--conditions=requite-source --import=${engine}` }
    server = await ServerProcess.start({ DATA_DIR: folder, SMTP_URL: sink.url, ...options })
  }, 180_000)
  afterAll(async () => {
    await server.stop()
    await sink.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  it("L42 M4 M5: a send is whole or was never, and its mail goes out", { timeout: 300_000 }, async () => {
    const member = await Person.setUp(server.url)
    await member.json("/api/questionnaires", { source: questionnaire })
    // before the transaction, in it, and in the worker
    for (const [n, nth] of [5, 12, 22].entries()) {
      const email = `carl.${n}@customer.example`
      const created = await member.json("/api/requests", {
        questionnaire: { id: "first-look" },
        title: "A first look",
        recipient: { name: "Carl Customer", email, language: "en" },
      })
      const headers = { "idempotency-key": crypto.randomUUID() }
      const send = () => member.json(`/api/requests/${String(created["id"])}/send`, {}, { headers })
      writeFileSync(join(folder, "die-before"), String(nth))
      process.kill(server.pid(), "SIGUSR2")
      // the signal is taken between two turns of the event loop
      await new Promise((resolve) => setTimeout(resolve, 50))
      await send().catch(() => {})
      await server.death()
      await server.start()
      await send()
      const isIts = (mail: SmtpSink.SunkMail) => mail.envelope.to.includes(email)
      await sink.waitFor(isIts)
      const history = JSON.stringify(await member.json(`/api/requests/${String(created["id"])}/history`))
      assert.strictEqual(history.split('"RequestSent"').length - 1, 1, `dead before ${nth}`)
      assert.strictEqual(new Set(sink.mails.filter(isIts).map(({ parsed }) => parsed.messageId)).size, 1)
    }
  })
})
