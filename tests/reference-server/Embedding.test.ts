// The sites that may show a firm's requests in a frame: which can be listed, by whom, and what pages and cookies say then.
import { assert, describe, it, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Embedding from "../../reference-server/src/Embedding.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import * as World from "./SecurityWorld.ts"

const site = "https://www.example.com"

describe("the sites of a list", () => {
  const abroad = { publicUrl: "https://ask.example.com" }
  const here = { publicUrl: "http://localhost:3000" }

  it("S38 S78: exact origins by https are taken as a browser names them; wildcards and all else are refused", () => {
    const taken = [
      site,
      "HTTPS://Www.Example.com/",
      "https://bücher.example",
      "https://x.example:8443",
      "https://10.0.0.1",
    ]
    assert.deepStrictEqual(Embedding.read(abroad, [...taken, "", " "]), {
      origins: [site, "https://xn--bcher-kva.example", "https://x.example:8443", "https://10.0.0.1"],
      problems: [],
    })
    const wrong = {
      "wildcard-embedding": [
        "*",
        "https://*",
        "https://*.example.com",
        "https://www.example.*",
        "*.example.com",
        // the same, written so that only a parser of addresses sees it
        "https://%2a",
        "https://%2A.example.com",
        "https://\uff0a.example.com",
      ],
      "not-https": ["http://www.example.com", "http://localhost", "http://127.0.0.1:3000"],
      "not-an-origin": (
        "www.example.com 'self' 'none' https: data: null javascript:1 ftp://x.example https://x.example/path https://x.example? " +
        "https://x.example/# https://a:b@x.example https://[::1]"
      )
        .split(" ")
        .concat(["https://a.example https://b.example", "https://a.example; script-src 'none'"])
        // a policy would go on after these
        .concat(["https://a;report-uri", "https://a.example.com;sandbox", "https://a'b.example.com"]),
    }
    for (const [code, origins] of Object.entries(wrong)) {
      for (const origin of origins) {
        assert.deepStrictEqual(Embedding.read(abroad, [origin]).problems, [{ origin, code }] as object, origin)
      }
    }
    const many = Array.from({ length: 21 }, (_, at) => `https://s${at}.example`)
    assert.deepStrictEqual(Embedding.read(abroad, many).problems, [{ origin: "", code: "too-many" }])
    assert.deepStrictEqual(Embedding.read(abroad, many.slice(1)).problems, [])
  })

  it("S38: plain http is for whoever tries it on this machine", () => {
    const local = ["http://localhost:5173", "http://127.0.0.1", "http://app.localhost"]
    assert.deepStrictEqual(Embedding.read(here, local), { origins: local, problems: [] })
    for (const abroad of ["http://www.example.com", "http://127.example.com", "http://localhost.example"]) {
      assert.strictEqual(Embedding.read(here, [abroad]).problems[0]?.code, "not-https", abroad)
    }
  })
})

const ancestors = (headers: Readonly<Record<string, string>>) =>
  /frame-ancestors ([^;]*)/.exec(headers["content-security-policy"] ?? "")?.[1]

layer(World.layer, { excludeTestServices: true, timeout: "180 seconds" })("requests in frames", (it) => {
  it.effect("S38 S78: administrators list sites by the API and the page; it is told among the firm's events", () =>
    Effect.gen(function* () {
      const { api, member, session } = yield* World.firm
      assert.deepStrictEqual(yield* api.embedding.get(), { origins: [] })
      const kept = yield* api.embedding.list({ payload: { origins: [`${site}/`, site, "https://b.example"] } })
      assert.deepStrictEqual(kept, { origins: [site, "https://b.example"] })
      const refused = yield* Effect.flip(api.embedding.list({ payload: { origins: ["https://*.example.com"] } }))
      assert.strictEqual(refused._tag, "EmbeddingRefused")
      assert.include(JSON.stringify(refused), "wildcard-embedding: https://*.example.com")
      assert.deepStrictEqual(yield* api.embedding.get(), kept)
      // the same once more is no news
      yield* api.embedding.list({ payload: kept })
      const headers = { cookie: `rq-member=${Redacted.value(session)}`, "sec-fetch-site": "same-origin" }
      const page = yield* World.call("GET", "/settings/embedding", { headers })
      assert.match(page.body, /https:\/\/www\.example\.com\nhttps:\/\/b\.example<\/textarea>/)
      assert.strictEqual(ancestors(page.headers), "'none'")
      const csrf = Visitor.hidden(page.body, "csrf")
      const send = (origins: string) =>
        World.call("POST", "/settings/embedding", { headers, body: new URLSearchParams({ csrf, origins }) })
      const wrong = yield* send("https://c.example\r\n*")
      assert.strictEqual(wrong.status, 422)
      assert.include(Visitor.words(wrong.body), "* stands for more than one site.")
      assert.include(wrong.body, "https://c.example")
      assert.strictEqual((yield* send("https://c.example")).headers["location"], "/settings/embedding?done=saved")
      const events = yield* (yield* WorkspaceEvents).list(member.workspaceId, { limit: 10 })
      assert.deepStrictEqual(
        events.filter(({ type }) => type === "EmbeddingChanged").map(({ by, data }) => [by, data]),
        [
          [member.id, { before: `${site} https://b.example`, origins: "https://c.example" }],
          [member.id, { before: "", origins: `${site} https://b.example` }],
        ],
      )
    }),
  )

  it.effect("S38 S47: the customer's pages name the sites and no others; what is dead can be framed by nobody", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const other = yield* World.firm
      yield* firm.api.embedding.list({ payload: { origins: [site, "https://b.example"] } })
      const { id, token } = yield* World.sent(firm, {}, RequestPolicy.taxdome)
      const elsewhere = yield* World.sent(other)
      const visitor = yield* Visitor.visitor
      const of = (page: Visitor.Page) => ancestors(Object.fromEntries(page.headers))
      const both = `${site} https://b.example`
      assert.strictEqual(of(yield* visitor.get(`/r/${token}`)), both)
      assert.strictEqual(of(yield* visitor.get(`/r/${elsewhere.token}`)), "'none'")
      const at = yield* visitor.start(token)
      for (const path of ["", "/sections/about", "/review"]) assert.strictEqual(of(yield* visitor.get(at + path)), both)
      // in no frame there is nothing of one
      assert.notInclude((yield* visitor.get(at)).text, "embedded")
      const dead = (path: string) =>
        Effect.map(visitor.get(path, { "sec-fetch-dest": "iframe" }), ({ status, text, headers }) => {
          const { date: _, "x-request-id": __, ...rest } = Object.fromEntries(headers)
          return { status, text, headers: rest }
        })
      const unknown = yield* dead(`/r/${"x".repeat(43)}`)
      assert.strictEqual(unknown.status, 410)
      assert.strictEqual(ancestors(unknown.headers), "'none'")
      assert.notInclude(unknown.text, "requite:origins")
      yield* firm.api.requests.cancel({ params: { id }, headers: {}, payload: {} })
      assert.deepStrictEqual(yield* dead(`/r/${token}`), unknown)
      assert.deepStrictEqual(yield* dead(at), unknown)
      // nothing but pages of customers is ever framed
      const script = yield* World.call("GET", "/embed.js")
      assert.strictEqual(script.headers["cross-origin-resource-policy"], "cross-origin")
      assert.strictEqual(script.headers["content-type"], "text/javascript; charset=utf-8")
    }),
  )

  it.effect(
    "S38 S39: in a frame cookies are kept for the site around it, with a second factor too; elsewhere as ever",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const policy = {
          ...RequestPolicy.standard,
          secondFactor: "sms-code",
          secondFactorWhen: "always",
          requires: ["email", "mobile"],
        } as const
        const recipients = [TestFirm.recipient(firm.address, { mobile: "+46701234567" })]
        const first = yield* World.sent(firm, { recipients }, policy)
        const framed = { "sec-fetch-dest": "iframe" }
        const visitor = yield* Visitor.visitor
        // a firm without sites: to a frame there is nothing to show
        assert.strictEqual((yield* visitor.get(`/r/${first.token}`, framed)).status, 204)
        yield* firm.api.embedding.list({ payload: { origins: [site] } })
        const page = yield* visitor.get(`/r/${first.token}`, framed)
        assert.include(page.text, `<meta name="requite:origins" content="${site}" />`)
        assert.match(page.text, /embedded\.[0-9a-f]+\.js/)
        const claimed = yield* visitor.post(`/r/${first.token}`, new URLSearchParams(), framed)
        const isFramed = (cookies: ReadonlyArray<string>) => {
          assert.strictEqual(cookies.length, 2)
          for (const cookie of cookies) {
            for (const part of ["HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"])
              assert.include(cookie, part)
          }
          assert.match(cookies.join(), /rq-device-framed=/)
        }
        isFramed(claimed.headers.getSetCookie())
        const at = claimed.location
        const asked = yield* visitor.get(at, framed)
        assert.include(asked.text, "requite:origins")
        const code = yield* TestFirm.eventually(
          Effect.sync(() => /\b\d{6}\b/.exec(TestFirm.sms.at(-1)?.text ?? "")?.[0]),
        )
        const entered = yield* visitor.post(
          at,
          new URLSearchParams({ csrf: Visitor.hidden(asked.text, "csrf"), action: "enter", code }),
          framed,
        )
        isFramed(entered.headers.getSetCookie())
        assert.include((yield* visitor.get(entered.location, framed)).text, "requite:origins")
        // a form of another site is refused in a frame as everywhere
        const foreign = { ...framed, "sec-fetch-site": "cross-site" }
        const csrf = Visitor.hidden((yield* visitor.get(`${entered.location}/sections/about`)).text, "csrf")
        const sent = yield* visitor.post(`${entered.location}/sections/about`, new URLSearchParams({ csrf }), foreign)
        assert.strictEqual(sent.status, 403)
        // in a window of its own
        const second = yield* World.sent(firm)
        const own = yield* (yield* Visitor.visitor).post(`/r/${second.token}`, new URLSearchParams())
        for (const cookie of own.headers.getSetCookie()) {
          assert.include(cookie, "SameSite=Lax")
          assert.notInclude(cookie, "Partitioned")
        }
      }),
  )
})
