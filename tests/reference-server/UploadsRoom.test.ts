// Room for uploads, and who may still use it: quotas that hold when everybody comes at once, the right to upload asked again at
// the end, and files that nobody finishes. A scanner that speaks clamd's protocol looks at what is whole.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { BlobStore } from "../../reference-server/src/BlobStore.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as clamd from "../../reference-server/src/VirusScanner/clamd.ts"
import { call, layerOf, ours, TestApi } from "../api/TestApi.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { enter, type Entered } from "./ApiCustomerWorld.ts"
import * as World from "./UploadsWorld.ts"

const requestBytes = 1_000_000
const dayBytes = 4_000_000

const scanner = Layer.unwrap(
  Effect.map(FakeClamd.start, (started) => clamd.layer({ url: started.url, maxBytes: 50_000_000 })),
)
const world = layerOf(
  { UPLOAD_REQUEST_BYTES: String(requestBytes), UPLOAD_WORKSPACE_BYTES_PER_DAY: String(dayBytes) },
  scanner,
)

/** A PDF of this size. */
const pdf = (bytes: number): Uint8Array<ArrayBuffer> => {
  const content = new Uint8Array(bytes).fill(0x20)
  content.set(Samples.pdf)
  return content
}

/** What lies in the store: keys, and those of partials. */
const stored = Effect.flatMap(BlobStore, ({ list }) =>
  Effect.map(Stream.runCollect(list), (all) => ({
    blobs: all.filter(({ isPartial }) => !isPartial).map(({ key }) => key),
    partials: all.filter(({ isPartial }) => isPartial).map(({ key }) => key),
  })),
)

const arriving = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<{ n: number }>`SELECT count(*)::int AS n FROM uploads WHERE state = 'arriving'`,
    ([row]) => row?.n ?? NaN,
  ),
)

/** What it is tried with is over: the day begins anew. */
const nextDay = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`DELETE FROM uploads`
})

const form = (who: Entered, content: Uint8Array<ArrayBuffer>, question = "papers") => {
  const body = new FormData()
  body.append("file", new File([content], "a.pdf"))
  return call("POST", `${who.at}/files/${question}?revision=1`, { headers: who.headers, body })
}

/** Waits until somebody writes to it. */
const written = (at: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    TestFirm.eventually(
      Effect.map(sql`SELECT 1 FROM uploads WHERE id = ${idOf(at)} AND holder IS NOT NULL`, ([row]) => row),
    ),
  )

const idOf = (at: string) => at.split("/").at(-1) ?? ""

