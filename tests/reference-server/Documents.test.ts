// Folders and documents through the API, over the whole server: what customers upload is filed where it belongs, and what is
// done with it afterwards.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as scanning from "../../reference-server/src/Files/scanning.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as FileSamples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Docs from "./DocumentsWorld.ts"
import * as World from "./SecurityWorld.ts"

const standard = (folders: ReadonlyArray<{ readonly standard: string | null; readonly id: string }>, which: string) =>
  folders.find((one) => one.standard === which)?.id ?? assert.fail(`no folder for ${which}`)

layer(Docs.layer, { excludeTestServices: true, timeout: "300 seconds" })("documents", (it) => {
  it.effect(
    "K4 F14: uploads lie with the work, or with the contact who was asked, where the customer may see them",
    () =>
      Effect.gen(function* () {
        const firm = yield* Docs.firm
        const { api, contact, work } = firm
        const both = yield* Docs.out(firm, { workItem: work.id, contact: contact.id })
        const alone = yield* Docs.out(firm, { contact: contact.id })
        yield* Docs.upload(both, "statement.pdf")
        yield* Docs.upload(alone, "passport.pdf")
        const ofWork = yield* api.documents.folders({ query: { workItem: work.id } })
        const ofContact = yield* api.documents.folders({ query: { contact: contact.id } })
        assert.deepStrictEqual(
          ofWork.folders.map(({ standard: which, visibility, count }) => [which, visibility, count]),
          [
            ["uploads", "customer-can-edit", 1],
            ["private", "private", 0],
          ],
        )
        const names = (id: string) =>
          Effect.map(api.documents.folder({ params: { id } }), ({ documents }) =>
            documents.map(({ name, request, scan }) => [name, request, scan]),
          )
        assert.deepStrictEqual(yield* names(standard(ofWork.folders, "uploads")), [["statement.pdf", both.id, "clean"]])
        assert.deepStrictEqual(yield* names(standard(ofContact.folders, "uploads")), [
          ["passport.pdf", alone.id, "clean"],
        ])
      }),
  )

  it.effect("S55: what is not known to be clean is filed, and given to nobody; what is infected is filed no more", () =>
    Effect.gen(function* () {
      const firm = yield* Docs.firm
      const { api, contact } = firm
      const request = yield* Docs.out(firm, { contact: contact.id })
      Docs.scanner().mode = "down"
      yield* Docs.upload(request, "good.pdf")
      yield* Docs.upload(request, "bad.pdf", FileSamples.text(`%PDF-1.7\n${FakeClamd.eicar}\n%%EOF\n`))
      const { folders } = yield* api.documents.folders({ query: { contact: contact.id } })
      const params = { id: standard(folders, "uploads") }
      const before = (yield* api.documents.folder({ params })).documents
      assert.deepStrictEqual(
        before.map(({ name, scan }) => [name, scan]),
        [
          ["bad.pdf", "pending"],
          ["good.pdf", "pending"],
        ],
      )
      for (const { id } of before) {
        const file = yield* World.call("GET", `/api/documents/${id}/file`, { headers: firm.headers })
        assert.strictEqual(file.status, 409)
        const shared = yield* Effect.flip(api.documents.share({ params: { id }, payload: {} }))
        assert.deepInclude(shared, { _tag: "DocumentRefused", code: "file-withheld" })
      }
      Docs.scanner().mode = "up"
      TestFirm.clock.pass(3_600_000)
      yield* (yield* scanning.make).round
      const after = (yield* api.documents.folder({ params })).documents
      assert.deepStrictEqual(
        after.map(({ name, scan }) => [name, scan]),
        [["good.pdf", "clean"]],
      )
      const file = yield* World.call("GET", `/api/documents/${after[0]?.id ?? ""}/file`, { headers: firm.headers })
      assert.strictEqual(file.body, Buffer.from(FileSamples.pdf).toString())
      assert.include(file.headers["content-disposition"], 'attachment; filename="good.pdf"')
    }),
  )

  it.effect("what the customer takes back is filed no more", () =>
    Effect.gen(function* () {
      const firm = yield* Docs.firm
      const request = yield* Docs.out(firm, { contact: firm.contact.id })
      const { id } = yield* Docs.upload(request, "wrong.pdf")
      const { folders } = yield* firm.api.documents.folders({ query: { contact: firm.contact.id } })
      const customer = yield* TestFirm.customerOf(request)

      yield* (yield* Uploads).remove(customer, { revision: request.revision, file: id })
      const { documents } = yield* firm.api.documents.folder({ params: { id: standard(folders, "uploads") } })
      assert.deepStrictEqual(documents, [])
    }),
  )

  it.effect("F3 F5 F6 F7 F9 L36 L38: files come into the folder that they were requested into, in several visits", () =>
    Effect.gen(function* () {
      const firm = yield* Docs.firm
      const { api, address } = firm
      const folder = yield* api.documents.addFolder({
        headers: {},
        payload: { name: "Guests", visibility: "customer-can-edit" },
      })
      assert.strictEqual(folder.visibility, "private")
      const params = { id: folder.id }
      const headers = { "idempotency-key": yield* Crypto.uuid }
      const payload = { title: "Receipts", message: "For the **audit**." }
      const linked = yield* api.documents.requestFiles({ params, headers, payload })
      const again = yield* api.documents.requestFiles({ params, headers, payload })
      assert.strictEqual(again.request, linked.request)
      assert.lengthOf(World.mailsTo(address), 0)
      const recipient = { name: "Olle", email: address }
      const mailed = yield* api.documents.requestFiles({ params, headers: {}, payload: { ...payload, recipient } })
      const mail = yield* TestFirm.mailTo(address)
      assert.include(mail.text, "For the audit.")
      const copied = { params: { id: linked.request, recipient: "r1" }, headers: {} }
      assert.strictEqual((yield* api.requests.copyLink(copied)).url, (yield* api.requests.copyLink(copied)).url)

      const requests = yield* ClientRequests
      const { request } = yield* requests.read(firm.member.workspaceId, linked.request)
      for (const name of ["one.pdf", "two.pdf"]) yield* Docs.upload(request, name)
      const { request: other } = yield* requests.read(firm.member.workspaceId, mailed.request)
      yield* Docs.upload(other, "three.pdf")
      const { documents } = yield* api.documents.folder({ params })
      assert.deepStrictEqual(
        documents.map(({ name }) => name),
        ["one.pdf", "three.pdf", "two.pdf"],
      )
      const listed = yield* api.documents.fileRequests()
      assert.sameDeepMembers(
        listed.requests.map(({ request: id, folder: into, files }) => [id, into, files]),
        [
          [linked.request, folder.id, 2],
          [mailed.request, folder.id, 1],
        ],
      )
      const refused = yield* Effect.flip(api.documents.removeFolder({ params }))
      assert.deepInclude(refused, { code: "folder-not-empty" })
    }),
  )

  it.effect("F11: folders are made, changed and moved within their owner's; only an empty one is deleted", () =>
    Effect.gen(function* () {
      const firm = yield* Docs.firm
      const { api, contact, work } = firm
      const add = (payload: Parameters<typeof api.documents.addFolder>[0]["payload"]) =>
        api.documents.addFolder({ headers: {}, payload })
      const top = yield* add({ name: "Year 2026", contact: contact.id, visibility: "customer-can-view" })
      assert.deepInclude(top, { contact: contact.id, parent: null, visibility: "customer-can-view", standard: null })
      let deepest = top
      for (let level = 2; level <= 8; level++) deepest = yield* add({ name: `Level ${level}`, folder: deepest.id })
      assert.deepInclude(yield* Effect.flip(add({ name: "Level 9", folder: deepest.id })), { code: "too-deep" })
      const { trail } = yield* api.documents.folder({ params: { id: deepest.id } })
      assert.deepStrictEqual([trail.length, trail[0]?.id], [7, top.id])

      const edit = (id: string, payload: Parameters<typeof api.documents.editFolder>[0]["payload"]) =>
        api.documents.editFolder({ params: { id }, payload })
      assert.deepInclude(yield* edit(top.id, { name: "2026" }), { name: "2026" })
      const inside = yield* Effect.flip(edit(top.id, { parent: deepest.id }))
      assert.deepInclude(inside, { code: "folder-into-itself" })
      const other = yield* add({ name: "Elsewhere", workItem: work.id })
      assert.deepInclude(yield* Effect.flip(edit(top.id, { parent: other.id })), { code: "folder-of-another" })
      const { folders } = yield* api.documents.folders({ query: { contact: contact.id } })
      const uploads = standard(folders, "uploads")
      assert.deepInclude(yield* Effect.flip(edit(uploads, { parent: top.id })), { code: "folder-is-standard" })
      const removed = (id: string) => Effect.flip(api.documents.removeFolder({ params: { id } }))
      assert.deepInclude(yield* removed(uploads), { code: "folder-is-standard" })
      assert.deepInclude(yield* removed(top.id), { code: "folder-not-empty" })
      yield* api.documents.removeFolder({ params: { id: deepest.id } })
      assert.deepInclude(yield* removed(deepest.id), { _tag: "NotFound", what: "folder" })

      const awaited = yield* add({ name: "Awaited" })
      const params = { id: awaited.id }
      yield* api.documents.requestFiles({ params, headers: {}, payload: {} })
      assert.deepInclude(yield* removed(awaited.id), { code: "folder-awaits-files" })
    }),
  )

  it.effect(
    "S76: a member's document is deleted for good, by an administrator, with a trace that keeps its digest",
    () =>
      Effect.gen(function* () {
        const firm = yield* Docs.firm
        const { api, contact, member } = firm
        const { folders } = yield* api.documents.folders({ query: { contact: contact.id } })
        const { status, document } = yield* Docs.bring(firm, standard(folders, "private"), "contract.pdf")
        assert.strictEqual(status, 201)
        assert.isTrue(TestFirm.blobs.has(document.file))
        const params = { id: document.id }
        const { sha256 } = yield* api.documents.get({ params })
        const denied = yield* World.call("DELETE", `/api/documents/${document.id}`, { headers: firm.as })
        assert.strictEqual(denied.status, 403)
        yield* api.documents.remove({ params })
        assert.isFalse(TestFirm.blobs.has(document.file))
        assert.deepInclude(yield* Effect.flip(api.documents.get({ params })), { what: "document" })
        const [event] = yield* (yield* WorkspaceEvents).list(member.workspaceId, { limit: 1 })
        assert.deepInclude(event, { type: "DocumentDeleted", by: member.id, about: document.id })
        assert.deepInclude(event?.data, { name: "contract.pdf", sha256 })

        // of a request's answers the file stays until the request is erased
        const request = yield* Docs.out(firm, { contact: contact.id })
        const file = yield* Docs.upload(request, "answer.pdf")
        const { documents } = yield* api.documents.folder({ params: { id: standard(folders, "uploads") } })
        yield* api.documents.remove({ params: { id: documents[0]?.id ?? "" } })
        assert.isTrue(TestFirm.blobs.has(file.id))
        assert.lengthOf((yield* api.requests.get({ params: { id: request.id } })).files, 1)
      }),
  )

  it.effect(
    "S76: a contact's documents go with them: what members brought, and what the requests into their folders did",
    () =>
      Effect.gen(function* () {
        const firm = yield* Docs.firm
        const { api, contact, member } = firm
        const folder = yield* api.documents.addFolder({ headers: {}, payload: { name: "Carl's", contact: contact.id } })
        const params = { id: folder.id }
        const { document } = yield* Docs.bring(firm, folder.id, "notes.pdf")
        const asked = yield* api.documents.requestFiles({ params, headers: {}, payload: {} })
        const requests = yield* ClientRequests
        const { request } = yield* requests.read(member.workspaceId, asked.request)
        const came = yield* Docs.upload(request, "came.pdf")
        const erase = Effect.flatMap(Record, (record) => record.eraseContact(member, contact.id, "wish"))
        assert.deepStrictEqual(yield* erase, { erased: 0, open: 1 })
        assert.lengthOf((yield* api.documents.folder({ params })).documents, 2)
        yield* requests.cancel(member, asked.request, "over", yield* Crypto.uuid)
        assert.deepStrictEqual(yield* erase, { erased: 1, open: 0 })
        assert.deepInclude(yield* api.documents.folder({ params }), { documents: [] })
        for (const { file } of [document, { file: came.id }]) assert.isFalse(TestFirm.blobs.has(file))
        assert.notInclude(JSON.stringify((yield* TestFirm.dump)["folders"]), "Carl's")
      }),
  )

  it.effect("S52 S55: what a member brings is judged and scanned as well", () =>
    Effect.gen(function* () {
      const firm = yield* Docs.firm
      const folder = yield* firm.api.documents.addFolder({ headers: {}, payload: { name: "Ours" } })
      const infected = FileSamples.text(`%PDF-1.7\n${FakeClamd.eicar}\n%%EOF\n`)
      for (const [name, content] of [
        ["page.html", FileSamples.html],
        ["x.pdf", infected],
      ] as const) {
        const { status, body } = yield* Docs.bring(firm, folder.id, name, content)
        assert.strictEqual(status, 422, body)
      }
      const params = { id: folder.id }
      assert.lengthOf((yield* firm.api.documents.folder({ params })).documents, 0)
      const { document } = yield* Docs.bring(firm, folder.id, "ours.pdf")
      const one = { id: document.id }
      assert.deepInclude(yield* firm.api.documents.get({ params: one }), {
        by: "Fia Firm",
        request: null,
        scan: "clean",
      })
      const moved = yield* firm.api.documents.addFolder({ headers: {}, payload: { name: "Theirs" } })
      const payload = { name: "Renamed.pdf", folder: moved.id }
      assert.deepInclude(yield* firm.api.documents.edit({ params: one, payload }), payload)
      assert.lengthOf((yield* firm.api.documents.folder({ params })).documents, 0)
    }),
  )

  it.effect("K4: a folder is taken out as a ZIP with the folders inside it, without what is withheld", () =>
    Effect.gen(function* () {
      const firm = yield* Docs.firm
      const { api, headers } = firm
      const top = yield* api.documents.addFolder({ headers: {}, payload: { name: "Deeds" } })
      const inner = yield* api.documents.addFolder({ headers: {}, payload: { name: "../2026", folder: top.id } })
      yield* Docs.bring(firm, top.id, "one.pdf")
      yield* Docs.bring(firm, inner.id, "two.pdf", FileSamples.text("%PDF-1.7\n% two\n%%EOF\n"))
      Docs.scanner().mode = "down"
      yield* Docs.bring(firm, inner.id, "three.pdf", FileSamples.text("%PDF-1.7\n% three\n%%EOF\n"))
      const base = yield* World.baseUrl
      const zip = yield* Effect.promise(async () =>
        Buffer.from(
          await (await fetch(`${base}/api/documents/folders/${top.id}/files.zip`, { headers })).arrayBuffer(),
        ),
      )
      const text = zip.toString("latin1")
      for (const name of ["one.pdf", "2026/two.pdf", "manifest.json"]) assert.include(text, name)
      for (const name of ["../2026", "2026/three.pdf"]) assert.notInclude(text, name)
    }),
  )

  it.effect(
    "F11 S47: a link shows one document, is counted and written down, ends at its day or when it is revoked",
    () =>
      Effect.gen(function* () {
        const firm = yield* Docs.firm
        const { api, member } = firm
        const folder = yield* api.documents.addFolder({ headers: {}, payload: { name: "For the bank" } })
        const { document } = yield* Docs.bring(firm, folder.id, "deed.pdf")
        const params = { id: document.id }
        for (const days of [0, 366]) {
          assert.deepInclude(yield* Effect.flip(api.documents.share({ params, payload: { days } })), {
            code: "expiry-wrong",
          })
        }
        const { share, url } = yield* api.documents.share({ params, payload: { note: "The bank", days: 2 } })
        const path = new URL(url).pathname
        assert.match(path, /^\/s\/[\w-]{43}$/)
        assert.notInclude(JSON.stringify(yield* TestFirm.dump), path.slice(3))
        const page = yield* World.call("GET", path)
        assert.strictEqual(page.status, 200)
        assert.include(page.body, "deed.pdf")
        assert.strictEqual(page.headers["referrer-policy"], "no-referrer")
        const openings = Effect.map(api.documents.shares({ params }), ({ shares }) => shares[0]?.openings)
        assert.strictEqual(yield* openings, 0)
        const file = yield* World.call("POST", path)
        assert.strictEqual(file.body, Buffer.from(FileSamples.pdf).toString())
        assert.include(file.headers["content-disposition"], "attachment")
        assert.strictEqual(yield* openings, 1)
        const types = Effect.map((yield* WorkspaceEvents).list(member.workspaceId, { limit: 2 }), (events) =>
          events.map(({ type }) => type),
        )
        assert.deepStrictEqual(yield* types, ["SharedDocumentOpened", "DocumentShared"])

        const unknown = yield* World.call("GET", `/s/${"x".repeat(43)}`)
        assert.strictEqual(unknown.status, 410)
        yield* api.documents.revokeShare({ params: { ...params, share: share.id } })
        assert.deepStrictEqual(yield* World.call("GET", path), unknown)
        assert.strictEqual((yield* World.call("POST", path)).status, 410)
        const next = yield* api.documents.share({ params, payload: { days: 2 } })
        TestFirm.clock.pass(2 * World.day)
        assert.deepStrictEqual(yield* World.call("GET", new URL(next.url).pathname), unknown)
      }),
  )
})
