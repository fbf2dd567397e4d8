// For whoever runs the server, and whoever writes against it: health, the OpenAPI document, the page that shows it.
import { assert, describe, layer } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as PoolGate from "../../reference-server/src/Database/PoolGate.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { call, layer as testApi, TestApi } from "../api/TestApi.ts"
import { operations } from "../api/Operations.ts"
import * as Browser from "../support/Browser.ts"
import * as StepDigests from "../../reference-server/src/Database/StepDigests.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

/** Holds every connection to the database, as long as the scope. */
const holdAll = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const most = Math.max(...[...(yield* PoolGate.Usages)].map(({ max }) => max))
  for (let held = 0; held < most; held++) yield* sql.reserve
})

interface Ready {
  readonly status: string
  readonly checks: Readonly<
    Record<string, { readonly ok: boolean; readonly reason: string | null; readonly detail?: string }>
  >
}

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("the system", (it) => {
  it.effect("health: 200 while the process answers, whatever became of its database", () =>
    Effect.gen(function* () {
      const answer = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* holdAll
          return yield* call("GET", "/health")
        }),
      )
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(JSON.parse(answer.body), { status: "ok" })
      assert.strictEqual(answer.headers["cache-control"], "no-store")
    }),
  )

  it.effect("ready: 200 with every check; strangers are told no details", () =>
    Effect.gen(function* () {
      const here = yield* call("GET", "/ready")
      assert.strictEqual(here.status, 200)
      const { status, checks } = JSON.parse(here.body) as Ready
      assert.strictEqual(status, "ready")
      for (const name of ["process", "database", "migrations", "files"]) {
        assert.isTrue(checks[name]?.ok, name)
        assert.isString(checks[name]?.detail, name)
      }
      // through a proxy of this machine come strangers
      const forwarded = yield* call("GET", "/ready", { headers: { "x-forwarded-for": "203.0.113.7" } })
      assert.strictEqual(forwarded.status, 200)
      assert.notInclude(forwarded.body, "detail")
    }),
  )

  it.effect("ready: 503 after two seconds without the database, saying so in a word, and 200 again with it", () =>
    Effect.gen(function* () {
      const [took, answer] = yield* Effect.scoped(
        Effect.gen(function* () {
          // whoever holds every connection keeps the database from everybody else
          yield* holdAll
          return yield* Effect.timed(call("GET", "/ready"))
        }),
      )
      assert.strictEqual(answer.status, 503)
      const body = JSON.parse(answer.body) as Ready & { readonly _tag: string }
      assert.strictEqual(body._tag, "NotReady")
      assert.deepStrictEqual([body.checks["database"]?.ok, body.checks["database"]?.reason], [false, "no-answer"])
      assert.isAtLeast(Duration.toSeconds(took), 1.9)
      assert.isBelow(Duration.toSeconds(took), 8)
      assert.strictEqual((yield* call("GET", "/ready")).status, 200)
    }),
  )

  it.effect(
    "ready: 503 while a step of the tables is missing; one that this version does not know is told, and no fault",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const migrations = Effect.map(call("GET", "/ready"), ({ status, body }) => ({
          status,
          ...(JSON.parse(body) as Ready).checks["migrations"],
        }))
        yield* TestDatabase.asAdministrator(
          sql`INSERT INTO schema_migrations (migration_id, name, created_at) VALUES (9999, 'tomorrow', now())`,
        )
        // the processes of the version before go on while those of the next one start
        const newer = { status: 200, ok: true, reason: null, detail: "newer than this version (9999_tomorrow)" }
        assert.deepStrictEqual(yield* migrations, newer)
        yield* TestDatabase.asAdministrator(sql`DELETE FROM schema_migrations WHERE migration_id = 9999`)
        const [last] = yield* TestDatabase.asAdministrator(sql<{ migrationId: number; name: string }>`
        DELETE FROM schema_migrations WHERE migration_id = (SELECT max(migration_id) FROM schema_migrations)
        RETURNING migration_id, name`)
        assert.deepInclude(yield* migrations, { status: 503, ok: false, reason: "behind" })
        yield* TestDatabase.asAdministrator(sql`INSERT INTO schema_migrations (migration_id, name, created_at)
        VALUES (${last?.migrationId ?? 0}, ${last?.name ?? ""}, now())`)
        assert.strictEqual((yield* call("GET", "/ready")).status, 200)
      }),
  )

  it.effect("ready: 503 where a step of the tables is not what it was when it ran here, and says which", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const migrations = Effect.map(call("GET", "/ready"), ({ status, body }) => ({
        status,
        ...(JSON.parse(body) as Ready).checks["migrations"],
      }))
      assert.deepInclude(yield* migrations, { status: 200, ok: true })
      const [row] = yield* sql<{ digest: string }>`SELECT digest FROM schema_migrations WHERE migration_id = 9`
      // as if the step had had other SQL when it ran
      const other = StepDigests.digestOf("sql`CREATE TABLE member_links (id uuid)`")
      const set = (digest: string) =>
        TestDatabase.asAdministrator(sql`UPDATE schema_migrations SET digest = ${digest} WHERE migration_id = 9`)
      yield* set(other)
      const edited = yield* migrations
      assert.deepInclude(edited, { status: 503, ok: false, reason: "edited" })
      assert.include(JSON.stringify(edited), "0009_members ran here as something else")
      yield* set(row?.digest ?? "")
      assert.strictEqual((yield* migrations).status, 200)

      // layout and comments are no change, another column is
      const program = "// makes it\nconst statements = [`CREATE TABLE a (\n  id uuid\n)`]"
      const laidOut =
        "/** Makes the table. */\nconst statements: ReadonlyArray<string> = [\n  `CREATE TABLE a ( id uuid )`,\n]"
      assert.strictEqual(StepDigests.digestOf(program), StepDigests.digestOf(laidOut))
      assert.notStrictEqual(StepDigests.digestOf(program), StepDigests.digestOf(program.replace("uuid", "text")))
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
            // what shows them is a large script
            page.setDefaultTimeout(180_000)
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
      300_000,
    )
  })
})
