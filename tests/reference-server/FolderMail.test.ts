// Mail into folders, over the whole server: a member gets an address on the folder's page, people send to it by real SMTP, and what
// is attached lands there, judged like every upload, or is dropped without a word to anybody.
import { createConnection } from "node:net"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createTransport, type SendMailOptions } from "nodemailer"
import { FolderMail, limits } from "../../reference-server/src/FolderMail.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as FileSamples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Docs from "./DocumentsWorld.ts"
import * as Page from "./FirmPagesWorld.ts"
import * as World from "./SecurityWorld.ts"

const buffer = (content: Uint8Array) => Buffer.from(content)
const pdf = { filename: "statement.pdf", content: buffer(FileSamples.pdf) }

/** Hands a mail over; gives the code of the answer. */
const send = Effect.fnUntraced(function* (to: string | ReadonlyArray<string>, mail: SendMailOptions) {
  const port = yield* Docs.mailPort
  const transport = createTransport({ host: "127.0.0.1", port, ignoreTLS: true })
  const from = typeof mail.from === "string" ? mail.from : "someone@elsewhere.example"
  const all = { subject: "Hello", text: "Here it is.", envelope: { from, to: [to].flat() }, ...mail }
  return yield* Effect.promise(() =>
    transport.sendMail(all).then(
      () => 250,
      (error: { readonly responseCode?: number }) => error.responseCode,
    ),
  ).pipe(Effect.ensuring(Effect.sync(() => transport.close())))
})

