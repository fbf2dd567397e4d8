// "Someone else should answer this" and "this is not for me", over HTTP and without JavaScript: who gets which mail, whose
// link lives, what the firm hears of it, and that nobody mails strangers by it.
import { assert, layer } from "@effect/vitest"
import { type ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Conversations } from "../../reference-server/src/Conversations.ts"
import { Suppressions } from "../../reference-server/src/Suppressions.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { heading, hidden, words } from "./CustomerPagesVisitor.ts"

const { standard, taxdome, passfort, fileRequest } = RequestPolicy

const begin = Effect.fnUntraced(function* (
  policy: RequestPolicy.RequestPolicy,
  changes: Partial<ClientRequest.Details> = {},
) {
  const arranged = yield* Visitor.arrange({ title: "Year end", ...changes }, undefined, policy)
  const visitor = yield* Visitor.visitor
  const list = yield* visitor.start(arranged.token)
  const requests = yield* ClientRequests
  const conversations = yield* Conversations
  const { member, request } = arranged
  const post = Effect.fnUntraced(function* (path: string, fields: Record<string, string>) {
    const page = yield* visitor.get(path)
    return yield* visitor.post(path, new URLSearchParams({ csrf: hidden(page.text, "csrf"), ...fields }))
  })
  return {
    ...arranged,
    visitor,
    list,
    requests,
    conversations,
    pass: (email: string, name = "Cy Lund", word = "") => post(`${list}/pass-on`, { email, name, word }),
    disown: (word: string) => post(`${list}/not-mine`, { word }),
    now: Effect.map(requests.read(member.workspaceId, request.id), (current) => current.request),
    kinds: Effect.map(requests.overview(member.workspaceId, request.id), ({ mails }) => mails.map(({ kind }) => kind)),
  }
})

const mailsTo = (address: string) => TestFirm.post.mails.filter(({ to }) => to.address === address)
/** An address that nobody else has. */
const stranger = Effect.map(Visitor.uuid, (id) => `cy.${id}@elsewhere.example`)

