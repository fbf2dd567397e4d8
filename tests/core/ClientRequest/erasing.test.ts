import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Result from "effect/Result"
import * as Decider from "../../support/Decider.ts"
import { commands, day, given } from "../../support/Decider.ts"

const ended = [Decider.created(), Decider.sent(), Decider.claimed(), Decider.started(), Decider.submitted()]
const erased: ClientRequest.Event = {
  type: "RequestErased",
  at: day(5),
  by: Decider.member,
  reason: "They asked for it.",
}

describe("erasing", () => {
  it("S76 L50: an open request is cancelled first, and a reason is given", () => {
    given(Decider.created(), Decider.sent())
      .when(commands.Erase(day(4)))
      .thenRefused("still-open")
    given(...ended)
      .when(commands.Erase(day(5), { reason: " " }))
      .thenRefused("reason-missing")
    given(...ended)
      .when(commands.Erase(day(5)))
      .thenEvents(erased)
  })

  it("S76: what is left names nobody, and its links are dead", () => {
    const state = ClientRequest.replay([...ended, erased])
    const before = ClientRequest.replay(ended)
    assert.deepStrictEqual(state?.erased, { at: day(5), by: Decider.member })
    const text = JSON.stringify(state)
    for (const { name, email } of before?.details.recipients ?? []) {
      assert.isAbove(email.length, 0)
      assert.notInclude(text, email)
      assert.notInclude(text, name)
    }
    assert.deepStrictEqual([state?.files, state?.submission?.digest, state?.details.message], [[], "", ""])
    assert.strictEqual(state?.families["eva"]?.generation, (before?.families["eva"]?.generation ?? 0) + 1)
  })

  it("S76: nothing is asked of it afterwards, and what comes in of itself is passed over", () => {
    const request = ClientRequest.replay([...ended, erased])
    const { ChangeWindow, CompleteItem, ReopenItem, DeclineItem, ...others } = commands
    const all = [
      ChangeWindow(day(6), 30),
      ...[CompleteItem, ReopenItem, DeclineItem].map((make) => make(day(6), "house")),
      ...Object.values(others).map((make) => make(day(6))),
    ]
    for (const command of all) {
      const decision = ClientRequest.decide(command, request)
      if (Result.isSuccess(decision)) assert.deepStrictEqual(decision.success, [])
      else {
        assert.deepStrictEqual(
          decision.failure.reasons.map(({ code }) => code),
          ["erased"],
        )
        assert.deepStrictEqual(decision.failure.allowed, [])
      }
    }
    const passed = [commands.Wake, commands.ReportDelivery, commands.RecordAccess, commands.RecordView, commands.Erase]
    for (const command of passed) assert.isTrue(Result.isSuccess(ClientRequest.decide(command(day(6)), request)))
  })
})
