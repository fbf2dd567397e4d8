// What a stranger with a link can try on the ways in for files, over HTTP as bytes on a socket: lengths that lie, names and
// metadata that are none, headers that other servers believe, a hundred files at the edge of the room. Nothing of it may be a
// defect of ours (5xx), leave half a file, or touch what else the customer has answered.
import { assert, layer } from "@effect/vitest"
import { connect } from "node:net"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BlobStore } from "../../reference-server/src/BlobStore.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { type Answer, call, layerOf, TestApi } from "../api/TestApi.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import type { Entered } from "./ApiCustomerWorld.ts"
import * as World from "./UploadsWorld.ts"

const requestBytes = 1_000_000

const base64 = (text: string) => Buffer.from(text).toString("base64")
const idOf = (at: string) => at.split("/").at(-1) ?? ""

/** Everything in the store, partials too: what an attack left shows here. */
const stored = Effect.flatMap(BlobStore, ({ list }) =>
  Effect.map(Stream.runCollect(list), (all) => all.map(({ key }) => key).sort()),
)

/** Bytes as they are, on a connection of their own, which we close once they are out if `hangsUp`. Gives what came back. */
const spoken = (bytes: string | Uint8Array, { hangsUp = false } = {}) =>
  Effect.flatMap(TestApi, ({ baseUrl }) =>
    Effect.promise(
      () =>
        new Promise<string>((resolve) => {
          let heard = ""
          const socket = connect(Number(new URL(baseUrl).port), "127.0.0.1", () =>
            socket.write(bytes, () => hangsUp && setTimeout(() => socket.destroy(), 100)),
          )
          // a server that waits for more than comes is not waited for here
          socket.setTimeout(5_000, () => socket.destroy())
          socket.on("data", (chunk) => void (heard += chunk.toString("latin1")))
          socket.on("error", () => {})
          socket.on("close", () => resolve(heard))
        }),
    ),
  )

const head = (method: string, path: string, headers: Readonly<Record<string, string | number>>): string =>
  `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`

const statusesOf = (heard: string) => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))