layer(Visitor.layer, { excludeTestServices: true, timeout: "60 seconds" })("someone else should answer", (it) => {
  it.effect(
    "T5: taxdome: the other gets a link of their own, with their name and nobody's words; the old link is dead",
    () =>
      Effect.gen(function* () {
        const { visitor, list, pass, member, now, kinds } = yield* begin(taxdome)
        const email = yield* stranger
        assert.include(words((yield* visitor.get(list)).text), "Someone else should answer this")
        yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": "Ann" }, press: ["action", "list"] })
        const done = yield* pass(email, "Cy Lund", "<b>BUY</b> at https://evil.example")
        assert.strictEqual(done.status, 200)
        assert.strictEqual(heading(done.text), "Passed on")
        assert.include(words((yield* visitor.get(list)).text), "This request has expired.")

        const mail = yield* TestFirm.mailTo(email)
        assert.strictEqual(mail.subject, "Fresh Ltd asks you for: Year end")
        assert.include(mail.text, "Fresh Ltd asked Carl Customer for")
        assert.strictEqual(mail.to.name, "Cy Lund")
        // no word of the customer's, and no address of theirs, goes to somebody who asked for nothing
        for (const part of [mail.subject, mail.text, mail.html]) assert.notMatch(part ?? "", /BUY|evil/)
        const cy = yield* Visitor.visitor
        const theirs = yield* cy.start(Redacted.value(TestFirm.tokenIn(mail)))
        const page = yield* cy.get(theirs)
        assert.match(
          words(page.text),
          /Carl Customer has passed this on to you\. <b>BUY<\/b> at https:\/\/evil\.example/,
        )
        assert.notInclude(page.text, "<b>BUY")
        assert.include(words((yield* cy.get(`${theirs}/sections/about`)).text), "Your name")
        assert.include((yield* cy.get(`${theirs}/sections/about`)).text, 'value="Ann"')

        const notice = yield* TestFirm.mailTo(member.email)
        assert.match(notice.subject, /^Carl Customer has passed it on: Year end/)
        assert.include(notice.text, email)
        assert.notInclude(notice.text, "BUY")
        assert.deepStrictEqual(
          (yield* now).details.recipients.map(({ name, email }) => [name, email]),
          [["Cy Lund", email]],
        )
        assert.include(yield* kinds, "delegated")
      }),
  )

  it.effect(
    "standard: the firm is asked; nothing goes to the other until it agrees; refused with a reason, that is read",
    () =>
      Effect.gen(function* () {
        const { visitor, list, pass, member, request, conversations, now } = yield* begin(standard)
        const email = yield* stranger
        const asked = yield* pass(email, "Cy Lund", "You know it")
        assert.deepStrictEqual([asked.status, asked.location], [303, `${list}#messages`])
        const page = words((yield* visitor.get(list)).text)
        assert.include(page, "You have asked Fresh Ltd whether Cy Lund may answer instead.")
        assert.notInclude(page, "Someone else should answer this")
        const notice = yield* TestFirm.mailTo(member.email)
        assert.match(notice.subject, /^Carl Customer wants somebody else to answer: Year end/)
        const wish = (yield* now).proposal
        assert.strictEqual(wish?.word, "You know it")
        assert.notInclude(JSON.stringify(yield* TestFirm.dump), "You know it")
        yield* conversations.refuse(member, request.id, wish?.id ?? "", "Please answer yourself.", yield* Visitor.uuid)
        assert.include(words((yield* visitor.get(list)).text), "Please answer yourself.")
        assert.deepStrictEqual(mailsTo(email), [])
        // asked again, and agreed
        yield* pass(email, "Cy Lund")
        const again = (yield* now).proposal?.id ?? ""
        yield* conversations.accept(member, request.id, again, yield* Visitor.uuid)
        const mail = yield* TestFirm.mailTo(email)
        assert.match(mail.text, /\/r\//)
        assert.include(words((yield* visitor.get(list)).text), "This request has expired.")
        // an answer to what was answered
        const late = yield* Effect.flip(conversations.accept(member, request.id, again, yield* Visitor.uuid))
        assert.strictEqual(late._tag === "Refusal" ? late.reasons[0]?.code : "", "delegation-unknown")
      }),
  )

  it.effect("S42: however often a link is passed on to strangers, three mails go out that day", () =>
    Effect.gen(function* () {
      const { token, member, request, conversations, pass, visitor, list, now } = yield* begin(taxdome)
      const before = TestFirm.post.attempts.length
      const customer = yield* TestFirm.customerOf(request)
      const tries = yield* Effect.forEach(
        Array.from({ length: 100 }, (_, index) => index),
        (index) =>
          Effect.gen(function* () {
            const id = yield* Visitor.uuid
            const current = yield* now
            // whoever holds the newest link passes it on again
            const [last] = current.details.recipients
            const recipient = last?.id ?? ""
            const generation = current.families[recipient]?.generation ?? 0
            const named = { name: "Vic Tim", email: `victim${index}@bomb.example`, word: "" }
            return yield* Effect.result(conversations.delegate({ ...customer, recipient, generation }, named, id))
          }),
        { concurrency: 4 },
      )
      assert.strictEqual(tries.filter(({ _tag }) => _tag === "Success").length, 3)
      yield* TestFirm.eventually(
        Effect.sync(() =>
          TestFirm.post.mails.filter(({ to }) => to.address.endsWith("@bomb.example")).length === 3 ? 1 : undefined,
        ),
      )
      assert.isAtMost(TestFirm.post.attempts.length - before, 3 + 3)
      assert.isNotEmpty([token, member.id, list, visitor.base, pass])
    }),
  )

  it.effect(
    "M16: an address that gets no mail of the firm is not asked; names and addresses that are none are mended",
    () =>
      Effect.gen(function* () {
        const { visitor, pass, member, address, list } = yield* begin(taxdome)
        const dead = yield* stranger
        yield* (yield* Suppressions).note(member.workspaceId, dead, {
          cause: "hard-bounce",
          detail: "no such user",
          sentAt: 0,
        })
        const refused = yield* pass(dead)
        assert.strictEqual(refused.status, 422)
        assert.include(words(refused.text), "No e-mail can be sent to that address.")
        for (const [email, name] of [
          ["cy", "Cy"],
          ["cy@x.example, di@y.example", "Cy"],
          [yield* stranger, "Win $1000 www.evil.example"],
          [yield* stranger, "Cy\r\nBcc: all@x.example"],
        ] as const) {
          const wrong = yield* pass(email, name)
          assert.strictEqual(wrong.status, 422, name)
          assert.include(words(wrong.text), "Write the person's name in letters")
        }
        assert.include(words((yield* pass(address)).text), "That address has been asked already.")
        assert.deepStrictEqual(mailsTo(dead), [])
        assert.strictEqual((yield* visitor.get(list)).status, 200)
      }),
  )

  it.effect("P9 F10: passfort and file requests pass nothing on, whatever a forged form says", () =>
    Effect.gen(function* () {
      for (const policy of [passfort, fileRequest]) {
        const { visitor, list, conversations, request } = yield* begin(policy, {
          reminders: { rule: { kind: "none" }, enabled: false },
        })
        const page = words((yield* visitor.get(list)).text)
        assert.notInclude(page, "Someone else should answer this")
        assert.strictEqual((yield* visitor.get(`${list}/pass-on`)).location, list)
        const forged = conversations.delegate(
          yield* TestFirm.customerOf(request),
          { name: "Cy", email: yield* stranger, word: "" },
          yield* Visitor.uuid,
        )
        const refusal = yield* Effect.flip(forged)
        assert.include(
          refusal._tag === "Refusal" ? refusal.reasons.map(({ code }) => code) : [],
          "delegation-not-allowed",
        )
      }
    }),
  )
})

layer(Visitor.layer, { excludeTestServices: true, timeout: "60 seconds" })("this is not for me", (it) => {
  it.effect("the link dies, reminders stop, the firm is told and sees why; sent again, it is theirs again", () =>
    Effect.gen(function* () {
      const reminders = { rule: { kind: "urgent" as const }, enabled: true }
      const { visitor, list, disown, member, request, requests, now, address } = yield* begin(standard, { reminders })
      assert.include(words((yield* visitor.get(`${list}/not-mine`)).text), "Fresh Ltd is told")
      const done = yield* disown("I left <i>that</i> company")
      assert.strictEqual(heading(done.text), "Thank you for telling us")
      assert.include(words((yield* visitor.get(list)).text), "This request has expired.")
      const state = yield* now
      assert.strictEqual(state.disowned?.[0]?.reason, "I left <i>that</i> company")
      assert.notInclude(JSON.stringify(yield* TestFirm.dump), "I left <i>that")
      const notice = yield* TestFirm.mailTo(member.email)
      assert.match(notice.subject, /^Not for Carl Customer: Year end/)
      assert.notInclude(notice.text, "I left")
      const seen = mailsTo(address).length
      TestFirm.clock.pass(3 * 86_400_000)
      yield* requests.sweep
      yield* requests.resend(member, request.id, yield* Visitor.uuid)
      const mail = yield* TestFirm.mailTo(address, seen + 1)
      assert.match(mail.subject, /waiting for: Year end/)
      const again = yield* Visitor.visitor
      const front = yield* again.get(yield* again.start(Redacted.value(TestFirm.tokenIn(mail))))
      assert.strictEqual(front.status, 200)
      assert.include(words(front.text), "Year end")
      assert.deepStrictEqual((yield* now).disowned, [])
    }),
  )
})
