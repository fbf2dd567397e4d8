/** Limits under load: too many requests, connections that creep, heads that are too large, a pool that is all taken. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { createServer } from "node:http"
import { connect } from "node:net"
import * as AccessLog from "../../reference-server/src/AccessLog.ts"
import { BlobStoreUnavailable } from "../../reference-server/src/BlobStore.ts"
import { Config } from "../../reference-server/src/Config.ts"
import * as PoolGate from "../../reference-server/src/Database/PoolGate.ts"
import { HttpRouter, HttpServer, HttpServerResponse } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { type PgConnection, type PgPool, SqlClient, SqlError } from "../../reference-server/src/platform/Sql.ts"
import * as Pressure from "../../reference-server/src/Pressure.ts"
import * as Outage from "../../reference-server/src/Pressure/Outage.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import { config } from "../support/TestFirm.ts"

const reason = {
  cause: Object.assign(new Error("could not extend file"), { code: "53100" }),
  message: "",
  operation: "x",
}
const diskFull = new SqlError.SqlError({ reason: new SqlError.UnknownError(reason) })

describe("outages", () => {
  const table: ReadonlyArray<readonly [what: string, error: unknown, outage: Outage.Outage | null]> = [
    [
      "a lost connection",
      new SqlError.SqlError({ reason: new SqlError.ConnectionError({ ...reason, cause: new Error("gone") }) }),
      "database",
    ],
    ["a full disk of the database (53100)", diskFull, "disk-full"],
    ["the same below other errors", new Error("a page failed", { cause: Cause.die(diskFull) }), "disk-full"],
    [
      "a lock that was waited for too long",
      new SqlError.SqlError({ reason: new SqlError.LockTimeoutError({ ...reason, cause: null }) }),
      "busy",
    ],
    [
      "a statement that took too long",
      new SqlError.SqlError({ reason: new SqlError.StatementTimeoutError({ ...reason, cause: null }) }),
      "slow",
    ],
    [
      "a full disk of the uploads",
      new BlobStoreUnavailable({ reason: "The disk of the upload folder x is full (ENOSPC)." }),
      "disk-full",
    ],
    [
      "an upload folder that is gone",
      new BlobStoreUnavailable({ reason: "The upload folder x is gone (ENOENT)." }),
      "files",
    ],
    ["a database that shuts down (57P01)", Object.assign(new Error("terminating"), { code: "57P01" }), "database"],
    [
      "a mistake of ours in a statement",
      new SqlError.SqlError({ reason: new SqlError.SqlSyntaxError({ ...reason, cause: null }) }),
      null,
    ],
    ["any other fault", new TypeError("x is not a function"), null],
    ["nothing", undefined, null],
  ]
  for (const [what, error, outage] of table) {
    it(`${what}: ${outage ?? "none"}`, () => assert.strictEqual(Outage.ofError(error), outage))
  }
})

/** A server with these routes inside all the rings that the real one has. */
const App = (max: number, routes: Layer.Layer<never, never, HttpRouter.HttpRouter>) => {
  const ours = config()
  const load = Pressure.load(max)
  return HttpRouter.serve(Layer.provide(routes, Pressure.routed.layer), {
    disableListenLog: true,
    disableLogger: true,
    middleware: (app) => app.pipe(Pressure.inFlight(ours, load), AccessLog.middleware([])),
  }).pipe(
    Layer.provideMerge(
      NodeHttpServer.layer(
        () =>
          Pressure.settled(
            createServer({ ...Pressure.socket, headersTimeout: 1_000, connectionsCheckingInterval: 200 }),
          ),
        {
          host: "127.0.0.1",
          port: 0,
        },
      ),
    ),
    Layer.provide(Layer.succeed(Config, ours)),
    Layer.provide(Logger.layer([])),
  )
}
const addressOf = HttpServer.addressFormattedWith((address) =>
  Effect.succeed(`http://127.0.0.1:${new URL(address).port}`),
)

/** What a raw connection is answered until it is closed. */
const raw = (url: string, text: string) =>
  Effect.promise(
    () =>
      new Promise<string>((resolve) => {
        let said = ""
        const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(text))
        socket.on("data", (chunk) => void (said += chunk.toString()))
        socket.on("close", () => resolve(said))
        socket.on("error", () => resolve(said))
      }),
  )