layer(world, { excludeTestServices: true, timeout: "300 seconds" })("room for uploads", (it) => {
  it.effect("S59: of a hundred files at the edge of a request's room exactly those get in that fit, by both ways", () =>
    Effect.gen(function* () {
      yield* nextDay
      yield* World.prepared
      const carl = yield* World.asked("Edge")
      const content = pdf(150_000)
      // six fit
      const begun = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, n) => n),
        () => World.create(carl, content.length, { question: "papers", name: "a.pdf" }),
        { concurrency: "unbounded" },
      )
      const made = begun.filter(({ status }) => status === 201).map(({ headers }) => headers["location"] ?? "")
      assert.strictEqual(made.length, 6)
      for (const answer of begun.filter(({ status }) => status !== 201)) {
        assert.strictEqual(answer.status, 413)
        assert.deepStrictEqual(World.codesOf(answer), ["upload-no-room-request"])
        assert.match(answer.body, /f\\u00e5r inte plats|får inte plats/)
      }
      // one is given up, one finished: there is room for exactly one again, in whichever way it comes
      assert.strictEqual((yield* World.remove(carl, made[0] ?? "")).status, 204)
      assert.strictEqual((yield* World.patch(carl, made[1] ?? "", 0, content)).status, 204)
      const again = yield* Effect.all(
        [
          ...Array.from({ length: 5 }, () => form(carl, content)),
          ...Array.from({ length: 5 }, () => World.create(carl, content.length, { question: "papers" })),
        ],
        { concurrency: "unbounded" },
      )
      assert.strictEqual(again.filter(({ status }) => status === 201).length, 1)
      assert.deepStrictEqual(World.codesOf(yield* form(carl, content)), ["upload-no-room-request"])
      // what is in the request is taken out of it, and makes room
      const { headers } = carl
      const gone = yield* call("DELETE", `${carl.at}/files/${idOf(made[1] ?? "")}?revision=1`, { headers })
      assert.strictEqual(gone.status, 204)
      assert.strictEqual((yield* World.create(carl, content.length, { question: "papers" })).status, 201)
    }),
  )

  it.effect("S59: a workspace takes in so much a day, whoever sends it; what was refused does not count", () =>
    Effect.gen(function* () {
      yield* nextDay
      yield* World.prepared
      const people = yield* Effect.forEach([1, 2, 3, 4, 5], (n) => World.asked(`Day ${n}`))
      const refused = yield* Effect.forEach(people, (who) => World.send(who, "a.pdf", Uint8Array.from(Samples.exe)))
      assert.deepStrictEqual(
        refused.map(({ answer }) => answer.status),
        [422, 422, 422, 422, 422],
      )
      const all = yield* Effect.forEach(
        people.flatMap((who) => [who, who]),
        (who) => World.create(who, 450_000, { question: "papers" }),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(all.filter(({ status }) => status === 201).length, 8)
      const [full] = all.filter(({ status }) => status !== 201)
      assert.deepStrictEqual(full && World.codesOf(full), ["upload-no-room-workspace"])
    }),
  )

  it.effect("S59: a question's count holds for files on their way, and one that nobody sends any more makes room", () =>
    Effect.gen(function* () {
      yield* nextDay
      yield* World.prepared
      const carl = yield* World.asked("Count")
      const at = yield* World.begun(carl, 1_000, { question: "one" })
      assert.deepStrictEqual(World.codesOf(yield* World.create(carl, 1_000, { question: "one" })), ["upload-too-many"])
      yield* World.patch(carl, at, 0, pdf(1_000).slice(0, 10))
      TestFirm.clock.pass(301_000)
      const next = yield* World.begun(carl, 1_000, { question: "one" })
      assert.strictEqual((yield* World.head(carl, at)).status, 410)
      assert.strictEqual((yield* World.patch(carl, next, 0, pdf(1_000))).status, 204)
      assert.deepStrictEqual((yield* stored).partials, [])
      assert.deepStrictEqual(World.codesOf(yield* World.create(carl, 1_000, { question: "one" })), ["upload-too-many"])
    }),
  )

  it.effect(
    "S64 L39: cancelled while a file comes in: the end of it is answered as every dead link, and its bytes are deleted",
    () =>
      Effect.gen(function* () {
        yield* nextDay
        const api = yield* ours
        const carl = yield* enter("Cancelled")
        const dead = yield* call("GET", "/api/customer/none", {})
        const content = pdf(90_000)
        const before = yield* stored
        const waits = yield* World.begun(carl, content.length)
        yield* World.patch(carl, waits, 0, content.slice(0, 50_000))
        // one that is all there but for its end, which comes while the firm cancels
        const { baseUrl } = yield* TestApi
        const at = yield* World.begun(carl, content.length)
        let end = () => {}
        const ended = new Promise<void>((resolve) => void (end = resolve))
        let started = () => {}
        const begun = new Promise<void>((resolve) => void (started = resolve))
        const body = new ReadableStream({
          start: async (controller) => {
            controller.enqueue(content.slice(0, 60_000))
            started()
            await ended
            controller.enqueue(content.slice(60_000))
            controller.close()
          },
        })
        const sending = World.stream(carl, baseUrl + at, body)
        yield* Effect.promise(() => begun)
        yield* written(at)
        yield* api.requests.cancel({ params: { id: carl.id }, headers: {}, payload: { reason: "no longer needed" } })
        end()
        const answer = yield* Effect.promise(() => sending)
        assert.strictEqual(answer.status, 410)
        assert.strictEqual(yield* Effect.promise(() => answer.text()), dead.body)
        for (const late of [
          yield* World.patch(carl, waits, 50_000, content.slice(50_000)),
          yield* World.result(carl, at),
        ]) {
          assert.deepStrictEqual([late.status, late.body], [410, dead.body])
        }
        yield* Effect.flatMap(Uploads, ({ sweep }) => sweep)
        assert.deepStrictEqual(yield* stored, before)
        assert.strictEqual(yield* arriving, 0)
      }),
  )

  it.effect("S65: a virus that comes in two halves is found in the whole, and the half alone is nobody's to read", () =>
    Effect.gen(function* () {
      yield* nextDay
      yield* World.prepared
      const carl = yield* World.asked("Split")
      const before = yield* stored
      const virus = Samples.text(`a;b\n${FakeClamd.eicar}\n`)
      const half = 20
      const at = yield* World.begun(carl, virus.length, { question: "papers", name: "a.csv" })
      assert.strictEqual((yield* World.patch(carl, at, 0, virus.slice(0, half))).status, 204)
      for (const path of [at, `${carl.at}/files/${idOf(at)}`]) {
        assert.strictEqual((yield* call("GET", path, { headers: carl.headers })).status, 404, path)
      }
      const answer = yield* World.patch(carl, at, half, virus.slice(half))
      assert.strictEqual(answer.status, 422)
      assert.deepStrictEqual(World.codesOf(answer), ["upload-infected"])
      const { state, problem } = yield* World.resultOf(carl, at)
      assert.deepStrictEqual([state, problem?.codes], ["refused", ["upload-infected"]])
      assert.deepStrictEqual(yield* stored, before)
    }),
  )

  it.effect(
    "S66: what nobody finishes is gone after a day, with its bytes and its room; several servers sweep at once",
    () =>
      Effect.gen(function* () {
        yield* nextDay
        yield* World.prepared
        const carl = yield* World.asked("Abandoned")
        const { sweep } = yield* Uploads
        const before = yield* stored
        const at = yield* World.begun(carl, 900_000, { question: "papers" })
        assert.strictEqual((yield* World.patch(carl, at, 0, pdf(1_000))).status, 204)
        assert.strictEqual((yield* stored).partials.length, before.partials.length + 1)
        TestFirm.clock.pass(86_000_000)
        yield* sweep
        assert.strictEqual((yield* stored).partials.length, before.partials.length + 1)
        TestFirm.clock.pass(500_000)
        yield* Effect.all([sweep, sweep, sweep], { concurrency: "unbounded" })
        assert.deepStrictEqual(yield* stored, before)
        assert.strictEqual(yield* arriving, 0)
      }),
  )

  it.effect("S68: a file with the same content as another one of the request says so, and is taken all the same", () =>
    Effect.gen(function* () {
      yield* nextDay
      yield* World.prepared
      const carl = yield* World.asked("Twice")
      const [one, two, other] = [
        yield* World.send(carl, "one.pdf", pdf(500)),
        yield* World.send(carl, "two.pdf", pdf(500)),
        yield* World.send(carl, "other.pdf", pdf(501)),
      ]
      assert.isUndefined((yield* World.resultOf(carl, one.at)).duplicateOf)
      assert.strictEqual((yield* World.resultOf(carl, two.at)).duplicateOf, idOf(one.at))
      assert.isUndefined((yield* World.resultOf(carl, other.at)).duplicateOf)
    }),
  )

  it.effect("S60: a sender that says no length and never ends is cut off where the file should end", () =>
    Effect.gen(function* () {
      yield* nextDay
      const { baseUrl } = yield* TestApi
      const carl = yield* enter("Endless")
      const at = yield* World.begun(carl, 90_000)
      let sent = 0
      const endless = new ReadableStream({
        pull: (controller) => {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536))
        },
      })
      const answer = yield* Effect.promise(() => World.stream(carl, baseUrl + at, endless))
      assert.strictEqual(answer.status, 413)
      assert.strictEqual(answer.headers.get("connection"), "close")
      yield* Effect.promise(() => answer.text())
      assert.isBelow(sent, 100_000_000)
      assert.isAtMost(Number((yield* World.head(carl, at)).headers["upload-offset"]), 90_000)
      assert.strictEqual((yield* World.remove(carl, at)).status, 204)
    }),
  )

  it.effect("S61: of two writers the newer one has it; the older one keeps what it brought", () =>
    Effect.gen(function* () {
      yield* nextDay
      const { baseUrl } = yield* TestApi
      const carl = yield* enter("Two writers")
      const content = pdf(80_000)
      const at = yield* World.begun(carl, content.length)
      // a line that has died: its first bytes came, and nothing after them
      const dead = new ReadableStream({ start: (controller) => controller.enqueue(content.slice(0, 30_000)) })
      const hanging = World.stream(carl, baseUrl + at, dead)
      yield* written(at)
      const { headers, status } = yield* World.head(carl, at)
      assert.strictEqual(status, 200)
      const offset = Number(headers["upload-offset"])
      assert.isAtMost(offset, 30_000)
      assert.strictEqual((yield* Effect.promise(() => hanging)).headers.get("upload-offset"), String(offset))
      const both = yield* Effect.all(
        [World.patch(carl, at, offset, content.slice(offset)), World.patch(carl, at, offset, content.slice(offset))],
        { concurrency: "unbounded" },
      )
      assert.include(
        both.map((answer) => answer.status),
        204,
      )
      const { file } = yield* World.resultOf(carl, at)
      assert.strictEqual(file?.bytes, content.length)
      const got = yield* call("GET", `${carl.at}/files/${file?.id}`, { headers: carl.headers })
      assert.strictEqual(got.body, Buffer.from(content).toString("latin1"))
    }),
  )
})
