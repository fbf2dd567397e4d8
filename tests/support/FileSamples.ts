/** The smallest files of each sort that pass for one. */

import * as Zips from "./Zips.ts"

type Bytes = Uint8Array<ArrayBuffer>

export const text = (content: string): Bytes => new TextEncoder().encode(content)
const binary = (content: string): Bytes => Uint8Array.from(content, (letter) => letter.charCodeAt(0))
const padded = (content: string, length: number): Bytes => binary(content.padEnd(length, "\0"))

export const pdf = text("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
export const jpeg = padded("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01", 200)
export const png = padded(
  "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x00IDAT",
  200,
)
export const heic = padded("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", 200)
/** The container of the older office programs. */
export const cfb = padded("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1024)
const holding = (inside: string): Bytes =>
  binary(
    Buffer.from(cfb).toString("latin1") +
      [...inside]
        .map((letter) => `${letter}\0`)
        .join("")
        .padEnd(128, "\0"),
  )
export const doc = holding("WordDocument")
export const xls = holding("Workbook")
export const exe = padded("MZ\x90\x00\x03", 512)
export const html = text("<!doctype html><html><body><script>alert(1)</script></body></html>")
export const svg = text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')

/** An archive of uncompressed entries. */
export const archive = (entries: Readonly<Record<string, string>>): Bytes =>
  Zips.zip(Object.entries(entries).map(([name, content]) => ({ name, content: binary(content) })))

export const zip = archive({ "setup.exe": "MZ\x90\x00\x03" })
export const docx = archive({
  "[Content_Types].xml":
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
  "word/document.xml": "<w:document/>",
})

const samples = { pdf, jpeg, png, heic, cfb, doc, xls, exe, html, svg, zip, docx }

/** What a content is called in the titles of tests. */
export const nameOf = (content: Bytes): string =>
  Object.entries(samples).find(([, sample]) => sample === content)?.[0] ??
  JSON.stringify(Buffer.from(content).toString("latin1").slice(0, 12))

/** The content in chunks of a size. */
export const stream = (content: Bytes, size: number): ReadableStream<Bytes> =>
  new ReadableStream({
    start: (controller) => {
      for (let at = 0; at < content.length; at += size) controller.enqueue(content.slice(at, at + size))
      controller.close()
    },
  })
