import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Decider from "../support/Decider.ts"
import { commands, created, day, given, sent, started } from "../support/Decider.ts"

const { standard, passfort } = RequestPolicy
const second = 1000

describe("sending", () => {
  it("P15: under passfort the request waits for the customer from the moment it is sent", () => {
    given(created(passfort))
      .when(commands.Send(day(1)))
      .thenEvents(sent(day(1)))
      .thenState({ state: "WaitingForCustomer", sentAt: day(1), sentBy: Decider.member, sendNo: 1 })
  })
  it("T11: under standard it is pending until the customer starts", () => {
    given(created())
      .when(commands.Send(day(1)))
      .thenState({ state: "Pending", sentAt: day(1) })
    given(created(), sent())
      .when(commands.Save(day(2)))
      .thenEvents(started(day(2)))
      .thenState({ state: "WaitingForCustomer", startedAt: day(2) })
  })
  it("K18: the request says that it was sent, when and by whom", () => {
    given(created(), sent(day(1)))
      .when(commands.Resend(day(4)))
      .thenState({ sentAt: day(4), sentBy: Decider.member, sendNo: 2 })
  })
  it("P10: without an address, or without a question, it is not sent; both reasons at once", () => {
    const recipient = { ...Decider.details.recipient, email: " " }
    const questionnaire = { ...Decider.details.questionnaire, questions: 0 }
    given(created(standard, { recipient, questionnaire }))
      .when(commands.Send(day(1)))
      .thenRefused("questionnaire-empty", "recipient-email-missing")
    given(created(standard, { recipient }), Decider.edited(day(1), {}))
      .when(commands.Send(day(2)))
      .thenEvents(sent(day(2)))
  })
  it("and once it was sent, an edit cannot take them away", () => {
    given(created(), sent())
      .when(commands.Edit(day(2), { questionnaire: { ...Decider.details.questionnaire, questions: 0 } }))
      .thenRefused("questionnaire-empty")
    given(created())
      .when(commands.Edit(day(2), { questionnaire: { ...Decider.details.questionnaire, questions: 0 } }))
      .thenState({ revision: 2 })
  })
})

describe("outstanding requests", () => {
  it("P8, L01: while A is out, B is refused, and the refusal names A", () => {
    given(created(passfort))
      .when(commands.Send(day(1), ["A-request", "A"]))
      .thenRefused("outstanding-request")
      // its own id among them does not count
      .about("A-request")
  })
  it("P8: under standard any number may be out", () => {
    given(created(standard))
      .when(commands.Send(day(1), ["B", "C"]))
      .thenEvents(sent(day(1)))
  })
  it("L02, P29: once A is cancelled, B is sent and waits; nobody gets in by A's link any more", () => {
    given(created(passfort), sent())
      .when(commands.Cancel(day(2)))
      .thenEvents(Decider.cancelled(day(2)))
      .thenState({ state: "Cancelled", endedAt: day(2) })
    given(created(passfort), sent(), Decider.cancelled(day(2)))
      .when(commands.Claim(day(2)))
      .thenRefused("wrong-state")
    given(created(passfort))
      .when(commands.Send(day(2), []))
      .thenState({ state: "WaitingForCustomer" })
  })
})

