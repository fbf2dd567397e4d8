// The contract of the SmsSender port, one suite over every adapter: `http` against a real server on loopback, `outbox` against
// a folder. Below it what each adds.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { NodeServices } from "../../reference-server/src/platform/Node.ts"
import { type OutgoingSms, SmsFailed, SmsSender, unavailable } from "../../reference-server/src/SmsSender.ts"
import * as Http from "../../reference-server/src/SmsSender/http.ts"
import * as Outbox from "../../reference-server/src/SmsSender/outbox.ts"

const message: OutgoingSms = {
  id: "4b1f5d5e-8f0a-4d3e-9b1c-2a7d6c5e4f30",
  to: "+46701234567",
  text: '000123 är din kod för "Å & Ö AB" 🧾.\n@requests.example.com #000123',
}
const send = (sms: OutgoingSms) => Effect.flatMap(SmsSender, (sender) => sender.send(sms))

/** A message as JSON, with its sender where it has one. */
const Message = Schema.fromJsonString(
  Schema.Struct({
    id: Schema.String,
    to: Schema.String,
    from: Schema.optionalKey(Schema.String),
    text: Schema.String,
  }),
)
const messageIn = Schema.decodeUnknownSync(Message)

/** What arrived through an adapter. */
class Arrivals extends Context.Service<Arrivals, { readonly all: Effect.Effect<ReadonlyArray<OutgoingSms>> }>()(
  "test/Arrivals",
) {}

interface Seen {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingMessage["headers"]
  readonly body: typeof Message.Type | null
}

/** A provider on loopback that keeps what it is sent, and answers as it is told. */
const provider = Effect.fnUntraced(function* (answer: (response: ServerResponse) => void) {
  const seen: Array<Seen> = []
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => void chunks.push(chunk))
    request.on("end", () => {
      const { method, url: path, headers } = request
      const body = chunks.length === 0 ? null : messageIn(Buffer.concat(chunks).toString())
      seen.push({ method, path, headers, body })
      answer(response)
    })
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((done) => void server.listen(0, "127.0.0.1", done))),
    () =>
      Effect.promise(() => {
        server.closeAllConnections()
        return new Promise((done) => void server.close(done))
      }),
  )
  const address = server.address()
  if (address === null || typeof address === "string") return yield* Effect.die(new Error("no port"))
  return { seen, server, origin: `http://127.0.0.1:${address.port}` }
})
const answering = (status: number, headers: Record<string, string> = {}, body = "") =>
  provider((response) => void response.writeHead(status, headers).end(body))

const over = (origin: string, changes: Partial<Http.HttpOptions> = {}) =>
  Http.layer({
    url: Redacted.make(`${origin}/v1/messages?key=sesame`),
    token: Redacted.make("open-sesame"),
    from: undefined,
    ...changes,
  })

const throughHttp = Layer.unwrap(
  Effect.map(answering(202, { "content-type": "application/json" }, '{"status":"queued"}'), ({ seen, origin }) =>
    Layer.merge(
      over(origin),
      Layer.succeed(Arrivals, { all: Effect.sync(() => seen.flatMap(({ body }) => body ?? [])) }),
    ),
  ),
)

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "requite-sms-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true })),
)
const throughOutbox = Layer.unwrap(
  Effect.map(temporary, (folder) => {
    const kept = join(folder, "data", "dev-sms")
    const all = Effect.sync(() =>
      (existsSync(kept) ? readdirSync(kept) : []).map((name): OutgoingSms => {
        const { id, to, text } = messageIn(readFileSync(join(kept, name), "utf8"))
        return { id, to, text }
      }),
    )
    return Layer.merge(Outbox.layer(kept).pipe(Layer.provide(NodeServices.layer)), Layer.succeed(Arrivals, { all }))
  }),
)

