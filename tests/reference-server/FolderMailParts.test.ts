// What a mail brings: its sender, whether a person wrote it, and its files.
import { assert, describe, it } from "@effect/vitest"
import * as Parts from "../../reference-server/src/FolderMail/Parts.ts"

/** A mail that is a file, without who it is from. */
const onlyFile = [
  "MIME-Version: 1.0",
  "Content-Type: application/pdf",
  "Content-Disposition: attachment; filename=a.pdf",
  "",
  "%PDF-1.7",
  "%%EOF",
].join("\n")

describe("what a mail brings", () => {
  const carl = "From: Carl <Carl@Customer.example>"
  const read = (...lines: ReadonlyArray<string>) => Parts.read(Buffer.from(lines.join("\n")))
  const known = (...lines: ReadonlyArray<string>) =>
    read(...lines).then((found) => found?.known ?? assert.fail("cannot be read"))

  it("F15: a sender is one address in one field, and nothing else is", async () => {
    const fields = [
      [carl, "carl@customer.example"],
      [`${carl}, other@elsewhere.example`, null],
      [`${carl}\nFrom: other@elsewhere.example`, null],
      ["From: Both: a@customer.example, b@customer.example;", null],
      ["From: Carl", null],
      ["Sender: carl@customer.example", null],
    ] as const
    for (const [field, from] of fields) assert.strictEqual((await known(field, onlyFile)).from, from, field)
  })

  it("F15 M18: reports, bounces, lists and answers sent by themselves are no person's mail", async () => {
    assert.isTrue((await known(carl, onlyFile)).isWritten)
    for (const line of ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"]) {
      assert.isFalse((await known(carl, line, onlyFile)).isWritten, line)
    }
    assert.isFalse((await known("From: mailer-daemon@b.example", "Subject: Undelivered mail", onlyFile)).isWritten)
  })

  it("F15: a mail is the same by its Message-ID, and without one by all of it", async () => {
    const messages = await Promise.all([
      known(carl, "Message-ID: <a@b>", onlyFile),
      known(carl, "Message-ID: <a@b> ", "Subject: Again", onlyFile),
      known(carl, "Message-ID: <c@b>", onlyFile),
      known(carl, onlyFile),
      known(carl, "Subject: Again", onlyFile),
    ])
    assert.strictEqual(messages[0].message, messages[1].message)
    assert.strictEqual(new Set(messages.map(({ message }) => message)).size, 4)
  })

  it("F15: pictures and signatures that programs add are no files; a photograph in the text is, and what has no name", async () => {
    const part = (...lines: ReadonlyArray<string>) => ["--x", ...lines]
    const photo = Buffer.alloc(100_001, "a").toString("base64").replace(/.{76}/g, "$&\n")
    const inline = (name: string) => `Content-Disposition: inline; filename=${name}`
    const found = await read(
      carl,
      "MIME-Version: 1.0",
      "Content-Type: multipart/mixed; boundary=x",
      "",
      ...part("Content-Type: text/plain", "", "Regards"),
      ...part("Content-Type: image/png", inline("logo.png"), "Content-ID: <l>", "", "a"),
      ...part("Content-Type: application/pkcs7-signature; name=smime.p7s", "", "a"),
      ...part("Content-Type: image/png", inline("seen.png"), "", "a"),
      ...part("Content-Type: image/jpeg", inline("photo.jpg"), "Content-ID: <p>"),
      "Content-Transfer-Encoding: base64",
      "",
      photo,
      ...part("Content-Type: application/pdf", "Content-Disposition: attachment", "", "%PDF"),
      ...part("Content-Type: message/rfc822", "", carl, onlyFile),
      "--x--",
    )
    const files = found?.known.files ?? []
    assert.deepStrictEqual(
      files.map(({ name }) => name),
      ["seen.png", "photo.jpg", "attachment.pdf", "attachment.eml"],
    )
    assert.deepStrictEqual(
      files.map(({ bytes }) => bytes),
      found?.contents.map(({ length }) => length),
    )
    assert.strictEqual(files[1]?.bytes, 100_001)
  })
})
