// A real clamd that is killed while it has a customer's file before it: over HTTP, from the upload to the download. Between server
// and scanner stands a line that counts what passes, so that the kill comes in the middle.
import { assert, layer } from "@effect/vitest"
import { once } from "node:events"
import { connect, createServer as createLine, type Socket } from "node:net"
import { createServer } from "node:http"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Api from "../../reference-server/src/Api.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as scanning from "../../reference-server/src/Files/scanning.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { HttpRouter } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as clamd from "../../reference-server/src/VirusScanner/clamd.ts"
import * as Clamd from "../support/Clamd.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

type Running = Effect.Success<ReturnType<typeof Clamd.started>>

if (!Clamd.isInstalled) process.stderr.write(`${Clamd.skipped}\n`)

/** The line: where it leads to, and what happens once so many bytes have passed. */
const line = { to: "", after: Infinity, act: () => {}, scans: 0 }

const lineLayer = Effect.acquireRelease(
  Effect.promise(async () => {
    const open = new Set<Socket>()
    const server = createLine((from) => {
      const to = connect(Number(new URL(line.to).port), "127.0.0.1")
      let bytes = 0
      open.add(from)
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        one.on("error", () => other.destroy())
        one.on("close", () => other.destroy())
      }
      from.on("data", (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > line.after) {
          line.scans++
          line.after = Infinity
          line.act()
        }
        to.write(chunk)
      })
      to.on("data", (chunk: Buffer) => from.write(chunk))
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    return { server, open, port: typeof address === "object" && address !== null ? address.port : 0 }
  }),
  ({ server, open }) =>
    Effect.sync(() => {
      for (const socket of open) socket.destroy()
      server.close()
    }),
)

const world = HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, FirmPages.layer, Api.layer), {
  disableLogger: true,
  disableListenLog: true,
}).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(Samples.layer),
  Layer.provideMerge(
    Layer.unwrap(
      Effect.map(lineLayer, ({ port }) => {
        const url = `tcp://127.0.0.1:${port}`
        return TestFirm.layerOf({ CLAMD_URL: url }, clamd.layer({ url, maxBytes: Clamd.maxBytes }))
      }),
    ),
  ),
)

/** A whole PDF, larger than what lies in the buffers between server and scanner. */
const statement = Uint8Array.from(
  Buffer.concat([
    Buffer.from("%PDF-1.7\n"),
    Buffer.alloc(3_000_000, "% a line of a long statement\n"),
    Buffer.from("\n%%EOF\n"),
  ]),
)
const questionnaire = {
  format: 1,
  id: "statements",
  version: 1,
  language: "en",
  title: "Statements",
  sections: [
    {
      id: "papers",
      title: "Papers",
      items: [{ id: "passport", type: "upload", label: "Papers", accept: ["application/pdf"], maxBytes: 9_000_000 }],
    },
  ],
}

const scanNow = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Tenancy.across(sql`UPDATE files SET next_scan_at = now() - interval '1 day' WHERE next_scan_at IS NOT NULL`)
  yield* (yield* scanning.make).round
})

const begin: Effect.Effect<Running, never, Scope.Scope> = Effect.tap(Clamd.scoped, ({ url }) =>
  Effect.sync(() => void (line.to = url)),
)

layer(world, { excludeTestServices: true, timeout: "300 seconds" })("a scanner that is killed", (it) => {
  it.effect.skipIf(!Clamd.isInstalled)(
    "S55: in the middle of a scan: the customer is not bothered, nobody reads the file, and later it is clean",
    () =>
      Effect.gen(function* () {
        const first = yield* begin
        const firm = yield* World.firm
        yield* firm.api.questionnaires.add({ payload: { source: JSON.stringify(questionnaire) } })
        const made = yield* firm.api.requests.create({
          headers: {},
          payload: {
            questionnaire: { id: "statements" },
            title: "Statements",
            recipient: { name: "Carl", email: firm.address, language: "en" },
            send: true,
          },
        })
        const customer = yield* World.enter(World.tokenOf(yield* TestFirm.mailTo(firm.address, 1)))
        const run = Effect.runPromiseWith(yield* Effect.context())
        const killed = new Promise<void>((resolve) => {
          Object.assign(line, { after: 200_000, act: () => void run(first.kill).then(resolve) })
        })
        const body = new FormData()
        body.append("file", new File([statement], "statement.pdf"))
        const { "content-type": _, ...headers } = customer.headers
        const sent = yield* World.call("POST", `${customer.at}/files/passport?revision=1`, { headers, body })
        yield* Effect.promise(() => killed)
        assert.deepStrictEqual([sent.status, line.scans], [201, 1], sent.body)

        const shown = () => World.call("GET", `/q/${customer.handle}/sections/papers`, { headers: customer.headers })
        const id = /"id":"([0-9a-f-]{36})"/.exec(sent.body)?.[1] ?? assert.fail(sent.body)
        const doors = [
          { path: `/q/${customer.handle}/files/${id}`, headers: customer.headers, closed: 410 },
          { path: `/api/customer/${customer.handle}/files/${id}`, headers: customer.headers, closed: 409 },
          { path: `/api/requests/${made.id}/files/${id}`, headers: firm.headers, closed: 409 },
        ]
        const page = yield* shown()
        assert.include(page.body, "statement.pdf")
        assert.include(page.body, "being checked for viruses")
        assert.notInclude(page.body, `/files/${id}`)
        for (const { path, headers: as, closed } of doors)
          assert.strictEqual((yield* World.call("GET", path, { headers: as })).status, closed, path)
        // as long as it is away nothing changes
        yield* scanNow
        assert.strictEqual((yield* World.call("GET", doors[2]?.path ?? "", { headers: firm.headers })).status, 409)

        yield* begin
        yield* scanNow
        assert.include((yield* shown()).body, `/files/${id}`)
        for (const { path, headers: as } of doors) {
          const got = yield* World.call("GET", path, { headers: as })
          assert.strictEqual(got.status, 200, path)
          assert.strictEqual(got.body.length, statement.length)
        }
      }).pipe(Effect.scoped),
  )
})
