// How often customers may try things: over HTTP, with the limits that a server has, or a fraction of them.
import { assert, describe, it as test, layer } from "@effect/vitest"
import { createServer } from "node:http"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as Api from "../../reference-server/src/Api.ts"
import { HttpRouter } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { RateLimits } from "../../reference-server/src/RateLimits.ts"
import { CustomerLimits, table } from "../../reference-server/src/RateLimits/Customers.ts"
import * as Place from "../../reference-server/src/RateLimits/Place.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { words } from "./CustomerPagesVisitor.ts"

const serverOf = (factor: string) =>
  HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, Api.layer), {
    disableLogger: true,
    disableListenLog: true,
  }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(TestFirm.layerOf({ RATE_LIMIT_FACTOR: factor })),
  )

const body = () => new URLSearchParams()

describe("places", () => {
  test("S41: an IPv4 address is a place, and so are all addresses of a line's IPv6", () => {
    const same = [
      "2001:db8:0:12::1",
      "2001:DB8:0:12:ffff:ffff:ffff:ffff",
      "2001:0db8:0000:0012::",
      "2001:db8:0:12::%eth0",
    ]
    assert.deepStrictEqual([...new Set(same.map(Place.ofAddress))], ["2001:db8:0:12::/64"])
    const apart = ["2001:db8:0:13::1", "2001:db8::12", "::1", "fe80::1", "192.0.2.1", "192.0.2.2", ""]
    assert.strictEqual(new Set(apart.map(Place.ofAddress)).size, apart.length)
    assert.strictEqual(Place.ofAddress("::ffff:192.0.2.1"), "192.0.2.1")
  })

  test("docs/configuration.md prints the limits", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8")
    const cell = (limits: ReadonlyArray<{ readonly times: number; readonly seconds: number }>) =>
      limits
        .map(({ times, seconds }) => `${times} / ${seconds === 60 ? "min" : seconds === 900 ? "15 min" : "day"}`)
        .join(", ")
    const rows = Object.entries(table).map(
      ([action, { place, family, workspace, all }]) =>
        `| \`${action}\` | ${[place, family, workspace, all].map(cell).join(" | ")} |`,
    )
    const head = ["| Action | One address | One recipient | One firm | All |", "| --- | --- | --- | --- | --- |"]
    assert.include(page, [...head, ...rows].join("\n"))
  })
})

/** Milliseconds: others may use this machine, too. */
const patience = 300_000

layer(serverOf("1"), { excludeTestServices: true, timeout: "300 seconds" })("at the limits that a server has", (it) => {
  it.effect(
    "S21: three access links in a quarter of an hour and ten a day; the answer never says so",
    () =>
      Effect.gen(function* () {
        const { token, address } = yield* Visitor.arrange()
        const visitor = yield* Visitor.visitor
        const mailed = () => TestFirm.post.mails.filter(({ to }) => to.address === address).length - 1
        const press = Effect.gen(function* () {
          const page = yield* visitor.post(`/r/${token}?send-access-link`, body())
          assert.strictEqual(page.status, 200)
          return page.text
        })
        const texts = yield* Effect.all([press, press, press, press, press], { concurrency: 5 })
        assert.strictEqual(new Set(texts).size, 1)
        yield* TestFirm.mailTo(address, 4)
        yield* Effect.sleep("600 millis")
        assert.strictEqual(mailed(), 3)
        for (let quarter = 0; quarter < 5; quarter++) {
          TestFirm.clock.pass(901_000)
          yield* Effect.all([press, press, press, press], { concurrency: 4 })
          yield* Effect.sleep("700 millis")
        }
        assert.strictEqual(mailed(), 10)
      }),
    patience,
  )

  it.effect(
    "S41 L19: an office behind one address, and a scanner that fetches a link fifty times, meet no limit",
    () =>
      Effect.gen(function* () {
        const visitor = yield* Visitor.visitor
        const { token } = yield* Visitor.arrange()
        for (let i = 0; i < 50; i++) assert.strictEqual((yield* visitor.get(`/r/${token}`)).status, 200)
        const office = yield* Effect.forEach(Array.from({ length: 6 }), () => Visitor.arrange())
        for (const one of office) {
          const colleague = yield* Visitor.visitor
          const list = yield* colleague.start(one.token)
          for (let i = 0; i < 4; i++) {
            const saved = yield* colleague.fill(`${list}/sections/about`, { fields: { "a.name": `Name ${i}` } })
            assert.strictEqual(saved.status, 303)
          }
        }
      }),
    patience,
  )

  it.effect(
    "S41: whoever guesses gets sixty tries a minute, then has to wait, with whatever link",
    () =>
      Effect.gen(function* () {
        TestFirm.clock.pass(120_000)
        const visitor = yield* Visitor.visitor
        const { token } = yield* Visitor.arrange()
        const guess = (i: number) => visitor.get(`/r/${String(i).padStart(43, "g")}`)
        const pages = yield* Effect.forEach(Array.from({ length: 70 }), (_, i) => guess(i))
        const statuses = pages.map(({ status }) => status)
        assert.deepStrictEqual(statuses, [
          ...statuses.slice(0, 60).map(() => 410),
          ...statuses.slice(60).map(() => 429),
        ])
        // the dead end is the same to the last
        assert.strictEqual(new Set(pages.slice(0, 60).map(({ text }) => text)).size, 1)
        const held = yield* visitor.get(`/r/${token}`)
        assert.strictEqual(held.status, 429)
        assert.include(words(held.text), "Please wait a few minutes and try again.")
        const wait = Number(held.headers.get("retry-after"))
        assert.isTrue(wait > 0 && wait <= 60, String(wait))
        TestFirm.clock.pass(wait * 1000)
        assert.strictEqual((yield* visitor.get(`/r/${token}`)).status, 200)
      }),
    patience,
  )
})

