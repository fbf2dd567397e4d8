// Resumable uploads as the protocol has them: every rule of tus 1.0 that the server speaks, over HTTP.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { call, layer as testApi } from "../api/TestApi.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { enter } from "./ApiCustomerWorld.ts"
import * as World from "./UploadsWorld.ts"

const { pdf } = Samples

layer(testApi, { excludeTestServices: true, timeout: "180 seconds" })("uploads in pieces", (it) => {
  it.effect("S61: a file comes in pieces, goes on where the storage ends, and is in the request when it is whole", () =>
    Effect.gen(function* () {
      const carl = yield* enter("In pieces")
      const made = yield* World.create(carl, pdf.length, { name: "../my\u202epassport.pdf" })
      assert.strictEqual(made.status, 201, made.body)
      const at = made.headers["location"] ?? ""
      assert.match(at, new RegExp(`^${carl.at}/uploads/[0-9a-f-]{36}$`))
      assert.strictEqual(made.headers["tus-resumable"], "1.0.0")
      assert.isAbove(Date.parse(made.headers["upload-expires"] ?? ""), Date.now() + 86_000_000)
      assert.isUndefined(made.headers["access-control-allow-origin"])
      for (const [from, to] of [
        [0, 10],
        [10, 11],
        [11, 11],
        [11, pdf.length],
      ] as const) {
        const { headers, status } = yield* World.head(carl, at)
        assert.strictEqual(status, 200)
        assert.strictEqual(headers["upload-offset"], String(from))
        assert.strictEqual(headers["upload-length"], String(pdf.length))
        assert.strictEqual(headers["cache-control"], "no-store")
        const sent = yield* World.patch(carl, at, from, pdf.slice(from, to))
        assert.strictEqual(sent.status, 204, sent.body)
        assert.strictEqual(sent.headers["upload-offset"], String(to))
      }
      const { file, state } = yield* World.resultOf(carl, at)
      assert.strictEqual(state, "attached")
      assert.deepStrictEqual(file, {
        id: at.split("/").at(-1) ?? "",
        name: "mypassport.pdf",
        bytes: pdf.length,
        type: "application/pdf",
        sha256: createHash("sha256").update(pdf).digest("hex"),
      })
      const fill = yield* call("GET", carl.at, { headers: carl.headers })
      assert.include(fill.body, file?.sha256 ?? "no file")
      const got = yield* call("GET", `${carl.at}/files/${file?.id}`, { headers: carl.headers })
      assert.strictEqual(got.body, Buffer.from(pdf).toString("latin1"))
    }),
  )

  it.effect(
    "S61: a piece that was sent before, that lies over another, comes too early or too late is 409 and changes nothing",
    () =>
      Effect.gen(function* () {
        const carl = yield* enter("Out of order")
        const at = yield* World.begun(carl, pdf.length)
        assert.strictEqual((yield* World.patch(carl, at, 0, pdf.slice(0, 20))).status, 204)
        for (const offset of [0, 10, 21, pdf.length]) {
          const answer = yield* World.patch(carl, at, offset, pdf.slice(offset, offset + 10))
          assert.strictEqual(answer.status, 409, String(offset))
          assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "20")
        }
        assert.strictEqual((yield* World.patch(carl, at, 20, pdf.slice(20))).status, 204)
        // and after the end: it is answered as before, and the file stays as it is
        assert.strictEqual((yield* World.patch(carl, at, 0, pdf.slice(0, 20))).status, 409)
        assert.strictEqual((yield* World.patch(carl, at, pdf.length, new Uint8Array())).status, 204)
        assert.strictEqual((yield* World.patch(carl, at, pdf.length, pdf.slice(0, 1))).status, 413)
        assert.strictEqual((yield* World.resultOf(carl, at)).state, "attached")
      }),
  )

  it.effect("S60 S61: more than was said is 413, however it comes, and what came before stays", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Too much")
      const at = yield* World.begun(carl, pdf.length)
      assert.strictEqual((yield* World.patch(carl, at, 0, pdf.slice(0, 5))).status, 204)
      assert.strictEqual((yield* World.patch(carl, at, 5, new Uint8Array(pdf.length))).status, 413)
      assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "5")
      // larger than the question takes, than anything may be, and than a number can say
      assert.deepStrictEqual(World.codesOf(yield* World.create(carl, 100_001)), ["upload-too-large"])
      assert.strictEqual((yield* World.create(carl, 100_001)).status, 413)
      assert.strictEqual((yield* World.create(carl, 10_000_000_000)).status, 413)
      for (const length of ["-1", "1e3", "0x10", "9".repeat(30), "", "5,5"]) {
        assert.include([400, 413], (yield* World.create(carl, length)).status, length)
      }
      assert.deepStrictEqual(World.codesOf(yield* World.create(carl, 0)), ["upload-empty"])
    }),
  )

  it.effect("S61: the version is asked for (412), and GET on an upload gives nothing", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Version")
      const at = yield* World.begun(carl, pdf.length)
      for (const version of ["0.2.2", "2.0.0", ""]) {
        const answer = yield* World.patch(carl, at, 0, pdf, { "tus-resumable": version })
        assert.strictEqual(answer.status, 412, version)
        assert.strictEqual(answer.headers["tus-version"], "1.0.0")
      }
      assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "0")
      assert.strictEqual((yield* call("GET", at, { headers: { ...carl.headers, ...World.tus } })).status, 404)
      const options = yield* call("OPTIONS", `${carl.at}/uploads`, { headers: { cookie: carl.cookie } })
      assert.strictEqual(options.status, 204)
      assert.strictEqual(options.headers["tus-version"], "1.0.0")
      assert.strictEqual(
        options.headers["tus-extension"],
        "creation,creation-with-upload,termination,expiration,checksum",
      )
      assert.strictEqual(options.headers["tus-checksum-algorithm"], "sha1,sha256")
      assert.strictEqual(options.headers["tus-max-size"], "1073741824")
    }),
  )

  it.effect("S61: a piece whose checksum is wrong is 460 and does not count", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Checksums")
      const at = yield* World.begun(carl, pdf.length)
      const blobs = new Set(TestFirm.blobs)
      const of = (algorithm: string, content: Uint8Array) =>
        `${algorithm} ${createHash(algorithm).update(content).digest("base64")}`
      const [one, two] = [pdf.slice(0, 20), pdf.slice(20)]
      for (const [checksum, status] of [
        [of("sha1", two), 460],
        [of("sha256", two), 460],
        ["crc32 AAAA", 400],
        ["sha1", 460],
      ] as const) {
        const answer = yield* World.patch(carl, at, 0, one, { "upload-checksum": checksum })
        assert.strictEqual(answer.status, status, checksum)
        assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "0")
      }
      assert.strictEqual((yield* World.patch(carl, at, 0, one, { "upload-checksum": of("sha1", one) })).status, 204)
      assert.deepStrictEqual(new Set(TestFirm.blobs), blobs, "a piece was left behind")
      assert.strictEqual((yield* World.patch(carl, at, 20, two, { "upload-checksum": of("sha256", two) })).status, 204)
      assert.strictEqual((yield* World.resultOf(carl, at)).state, "attached")
    }),
  )

  it.effect("S61: the first piece may come along with the creation, and an upload is given up with what it has", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Along")
      const content = { "content-type": "application/offset+octet-stream" }
      const whole = yield* World.create(carl, pdf.length, {}, content, pdf)
      assert.strictEqual(whole.status, 201, whole.body)
      assert.strictEqual(whole.headers["upload-offset"], String(pdf.length))
      assert.strictEqual((yield* World.resultOf(carl, whole.headers["location"] ?? "")).state, "attached")

      const part = yield* World.create(carl, pdf.length, {}, content, pdf.slice(0, 7))
      const at = part.headers["location"] ?? ""
      assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "7")
      assert.strictEqual((yield* World.remove(carl, at)).status, 204)
      assert.strictEqual((yield* World.head(carl, at)).status, 410)
      assert.strictEqual((yield* World.remove(carl, at)).status, 410)
      // one that was taken in is removed as a file
      assert.strictEqual((yield* World.remove(carl, whole.headers["location"] ?? "")).status, 400)
    }),
  )

  it.effect(
    "S63: an upload belongs to the session that began it; to every other one it is a link that does not work",
    () =>
      Effect.gen(function* () {
        const [carl, eve] = [yield* enter("Mine"), yield* enter("Not mine")]
        const at = yield* World.begun(carl, pdf.length)
        const id = at.split("/").at(-1) ?? ""
        const stolen = `${eve.at}/uploads/${id}`
        const none = `${eve.at}/uploads/${yield* TestFirm.uuid}`
        for (const ask of [
          (where: string) => World.patch(eve, where, 0, pdf),
          (where: string) => World.head(eve, where),
          (where: string) => World.remove(eve, where),
          (where: string) => World.result(eve, where),
          (where: string) => World.patch(eve, where, 5, pdf),
        ]) {
          const answers = [yield* ask(stolen), yield* ask(none), yield* ask(`${eve.at}/uploads/none`)]
          for (const {
            status,
            body,
            headers: { "x-request-id": _, ...headers },
          } of answers) {
            assert.strictEqual(status, 410)
            assert.deepStrictEqual({ body, headers }, { body: answers[0]?.body, headers: answers[0]?.headers })
          }
        }
        // with the other's cookie the address is dead as a whole
        assert.strictEqual((yield* World.patch({ ...carl, headers: eve.headers }, at, 0, pdf)).status, 410)
        assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "0")
      }),
  )

  it.effect("S39 S61: a change needs the page's own origin and the session's token", () =>
    Effect.gen(function* () {
      const carl = yield* enter("Origin")
      const at = yield* World.begun(carl, pdf.length)
      const { "x-csrf-token": _, ...tokenless } = carl.headers
      for (const headers of [tokenless, { ...carl.headers, origin: "https://evil.example" }]) {
        assert.strictEqual((yield* World.create({ ...carl, headers }, 5)).status, 403)
        assert.strictEqual((yield* World.patch({ ...carl, headers }, at, 0, pdf)).status, 403)
        assert.strictEqual((yield* World.remove({ ...carl, headers }, at)).status, 403)
      }
      assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "0")
    }),
  )
})
