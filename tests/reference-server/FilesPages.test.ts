// What the firm sees of files that nobody may read: on the page of operations, on the request and on the task; and what an
// administrator does about them.

import { assert, layer } from "@effect/vitest"
import { client } from "@requite/api"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Api from "../../reference-server/src/Api.ts"
import * as Assets from "../../reference-server/src/Assets.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Documents } from "../../reference-server/src/Documents.ts"
import { Handouts } from "../../reference-server/src/Documents/Handouts.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { Files } from "../../reference-server/src/Files.ts"
import * as scanning from "../../reference-server/src/Files/scanning.ts"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { Readiness } from "../../reference-server/src/Operations/Readiness.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as clamd from "../../reference-server/src/VirusScanner/clamd.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as Browser from "../support/Browser.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as FileSamples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as FirmWorld from "./FirmPagesWorld.ts"

let fake: FakeClamd.FakeClamd | undefined
const scanner = () => fake ?? assert.fail("no scanner")

const server = HttpRouter.serve(Layer.mergeAll(Api.layer, FirmPages.layer, Assets.layer), {
  disableListenLog: true,
  disableLogger: true,
}).pipe(
  Layer.provideMerge(NodeHttpServer.layerTest),
  Layer.provideMerge(Samples.layer),
  Layer.provideMerge(
    Layer.unwrap(
      Effect.map(FakeClamd.start, (started) => {
        fake = started
        return TestFirm.layerOf({ CLAMD_URL: started.url }, clamd.layer({ url: started.url, maxBytes: 1_000_000 }))
      }),
    ),
  ),
)

const signedIn = Effect.fnUntraced(function* (member: Member) {
  const baseUrl = yield* HttpServer.addressFormattedWith((address) =>
    Effect.succeed(`http://127.0.0.1:${new URL(address).port}`),
  )
  const browser = FirmWorld.browser(baseUrl)
  browser.jar.set("rq-member", Redacted.value(yield* (yield* Members).openSession(member)))
  return { baseUrl, browser }
})

const path = "/settings/operations"
const locked = FileSamples.text("%PDF-1.7\n% unscannable\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")

/** A firm, and a customer of it who handed this in. */
const handedIn = Effect.fnUntraced(function* (name: string, content: Uint8Array) {
  const firm = yield* TestFirm.firm
  const sent = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, {
    recipients: [TestFirm.recipient(firm.address)],
  })
  const customer = yield* TestFirm.customerOf(sent)
  const question = firm.stored.questionnaire.sections[1]?.items[0] ?? assert.fail("no question")
  const file = yield* (yield* Uploads).receive(customer, {
    question,
    revision: 1,
    name,
    content: Stream.make(content),
  })
  return { ...firm, sent, customer, file }
})

/** Work with two tasks, which a customer was asked for at once; they have brought a document for one of them. */
const working = Effect.gen(function* () {
  scanner().mode = "up"
  const { member, address } = yield* TestFirm.firm
  const { workspaceId } = member
  const [work, requests] = [yield* WorkItems, yield* ClientRequests]
  const [item, task, another] = [yield* Crypto.uuid, yield* Crypto.uuid, yield* Crypto.uuid]
  const source = TestFirm.questionnaire
    .replace('"id":"kyc"', '"id":"id-check"')
    .replace('"type":"upload"', '"type":"upload","check":"identity"')
  const { stored } = yield* (yield* Questionnaires).add(workspaceId, source)
  yield* work.create(workspaceId, item, { title: "Onboarding" })
  yield* work.addTask(member, item, task, { title: "Identity check", questionnaires: [stored.ref.id] })
  yield* work.addTask(member, item, another, { title: "Who it is", questionnaires: [] })
  const sent = yield* TestFirm.sendRequest(member, stored.ref, {
    recipients: [TestFirm.recipient(address)],
    workItem: item,
    tasks: [
      { task, sections: ["papers"] },
      { task: another, sections: ["about"] },
    ],
  })
  const customer = yield* TestFirm.customerOf(sent)
  yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* Crypto.uuid)
  const question = stored.questionnaire.sections[1]?.items[0] ?? assert.fail("no question")
  const content = Stream.make(FileSamples.pdf)
  const file = yield* (yield* Uploads).receive(customer, { question, revision: 1, name: "pass.pdf", content })
  const { browser } = yield* signedIn(member)
  return { browser, customer, file, item, member, sent, task }
})

