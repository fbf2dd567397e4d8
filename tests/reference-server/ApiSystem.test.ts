// For whoever runs the server, and whoever writes against it: health, the OpenAPI document, the page that shows it.
import { assert, describe, layer } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { call, layer as testApi, TestApi } from "../api/TestApi.ts"
import { operations } from "../api/Operations.ts"
import * as Browser from "../support/Browser.ts"

layer(testApi, { excludeTestServices: true, timeout: "60 seconds" })("the system", (it) => {
  it.effect("health: 200 while the database answers", () =>
    Effect.gen(function* () {
      const { status, body, headers } = yield* call("GET", "/health")
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(JSON.parse(body), { status: "ok", database: "up" })
      assert.strictEqual(headers["cache-control"], "no-store")
    }),
  )

  it.effect("health: 503 after two seconds without the database, and 200 again with it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [took, answer] = yield* Effect.scoped(
        Effect.gen(function* () {
          // whoever holds every connection keeps the database from everybody else
          for (let held = 0; held < 10; held++) yield* sql.reserve
          return yield* Effect.timed(call("GET", "/health"))
        }),
      )
      assert.strictEqual(answer.status, 503)
      assert.deepStrictEqual(JSON.parse(answer.body), {
        _tag: "Unhealthy",
        status: "unavailable",
        database: "down",
        message: "The database does not answer.",
      })
      assert.isAtLeast(Duration.toSeconds(took), 1.9)
      assert.isBelow(Duration.toSeconds(took), 4)
      assert.strictEqual((yield* call("GET", "/health")).status, 200)
    }),
  )

  it.effect("/openapi.json is the contract's", () =>
    Effect.gen(function* () {
      const { status, body } = yield* call("GET", "/openapi.json")
      assert.strictEqual(status, 200)
      const { paths } = JSON.parse(body) as { paths: Record<string, object> }
      assert.sameMembers(
        Object.entries(paths).flatMap(([path, item]) =>
          Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
        ),
        operations.map(({ method, path }) => `${method} ${path}`),
      )
    }),
  )

  describe.skipIf(Browser.missing !== undefined)("in a browser", () => {
    it.effect(
      "S38: /docs shows every operation under a policy that names its scripts, and asks no stranger",
      () =>
        Effect.gen(function* () {
          const { baseUrl } = yield* TestApi
          const { headers } = yield* call("GET", "/docs")
          const policy = headers["content-security-policy"] ?? ""
          assert.match(policy, /script-src ('sha256-[A-Za-z0-9+/=]+' ?){2};/)
          assert.include(policy, "default-src 'none'")
          const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (opened) =>
            Effect.promise(() => opened.close()),
          )
          yield* Effect.promise(async () => {
            const page = await browser.page({ javaScript: true, width: 1280, height: 900 })
            const complaints: Array<string> = []
            const asked: Array<string> = []
            page.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
            page.on("pageerror", (error) => complaints.push(error.message))
            page.on("request", (request) => asked.push(new URL(request.url()).origin))
            await page.goto(`${baseUrl}/docs`)
            for (const summary of ["Create a request", "Claim a link", "Health"]) {
              await page.getByText(summary).first().waitFor()
            }
            const shown = await page.locator("body").innerText()
            for (const { summary } of operations) assert.include(shown, summary)
            assert.deepStrictEqual(complaints, [])
            assert.deepStrictEqual([...new Set(asked)], [baseUrl])
            assert.isFalse(await page.getByText("Generate SDKs").first().isVisible())
          })
        }),
      30_000,
    )
  })
})
