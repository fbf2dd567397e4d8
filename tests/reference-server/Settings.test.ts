// The firm's own look: its settings page, and where the name, colour and logo then show. Real HTTP over the real domain, for a server
// that has an https address, so that mails show the logo too.
import { createServer } from "node:http"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import * as FileSamples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import * as World from "./FirmPagesWorld.ts"

const server = HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, FirmPages.layer), {
  disableLogger: true,
  disableListenLog: true,
}).pipe(
  Layer.provide(Samples.layer),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(
    TestFirm.layerOf({
      PUBLIC_URL: "https://ask.firm.example",
      SMTP_URL: "smtp://localhost",
      MAIL_FROM: "ask@firm.example",
      SETUP_CODE: "opens sesame",
      CLAMD_URL: "none",
    }),
  ),
)

const base = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))

/** A member at the firm's pages. */
const signedIn = Effect.fnUntraced(function* (member: Member) {
  const browser = World.browser(yield* base)
  browser.jar.set("__Host-rq-member", Redacted.value(yield* (yield* Members).openSession(member)))
  return browser
})

const fields = { firm: "Fresh Ltd", accent: "#0b6e4f", hex: "", language: "en", timeZone: "Europe/Stockholm" }

/** Sends the settings with these changes, and this picture. */
const save = Effect.fnUntraced(function* (
  browser: ReturnType<typeof World.browser>,
  changes: Record<string, string>,
  picture?: File,
) {
  const body = new FormData()
  const page = yield* browser.get("/settings")
  for (const [name, value] of Object.entries({ ...World.hidden(page, "/settings"), ...fields, ...changes })) {
    body.append(name, value)
  }
  if (picture !== undefined) body.append("logo", picture)
  return yield* browser.post("/settings", body)
})

/** Where the first logo of a page or mail lies. */
const logoIn = (page: string): string =>
  /<img class="logo" src="([^"]+)"/.exec(page)?.[1] ?? assert.fail("the page shows no logo")

const png = new File([FileSamples.png], "logo.png")
const webp = new File([Uint8Array.from("RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0", (one) => one.charCodeAt(0))], "logo.webp")

