// Files that should not be taken, and one that was and should not have been, over the customer's pages: first with a real clamd,
// then with one on a loopback port that is away when it is needed. And a document for a check, which asks for it once.

import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as scanning from "../../reference-server/src/Files/scanning.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as clamd from "../../reference-server/src/VirusScanner/clamd.ts"
import * as Clamd from "../support/Clamd.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Zips from "../support/Zips.ts"
import { metadata, tus } from "./UploadsWorld.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { pdf, words } from "./CustomerPagesVisitor.ts"

const over = (url: string) => TestFirm.layerOf({ CLAMD_URL: url }, clamd.layer({ url, maxBytes: Clamd.maxBytes }))

/** A PDF with the test virus in it, after so many bytes. */
const virus = (name: string, after = 0) =>
  new File(
    ["%PDF-1.7\n", "%".repeat(after), "\n", Clamd.eicar, "\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"],
    name,
    { type: "application/pdf" },
  )
const file = (name: string, content: Uint8Array<ArrayBuffer>) => new File([content], name)

type Arranged = Effect.Success<ReturnType<typeof Visitor.arrange>>

const overview = Effect.fnUntraced(function* ({ member, request }: Arranged) {
  const { current, history } = yield* (yield* ClientRequests).overview(member.workspaceId, request.id)
  return { ...current.request, types: history.map(({ type }) => type), events: history.map(({ event }) => event) }
})

const filesOf = (arranged: Arranged) =>
  Effect.map(overview(arranged), ({ files }) => files.map(({ name, scan }) => ({ name, scan })))

/** Somebody on the page where the passport is asked for. */
const atPapers = Effect.fnUntraced(function* (definition?: unknown, policy?: RequestPolicy.RequestPolicy) {
  const arranged = yield* Visitor.arrange({}, definition, policy)
  const visitor = yield* Visitor.visitor
  const list = yield* visitor.start(arranged.token)
  const path = `${list}/sections/papers`
  const give = (one: File) =>
    visitor.fill(path, { files: { "f.passport": [one] }, press: ["action", "upload:passport"] })
  return { arranged, visitor, list, path, give }
})

/** Has what waits scanned at once. */
const scanNow = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`UPDATE files SET next_scan_at = now() - interval '1 day' WHERE next_scan_at IS NOT NULL`
  yield* (yield* scanning.make).round
})

const zeros = new Uint8Array(5_000_000)
/** A ZIP of five megabytes of nothing, packed to a few thousand bytes, sixteen times over. */
const bomb = Zips.zip(Array.from({ length: 16 }, (_, at) => ({ name: `${at}.txt`, content: zeros, isDeflated: true })))

if (!Clamd.isInstalled) process.stderr.write(`${Clamd.skipped}\n`)

layer(
  Visitor.layerOver(
    Clamd.isInstalled ? Layer.unwrap(Effect.map(Clamd.scoped, ({ url }) => over(url))) : TestFirm.layer,
  ),
  { excludeTestServices: true, timeout: "180 seconds" },
)("files over HTTP, with clamd", (it) => {
  it.effect.skipIf(!Clamd.isInstalled)(
    "L40 S55 S65: infected, a drawing with a script, a bomb and a program are refused, and a name that climbs is taken off",
    () =>
      Effect.gen(function* () {
        const { arranged, give } = yield* atPapers()
        // the second one lies across the border of two pieces that the scanner is given
        for (const one of [virus("virus.pdf"), virus("virus.pdf", 65_500)]) {
          const page = yield* give(one)
          assert.strictEqual(page.status, 422)
          assert.include(words(page.text), "“virus.pdf” had a virus and was removed. Please send another file.")
        }
        const refused = [
          file("a.svg", Samples.svg),
          file("42.zip", bomb),
          file("x.pdf.exe", Samples.exe),
          file("x.pdf", Samples.exe),
        ]
        for (const one of refused) assert.strictEqual((yield* give(one)).status, 422, one.name)
        assert.deepStrictEqual(yield* filesOf(arranged), [])
        assert.strictEqual((yield* give(pdf("../x.pdf"))).status, 303)
        assert.deepStrictEqual(yield* filesOf(arranged), [{ name: "x.pdf", scan: "clean" }])
      }),
  )
})

let fake: FakeClamd.FakeClamd | undefined
const scanner = () => fake ?? assert.fail("no scanner")

