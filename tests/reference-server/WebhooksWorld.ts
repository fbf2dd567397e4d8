// Webhooks to test: the real domain (TestFirm) with the worker that hands webhooks over, a firm of its own for each test, and
// receivers on loopback that answer as a test says. Signatures are verified here from the text of the Standard Webhooks
// specification, with nothing of the sender's.
import { createHmac, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Api from "../../reference-server/src/Api.ts"
import * as Assets from "../../reference-server/src/Assets.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { type Settings, type Status, Webhooks } from "../../reference-server/src/Webhooks.ts"
import * as worker from "../../reference-server/src/Webhooks/worker.ts"
import * as TestFirm from "../support/TestFirm.ts"

export const layer = worker.layer.pipe(Layer.provideMerge(TestFirm.layer))

/** The same with the firm's pages and the API, on a port of this machine. */
export const server = HttpRouter.serve(Layer.mergeAll(Assets.layer, FirmPages.layer, Api.layer), {
  disableLogger: true,
  disableListenLog: true,
}).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(Samples.layer),
  Layer.provideMerge(layer),
)

export const baseUrl = Effect.map(HttpServer.HttpServer, ({ address }) =>
  "port" in address ? `http://127.0.0.1:${address.port}` : "",
)

/** A firm with a receiver and an endpoint that leads there. */
export const arrange = Effect.fnUntraced(function* (changes: Partial<Settings> = {}) {
  const webhooks = yield* Webhooks
  const firm = yield* TestFirm.firm
  const { workspaceId } = firm.member
  const at = yield* receiver
  /** Another endpoint of the firm. */
  const add = (url: string, more: Partial<Settings> = {}) =>
    webhooks.create(workspaceId, { url, description: "", types: null, answers: false, ...more })
  const { endpoint, secret } = yield* add(at.url, changes)
  const listed = (id: string, status?: Status) =>
    webhooks.deliveries(workspaceId, id, { status, limit: 100, offset: 0 })
  return {
    ...firm,
    webhooks,
    workspaceId,
    receiver: at,
    id: endpoint.id,
    secret: Redacted.value(secret),
    add,
    listed,
    /** Waits until so many deliveries of the endpoint are as said. */
    settled: (status: Status, count: number, id = endpoint.id) =>
      TestFirm.eventually(
        Effect.map(Effect.orDie(listed(id, status)), (found) => (found.length >= count ? found : undefined)),
      ),
    /** Two events: a request created, and sent. */
    sent: TestFirm.sendRequest(firm.member, firm.stored.ref, {
      title: "A secret title",
      recipients: [TestFirm.recipient(firm.address, { name: "Carlota Secretname" })],
    }),
  }
})

export interface Got {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: {
    readonly type: string
    readonly timestamp: string
    readonly data: Readonly<Record<string, unknown>>
  }
}

export interface Receiver {
  readonly close: () => void
  readonly url: string
  readonly got: Array<Got>
  /** How the next ones are answered; then 204. */
  readonly answers: Array<(response: ServerResponse) => void>
}

const eventOf = Schema.decodeUnknownSync(
  Schema.Struct({
    type: Schema.String,
    timestamp: Schema.String,
    data: Schema.Record(Schema.String, Schema.Unknown),
  }),
)

export const answer =
  (status: number, text = "", headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(text)
/** Never answers. */
export const hang = () => {}

export const receiver = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<Receiver>((resolve) => {
        const got: Array<Got> = []
        const answers: Receiver["answers"] = []
        const server = createServer((request, response) => {
          const parts: Array<Buffer> = []
          request.on("data", (part: Buffer) => void parts.push(part))
          request.on("end", () => {
            const body = Buffer.concat(parts).toString()
            got.push({
              id: String(request.headers["webhook-id"]),
              headers: request.headers,
              body,
              event: eventOf(JSON.parse(body)),
            })
            ;(answers.shift() ?? answer(204))(response)
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = address !== null && typeof address === "object" ? address.port : 0
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resolve({ url: `http://127.0.0.1:${port}/hook?tenant=1`, got, answers, close })
        })
      }),
  ),
  ({ close }) => Effect.sync(close),
)

/** By the specification: is one of the signatures HMAC-SHA-256 over `id.timestamp.body`, by the bytes after `whsec_`? */
export const verifies = (secret: string, { headers, body }: Got): boolean => {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64")
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`
  const expected = createHmac("sha256", key).update(signed).digest()
  return String(headers["webhook-signature"])
    .split(" ")
    .some((one) => {
      const [version, signature = ""] = one.split(",")
      const bytes = Buffer.from(signature, "base64")
      return version === "v1" && bytes.length === expected.length && timingSafeEqual(bytes, expected)
    })
}

/** Waits until a receiver has got so many. */
export const gotBy = ({ got }: Receiver, count: number) =>
  TestFirm.eventually(Effect.sync(() => (got.length >= count ? got : undefined)))

/** Lets the waits of all deliveries pass, and those of their endpoints. */
export const hurry = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`UPDATE webhook_endpoints SET paused_until = NULL`
  yield* sql`UPDATE webhook_deliveries SET due_at = queued_at WHERE status = 'queued' AND leased_until IS NULL`
})
