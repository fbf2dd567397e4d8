/** What the firm may change, and until when: what is asked, the settings, a recipient. */
import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import * as Decider from "../../support/Decider.ts"
import {
  after,
  bo,
  claimed,
  commands,
  created,
  day,
  edited,
  eva,
  given,
  hours,
  sent,
  started,
} from "../../support/Decider.ts"

const { standard, passfort, taxdome, karbon, fileRequest } = RequestPolicy
const pending = [
  created(taxdome),
  sent(day(1), { expiresAt: null }),
  claimed(day(2), { binds: false, expiresAt: null }),
]
const asksMore = {
  questionnaire: { ...Decider.details.questionnaire, version: 2, sections: ["income", "papers", "house", "car"] },
}

describe("what is asked", () => {
  it("T11, L10: sent and fetched, but not started: everything may be changed, and the customer sees the new revision", () => {
    const change: Partial<ClientRequest.Details> = {
      title: "Other",
      description: "All of it.",
      ...asksMore,
      due: null,
      dues: { car: "2027-05-01" },
      message: "Hello",
      reminders: { rule: { kind: "urgent" }, enabled: false },
      sensitivity: "high",
      attachments: [Decider.pdf],
      timeZone: "Europe/London",
    }
    given(...pending)
      .when(commands.Edit(day(3), change))
      .thenEvents(edited(day(3), change))
      .thenState({ state: "Pending", revision: 2, details: { ...Decider.details, ...change } })
  })
  it("L11: one answer typed: `structure-frozen`", () => {
    given(...pending, started())
      .when(commands.Edit(day(3)))
      .thenRefused("structure-frozen")
      .allowing("Resend", "Cancel")
  })
  it("P15: under passfort from the moment it is sent", () => {
    given(created(passfort), sent())
      .when(commands.Edit(day(3), asksMore, { appends: true }))
      .thenRefused("structure-frozen")
  })
  it("L12: a page of revision 1 cannot be saved once the firm has edited; the new one can", () => {
    const history = [...pending, edited(day(2), {})]
    for (const stale of [commands.Save, commands.Start, commands.Submit, commands.AttachFile]) {
      given(...history)
        .when(stale(day(3)))
        .thenRefused("stale-revision")
    }
    given(...history)
      .when(commands.Save(day(3), { revision: 2 }))
      .thenHappens("RequestStarted", "ItemStarted")
  })
  it("L12: a setting is no change of what is asked: open pages stay good", () => {
    given(...pending)
      .when(commands.Edit(day(3), { due: "2027-04-30", message: "Soon, please." }))
      .thenEvents(edited(day(3), { due: "2027-04-30", message: "Soon, please." }, false))
      .thenState({ revision: 1 })
  })
  it("X13: where more may be asked while the customer answers, nothing that is asked may change", () => {
    const waiting = [created(karbon), sent(), claimed(day(2), { fixed: true }), started()]
    given(...waiting)
      .when(commands.Edit(day(3), asksMore, { appends: true }))
      .thenEvents(edited(day(3), asksMore))
      .thenState({ revision: 2, state: "WaitingForCustomer" })
    for (const [change, options] of [
      [asksMore, {}],
      [asksMore, { appends: false }],
      [{ ...asksMore, title: "Other" }, { appends: true }],
      [{ workItem: "other" }, { appends: true }],
    ] as const) {
      given(...waiting)
        .when(commands.Edit(day(3), change, options))
        .thenRefused("structure-frozen")
    }
    given(...waiting, Decider.submitted())
      .when(commands.Edit(day(4), asksMore, { appends: true }))
      .thenRefused("structure-frozen")
  })
  it("what is the same is no change", () => {
    const same = structuredClone(Decider.details)
    given(...pending, started())
      .when(commands.Edit(day(3), same))
      .thenEvents()
  })
})

