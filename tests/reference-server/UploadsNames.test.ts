// Names that people, phones and attackers give to files, and what a content is whatever its name says. No database.
import { assert, describe, it } from "@effect/vitest"
import PostalMime from "postal-mime"
import * as FileName from "../../reference-server/src/Uploads/FileName.ts"
import * as MediaType from "../../reference-server/src/Uploads/MediaType.ts"
import * as Pictures from "../../reference-server/src/Uploads/Pictures.ts"
import * as Samples from "../support/FileSamples.ts"

const bytesOf = (text: string) => new TextEncoder().encode(text).length

describe("S53: a customer's name for a file is made safe", () => {
  const names: ReadonlyArray<readonly [given: string, safe: string]> = [
    ["passport.pdf", "passport.pdf"],
    ["../../etc/passwd", "passwd"],
    ["..\\..\\windows\\system32\\evil.pdf", "evil.pdf"],
    ["C:\\fakepath\\my scan.pdf", "my scan.pdf"],
    ["/", "file"],
    ["", "file"],
    ["...", "file"],
    [".. . ..", "file"],
    [".htaccess", "htaccess"],
    ["scan.pdf.", "scan.pdf"],
    [" scan .pdf ", "scan .pdf"],
    ["a\r\nX-Evil: yes\r\n\r\n.pdf", "aX-Evil_ yes.pdf"],
    ["a.exe\u0000.pdf", "a.exe.pdf"],
    ["\u0000\u0001\u007f", "file"],
    ["cv\u202efdp.exe", "cvfdp.exe"],
    ["\u2066\u200f\u061c\ufeffx\u2028\u2029.pdf", "x.pdf"],
    ['a<b>c:d"e|f?g*h.pdf', "a_b_c_d_e_f_g_h.pdf"],
    ["re\u0301sume\u0301.pdf", "r\u00e9sum\u00e9.pdf"],
    ["旅券 📷 コピー.pdf", "旅券 📷 コピー.pdf"],
    ["half \ud83d of it.pdf", "half  of it.pdf"],
    ["\udc00\ud800", "file"],
  ]
  for (const [given, safe] of names) {
    it(`${JSON.stringify(given)} becomes ${JSON.stringify(safe)}`, () => {
      assert.strictEqual(FileName.safe(given), safe)
      assert.strictEqual(FileName.safe(safe), safe, "what is safe stays as it is")
    })
  }

  it("S53 F15: one of megabytes, as a mail may bring it, is cut before anything else is done to it", () => {
    // each dot would be looked at once for every dot before it: for an hour
    const name = FileName.safe(`a${".".repeat(2_000_000)}b.pdf`)
    assert.isTrue(name.startsWith("a...") && name.endsWith(".pdf") && bytesOf(name) <= 255, name)
  })

  it("has at most 255 bytes, whole letters and its extension", () => {
    for (const letter of ["x", "é", "語", "📷"]) {
      const safe = FileName.safe(`${letter.repeat(4096)}.pdf`)
      assert.isAtMost(bytesOf(safe), 255)
      assert.isAbove(bytesOf(safe), 250)
      assert.match(safe, new RegExp(`^(?:${letter})+\\.pdf$`, "u"))
    }
    assert.strictEqual(bytesOf(FileName.safe("x".repeat(4096))), 255)
    assert.isAtMost(bytesOf(FileName.safe(`x.${"y".repeat(4096)}`)), 255)
  })
})