describe("the window", () => {
  it("P20, L09: open until 30 days after the e-mail, to the millisecond, and no longer", () => {
    for (const policy of [standard, passfort]) {
      const history = [created(policy), sent(day(1))]
      given(...history)
        .when(commands.Claim(day(31) - second))
        .thenEvents(Decider.claimed(day(31) - second))
      given(...history)
        .when(commands.Claim(day(31) - 1))
        .thenEvents(Decider.claimed(day(31) - 1))
      given(...history)
        .when(commands.Claim(day(31)))
        .thenRefused("expired")
    }
  })
  it("P29: under passfort an expired request is not sent again; a new one is", () => {
    given(created(passfort), sent(), Decider.expired(day(31)))
      .when(commands.Resend(day(32)))
      .thenRefused("resend-not-allowed")
    given(created(passfort))
      .when(commands.Send(day(32), []))
      .thenState({ state: "WaitingForCustomer" })
  })
  it("K20: under standard it is, with a new window, and waits for the customer", () => {
    given(created(), sent(), Decider.expired(day(31)))
      .when(commands.Resend(day(40)))
      .thenEvents(Decider.resent(day(40), 2))
      .thenState({ state: "WaitingForCustomer", expiresAt: day(70), endedAt: null })
  })
  it("K20: whether or not somebody noticed that it had expired", () => {
    given(created(), sent())
      .when(commands.Resend(day(40)))
      .thenEvents(Decider.expired(day(40)), Decider.resent(day(40), 2))
      .thenState({ state: "WaitingForCustomer", expiresAt: day(70), endedAt: null })
  })
  it("I4: sending again never shortens it", () => {
    const long = sent(day(1), day(90))
    given(created(), long)
      .when(commands.Resend(day(2)))
      .thenEvents(Decider.resent(day(2), 2, day(90)))
  })
  it("a request that never ends does not, sent again or not", () => {
    const forever = { ...standard, windowDays: null }
    given(created(forever))
      .when(commands.Send(day(1)))
      .thenEvents(sent(day(1), null))
    given(created(forever), sent(day(1), null))
      .when(commands.Resend(day(5000)))
      .thenEvents(Decider.resent(day(5000), 2, null))
    given(created(forever), sent(day(1), null))
      .when(commands.Expire(day(5000)))
      .thenRefused("not-due")
  })
  it("L46: a request keeps the policy that it was created with", () => {
    const shortened = { ...standard, windowDays: 3, linkDays: 3 }
    given(created(standard), sent(day(1)))
      .when(commands.Resend(day(2)))
      .thenState({ policy: standard, expiresAt: day(32) })
    given(created(shortened))
      .when(commands.Send(day(1)))
      .thenState({ policy: shortened, expiresAt: day(4) })
  })
  it("I11: an unsent request never expires, and nothing is due by itself", () => {
    given(created())
      .when(commands.Expire(day(5000)))
      .thenRefused("not-due")
    given(created())
      .when(commands.Send(day(5000)))
      .thenState({ state: "Pending", expiresAt: day(5030) })
  })
})

describe("sending again", () => {
  it("K20: while pending and while waiting; older links are replaced, the answers' state stays", () => {
    given(created(), sent())
      .when(commands.Resend(day(3)))
      .thenEvents(Decider.resent(day(3), 2))
      .thenState({ state: "Pending", sendNo: 2, linksFrom: 2 })
    given(created(), sent(), started(), Decider.resent(day(3), 2))
      .when(commands.Save(day(4), { sendNo: 1 }))
      .thenRefused("link-replaced")
    given(created(), sent(), started(), Decider.attached(), Decider.resent(day(3), 2))
      .when(commands.Save(day(4), { sendNo: 2 }))
      .thenEvents()
      .thenState({
        state: "WaitingForCustomer",
        startedAt: day(2),
        files: [{ ...Decider.pdf, question: "payslip", at: day(2) }],
      })
  })
  it("S6: a policy may keep them, but not those that died with the window", () => {
    const keeping = { ...standard, resend: { mode: "renew", otherLinks: "keep" } } as const
    given(created(keeping), sent(), Decider.resent(day(3), 2))
      .when(commands.Claim(day(4), 1))
      .thenEvents(Decider.claimed(day(4), 1))
    given(created(keeping), sent(), Decider.resent(day(3), 2), Decider.expired(day(33)), Decider.resent(day(40), 3))
      .when(commands.Claim(day(41), 2))
      .thenRefused("link-replaced")
  })
})