describe("limits", () => {
  it.live("more requests at once than MAX_IN_FLIGHT are answered 503 with Retry-After; health is not counted", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const routes = Layer.mergeAll(
        HttpRouter.add("GET", "/slow", Effect.as(Deferred.await(gate), HttpServerResponse.text("slow"))),
        HttpRouter.add("GET", "/health", Effect.succeed(HttpServerResponse.text("ok"))),
        HttpRouter.add("GET", "/api/x", Effect.succeed(HttpServerResponse.text("x"))),
      )
      yield* Effect.gen(function* () {
        const url = yield* addressOf
        const get = (path: string) => Effect.promise(() => fetch(url + path))
        const three = yield* Effect.forkChild(Effect.forEach([1, 2, 3], () => get("/slow"), { concurrency: 3 }))
        yield* Effect.sleep("200 millis")
        const refused = yield* get("/slow")
        assert.strictEqual(refused.status, 503)
        assert.isAtLeast(Number(refused.headers.get("retry-after")), 1)
        assert.include(yield* Effect.promise(() => refused.text()), "One moment, please")
        const problem = yield* get("/api/x")
        assert.strictEqual(problem.headers.get("content-type"), "application/problem+json")
        assert.strictEqual((yield* get("/health")).status, 200)
        yield* Deferred.succeed(gate, undefined)
        for (const { status } of yield* Fiber.join(three)) assert.strictEqual(status, 200)
        // and the places are free again, also those of requests that were given up
        const abort = new AbortController()
        const given = fetch(`${url}/api/x`, { signal: abort.signal }).catch(() => null)
        abort.abort()
        yield* Effect.promise(() => given)
        for (let n = 0; n < 10; n++) assert.strictEqual((yield* get("/api/x")).status, 200)
      }).pipe(Effect.provide(App(3, routes)))
    }),
  )

  it.live("a head that creeps in is cut off (slow loris), one that is too large or has too many lines is refused", () =>
    Effect.gen(function* () {
      const routes = HttpRouter.add("GET", "/", (request) =>
        Effect.succeed(HttpServerResponse.text(String(Object.keys(request.headers).length))),
      )
      yield* Effect.gen(function* () {
        const url = yield* addressOf
        const crept = yield* raw(url, "GET / HTTP/1.1\r\nhost: x\r\nx-creeps:")
        assert.match(crept, /^HTTP\/1\.1 408 /)
        const large = yield* raw(url, `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${"x".repeat(20_000)}\r\n\r\n`)
        assert.match(large, /^HTTP\/1\.1 431 /)
        const lines = Array.from({ length: 500 }, (_, n) => `x-${n}: 1`).join("\r\n")
        const many = yield* raw(url, `GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines}\r\n\r\n`)
        assert.match(many, /^HTTP\/1\.1 431 /)
      }).pipe(Effect.provide(App(10, routes)))
    }),
  )

  it.live("a route that dies of an outage answers 503, one that dies of a fault of ours 500", () =>
    Effect.gen(function* () {
      const routes = Layer.mergeAll(
        HttpRouter.add("GET", "/full", Effect.die(diskFull)),
        HttpRouter.add("GET", "/api/full", Effect.die(diskFull)),
        HttpRouter.add("GET", "/broken", Effect.die(new TypeError("ours"))),
      )
      yield* Effect.gen(function* () {
        const url = yield* addressOf
        const get = (path: string, headers = {}) => Effect.promise(() => fetch(url + path, { headers }))
        const page = yield* get("/full", { "accept-language": "es" })
        assert.strictEqual(page.status, 503)
        assert.include(yield* Effect.promise(() => page.text()), "no puede recibir nada")
        const problem = yield* get("/api/full")
        assert.strictEqual(problem.status, 503)
        const body: unknown = yield* Effect.promise(() => problem.json())
        assert.propertyVal(body, "detail", `${Outage.sentences["disk-full"]} Nothing was half done: send it again.`)
        assert.strictEqual((yield* get("/broken")).status, 500)
      }).pipe(Effect.provide(App(10, routes)))
    }),
  )
})

describe("the gate before the pool", () => {
  /** A pool that lends one and the same thing, which these tests do not look at. */
  const pool = Effect.gen(function* () {
    const lent = { now: 0, most: 0 }
    const during = Effect.acquireRelease(
      Effect.sync(() => (lent.most = Math.max(lent.most, ++lent.now))),
      () => Effect.sync(() => void lent.now--),
    )
    // the gate asks nothing of a connection, and so does no test
    const nothing = {} as PgConnection.PgConnection
    const whole: Pick<PgPool.PgPool, "get" | "use"> = {
      get: Effect.as(during, nothing),
      use: (run) =>
        Effect.acquireUseRelease(
          Effect.sync(() => (lent.most = Math.max(lent.most, ++lent.now))),
          () => run(nothing),
          () => Effect.sync(() => void lent.now--),
        ),
    }
    return { lent, whole }
  })

  it.live(
    "lets as many through as there are connections, the others in turn; whoever waits too long fails, and harms nobody",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { lent, whole } = yield* pool
          const gate = yield* PoolGate.before(whole, 2, 700)
          const [usage] = [...(yield* PoolGate.Usages)].slice(-1)
          const quick = yield* Effect.forEach(
            Array.from({ length: 12 }),
            () => gate.use(() => Effect.sleep("2 millis")),
            { concurrency: 12 },
          )
          assert.lengthOf(quick, 12)
          assert.strictEqual(lent.most, 2)
          const holders = yield* Effect.forkChild(
            Effect.forEach([1, 2], () => Effect.scoped(Effect.andThen(gate.get, Effect.sleep("1500 millis"))), {
              concurrency: 2,
            }),
          )
          yield* Effect.sleep("20 millis")
          const [late, interrupted] = yield* Effect.all(
            [
              Effect.exit(gate.use(() => Effect.void)),
              Effect.exit(
                Effect.timeout(
                  gate.use(() => Effect.void),
                  "50 millis",
                ),
              ),
            ],
            { concurrency: 2 },
          )
          assert.isTrue(Exit.isFailure(late) && Outage.of(late.cause) === "busy")
          assert.isTrue(Exit.isFailure(interrupted))
          yield* Fiber.join(holders)
          assert.deepStrictEqual([usage?.inUse, usage?.waiting], [0, 0])
          yield* gate.use(() => Effect.void)
        }),
      ),
  )

  it.live(
    "stands before the real one: a hundred statements at once all come through",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const rows = yield* Effect.forEach(
          Array.from({ length: 100 }, (_, n) => n),
          (n) => sql<{ n: number }>`SELECT ${n}::int AS n`,
          {
            concurrency: 100,
          },
        )
        assert.deepStrictEqual(
          rows.map(([row]) => row?.n),
          Array.from({ length: 100 }, (_, n) => n),
        )
      }).pipe(Effect.provide(TestDatabase.layer)),
    180_000,
  )
})
