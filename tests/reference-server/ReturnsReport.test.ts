// What comes back, read: reports of many mail servers, complaints, bounces in words, and what counts as nothing. The mails of
// returns/*.eml were written after what these servers send; RETURN_PATH and MESSAGE_ID stand for those of the mail.
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { MailStatus, settled } from "../../reference-server/src/Outbox/MailStatus.ts"
import * as Report from "../../reference-server/src/Returns/Report.ts"

const folder = join(import.meta.dirname, "returns")
const returnPath = `bounces+${"0123456789abcdef".repeat(2)}.0123456789abcdef@bounces.firm.example`

const raw = (name: string): Uint8Array =>
  new TextEncoder().encode(
    readFileSync(join(folder, `${name}.eml`), "utf8")
      .replaceAll("RETURN_PATH", returnPath)
      .replaceAll("MESSAGE_ID", "8a0f1c1e-0000-4000-8000-000000000000@firm.example")
      .replaceAll("\n", "\r\n"),
  )

/** What each of them says of carl@customer.example. */
const corpus: Readonly<Record<string, string>> = {
  "postfix-no-user": "bounced-hard 5.1.1",
  "postfix-delayed": "delayed 4.4.1",
  "postfix-no-host": "bounced-hard 5.4.4",
  "postfix-expired": "bounced-soft 4.4.1",
  "postfix-delivered": "delivered 2.0.0",
  "postfix-relayed": "delayed 2.0.0",
  "postfix-full": "bounced-soft 5.2.2",
  "exim-unrouteable": "bounced-hard 5.0.0",
  "exim-refused": "bounced-hard 5.1.1",
  "exim-warning": "delayed 4.0.0",
  "sendmail-no-user": "bounced-hard 5.1.1",
  "sendmail-two-recipients": "delayed 4.2.0",
  "exchange-2019": "bounced-hard 5.1.10",
  "exchange-online-denied": "bounced-hard 5.4.1",
  "exchange-online-policy": "bounced-soft 5.7.1",
  "exchange-5.5-in-words": "bounced-hard ",
  "gmail-no-user": "bounced-hard 5.1.1",
  "gmail-over-quota": "bounced-soft 4.2.2",
  "gmail-delay": "delayed 4.4.1",
  "amazon-ses": "bounced-hard 5.1.1",
  "amazon-no-status": "bounced-soft 4.4.7",
  forwarded: "bounced-hard 5.1.1",
  "forwarded-to-two": "delivered 2.0.0",
  "international-rfc6533": "bounced-hard 5.1.1",
  "original-recipient": "bounced-hard 5.1.6",
  qmail: "bounced-hard 5.1.1",
  "qmail-no-code": "bounced-hard ",
  "qmail-full": "bounced-soft 5.2.2",
  "arf-abuse": "complained ",
  "arf-to-abuse-desk": "complained ",
  "arf-not-spam": "nothing: not-a-report",
  "vacation-rfc3834": "nothing: auto-reply",
  "vacation-exchange": "nothing: auto-reply",
  "vacation-precedence": "nothing: auto-reply",
  "challenge-response": "nothing: auto-reply",
  "read-receipt": "nothing: read-receipt",
  "person-replies": "nothing: not-a-report",
}

/** Numbers below a limit, the same in every run. */
const seeded = (seed: number) => {
  let state = seed
  return (limit: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * limit)
  }
}

const said = ({ finding }: Report.Read): string =>
  finding.kind === "nothing" ? `nothing: ${finding.why}` : `${finding.outcome} ${finding.status}`

