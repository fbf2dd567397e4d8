// Documents of the firm that go with a request or one of its items (K9): given, read, taken back, over the whole server.
import { assert, layer } from "@effect/vitest"
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as FileSamples from "../support/FileSamples.ts"
import * as Docs from "./DocumentsWorld.ts"
import * as Page from "./FirmPagesWorld.ts"
import * as World from "./SecurityWorld.ts"

/** A firm whose work has a document in a folder, and a customer who is asked for something in it. */
const arranged = Effect.gen(function* () {
  const firm = yield* Docs.firm
  const { api, work, contact } = firm
  const folder = yield* api.documents.addFolder({ headers: {}, payload: { name: "For clients", workItem: work.id } })
  const { document } = yield* Docs.bring(firm, folder.id, "terms.pdf")
  const { id, token } = yield* World.sent(firm, { workItem: work.id })
  return { ...firm, folder, document, contact, request: id, customer: yield* World.enter(token) }
})

layer(Docs.layer, { excludeTestServices: true, timeout: "300 seconds" })("handouts", (it) => {
  it.effect("K9: a document given with an item is on its page and in the API, and is read until it is taken back", () =>
    Effect.gen(function* () {
      const { api, member, session, document, request, customer } = yield* arranged
      const params = { request }
      const page = (path: string) => World.call("GET", `/q/${customer.handle}${path}`, { headers: customer.headers })
      const link = `/q/${customer.handle}/files/${document.file}`
      const papers = yield* api.documents.give({ params, payload: { document: document.id, item: "papers" } })
      assert.deepInclude(papers, { item: "papers", name: "terms.pdf", by: member.name, scan: "clean" })
      const again = yield* api.documents.give({ params, payload: { document: document.id, item: "papers" } })
      assert.strictEqual(again.id, papers.id)
      assert.include((yield* page("/sections/papers")).body, link)
      assert.notInclude((yield* page("/sections/about")).body, link)
      assert.notInclude((yield* page("")).body, link)

      const whole = yield* api.documents.give({ params, payload: { document: document.id } })
      assert.include((yield* page("")).body, link)
      yield* api.documents.edit({ params: { id: document.id }, payload: { name: "Our terms.pdf" } })
      const file = yield* page(`/files/${document.file}`)
      assert.strictEqual(file.body, Buffer.from(FileSamples.pdf).toString())
      assert.include(file.headers["content-disposition"], 'filename="Our terms.pdf"')
      const staff = { cookie: `rq-member=${Redacted.value(session)}` }
      const view = `/requests/${request}/as-customer/carl/in`
      const seen = yield* World.call("GET", `${view}/sections/papers`, { headers: staff })
      assert.include(seen.body, `${view}/files/${document.file}`)
      assert.strictEqual(
        (yield* World.call("GET", `${view}/files/${document.file}`, { headers: staff })).body,
        file.body,
      )
      const fill: unknown = JSON.parse((yield* World.call("GET", customer.at, { headers: customer.headers })).body)
      assert.deepNestedInclude(fill, { "handouts[0].item": "papers", "handouts[1].item": null })

      yield* api.documents.takeBack({ params: { ...params, handout: papers.id } })
      assert.strictEqual((yield* page(`/files/${document.file}`)).status, 200, "it still goes with all of it")
      yield* api.documents.takeBack({ params: { ...params, handout: whole.id } })
      assert.notInclude((yield* page("/sections/papers")).body, link)
      assert.strictEqual((yield* page(`/files/${document.file}`)).status, 410)
      const done = yield* Effect.flip(api.documents.takeBack({ params: { ...params, handout: whole.id } }))
      assert.strictEqual(done._tag, "NotFound")

      const noted = yield* (yield* WorkspaceEvents).list(member.workspaceId, { limit: 20 })
      assert.deepStrictEqual(
        noted.filter(({ about }) => about === document.id).map(({ type, by, data }) => [type, by, data["item"]]),
        [
          ["DocumentTakenBack", member.id, ""],
          ["DocumentTakenBack", member.id, "papers"],
          ["DocumentGiven", member.id, ""],
          ["DocumentGiven", member.id, "papers"],
        ],
      )
    }),
  )

  it.effect("K9 S55: none that is withheld is given, and one that is found to be infected is there no more", () =>
    Effect.gen(function* () {
      const { api, member, document, request, customer } = yield* arranged
      const params = { request }
      yield* api.documents.give({ params, payload: { document: document.id } })
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE files SET scan = 'infected' WHERE workspace_id = ${member.workspaceId} AND id = ${document.file}`
      const path = `/q/${customer.handle}`
      assert.notInclude((yield* World.call("GET", path, { headers: customer.headers })).body, "terms.pdf")
      const file = yield* World.call("GET", `${path}/files/${document.file}`, { headers: customer.headers })
      assert.strictEqual(file.status, 410)
      const refused = yield* Effect.flip(
        api.documents.give({ params, payload: { document: document.id, item: "papers" } }),
      )
      assert.deepInclude(refused, { _tag: "DocumentRefused", code: "file-withheld" })
    }),
  )

  it.effect(
    "K9: nothing is given with a request that is over, with an item that it does not have, or one that is not there",
    () =>
      Effect.gen(function* () {
        const { api, member, document, request } = yield* arranged
        const params = { request }
        const give = (item: string) =>
          Effect.flip(api.documents.give({ params, payload: { document: document.id, item } }))
        assert.deepInclude(yield* give("nowhere"), { _tag: "DocumentRefused", code: "item-unknown" })
        yield* api.requests.cancel({ params: { id: request }, payload: {}, headers: {} })
        assert.strictEqual(
          (yield* (yield* ClientRequests).read(member.workspaceId, request)).request.state,
          "Cancelled",
        )
        assert.deepInclude(yield* give("papers"), { _tag: "DocumentRefused", code: "request-over" })
        const unknown = yield* Effect.flip(
          api.documents.give({ params: { request: document.id }, payload: { document: document.id } }),
        )
        assert.deepInclude(unknown, { _tag: "NotFound", what: "request" })
      }),
  )

  it.effect(
    "K9: a colleague gives one and takes it back in the browser, and whoever deletes it takes it from everybody",
    () =>
      Effect.gen(function* () {
        const { api, theirs, document, request, customer } = yield* arranged
        const at = `/requests/${request}/documents`
        const send = (action: string, fields: Readonly<Record<string, string>>) =>
          Effect.flatMap(theirs.get(at), (shown) => theirs.post(action, { ...Page.hidden(shown, action), ...fields }))
        assert.include((yield* theirs.get(`/requests/${request}`)).body, at)
        assert.include((yield* theirs.get(at)).body, "For clients / terms.pdf")
        const sent = yield* send(at, { document: document.id, item: "papers" })
        assert.strictEqual(sent.location, `${at}?done=saved`)
        const takeBack = /action="([^"]*take-back)"/.exec((yield* theirs.get(at)).body)?.[1] ?? ""
        yield* send(takeBack, {})
        assert.notInclude((yield* theirs.get(at)).body, "take-back")
        yield* send(at, { document: document.id, item: "" })
        yield* api.documents.remove({ params: { id: document.id } })
        const file = yield* World.call("GET", `/q/${customer.handle}/files/${document.file}`, {
          headers: customer.headers,
        })
        assert.strictEqual(file.status, 410)
      }),
  )

  it.effect("K9 S68: a document that a question names is a link beside it, while the firm has exactly that one", () =>
    Effect.gen(function* () {
      const firm = yield* arranged
      const { api, document } = firm
      const sha256 = createHash("sha256").update(FileSamples.pdf).digest("hex")
      const known = { type: "application/pdf", bytes: FileSamples.pdf.length, sha256 }
      const attachments = [
        { id: document.id, name: "Our \u202eterms.pdf", ...known },
        { id: document.id, name: "An older one.pdf", ...known, sha256: "0".repeat(64) },
        { id: "somewhere else", name: "Elsewhere.pdf", ...known },
      ]
      const customer = yield* World.enter(
        (yield* World.sent({ ...firm, stored: yield* Docs.naming(firm, attachments) })).token,
      )
      const page = (path: string) => World.call("GET", `/q/${customer.handle}${path}`, { headers: customer.headers })
      const link = `/q/${customer.handle}/files/${document.file}`
      const shown = (yield* page("/sections/papers")).body
      assert.strictEqual(shown.split(link).length - 1, 1)
      for (const name of ["An older one.pdf", "Elsewhere.pdf"]) assert.include(shown, `<span dir="auto">${name}</span>`)
      const file = yield* page(`/files/${document.file}`)
      assert.strictEqual(file.body, Buffer.from(FileSamples.pdf).toString())
      assert.include(file.headers["content-disposition"], 'filename="Our terms.pdf"')
      const fill: unknown = JSON.parse((yield* World.call("GET", customer.at, { headers: customer.headers })).body)
      assert.deepNestedInclude(fill, {
        "handouts[0].file": document.file,
        "handouts[0].item": "papers",
        "handouts[0].question": "passport",
      })
      // who is asked something else has no way to it
      const gone = yield* World.call("GET", `/q/${firm.customer.handle}/files/${document.file}`, {
        headers: firm.customer.headers,
      })
      assert.strictEqual(gone.status, 410)
      yield* api.documents.remove({ params: { id: document.id } })
      assert.notInclude((yield* page("/sections/papers")).body, link)
      assert.strictEqual((yield* page(`/files/${document.file}`)).status, 410)
    }),
  )

  it.effect("K1 S55: an attachment that is withheld is on the customer's page by its name, and has no link", () =>
    Effect.gen(function* () {
      const firm = yield* Docs.firm
      Docs.scanner().mode = "down"
      const file = yield* (yield* Uploads).receiveAttachment(firm.member, {
        name: "engagement.pdf",
        content: Stream.make(FileSamples.pdf),
      })
      Docs.scanner().mode = "up"
      const { token } = yield* World.sent(firm, { attachments: [file] })
      const { handle, headers } = yield* World.enter(token)
      const page = yield* World.call("GET", `/q/${handle}`, { headers })
      assert.include(page.body, "engagement.pdf")
      assert.notInclude(page.body, `/files/${file.id}`)
    }),
  )
})
