// "Someone else should answer this" and "this is not for me", over HTTP and without JavaScript: who gets which mail, whose
// link lives, what the firm hears of it, and that nobody mails strangers by it.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Suppressions } from "../../reference-server/src/Suppressions.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { begin } from "./ConversationsWorld.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { heading, words } from "./CustomerPagesVisitor.ts"

const { standard, taxdome, passfort, fileRequest } = RequestPolicy

const mailsTo = (address: string) => TestFirm.post.mails.filter(({ to }) => to.address === address)
/** An address that nobody else has. */
const stranger = Effect.map(Visitor.uuid, (id) => `cy.${id}@elsewhere.example`)

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("someone else should answer", (it) => {
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

  it.effect("M16: names and addresses that are none are mended; six a day are named, and no more", () =>
    Effect.gen(function* () {
      const { visitor, pass, address, list } = yield* begin(taxdome)
      for (const [email, name] of [
        ["cy", "Cy"],
        ["cy@x.example, di@y.example", "Cy"],
        [yield* stranger, "Win $1000 www.evil.example"],
        [yield* stranger, "Cy\r\nBcc: all@x.example"],
      ] as const) {
        const wrong = yield* pass(email, name)
        assert.strictEqual(wrong.status, 422, name)
        assert.match(words(wrong.text), /name in letters|an e-mail address like/)
      }
      for (let times = 0; times < 2; times++) {
        assert.include(words((yield* pass(address)).text), "That address has been asked already.")
      }
      // whoever tries out addresses is stopped, whether or not a right one comes now
      const seventh = yield* pass(yield* stranger)
      assert.strictEqual(seventh.status, 429)
      assert.include(words(seventh.text), "This has been passed on too often today.")
      assert.strictEqual((yield* visitor.get(list)).status, 200)
    }),
  )

  it.effect(
    "M16 S42: an address that gets no mail of the firm is like any other to a customer; a member reads why",
    () =>
      Effect.gen(function* () {
        const told: Array<string> = []
        for (const policy of [standard, taxdome]) {
          const { visitor, pass, member, request, conversations, list, now } = yield* begin(policy)
          const dead = yield* stranger
          const cause = { cause: "hard-bounce", detail: "no such user", sentAt: 0 } as const
          yield* (yield* Suppressions).note(member.workspaceId, dead, cause)
          const passed = yield* pass(dead)
          assert.deepStrictEqual([passed.status, passed.location], [303, `${list}#messages`])
          told.push(words((yield* visitor.get(list)).text))
          assert.include(told.at(-1) ?? "", "You have asked Fresh Ltd whether Cy Lund may answer instead.")
          const notice = yield* TestFirm.mailTo(member.email)
          assert.match(notice.subject, /^Carl Customer wants somebody else to answer: Year end/)
          const proposal = (yield* now).proposal?.id ?? ""
          const refused = yield* Effect.flip(conversations.accept(member, request.id, proposal, yield* Visitor.uuid))
          assert.strictEqual(refused._tag === "Refusal" ? refused.reasons[0]?.code : "", "recipient-suppressed")
          assert.deepStrictEqual(mailsTo(dead), [])
        }
        // and as for one that is alive, where the firm is asked anyhow
        const { visitor, pass, list } = yield* begin(standard)
        yield* pass(yield* stranger)
        assert.strictEqual(words((yield* visitor.get(list)).text), told[0])
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

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("this is not for me", (it) => {
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

  it.effect("T5 S15 S16: said on a link's own page, where nothing is opened for it, and only by who ticks it", () =>
    Effect.gen(function* () {
      const { token, member, request, address } = yield* Visitor.arrange({ title: "Year end" })
      const requests = yield* ClientRequests
      const now = Effect.map(requests.read(member.workspaceId, request.id), (current) => current.request)
      const [visitor, at] = [yield* Visitor.visitor, `/r/${token}`]
      const path = `${at}/not-mine`
      assert.include((yield* visitor.get(at)).text, `href="${path}"`)
      // who only looks, presses a button without the tick, or comes from elsewhere changes nothing
      const asking = yield* visitor.get(path)
      assert.strictEqual(asking.status, 200)
      assert.include(words(asking.text), "Fresh Ltd is told")
      assert.notInclude(asking.text, "Year end")
      const unsure = yield* visitor.post(path, new URLSearchParams({ word: "not <b>me</b>" }))
      assert.strictEqual(unsure.status, 422)
      assert.include(unsure.text, "not &lt;b&gt;me&lt;/b&gt;")
      const form = () => new URLSearchParams({ word: "not <b>me</b>", sure: "yes" })
      const foreign = yield* visitor.post(path, form(), {
        "sec-fetch-site": "cross-site",
        origin: "https://evil.example",
      })
      assert.strictEqual(foreign.status, 403)
      assert.deepStrictEqual([(yield* now).disowned, (yield* now).revision, visitor.cookies.size], [undefined, 1, 0])
      assert.strictEqual((yield* visitor.get(at)).status, 200)

      const done = yield* visitor.post(path, form())
      assert.strictEqual(heading(done.text), "Thank you for telling us")
      const state = yield* now
      assert.deepStrictEqual(
        state.disowned?.map(({ recipient, reason }) => [recipient, reason]),
        [["carl", "not <b>me</b>"]],
      )
      assert.isNull(state.claimedAt)
      const notice = yield* TestFirm.mailTo(member.email)
      assert.match(notice.subject, /^Not for Carl Customer: Year end/)
      // dead now, at every address of it, as one that never was
      const never = yield* visitor.get(`/r/${"x".repeat(43)}/not-mine`)
      assert.strictEqual(never.status, 410)
      for (const dead of [yield* visitor.get(at), yield* visitor.get(path), yield* visitor.post(path, form())]) {
        assert.deepStrictEqual([dead.status, dead.text], [never.status, never.text])
      }
      // asked again, and opened by somebody: another who has the link takes nothing from them
      yield* requests.resend(member, request.id, yield* Visitor.uuid)
      const fresh = Redacted.value(TestFirm.tokenIn(yield* TestFirm.mailTo(address, 2)))
      const list = yield* visitor.start(fresh)
      yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": "Ann" }, press: ["action", "list"] })
      const stranger = yield* Visitor.visitor
      for (const answer of [
        yield* stranger.get(`/r/${fresh}/not-mine`),
        yield* stranger.post(`/r/${fresh}/not-mine`, form()),
      ]) {
        assert.strictEqual(answer.status, 403)
      }
      assert.deepStrictEqual((yield* now).disowned, [])
      assert.strictEqual((yield* visitor.get(list)).status, 200)
      // the link of a page to upload to is for whoever has it
      const shared = yield* Visitor.arrange({}, undefined, fileRequest)
      assert.notInclude((yield* visitor.get(`/r/${shared.token}`)).text, "not-mine")
      assert.strictEqual((yield* visitor.get(`/r/${shared.token}/not-mine`)).location, `/r/${shared.token}`)
      assert.isAtLeast((yield* visitor.post(`/r/${shared.token}/not-mine`, form())).status, 400)
      assert.strictEqual((yield* visitor.get(`/r/${shared.token}`)).status, 200)
    }),
  )
})
