import { assert, it, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import { MailFailed } from "../../reference-server/src/Mailer.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as TestFirm from "../support/TestFirm.ts"

const pdf = new TextEncoder().encode("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
const day = 86_400_000

layer(TestFirm.layer, { excludeTestServices: true, timeout: "60 seconds" })("client requests", (it) => {
  it.effect("P13 P16 T9 T12: sent, claimed, saved, uploaded, submitted, and the member is told", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const access = yield* CustomerAccess
      const uploads = yield* Uploads
      const { member, stored } = yield* TestFirm.arrange
      const sent = yield* TestFirm.sendRequest(member, stored.ref)
      assert.strictEqual(sent.state, "Pending")

      const [invitation] = yield* TestFirm.mails(1)
      assert.isDefined(invitation)
      if (invitation === undefined) return
      assert.strictEqual(invitation.to.address, "carl@customer.example")
      const arrival = yield* access.arrive(TestFirm.tokenIn(invitation))
      assert.strictEqual(arrival.workspace.name, "Ask & Answer Ltd")

      const { customer, handle, secret } = yield* TestFirm.claim(invitation)
      const uuid = TestFirm.uuid
      yield* requests.save(customer, { revision: 1, answers: { name: "Carl", mail: "" }, visited: "about" }, yield* uuid)
      const { request: started } = yield* requests.current(customer)
      assert.strictEqual(started.state, "WaitingForCustomer")

      const passport = stored.questionnaire.sections[1]?.items[0]
      if (passport === undefined) return
      const file = yield* uploads.receive(customer, {
        question: passport,
        revision: 1,
        name: "../../pass\u202eport.pdf",
        content: Stream.make(pdf),
      })
      assert.strictEqual(file.name, "passport.pdf")
      assert.strictEqual(file.type, "application/pdf")

      const submitted = yield* requests.submit(customer, 1, yield* uuid)
      assert.strictEqual(submitted.state, "Submitted")
      const { current, history, mails } = yield* requests.overview(member.workspaceId, sent.id)
      assert.deepStrictEqual(current.answers, { name: "Carl", passport: [file] })
      assert.deepStrictEqual(
        history.map(({ event }) => event.type),
        ["RequestCreated", "RequestSent", "LinkClaimed", "RequestStarted", "FileAttached", "RequestSubmitted"],
      )
      assert.strictEqual(mails.length, 2)
      const [, notice] = yield* TestFirm.mails(2)
      assert.strictEqual(notice?.to.address, "moa@firm.example")

      // S50: the receipt is for the session that submitted, and the link is dead
      const receipt = yield* access.receipt(handle, secret)
      assert.strictEqual(receipt.current.answers["name"], "Carl")
      assert.strictEqual((yield* Effect.flip(access.arrive(TestFirm.tokenIn(invitation))))._tag, "LinkDead")
      assert.strictEqual((yield* Effect.flip(access.enter(handle, secret)))._tag, "LinkDead")
      assert.strictEqual((yield* Effect.flip(access.receipt(handle, Redacted.make("x"))))._tag, "LinkDead")

      // S2: no secret of the flow is in any table
      const sql = yield* SqlClient.SqlClient
      const tables = yield* sql<{ name: string }>`
        SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`
      for (const { name } of tables) {
        const dump = JSON.stringify(yield* sql<{ row: unknown }>`SELECT t::text AS row FROM ${sql(name)} t`)
        assert.notInclude(dump, Redacted.value(TestFirm.tokenIn(invitation)))
        assert.notInclude(dump, Redacted.value(secret))
      }
    }),
  )
})
