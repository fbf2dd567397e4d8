/** Sending: by hand, by the clock and again; the guards, the outstanding limits, and the window that a send begins. */
import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Decider from "../../support/Decider.ts"
import { after, bo, commands, created, day, eva, given, hours, sent, started } from "../../support/Decider.ts"

const { standard, passfort, taxdome, karbon, customerCentre, fileRequest } = RequestPolicy
const fileRequestSent = sent(day(1), { expiresAt: null })

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
    given(created(taxdome), sent())
      .when(commands.Save(day(2)))
      .thenEvents(started(day(2)), Decider.itemStarted("income"))
      .thenState({ state: "WaitingForCustomer", startedAt: day(2) })
  })
  it("K18: the request says that it was sent, when and by whom", () => {
    given(created(), sent(day(1)))
      .when(commands.Resend(day(4)))
      .thenState({ sentAt: day(4), sentBy: Decider.member, sendNo: 2 })
  })
  it("P10, L04: without an address, or without a question, it is not sent; both reasons at once", () => {
    const recipients = [{ ...eva, email: " " }]
    const questionnaire = { ...Decider.details.questionnaire, questions: 0 }
    given(created(passfort, { recipients, questionnaire }))
      .when(commands.Send(day(1)))
      .thenRefused("questionnaire-empty", "recipient-email-missing")
      .about("eva")
      .allowing("Edit", "Cancel")
    given(created(passfort, { recipients }), Decider.edited(day(1), {}))
      .when(commands.Send(day(2)))
      .thenEvents(sent(day(2)))
  })
  it("and once it was sent, an edit cannot take them away", () => {
    const nothing = { questionnaire: { ...Decider.details.questionnaire, questions: 0 } }
    given(created(), sent())
      .when(commands.Edit(day(2), nothing))
      .thenRefused("questionnaire-empty")
    given(created())
      .when(commands.Edit(day(2), nothing))
      .thenState({ revision: 2 })
  })
  it("C2, C3, L28: everything that the customer centre wants of a contact is told in one answer", () => {
    const recipients = [
      { ...eva, mobile: "", role: "Referee" },
      { ...bo, name: "", email: "" },
    ]
    given(created(customerCentre, { recipients, workItem: null }))
      .when(commands.Send(day(1)))
      .thenRefused(
        "recipient-name-missing",
        "recipient-email-missing",
        "recipient-mobile-missing",
        "work-item-missing",
        "recipient-role-not-allowed",
      )
      .about("bo", "bo", "eva", "eva")
    for (const role of ["Primary Applicant", "Applicant", "Guarantor"]) {
      given(created(customerCentre, { recipients: [{ ...eva, role }] }))
        .when(commands.Send(day(1)))
        .thenEvents(sent(day(1), { expiresAt: day(8) }))
    }
  })
  it("K16: karbon asks contacts with an address only", () => {
    given(created(karbon, { recipients: [{ ...eva, contact: null, email: "" }] }))
      .when(commands.Send(day(1)))
      .thenRefused("recipient-email-missing", "recipient-not-a-contact")
  })
  it("K27, X9: a request goes to one person, unless they share one record; to none it does not go", () => {
    for (const policy of [standard, passfort, taxdome, karbon, fileRequest]) {
      given(created(policy, { recipients: [eva, bo] }))
        .when(commands.Send(day(1)))
        .thenRefused("recipients-too-many")
    }
    given(created(customerCentre, { recipients: [eva, bo] }))
      .when(commands.Send(day(1)))
      .thenEvents(sent(day(1), { expiresAt: day(8), recipients: ["eva", "bo"] }))
    given(created(customerCentre, { recipients: [eva, { ...bo, id: "eva" }] }))
      .when(commands.Send(day(1)))
      .thenRefused("recipient-fixed")
    given(created(fileRequest, { recipients: [] }))
      .when(commands.Send(day(1)))
      .thenRefused("recipient-missing")
  })
  it("F7: a file request goes to anybody, without an address too", () => {
    given(created(fileRequest, { recipients: [{ ...eva, email: "", contact: null, role: "" }] }))
      .when(commands.Send(day(1)))
      .thenEvents(sent(day(1), { expiresAt: null }))
  })
  it("G6: a policy that contradicts itself stops it, and the refusal says by which rule", () => {
    given(
      created({
        ...standard,
        token: "derived",
        resend: { mode: "same-link", resetsCount: false, otherLinks: "revoke" },
      }),
    )
      .when(commands.Send(day(1)))
      .thenRefused("policy-error", "policy-error")
      .about("derived-with-email-code", "same-link-revoked")
  })
  it("G5: suspended, or to an address that does not work, it is not sent", () => {
    given(created(), Decider.suspended(day(1)))
      .when(commands.Send(day(2)))
      .thenRefused("suspended")
      .allowing("Resume")
    given(created(), sent(), Decider.delivered(day(2)))
      .when(commands.Resend(day(3)))
      .thenRefused("recipient-suppressed")
      .about("eva")
    given(created(), sent(), Decider.delivered(day(2)), Decider.recipientChanged(day(3)))
      .when(commands.Resend(day(4)))
      .thenHappens("RequestResent")
  })
})

