/** The module as a whole: a request as data, and `handle`. Its rules are told in the folder of the same name. */
import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Decider from "../support/Decider.ts"
import { after, bo, commands, created, day, eva, sent, started } from "../support/Decider.ts"

const { standard, customerCentre } = RequestPolicy

describe("handle", () => {
  const outstanding = { subject: [], tasks: {} }
  it.effect("takes the time from the clock, and gives the state after the events", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(day(0))
      const first = yield* ClientRequest.handle(
        { type: "Create", id: "c1", by: Decider.member, requestId: "A", details: Decider.details, policy: standard },
        null,
      )
      assert.deepStrictEqual(first.events, [created()])
      yield* TestClock.adjust("1 day")
      const out = yield* ClientRequest.handle({ type: "Send", id: "c2", by: Decider.member, outstanding }, first.state)
      assert.deepStrictEqual(out.events, [sent(day(1))])
      assert.deepStrictEqual(out.state, after(created(), sent(day(1))))
    }),
  )
  it.effect("fails with a refusal that reads as a sentence, for a request that does not exist too", () =>
    Effect.gen(function* () {
      const resend = { type: "Resend", id: "c", by: Decider.member, outstanding } as const
      const refusal = yield* Effect.flip(ClientRequest.handle(resend, null))
      assert.strictEqual(refusal._tag, "Refusal")
      assert.strictEqual(refusal.message, "There is no such request.")
      assert.deepInclude(refusal, { command: "Resend", state: null, allowed: ["Create"] })
    }),
  )
})

describe("state", () => {
  it("is plain data: the same after a way through JSON", () => {
    const history = Decider.told(
      commands.Create(day(0)),
      commands.Send(day(1)),
      commands.Claim(day(2)),
      commands.AttachFile(day(2)),
      commands.ReturnItem(day(3), "papers"),
      commands.Suspend(day(3)),
      commands.ReportDelivery(day(3)),
    )
    assert.lengthOf(history, 10)
    const waiting = after(...history)
    const codec = Schema.toCodecJson(ClientRequest.State)
    const read = Schema.decodeUnknownSync(codec, { onExcessProperty: "error" })
    assert.deepStrictEqual(read(JSON.parse(JSON.stringify(waiting))), waiting)
  })
  it("replay begins with a creation", () => {
    assert.isNull(ClientRequest.replay([]))
    assert.isNull(ClientRequest.replay([sent()]))
  })
})

describe("views", () => {
  it("I2: open while it is sent, not ended, not suspended and within its window", () => {
    const openAt = (at: number, ...events: ReadonlyArray<ClientRequest.Event>) =>
      ClientRequest.isOpenAt(after(created(), ...events), at)
    assert.isFalse(openAt(day(1)))
    assert.isTrue(openAt(day(1), sent(day(1))))
    assert.isTrue(openAt(day(31) - 1, sent(day(1)), started()))
    assert.isFalse(openAt(day(31), sent(day(1)), started()))
    assert.isFalse(openAt(day(3), sent(day(1)), Decider.suspended(day(2))))
    assert.isTrue(openAt(day(3), sent(day(1)), Decider.suspended(day(2)), Decider.resumed(day(2))))
    for (const end of [Decider.submitted(), Decider.cancelled(), Decider.expired(day(3))]) {
      assert.isFalse(openAt(day(3), sent(day(1)), started(), end))
    }
  })
  it("S19, S31: a code is asked for always, for sensitive requests, or never, as the policy says", () => {
    const needs = (policy: RequestPolicy.RequestPolicy, sensitivity: "normal" | "high") =>
      ClientRequest.needsFactor(after(created(policy, { sensitivity })))
    assert.isTrue(needs(customerCentre, "normal"))
    assert.isFalse(needs(standard, "normal"))
    assert.isTrue(needs(standard, "high"))
    assert.isFalse(needs(RequestPolicy.karbon, "high"))
  })
  it("recipients are found by their id", () => {
    const request = after(created(customerCentre, { recipients: [eva, bo] }))
    assert.strictEqual(ClientRequest.recipientOf(request, "bo")?.email, "bo@example.com")
    assert.isUndefined(ClientRequest.recipientOf(request, "mallory"))
    assert.strictEqual(ClientRequest.primary(request.details).id, "eva")
    assert.strictEqual(ClientRequest.primary({ recipients: [] }).email, "")
  })
})
