// The firm's logos: what is taken for one, where it lies, how long, and who may change it. Real HTTP over the real domain.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import * as FileSamples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Branding from "./BrandingWorld.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import * as World from "./FirmPagesWorld.ts"

const { logoIn, path, png, publish, save, webp } = Branding

layer(Branding.layer, { excludeTestServices: true, timeout: "180 seconds" })("a firm's logos", (it) => {
  it.effect("P19: an uploaded logo shows on the customer's pages and in the mail, and anybody may fetch it", () =>
    Effect.gen(function* () {
      const before = yield* Visitor.arrange()
      const browser = yield* Branding.signedIn(before.member)
      const address = `/r/${before.token}`
      assert.notInclude((yield* browser.get(address)).body, "<img")

      assert.strictEqual((yield* publish(browser, {}, { logo: png })).location, `${path}?done=published`)
      const arrival = (yield* browser.get(address)).body
      const lies = logoIn(arrival) ?? assert.fail("the page shows no logo")
      assert.include(arrival, `<img class="logo" src="${lies}" alt="Fresh Ltd" height="40"`)
      assert.notInclude(arrival, "monogram")
      assert.strictEqual(logoIn((yield* browser.get(path)).body), lies)

      const url = yield* Branding.base
      const fetched = yield* Effect.promise(() => fetch(url + lies))
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
      assert.match(mail.html, new RegExp(`<img\\s+src="https://ask\\.firm\\.example${lies}"\\s+alt="Fresh Ltd"`))
    }),
  )

  it.effect("P19: what is no picture, or too large, is refused with a sentence, and nothing of it is kept", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* Branding.signedIn(member)
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
      for (const [index, [picture, sentence]] of cases.entries()) {
        const field = index % 2 === 0 ? "logo" : "logoDark"
        const back = yield* save(browser, { "help-en": "Call us", hex: "#123456" }, { [field]: picture })
        assert.strictEqual(back.status, 422, sentence)
        assert.include(World.text(back), sentence)
        assert.include(back.body, `href="#${field}"`)
        assert.include(back.body, "Call us", "what was typed is kept")
        assert.include(back.body, 'value="#123456"')
        assert.notInclude(back.body, "<img")
      }
      assert.isNull((yield* (yield* Workspaces).get(member.workspaceId)).logo)
      assert.strictEqual(TestFirm.blobs.size, blobs)
    }),
  )

  it.effect("P19: a mistake keeps what was typed and the logo that came with it", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* Branding.signedIn(member)
      const back = yield* save(browser, { hex: "teal", radius: "many" }, { logo: png })
      assert.strictEqual(back.status, 422)
      const shown = World.text(back)
      assert.include(shown, "2 things to mend")
      assert.include(shown, "The logo that you chose is saved. The rest is not yet.")
      assert.include(back.body, 'value="teal"')
      const kept = logoIn(back.body) ?? assert.fail("no logo")
      assert.strictEqual(logoIn((yield* browser.get(path)).body), kept, "in the draft")
      assert.isNull((yield* (yield* Workspaces).get(member.workspaceId)).logo, "and not live")
    }),
  )

  it.effect(
    "P19: no address but that of a branding's logo shows anything; one that nothing shows any more is deleted",
    () =>
      Effect.gen(function* () {
        const { member } = yield* TestFirm.firm
        const browser = yield* Branding.signedIn(member)
        const current = Effect.map(browser.get(path), ({ body }) => logoIn(body) ?? assert.fail("no logo"))
        const status = (address: string) => Effect.map(browser.get(address), (answer) => answer.status)
        yield* publish(browser, {}, { logo: png })
        const first = yield* current
        assert.strictEqual((yield* publish(browser)).status, 303)
        assert.strictEqual(yield* current, first, "saving without a file leaves the logo")

        // of two drafts the first one's logo is no use to anybody
        yield* save(browser, {}, { logo: webp })
        const dropped = yield* current
        assert.strictEqual((yield* browser.get(dropped)).headers.get("content-type"), "image/webp")
        yield* save(browser, {}, { logo: webp })
        const second = yield* current
        yield* Branding.press(browser, "publish")
        assert.strictEqual(yield* status(dropped), 404)
        assert.strictEqual(yield* status(first), 200, "what was published can be gone back to")

        const attached = new FormData()
        const page = yield* browser.get("/requests/new")
        for (const [name, value] of Object.entries(World.hidden(page, "/requests/new"))) attached.append(name, value)
        attached.append("attachments", new File([FileSamples.png], "private.png"))
        const form = yield* browser.post("/requests/new", attached)
        const document = /name="attachment"\s+value="([^"]+)"/.exec(form.body)?.[1] ?? assert.fail("no document")
        assert.isTrue(TestFirm.blobs.has(document), "it is there, but it is no logo")
        const others = [`/logo/${document}`, `/logo/${member.workspaceId}`, "/logo/x", "/logo/%00", "/logo/..%2fx"]
        for (const other of others) {
          const reply = yield* browser.get(other)
          assert.deepStrictEqual([reply.status, reply.body], [404, "Not found"], other)
        }

        yield* publish(browser, { remove: "yes" })
        assert.notInclude((yield* browser.get(path)).body, "<img")
        assert.strictEqual(yield* status(second), 200)
        // ten later ones, and nothing remembers it
        for (let index = 0; index < 10; index++) yield* publish(browser, { hex: `#0000${index}0` })
        for (const lies of [first, dropped, second]) {
          assert.strictEqual(yield* status(lies), 404)
          assert.isFalse(TestFirm.blobs.has(lies.slice("/logo/".length)), lies)
        }
      }),
  )

  it.effect("P19: only administrators of the firm change its look, from its own page", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* Branding.signedIn(member)
      const stranger = World.browser(yield* Branding.base)
      assert.strictEqual((yield* stranger.get(path)).location, "/sign-in?next=%2Fsettings%2Fbranding")
      assert.notStrictEqual((yield* save(stranger, {}, { logo: png })).status, 303)
      const body = new FormData()
      for (const [name, value] of Object.entries({ csrf: "guess", accent: "#123456" })) body.append(name, value)
      body.append("logo", png)
      const blobs = TestFirm.blobs.size
      assert.strictEqual((yield* browser.post(path, body)).status, 422)
      assert.notStrictEqual((yield* browser.post(path, body, { "sec-fetch-site": "cross-site" })).status, 303)
      assert.notInclude(World.text(yield* browser.get(path)), "Customers do not see it yet.")
      assert.strictEqual(TestFirm.blobs.size, blobs)
    }),
  )
})