describe("what comes back", () => {
  it("M15: every mail of the corpus is expected to say something", () => {
    const files = readdirSync(folder).map((name) => name.replace(/\.eml$/, ""))
    assert.deepStrictEqual(files.sort(), Object.keys(corpus).sort())
    assert.isAtLeast(files.length, 20)
  })

  it.each(Object.entries(corpus))("M15 M18: %s: %s", async (name, expected) => {
    const read = await Report.read(raw(name), "Carl@customer.example")
    assert.strictEqual(said(read), expected)
    // of which mail it is stands in it somewhere, whatever made it
    assert.include(read.addresses, returnPath)
  })

  it("S12: a finding quotes nothing that a server wrote: it may have repeated the customer's link", async () => {
    const link = "https://requests.firm.example/r/SECRETSECRETSECRET"
    const text = new TextDecoder().decode(raw("postfix-no-user")).replaceAll("User unknown", `User unknown ${link}`)
    const { finding } = await Report.read(new TextEncoder().encode(text), "carl@customer.example")
    assert.notInclude(JSON.stringify(finding), "SECRET")
    assert.strictEqual(finding.kind, "report")
  })

  it("M15: whatever the bytes, reading ends in a finding", async () => {
    const chance = seeded(15)
    for (let run = 0; run < 200; run++) {
      const bytes = Uint8Array.from({ length: chance(2000) }, () => chance(256))
      assert.property(await Report.read(bytes), "finding")
    }
    // cut off anywhere, one that tells of a delivery is never taken for a bounce
    const whole = raw("postfix-delivered")
    for (let length = 0; length < whole.length; length += 37) {
      const { finding } = await Report.read(whole.subarray(0, length), "carl@customer.example")
      assert.notInclude(["bounced-hard", "complained"], finding.kind === "report" ? finding.outcome : "")
    }
  })

  it("M15 S60: one that a stranger made long is read as fast as any: each letter of it is looked at once", async () => {
    const long = (line: string) => Buffer.from(line).toString("base64").replace(/.{76}/g, "$&\r\n")
    const lines = (...parts: ReadonlyArray<string>) => new TextEncoder().encode(parts.join("\r\n"))
    const returned = lines(
      "From: mailer-daemon@mail.example",
      "MIME-Version: 1.0",
      "Content-Type: text/rfc822-headers",
      "Content-Transfer-Encoding: base64",
      "",
      long(`Return-Path: ${"a".repeat(1_400_000)}\r\nMessage-ID: <a@firm.example>\r\n\r\n`),
    )
    assert.deepStrictEqual((await Report.read(returned)).addresses, ["a@firm.example"])
    const worded = lines("From: mailer-daemon@mail.example", "Subject: x", "", "warning: ".repeat(150_000))
    assert.strictEqual((await Report.read(worded)).finding.kind, "nothing")
  })
})

describe("which report counts", () => {
  it("M17: in whatever order and however often they come, they settle alike", () => {
    const reported: ReadonlyArray<MailStatus> = [
      "handed-over",
      "delivered",
      "bounced-soft",
      "bounced-hard",
      "complained",
    ]
    const settle = (list: ReadonlyArray<MailStatus>) => list.reduce<MailStatus>(settled, "queued")
    // every choice of them, in every order
    const orders = (list: ReadonlyArray<MailStatus>): ReadonlyArray<ReadonlyArray<MailStatus>> =>
      list.length === 0 ? [[]] : list.flatMap((one, at) => orders(list.toSpliced(at, 1)).map((rest) => [one, ...rest]))
    let compared = 0
    for (let choice = 1; choice < 2 ** reported.length; choice++) {
      const chosen = reported.filter((_, bit) => (choice >> bit) % 2 === 1)
      const expected = settle(chosen)
      for (const order of orders(chosen)) {
        assert.strictEqual(settle(order), expected)
        // and each of them twice, in between
        assert.strictEqual(settle(order.flatMap((one, at) => [one, ...order.slice(0, at + 1)])), expected)
        compared++
      }
    }
    assert.isAbove(compared, 300)
  })

  it("M17: a bounce for good is above a delivery, a complaint above both, and an earlier step takes nothing back", () => {
    assert.strictEqual(settled("delivered", "bounced-hard"), "bounced-hard")
    assert.strictEqual(settled("bounced-hard", "delivered"), "bounced-hard")
    assert.strictEqual(settled("bounced-soft", "delivered"), "delivered")
    assert.strictEqual(settled("complained", "bounced-hard"), "complained")
    for (const status of MailStatus.literals) assert.strictEqual(settled(status, "queued"), status)
  })
})