// a fiftieth: 4 claims and 12 links a minute from one place, 1 claim and 3 links of one family, 6 saves of one
layer(serverOf("0.02"), { excludeTestServices: true, timeout: "300 seconds" })("at a fiftieth of the limits", (it) => {
  it.effect(
    "S41: claims, codes, saves and uploads are counted; over HTTP, by page and by JSON alike",
    () =>
      Effect.gen(function* () {
        const { token } = yield* Visitor.arrange()
        const visitor = yield* Visitor.visitor
        const list = yield* visitor.start(token)
        assert.strictEqual((yield* visitor.post(`/r/${token}`, body())).status, 429)
        const saves = yield* Effect.forEach(Array.from({ length: 8 }), () =>
          visitor.post(`${list}/sections/about`, new FormData()),
        )
        const statuses = saves.map(({ status }) => status)
        assert.deepStrictEqual(statuses, [403, 403, 403, 403, 403, 403, 429, 429])
        // looking is free
        assert.strictEqual((yield* visitor.get(list)).status, 200)
        TestFirm.clock.pass(60_000)
        const json = (path: string, payload: object, method = "POST") =>
          visitor.request(path, {
            method,
            headers: { "content-type": "application/json", origin: "http://localhost:3000" },
            body: JSON.stringify(payload),
          })
        const claims = yield* Effect.forEach([1, 2, 3, 4, 5], () => json("/api/customer/claim", { token }))
        assert.deepStrictEqual(
          claims.map(({ status }) => status),
          [200, 429, 429, 429, 429],
        )
        const held = claims[1]
        assert.include(held?.text ?? "", '"_tag":"TooOften"')
        assert.match(held?.headers.get("retry-after") ?? "", /^\d+$/)
        const link = yield* Effect.forEach([1, 2], () => json("/api/customer/access-link", { token }))
        assert.deepStrictEqual(
          link.map(({ status }) => status),
          [202, 429],
        )
      }),
    patience,
  )

  it.effect(
    "S41: who is over the limit of a place uses up nobody else's; who is over a family's, no firm's",
    () =>
      Effect.gen(function* () {
        const limits = yield* CustomerLimits
        const counts = yield* RateLimits
        const held = <E>(effect: Effect.Effect<void, E>) =>
          Effect.map(Effect.exit(effect), ({ _tag }) => _tag === "Failure")
        const family = (requestId: string) => ({ workspaceId: "w", requestId, recipient: "r" })
        const links = yield* Effect.forEach(Array.from({ length: 14 }), () => held(limits.ofPlace("link", "192.0.2.7")))
        assert.strictEqual(links.filter((one) => one).length, 2)
        assert.isFalse(yield* held(limits.ofPlace("link", "192.0.2.8")))
        assert.isFalse(yield* held(limits.ofPlace("claim", "192.0.2.7")))
        // 3 of one family, and then it no longer counts for the firm: 120 of all together
        for (let i = 0; i < 200; i++) yield* held(limits.ofFamily("link", family("busy")))
        const others = yield* Effect.forEach(Array.from({ length: 118 }), (_, i) =>
          held(limits.ofFamily("link", family(`f${i}`))),
        )
        assert.strictEqual(others.filter((one) => one).length, 1)
        // several at once: exactly as many as there are
        const tries = [
          { key: "one", limit: { times: 3, seconds: 60 } },
          { key: "two", limit: { times: 2, seconds: 60 } },
        ]
        const crowd = yield* Effect.all(
          Array.from({ length: 20 }, () => held(counts.takeAll(tries))),
          { concurrency: "unbounded" },
        )
        assert.strictEqual(crowd.filter((one) => !one).length, 2)
      }),
    patience,
  )
})

layer(serverOf("0"), { excludeTestServices: true, timeout: "180 seconds" })("without limits", (it) => {
  it.effect(
    "S41: a factor of 0 counts nothing",
    () =>
      Effect.gen(function* () {
        const visitor = yield* Visitor.visitor
        for (let i = 0; i < 100; i++) assert.strictEqual((yield* visitor.get("/r/x")).status, 410)
        assert.deepStrictEqual((yield* TestFirm.dump)["rate_limits"], [])
      }),
    patience,
  )
})