describe("scheduled", () => {
  const history = [created(), Decider.scheduled(day(1), day(5))]
  it("K12: it is sent by the clock, in the name of who scheduled it, and not before", () => {
    given(created())
      .when(commands.Schedule(day(1), day(5)))
      .thenEvents(Decider.scheduled(day(1), day(5)))
      .thenState({ state: "Pending", scheduled: { at: day(5), by: Decider.member } })
    assert.strictEqual(ClientRequest.nextDueAt(after(...history)), day(5))
    given(...history)
      .when(commands.Wake(day(5) - 1))
      .thenEvents()
    given(...history)
      .when(commands.Wake(day(5)))
      .thenEvents(sent(day(5), { by: Decider.system }))
      .thenState({ scheduled: null, sentAt: day(5), sentBy: Decider.member })
  })
  it("K19: until then it can be moved, called off, or sent by hand; what was planned is then no longer due", () => {
    given(...history)
      .when(commands.Schedule(day(2), day(9)))
      .thenState({ scheduled: { at: day(9), by: Decider.member } })
    given(...history)
      .when(commands.Unschedule(day(2)))
      .thenEvents(Decider.unscheduled(day(2)))
      .thenState({ scheduled: null })
    given(...history)
      .when(commands.Send(day(2)))
      .thenState({ scheduled: null, sentAt: day(2) })
    for (const then of [Decider.unscheduled(day(2)), sent(day(2)), Decider.cancelled(day(2))]) {
      given(...history, then)
        .when(commands.Wake(day(5)))
        .thenEvents()
    }
  })
  it("K12: in the past there is nothing to schedule, nor once it was sent", () => {
    for (const at of [day(1), day(1) - 1, Number.NaN, Infinity, day(2) + 0.5]) {
      given(created())
        .when(commands.Schedule(day(1), at))
        .thenRefused("schedule-in-the-past")
    }
    given(created(), sent())
      .when(commands.Schedule(day(1), day(1)))
      .thenRefused("already-sent", "schedule-in-the-past")
  })
  it("K19: what stops a send by hand stops it too: the firm is told why, once", () => {
    const suspended = [...history, Decider.suspended(day(2))]
    const { decision } = given(...suspended)
      .when(commands.Wake(day(5)))
      .thenHappens("ScheduledSendRefused")
      .thenState({ scheduled: null, sentAt: null, state: "Pending" })
    const [event] = decision._tag === "Success" ? decision.success : []
    if (event?.type !== "ScheduledSendRefused") return assert.fail()
    assert.deepStrictEqual(
      event.reasons.map(({ code }) => code),
      ["suspended"],
    )
    assert.deepStrictEqual(ClientRequest.deliveries(event, after(...suspended, event)), [
      { kind: "schedule-notice", reasons: event.reasons, at: day(5) },
    ])
    given(created(passfort), Decider.scheduled(day(1), day(5)))
      .when(commands.Wake(day(5), { subject: ["B"] }))
      .thenHappens("ScheduledSendRefused")
  })
})

describe("outstanding requests", () => {
  it("P8, P30, L01: while A is out, B is refused, and the refusal names all that are", () => {
    given(created(passfort))
      .when(commands.Send(day(1), { subject: ["A-request", "A", "C"] }))
      .thenRefused("outstanding-request")
      // its own id among them does not count
      .about("A-request", "C")
  })
  it("P4: one request a task, whatever else the profile allows", () => {
    const policy = { ...passfort, outstanding: { perSubject: null, perTask: 1 } }
    const tasks = [
      { task: "passport", sections: ["papers"] },
      { task: "income", sections: ["income"] },
    ]
    given(created(policy, { tasks }))
      .when(commands.Send(day(1), { subject: ["B"], tasks: { passport: ["B"], income: ["A"], address: ["C"] } }))
      .thenRefused("outstanding-task")
      .about("B")
    given(created(policy, { tasks }))
      .when(commands.Send(day(1), { subject: ["B"], tasks: { address: ["C"] } }))
      .thenEvents(sent(day(1)))
  })
  it("K39: nothing is sent for work that is completed, by hand or by the clock", () => {
    given(created())
      .when(commands.Send(day(1), { workIsDone: true }))
      .thenRefused("work-item-completed")
  })
  it("X7: as many as the policy says; under standard any number", () => {
    const two = { ...standard, outstanding: { perSubject: 2, perTask: null } }
    given(created(two))
      .when(commands.Send(day(1), { subject: ["B"] }))
      .thenEvents(sent(day(1)))
    given(created(two))
      .when(commands.Send(day(1), { subject: ["B", "C"] }))
      .thenRefused("outstanding-request")
    given(created())
      .when(commands.Send(day(1), { subject: ["B", "C"], tasks: { t: ["B"] } }))
      .thenEvents(sent(day(1)))
  })
  it("P8: an expired request that is sent again counts as a new one", () => {
    const policy = { ...standard, outstanding: { perSubject: 1, perTask: null } }
    given(created(policy), sent(), Decider.expired(day(31)))
      .when(commands.Resend(day(40), { outstanding: { subject: ["B"], tasks: {} } }))
      .thenRefused("outstanding-request")
    given(created(policy), sent())
      .when(commands.Resend(day(4), { outstanding: { subject: ["B"], tasks: {} } }))
      .thenHappens("RequestResent")
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
      .when(commands.Send(day(2)))
      .thenState({ state: "WaitingForCustomer" })
  })
})

