// What was written to a contact, and for a work item, by the API and on the firm's pages.
import { assert, layer } from "@effect/vitest"
import { Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Contacts } from "../../reference-server/src/Contacts.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { Timelines } from "../../reference-server/src/Timelines.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as FirmWorld from "./FirmPagesWorld.ts"
import * as World from "./WorkItemsWorld.ts"

const page = { limit: 50, offset: 0 }

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("timelines", (it) => {
  it.effect(
    "K23: what was written to a customer stands on the contact's timeline and on the work's, in whose name",
    () =>
      Effect.gen(function* () {
        const arranged = yield* World.visit
        const { api, browser, member, id, contact, address, identity, workspaceId } = arranged
        const requests = yield* ClientRequests
        const first = yield* World.send(arranged, [[address, "bill"]])
        // a notice to the member is in neither
        const customer = yield* TestFirm.customerOf(first)
        yield* requests.finish(customer, { revision: first.revision, answers: { name: "Carl" } }, yield* Crypto.uuid)
        const sql = yield* SqlClient.SqlClient
        const notices = yield* sql`SELECT 1 FROM mails WHERE request_id = ${first.id} AND kind = 'submitted-notice'`
        assert.strictEqual(notices.length, 1)
        const second = yield* World.send(arranged, [[identity, "person"]])
        const to = `carl.${id}@customer.example`

        const { mails, total } = yield* api.contacts.mails({ params: { id: contact }, query: {} })
        assert.strictEqual(total, 2)
        assert.deepStrictEqual(
          mails.map(({ request, kind, recipient, title, from }) => ({ request, kind, recipient, title, from })),
          [second.id, first.id].map((request) => ({
            request,
            kind: "invitation",
            recipient: to,
            title: "What we need",
            from: member.name,
          })),
        )
        assert.deepStrictEqual(yield* api.workItems.mails({ params: { id }, query: {} }), { mails, total })
        const older = yield* api.workItems.mails({ params: { id }, query: { limit: 1, offset: 1 } })
        assert.deepStrictEqual([older.mails.map(({ request }) => request), older.total], [[first.id], 2])
        assert.deepStrictEqual(yield* api.workItems.mails({ params: { id }, query: { offset: 9 } }), {
          mails: [],
          total,
        })

        // they go with the person, not with the address
        yield* (yield* Contacts).edit(workspaceId, contact, { email: "new@customer.example" })
        assert.strictEqual((yield* api.contacts.mails({ params: { id: contact }, query: {} })).total, 2)
        for (const [path, name] of [
          [`/contacts/${contact}/mails`, "Carl Customer"],
          [`/work-items/${id}/mails`, "Onboarding"],
        ] as const) {
          const shown = yield* browser.get(path)
          assert.strictEqual(shown.status, 200)
          const text = FirmWorld.text(shown)
          for (const part of [name, `Invitation to ${to}`, "What we need", `from ${member.name}`]) {
            assert.include(text, part)
          }
          assert.include(shown.body, `href="/requests/${second.id}"`)
        }
      }),
  )

  it.effect("K23 S43 S76: of another firm's contact nothing is told, and of what was erased not to whom it went", () =>
    Effect.gen(function* () {
      const arranged = yield* World.visit
      const { api, browser, member, id, contact, address, workspaceId } = arranged
      const timelines = yield* Timelines
      const nothing = FirmWorld.text(yield* browser.get(`/contacts/${contact}/mails`))
      assert.include(nothing, "No e-mail has gone out yet.")
      const sent = yield* World.send(arranged, [[address, "bill"]])
      yield* (yield* ClientRequests).closeOnBehalf(member, sent.id, yield* Crypto.uuid)
      const whose = { kind: "contact", id: contact } as const

      const other = yield* TestFirm.firm
      const theirs = yield* timelines.mails(other.member.workspaceId, whose, page)
      assert.deepStrictEqual(theirs, { mails: [], total: 0 })
      const unknown = yield* Effect.flip(api.contacts.mails({ params: { id: yield* Crypto.uuid }, query: {} }))
      assert.strictEqual(unknown._tag, "NotFound")
      assert.strictEqual((yield* browser.get(`/work-items/${contact}/mails`)).status, 404)

      assert.strictEqual((yield* timelines.mails(workspaceId, whose, page)).total, 1)
      yield* (yield* Record).erase(member, sent.id, "They asked for it.", yield* Crypto.uuid)
      assert.strictEqual((yield* timelines.mails(workspaceId, whose, page)).total, 0)
      const { mails } = yield* timelines.mails(workspaceId, { kind: "work-item", id }, page)
      assert.deepStrictEqual(
        mails.map(({ recipient, title }) => [recipient, title]),
        [["", ""]],
      )
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(
        yield* sql`SELECT contact_id FROM mails WHERE request_id = ${sent.id} AND kind = 'invitation'`,
        [{ contactId: null }],
      )
    }),
  )

  it.effect(
    "K23 S76: of an erased contact's mails nothing tells that they were theirs, though the request asks another by now",
    () =>
      Effect.gen(function* () {
        const arranged = yield* World.visit
        const { member, id, contact, address, workspaceId } = arranged
        const requests = yield* ClientRequests
        const sent = yield* World.send(arranged, [[address, "bill"]], RequestPolicy.standard)
        const eve = {
          id: "eve",
          name: "Eve",
          email: "eve@customer.example",
          language: "en",
          mobile: "",
          role: "",
          contact: null,
        }
        yield* requests.changeRecipient(member, sent.id, contact, eve, yield* Crypto.uuid)
        assert.deepStrictEqual(yield* (yield* Record).eraseContact(member, contact, "They asked for it."), {
          erased: 0,
          open: 0,
        })
        assert.strictEqual(
          (yield* (yield* Timelines).mails(workspaceId, { kind: "contact", id: contact }, page)).total,
          0,
        )
        const sql = yield* SqlClient.SqlClient
        const left =
          yield* sql`SELECT 1 FROM mails WHERE workspace_id = ${workspaceId} AND address = ${`carl.${id}@customer.example`}`
        assert.deepStrictEqual(left, [])
      }),
  )
})
