import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Decider from "../../support/Decider.ts"
import { after, bo, created, day, eva, sent, started } from "../../support/Decider.ts"

const { standard, customerCentre } = RequestPolicy
const history = [created(), sent(day(1))]
const from = (event: ClientRequest.Event) => ClientRequest.deliveries(event, after(...history, event))

describe("deliveries", () => {
  it("P13, K2, T12, K3: each send is an invitation, a submission is told to the firm; most events mail nothing", () => {
    const firms = [
      sent(),
      Decider.resent(day(2), 2),
      Decider.edited(day(1), {}),
      Decider.recipientChanged(day(1)),
      Decider.windowChanged(day(1), 60, day(61)),
      Decider.scheduled(day(0), day(1)),
      Decider.linksRevoked(day(1)),
      Decider.suspended(day(2)),
      Decider.resumed(day(2)),
      Decider.cancelled(),
      Decider.expired(day(31)),
      Decider.itemAccepted("income", day(4)),
      Decider.itemWaived("income", day(4)),
    ]
    const customers = [
      Decider.claimed(),
      Decider.deviceFixed(),
      started(),
      Decider.itemStarted("income"),
      Decider.answersSaved(day(2), ["salary"]),
      Decider.attached(),
      Decider.removed(day(2)),
      Decider.submitted(),
    ]
    assert.deepStrictEqual([...firms, ...customers].flatMap(from), [
      { kind: "invitation", recipient: "eva", sendNo: 1 },
      { kind: "invitation", recipient: "eva", sendNo: 2 },
      { kind: "submitted-notice", submissionId: "s1" },
    ])
  })
  it("S35: that a code by SMS has no number to go to is told the firm, once in an hour; other facts of access are not", () => {
    const asked = (at: number, what: "code-no-number" | "code-sent", channel = "sms") =>
      from(Decider.accessRecorded(at, { what, recipient: "eva", channel }))
    const notice = { kind: "number-notice", recipient: "eva", at: day(2) } as const
    assert.deepStrictEqual(asked(day(2), "code-no-number"), [notice])
    assert.deepStrictEqual(asked(day(2) + Decider.hours(1) - 1, "code-no-number"), [notice])
    assert.deepStrictEqual(asked(day(2) + Decider.hours(1), "code-no-number"), [
      { ...notice, at: day(2) + Decider.hours(1) },
    ])
    assert.deepStrictEqual(asked(day(2), "code-no-number", "email"), [])
    assert.deepStrictEqual(asked(day(2), "code-sent"), [])
  })
  it("K31: what the customer declines is told like what they complete", () => {
    assert.deepStrictEqual(from(Decider.itemDeclined("house", day(2))), [
      { kind: "item-notice", item: "house", at: day(2) },
    ])
  })
  it("S5: a request opened again is mailed with a link of its own", () => {
    const event = Decider.reopened(day(5))
    assert.deepStrictEqual(ClientRequest.deliveries(event, after(...history, Decider.submitted(), event)), [
      { kind: "returned", recipient: "eva", item: null, reason: "", at: day(5) },
    ])
  })
  it("K27, L33: each invitation goes to whom it was sent, a reminder to all whose address works", () => {
    const both = [
      created(customerCentre, { recipients: [eva, bo] }),
      sent(day(1), { recipients: ["eva", "bo"] }),
      Decider.delivered(day(2)),
    ]
    const again = Decider.resent(day(3), 2, { recipients: ["bo"] })
    assert.deepStrictEqual(ClientRequest.deliveries(again, after(...both, again)), [
      { kind: "invitation", recipient: "bo", sendNo: 2 },
    ])
    const reminder = Decider.reminded(day(4), 1, day(31))
    assert.deepStrictEqual(ClientRequest.deliveries(reminder, after(...both, reminder)), [
      { kind: "reminder", recipient: "bo", sendNo: 1, count: 1 },
    ])
  })
})

