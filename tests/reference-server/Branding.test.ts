// The firm's branding: drafted, looked at, published, gone back to; and where it then shows. Real HTTP over the real domain.
import { assert, layer } from "@effect/vitest"
import { client } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Members } from "../../reference-server/src/Members.ts"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Branding from "./BrandingWorld.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import * as World from "./FirmPagesWorld.ts"

const { path, publish, save, signedIn, press } = Branding

/** The style sheet of the firm that a page names. */
const sheetIn = (page: string): string | undefined =>
  /href="(\/assets\/(?:brand|accent)-[0-9a-f]+\.css)"/.exec(page)?.[1]

layer(Branding.layer, { excludeTestServices: true, timeout: "180 seconds" })("branding", (it) => {
  it.effect("K5 P19: a draft is seen by the firm alone, until it is published", () =>
    Effect.gen(function* () {
      const { member, stored, token } = yield* Visitor.arrange()
      const browser = yield* signedIn(member)
      const arrival = browser.get(`/r/${token}`)
      const before = (yield* arrival).body
      assert.strictEqual(sheetIn(before), "/assets/accent-0b6e4f.css")

      const given = {
        hex: "#C30",
        radius: "0",
        page: "#FFF8F0",
        font: "serif",
        "arrival-en": "Accountants\n in Lund",
        "help-en": "Call 046-12 34 56\nor come by",
        "next-en": "We read it.\n\nThen we call.",
      }
      assert.strictEqual((yield* save(browser, given, { logo: Branding.png })).location, `${path}?done=saved`)
      assert.strictEqual((yield* arrival).body, before, "customers see what they saw")
      const form = yield* browser.get(path)
      assert.include(World.text(form), "Customers do not see it yet.")
      assert.include(form.body, 'value="#fff8f0"')
      assert.include(World.text(yield* browser.get(`${path}/preview?show=arrival`)), "Accountants in Lund")
      assert.include(World.text(yield* browser.get(`${path}/preview?show=done`)), "Then we call.")
      assert.notInclude(World.text(yield* browser.get(`${path}/preview?show=arrival&of=live`)), "Accountants")

      assert.strictEqual((yield* press(browser, "publish")).location, `${path}?done=published`)
      const after = (yield* arrival).body
      assert.match(after, /<p class="tagline"\s+dir="auto">Accountants in Lund<\/p>/)
      assert.include(after, "Call 046-12 34 56\nor come by")
      assert.include(after, `<img class="logo" src="${Branding.logoIn(after)}" alt="Fresh Ltd" height="40"`)
      assert.match(after, /<meta name="theme-color" media="\(prefers-color-scheme: light\)" content="#fff8f0"/)

      const sheet = yield* browser.get(sheetIn(after) ?? "")
      assert.strictEqual(sheet.headers.get("content-type"), "text/css; charset=utf-8")
      assert.strictEqual(sheet.headers.get("cache-control"), "public, max-age=86400")
      for (const part of [
        "--brand:#cc3300;",
        "--accent:#cc3300;",
        "--paper:#fff8f0",
        "--radius:0rem;",
        "Georgia,serif;",
      ])
        assert.include(sheet.body, part)
      for (const no of ["brand-00000000000000000000000000000000.css", "brand-.css", "brand-x.css"])
        assert.strictEqual((yield* browser.get(`/assets/${no}`)).status, 404, no)

      const recipient = TestFirm.recipient("carla@customer.example")
      yield* TestFirm.sendRequest(member, stored.ref, { recipients: [recipient] })
      const mail = yield* TestFirm.mailTo(recipient.email)
      assert.include(mail.html, 'bgcolor="#cc3300"')
      assert.include(mail.html, `https://ask.firm.example${Branding.logoIn(after)}`)
      assert.include(mail.text, "Call 046-12 34 56\nor come by")

      const dead = yield* browser.get(`/r/${"x".repeat(43)}`)
      for (const trace of ["brand-", "cc3300", "<img", "Lund", "046"]) assert.notInclude(dead.body, trace, "S48")
    }),
  )

  it.effect("P19: a colour that cannot be read is refused, and the nearest readable one is taken by one button", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* signedIn(member)
      const given = {
        hex: "#ffee88",
        page: "#336699",
        pageDark: "#eeeeee",
        link: "teal",
        radius: "99",
        "help-sv": "Ring oss",
      }
      const back = yield* save(browser, given)
      assert.strictEqual(back.status, 422)
      const shown = World.text(back)
      assert.include(shown, "#ffee88 cannot be read everywhere it would stand. The nearest colour that can is #")
      assert.include(shown, "#336699 cannot be read everywhere")
      assert.include(shown, "#eeeeee cannot be read everywhere")
      assert.include(shown, "Enter the colour like #1f5eff, or leave this empty.")
      assert.include(shown, "Enter a whole number from 0 to 24")
      for (const kept of ['value="#ffee88"', 'value="#336699"', 'value="teal"', 'value="99"', ">\nRing oss</textarea>"])
        assert.include(back.body, kept, "what was typed is kept")
      for (const field of ["hex", "page", "pageDark", "link", "radius"]) assert.include(back.body, `href="#${field}"`)
      assert.notInclude(World.text(yield* browser.get(path)), "Customers do not see it yet.")

      // the button beside the field sends the form with that colour
      const one = yield* save(browser, { hex: "#ffee88" })
      const [, use = ""] = /name="use"\s+value="(accent #[0-9a-f]{6})"/.exec(one.body) ?? []
      assert.strictEqual((yield* save(browser, { hex: "#ffee88", use })).status, 303)
      assert.strictEqual((yield* press(browser, "publish")).status, 303)
      const { accent } = yield* (yield* Workspaces).get(member.workspaceId)
      assert.strictEqual(accent, use.slice("accent ".length))
    }),
  )

  it.effect("P19: one of the last ten published can be gone back to; all of it is in the record", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* signedIn(member)
      const accentNow = Effect.map((yield* Workspaces).get(member.workspaceId), ({ accent }) => accent)
      const accents = Array.from({ length: 11 }, (_, index) => `#0000${(index + 16).toString(16)}`)
      for (const hex of accents)
        assert.strictEqual((yield* publish(browser, { hex })).location, `${path}?done=published`)
      const page = yield* browser.get(path)
      const versions = [...page.body.matchAll(/name="version"\s+value="([^"]+)"/g)].map(([, id = ""]) => id)
      assert.strictEqual(versions.length, 9, "ten, of which one is live")
      assert.include(World.text(page), "by Fia Firm")

      // what is published while a draft waits leaves it
      yield* save(browser, { hex: "#660000" })
      const [id = ""] = versions.toReversed()
      assert.include((yield* browser.get(`${path}/dress?of=${id}`)).body, `--brand:${accents[1]};`)
      assert.strictEqual((yield* press(browser, "restore", { version: id })).location, `${path}?done=restored`)
      assert.strictEqual(yield* accentNow, accents[1])
      assert.include(World.text(yield* browser.get(path)), "Customers do not see it yet.")
      assert.strictEqual((yield* press(browser, "discard")).location, `${path}?done=discarded`)
      assert.notInclude(World.text(yield* browser.get(path)), "Customers do not see it yet.")

      // nobody else's, none that is gone, nothing that is no id
      for (const version of [id, "x", member.id])
        assert.strictEqual((yield* press(browser, "restore", { version })).status, 404)
      const events = yield* (yield* WorkspaceEvents).list(member.workspaceId, { limit: 20 })
      assert.deepStrictEqual(
        events.map(({ type, by, data }) => [type, by, data["changed"], data["accent"]]).slice(0, 2),
        [
          ["BrandingRestored", member.id, "accent", accents[1]],
          ["BrandingPublished", member.id, "accent", accents[10]],
        ],
      )
      assert.strictEqual(events.length, 12)
    }),
  )

  it.effect("P19: a draft that changed since it was looked at is not published", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* signedIn(member)
      yield* save(browser, { hex: "#003366" })
      const seen = World.hidden(yield* browser.get(path), `${path}/publish`)
      yield* save(browser, { hex: "#660033" })
      assert.strictEqual((yield* browser.post(`${path}/publish`, seen)).location, `${path}?done=changed`)
      const told = yield* browser.get(`${path}?done=changed`)
      assert.include(World.text(told), "The draft has changed since you looked at it.")
      assert.strictEqual((yield* (yield* Workspaces).get(member.workspaceId)).accent, "#0b6e4f")
    }),
  )

  it.effect(
    "P19: texts are in the reader's language, else in the firm's, and are marked; pages are light where the firm says so",
    () =>
      Effect.gen(function* () {
        const { member, token } = yield* Visitor.arrange()
        const browser = yield* signedIn(member)
        const texts = { "arrival-en": "In English", "arrival-sv": "På svenska", "help-en": "Only <b>English</b>" }
        yield* publish(browser, { scheme: "light", ...texts }, { logo: Branding.png, logoDark: Branding.webp })
        const reader = World.browser(yield* Branding.base)
        const spanish = (yield* reader.get(`/r/${token}?language=es`, { "accept-language": "es" })).body
        const shown = spanish.includes('lang="es"') ? spanish : (yield* reader.get(`/r/${token}`)).body
        assert.include(shown, 'class="light"')
        assert.include(shown, '<meta name="color-scheme" content="light"')
        assert.notInclude(shown, "<picture>", "no dark page, no dark logo")
        assert.include(shown, "Only &lt;b&gt;English&lt;/b&gt;")
        const swedish = yield* browser.get(`${path}/preview?show=arrival&of=live&lang=sv`)
        assert.match(swedish.body, /<p class="tagline"\s+dir="auto">På svenska<\/p>/)
        assert.match(swedish.body, /<p class="typed"\s+lang="en"\s+dir="auto">Only &lt;b&gt;English&lt;\/b&gt;<\/p>/)

        yield* publish(browser, { scheme: "device", ...texts })
        const dark = (yield* browser.get(`/r/${token}`)).body
        assert.match(dark, /<source srcset="\/logo\/[^"]+" media="screen and \(prefers-color-scheme: dark\)"/)
        assert.notInclude(dark, 'class="light"')
      }),
  )

  it.effect("P19: administrators read and write it over the API; a refusal says the field and what would do", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const { secret } = yield* (yield* Members).createKey(member, "branding")
      const [url, key] = [yield* Branding.base, Redacted.value(secret)]
      const api = yield* client({ baseUrl: url, apiKey: secret })
      const { live, draft, published } = yield* api.branding.get()
      assert.deepStrictEqual([live.accent, draft, published], ["#0b6e4f", null, []])
      const refused = yield* Effect.flip(
        api.branding.save({ payload: { ...live, accent: "#ffee88", logo: { id: "nobody's", type: "image/png" } } }),
      )
      assert.deepInclude(refused, {
        _tag: "BrandingRefused",
        findings: [
          { field: "accent", code: "unreadable", nearest: "#7f7000" },
          { field: "logo", code: "unknown-logo", nearest: null },
        ],
      })
      const look = { ...live, accent: "#7f7000", variables: { radius: 4, headingWeight: 600 as const } }
      const saved = yield* api.branding.save({ payload: look })
      assert.deepStrictEqual([saved.live, saved.draft?.look], [live, look])
      assert.deepInclude(yield* Effect.flip(api.branding.publish({ payload: { digest: "another" } })), {
        _tag: "DraftChanged",
      })
      const done = yield* api.branding.publish({ payload: { digest: saved.draft?.digest ?? "" } })
      assert.deepStrictEqual([done.live, done.draft], [look, null])
      assert.deepStrictEqual(
        done.published.map(({ by, look: one }) => [by, one.accent]),
        [
          [member.id, "#7f7000"],
          [null, "#0b6e4f"],
        ],
      )
      const first = done.published[1]?.id ?? ""
      assert.strictEqual((yield* api.branding.restore({ payload: { id: first } })).live.accent, "#0b6e4f")
      assert.deepInclude(yield* Effect.flip(api.branding.restore({ payload: { id: "x" } })), {
        _tag: "NotFound",
        what: "branding",
      })
      // another firm's are not there
      const { member: stranger } = yield* TestFirm.firm
      const theirs = yield* (yield* Members).createKey(stranger, "branding")
      const other = yield* client({ baseUrl: url, apiKey: theirs.secret })
      const browser = yield* signedIn(member)
      yield* save(browser, {}, { logo: Branding.png })
      const { draft: withLogo } = yield* api.branding.get()
      const { logo = null } = withLogo?.look ?? {}
      assert.isNotNull(logo)
      assert.deepInclude(yield* Effect.flip(other.branding.restore({ payload: { id: first } })), { what: "branding" })
      assert.deepInclude(yield* Effect.flip(other.branding.save({ payload: { ...live, logo } })), {
        findings: [{ field: "logo", code: "unknown-logo", nearest: null }],
      })
      assert.strictEqual((yield* (yield* signedIn(stranger)).get(`${path}/preview?of=${first}`)).status, 404)

      yield* api.branding.save({ payload: look })
      yield* api.branding.discard()
      assert.isNull((yield* api.branding.get()).draft)

      // a value of another type does not get so far
      for (const variables of [{ radius: 4.5 }, { font: "url(x)" }, { page: "#fff;}" }, { unknown: "#ffffff" }]) {
        const answer = yield* Effect.promise(async () =>
          fetch(`${url}/api/branding`, {
            method: "PUT",
            headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
            body: JSON.stringify({ ...live, variables }),
          }),
        )
        assert.strictEqual(answer.status, 400, JSON.stringify(variables))
      }
    }),
  )
})