layer(server, { excludeTestServices: true, timeout: "60 seconds" })("a firm's look", (it) => {
  it.effect("P19: an uploaded logo shows on the customer's pages and in the mail, and anybody may fetch it", () =>
    Effect.gen(function* () {
      const before = yield* Visitor.arrange()
      const browser = yield* signedIn(before.member)
      const address = `/r/${before.token}`
      assert.notInclude((yield* browser.get(address)).body, "<img")

      assert.strictEqual((yield* save(browser, {}, png)).location, "/settings?done=saved")
      const arrival = (yield* browser.get(address)).body
      const path = logoIn(arrival)
      assert.include(arrival, `<img class="logo" src="${path}" alt="Fresh Ltd" height="40"`)
      assert.notInclude(arrival, "monogram")
      assert.strictEqual(logoIn((yield* browser.get("/settings")).body), path)

      const url = yield* base
      const fetched = yield* Effect.promise(() => fetch(url + path))
      assert.strictEqual(fetched.status, 200)
      assert.strictEqual(fetched.headers.get("content-type"), "image/png")
      assert.strictEqual(fetched.headers.get("x-content-type-options"), "nosniff")
      assert.strictEqual(fetched.headers.get("content-security-policy"), "default-src 'none'; sandbox")
      assert.strictEqual(fetched.headers.get("cache-control"), "public, max-age=31536000, immutable")
      const bytes = yield* Effect.promise(() => fetched.arrayBuffer())
      assert.deepStrictEqual(new Uint8Array(bytes), FileSamples.png)

      const { stored, member } = before
      const recipient = TestFirm.recipient("carla@customer.example")
      yield* TestFirm.sendRequest(member, stored.ref, { recipients: [recipient] })
      const mail = yield* TestFirm.mailTo(recipient.email)
      assert.match(mail.html, new RegExp(`<img\\s+src="https://ask\\.firm\\.example${path}"\\s+alt="Fresh Ltd"`))
    }),
  )

  it.effect("P19: a new colour and name show on the customer's pages, and on no dead link", () =>
    Effect.gen(function* () {
      const { member, token } = yield* Visitor.arrange()
      const browser = yield* signedIn(member)
      const changes = { firm: "  Larch & Sons ", hex: "#C30", language: "sv", timeZone: "Europe/London" }
      assert.strictEqual((yield* save(browser, changes, webp)).status, 303)
      const arrival = yield* browser.get(`/r/${token}`)
      assert.include(arrival.body, "/assets/accent-cc3300.css")
      assert.include(World.text(arrival), "Larch & Sons")
      assert.deepInclude(yield* (yield* Workspaces).get(member.workspaceId), {
        name: "Larch & Sons",
        accent: "#cc3300",
        language: "sv",
        timeZone: "Europe/London",
      })
      assert.include((yield* browser.get("/settings")).body, '<html lang="sv">')

      const dead = yield* browser.get(`/r/${"x".repeat(43)}`)
      assert.include(World.text(dead), "This request has expired.")
      for (const trace of ["Larch", "cc3300", "<img", "/logo/"]) assert.notInclude(dead.body, trace)
    }),
  )

  it.effect("P19: what is no picture, or too large, is refused with a sentence, and nothing of it is kept", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* signedIn(member)
      const blobs = TestFirm.blobs.size
      const large = new Uint8Array(500_001)
      large.set(FileSamples.png)
      const cases = [
        [new File([FileSamples.svg], "logo.svg"), "“logo.svg” is no picture of a type that is taken. Use PNG, JPEG"],
        [new File([FileSamples.svg], "logo.png"), "“logo.png” is no picture of a type that is taken."],
        [new File([FileSamples.html], "page.html"), "“page.html” is no picture of a type that is taken."],
        [new File([FileSamples.html], "logo.png", { type: "image/png" }), "“logo.png” is no picture of a type"],
        [new File([FileSamples.pdf], "logo.pdf"), "“logo.pdf” is no picture of a type that is taken."],
        [new File([large], "big.png"), "“big.png” is too large. A logo has at most 500 kB."],
        [new File([""], "empty.png"), "“empty.png” is empty."],
      ] as const
      for (const [picture, sentence] of cases) {
        const back = yield* save(browser, { firm: "Other name", hex: "#123456" }, picture)
        assert.strictEqual(back.status, 422, sentence)
        assert.include(World.text(back), sentence)
        assert.include(back.body, 'href="#logo"')
        assert.include(back.body, 'value="Other name"', "what was typed is kept")
        assert.include(back.body, 'value="#123456"')
        assert.notInclude(back.body, "<img")
      }
      const { name, logo } = yield* (yield* Workspaces).get(member.workspaceId)
      assert.deepStrictEqual([name, logo], ["Fresh Ltd", null])
      assert.strictEqual(TestFirm.blobs.size, blobs)
    }),
  )

  it.effect("P19: a mistake keeps what was typed and the logo that came with it", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* signedIn(member)
      const back = yield* save(browser, { firm: " ", hex: "teal", timeZone: "Asia/Tokyo" }, png)
      assert.strictEqual(back.status, 422)
      const shown = World.text(back)
      assert.include(shown, "2 things to mend")
      assert.include(shown, "The logo that you chose is saved. The rest is not yet.")
      assert.include(back.body, 'value="teal"')
      assert.match(back.body, /value="Asia\/Tokyo"\s+selected/)
      const workspace = yield* (yield* Workspaces).get(member.workspaceId)
      assert.strictEqual(workspace.timeZone, "Europe/Stockholm")
      assert.strictEqual(logoIn(back.body), `/logo/${workspace.logo?.id}`)
    }),
  )

  it.effect("P19: no address but a firm's present logo shows anything, and an old logo is deleted", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* signedIn(member)
      const current = Effect.map(browser.get("/settings"), ({ body }) => logoIn(body))
      yield* save(browser, {}, png)
      const first = yield* current
      assert.strictEqual((yield* save(browser, {})).status, 303)
      assert.strictEqual(yield* current, first, "saving without a file leaves the logo")
      yield* save(browser, {}, webp)
      const second = yield* current
      assert.strictEqual((yield* browser.get(second)).headers.get("content-type"), "image/webp")

      const attached = new FormData()
      const page = yield* browser.get("/requests/new")
      for (const [name, value] of Object.entries(World.hidden(page, "/requests/new"))) attached.append(name, value)
      attached.append("attachments", new File([FileSamples.png], "private.png"))
      const form = yield* browser.post("/requests/new", attached)
      const document = /name="attachment"\s+value="([^"]+)"/.exec(form.body)?.[1] ?? assert.fail("no document")
      assert.isTrue(TestFirm.blobs.has(document), "it is there, but it is no logo")

      const others = [first, `/logo/${document}`, `/logo/${member.workspaceId}`, "/logo/x", "/logo/%00", "/logo/..%2fx"]
      for (const other of others) {
        const reply = yield* browser.get(other)
        assert.deepStrictEqual([reply.status, reply.body], [404, "Not found"], other)
      }
      assert.strictEqual((yield* save(browser, { remove: "yes" })).status, 303)
      assert.strictEqual((yield* browser.get(second)).status, 404)
      assert.notInclude((yield* browser.get("/settings")).body, "<img")
      for (const path of [first, second]) assert.isFalse(TestFirm.blobs.has(path.slice("/logo/".length)), path)
    }),
  )

  it.effect("P19: only members of the firm change its look, from its own page", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* signedIn(member)
      const stranger = World.browser(yield* base)
      assert.strictEqual((yield* stranger.get("/settings")).location, "/sign-in?next=%2Fsettings")
      assert.notStrictEqual((yield* save(stranger, { firm: "Taken" }, png)).status, 303)
      const body = new FormData()
      for (const [name, value] of Object.entries({ ...fields, csrf: "guess", firm: "Taken" })) body.append(name, value)
      body.append("logo", png)
      const blobs = TestFirm.blobs.size
      assert.strictEqual((yield* browser.post("/settings", body)).status, 422)
      assert.notStrictEqual((yield* browser.post("/settings", body, { "sec-fetch-site": "cross-site" })).status, 303)
      const { name, logo } = yield* (yield* Workspaces).get(member.workspaceId)
      assert.deepStrictEqual([name, logo], ["Fresh Ltd", null])
      assert.strictEqual(TestFirm.blobs.size, blobs)
    }),
  )
})
