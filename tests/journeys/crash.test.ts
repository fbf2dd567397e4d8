import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe } from "vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const pdf = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")

const sentTo = (address: string) => (mail: SmtpSink.SunkMail) => mail.envelope.to.includes(address)

describe("kill -9 between every two steps", () => {
  const scope = Scope.makeUnsafe()
  let sink: SmtpSink.SmtpSink
  let server: ServerProcess.ServerProcess

  beforeAll(async () => {
    sink = await SmtpSink.start()
    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    server = await ServerProcess.start({ ...environment, SMTP_URL: sink.url })
  })
  afterAll(async () => {
    await server.stop()
    await sink.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  const crash = async () => {
    await server.kill()
    await server.start()
  }

  it(
    "L42 M4 M5: nothing is lost, and nothing is sent twice with another Message-ID",
    { timeout: 300_000 },
    async () => {
      const member = await Person.setUp(server.url)
      await crash()
      await member.json("/api/questionnaires", { source: questionnaire })
      await crash()
      const created = await member.json("/api/requests", {
        questionnaire: { id: "first-look" },
        title: "A first look",
        recipient: { name: "Carl Customer", email: "carl@customer.example", language: "en" },
      })
      const id = String(created["id"])
      await crash()

      // killed when the mail server has the mail and the server cannot know it: the same mail goes out once more
      sink.behave({ kind: "drop" })
      await member.json(`/api/requests/${id}/send`, {})
      const first = await sink.waitFor(sentTo("carl@customer.example"))
      await server.kill()
      sink.behave({ kind: "accept" })
      await server.start()

      const again = await sink.waitFor((mail) => mail !== first && sentTo("carl@customer.example")(mail))
      const token = /\/r\/([A-Za-z0-9_-]{43})/.exec(again.parsed.text ?? "")?.[1] ?? ""
      await crash()

      const customer = Person.make(server.url)
      const handle = String((await customer.json("/api/customer/claim", { token }))["handle"])
      await crash()
      const fill = await customer.json(`/api/customer/${handle}`)
      const headers = { "x-csrf-token": String(fill["csrf"]) }
      const answers = { name: "Carl Customer", email: "carl@customer.example", channel: "email", late: ["receipts"] }
      const revision = Number(fill["revision"])
      await customer.json(`/api/customer/${handle}/answers`, { revision, answers }, { method: "PUT", headers })
      await crash()
      const form = new FormData()
      form.append("file", new Blob([pdf], { type: "application/pdf" }), "note.pdf")
      const upload = await customer.fetch(`/api/customer/${handle}/files/picture?revision=${revision}`, {
        method: "POST",
        headers,
        body: form,
      })
      assert.strictEqual(upload.status, 201, await upload.text())
      await crash()
      const receipt = await customer.json(`/api/customer/${handle}/submit`, { revision }, { headers })
      await server.kill()
      await server.start()

      await sink.waitFor(sentTo("moa@firm.example"))
      await crash()
      const submission = await member.json(`/api/requests/${id}/submission`)
      assert.strictEqual(submission["digest"], receipt["digest"])
      const given = submission["answers"]
      assert.deepInclude(given, answers)
      const history = await member.json(`/api/requests/${id}/history`)
      const types = JSON.stringify(history).match(/Request\w+|LinkClaimed|FileAttached/g) ?? []
      for (const type of [
        "RequestCreated",
        "RequestSent",
        "LinkClaimed",
        "RequestStarted",
        "FileAttached",
        "RequestSubmitted",
      ]) {
        assert.strictEqual(types.filter((one) => one === type).length, 1, type)
      }

      // whatever arrived more than once is the same message
      for (const address of ["carl@customer.example", "moa@firm.example"]) {
        const ids = sink.mails.filter(sentTo(address)).map((mail) => mail.parsed.messageId)
        assert.strictEqual(new Set(ids).size, 1, `${address}: ${ids.join(" ")}`)
      }
    },
  )
})
