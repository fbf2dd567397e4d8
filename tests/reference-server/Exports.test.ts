// What came back, taken out: the answers as PDF, CSV and JSON, the files as a ZIP of a request and of a work item, the customer's
// receipt. Over HTTP, and read back by something that is not ours where there is such a thing.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as yauzl from "yauzl"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import { entriesOf } from "../support/Chain.ts"
import * as Samples from "../support/FileSamples.ts"
import * as PdfText from "../support/PdfText.ts"
import * as World from "./DownloadsWorld.ts"

/** What is in a ZIP, in its order, as another library reads it: one that refuses names that lead out of the folder. */
const unzip = (bytes: Buffer) =>
  Effect.promise(
    () =>
      new Promise<ReadonlyArray<readonly [name: string, content: Buffer]>>((resolve, reject) => {
        const found: Array<readonly [string, Buffer]> = []
        yauzl.fromBuffer(bytes, { lazyEntries: true, strictFileNames: true }, (problem, zip) => {
          if (problem !== null) return reject(problem)
          zip.on("error", reject)
          zip.on("end", () => resolve(found))
          zip.on("entry", (entry: yauzl.Entry) =>
            zip.openReadStream(entry, (failed, stream) => {
              if (failed !== null) return reject(failed)
              const chunks: Array<Buffer> = []
              stream.on("error", reject)
              stream.on("data", (chunk: Buffer) => chunks.push(chunk))
              stream.on("end", () => {
                found.push([entry.fileName, Buffer.concat(chunks)])
                zip.readEntry()
              })
            }),
          )
          zip.readEntry()
        })
      }),
  )

interface Manifest {
  readonly digest?: string | null
  readonly files: ReadonlyArray<{
    readonly path: string | null
    readonly name: string
    readonly sha256: string
    readonly leftOut?: string
  }>
}
const manifestOf = (entries: ReadonlyArray<readonly [string, Buffer]>) =>
  JSON.parse(entries.find(([name]) => name === "manifest.json")?.[1].toString() ?? "") as Manifest

const hebrew = "תשובה ארוכה בעברית עם English words באמצע"
const long = Array.from({ length: 1500 }, (_, at) => `ord${at}`).join(" ")