const suite = (name: string, adapter: Layer.Layer<SmsSender | Arrivals>): void => {
  describe(`SmsSender contract: ${name}`, () => {
    it.live("S34: number and text arrive as they were given, letter by letter", () =>
      Effect.gen(function* () {
        yield* send(message)
        assert.deepStrictEqual(yield* (yield* Arrivals).all, [message])
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("S28: what is no number in E.164 form is refused for good, and nothing is handed over", () =>
      Effect.gen(function* () {
        for (const to of [
          "",
          "0701234567",
          "46701234567",
          "+46 70",
          "+0701234567",
          "+46701234567,+46701234568",
          "+4",
        ]) {
          const failure = yield* Effect.flip(send({ ...message, to }))
          assert.deepInclude(failure, { _tag: "SmsFailed", retryable: false }, to)
        }
        for (const text of ["", " \n"]) {
          assert.deepInclude(yield* Effect.flip(send({ ...message, text })), { retryable: false })
        }
        assert.deepStrictEqual(yield* (yield* Arrivals).all, [])
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )

    it.live("M6: the same message keeps its id, so that a second attempt can be told", () =>
      Effect.gen(function* () {
        yield* send(message)
        yield* send(message)
        const ids = (yield* (yield* Arrivals).all).map(({ id }) => id)
        assert.deepStrictEqual([...new Set(ids)], [message.id])
      }).pipe(Effect.provide(Layer.fresh(adapter))),
    )
  })
}

suite("http", throughHttp)
suite("outbox", throughOutbox)

describe("SmsSender over HTTP", () => {
  it.live("posts JSON with the token and the id as idempotency key; `from` only where it is set", () =>
    Effect.gen(function* () {
      const { seen, origin } = yield* answering(200)
      yield* send(message).pipe(Effect.provide(over(origin)))
      yield* send(message).pipe(Effect.provide(over(origin, { from: "North Co" })))
      const [first, second] = seen
      assert.strictEqual(first?.method, "POST")
      assert.strictEqual(first?.path, "/v1/messages?key=sesame")
      assert.strictEqual(first?.headers.authorization, "Bearer open-sesame")
      assert.strictEqual(first?.headers["content-type"], "application/json")
      assert.strictEqual(first?.headers["idempotency-key"], message.id)
      assert.deepStrictEqual(first?.body, message)
      assert.deepStrictEqual(second?.body, { ...message, from: "North Co" })
    }),
  )

  it.live("M7: 429 and 5xx may be tried again, every other refusal not, and no reason repeats what was said", () =>
    Effect.gen(function* () {
      for (const [status, retryable] of [
        [429, true],
        [500, true],
        [502, true],
        [503, true],
        [400, false],
        [401, false],
        [404, false],
        [422, false],
        [304, false],
      ] as const) {
        const { origin } = yield* answering(status, {}, status === 304 ? "" : `no: ${message.text}`)
        const failure = yield* Effect.flip(send(message)).pipe(Effect.provide(over(origin)))
        assert.strictEqual(failure.retryable, retryable, String(status))
        assert.include(failure.reason, String(status))
        assert.notMatch(failure.reason, /000123|4670|sesame/)
      }
    }),
  )

  it.live("a redirect is not followed: token and message go to nobody else", () =>
    Effect.gen(function* () {
      const thief = yield* answering(200)
      for (const status of [301, 302, 303, 307, 308]) {
        const { origin } = yield* answering(status, { location: `${thief.origin}/` })
        const failure = yield* Effect.flip(send(message)).pipe(Effect.provide(over(origin)))
        assert.deepInclude(failure, { retryable: false }, String(status))
      }
      assert.deepStrictEqual(thief.seen, [])
    }),
  )

  it.live("M6: what may have been taken is not tried again: no answer in time, or a connection that broke", () =>
    Effect.gen(function* () {
      const silent = yield* provider(() => {})
      const late = yield* Effect.flip(send(message)).pipe(
        Effect.provide(over(silent.origin, { timeout: "150 millis" })),
      )
      assert.deepInclude(late, { _tag: "SmsFailed", retryable: false })
      assert.strictEqual(silent.seen.length, 1)
      const breaking = yield* provider((response) => void response.socket?.destroy())
      const broken = yield* Effect.flip(send(message)).pipe(Effect.provide(over(breaking.origin)))
      assert.deepInclude(broken, { _tag: "SmsFailed", retryable: false })
      assert.strictEqual(breaking.seen.length, 1)
    }),
  )

  it.live("M7: where nobody listens, nothing was handed over: it may be tried again", () =>
    Effect.gen(function* () {
      const origin = yield* Effect.scoped(Effect.map(answering(200), (gone) => gone.origin))
      const failure = yield* Effect.flip(send(message)).pipe(Effect.provide(over(origin)))
      assert.instanceOf(failure, SmsFailed)
      assert.isTrue(failure.retryable)
    }),
  )
})

describe("development outbox", () => {
  const open = (folder: string) =>
    Effect.provide(Layer.fresh(Outbox.layer(folder).pipe(Layer.provide(NodeServices.layer))))
  const list = Effect.flatMap(Outbox.DevOutbox, (outbox) => outbox.list)
  const numbered = (n: number): OutgoingSms => ({ ...message, id: message.id.replace(/0$/, String(n)) })

  it.live("lists the newest first, a repeated one once, survives a restart and what does not belong there", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporary, "dev-sms")
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* list, [])
        for (const n of [1, 2, 3, 1]) {
          yield* send(numbered(n))
          yield* Effect.sleep("5 millis")
        }
      }).pipe(open(folder))
      const after = yield* list.pipe(open(folder))
      assert.deepStrictEqual(
        after.map(({ id }) => id),
        [1, 3, 2].map((n) => numbered(n).id),
      )
    }),
  )

  it.live("only the server's own user may read it, and an id that is none cannot leave the folder", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporary, "dev-sms")
      yield* send(message).pipe(open(folder))
      assert.strictEqual(statSync(folder).mode & 0o777, 0o700)
      assert.strictEqual(statSync(join(folder, `${message.id}.json`)).mode & 0o777, 0o600)
      const failure = yield* Effect.flip(send({ ...message, id: "../../evil" }).pipe(open(folder)))
      assert.deepInclude(failure, { retryable: false })
      assert.deepStrictEqual(readdirSync(join(folder, "..")), ["dev-sms"])
    }),
  )
})

describe("no SMS provider", () => {
  it.live("every message is refused for good", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* Effect.flip(send(message)), { retryable: false })
    }).pipe(Effect.provide(unavailable)),
  )
})
