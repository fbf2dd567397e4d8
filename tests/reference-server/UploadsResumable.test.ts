// Resumable uploads as the IETF drafts them, over HTTP: the same files on their way as tus has, and the same checks.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { type IncomingMessage, request as ask } from "node:http"
import { Uploads } from "@requite/api"
import { BlobStore } from "../../reference-server/src/BlobStore.ts"
import * as Intake from "../../reference-server/src/Uploads.ts"
import { type Answer, call, layer as testApi, ours, TestApi } from "../api/TestApi.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { decoded, enter, type Entered } from "./ApiCustomerWorld.ts"
import * as World from "./UploadsWorld.ts"

const { pdf } = Samples

type Said = Readonly<Record<string, string>>

const create = ({ at, headers }: Entered, said: Said, body?: Uint8Array<ArrayBuffer>, query = "question=passport") =>
  call("POST", `${at}/uploads?${query}&revision=1`, {
    headers: {
      ...headers,
      "content-type": "application/pdf",
      "content-disposition": "inline; filename=passport.pdf",
      ...said,
    },
    ...(body === undefined ? {} : { body }),
  })

/** An upload that has its first bytes, and more to come. */
const begun = (who: Entered, first: number) =>
  Effect.map(
    create(who, { "upload-complete": "?0", "upload-length": String(pdf.length) }, pdf.slice(0, first)),
    (answer) => {
      assert.strictEqual(answer.status, 201, answer.body)
      return answer.headers["location"] ?? ""
    },
  )

const append = (
  { headers }: Entered,
  at: string,
  offset: number,
  complete: "?0" | "?1",
  body: Uint8Array<ArrayBuffer>,
  more: Said = {},
) => {
  const said = { "content-type": "application/partial-upload", "upload-offset": String(offset) }
  return call("PATCH", at, { headers: { ...headers, ...said, "upload-complete": complete, ...more }, body })
}

const head = ({ headers }: Entered, at: string) => call("HEAD", at, { headers })
const remove = ({ headers }: Entered, at: string) => call("DELETE", at, { headers })

const Typed = Schema.Struct({ type: Schema.String })
const isProblem = ({ body, headers, status }: Answer, expected: number, type: string) => {
  assert.strictEqual(status, expected, body)
  assert.strictEqual(headers["content-type"], "application/problem+json")
  assert.strictEqual(
    Schema.decodeUnknownSync(Typed)(JSON.parse(body)).type,
    `https://iana.org/assignments/http-problem-types#${type}`,
  )
}

const fileOf = (answer: Answer) => {
  const { file, state } = decoded(Uploads.UploadResult, answer)
  assert.strictEqual(state, "attached")
  return file ?? assert.fail(answer.body)
}

/** Keys of what the store has, whole or in part. */
const stored = Effect.flatMap(BlobStore, ({ list }) =>
  Effect.map(Stream.runCollect(list), (all) => all.map(({ key }): string => key).sort()),
)

/** The bytes that the customer gets back. */
const kept = (who: Entered, id: string) =>
  Effect.map(call("GET", `${who.at}/files/${id}`, { headers: who.headers }), ({ body }) => body)