layer(server, { excludeTestServices: true, timeout: "180 seconds" })("files that are kept back", (it) => {
  it.effect("S55 S56: they are on the page of operations with the reason; on the request without a link", () =>
    Effect.gen(function* () {
      scanner().mode = "up"
      const { member, sent, file } = yield* handedIn("locked.pdf", locked)
      const { browser } = yield* signedIn(member)
      const { body } = yield* browser.get(path)
      for (const part of ["locked.pdf", "could not be scanned", "encrypted", "Scan again", `/requests/${sent.id}`]) {
        assert.include(body, part)
      }
      const request = (yield* browser.get(`/requests/${sent.id}`)).body
      assert.include(request, "could not be scanned: kept back")
      assert.notInclude(request, `/files/${file.id}`)
      assert.strictEqual((yield* browser.get(`/requests/${sent.id}/files/${file.id}`)).status, 404)
      assert.strictEqual((yield* browser.get(`/api/requests/${sent.id}/files/${file.id}`)).status, 409)
    }),
  )

  it.effect("S56: an administrator has one scanned again, or removes it with a word to the customer", () =>
    Effect.gen(function* () {
      scanner().mode = "up"
      const { member, sent, file, address } = yield* handedIn("locked.pdf", locked)
      const { browser } = yield* signedIn(member)
      const hidden = FirmWorld.hidden(yield* browser.get(path), `${path}/files/${file.id}/scan`)
      const again = yield* browser.post(`${path}/files/${file.id}/scan`, hidden)
      assert.strictEqual(again.headers.get("location"), `${path}?file=again`)
      const begun = scanner().asked.begun
      yield* (yield* scanning.make).round
      assert.isAbove(scanner().asked.begun, begun)

      const reason = "Please send it without a password."
      const without = yield* browser.post(`${path}/files/${file.id}/remove`, { ...hidden, reason: " " })
      assert.strictEqual(without.headers.get("location"), path)
      const removed = yield* browser.post(`${path}/files/${file.id}/remove`, { ...hidden, reason })
      assert.strictEqual(removed.headers.get("location"), `${path}?file=removed`)
      const { current, history } = yield* (yield* ClientRequests).overview(member.workspaceId, sent.id)
      assert.deepStrictEqual(current.request.files, [])
      assert.deepInclude(current.request.items["papers"], { status: "Returned", reason })
      assert.deepInclude(history.at(-1)?.by, { kind: "member", id: member.id })
      assert.isFalse(TestFirm.blobs.has(file.id))
      assert.include((yield* TestFirm.mailTo(address, 2)).text, reason)
      assert.deepStrictEqual(yield* (yield* Files).withheld(member.workspaceId), [])
      const gone = yield* browser.post(`${path}/files/${file.id}/remove`, { ...hidden, reason })
      assert.strictEqual(gone.status, 404)
    }),
  )

  it.effect("S55: the API lists them with the reason, scans again, removes with a word; for administrators only", () =>
    Effect.gen(function* () {
      scanner().mode = "up"
      const { member, sent, file, address } = yield* handedIn("locked.pdf", locked)
      const members = yield* Members
      const { baseUrl } = yield* signedIn(member)
      const { secret } = yield* members.createKey(member, "tests")
      const { operations } = yield* client({ baseUrl, apiKey: secret })
      const { files } = yield* operations.files()
      assert.deepInclude(files[0], { id: file.id, request: sent.id, name: "locked.pdf", scan: "unscannable" })
      assert.include(files[0]?.reason, "ncrypted")

      const params = { file: file.id }
      yield* operations.scanFile({ params })
      const begun = scanner().asked.begun
      yield* (yield* scanning.make).round
      assert.isAbove(scanner().asked.begun, begun)

      const reason = "Please send it without a password."
      const blank = { params, payload: { reason: " " } }
      assert.strictEqual((yield* Effect.flip(operations.removeFile(blank)))._tag, "SchemaError")
      yield* operations.removeFile({ params, payload: { reason } })
      const { current } = yield* (yield* ClientRequests).overview(member.workspaceId, sent.id)
      assert.deepStrictEqual(current.request.files, [])
      assert.deepInclude(current.request.items["papers"], { status: "Returned", reason })
      assert.include((yield* TestFirm.mailTo(address, 2)).text, reason)
      assert.deepStrictEqual((yield* operations.files()).files, [])
      for (const gone of [operations.scanFile({ params }), operations.removeFile({ params, payload: { reason } })]) {
        assert.strictEqual((yield* Effect.flip(gone))._tag, "NotFound")
      }
    }),
  )

  it.effect("S55: a member's own is removed with a line in the workspace's record", () =>
    Effect.gen(function* () {
      scanner().mode = "up"
      const { member, stored, address } = yield* TestFirm.firm
      const content = Stream.make(locked)
      const terms = yield* (yield* Uploads).receiveAttachment(member, { name: "terms.pdf", content })
      const sent = yield* TestFirm.sendRequest(member, stored.ref, {
        recipients: [TestFirm.recipient(address)],
        attachments: [terms],
      })
      const { baseUrl, browser } = yield* signedIn(member)
      const facts = Effect.map(browser.get(`/requests/${sent.id}`), ({ body }) => body)
      assert.match(yield* facts, /terms\.pdf <span[^>]*>[^<]*<\/span>\s*<span[^>]*>could not be scanned: kept back/)
      assert.notInclude(yield* facts, `/files/${terms.id}`)

      const { secret } = yield* (yield* Members).createKey(member, "tests")
      const { operations } = yield* client({ baseUrl, apiKey: secret })
      assert.deepInclude((yield* operations.files()).files[0], { id: terms.id, request: null })
      yield* operations.removeFile({ params: { file: terms.id }, payload: { reason: "Locked." } })
      const [event] = yield* (yield* WorkspaceEvents).list(member.workspaceId, { limit: 1 })
      assert.deepInclude(event, { type: "DocumentDeleted", about: terms.id, by: member.id })
      assert.match(yield* facts, /terms\.pdf <span[^>]*>[^<]*<\/span>\s*<span[^>]*>removed/)
      assert.notInclude(yield* facts, `/files/${terms.id}`)
    }),
  )

  it.effect("S55: what waits is told by the page of operations and at /ready, which stays ready", () =>
    Effect.gen(function* () {
      scanner().mode = "down"
      const { member } = yield* handedIn("waits.pdf", FileSamples.pdf)
      const { browser } = yield* signedIn(member)
      assert.include((yield* browser.get(path)).body, "waits for the scanner")
      const checks = yield* (yield* Readiness).checks
      const check = checks.find(({ name }) => name === "scanner")
      assert.deepInclude(check, { ok: true })
      assert.match(check?.detail ?? "", /^does not answer: .*; \d+ files wait since \d{4}-/)
      scanner().mode = "up"
    }),
  )

  it.effect("P16 P17: the task shows its documents and the check that they led to", () =>
    Effect.gen(function* () {
      const { browser, customer, file, item, sent, task } = yield* working
      yield* (yield* ClientRequests).submit(customer, 1, yield* Crypto.uuid)
      const { body } = yield* browser.get(`/work-items/${item}/tasks/${task}`)
      assert.include(body, "The check “identity” was asked for")
      assert.include(body, `/requests/${sent.id}/files/${file.id}`)
      const answers = yield* browser.get(`/api/work-items/${item}/tasks/${task}/answers`)
      assert.deepInclude(JSON.parse(answers.body), { request: sent.id })
      assert.include(answers.body, `"check":"identity"`)
    }),
  )

  it.effect(
    "K4 K9: each task lists what came for it, as soon as it is there, and what was given with it, with the folders",
    () =>
      Effect.gen(function* () {
        const { browser, item, member, sent, task } = yield* working
        const documents = yield* Documents
        const [brought = assert.fail("not filed")] = yield* documents.ofRequest(member.workspaceId, sent.id)
        const guide = yield* documents.add(
          member,
          brought.folder,
          yield* (yield* Uploads).receiveDocument(member, { name: "guide.pdf", content: Stream.make(FileSamples.pdf) }),
        )
        yield* (yield* Handouts).give(member, sent.id, { document: guide.id, item: "about" })
        const { body } = yield* browser.get(`/work-items/${item}`)
        const card = (title: string) =>
          body.split(`<li class="card task">`).find((one) => one.includes(title)) ?? assert.fail(title)
        const page = (yield* browser.get(`/work-items/${item}/tasks/${task}`)).body
        for (const text of [card("Identity check"), page]) {
          assert.include(text, `href="/documents/${brought.id}">pass.pdf</a>`)
          assert.include(text, `href="/folders/${brought.folder}"`)
          assert.include(text, "from the customer")
          assert.notInclude(text, "guide.pdf")
        }
        const other = card("Who it is")
        assert.include(other, `href="/documents/${guide.id}">guide.pdf</a>`)
        assert.include(other, "given to the customer")
        assert.notInclude(other, "pass.pdf")
      }),
  )

  it.effect.skipIf(Browser.missing !== undefined)(
    "the page of operations has nothing for axe to find (WCAG 2.2 AA), and nothing sticks out, wide and on a phone",
    () =>
      Effect.gen(function* () {
        scanner().mode = "up"
        const { member } = yield* handedIn(
          "A rather long name of a document that is locked with a password.pdf",
          locked,
        )
        const { baseUrl, browser: tab } = yield* signedIn(member)
        const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
          Effect.promise(() => open.close()),
        )
        for (const [width, colorScheme] of [
          [1280, "light"],
          [390, "dark"],
        ] as const) {
          const page = yield* Effect.promise(() =>
            browser.page({ javaScript: false, width, height: 900, locale: "en", colorScheme }),
          )
          const cookie = { name: "rq-member", value: tab.jar.get("rq-member") ?? "", url: new URL(baseUrl).origin }
          yield* Effect.promise(() => page.context().addCookies([cookie]))
          yield* Effect.promise(() => page.goto(`${baseUrl}${path}`))
          yield* Effect.promise(() => Browser.screenshot(page, `files-kept-back-${width}`))
          assert.deepStrictEqual(yield* Effect.promise(() => Browser.axe(page)), [], `${width}`)
          const overflow = yield* Effect.promise(() =>
            page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth),
          )
          assert.isAtMost(overflow, 0, `${width}`)
        }
      }),
    180_000,
  )
})
