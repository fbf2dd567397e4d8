import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Decider from "../../support/Decider.ts"
import { created, day, sent, started } from "../../support/Decider.ts"

describe("deliveries", () => {
  it("P13, K2: each send is an invitation; T12, K3: a submission is told to the firm; nothing else is mailed", () => {
    const { edited, resent, claimed, attached, removed, submitted, cancelled, expired } = Decider
    const firms = [created(), edited(day(1), {}), sent(), resent(day(2), 2), cancelled(), expired(day(31))]
    const customers = [claimed(), started(), attached(), removed(day(2)), submitted()]
    assert.deepStrictEqual([...firms, ...customers].flatMap(ClientRequest.deliveries), [
      { kind: "invitation", sendNo: 1 },
      { kind: "invitation", sendNo: 2 },
      { kind: "submitted-notice", submissionId: "s1" },
    ])
  })
  it("M3: each has one key for ever, of its own", () => {
    const keys = [
      ClientRequest.deliveryKey("A", { kind: "invitation", sendNo: 1 }),
      ClientRequest.deliveryKey("A", { kind: "invitation", sendNo: 2 }),
      ClientRequest.deliveryKey("B", { kind: "invitation", sendNo: 1 }),
      ClientRequest.deliveryKey("A", { kind: "submitted-notice", submissionId: "s1" }),
    ]
    assert.deepStrictEqual(keys, ["invitation:A:1", "invitation:A:2", "invitation:B:1", "submitted-notice:A:s1"])
  })
  it("M8: an invitation that was overtaken is dropped at hand-over, a notice never", () => {
    const invitation = { kind: "invitation", sendNo: 1 } as const
    const notice = { kind: "submitted-notice", submissionId: "s1" } as const
    const reason = (at: number, delivery: ClientRequest.Delivery, ...events: ReadonlyArray<ClientRequest.Event>) =>
      ClientRequest.dropReason(
        delivery,
        ClientRequest.replay([created(), sent(day(1)), ...events]) ?? assert.fail(),
        at,
      )
    assert.isNull(reason(day(2), invitation))
    assert.isNull(reason(day(31) - 1, invitation, started()))
    assert.strictEqual(reason(day(3), invitation, Decider.resent(day(2), 2)), "replaced by a later send")
    assert.strictEqual(reason(day(4), invitation, Decider.cancelled()), "the request is Cancelled")
    assert.strictEqual(reason(day(4), invitation, Decider.submitted()), "the request is Submitted")
    assert.strictEqual(reason(day(31), invitation), "the request is Expired")
    assert.isNull(reason(day(99), notice, Decider.submitted()))
  })
})