/** One request by hand: what is heard before the answer, and the answer. `cut`: the line breaks after what is sent. */
const byHand = (path: string, method: string, headers: Said, body: Uint8Array, cut = false) =>
  Effect.flatMap(TestApi, ({ baseUrl }) =>
    Effect.promise(
      () =>
        new Promise<{ readonly told: ReadonlyArray<[number, Said]>; readonly status: number | null }>((resolve) => {
          const told: Array<[number, Said]> = []
          const out = ask(baseUrl + path, { method, headers })
          out.on("information", ({ headers: with_, statusCode }) => {
            const said = Object.entries(with_).map(([name, value]) => [name, String(value)] as const)
            told.push([statusCode, Object.fromEntries(said)])
            // the time to be read; what is not is sent again
            if (cut) out.write(body, () => setTimeout(() => out.destroy(), 50))
          })
          out.on("error", () => resolve({ told, status: null }))
          out.on("response", (response: IncomingMessage) => {
            response.resume()
            response.on("end", () => resolve({ told, status: response.statusCode ?? null }))
          })
          if (cut) out.flushHeaders()
          else out.end(body)
        }),
    ),
  )

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("uploads as the draft has them", (it) => {
  it.effect("S62: a whole file comes in one request, and is answered with what became of it", () =>
    Effect.gen(function* () {
      const carl = yield* enter("In one")
      const names = `inline; filename="pass.pdf"; filename*=UTF-8''..%2Fp%C3%A5ss%20port.pdf`
      const made = yield* create(carl, { "upload-complete": "?1", "content-disposition": names }, pdf)
      assert.strictEqual(made.status, 200, made.body)
      assert.strictEqual(made.headers["upload-complete"], "?1")
      assert.isUndefined(made.headers["tus-resumable"])
      const file = fileOf(made)
      assert.strictEqual(file.name, "påss port.pdf")
      assert.strictEqual(file.sha256, createHash("sha256").update(pdf).digest("hex"))
      assert.strictEqual(yield* kept(carl, file.id), Buffer.from(pdf).toString("latin1"))
      // what may come is said before anything does
      const options = yield* call("OPTIONS", `${carl.at}/uploads`, { headers: carl.headers })
      assert.strictEqual(options.headers["accept-patch"], "application/partial-upload")
      assert.match(options.headers["upload-limit"] ?? "", /^max-size=1073741824, min-size=1, max-age=\d+$/)
    }),
  )

  it.effect("S62: a file that was cut off goes on where the storage ends, and is the same byte for byte", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Cut off")
      const headers = {
        ...carl.headers,
        "content-type": "application/pdf",
        "content-disposition": "inline; filename=passport.pdf",
        "content-length": String(pdf.length),
        "upload-complete": "?1",
        "upload-draft-interop-version": "8",
      }
      const path = `${carl.at}/uploads?question=passport&revision=1`
      const { told, status } = yield* byHand(path, "POST", headers, pdf.subarray(0, 30), true)
      assert.isNull(status)
      const [[code, { location: at = "", ...said }] = [0, {}]] = told
      assert.strictEqual(code, 104)
      assert.match(at, new RegExp(`^${carl.at}/uploads/[0-9a-f-]{36}$`))
      assert.strictEqual(said["upload-draft-interop-version"], "8")
      assert.match(said["upload-limit"] ?? "", /max-size=/)
      const asked = yield* head(carl, at)
      assert.strictEqual(asked.status, 204)
      assert.deepInclude(asked.headers, {
        "upload-complete": "?0",
        "upload-length": String(pdf.length),
        "cache-control": "no-store",
        "tus-resumable": "1.0.0",
      })
      assert.match(asked.headers["upload-limit"] ?? "", /max-age=86[34]\d\d$/)
      const offset = Number(asked.headers["upload-offset"])
      assert.isAtMost(offset, 30)
      const more = yield* append(carl, at, offset, "?0", pdf.slice(offset, 40))
      assert.strictEqual(more.status, 204, more.body)
      assert.deepInclude(more.headers, { "upload-offset": "40", "upload-complete": "?0" })
      // all of it is there, and yet it is the sender who says that this was all
      assert.strictEqual((yield* append(carl, at, 40, "?0", pdf.slice(40))).status, 204)
      assert.strictEqual((yield* head(carl, at)).headers["upload-complete"], "?0")
      const end = yield* append(carl, at, pdf.length, "?1", new Uint8Array())
      assert.strictEqual(end.status, 200, end.body)
      assert.strictEqual(end.headers["upload-complete"], "?1")
      assert.strictEqual(yield* kept(carl, fileOf(end).id), Buffer.from(pdf).toString("latin1"))
      assert.strictEqual((yield* head(carl, at)).headers["upload-complete"], "?1")
    }),
  )

  it.effect("S62: one request writes at a time, and a newer one gets its turn", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Turns")
      const at = yield* begun(carl, 20)
      const { baseUrl } = yield* TestApi
      const said = { "content-type": "application/partial-upload", "upload-offset": "20", "upload-complete": "?1" }
      const length = { "content-length": String(pdf.length - 20) }
      const heard: Array<number | undefined> = []
      const hanging = ask(baseUrl + at, { method: "PATCH", headers: { ...carl.headers, ...said, ...length } })
      hanging.on("response", ({ statusCode }) => heard.push(statusCode))
      hanging.on("error", () => {})
      hanging.write(pdf.subarray(20, 30))
      let offset = 0
      while (heard.length === 0) offset = Number((yield* head(carl, at)).headers["upload-offset"])
      hanging.destroy()
      // it was cut off, and may be gone on with: nothing says that the file is refused
      assert.deepStrictEqual(heard, [503])
      const end = yield* append(carl, at, offset, "?1", pdf.slice(offset))
      assert.strictEqual(yield* kept(carl, fileOf(end).id), Buffer.from(pdf).toString("latin1"))
    }),
  )

  it.effect("S62: who speaks no version of the draft that we do hears no 104", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Other versions")
      const path = `${carl.at}/uploads?question=passport&revision=1`
      for (const version of [{}, { "upload-draft-interop-version": "3" }]) {
        const headers = {
          ...carl.headers,
          "content-type": "application/pdf",
          "content-length": "0",
          "upload-complete": "?0",
          "upload-length": String(pdf.length),
        }
        const { status, told } = yield* byHand(path, "POST", { ...headers, ...version }, new Uint8Array())
        assert.deepStrictEqual({ status, told }, { status: 201, told: [] })
      }
    }),
  )

  it.effect("S62: a wrong offset is 409 with the right one, and changes nothing", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Wrong offset")
      const at = yield* begun(carl, 20)
      for (const offset of [0, 19, 21, pdf.length]) {
        const answer = yield* append(carl, at, offset, "?1", pdf.slice(offset))
        isProblem(answer, 409, "mismatching-upload-offset")
        assert.deepInclude(JSON.parse(answer.body), { "expected-offset": 20, "provided-offset": offset })
        assert.strictEqual(answer.headers["upload-offset"], "20")
      }
      assert.strictEqual((yield* append(carl, at, 20, "?1", pdf.slice(20), { "upload-complete": "yes" })).status, 400)
      assert.strictEqual((yield* append(carl, at, 20, "?1", pdf.slice(20), { "upload-offset": "-1" })).status, 400)
      const type = { "content-type": "application/pdf" }
      assert.strictEqual((yield* append(carl, at, 20, "?1", pdf.slice(20), type)).status, 415)
      assert.strictEqual((yield* head(carl, at)).headers["upload-offset"], "20")
      fileOf(yield* append(carl, at, 20, "?1", pdf.slice(20)))
    }),
  )

  it.effect("S62: what is complete stays as it is: not completed twice, gone on with or given up", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Twice")
      const at = yield* begun(carl, 20)
      const file = fileOf(yield* append(carl, at, 20, "?1", pdf.slice(20)))
      const again = yield* append(carl, at, pdf.length, "?1", new Uint8Array())
      isProblem(again, 400, "completed-upload")
      assert.strictEqual(again.headers["upload-complete"], "?1")
      isProblem(yield* append(carl, at, pdf.length, "?1", pdf.slice(0, 1)), 400, "inconsistent-upload-length")
      isProblem(yield* append(carl, at, 20, "?1", pdf.slice(20)), 400, "inconsistent-upload-length")
      isProblem(yield* remove(carl, at), 400, "completed-upload")
      assert.strictEqual(yield* kept(carl, file.id), Buffer.from(pdf).toString("latin1"))
    }),
  )

  it.effect("S62: an upload that is cancelled is gone with what it had", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Cancelled")
      const at = yield* begun(carl, 20)
      assert.include(yield* stored, at.split("/").at(-1) ?? "")
      const gone = yield* remove(carl, at)
      assert.strictEqual(gone.status, 204)
      assert.notInclude(yield* stored, at.split("/").at(-1) ?? "")
      assert.strictEqual((yield* head(carl, at)).status, 410)
      assert.strictEqual((yield* append(carl, at, 20, "?1", pdf.slice(20))).status, 410)
      assert.strictEqual((yield* remove(carl, at)).status, 410)
    }),
  )

  it.effect(
    "S62 S63 S39: of another session an upload is a dead link, and a change needs the page's origin and token",
    () =>
      Effect.gen(function* () {
        const [carl, eve] = [yield* enter("Mine"), yield* enter("Not mine")]
        const at = yield* begun(carl, 20)
        const stolen = `${eve.at}/uploads/${at.split("/").at(-1)}`
        const none = `${eve.at}/uploads/${yield* TestFirm.uuid}`
        for (const ask_ of [
          (where: string) => append(eve, where, 20, "?1", pdf.slice(20)),
          (where: string) => head(eve, where),
          (where: string) => remove(eve, where),
        ]) {
          const [one, other] = [yield* ask_(stolen), yield* ask_(none)]
          assert.strictEqual(one.status, 410)
          const bare = ({ body, headers }: Answer) => ({ body, headers: { ...headers, "x-request-id": "" } })
          assert.deepStrictEqual(bare(one), bare(other))
        }
        const { "x-csrf-token": _, ...tokenless } = carl.headers
        for (const headers of [tokenless, { ...carl.headers, origin: "https://evil.example" }]) {
          assert.strictEqual((yield* create({ ...carl, headers }, { "upload-complete": "?1" }, pdf)).status, 403)
          assert.strictEqual((yield* append({ ...carl, headers }, at, 20, "?1", pdf.slice(20))).status, 403)
          assert.strictEqual((yield* remove({ ...carl, headers }, at)).status, 403)
        }
        assert.strictEqual((yield* head(carl, at)).headers["upload-offset"], "20")
      }),
  )

  it.effect("S62 S59: what is too large, empty, or of no question is refused before a byte of it is kept", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Too large")
      const before = yield* stored
      for (const length of ["100001", "10000000000"]) {
        const answer = yield* create(carl, { "upload-complete": "?0", "upload-length": length })
        assert.strictEqual(answer.status, 413, answer.body)
        assert.match(answer.headers["upload-limit"] ?? "", /^max-size=1073741824/)
      }
      const large = yield* create(carl, { "upload-complete": "?1" }, new Uint8Array(100_001))
      assert.strictEqual(large.status, 413)
      assert.deepStrictEqual(World.codesOf(large), ["upload-too-large"])
      assert.deepStrictEqual(World.codesOf(yield* create(carl, { "upload-complete": "?1" })), ["upload-empty"])
      const unknown = yield* create(carl, { "upload-complete": "?1" }, pdf, "question=none")
      assert.deepStrictEqual(World.codesOf(unknown), ["unknown-question"])
      // room is kept for what is said: without a length there is none
      assert.strictEqual((yield* create(carl, { "upload-complete": "?0" }, pdf)).status, 411)
      assert.strictEqual((yield* create(carl, { "upload-complete": "true" }, pdf)).status, 400)
      // the content is judged when it is whole, and that is the file's error and not the upload's
      const html = new TextEncoder().encode("<!doctype html><script>1</script>")
      const wrong = yield* create(carl, { "upload-complete": "?1" }, html)
      assert.strictEqual(wrong.status, 422)
      assert.strictEqual(wrong.headers["upload-complete"], "?1")
      assert.deepStrictEqual(yield* stored, before, "something was left behind")
    }),
  )

  it.effect("S62 S60: a length that lies takes nothing in", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Lying")
      const length = String(pdf.length)
      for (const [complete, said] of [
        ["?1", pdf.length + 1],
        ["?1", pdf.length - 1],
        ["?0", pdf.length - 1],
      ] as const) {
        const answer = yield* create(carl, { "upload-complete": complete, "upload-length": String(said) }, pdf)
        isProblem(answer, 400, "inconsistent-upload-length")
      }
      const at = yield* begun(carl, 20)
      for (const [complete, body, more] of [
        ["?1", pdf.slice(20, 30), {}],
        ["?0", new Uint8Array(pdf.length), {}],
        ["?0", pdf.slice(20, 30), { "upload-length": String(pdf.length + 1) }],
        ["?1", new Uint8Array(), {}],
      ] as const) {
        isProblem(yield* append(carl, at, 20, complete, body, more), 400, "inconsistent-upload-length")
        assert.strictEqual((yield* head(carl, at)).headers["upload-offset"], "20")
      }
      // nothing says how much comes: less is no whole file, and more is the end of it
      const chunked = {
        ...carl.headers,
        "content-type": "application/partial-upload",
        "transfer-encoding": "chunked",
        "upload-complete": "?1",
      }
      const less = yield* byHand(at, "PATCH", { ...chunked, "upload-offset": "20" }, pdf.subarray(20, 30))
      assert.strictEqual(less.status, 400)
      assert.deepInclude((yield* head(carl, at)).headers, { "upload-offset": "30", "upload-complete": "?0" })
      const over = yield* byHand(at, "PATCH", { ...chunked, "upload-offset": "30" }, pdf)
      assert.strictEqual(over.status, 400)
      assert.strictEqual((yield* head(carl, at)).status, 410)
      assert.strictEqual((yield* create(carl, { "upload-complete": "?1", "upload-length": length }, pdf)).status, 200)
    }),
  )

  it.effect("S62 S64: a request that was cancelled while a file came takes it no more, and keeps nothing of it", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Called off")
      const at = yield* begun(carl, 20)
      yield* (yield* ours).requests.cancel({ params: { id: carl.id }, headers: {}, payload: { reason: "Over" } })
      const end = yield* append(carl, at, 20, "?1", pdf.slice(20))
      assert.strictEqual(end.status, 410, end.body)
      yield* (yield* Intake.Uploads).sweep
      assert.notInclude(yield* stored, at.split("/").at(-1) ?? "")
    }),
  )
})
