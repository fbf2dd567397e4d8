// What firm and customer say to one another, over HTTP and without JavaScript: written on pages, told of by mail once a
// quarter of an hour, read by nobody else, sealed where it lies, and gone when the request is erased.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { begin } from "./ConversationsWorld.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { hidden, words } from "./CustomerPagesVisitor.ts"

const { karbon, passfort, customerCentre } = RequestPolicy
const quarter = 900_000

/** Karbon's, for whoever has an address. */
const byMail: RequestPolicy.RequestPolicy = { ...karbon, requires: ["email"] }

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("comments, both ways", (it) => {
  it.effect("K47: said on a page of its own; the list, the section and the review show it, with who and when", () =>
    Effect.gen(function* () {
      const { visitor, list, say, reply, unread } = yield* begin()
      const form = words((yield* visitor.get(`${list}/messages?item=about`)).text)
      assert.include(form, "Your message")
      const sent = yield* say("Which year do you mean?", "about")
      assert.deepStrictEqual([sent.status, sent.location], [303, `${list}#messages`])
      assert.strictEqual(yield* unread, 1)
      yield* reply("The one that ended in March.", "about")
      yield* reply("Take your time.")
      const section = words((yield* visitor.get(`${list}/sections/about`)).text)
      assert.match(section, /You · .* Which year do you mean\? Fia Firm \(Fresh Ltd\) · .* The one that ended in March/)
      assert.notInclude(section, "Take your time")
      const shown = words((yield* visitor.get(list)).text)
      assert.match(shown, /Messages 2 new .*Which year.*The one that ended.*Take your time/)
      // seen now
      assert.notInclude(words((yield* visitor.get(list)).text), "2 new")
      yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": "Ann" }, press: ["action", "list"] })
      assert.include(words((yield* visitor.get(`${list}/review`)).text), "Take your time")
    }),
  )

  it.effect("S42: what is said is text, whatever it looks like; nothing, too much and foreign forms are refused", () =>
    Effect.gen(function* () {
      const { visitor, list, say, reply, conversations, member, request } = yield* begin()
      const nasty = `<img src=x onerror=alert(1)></textarea><script>alert(2)</script> "quoted" & <b>bold</b>`
      assert.strictEqual((yield* say(nasty)).status, 303)
      yield* reply(nasty, "about")
      for (const path of [list, `${list}/messages`, `${list}/sections/about`]) {
        const { text } = yield* visitor.get(path)
        assert.notInclude(text, "<img src=x")
        assert.notInclude(text, "<script>alert")
        assert.include(text, "&lt;img src=x onerror=alert(1)&gt;")
      }
      yield* say("one\r\ntwo\u0000\u202e three")
      const { request: now } = yield* Effect.flatMap(ClientRequests, (requests) =>
        requests.read(member.workspaceId, request.id),
      )
      const texts = (yield* conversations.of(member.workspaceId, now, "firm")).map(({ text }) => text)
      assert.deepStrictEqual(texts, [nasty, nasty, "one\ntwo three"])
      const empty = yield* say("  \n ")
      assert.strictEqual(empty.status, 422)
      assert.include(empty.text, 'aria-invalid="true"')
      assert.strictEqual((yield* say("a".repeat(2001))).status, 422)
      const foreign = yield* visitor.post(`${list}/messages`, new URLSearchParams({ csrf: "x", text: "x", item: "" }))
      assert.isAtLeast(foreign.status, 400)
      const elsewhere = yield* visitor.post(
        `${list}/messages`,
        new URLSearchParams({ csrf: hidden((yield* visitor.get(list)).text, "csrf"), text: "x", item: "" }),
        { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      )
      assert.isAtLeast(elsewhere.status, 400)
    }),
  )

  it.effect(
    "M31: one mail to each side for a quarter of an hour, without a word of it, and none when it was read",
    () =>
      Effect.gen(function* () {
        const { visitor, list, say, reply, mailsOf, address, member, conversations, request } = yield* begin()
        yield* say("SECRET one")
        yield* say("SECRET two")
        yield* reply("SECRET three")
        const waiting = [...(yield* mailsOf("comments")), ...(yield* mailsOf("comments-notice"))]
        assert.deepStrictEqual(
          waiting.map(({ kind, status }) => `${kind} ${status}`),
          ["comments queued", "comments-notice queued"],
        )
        TestFirm.clock.pass(quarter)
        const mail = yield* TestFirm.mailTo(address, 2)
        assert.match(mail.subject, /^New message about: Year end/)
        assert.match(mail.text, /\/r\/[A-Za-z0-9_-]{43}/)
        const notice = yield* TestFirm.mailTo(member.email)
        assert.match(notice.subject, /has written about: Year end/)
        assert.notInclude(JSON.stringify([mail, notice]), "SECRET")
        // read before the mail would go: there is none
        yield* reply("read in time")
        yield* say("and this too")
        yield* visitor.get(list)
        yield* conversations.read(member.workspaceId, request.id, "firm")
        TestFirm.clock.pass(quarter)
        yield* TestFirm.eventually(
          Effect.gen(function* () {
            const all = [...(yield* mailsOf("comments")), ...(yield* mailsOf("comments-notice"))]
            return all.filter(({ status }) => status === "dropped").length === 2 ? all : undefined
          }),
        )
        assert.strictEqual(TestFirm.post.mails.filter(({ to }) => to.address === address).length, 2)
      }),
  )

  it.effect("K47: closed work takes no comment, of either side", () =>
    Effect.gen(function* () {
      const { visitor, list, say, requests, member, request, conversations } = yield* begin()
      yield* say("before")
      const page = yield* visitor.get(`${list}/messages`)
      yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
      const late = yield* visitor.post(
        `${list}/messages`,
        new URLSearchParams({ csrf: hidden(page.text, "csrf"), text: "after", item: "" }),
      )
      assert.include(words(late.text), "This request has expired.")
      const reply = conversations.reply(member, request.id, { item: null, text: "after" }, yield* Visitor.uuid)
      assert.strictEqual((yield* Effect.flip(reply))._tag, "Refusal")
      // what was said stays to be read by the firm, and in the portal
      const { request: now } = yield* requests.read(member.workspaceId, request.id)
      assert.strictEqual((yield* conversations.of(member.workspaceId, now, { recipient: "carl" })).length, 1)
    }),
  )

  it.effect(
    "C4 K27: on a shared record all read it; elsewhere only the one it belongs to; nobody of another request",
    () =>
      Effect.gen(function* () {
        const policy = {
          ...customerCentre,
          requires: ["name", "email"] as const,
          roles: null,
          secondFactor: "none" as const,
        }
        const recipients = [TestFirm.recipient(""), TestFirm.recipient("", { id: "dora", name: "Dora" })]
        const shared = yield* begin(policy, { recipients })
        yield* shared.say("Mine or yours?")
        const dora = yield* Visitor.visitor
        const hers = yield* dora.start(shared.tokens["dora"] ?? "")
        assert.match(words((yield* dora.get(hers)).text), /Carl Customer · .* New Mine or yours\?/)
        const own = yield* begin(byMail)
        const { request: now } = yield* own.requests.read(own.member.workspaceId, own.request.id)
        yield* own.say("Only ours")
        for (const recipient of ["dora", "somebody"]) {
          const { request: later } = yield* own.requests.read(own.member.workspaceId, now.id)
          assert.deepStrictEqual(yield* own.conversations.of(own.member.workspaceId, later, { recipient }), [])
        }
        // a comment on another's item: there is no such item here
        const strange = yield* own.conversations
          .say(
            yield* TestFirm.customerOf(own.request, { device: "x" }),
            { item: "theirs", text: "x" },
            yield* Visitor.uuid,
          )
          .pipe(Effect.flip)
        assert.strictEqual(strange._tag, "Refusal")
      }),
  )

  it.effect("S77 S76: it lies sealed, the record has it in clear, and erasing takes it away", () =>
    Effect.gen(function* () {
      const { say, reply, requests, member, request, overview } = yield* begin()
      yield* say("PLAINLY said")
      yield* reply("PLAINLY answered")
      const sql = yield* SqlClient.SqlClient
      const rows = JSON.stringify(yield* TestFirm.dump)
      assert.notInclude(rows, "PLAINLY")
      const said = (yield* overview).history.flatMap(({ event }) => (event?.type === "CommentAdded" ? event.text : []))
      assert.deepStrictEqual(said, ["PLAINLY said", "PLAINLY answered"])
      yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
      yield* requests.handle(member.workspaceId, request.id, {
        type: "Erase",
        id: yield* Visitor.uuid,
        by: { kind: "member", id: member.id },
        reason: "asked to",
      })
      const left = yield* sql`SELECT 1 FROM audit_entries WHERE request_id = ${request.id} AND event IS NOT NULL
        AND type = 'CommentAdded' AND event ->> 'text' NOT LIKE 'sealed:%'`
      assert.deepStrictEqual(left, [])
    }),
  )

  it.effect("F13: a document is asked for from the conversation where more may be asked; else it says why not", () =>
    Effect.gen(function* () {
      const { visitor, list, member, request, conversations, requests } = yield* begin(byMail)
      yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": "Ann" }, press: ["action", "list"] })
      const asked = yield* conversations.ask(member, request.id, { label: "The lease", text: "" }, yield* Visitor.uuid)
      assert.strictEqual(asked.details.questionnaire.sections.length, 4)
      const page = words((yield* visitor.get(list)).text)
      assert.match(page, /The lease 1 question To do|The lease/)
      assert.match(page, /Messages 1 new/)
      const section = asked.details.questionnaire.sections.at(-1) ?? ""
      assert.include(words((yield* visitor.get(`${list}/sections/${section}`)).text), "The lease")
      const whole = yield* begin(passfort)
      const refused = yield* Effect.flip(
        whole.conversations.ask(whole.member, whole.request.id, { label: "The lease", text: "" }, yield* Visitor.uuid),
      )
      assert.strictEqual(refused._tag === "Refusal" ? refused.reasons[0]?.code : "", "structure-frozen")
      assert.strictEqual((yield* requests.read(member.workspaceId, request.id)).request.comments?.firm, 1)
    }),
  )
})