describe("editing", () => {
  it("T11, L10: sent and fetched, but not started: everything may be changed, and the customer sees the new revision", () => {
    const change = {
      title: "Other",
      questionnaire: { ...Decider.details.questionnaire, version: 2 },
      due: null,
      message: "Hello",
    }
    given(created(), sent(), Decider.claimed())
      .when(commands.Edit(day(3), change))
      .thenEvents(Decider.edited(day(3), change))
      .thenState({ state: "Pending", revision: 2, details: { ...Decider.details, ...change } })
  })
  it("L11: one answer typed: `structure-frozen`", () => {
    given(created(), sent(), started())
      .when(commands.Edit(day(3)))
      .thenRefused("structure-frozen")
  })
  it("L12: a page of revision 1 cannot be saved once the firm has edited; the new one can", () => {
    const history = [created(), sent(), Decider.edited(day(2), {})]
    for (const stale of [commands.Save, commands.Start, commands.Submit, commands.AttachFile]) {
      given(...history)
        .when(stale(day(3)))
        .thenRefused("stale-revision")
    }
    given(...history)
      .when(commands.Save(day(3), { revision: 2 }))
      .thenEvents(started(day(3)))
  })
  it("a sent request stays with its recipient, whose name and language may still be put right", () => {
    const { recipient } = Decider.details
    given(created(), sent())
      .when(commands.Edit(day(2), { recipient: { ...recipient, email: "bo@example.com" } }))
      .thenRefused("recipient-fixed")
    given(created(), sent())
      .when(commands.Edit(day(2), { recipient: { ...recipient, name: "Eva Ek", language: "es" } }))
      .thenState({ revision: 2 })
  })
})

describe("answering", () => {
  it("the first answer starts it once", () => {
    given(created(), sent(), started(day(2)))
      .when(commands.Start(day(3)))
      .thenEvents()
      .thenState({ startedAt: day(2) })
  })
  it("a claim is remembered from the first time, and starts nothing", () => {
    given(created(), sent(), Decider.claimed(day(2)))
      .when(commands.Claim(day(3)))
      .thenEvents(Decider.claimed(day(3)))
      .thenState({ claimedAt: day(2), startedAt: null, state: "Pending" })
  })
  it("a file starts it, stands in the state, and can be taken away again", () => {
    given(created(), sent())
      .when(commands.AttachFile(day(2), Decider.pdf))
      .thenEvents(started(day(2)), Decider.attached(day(2)))
      .thenState({ files: [{ ...Decider.pdf, question: "payslip", at: day(2) }] })
    given(created(), sent(), started(), Decider.attached())
      .when(commands.RemoveFile(day(3)))
      .thenEvents(Decider.removed(day(3)))
      .thenState({ files: [] })
  })
  it("a question takes so many files; those of other questions do not count", () => {
    const history = [created(), sent(), started(), Decider.attached()]
    const file = { ...Decider.pdf, id: "f2" }
    given(...history)
      .when(commands.AttachFile(day(3), file, 1))
      .thenRefused("file-limit")
      .about("payslip")
    given(...history)
      .when({ ...commands.AttachFile(day(3), file, 1), question: "passport" } as ClientRequest.Command)
      .thenState({ state: "WaitingForCustomer" })
  })
  it("P24, L05: Finish with a section missing is refused, and names what is missing; complete, it is submitted", () => {
    given(created(passfort), sent(), started())
      .when(commands.Submit(day(3), { missing: ["income", "payslip"] }))
      .thenRefused("incomplete")
      .about("income", "payslip")
    given(created(passfort), sent(), started())
      .when(commands.Submit(day(3)))
      .thenEvents(Decider.submitted(day(3)))
      .thenState({
        state: "Submitted",
        endedAt: day(3),
        submission: { id: "s1", digest: "2".repeat(64), at: day(3) },
      })
  })
  it("P22: after submission, cancellation or expiry nothing of the customer's gets in", () => {
    const ends = [Decider.submitted(), Decider.cancelled(), Decider.expired(day(31))]
    for (const [index, end] of ends.entries()) {
      for (const command of [commands.Claim, commands.Start, commands.Save, commands.AttachFile, commands.RemoveFile]) {
        given(created(), sent(), started(), Decider.attached(), end)
          .when(command(day(31)))
          .thenRefused(index === 2 ? "expired" : "wrong-state")
      }
    }
  })
  it("Finish pressed twice is one submission; another one afterwards is refused", () => {
    const history = [created(), sent(), started(), Decider.submitted(day(3))]
    given(...history)
      .when(commands.Submit(day(4)))
      .thenEvents()
      .thenState({ submission: { id: "s1", digest: "2".repeat(64), at: day(3) } })
    given(...history)
      .when(commands.Submit(day(4), { submissionId: "s2" }))
      .thenRefused("wrong-state")
  })
})

