import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as AccessLog from "../../reference-server/src/AccessLog.ts"
import * as LastPages from "../../reference-server/src/CustomerPages/LastPages.ts"
import * as PageSecurity from "../../reference-server/src/PageSecurity.ts"
import { HttpRouter, HttpServer, HttpServerResponse } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { config } from "../support/TestFirm.ts"

const token = "abcdefghijABCDEFGHIJ0123456789-_abcdefghijk"

describe("S12: what the access log may show of an address", () => {
  const addresses: ReadonlyArray<readonly [url: string, shown: string]> = [
    ["/", "/"],
    ["/requests/970fb427-df9a-4569-b6f1-e0416c82fe51", "/requests/970fb427-df9a-4569-b6f1-e0416c82fe51"],
    ["/c/abcdefghijklmnop/about", "/c/abcdefghijklmnop/about"],
    ["/assets/page.css?v=3#top", "/assets/page.css"],
    [`/sign-in?next=/r/${token}`, "/sign-in"],
    [`/r/${token}`, "/r/…"],
    [`/r/${token}/claim?utm_source=mail`, "/r/…"],
    ["/r/short", "/r/…"],
    ["/r/", "/r/…"],
    [`/u/${token}`, "/u/…"],
    ["/U/short", "/u/…"],
    // as the router reads it: decoded, and without regard to case
    ["/R/short", "/r/…"],
    ["/%72/short", "/r/…"],
    ["/r%2Fshort", "/r/…"],
    ["/%52/sh%6Frt", "/r/…"],
    ["HTTP://localhost:3000/R/short", "/r/…"],
    // what cannot be read is not told, nor what could forge a line
    ["/%E0%A4%A/short", "…"],
    ["/%2572/short", "…"],
    ["/a%0AGET%20/b%20200", "/a…GET…/b…200"],
    ["/a%3Fb", "/a"],
  ]
  for (const [url, shown] of addresses) {
    it(`${url.replace(token, "TOKEN")} is written ${shown}`, () => assert.strictEqual(AccessLog.loggable(url), shown))
  }

  // what mail programs, scanners and broken proxies make of a link: we answer it with 404, and still do not write it down
  const crooked = [
    `//r/${token}`,
    `/R/${token}`,
    `/%72/${token}`,
    `/r%2F${token}`,
    `/requests/r/${token}`,
    `/c/${token}`,
    `http://localhost:3000/r/${token}`,
    `/r\\${token}`,
    `/${token}`,
    `/r/${token.replace("a", "%61")}`,
    `/x/${token.replace("a", "%61")}`,
    `/x/${token.replaceAll(/.{8}/g, (some) => `%${some.charCodeAt(0).toString(16)}${some.slice(1)}`)}`,
    `/x/${token.replace("m", "%256d")}`,
    `/%E0%A4%A/${token}`,
    `/;a=${token}`,
    `/x#${token}`,
    `/x?${token}`,
  ]
  for (const url of crooked) {
    it(`no token is shown of ${url.replace(token, "TOKEN")}`, () => {
      const shown = AccessLog.loggable(url)
      assert.notInclude(shown, token.slice(5, 40))
      assert.notMatch(shown, /[?#]/)
    })
  }
})

describe("the access log", () => {
  const App = (lines: Array<string>, left: Deferred.Deferred<void>) =>
    HttpRouter.serve(
      Layer.mergeAll(
        HttpRouter.add("GET", "/fine", Effect.succeed(HttpServerResponse.text("fine"))),
        HttpRouter.add("GET", "/r/:token", Effect.succeed(HttpServerResponse.empty({ status: 410 }))),
        HttpRouter.add("GET", "/broken", Effect.die(new Error("the database is gone"))),
        HttpRouter.add(
          "GET",
          "/slow",
          Effect.onInterrupt(Effect.never, () => Deferred.succeed(left, undefined)),
        ),
      ),
      { disableListenLog: true, disableLogger: true, middleware: AccessLog.middleware([]) },
    ).pipe(
      Layer.provideMerge(NodeHttpServer.layerTest),
      Layer.provideMerge(Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void lines.push(line))])),
    )

  it.live(
    "has one line for every answer, also where something broke, with the cause where nobody else would tell",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const left = yield* Deferred.make<void>()
        yield* Effect.gen(function* () {
          const port = yield* HttpServer.addressFormattedWith((address) => Effect.succeed(new URL(address).port))
          const get = (path: string, init: RequestInit = {}) =>
            Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, init).then(({ status }) => status))
          const statuses = yield* Effect.forEach(["/fine?a=b", `/r/${token}?x=1`, "/nowhere", "/broken"], (path) =>
            get(path),
          )
          assert.deepStrictEqual(statuses, [200, 410, 404, 500])
          const abort = new AbortController()
          const gone = get("/slow", { signal: abort.signal })
          yield* Effect.forkChild(Effect.exit(gone))
          yield* Effect.sleep("50 millis")
          abort.abort()
          yield* Deferred.await(left)
          yield* Effect.sleep("20 millis")
        }).pipe(Effect.provide(App(lines, left)))

        const messages = lines.map((line) => /message="?(.*?)"?(?: \w+=|$)/.exec(line)?.[1]?.replace(/\d+ms$/, "…"))
        assert.deepStrictEqual(messages.slice(0, 3), ["GET /fine 200 …", "GET /r/… 410 …", "GET /nowhere 404 …"])
        const broken = lines.filter((line) => line.includes("/broken"))
        assert.strictEqual(broken.length, 1)
        assert.match(broken[0] ?? "", /level=ERROR .*GET \/broken 500 .*the database is gone/)
        assert.isTrue(
          lines.some((line) => line.includes("GET /slow 499")),
          lines.join("\n"),
        )
        assert.strictEqual(lines.length, 5)
        assert.notInclude(lines.join("\n"), token)
      }),
  )
})

