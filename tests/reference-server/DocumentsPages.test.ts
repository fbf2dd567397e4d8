// Documents on the firm's pages: folders of a contact, of work and for guests, uploads, moves, links, and file requests.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSamples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Docs from "./DocumentsWorld.ts"
import * as Page from "./FirmPagesWorld.ts"
import * as World from "./SecurityWorld.ts"

type Browser = Docs.Firm["browser"]

/** Sends the form of a page that posts to `action`. */
const press = (browser: Browser, page: string, action: string, fields: Record<string, string> = {}) =>
  Effect.flatMap(browser.get(page), (shown) => browser.post(action, { ...Page.hidden(shown, action), ...fields }))

const folderIn = (page: Page.Reply, name: string): string =>
  new RegExp(`href="(/folders/[0-9a-f-]{36})"><strong>${name}<`).exec(page.body)?.[1] ??
  assert.fail(`no folder ${name}`)
const documentIn = (page: Page.Reply, name: string): string =>
  new RegExp(`href="(/documents/[0-9a-f-]{36})">${name}<`).exec(page.body)?.[1] ?? assert.fail(`no document ${name}`)

layer(Docs.layer, { excludeTestServices: true, timeout: "300 seconds" })("documents on the firm's pages", (it) => {
  it.effect(
    "F3 T15: a contact and work have folders, with a tab; what the customer would see of them is shown apart",
    () =>
      Effect.gen(function* () {
        const firm = yield* Docs.firm
        const { browser, contact, work } = firm
        assert.include((yield* browser.get(`/contacts/${contact.id}`)).body, `/contacts/${contact.id}/documents`)
        assert.include((yield* browser.get(`/work-items/${work.id}`)).body, `/work-items/${work.id}/documents`)
        const path = `/contacts/${contact.id}/documents`
        const first = yield* browser.get(path)
        const [uploads, own] = [folderIn(first, "Customer uploads"), folderIn(first, "Private")]
        const request = yield* Docs.out(firm, { contact: contact.id })
        yield* Docs.upload(request, "passport.pdf")
        Docs.scanner().mode = "down"
        yield* Docs.upload(request, "waits.pdf", FileSamples.text("%PDF-1.7\n% waits\n%%EOF\n"))
        Docs.scanner().mode = "up"
        yield* Docs.bring(firm, own.slice(9), "notes.pdf")
        const inside = yield* browser.get(uploads)
        assert.include(inside.body, `href="/requests/${request.id}"`)
        assert.include(Page.text(inside), "being checked: kept back")
        // where no mail can come in, no address for it is offered (F15)
        assert.notInclude(inside.body, `${uploads}/mail`)
        const withheld = documentIn(inside, "waits.pdf")
        assert.notInclude((yield* browser.get(withheld)).body, `${withheld}/file`)
        assert.strictEqual((yield* browser.get(`${withheld}/file`)).status, 409)
        const seen = Page.text(yield* browser.get(`${path}?as=customer`))
        assert.include(seen, "passport.pdf")
        for (const text of ["waits.pdf", "notes.pdf"]) assert.notInclude(seen, text)
      }),
  )

  it.effect("F10 F11: a guest folder is made, filled, changed, its documents are moved, shared and deleted", () =>
    Effect.gen(function* () {
      const { browser, theirs } = yield* Docs.firm
      const wrong = yield* press(browser, "/documents", "/folders/new", { name: " ", visibility: "private" })
      assert.strictEqual(wrong.status, 409)
      assert.include(Page.text(wrong), "Enter a name.")
      const made = yield* press(browser, "/documents", "/folders/new", { name: "Guests", visibility: "private" })
      const folder = made.location ?? ""
      const inner = yield* press(browser, folder, "/folders/new", { name: "Bank", visibility: "private" })
      const action = `${folder}/documents`
      const hidden = Page.hidden(yield* browser.get(folder), action)
      const bad = yield* browser.post(
        action,
        Docs.withFiles(hidden, { "a.html": FileSamples.html, "deed.pdf": FileSamples.pdf }),
      )
      assert.strictEqual(bad.status, 409)
      const deed = documentIn(bad, "deed.pdf")
      assert.notInclude(bad.body, ">a.html<")
      const none = yield* browser.post(action, Docs.withFiles(hidden, {}))
      assert.include(Page.text(none), "Choose a file.")

      const to = { name: "Deed 2026.pdf", folder: inner.location?.slice(9) ?? "" }
      yield* press(browser, deed, `${deed}/edit`, to)
      const moved = yield* browser.get(inner.location ?? "")
      assert.strictEqual(documentIn(moved, "Deed 2026.pdf"), deed)
      const file = yield* browser.get(`${deed}/file`)
      assert.include(file.headers.get("content-disposition"), "Deed 2026.pdf")
      assert.include(file.headers.get("content-security-policy"), "sandbox")

      const shared = yield* press(browser, deed, `${deed}/shares`, { note: "The bank", days: "7" })
      const link = /(\/s\/[\w-]{43})</.exec(shared.body)?.[1] ?? assert.fail("no link")
      assert.notInclude((yield* browser.get(deed)).body, link)
      assert.strictEqual((yield* World.call("POST", link)).status, 200)
      assert.include(Page.text(yield* browser.get(deed)), "opened once")
      const revoke = /action="(\/documents\/[^"]+\/revoke)"/.exec((yield* browser.get(deed)).body)?.[1] ?? ""
      yield* press(browser, deed, revoke)
      assert.include(Page.text(yield* browser.get(deed)), "revoked")
      assert.strictEqual((yield* World.call("POST", link)).status, 410)

      const full = yield* press(browser, inner.location ?? "", `${inner.location}/delete`)
      assert.include(Page.text(full), "The folder is not empty.")
      assert.notInclude((yield* theirs.get(deed)).body, `${deed}/delete`)
      const denied = yield* press(theirs, deed, `${deed}/delete`, Page.hidden(yield* theirs.get(deed), `${deed}/edit`))
      assert.strictEqual(denied.status, 403)
      yield* press(browser, deed, `${deed}/delete`)
      assert.strictEqual((yield* browser.get(deed)).status, 404)
      const gone = yield* press(browser, inner.location ?? "", `${inner.location}/delete`)
      assert.strictEqual(gone.location, folder)
    }),
  )

  it.effect(
    "F3 F4 F5 F6 F7 F8 L37: files are requested into a folder, by a link or by mail, and the requests are listed",
    () =>
      Effect.gen(function* () {
        const firm = yield* Docs.firm
        const { browser, contact, address } = firm
        const folder = folderIn(yield* browser.get(`/contacts/${contact.id}/documents`), "Private")
        yield* Docs.bring(firm, folder.slice(9), "secret.pdf")
        const path = `${folder}/request`
        const form = yield* browser.get(path)
        assert.match(form.body, new RegExp(`value="${contact.id}"\\s+selected`))
        const blank = { title: "Receipts", message: "For the audit.", how: "mail", contact: "", name: "", email: "no" }
        const wrong = yield* press(browser, path, path, blank)
        assert.strictEqual(wrong.status, 422)
        assert.include(Page.text(wrong), "For the audit.")
        const linked = yield* press(browser, path, path, { ...blank, how: "link" })
        assert.match(linked.location ?? "", /^\/requests\/[0-9a-f-]{36}\?done=sent$/)
        const mailed = yield* press(browser, path, path, { ...blank, title: "Contract", contact: contact.id })
        assert.strictEqual(mailed.status, 303)
        const mail = yield* TestFirm.mailTo(address)
        assert.include(mail.text, "For the audit.")
        const page = yield* World.start(World.tokenOf(mail))
        const customer = yield* World.call("GET", page.headers["location"] ?? "", {
          headers: { cookie: page.cookies.join("; ") },
        })
        assert.include(customer.body, "For the audit.")
        for (const text of ["secret.pdf", "Private"]) assert.notInclude(customer.body, text)

        const listed = yield* browser.get("/file-requests")
        for (const text of ["Receipts", "Contract", "Copy link", "Send again", "Revoke links"]) {
          assert.include(Page.text(listed), text)
        }
        const here = Page.text(yield* browser.get(`/contacts/${contact.id}/documents`))
        for (const text of ["Receipts", "Contract"]) assert.include(here, text)
        const id = (linked.location ?? "").slice(10, 46)
        const link = `/requests/${id}/recipients/r1/link`
        const copied = yield* press(browser, "/file-requests", link)
        assert.match(copied.body, /\/r\/[\w-]{43}/)
        yield* press(browser, "/file-requests", `/requests/${id}/recipients/r1/revoke`)
        const token = /\/r\/([\w-]{43})/.exec(copied.body)?.[1] ?? ""
        assert.strictEqual((yield* World.call("GET", `/r/${token}`)).status, 410)
      }),
  )

  it.effect("S43: folders, documents and links of another firm are not there", () =>
    Effect.gen(function* () {
      const ours = yield* Docs.firm
      const theirs = yield* Docs.firm
      const folder = yield* ours.api.documents.addFolder({ headers: {}, payload: { name: "Ours" } })
      const { document } = yield* Docs.bring(ours, folder.id, "ours.pdf")
      const { api } = theirs
      const there = yield* Effect.flip(api.documents.folders({ query: { contact: ours.contact.id } }))
      assert.deepInclude(there, { _tag: "NotFound", what: "contact" })
      const own = yield* api.documents.addFolder({ headers: {}, payload: { name: "Theirs" } })
      const { document: mine } = yield* Docs.bring(theirs, own.id, "theirs.pdf")
      const moved = yield* Effect.flip(api.documents.edit({ params: { id: mine.id }, payload: { folder: folder.id } }))
      assert.deepInclude(moved, { what: "folder" })
      const into = yield* Docs.bring(theirs, folder.id, "taken.pdf")
      assert.strictEqual(into.status, 404)
      const asked = { params: { id: folder.id }, headers: {}, payload: {} }
      assert.deepInclude(yield* Effect.flip(api.documents.requestFiles(asked)), { what: "folder" })
      assert.strictEqual((yield* theirs.browser.get(`/documents/${document.id}/file`)).status, 404)
      // a request that names another firm's folder files nothing there
      const request = yield* Docs.out(theirs, { folder: folder.id, contact: theirs.contact.id })
      yield* Docs.upload(request, "lost.pdf", FileSamples.text("%PDF-1.7\n% lost\n%%EOF\n"))
      const { documents } = yield* ours.api.documents.folder({ params: { id: folder.id } })
      assert.deepStrictEqual(
        documents.map(({ name }) => name),
        ["ours.pdf"],
      )
      const { folders } = yield* api.documents.folders({ query: { contact: theirs.contact.id } })
      assert.strictEqual(folders[0]?.count, 1)
    }),
  )
})
