// A message written at once is the very message that nodemailer would have streamed, whatever is in it.
import { assert, describe, it } from "@effect/vitest"
import MailComposer from "nodemailer/lib/mail-composer"
import * as MimeText from "../../reference-server/src/Mailer/MimeText.ts"

const texts = [
  "short",
  "a line\n.a dot\n..two\n",
  `${"long ".repeat(80)}\n\tended by a tab\t`,
  "åäö, ñ, é\r\nand a line end of its own kind  \n",
  "日本語".repeat(120),
  "😀 = =3D\n".repeat(40),
]

describe("a message written at once", () => {
  it("M5 M9: is octet by octet the one that is streamed", async () => {
    for (const text of texts) {
      for (const html of texts) {
        const message = new MailComposer({
          messageId: "<a@firm.example>",
          date: new Date(0),
          from: { name: "Företag", address: "post@firm.example" },
          to: { name: "Carl", address: "carl@customer.example" },
          subject: "Frågor",
          headers: { "X-Requite-Id": "a" },
          text,
          html,
        }).compile()
        const streamed = await message.build()
        MimeText.atOnce(message)
        assert.strictEqual((await message.build()).toString("latin1"), streamed.toString("latin1"))
      }
    }
  })

  it("M2: is read by what signs it, and by nothing else", async () => {
    const read = async (isSigned: boolean) => {
      const message = new MailComposer({ from: "post@firm.example", text: "a", html: "b" }).compile()
      let signed = false
      MimeText.atOnce(message, isSigned)
      // as nodemailer's own does: after the plugins
      message.processFunc((input) => {
        signed = true
        return input
      })
      await message.build()
      return signed
    }
    assert.deepStrictEqual([await read(true), await read(false)], [true, false])
  })

  it("is streamed after all where a part of it is not a text", async () => {
    const attachments = [{ filename: "a.bin", content: Buffer.from("something") }]
    const message = new MailComposer({ from: "post@firm.example", text: "a", html: "b", attachments }).compile()
    const streamed = await message.build()
    MimeText.atOnce(message)
    assert.strictEqual((await message.build()).toString("latin1"), streamed.toString("latin1"))
  })
})