layer(World.layerOf(), { excludeTestServices: true, timeout: "300 seconds" })("taking out", (it) => {
  it.effect("S68: answers as a tagged PDF, in every writing, over pages, with the receipt and every digest", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      yield* World.save(firm, {
        name: "Åsa Öberg-Ñandú",
        words: `${hebrew}\n${long}`,
        owners: [{ owner: "Eva" }, { owner: "Bo" }],
      })
      const file = yield* World.given(firm, "räkning.pdf", Samples.pdf, { type: "application/pdf" })
      const at = `/api/requests/${firm.id}/export?format=pdf`
      const early = PdfText.read((yield* World.call(at, firm.key)).body)
      assert.include(early.pages[0], "Not submitted. What had come in on")

      const submitted = yield* World.submit(firm)
      const { status, headers, body } = yield* World.call(at, firm.cookie)
      assert.strictEqual(status, 200)
      assert.deepInclude(headers, {
        "content-type": "application/pdf",
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
      })
      assert.include(headers["content-disposition"], 'attachment; filename="_rsredovisning.pdf"')
      const { pages, tags, catalog, actual } = PdfText.read(body)
      assert.isAbove(pages.length, 2)
      const all = pages.join("\n")
      const { submission } = submitted
      for (const words of [
        "Årsredovisning",
        "Om dig",
        "Ditt namn\nÅsa Öberg-Ñandú",
        "Ägare 2\nÄgarens namn\nBo",
        "räkning.pdf",
        file.sha256,
        submission?.digest ?? "none",
        submission?.id ?? "none",
        `Page 1 of ${pages.length}`,
      ])
        assert.include(all, words)
      // nothing is lost where a page ends
      const found = new Set(all.match(/ord\d+/g))
      assert.strictEqual(found.size, 1500)
      assert.isTrue(actual.some((text) => text.startsWith(hebrew)))
      assert.include(catalog, "/Lang (en)")
      assert.include(catalog, "/MarkInfo")
      assert.deepInclude(tags, { Document: 1, H1: 1, H2: 2, H3: 2, Sect: 2 })
      assert.strictEqual(tags["Lbl"], tags["LI"])
      assert.strictEqual(tags["LBody"], tags["LI"])

      // who took it out stands in the record
      const seen = (yield* entriesOf(firm.id)).filter(({ type }) => type === "RequestViewed")
      assert.isAbove(seen.length, 0)
    }),
  )

  it.effect("S54 S72: a CSV in which a spreadsheet finds no formula, with and without the mark that Excel wants", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const file = yield* World.given(firm, "=cmd|' '!A1.pdf", Samples.pdf, { type: "application/pdf" })
      for (const name of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", 'a "b", c']) {
        yield* World.save(firm, { name })
        const { headers, body } = yield* World.call(`/api/requests/${firm.id}/export?format=csv`, firm.key)
        assert.strictEqual(headers["content-type"], "text/csv; charset=utf-8")
        const text = body.toString()
        assert.isTrue(text.startsWith("section,group,question,label,answer,file,bytes,sha256\r\n"))
        for (const cell of text.split(/,|\r\n/)) assert.notMatch(cell, /^"?[=+\-@\t\r＝]/u)
        if (name.startsWith("a")) assert.include(text, 'Om dig,,name,Ditt namn,"a ""b"", c",,,\r\n')
        assert.include(text, `,'=cmd|' '!A1.pdf,${file.bytes},${file.sha256}\r\n`)
      }
      const marked = yield* World.call(`/api/requests/${firm.id}/export?format=csv&bom=true`, firm.key)
      assert.strictEqual(marked.body.subarray(0, 3).toString("hex"), "efbbbf")
      assert.strictEqual((yield* World.call(`/api/requests/${firm.id}/export?format=xls`, firm.key)).status, 400)
    }),
  )

  it.effect("S68: JSON holds the answers that the digest is over; of a draft not what is no longer asked", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      yield* World.save(firm, { name: "Åsa" })
      const at = `/api/requests/${firm.id}/export?format=json`
      const draft = JSON.parse((yield* World.call(at, firm.key)).body.toString()) as object
      assert.deepInclude(draft, { request: firm.id, submission: null, answers: { name: "Åsa" } })
      const { submission } = yield* World.submit(firm)
      const { headers, body } = yield* World.call(at, firm.key)
      assert.strictEqual(headers["content-type"], "application/json")
      const made = JSON.parse(body.toString()) as Record<string, unknown> & { submission: { digest: string } }
      assert.strictEqual(made.submission.digest, submission?.digest)
      assert.deepInclude(made, { answers: { name: "Åsa" }, title: "Årsredovisning" })
    }),
  )

  it.effect(
    "S53 S55 S68: a ZIP whose names stay in it and apart, with every digest, and what is withheld only named",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        yield* World.save(firm, { name: "Åsa" })
        const names = [
          "x.pdf",
          "X.PDF",
          "x.pdf",
          "../../x.pdf",
          "CON.pdf",
          "é.pdf",
          "e\u0301.pdf",
          `${"å".repeat(120)}.pdf`,
          "manifest.json",
        ]
        const files = yield* Effect.forEach(names, (name, at) =>
          World.given(firm, name, Samples.text(`file ${at} ${"x".repeat(at * 1000)}`), { type: "application/pdf" }),
        )
        yield* World.given(firm, "CON", Samples.text("other"), { type: "application/pdf", question: "other" })
        const withheld = yield* World.given(firm, "secret.pdf", Samples.text("not scanned yet"), {
          type: "application/pdf",
          verdict: "pending",
        })
        yield* World.submit(firm)
        const { status, headers, body } = yield* World.call(`/api/requests/${firm.id}/files.zip`, firm.cookie)
        assert.strictEqual(status, 200)
        assert.strictEqual(headers["content-type"], "application/zip")
        const entries = yield* unzip(body)
        const paths = entries.map(([path]) => path)
        assert.sameMembers(
          paths.filter((path) => !path.includes("ååå")),
          [
            "Årsredovisning.pdf",
            "_Papper_ A_B/Pass - x.pdf",
            "_Papper_ A_B/Pass - X (2).PDF",
            "_Papper_ A_B/Pass - x (3).pdf",
            "_Papper_ A_B/Pass - _.._x.pdf",
            "_Papper_ A_B/Pass - CON_.pdf",
            "_Papper_ A_B/Pass - é.pdf",
            "_Papper_ A_B/Pass - é (2).pdf",
            "_Papper_ A_B/Pass - manifest.json",
            "_Papper_ A_B/CON_ - CON_",
            "manifest.json",
          ],
        )
        const keys = paths.map((path) => path.normalize("NFC").toLowerCase())
        assert.strictEqual(new Set(keys).size, paths.length)
        for (const path of paths) {
          assert.isTrue(
            path.split("/").every((part) => part !== ".." && part !== "." && part !== ""),
            path,
          )
          assert.isBelow(Buffer.byteLength(path), 400)
        }
        const manifest = manifestOf(entries)
        assert.match(manifest.digest ?? "", /^[0-9a-f]{64}$/)
        assert.strictEqual(manifest.files.length, names.length + 2)
        for (const { path, sha256, name, leftOut } of manifest.files) {
          const content = entries.find(([found]) => found === path)?.[1]
          if (name === "secret.pdf") {
            assert.deepStrictEqual([path, leftOut, sha256], [null, "pending", withheld.sha256])
          } else assert.strictEqual(content === undefined ? "none" : World.sha256(content), sha256, name)
        }
        assert.isFalse(body.includes("not scanned yet"))
        assert.includeMembers(
          manifest.files.map(({ sha256 }) => sha256),
          files.map(({ sha256 }) => sha256),
        )
      }),
  )

  it.effect("S68: a ZIP in which a file is damaged is none, rather than one with other bytes", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const file = yield* World.given(firm, "x.pdf", Samples.text("right"))
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE files SET sha256 = ${"0".repeat(64)} WHERE id = ${file.id}`
      const answer = yield* Effect.exit(World.call(`/api/requests/${firm.id}/files.zip`, firm.key))
      const isZip = answer._tag === "Success" && answer.value.body.includes("manifest.json")
      assert.isFalse(isZip)
    }),
  )

  it.effect(
    "K4: a work item's ZIP has a folder for each of its requests; one without files or work is a ZIP all the same",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const { workspaceId } = firm.member
        const work = yield* Crypto.uuid
        yield* (yield* WorkItems).create(workspaceId, work, { title: "Nothing yet" })
        const empty = yield* unzip((yield* World.call(`/api/work-items/${work}/files.zip`, firm.key)).body)
        assert.deepStrictEqual(manifestOf(empty).files, [])
        const file = yield* World.given(firm, "x.pdf", Samples.text("x"))
        const { headers, body } = yield* World.call(`/api/work-items/${firm.work}/files.zip`, firm.cookie)
        assert.include(headers["content-disposition"], 'filename="Bokslut _ 2027.zip"')
        const entries = yield* unzip(body)
        assert.deepStrictEqual(
          entries.map(([path]) => path),
          ["Årsredovisning/Årsredovisning.pdf", "Årsredovisning/_Papper_ A_B/Pass - x.pdf", "manifest.json"],
        )
        assert.deepStrictEqual(
          manifestOf(entries).files.map(({ sha256 }) => sha256),
          [file.sha256],
        )
      }),
  )

  it.effect("S50 S68: the customer's receipt as a PDF, in the session that submitted, and in no other", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      yield* World.save(firm, { name: "Åsa" })
      const file = yield* World.given(firm, "x.pdf", Samples.text("x"), { type: "application/pdf" })
      const at = `/q/${firm.handle}/receipt.pdf`
      assert.strictEqual((yield* World.call(at, firm.theirs)).status, 410)
      const { submission } = yield* World.submit(firm)
      const page = yield* World.call(`/q/${firm.handle}/done`, firm.theirs)
      assert.include(page.body.toString(), `href="${at}"`)
      const { status, headers, body } = yield* World.call(at, firm.theirs)
      assert.strictEqual(status, 200)
      assert.include(headers["content-disposition"], 'filename="receipt.pdf"')
      const words = PdfText.read(body).pages.join("\n")
      for (const one of [submission?.digest ?? "none", file.sha256, "Åsa"]) assert.include(words, one)
      assert.strictEqual((yield* World.call(at)).status, 410)
    }),
  )

  it.effect("S54: the request's page offers what can be taken out, and nothing where nothing came", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const at = `/requests/${firm.id}`
      assert.notInclude((yield* World.call(at, firm.cookie)).body.toString(), "/export?format")
      yield* World.given(firm, "x.pdf", Samples.text("x"))
      const page = (yield* World.call(at, firm.cookie)).body.toString()
      for (const format of ["pdf", "csv&amp;bom=true", "json"])
        assert.include(page, `/api/requests/${firm.id}/export?format=${format}`)
      assert.include(page, `/api/requests/${firm.id}/files.zip`)
    }),
  )
})