describe("sending again", () => {
  it("K20, K25: while pending and while waiting; older links are replaced, what was given stays", () => {
    given(created(), sent())
      .when(commands.Resend(day(3)))
      .thenEvents(Decider.resent(day(3), 2))
      .thenState({ state: "Pending", sendNo: 2, families: { eva: { generation: 2, binding: null, sendNo: 2 } } })
    const history = [created(), sent(), started(), Decider.attached(), Decider.resent(day(3), 2)]
    given(...history)
      .when(commands.Save(day(4)))
      .thenRefused("link-replaced")
    given(...history)
      .when(commands.Save(day(4), { generation: 2 }))
      .thenState({
        state: "WaitingForCustomer",
        startedAt: day(2),
        files: [{ ...Decider.pdf, question: "payslip", at: day(2), scan: "clean" }],
      })
  })
  it("S6: a policy may keep them, but not those that died with the window", () => {
    const keeping = { ...standard, resend: { mode: "renew", resetsCount: true, otherLinks: "keep" } } as const
    const kept = { revokes: false }
    given(created(keeping), sent(), Decider.resent(day(3), 2, kept))
      .when(commands.Claim(day(4)))
      .thenHappens("LinkClaimed")
    const renewed = [created(keeping), sent(), Decider.expired(day(33)), Decider.resent(day(40), 2, kept)]
    given(...renewed)
      .when(commands.Claim(day(41)))
      .thenRefused("link-replaced")
    given(...renewed)
      .when(commands.Claim(day(41), { generation: 2 }))
      .thenHappens("LinkClaimed")
  })
  it("L33: a new invitation replaces the links of that contact, and of no other", () => {
    const both = [
      created(customerCentre, { recipients: [eva, bo] }),
      sent(day(1), { expiresAt: day(8), recipients: ["eva", "bo"] }),
    ]
    const again = Decider.resent(day(3), 2, { expiresAt: day(10), recipients: ["eva"] })
    given(...both)
      .when(commands.Resend(day(3), { recipients: ["eva"] }))
      .thenEvents(again)
      .thenState({
        families: {
          eva: { generation: 2, binding: null, sendNo: 2 },
          bo: { generation: 1, binding: null, sendNo: 1 },
        },
      })
    given(...both, again)
      .when(commands.Save(day(4)))
      .thenRefused("link-replaced")
    given(...both, again)
      .when(commands.Save(day(4), { recipient: "bo" }))
      .thenHappens("RequestStarted", "ItemStarted", "AnswersSaved")
    given(...both)
      .when(commands.Resend(day(3), { recipients: ["eva", "eva"] }))
      .thenEvents(again)
    given(...both)
      .when(commands.Resend(day(3), { recipients: ["eva", "cy"] }))
      .thenRefused("recipient-unknown")
      .about("cy")
    given(...both)
      .when(commands.Resend(day(3), { recipients: [] }))
      .thenRefused("recipient-unknown")
  })
  it("F6, F8: a file request's link stays the same however often it is sent, until it is revoked", () => {
    const history = [created(fileRequest), fileRequestSent]
    given(...history)
      .when(commands.Resend(day(3)))
      .thenState({ families: { eva: { generation: 1, binding: null, sendNo: 2 } } })
    given(...history)
      .when(commands.RevokeLinks(day(3)))
      .thenEvents(Decider.linksRevoked(day(3)))
    given(...history, Decider.linksRevoked(day(3)))
      .when(commands.AttachFile(day(4)))
      .thenRefused("link-replaced")
    given(...history, Decider.linksRevoked(day(3)), Decider.resent(day(5), 2, { expiresAt: null, revokes: false }))
      .when(commands.AttachFile(day(6), { generation: 2 }))
      .thenHappens("RequestStarted", "ItemStarted", "FileAttached")
    given(...history)
      .when(commands.Edit(day(3), { message: "Your payslips, please." }))
      .thenState({ revision: 1 })
  })
  it("K34: it restarts the count, where the policy says so", () => {
    const waiting = [created(karbon), sent(), Decider.reminded(day(2) + hours(8), 1, day(62))]
    given(...waiting)
      .when(commands.Resend(day(4)))
      .thenState({ reminders: { count: 0, lastAt: day(2) + hours(8), from: day(4) }, expiresAt: day(62) })
    const counting = { ...karbon, resend: { ...karbon.resend, resetsCount: false } }
    given(created(counting), ...waiting.slice(1))
      .when(commands.Resend(day(4)))
      .thenState({ reminders: { count: 1, lastAt: day(2) + hours(8), from: day(4) } })
  })
})