/** Speaks SMTP line by line, and gives the codes of the answers, the greeting's first. */
const converse = (port: number, lines: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
  new Promise((resolve, reject) => {
    const answers: Array<string> = []
    const socket = createConnection({ host: "127.0.0.1", port })
    let next = 0
    socket.setEncoding("utf8")
    socket.on("data", (text: string) => {
      for (const line of text.split("\r\n").filter((one) => /^\d{3} /.test(one))) {
        answers.push(line.slice(0, 3))
        const said = lines[next++]
        if (said === undefined) socket.end()
        else socket.write(`${said}\r\n`)
      }
    })
    socket.on("close", () => resolve(answers))
    socket.on("error", reject)
  })

/** A mail on its way to that address, of which nothing has come yet; gives what sends it, and the answer to that. */
const begun = (port: number, from: string, to: string): Promise<(raw: string) => Promise<string>> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port })
    const lines = ["EHLO mail.example", `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, "DATA"]
    let answered: (code: string) => void = () => {}
    socket.setEncoding("utf8")
    socket.on("data", (text: string) => {
      for (const line of text.split("\r\n").filter((one) => /^\d{3} /.test(one))) {
        const said = lines.shift()
        if (said !== undefined) socket.write(`${said}\r\n`)
        else if (line.startsWith("354")) {
          resolve((raw) => {
            const answer = new Promise<string>((give) => void (answered = give))
            socket.write(`${raw}\r\n.\r\n`)
            return answer
          })
        } else {
          answered(line.slice(0, 3))
          socket.destroy()
        }
      }
    })
    socket.on("error", reject)
  })

/** What a member does with a folder's address on its page; gives the address that stands there then. */
const press = Effect.fnUntraced(function* (browser: Docs.Firm["browser"], folder: string, action: string) {
  const path = `/folders/${folder}`
  const fields = { ...Page.hidden(yield* browser.get(path), `${path}/mail`), action }
  assert.strictEqual((yield* browser.post(`${path}/mail`, fields)).location, `${path}?done=saved`)
  return /in\+[0-9a-f]{32}@in\.firm\.example/.exec((yield* browser.get(path)).body)?.[0] ?? null
})

/** A firm whose contact's, work's and guests' folders take mail. */
const receiving = Effect.gen(function* () {
  const firm = yield* Docs.firm
  const { api, contact, work, theirs } = firm
  const of = (query: { readonly contact: string } | { readonly workItem: string }) =>
    Effect.map(api.documents.folders({ query }), ({ folders }) => folders[0]?.id ?? assert.fail("no folder"))
  const folder = yield* of({ contact: contact.id })
  const address = (yield* press(theirs, folder, "on")) ?? assert.fail("no address")
  const inside = (id = folder) =>
    Effect.map(api.documents.folder({ params: { id } }), ({ documents }) => documents.map(({ name }) => name))
  const sql = yield* SqlClient.SqlClient
  const letters = sql<{ recipient: string }>`SELECT recipient FROM member_letters
    WHERE workspace_id = ${firm.member.workspaceId} AND kind = 'folder-mail'`
  return { ...firm, folder, address, inside, letters, ofWork: yield* of({ workItem: work.id }) }
})

const types = (workspaceId: string) =>
  Effect.flatMap(WorkspaceEvents, (events) => events.list(workspaceId, { limit: 100 }))

layer(Docs.withMail, { excludeTestServices: true, timeout: "300 seconds" })("mail into folders", (it) => {
  it.effect(
    "F15 S51 S52 S53 S55: what is attached lands in the folder, judged, written down and told of once; the same mail once",
    () =>
      Effect.gen(function* () {
        const { api, folder, address, inside, letters, contact, colleague, member, browser } = yield* receiving
        const picture = { contentDisposition: "inline" as const, content: buffer(FileSamples.png), cid: "logo" }
        const eicar = FileSamples.text(`%PDF-1.7\n${FakeClamd.eicar}\n%%EOF\n`)
        const mail = {
          from: `"Carl C." <${contact.email.toUpperCase()}>`,
          messageId: "<one@customer.example>",
          html: '<p>Here it is. <img src="cid:logo"></p>',
          attachments: [
            pdf,
            { ...picture, filename: "logo.png" },
            { filename: "../../år 2026.pdf", content: buffer(FileSamples.pdf) },
            { filename: "setup.exe", content: buffer(FileSamples.exe) },
            { filename: "page.pdf", content: buffer(FileSamples.html) },
            { filename: "bad.pdf", content: buffer(eicar) },
          ],
        }
        assert.strictEqual(yield* send(address, mail), 250)
        assert.deepStrictEqual(yield* inside(), ["statement.pdf", "år 2026.pdf"])
        const { documents } = yield* api.documents.folder({ params: { id: folder } })
        assert.deepStrictEqual(
          documents.map(({ by, byMail, request, scan }) => [by, byMail, request, scan]),
          [1, 2].map(() => [contact.name, true, null, "clean"]),
        )
        assert.include(Page.text(yield* browser.get(`/folders/${folder}`)), `${contact.name}, by e-mail`)
        const noted = (yield* types(member.workspaceId)).filter(({ type }) => type === "DocumentMailedIn")
        assert.deepStrictEqual(
          new Set(noted.map(({ about, data }) => `${about} ${data["contact"]} ${data["folder"]}`)),
          new Set(documents.map(({ id }) => `${id} ${contact.id} ${folder}`)),
        )
        const { text, subject } = yield* TestFirm.mailTo(colleague.email)
        assert.include(subject, "2 files")
        assert.include(text, `Saved: år 2026.pdf`)
        for (const sentence of ["setup.exe: of a type", "page.pdf: of a type", "bad.pdf: a virus"]) {
          assert.include(text, `Not saved: ${sentence}`)
        }
        for (const word of ["logo.png", "Here it is", address]) assert.notInclude(text, word)

        // handed over once more, and once more in other words: it is the same mail
        assert.strictEqual(yield* send(address, mail), 250)
        assert.strictEqual(yield* send(address, { ...mail, attachments: [{ ...pdf, filename: "other.pdf" }] }), 250)
        assert.lengthOf(yield* inside(), 2)
        assert.deepStrictEqual(yield* letters, [{ recipient: colleague.email }])
      }),
  )

  it.effect("F15 M18: mail of others, bounces and answers sent by themselves are dropped, and nobody is answered", () =>
    Effect.gen(function* () {
      const { address, inside, letters, contact, browser, folder } = yield* receiving
      const from = contact.email
      const attachments = [pdf]
      const before = TestFirm.post.attempts.length
      const mails: ReadonlyArray<SendMailOptions> = [
        { from: "forger@elsewhere.example", attachments },
        { envelope: { from, to: address }, raw: `From: ${from}, other@elsewhere.example\n\nHello` },
        { from, attachments, headers: { "auto-submitted": "auto-replied" } },
        { from, attachments, envelope: { from: "", to: address } },
      ]
      for (const mail of mails) assert.strictEqual(yield* send(address, mail), 250)
      assert.deepStrictEqual(yield* inside(), [])
      assert.deepStrictEqual(yield* letters, [])
      assert.include(Page.text(yield* browser.get(`/folders/${folder}`)), "2 mails of somebody else were dropped,")
      assert.strictEqual(TestFirm.post.attempts.length, before)
    }),
  )

  it.effect(
    "F15 S43: senders are the folder's own contacts and members of its firm, and of no other folder or firm",
    () =>
      Effect.gen(function* () {
        const firm = yield* receiving
        const { api, folder, ofWork, address, inside, contact, work, member, theirs, colleague } = firm
        const other = yield* Docs.firm
        const guests = yield* api.documents.addFolder({ headers: {}, payload: { name: "Guests" } })
        const addresses = {
          contact: address,
          work: (yield* press(theirs, ofWork, "on")) ?? "",
          guests: (yield* press(theirs, guests.id, "on")) ?? "",
        }
        const email = `second.${contact.email}`
        const second = yield* api.contacts.create({ headers: {}, payload: { name: "Sam Second", email } })
        const held = { contact: folder, work: ofWork, guests: guests.id }
        let sent = 0
        /** Does a file from this address come into that folder? */
        const lands = Effect.fnUntraced(function* (who: string, where: keyof typeof held) {
          const filename = `${sent++}.txt`
          assert.strictEqual(
            yield* send(addresses[where], { from: who, attachments: [{ filename, content: filename }] }),
            250,
          )
          return (yield* inside(held[where])).includes(filename)
        })
        assert.isFalse(yield* lands(other.member.email, "guests"))
        assert.isTrue(yield* lands(member.email, "contact"))
        assert.isFalse(yield* lands(contact.email, "work"))
        assert.isFalse(yield* lands(email, "contact"))
        assert.isTrue(yield* lands(email, "guests"))
        yield* api.workItems.setRole({ params: { id: work.id, contact: second.id }, payload: { role: "Accountant" } })
        assert.isTrue(yield* lands(email, "work"))
        yield* Docs.out(firm, { workItem: work.id, contact: contact.id })
        assert.isTrue(yield* lands(contact.email, "work"))
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE members SET deactivated_at = now() WHERE id = ${colleague.id}`
        yield* api.contacts.remove({ params: { id: contact.id } })
        assert.isFalse(yield* lands(colleague.email, "guests"))
        assert.isFalse(yield* lands(contact.email, "contact"))
      }),
  )

  it.effect(
    "F15 M15: only an address that is one is taken, one at a time, as long as it is; what is too large is not",
    () =>
      Effect.gen(function* () {
        const { address, inside, contact, theirs, folder, member } = yield* receiving
        const mail = { from: contact.email, attachments: [pdf] }
        const port = yield* Docs.mailPort
        const rcpt = (to: string) => `RCPT TO:<${to}>`
        const others = [
          address.replace(/[0-9a-f]@/, (end) => (end === "0@" ? "1@" : "0@")),
          address.replace("@in.", "@out."),
          address.replace("in+", "in+x"),
          "in+@in.firm.example",
        ]
        const lines = ["EHLO mail.example", "MAIL FROM:<a@b.example>", ...others.map(rcpt), "DATA", rcpt(address)]
        const codes = yield* Effect.promise(() => converse(port, [...lines, rcpt(address.toUpperCase()), "QUIT"]))
        assert.deepStrictEqual(codes.slice(3, 7), ["550", "550", "550", "550"])
        assert.match(codes[7] ?? "", /^5/, "no DATA without a recipient")
        assert.deepStrictEqual(codes.slice(8, 10), ["250", "452"])
        const tooLarge = ["EHLO mail.example", `MAIL FROM:<a@b.example> SIZE=${limits.bytes + 1}`, "QUIT"]
        assert.strictEqual((yield* Effect.promise(() => converse(port, tooLarge)))[2], "552")

        const renewed = (yield* press(theirs, folder, "renew")) ?? ""
        assert.notStrictEqual(renewed, address)
        assert.strictEqual(yield* send(address, mail), 550)
        assert.strictEqual(yield* send(renewed, mail), 250)
        assert.deepStrictEqual(yield* inside(), ["statement.pdf"])
        assert.isNull(yield* press(theirs, folder, "off"))
        assert.strictEqual(yield* send(renewed, mail), 550)
        const said = (yield* types(member.workspaceId)).filter(({ about }) => about === folder)
        assert.deepStrictEqual(
          said.map(({ type }) => type),
          ["FolderAddressEnded", "FolderAddressRenewed", "FolderAddressMade"],
        )
        const secret = address.slice(3, 35)
        assert.notInclude(JSON.stringify(said), secret)
        assert.notInclude(TestFirm.logs.join("\n"), secret)
        assert.notInclude(JSON.stringify(yield* TestFirm.dump), secret)
      }),
  )

  it.effect(
    "F15 S59: one mail brings thirty files at most, a folder takes so many mails a day, and no mail is lost",
    () =>
      Effect.gen(function* () {
        const { address, inside, contact, folder, member, letters, colleague } = yield* receiving
        const files = Array.from({ length: limits.files + 2 }, (_, n) => ({
          filename: `${n}.txt`,
          content: n === 0 ? "" : `text ${n}`,
        }))
        assert.strictEqual(yield* send(address, { from: contact.email, attachments: files }), 250)
        assert.lengthOf(yield* inside(), limits.files)
        assert.lengthOf(yield* letters, 1)
        const { text } = yield* TestFirm.mailTo(colleague.email)
        assert.include(text, "0.txt: empty")
        assert.include(text, `${limits.files + 1}.txt: there is no room for it`)
        const sql = yield* SqlClient.SqlClient
        yield* sql`INSERT INTO folder_mails (id, workspace_id, folder_id, message, member_id, taken, refused, created_at)
        SELECT gen_random_uuid(), ${member.workspaceId}::uuid, ${folder}::uuid, n::text, ${member.id}::uuid, '[]', '[]', now()
        FROM generate_series(2, ${limits.perDay}::int) n`
        assert.strictEqual(yield* send(address, { from: contact.email, attachments: [pdf] }), 452)
        yield* sql`UPDATE folder_mails SET created_at = now() - interval '2 days' WHERE folder_id = ${folder}`
        assert.strictEqual(yield* send(address, { from: contact.email, attachments: [pdf] }), 250)
        assert.include(yield* inside(), "statement.pdf")
      }),
  )

  it.effect(
    "F15: two mails are worked on at a time; of a third the mail server is told to come again, and then it is taken",
    () =>
      Effect.gen(function* () {
        const { address, inside, contact } = yield* receiving
        const port = yield* Docs.mailPort
        const begin = Effect.promise(() => begun(port, contact.email, address))
        const raw = `From: ${contact.email}\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.7\r\n%%EOF`
        const [first, second] = [yield* begin, yield* begin]
        assert.strictEqual(yield* send(address, { from: contact.email, attachments: [pdf] }), 451)
        assert.deepStrictEqual(yield* inside(), [])
        for (const finish of [first, second]) assert.strictEqual(yield* Effect.promise(() => finish(raw)), "250")
        assert.deepStrictEqual(yield* inside(), ["a.pdf"])
        assert.strictEqual(yield* send(address, { from: contact.email, attachments: [pdf] }), 250)
        assert.deepStrictEqual(yield* inside(), ["a.pdf", "statement.pdf"])
      }),
  )

  it.effect("F15 S78: with the contact the address of their folder is erased, and what stood in its mails", () =>
    Effect.gen(function* () {
      const { address, contact, member, inside } = yield* receiving
      yield* send(address, { from: contact.email, attachments: [pdf] })
      assert.lengthOf(yield* inside(), 1)
      yield* (yield* Record).eraseContact(member, contact.id, "asked for it")
      assert.strictEqual(yield* (yield* FolderMail).answer(address), "unknown")
      assert.lengthOf(yield* inside(), 0)
      const sql = yield* SqlClient.SqlClient
      assert.lengthOf(yield* sql`SELECT 1 FROM folder_mails WHERE contact_id = ${contact.id}`, 0)
      assert.notInclude(JSON.stringify((yield* types(member.workspaceId)).map(({ data }) => data)), contact.email)
    }),
  )

  it.effect("F15 S43: to another firm the folder and its address are not there", () =>
    Effect.gen(function* () {
      const { folder, address } = yield* receiving
      const other = yield* Docs.firm
      const { browser } = other
      const csrf = Page.hidden(yield* browser.get("/documents"), "/folders/new")["csrf"] ?? ""
      for (const action of ["on", "renew", "off"]) {
        assert.strictEqual((yield* browser.post(`/folders/${folder}/mail`, { csrf, action })).status, 404)
      }
      assert.isNull(yield* (yield* FolderMail).of(other.member.workspaceId, folder))
      assert.strictEqual(yield* (yield* FolderMail).answer(address), "takes")
      const foreign = yield* World.call("GET", `/folders/${folder}`)
      assert.notInclude(foreign.body, address)
    }),
  )
})