describe("cancelling", () => {
  it("P27, P28: whatever stands open is cancelled, and the old link is dead", () => {
    for (const history of [[created()], [created(), sent()], [created(), sent(), started()]]) {
      given(...history)
        .when(commands.Cancel(day(4)))
        .thenEvents(Decider.cancelled(day(4)))
        .thenState({ state: "Cancelled" })
    }
    given(created(), sent(), started(), Decider.cancelled(day(4)))
      .when(commands.Save(day(5)))
      .thenRefused("wrong-state")
  })
  it("twice is once, and it is too late once it was submitted", () => {
    given(created(), sent(), Decider.cancelled(day(4)))
      .when(commands.Cancel(day(5)))
      .thenEvents()
      .thenState({ endedAt: day(4) })
    given(created(), sent(), Decider.submitted())
      .when(commands.Cancel(day(5)))
      .thenRefused("wrong-state")
  })
})

describe("handle", () => {
  it.effect("takes the time from the clock, and gives the state after the events", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(day(0))
      const first = yield* ClientRequest.handle(
        { type: "Create", id: "c1", by: Decider.member, requestId: "A", details: Decider.details, policy: standard },
        null,
      )
      assert.deepStrictEqual(first.events, [created()])
      yield* TestClock.adjust("1 day")
      const out = yield* ClientRequest.handle(
        { type: "Send", id: "c2", by: Decider.member, outstanding: [] },
        first.state,
      )
      assert.deepStrictEqual(out.events, [sent(day(1))])
      assert.deepStrictEqual(out.state, ClientRequest.replay([created(), sent(day(1))]))
    }),
  )
  it.effect("fails with a refusal that reads as a sentence, for a request that does not exist too", () =>
    Effect.gen(function* () {
      const refusal = yield* Effect.flip(ClientRequest.handle({ type: "Resend", id: "c", by: Decider.member }, null))
      assert.strictEqual(refusal._tag, "Refusal")
      assert.strictEqual(refusal.message, "There is no such request.")
      assert.deepInclude(refusal, { command: "Resend", state: null })
    }),
  )
})

describe("state", () => {
  const waiting = ClientRequest.replay([created(), sent(), started()]) ?? assert.fail()
  it("is plain data: the same after a way through JSON", () => {
    const codec = Schema.toCodecJson(ClientRequest.State)
    assert.deepStrictEqual(Schema.decodeUnknownSync(codec)(JSON.parse(JSON.stringify(waiting))), waiting)
  })
  it("replay begins with a creation", () => {
    assert.isNull(ClientRequest.replay([]))
    assert.isNull(ClientRequest.replay([sent()]))
  })
  it("nextDueAt: the end of the window while it is open", () => {
    const dueAfter = (...events: ReadonlyArray<ClientRequest.Event>) =>
      ClientRequest.nextDueAt(ClientRequest.replay(events) ?? assert.fail())
    assert.isNull(dueAfter(created()))
    assert.strictEqual(dueAfter(created(), sent(day(1))), day(31))
    assert.strictEqual(dueAfter(created(), sent(day(1)), started()), day(31))
    for (const end of [Decider.submitted(), Decider.cancelled(), Decider.expired(day(31))]) {
      assert.isNull(dueAfter(created(), sent(), started(), end))
    }
  })
})