const boundary = "----requite"
/** A form with one file, under a head of its part that is written as it is. */
const part = (disposition: string, content: Uint8Array = Samples.pdf) =>
  Uint8Array.from(
    Buffer.concat([
      Buffer.from(`--${boundary}\r\ncontent-disposition: ${disposition}\r\ncontent-type: application/pdf\r\n\r\n`),
      content,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  )
const formType = { "content-type": `multipart/form-data; boundary=${boundary}` }

const sendForm = (who: Entered, body: Uint8Array<ArrayBuffer>, question = "papers") =>
  call("POST", `${who.at}/files/${question}?revision=1`, { headers: { ...who.headers, ...formType }, body })

const filesOf = ({ body }: Answer) =>
  Schema.decodeUnknownSync(Schema.Struct({ files: Schema.Array(Schema.Struct({ name: Schema.String })) }))(
    JSON.parse(body),
  ).files

const people = Effect.fnUntraced(function* (title: string) {
  yield* World.prepared
  return yield* World.asked(title)
})

layer(layerOf({ UPLOAD_REQUEST_BYTES: String(requestBytes) }), {
  excludeTestServices: true,
  timeout: "300 seconds",
})("attacks on the ways in for files", (it) => {
  it.effect("S60: a length that lies, says nothing or two things, gets no half file in, by either way", () =>
    Effect.gen(function* () {
      const carl = yield* people("Lying lengths")
      const before = yield* stored
      const at = `${carl.at}/files/papers?revision=1`
      const body = part('form-data; name="file"; filename="a.pdf"')
      const whole = Buffer.from(body)
      const asked = (length: number | string, extra: Readonly<Record<string, string>> = {}) =>
        head("POST", at, { ...carl.headers, ...formType, "content-length": length, ...extra })

      // less than there is: what is left over is nobody's request
      const short = yield* spoken(Buffer.concat([Buffer.from(asked(whole.length - 20)), whole]))
      assert.isNotEmpty(statusesOf(short))
      for (const status of statusesOf(short)) assert.include([400, 422], status)
      // more than there is, and then nothing, or the end
      for (const hangsUp of [true, false]) {
        const heard = yield* spoken(Buffer.concat([Buffer.from(asked(whole.length + 500)), whole.subarray(0, -30)]), {
          hangsUp,
        })
        for (const status of statusesOf(heard)) assert.include([400, 408, 422], status)
      }
      // what two servers would read differently is read by none
      for (const [length, extra] of [
        [whole.length, { "transfer-encoding": "chunked" }],
        ["5, 6", {}],
        ["-1", {}],
        ["0x10", {}],
        ["9".repeat(40), {}],
      ] as const) {
        const heard = yield* spoken(Buffer.concat([Buffer.from(asked(length, extra)), whole]))
        assert.deepStrictEqual(statusesOf(heard), [400], `${length} ${JSON.stringify(extra)}: ${heard.slice(0, 200)}`)
      }
      assert.deepStrictEqual(yield* stored, before)

      // in pieces what came is kept as a part, never as the file
      const location = yield* World.begun(carl, Samples.pdf.length, { question: "papers", name: "a.pdf" })
      const piece = {
        ...carl.headers,
        ...World.tus,
        "content-type": "application/offset+octet-stream",
        "upload-offset": 0,
        "content-length": Samples.pdf.length,
      }
      const half = Samples.pdf.subarray(0, 20)
      yield* spoken(Buffer.concat([Buffer.from(head("PATCH", location, piece)), half]), { hangsUp: true })
      const offset = Effect.map(World.head(carl, location), ({ headers }) => headers["upload-offset"])
      // the line broke a moment ago: it may still be read
      yield* TestFirm.eventually(Effect.map(offset, (said) => (said === "0" ? undefined : said)))
      assert.strictEqual(yield* offset, "20")
      assert.strictEqual((yield* World.resultOf(carl, location)).state, "arriving")
      assert.deepStrictEqual(filesOf(yield* call("GET", carl.at, { headers: carl.headers })), [])
    }),
  )

  it.effect("S51 S53: a name by every way that a form can say it is safe, and the type goes by that same name", () =>
    Effect.gen(function* () {
      const carl = yield* people("Names in forms")
      const long = "n".repeat(4_096)
      const taken: ReadonlyArray<readonly [string, string | null]> = [
        ['filename="../../etc/passwd.pdf"', "passwd.pdf"],
        ['filename="C:\\\\temp\\\\x.pdf"', "x.pdf"],
        [`filename="${long}.pdf"`, `${"n".repeat(251)}.pdf`],
        [`filename="\u202efdp.tset.pdf"`, "fdp.tset.pdf"],
        ['filename="<img src=x onerror=alert(1)>.pdf"', "_img src=x onerror=alert(1)_.pdf"],
        // of two names one is taken, and judged
        [`filename="a.pdf"; filename*=UTF-8''a.exe`, null],
        [`filename="a.exe"; filename*=UTF-8''a.pdf`, null],
        [`filename*=UTF-8''%2e%2e%2f%00a.pdf`, null],
      ]
      for (const [said, expected] of taken) {
        const answer = yield* sendForm(carl, part(`form-data; name="file"; ${said}`))
        if (expected !== null || answer.status === 201) {
          assert.strictEqual(answer.status, 201, `${said.slice(0, 60)}: ${answer.body.slice(0, 200)}`)
          const [file] = filesOf(answer)
          if (expected !== null) assert.strictEqual(file?.name, expected)
          assert.match(file?.name ?? "", /^[^/\\\p{Cc}\p{Cf}]{1,251}\.pdf$/u, said.slice(0, 60))
        } else assert.include([413, 422], answer.status, answer.body)
      }
      const before = yield* stored
      for (const said of [
        'filename="a\tb\u0007.pdf"',
        'filename="a\0.pdf"',
        'filename="a.pdf\r\ncontent-type: text/html"',
        'filename="',
        "filename=",
      ]) {
        const answer = yield* sendForm(carl, part(`form-data; name="file"; ${said}`))
        assert.include([201, 413, 422], answer.status, `${JSON.stringify(said)}: ${answer.body.slice(0, 200)}`)
        if (answer.status === 201) assert.match(filesOf(answer)[0]?.name ?? "", /^[^/\\\p{Cc}\p{Cf}]+$/u)
        else assert.deepStrictEqual(yield* stored, before, said)
      }
    }),
  )

  it.effect("S51 S53: metadata that is none, twice, endless or of other questions begins nothing", () =>
    Effect.gen(function* () {
      const carl = yield* people("Metadata")
      const before = yield* stored
      const said = (metadata: string) => World.create(carl, 1_000, {}, { "upload-metadata": metadata })
      const good = World.metadata({ question: "papers" })
      for (const metadata of [
        "",
        ",",
        "question",
        "question !!!!,filename !!!!",
        "question  ,filename ",
        `question ${base64("papers")},question ${base64("one")},filename ${base64("a.pdf")}`,
        `__proto__ ${base64("papers")},constructor ${base64("papers")}`,
        `question ${base64("nothing")},filename ${base64("a.pdf")},revision MQ==`,
        `question ${base64("__proto__")},filename ${base64("a.pdf")},revision MQ==`,
        `question ${base64("papers\0")},filename ${base64("a.pdf")},revision MQ==`,
        good.replaceAll(",", ",,"),
      ]) {
        const answer = yield* said(metadata)
        assert.include([400, 422], answer.status, `${metadata}: ${answer.body}`)
      }
      // more than a head of HTTP may have
      assert.strictEqual((yield* said(`${good},more ${"A".repeat(60_000)}`)).status, 431)
      assert.deepStrictEqual(yield* stored, before)
      // a revision that is no number, or of the future, is one that is not there: it is told when the file is whole
      for (const revision of ["-1", "NaN", "1e309", "99999999999999999999", "2147483648", "0"]) {
        const made = yield* World.create(
          carl,
          Samples.pdf.length,
          {},
          {
            "upload-metadata": `question ${base64("papers")},filename ${base64("a.pdf")},revision ${base64(revision)}`,
          },
        )
        assert.include([201, 400, 422], made.status, `revision ${revision}: ${made.body}`)
        if (made.status !== 201) continue
        const at = made.headers["location"] ?? ""
        const answer = yield* World.patch(carl, at, 0, Samples.pdf)
        assert.include([409, 422], answer.status, `revision ${revision}: ${answer.body}`)
        assert.deepStrictEqual((yield* World.resultOf(carl, at)).problem?.codes, ["stale-revision"])
      }
      assert.deepStrictEqual(yield* stored, before)
    }),
  )

  it.effect("S61: what other servers believe is not believed: other methods, hosts, encodings, lengths to come", () =>
    Effect.gen(function* () {
      const carl = yield* people("Headers")
      const size = Samples.pdf.length
      const at = yield* World.begun(carl, size, { question: "papers", name: "a.pdf" })
      // a method in a header is none
      for (const method of ["DELETE", "PATCH"]) {
        const answer = yield* call("POST", at, {
          headers: { ...carl.headers, ...World.tus, "x-http-method-override": method, "upload-offset": "0" },
          body: Samples.pdf,
        })
        assert.include([404, 405, 410, 415], answer.status, method)
      }
      const got = yield* call("GET", at, {
        headers: { ...carl.headers, ...World.tus, "x-http-method-override": "HEAD" },
      })
      assert.strictEqual(got.status, 404)
      // nor does anybody but the server say where it is
      const made = yield* World.create(
        carl,
        size,
        { question: "papers" },
        {
          "x-forwarded-host": "evil.example",
          // as two proxies in a row say it
          "x-forwarded-proto": "https,http",
          forwarded: "host=evil.example",
        },
      )
      assert.strictEqual(made.status, 201, made.body)
      assert.match(made.headers["location"] ?? "", new RegExp(`^${carl.at}/uploads/`))
      // what is to be said later, put together from others, or unpacked, is not spoken
      const without = { ...carl.headers, ...World.tus, "upload-metadata": World.metadata({ question: "papers" }) }
      for (const headers of [
        { "upload-defer-length": "1" },
        { "upload-concat": "partial", "upload-length": "10" },
        { "upload-concat": `final;${at}` },
        { "upload-length": "10", "upload-defer-length": "1" },
        {},
      ]) {
        const answer = yield* call("POST", `${carl.at}/uploads`, { headers: { ...without, ...headers } })
        assert.include([400, 422, 501], answer.status, `${JSON.stringify(headers)}: ${answer.body}`)
      }
      for (const [headers, statuses] of [
        [{ "content-type": "application/octet-stream" }, [400, 415]],
        [{ "content-type": "multipart/form-data; boundary=x" }, [400, 415]],
        [{ "upload-offset": "-1" }, [400]],
        [{ "upload-offset": "1e1" }, [400]],
        [{ "upload-offset": "0, 5" }, [400]],
        [{ "upload-offset": "9".repeat(30) }, [400, 409]],
      ] as const) {
        const answer = yield* World.patch(carl, at, 0, Samples.pdf, headers)
        assert.include([...statuses], answer.status, `${JSON.stringify(headers)}: ${answer.body}`)
      }
      assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "0")
      // bytes are bytes: nothing is unpacked on the way
      assert.strictEqual((yield* World.patch(carl, at, 0, Samples.pdf, { "content-encoding": "gzip" })).status, 204)
      assert.strictEqual((yield* World.resultOf(carl, at)).file?.bytes, size)
    }),
  )

  it.effect("S53 S63: an address that climbs, or names what is none of ours, is a link that does not work", () =>
    Effect.gen(function* () {
      const carl = yield* people("Addresses")
      const at = yield* World.begun(carl, 100, { question: "papers" })
      const id = idOf(at)
      const names = [
        "..%2f..%2fetc%2fpasswd",
        "..%2f",
        `${id}%00`,
        `${id}.part`,
        id.toUpperCase(),
        `${id}%20`,
        "'--",
        "%ff",
      ]
      for (const name of names) {
        for (const path of [
          `${carl.at}/uploads/${name}`,
          `${carl.at}/uploads/${name}/result`,
          `${carl.at}/files/${name}`,
        ]) {
          for (const method of ["GET", "HEAD", "PATCH", "DELETE"]) {
            const answer = yield* call(method, path, {
              headers: {
                ...carl.headers,
                ...World.tus,
                "upload-offset": "0",
                "content-type": "application/offset+octet-stream",
              },
              ...(method === "PATCH" ? { body: Samples.pdf } : {}),
            })
            assert.include([400, 404, 405, 410], answer.status, `${method} ${path}: ${answer.body.slice(0, 200)}`)
          }
        }
      }
      // as a client that tidies nothing up would ask
      for (const path of [`${carl.at}/uploads/../uploads/${id}`, `${carl.at}/files/../../../../etc/passwd`]) {
        const heard = yield* spoken(head("GET", path, { cookie: carl.headers["cookie"] ?? "" }))
        assert.deepStrictEqual(statusesOf(heard), [404], path)
      }
      assert.strictEqual((yield* World.head(carl, at)).headers["upload-offset"], "0")
    }),
  )

  it.effect(
    "S59: a hundred whole files at once, by both ways: no byte more than fits gets in, and each says what became of it",
    () =>
      Effect.gen(function* () {
        const carl = yield* people("A hundred")
        const content = new Uint8Array(30_000).fill(0x20)
        content.set(Samples.pdf)
        const body = part('form-data; name="file"; filename="form.pdf"', content)
        const answers = yield* Effect.forEach(
          Array.from({ length: 100 }, (_, n) => n),
          (n) =>
            n % 2 === 0
              ? sendForm(carl, body)
              : Effect.map(World.send(carl, "pieces.pdf", content), ({ answer }) => answer),
          { concurrency: "unbounded" },
        )
        const taken = answers.filter(({ status }) => status === 201 || status === 204)
        for (const answer of answers) {
          if (taken.includes(answer)) continue
          assert.strictEqual(answer.status, answer.status === 422 ? 422 : 413, answer.body)
          const [code] = World.codesOf(answer)
          assert.match(code ?? "", /^upload-no-room-(request|session)$/)
        }
        const sql = yield* SqlClient.SqlClient
        const [row] = yield* sql<{ bytes: number; n: number }>`
        SELECT coalesce(sum(bytes), 0)::float8 AS bytes, count(*)::int AS n FROM files WHERE request_id = ${carl.id}`
        assert.deepStrictEqual([row?.n, row?.bytes], [taken.length, taken.length * content.length])
        assert.isAtMost(row?.bytes ?? Infinity, requestBytes)
        // and the room that is left is given to who comes again
        for (let n = taken.length; n < Math.floor(requestBytes / content.length); n++) {
          assert.strictEqual((yield* sendForm(carl, body)).status, 201)
        }
        assert.deepStrictEqual(World.codesOf(yield* sendForm(carl, body)), ["upload-no-room-request"])
        assert.strictEqual(filesOf(yield* call("GET", carl.at, { headers: carl.headers })).length, 33)
      }),
  )
})
