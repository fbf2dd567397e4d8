// What a file is, and what is hidden in it: every attack comes over HTTP, by both ways in, and leaves nothing behind.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import { crc32 } from "node:zlib"
import { call, layer as testApi } from "../api/TestApi.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Zips from "../support/Zips.ts"
import type { Entered } from "./ApiCustomerWorld.ts"
import * as World from "./UploadsWorld.ts"

type Bytes = Uint8Array<ArrayBuffer>

const text = Samples.text
const joined = (...parts: ReadonlyArray<Uint8Array>): Bytes => Uint8Array.from(Buffer.concat(parts))

/** The head of a picture of this size, and nothing that could be shown of it. */
const png = (width: number, height: number): Bytes => {
  const head = Buffer.alloc(17)
  head.write("IHDR", 0, "latin1")
  head.writeUInt32BE(width, 4)
  head.writeUInt32BE(height, 8)
  head.set([8, 6, 0, 0, 0], 12)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(head))
  return joined(
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    Buffer.from([0, 0, 0, 13]),
    head,
    sum,
    Buffer.from("\0\0\0\0IDAT"),
  )
}
/** A HEIC whose box says this size. */
const heic = (width: number, height: number): Bytes => {
  const box = Buffer.alloc(20)
  box.writeUInt32BE(20, 0)
  box.write("ispe", 4, "latin1")
  box.writeUInt32BE(width, 12)
  box.writeUInt32BE(height, 16)
  return joined(Samples.heic, box)
}
const gif = joined(text("GIF89a"), Buffer.from([1, 0, 1, 0, 0, 0, 0]))

const contents =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
const docx = (...more: ReadonlyArray<Zips.Entry>): Bytes =>
  Zips.zip([
    { name: "[Content_Types].xml", content: contents },
    { name: "word/document.xml", content: "<w:document/>" },
    ...more,
  ])
const zeros = (length: number) => new Uint8Array(length)

/** The file by tus and in a form: the codes that it is refused with, the same by both. */
const refusals = (who: Entered, name: string, content: Bytes, question: string) =>
  Effect.gen(function* () {
    const blobs = [...TestFirm.blobs]
    const { answer, at } = yield* World.send(who, name, content, question)
    const form = new FormData()
    form.append("file", new File([content], name))
    const plain = yield* call("POST", `${who.at}/files/${question}?revision=1`, { headers: who.headers, body: form })
    if (answer.status < 300 && plain.status < 300) return ["taken"]
    // a NUL cannot even stand in the head of a part
    const codes = name.includes("\0") ? ["upload-broken"] : World.codesOf(answer)
    assert.deepStrictEqual(World.codesOf(plain), codes, `${name} by the two ways`)
    assert.include([413, 422], answer.status, name)
    if (at !== "") {
      const { state, problem } = yield* World.resultOf(who, at)
      assert.strictEqual(state, "refused")
      assert.deepStrictEqual(problem?.codes, World.codesOf(answer))
      assert.match(problem?.message ?? "", /^.{10,}\.$/, `${name}: a sentence for the customer`)
    }
    assert.deepStrictEqual([...TestFirm.blobs], blobs, `${name} left something behind`)
    return [...World.codesOf(answer)]
  })

type Case = readonly [name: string, content: Bytes, code: string]