layer(
  Visitor.layerOver(
    Layer.unwrap(
      Effect.map(FakeClamd.start, (started) => {
        fake = started
        return over(started.url)
      }),
    ),
  ),
  { excludeTestServices: true, timeout: "180 seconds" },
)("files over HTTP, with a scanner that was away", (it) => {
  it.effect(
    "L40 S55: taken in unscanned it is shown as being checked; found infected, the page says so and asks again",
    () =>
      Effect.gen(function* () {
        const { arranged, visitor, path, give } = yield* atPapers()
        scanner().mode = "down"
        // in pieces, as a script sends it
        const { text } = yield* visitor.get(path)
        const content = Buffer.from(yield* Effect.promise(() => virus("virus.pdf").arrayBuffer()))
        const sent = yield* visitor.request(`/api/customer/${path.split("/")[2] ?? ""}/uploads`, {
          method: "POST",
          headers: {
            ...tus,
            "content-type": "application/offset+octet-stream",
            "upload-length": String(content.length),
            "upload-metadata": metadata({ name: "virus.pdf" }),
            "x-csrf-token": /name="csrf" value="([^"]*)"/.exec(text)?.[1] ?? "",
          },
          body: content,
        })
        assert.strictEqual(sent.status, 201)
        const { files } = yield* overview(arranged)
        const waiting = yield* visitor.get(path)
        assert.match(words(waiting.text), /virus.pdf \d+ bytes being checked for viruses/)
        const address = `${path.replace(/sections.*/, "")}files/${files[0]?.id ?? ""}`
        assert.notInclude(waiting.text, address)
        // as if it were not there
        assert.strictEqual((yield* visitor.get(address)).status, 410)

        scanner().mode = "up"
        yield* scanNow
        const after = yield* overview(arranged)
        assert.deepInclude(after, { files: [], state: "WaitingForCustomer" })
        // the page that is still open asks, too
        const result = yield* visitor.get(`${sent.location}/result`)
        assert.include(result.text, '"state":"refused"')
        assert.include(result.text, "“virus.pdf” had a virus and was removed.")
        const asked = yield* visitor.get(path)
        assert.include(
          words(asked.text),
          "A file was removed: “virus.pdf” had a virus and was removed. Please send another file.",
        )
        assert.strictEqual((yield* give(pdf("good.pdf"))).status, 303)
        const last = yield* visitor.get(path)
        assert.include(last.text, `>good.pdf</a>`)
        assert.notInclude(words(last.text), "had a virus")
      }),
  )

  const asking = (check?: string) => ({
    format: 1,
    id: `check-${check ?? "none"}`,
    version: 1,
    language: "en",
    title: "Who you are",
    sections: [
      {
        id: "papers",
        title: "Papers",
        items: [
          {
            id: "passport",
            type: "upload",
            label: "Passport",
            required: true,
            accept: ["application/pdf"],
            maxBytes: 100_000,
            ...(check === undefined ? {} : { check }),
          },
        ],
      },
    ],
  })

  it.effect("P16 P17 L07: at Finish a document for a check asks for it once, when it is there and clean", () =>
    Effect.gen(function* () {
      for (const mode of ["up", "down"] as const) {
        const arranged = yield* Visitor.arrange({}, asking("identity"), RequestPolicy.passfort)
        const visitor = yield* Visitor.visitor
        const list = yield* visitor.start(arranged.token)
        scanner().mode = mode
        const done = yield* visitor.fill(list, {
          files: { "f.passport": [pdf("passport.pdf")] },
          press: ["action", "finish"],
        })
        assert.strictEqual(done.status, 303)
        const submitted = yield* overview(arranged)
        assert.strictEqual(submitted.state, "Submitted")
        const waits = mode === "down"
        assert.lengthOf(submitted.checks, waits ? 0 : 1)
        scanner().mode = "up"
        yield* scanNow
        yield* scanNow
        const after = yield* overview(arranged)
        assert.deepStrictEqual(
          after.checks.map(({ item, question, check, files }) => ({ item, question, check, files })),
          [{ item: "papers", question: "passport", check: "identity", files: after.files.map(({ id }) => id) }],
        )
        assert.deepStrictEqual(
          after.types.slice(-2),
          waits ? ["FileScanned", "CheckRequested"] : ["RequestSubmitted", "CheckRequested"],
        )
      }
    }),
  )

  it.effect("L07: infected after Finish, nothing is asked to be checked, and the request is open again", () =>
    Effect.gen(function* () {
      const arranged = yield* Visitor.arrange({}, asking("identity"), RequestPolicy.passfort)
      const visitor = yield* Visitor.visitor
      const list = yield* visitor.start(arranged.token)
      scanner().mode = "down"
      yield* visitor.fill(list, { files: { "f.passport": [virus("virus.pdf")] }, press: ["action", "finish"] })
      scanner().mode = "up"
      yield* scanNow
      const after = yield* overview(arranged)
      assert.deepInclude(after, { state: "WaitingForCustomer", files: [], checks: [], openItems: ["papers"] })
      // the mail brings a link that works
      const mail = yield* TestFirm.mailTo(arranged.address, 2)
      assert.include(mail.text, "virus.pdf")
      const again = yield* visitor.start(/\/r\/([\w-]+)/.exec(mail.text)?.[1] ?? "")
      assert.include(words((yield* visitor.get(again)).text), "“virus.pdf” had a virus and was removed.")
      const done = yield* visitor.fill(again, {
        files: { "f.passport": [pdf("good.pdf")] },
        press: ["action", "finish"],
      })
      assert.strictEqual(done.status, 303)
      const last = yield* overview(arranged)
      assert.deepStrictEqual(last.types.slice(-2), ["RequestSubmitted", "CheckRequested"])
    }),
  )
})