describe("a delivery", () => {
  const all: ReadonlyArray<ClientRequest.Delivery> = [
    { kind: "invitation", recipient: "eva", sendNo: 1 },
    { kind: "invitation", recipient: "eva", sendNo: 2 },
    { kind: "invitation", recipient: "bo", sendNo: 1 },
    { kind: "reminder", recipient: "eva", sendNo: 1, count: 2 },
    { kind: "reminder", recipient: "eva", sendNo: 2, count: 1 },
    { kind: "reminder", recipient: "eva", sendNo: 1, count: 1 },
    { kind: "access-link", recipient: "eva", accessNo: 1 },
    { kind: "access-link", recipient: "eva", accessNo: 2 },
    { kind: "returned", recipient: "eva", item: "income", reason: "Wrong year.", at: day(4) },
    { kind: "returned", recipient: "eva", item: null, reason: "", at: day(4) },
    { kind: "submitted-notice", submissionId: "s1" },
    { kind: "item-notice", item: "income", at: day(2) },
    { kind: "item-notice", item: "house", at: day(2) },
    { kind: "upload-notice", at: day(2), last: day(2) },
    { kind: "schedule-notice", reasons: [], at: day(2) },
    { kind: "bounce-notice", recipient: "eva", at: day(2) },
    { kind: "number-notice", recipient: "eva", at: day(2) },
    { kind: "number-notice", recipient: "eva", at: day(2) + Decider.hours(1) },
    { kind: "reminders-notice", recipient: "eva", at: day(2) },
    { kind: "reminders-notice", recipient: "bo", at: day(2) },
  ]
  it("M3: has one key for ever, of its own", () => {
    const keys = ["A", "B"].flatMap((id) => all.map((delivery) => ClientRequest.deliveryKey(id, delivery)))
    assert.strictEqual(new Set(keys).size, 2 * all.length)
    assert.strictEqual(keys[0], "invitation:A:eva:1")
  })
  it("S5, S17, S19: carries a link when it goes to the customer, and only one they asked for may move the binding", () => {
    const kinds = (holds: (delivery: ClientRequest.Delivery) => boolean) => [
      ...new Set(all.filter(holds).map(({ kind }) => kind)),
    ]
    assert.deepStrictEqual(kinds(ClientRequest.carriesLink), ["invitation", "reminder", "access-link", "returned"])
    assert.deepStrictEqual(
      kinds((one) => ClientRequest.carriesLink(one) && ClientRequest.rebinds(one)),
      ["access-link"],
    )
  })

  const urgent = { reminders: { rule: { kind: "urgent" as const }, enabled: true } }
  const invitation = { kind: "invitation", recipient: "eva", sendNo: 1 } as const
  const reminder = { kind: "reminder", recipient: "eva", sendNo: 1, count: 1 } as const
  const reason = (at: number, delivery: ClientRequest.Delivery, ...events: ReadonlyArray<ClientRequest.Event>) =>
    ClientRequest.dropReason(delivery, after(created(standard, urgent), sent(day(1)), ...events), at)
  it("M8: an invitation that was overtaken is dropped at hand-over, a notice never", () => {
    assert.isNull(reason(day(2), invitation))
    assert.isNull(reason(day(31) - 1, invitation, started()))
    assert.strictEqual(reason(day(3), invitation, Decider.resent(day(2), 2)), "replaced by a later send")
    assert.strictEqual(reason(day(4), invitation, Decider.cancelled()), "the request is Cancelled")
    assert.strictEqual(reason(day(4), invitation, Decider.submitted()), "the request is Submitted")
    assert.strictEqual(reason(day(31), invitation), "the request is Expired")
    assert.strictEqual(reason(day(4), invitation, Decider.suspended(day(3))), "the request is suspended")
    assert.strictEqual(reason(day(4), invitation, Decider.recipientChanged(day(3))), "the recipient was changed")
    assert.strictEqual(reason(day(4), invitation, Decider.delivered(day(3))), "its address does not work")
    for (const notice of all.filter((one) => !ClientRequest.carriesLink(one))) {
      assert.isNull(reason(day(99), notice, Decider.submitted()))
    }
  })
  it("L33: a new invitation of one recipient replaces nobody else's", () => {
    const request = after(
      created(customerCentre, { recipients: [eva, bo] }),
      sent(day(1), { recipients: ["eva", "bo"] }),
      Decider.resent(day(2), 2, { recipients: ["bo"] }),
    )
    assert.isNull(ClientRequest.dropReason(invitation, request, day(3)))
    assert.strictEqual(
      ClientRequest.dropReason({ ...invitation, recipient: "bo" }, request, day(3)),
      "replaced by a later send",
    )
  })
  it("M8, I6: a reminder is dropped when meanwhile nothing is left to remind of", () => {
    assert.isNull(reason(day(3), reminder))
    assert.isNull(reason(day(3), reminder, Decider.reminded(day(3), 1, day(63))))
    // the fifth is sent although it is the last that the cap allows
    assert.isNull(reason(day(3), { ...reminder, count: 5 }, Decider.reminded(day(3), 5, day(63))))
    const done = ["income", "papers", "house"].map((item) => Decider.itemCompleted(item, day(3)))
    assert.strictEqual(reason(day(4), reminder, ...done), "everything is complete")
    const off = { reminders: { ...urgent.reminders, enabled: false } }
    assert.strictEqual(reason(day(4), reminder, Decider.edited(day(3), off, false)), "reminders were turned off")
    assert.strictEqual(
      reason(day(4), reminder, Decider.edited(day(3), { ...urgent, due: null }, false)),
      "no reminder is due any more: no-due-date",
    )
    assert.strictEqual(reason(day(3), reminder, Decider.resent(day(2), 2)), "replaced by a later send")
  })
})