layer(testApi, { excludeTestServices: true, timeout: "300 seconds" })("what is taken in", (it) => {
  const judged = (title: string, question: string, cases: () => ReadonlyArray<Case>) =>
    it.effect(
      title,
      () =>
        Effect.gen(function* () {
          yield* World.prepared
          const carl = yield* World.asked(title)
          for (const [name, content, code] of cases()) {
            assert.deepStrictEqual(yield* refusals(carl, name, content, question), [code], name)
          }
        }),
      300_000,
    )

  judged("S51 S52: extension, content, size and both together decide, whichever way it comes", "papers", () => [
    ["a.pdf", Samples.pdf, "taken"],
    ["PASSPORT.PDF", Samples.pdf, "taken"],
    ["photo.heic", Samples.heic, "taken"],
    ["a.csv", text("a;b\n"), "taken"],
    ["setup.pdf", Samples.exe, "upload-wrong-type"],
    ["a.pdf.exe", Samples.exe, "upload-wrong-type"],
    ["a.pdf.exe", Samples.pdf, "upload-wrong-type"],
    ["a.exe\0.pdf", Samples.exe, "upload-wrong-type"],
    ["\u202efdp.exe", Samples.exe, "upload-wrong-type"],
    ["a.svg", Samples.svg, "upload-wrong-type"],
    ["a.png", Samples.svg, "upload-wrong-type"],
    ["a.html", Samples.html, "upload-wrong-type"],
    ["a.pdf", Samples.html, "upload-wrong-type"],
    ["a.docx", Samples.zip, "upload-wrong-type"],
  ])

  judged("S52: a file that is two things at once is none of them", "papers", () => [
    ["a.gif", gif, "taken"],
    ["a.gif", joined(gif, Samples.html), "upload-wrong-type"],
    ["a.jpg", joined(Samples.jpeg, zeros(70_000), text("<SCRIPT>alert(1)</SCRIPT>")), "upload-wrong-type"],
    ["a.pdf", joined(Samples.pdf, Samples.html), "upload-wrong-type"],
    ["a.pdf", joined(text("%PDF-1.7\n<html><script>alert(1)</script>"), Samples.pdf), "upload-wrong-type"],
    ["a.pdf", joined(Samples.pdf, Samples.zip), "upload-wrong-type"],
    ["a.png", joined(Samples.png, Samples.zip), "upload-wrong-type"],
  ])

  judged("S58: a picture that would fill the memory of who opens it is refused by its head", "papers", () => [
    ["a.png", png(16_000, 12_000), "taken"],
    ["b.png", png(50_000, 50_000), "upload-picture-too-large"],
    ["a.heic", heic(8_000, 6_000), "taken"],
    ["b.heic", heic(50_000, 50_000), "upload-picture-too-large"],
  ])

  judged("S57: an Office file is an archive too", "papers", () => [
    ["a.docx", docx(), "taken"],
    ["b.docx", docx({ name: "word/embeddings/sheet.xlsx", content: docx() }), "taken"],
    ["bomb.docx", docx({ name: "word/media/a.bin", content: zeros(40_000_000), isDeflated: true }), "upload-archive"],
    ["nest.docx", docx({ name: "word/embeddings/a.bin", content: Samples.zip }), "upload-archive"],
    ["locked.docx", docx({ name: "word/b.xml", content: "x", isEncrypted: true }), "upload-encrypted"],
    ["slip.docx", docx({ name: "../../word.xml", content: "x" }), "upload-archive"],
    // what its first entries say is not what its table of contents does
    ["mask.docx", joined(docx(), Zips.zip([{ name: "setup.exe", content: Samples.exe }])), "upload-damaged"],
    ["cut.docx", docx().slice(0, -30), "upload-damaged"],
  ])

  judged(
    "S57 L40: an archive is taken only where it is asked for, and only if nothing in it is a trap",
    "packed",
    () => [
      [
        "a.zip",
        Zips.zip([
          { name: "a/b.pdf", content: Samples.pdf },
          { name: "a/", content: "" },
        ]),
        "taken",
      ],
      ["b.zip", Zips.zip([{ name: "letter.docx", content: docx(), isDeflated: true }]), "taken"],
      ["slip.zip", Zips.zip([{ name: "../../etc/passwd", content: "x" }]), "upload-archive"],
      ["slip2.zip", Zips.zip([{ name: "..\\..\\evil.exe", content: "x" }]), "upload-archive"],
      ["absolute.zip", Zips.zip([{ name: "/etc/passwd", content: "x" }]), "upload-archive"],
      ["drive.zip", Zips.zip([{ name: "C:\\evil.exe", content: "x" }]), "upload-archive"],
      ["link.zip", Zips.zip([{ name: "link", content: "/etc/passwd", isLink: true }]), "upload-archive"],
      ["locked.zip", Zips.zip([{ name: "a.pdf", content: Samples.pdf, isEncrypted: true }]), "upload-encrypted"],
      ["bomb.zip", Zips.zip([{ name: "zeros", content: zeros(30_000_000), isDeflated: true }]), "upload-archive"],
      [
        "liar.zip",
        Zips.zip([{ name: "zeros", content: zeros(30_000_000), isDeflated: true, claims: 100 }]),
        "upload-damaged",
      ],
      [
        "many.zip",
        Zips.zip(Array.from({ length: 2_001 }, (_, n) => ({ name: `${n}.txt`, content: "x" }))),
        "upload-archive",
      ],
      ["42.zip", Zips.zip([{ name: "lib 0.zip", content: Samples.zip }]), "upload-archive"],
      ["42b.zip", Zips.zip([{ name: "page.pdf", content: Samples.zip }]), "upload-archive"],
      [
        "deep.zip",
        Zips.zip([
          { name: "a.docx", content: docx({ name: "b.docx", content: docx({ name: "c.docx", content: docx() }) }) },
        ]),
        "upload-archive",
      ],
      [
        "overlap.zip",
        Zips.zip([
          { name: "a.bin", content: randomBytes(1_000) },
          ...Array.from({ length: 100 }, (_, n) => ({
            name: "a.bin".replace("a", String(n % 10)),
            content: randomBytes(1_000),
            sharesWith: 0,
          })),
        ]),
        "upload-archive",
      ],
      ["empty.zip", Zips.zip([]), "upload-damaged"],
    ],
  )

  judged("S57: a family of types is no word for archives, and one that is not ZIP is never taken", "any", () => [
    ["a.pdf", Samples.pdf, "taken"],
    ["a.zip", Zips.zip([{ name: "a.pdf", content: Samples.pdf }]), "upload-archive"],
    ["a.gz", joined(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), zeros(20)), "upload-archive"],
    ["a.7z", joined(Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]), zeros(40)), "upload-archive"],
    ["a.rar", joined(text("Rar!\x1a\x07\x00"), zeros(40)), "upload-archive"],
  ])

  it.effect("S53: names of 4 kB, with control characters, marks of direction, paths and quotes come out safe", () =>
    Effect.gen(function* () {
      yield* World.prepared
      const carl = yield* World.asked("Names")
      const names: Readonly<Record<string, string>> = {
        "../../etc/passwd.pdf": "passwd.pdf",
        "..\\..\\x.pdf": "x.pdf",
        "a\r\nSet-Cookie: a=b.pdf": "aSet-Cookie_ a=b.pdf",
        "\u202efdp.tset.pdf": "fdp.tset.pdf",
        "q\"uo'te.pdf": "q_uo'te.pdf",
        "📷 e\u0301.pdf": "📷 é.pdf",
        [`${"n".repeat(4096)}.pdf`]: `${"n".repeat(251)}.pdf`,
        "a\0b.pdf": "ab.pdf",
        ".pdf": "pdf",
      }
      for (const [name, safe] of Object.entries(names)) {
        const { at, answer } = yield* World.send(carl, name, Samples.pdf)
        if (safe === "pdf") assert.strictEqual(answer.status, 422)
        else assert.strictEqual((yield* World.resultOf(carl, at)).file?.name, safe)
      }
    }),
  )
})