describe("the last pages", () => {
  const App = (lines: Array<string>) =>
    HttpRouter.serve(HttpRouter.add("GET", "/broken", Effect.die(new Error("the database is gone"))), {
      disableListenLog: true,
      disableLogger: true,
      middleware: (app) => AccessLog.middleware([])(LastPages.middleware(config())(app)),
    }).pipe(
      Layer.provideMerge(NodeHttpServer.layerTest),
      Layer.provideMerge(Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void lines.push(line))])),
    )

  it.live(
    "S37 M22: an address that is nobody's and a fault of ours have a page in the reader's language, the headers, and their line",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        yield* Effect.gen(function* () {
          const port = yield* HttpServer.addressFormattedWith((address) => Effect.succeed(new URL(address).port))
          const english = { "accept-language": "en" }
          for (const [path, status, headers, heading] of [
            ["/nothing", 404, english, "There is nothing here"],
            ["/nothing", 404, { "accept-language": "es-MX, en" }, "Aquí no hay nada"],
            ["/nothing", 404, { ...english, cookie: "rq-language=sv" }, "Här finns ingenting"],
            ["/broken", 500, english, "Something went wrong on our side"],
            ["/broken?lang=sv", 500, english, "Något gick fel hos oss"],
          ] as const) {
            const answer = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, { headers }))
            assert.strictEqual(answer.status, status)
            assert.include(yield* Effect.promise(() => answer.text()), `<h1>${heading}</h1>`)
            for (const [name, value] of Object.entries(PageSecurity.headers(config()))) {
              assert.strictEqual(answer.headers.get(name), value, `${path} ${name}`)
            }
          }
        }).pipe(Effect.provide(App(lines)))
        assert.include(lines.join("\n"), "GET /nothing 404")
        assert.match(lines.join("\n"), /level=ERROR .*GET \/broken 500 .*the database is gone/)
      }),
  )
})