describe("S53: a download is saved under its name, whatever is in it (RFC 6266, RFC 8187)", () => {
  /** The name that another program reads out of the header. */
  const readBack = async (disposition: string) => {
    const mail = `Content-Type: application/octet-stream\r\nContent-Disposition: ${disposition}\r\n\r\nx`
    const { attachments } = await PostalMime.parse(
      `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${mail}\r\n--b--\r\n`,
    )
    return attachments[0]?.filename
  }
  const names = [
    "passport.pdf",
    "my scan.pdf",
    "r\u00e9sum\u00e9 (2).pdf",
    "旅券 📷 コピー.pdf",
    "100% 'sure' & more; really, *all* of it = #1.pdf",
    "it's; filename=evil.exe.pdf",
    "%41%00.pdf",
    "~!@$^`{}[].pdf",
    'quo"ted.pdf',
    "back\\slash.pdf",
    FileName.safe("語".repeat(4096)),
  ]
  for (const name of names) {
    it(`${name.slice(0, 40)} comes back as it is`, async () => {
      const header = FileName.attachment(name)
      assert.match(
        header,
        /^attachment; filename="[^"\\%\x00-\x1f\x7f-\uffff]*"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+$/,
      )
      assert.strictEqual(await readBack(header), name)
    })
  }
})

describe("S58: only of rasters the size is read, whatever a picture is said to be", () => {
  it("and a drawing, which is a program, is not opened", async () => {
    assert.strictEqual(await Pictures.pixels("image/png", Samples.png), 1)
    const drawing = Samples.text('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>')
    assert.isNull(await Pictures.pixels("image/png", drawing))
  })
})

describe("S51 S52: a file is what its content says, if its name agrees", () => {
  const cases: ReadonlyArray<readonly [name: string, content: Uint8Array<ArrayBuffer>, type: string | null]> = [
    ["a.pdf", Samples.pdf, "application/pdf"],
    ["A.PDF", Samples.pdf, "application/pdf"],
    ["photo.jpg", Samples.jpeg, "image/jpeg"],
    ["photo.JPEG", Samples.jpeg, "image/jpeg"],
    ["photo.png", Samples.png, "image/png"],
    ["photo.heic", Samples.heic, "image/heic"],
    ["letter.docx", Samples.docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    ["old.doc", Samples.doc, "application/msword"],
    ["old.xls", Samples.xls, "application/vnd.ms-excel"],
    ["table.csv", Samples.text("a;b\r\n1;2\r\n"), "text/csv"],
    ["notes.txt", Samples.text("Grüße\n"), "text/plain"],
    ["bom.csv", Samples.text("\ufeffa,b\n"), "text/csv"],
    // what older spreadsheet programs write: å and ü of Windows-1252
    ["excel.csv", new Uint8Array([0x6e, 0xe5, 0x3b, 0xfc, 0x0d, 0x0a]), "text/csv"],

    // a name that lies
    ["a.txt", Samples.pdf, null],
    ["a.pdf.exe", Samples.pdf, null],
    ["a", Samples.pdf, null],
    ["photo.png", Samples.jpeg, null],
    ["a.pdf", Samples.exe, null],
    ["a.csv", Samples.exe, null],
    ["a.pdf", Samples.html, null],
    ["a.jpg", Samples.html, null],
    ["a.pdf", Samples.text("just text"), null],
    ["a.csv", Samples.pdf, null],
    ["letter.docx", Samples.zip, null],
    ["letter.docx", Samples.doc, null],
    // an installer lies in the same container
    ["old.doc", Samples.cfb, null],
    ["old.doc", Samples.xls, null],
    ["old.xls", Samples.doc, null],
    ["a.pdf", Samples.zip, null],
    ["a.csv", new Uint8Array([0x61, 0x00, 0x62]), null],
    ["a.txt", new Uint8Array([0x1b, 0x5b, 0x32, 0x4a]), null],
    ["a.txt", new Uint8Array(0), "text/plain"],

    // what is never let in
    ["drawing.svg", Samples.svg, null],
    ["drawing.png", Samples.svg, null],
    ["drawing.svg", Samples.text(`<?xml version="1.0"?>${" ".repeat(300)}<svg/>`), null],
    ["page.html", Samples.html, null],
    ["page.xhtml", Samples.text('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'), null],
  ]
  for (const [name, content, type] of cases) {
    it(`${name} of ${Samples.nameOf(content)} is ${type ?? "nothing we know"}`, async () => {
      // in one piece, and as a slow line brings it
      for (const size of [65_536, 7]) {
        assert.strictEqual(await MediaType.find(name, () => Samples.stream(content, size)), type)
      }
    })
  }
})