describe("the settings", () => {
  const changes: Readonly<Record<string, Partial<ClientRequest.Details>>> = {
    message: { message: "Soon, please." },
    due: { dues: { papers: "2027-04-30" } },
    reminders: { reminders: { rule: { kind: "urgent" }, enabled: true } },
    recipients: { recipients: [{ ...eva, name: "Eva Ek", language: "es", role: "Guarantor" }] },
    security: { sensitivity: "high" },
  }
  const waiting = (policy: RequestPolicy.RequestPolicy) => [created(policy), sent(), started()]
  const taken = (history: ReadonlyArray<ClientRequest.Event>, at = day(4)) =>
    Object.entries(changes).flatMap(([name, change]) =>
      Result.isSuccess(ClientRequest.decide(commands.Edit(at, change), after(...history))) ? [name] : [],
    )
  it("X13: each until the policy says; making it harder to get in always", () => {
    assert.deepStrictEqual(taken(waiting(passfort)), ["security"])
    assert.deepStrictEqual(taken(waiting(taxdome)), ["security"])
    assert.deepStrictEqual(taken(waiting(karbon)), ["due", "reminders", "recipients", "security"])
    assert.deepStrictEqual(taken(waiting(standard)), ["due", "reminders", "recipients", "security"])
    assert.deepStrictEqual(taken(waiting(fileRequest)), ["message", "security"])
    for (const policy of [taxdome, standard]) {
      assert.deepStrictEqual(taken([created(policy), sent()]), Object.keys(changes))
    }
    for (const policy of Object.values(RequestPolicy.presets)) {
      assert.deepStrictEqual(taken([created(policy)]), Object.keys(changes))
      assert.deepStrictEqual(taken([...waiting(policy), Decider.submitted()]), [])
      assert.deepStrictEqual(taken([...waiting(policy), Decider.cancelled()]), [])
    }
    assert.deepStrictEqual(taken([...waiting(standard), Decider.expired(day(31))], day(40)), [
      "due",
      "reminders",
      "recipients",
      "security",
    ])
  })
  it("easier to get in only as long as the policy says", () => {
    given(created(karbon, { sensitivity: "high" }), sent(), started())
      .when(commands.Edit(day(3), { sensitivity: "normal" }))
      .thenRefused("setting-fixed")
      .about("security")
  })
  it("all that is fixed is told at once", () => {
    given(...waiting(passfort))
      .when(commands.Edit(day(3), { ...changes["message"], ...changes["due"], title: "Other" }))
      .thenRefused("structure-frozen", "setting-fixed", "setting-fixed")
      .about("due", "message")
  })
  it("K36: a due date that moves re-arms the reminder of the week before, sent or not", () => {
    const gentle = { reminders: { rule: { kind: "gentle" as const }, enabled: true }, due: "2027-01-20" }
    const due = "2027-01-25"
    const history = [created(karbon, gentle), sent(), Decider.reminded(day(12) + hours(8), 1, day(72))]
    const moved = [...history, edited(day(13), { ...gentle, due }, false)]
    // 13 January is a week before the 20th, 18 January before the 25th
    assert.strictEqual(ClientRequest.nextDueAt(after(...history)), day(19) + hours(8))
    given(...history)
      .when(commands.Edit(day(13), { due }))
      .thenEvents(...moved.slice(3))
    assert.strictEqual(ClientRequest.nextDueAt(after(...moved)), day(17) + hours(8))
    given(created(karbon, gentle))
      .when(commands.Edit(day(0), { due }))
      .thenHappens("RequestEdited")
  })
})

describe("the recipient", () => {
  it("S33: once it is sent, an address or a number is changed by changing the recipient, not in passing", () => {
    for (const change of [{ email: "bo@example.com" }, { mobile: "+46700000000" }, { id: "eva2" }]) {
      given(created(), sent())
        .when(commands.Edit(day(2), { recipients: [{ ...eva, ...change }] }))
        .thenRefused("recipient-fixed")
        .about("eva")
    }
    given(created())
      .when(commands.Edit(day(2), { recipients: [bo] }))
      .thenHappens("RequestEdited")
    given(created(), sent())
      .when(commands.Edit(day(2), { recipients: [] }))
      .thenRefused("recipient-fixed", "recipient-missing")
  })
  it("S6: another one is put in their place: it has to be sent again, and only then can they get in", () => {
    const changed = [created(), sent(), Decider.recipientChanged(day(3))]
    given(created(), sent())
      .when(commands.ChangeRecipient(day(3)))
      .thenEvents(Decider.recipientChanged(day(3)))
      .thenState({ details: { ...Decider.details, recipients: [bo] }, revision: 1 })
    given(...changed)
      .when(commands.Claim(day(4)))
      .thenRefused("link-replaced")
    const { decision } = given(...changed)
      .when(commands.Resend(day(4)))
      .thenEvents(Decider.resent(day(4), 2, { recipients: ["bo"] }))
    const [event] = Result.getOrElse(decision, () => [])
    const generation = event === undefined ? 0 : after(...changed, event).families["bo"]?.generation
    given(...changed, ...Result.getOrElse(decision, () => []))
      .when(commands.Claim(day(5), { recipient: "bo", ...(generation === undefined ? {} : { generation }) }))
      .thenHappens("LinkClaimed")
  })
  it("I6: nobody is reminded until then", () => {
    const reminders = { rule: { kind: "urgent" as const }, enabled: true }
    const changed = [created(standard, { reminders }), sent(), Decider.recipientChanged(day(3))]
    assert.strictEqual(ClientRequest.nextDueAt(after(...changed)), day(31))
    given(...changed)
      .when(commands.Wake(day(5) + hours(9)))
      .thenEvents()
    assert.deepStrictEqual(ClientRequest.nextReminder(after(...changed), day(5)), { type: "none", reason: "not-sent" })
    const again = [...changed, Decider.resent(day(6), 2, { recipients: ["bo"] })]
    assert.strictEqual(ClientRequest.nextDueAt(after(...again)), day(7) + hours(8))
  })
  it("M16: an address that did not work goes with its recipient", () => {
    given(created(), sent(), Decider.delivered(day(2)))
      .when(commands.ChangeRecipient(day(3)))
      .thenState({ suppressed: [] })
  })
  it("P12: where the policy fixes the recipient, it is asked anew", () => {
    given(created(passfort), sent())
      .when(commands.ChangeRecipient(day(3)))
      .thenRefused("recipient-fixed")
      .allowing("Cancel")
    given(created(passfort))
      .when(commands.ChangeRecipient(day(1)))
      .thenHappens("RecipientChanged")
    given(created(), sent())
      .when(commands.ChangeRecipient(day(3), { recipient: "mallory" }))
      .thenRefused("recipient-unknown")
    given(created(), sent())
      .when(commands.ChangeRecipient(day(3), { to: { ...bo, email: "" } }))
      .thenRefused("recipient-email-missing")
  })
})
