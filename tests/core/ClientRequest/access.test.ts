/** How a customer gets in: claims, the device that a link belongs to, access links, and what shuts them out. */
import { assert, describe, it } from "@effect/vitest"
import * as AccessLink from "@requite/core/AccessLink"
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
  deviceFixed,
  eva,
  given,
  hours,
  sent,
} from "../../support/Decider.ts"

const { standard, passfort, karbon, customerCentre } = RequestPolicy

/** Karbon: sent, and opened on the phone, which the link belongs to from then on. */
const onPhone = [created(karbon), sent(day(1)), claimed(day(2), { fixed: true })]

describe("karbon: one device", () => {
  it("K26: the first claim binds the link to the device, which may come back as often as it likes", () => {
    given(created(karbon), sent(day(1)))
      .when(commands.Claim(day(2)))
      .thenEvents(claimed(day(2), { fixed: true }))
      .thenState({
        families: { eva: { generation: 1, sendNo: 1, binding: { device: "phone", at: day(2), fixed: true } } },
        claimedAt: day(2),
        startedAt: null,
      })
    given(...onPhone)
      .when(commands.Claim(day(3)))
      .thenEvents(claimed(day(3), { binds: false, fixed: true }))
      .thenState({ claimedAt: day(2) })
  })
  it("L19: a page that is only fetched is no command: nothing but a claim binds, and the human's is the first", () => {
    assert.deepStrictEqual(after(created(karbon), sent(day(1))).families, {
      eva: { generation: 1, binding: null, sendNo: 1 },
    })
    assert.isTrue(AccessLink.isBoundTo(after(created(karbon), sent(day(1))), "eva", "anything"))
  })
  it("K43, L17: another device is not let in by the same link, to read or to write", () => {
    given(...onPhone)
      .when(commands.Claim(day(3), { device: "laptop" }))
      .thenRefused("other-device")
      .allowing("RequestAccessLink")
    for (const command of [commands.Start, commands.Save, commands.AttachFile, commands.Submit]) {
      const { decision } = given(...onPhone).when(command(day(3), { device: "laptop" }))
      assert.include(codes(decision), "other-device")
    }
    assert.isFalse(AccessLink.isBoundTo(after(...onPhone), "eva", "laptop"))
  })
  it("K43, K44, L18: the access link goes to the original address, moves the binding once, and shuts the old device out", () => {
    const asked = Decider.accessLinkSent(day(3))
    given(...onPhone)
      .when(commands.RequestAccessLink(day(3)))
      .thenEvents(asked)
      .thenState({ accessNo: 1, state: "WaitingForCustomer", expiresAt: day(31) })
    assert.deepStrictEqual(ClientRequest.deliveries(asked, after(...onPhone, asked)), [
      { kind: "access-link", recipient: "eva", accessNo: 1 },
    ])
    const byAccessLink = { device: "laptop", rebinds: true, issuedAt: day(3) }
    const moved = claimed(day(4), { device: "laptop", fixed: true })
    given(...onPhone, asked)
      .when(commands.Claim(day(4), byAccessLink))
      .thenEvents(moved)
    given(...onPhone, asked, moved)
      .when(commands.Claim(day(5)))
      .thenRefused("other-device")
    given(...onPhone, asked, moved)
      .when(commands.CompleteItem(day(5), "income"))
      .thenRefused("other-device")
    given(...onPhone, asked, moved)
      .when(commands.Claim(day(5), { ...byAccessLink, device: "tablet" }))
      .thenRefused("other-device")
    // and back again by the next one
    given(...onPhone, asked, moved, Decider.accessLinkSent(day(6), { accessNo: 2 }))
      .when(commands.Claim(day(7), { rebinds: true, issuedAt: day(6) }))
      .thenEvents(claimed(day(7), { fixed: true }))
  })
  it("S17: a reminder's link, or an access link from before the binding, does not move it", () => {
    given(...onPhone)
      .when(commands.Claim(day(9), { device: "laptop", rebinds: false, issuedAt: day(8) }))
      .thenRefused("other-device")
    given(...onPhone)
      .when(commands.Claim(day(9), { device: "laptop", rebinds: true, issuedAt: day(2) }))
      .thenRefused("other-device")
  })
  it("K20, K25, L21: sent again, the old URL is dead, the new one works, and the device needs no new binding", () => {
    const history = [...onPhone, Decider.reminded(day(3), 1, day(63))]
    const again = Decider.resent(day(10), 2, { expiresAt: day(63) })
    given(...history)
      .when(commands.Resend(day(10)))
      .thenEvents(again)
      .thenState({
        families: { eva: { generation: 2, sendNo: 2, binding: { device: "phone", at: day(2), fixed: true } } },
        reminders: { count: 0, lastAt: day(3), from: day(10) },
      })
    given(...history, again)
      .when(commands.Claim(day(11)))
      .thenRefused("link-replaced")
    given(...history, again)
      .when(commands.Claim(day(11), { generation: 2, rebinds: true, issuedAt: day(10) }))
      .thenEvents(claimed(day(11), { binds: false, fixed: true, expiresAt: day(63) }))
    given(...history, again)
      .when(commands.Claim(day(11), { generation: 2, rebinds: true, issuedAt: day(10), device: "laptop" }))
      .thenEvents(claimed(day(11), { device: "laptop", fixed: true, expiresAt: day(63) }))
  })
  it("K45: after 30 days the customer has a new link sent, and 30 days begin again; the old links stay dead", () => {
    const late = [...onPhone, Decider.expired(day(31))]
    const asked = Decider.accessLinkSent(day(40), { expiresAt: day(70) })
    given(...late)
      .when(commands.RequestAccessLink(day(40)))
      .thenEvents(asked)
      .thenState({ state: "WaitingForCustomer", expiresAt: day(70), endedAt: null })
    given(...onPhone)
      .when(commands.RequestAccessLink(day(40)))
      .thenEvents(Decider.expired(day(40)), asked)
    given(...late, asked)
      .when(commands.Claim(day(41)))
      .thenRefused("link-replaced")
    given(...late, asked)
      .when(commands.Claim(day(41), { generation: 2, rebinds: true, issuedAt: day(40), device: "laptop" }))
      .thenHappens("LinkClaimed")
  })
  it("P22, S21: no access link where the policy has none, when it is over, paused or unsent, or for a stranger", () => {
    given(created(passfort), sent())
      .when(commands.RequestAccessLink(day(2)))
      .thenRefused("access-link-not-allowed")
    given(created({ ...karbon, selfService: "other-device" }), sent(), Decider.expired(day(31)))
      .when(commands.RequestAccessLink(day(32)))
      .thenRefused("access-link-not-allowed")
    for (const end of [Decider.submitted(), Decider.cancelled()]) {
      given(...onPhone, end)
        .when(commands.RequestAccessLink(day(4)))
        .thenRefused("wrong-state")
    }
    given(...onPhone, Decider.suspended(day(3)))
      .when(commands.RequestAccessLink(day(4)))
      .thenRefused("suspended")
    given(created(karbon))
      .when(commands.RequestAccessLink(day(1)))
      .thenRefused("not-sent", "recipient-unknown")
    given(...onPhone)
      .when(commands.RequestAccessLink(day(4), "mallory"))
      .thenRefused("recipient-unknown")
    given(...onPhone, Decider.delivered(day(3)))
      .when(commands.RequestAccessLink(day(4)))
      .thenRefused("recipient-suppressed")
  })
})

describe("standard: bound by the first write", () => {
  const scanner = claimed(day(1) + hours(1), { device: "scanner" })
  it("L20, S18: a scanner claims, a human claims and saves: the human is bound, the scanner is refused", () => {
    const human = claimed(day(2))
    given(created(), sent(day(1)), scanner)
      .when(commands.Claim(day(2)))
      .thenEvents(human)
    // from the human's claim on the scanner's session is the other device's
    given(created(), sent(day(1)), scanner, human)
      .when(commands.Save(day(2), { device: "scanner" }))
      .thenRefused("other-device")
    given(created(), sent(day(1)), scanner, human)
      .when(commands.Save(day(3)))
      .thenHappens("DeviceFixed", "RequestStarted", "ItemStarted")
      .thenState({
        families: { eva: { generation: 1, sendNo: 1, binding: { device: "phone", at: day(3), fixed: true } } },
      })
    const fixed = [created(), sent(day(1)), scanner, human, deviceFixed(day(3)), Decider.started(day(3))]
    given(...fixed)
      .when(commands.Claim(day(4), { device: "scanner" }))
      .thenRefused("other-device")
    given(...fixed)
      .when(commands.Save(day(4), { device: "scanner" }))
      .thenRefused("other-device")
    assert.isFalse(AccessLink.isBoundTo(after(...fixed), "eva", "scanner"))
  })
  it("S17: a robot that writes is got rid of by an access link", () => {
    const robots = [created(), sent(day(1)), scanner, deviceFixed(day(1) + hours(2), "scanner")]
    given(...robots)
      .when(commands.Claim(day(2)))
      .thenRefused("other-device")
      .allowing("RequestAccessLink")
    given(...robots, Decider.accessLinkSent(day(2)))
      .when(commands.Claim(day(2) + hours(1), { rebinds: true, issuedAt: day(2) }))
      .thenHappens("LinkClaimed")
  })
  it("L10: a claim starts nothing, and is remembered from the first time", () => {
    given(created(), sent(), claimed(day(2)))
      .when(commands.Claim(day(3)))
      .thenEvents(claimed(day(3), { binds: false }))
      .thenState({ claimedAt: day(2), startedAt: null, state: "Pending" })
  })
})

describe("several people", () => {
  const both = [
    created(customerCentre, { recipients: [eva, bo] }),
    sent(day(1), { expiresAt: day(8), recipients: ["eva", "bo"] }),
  ]
  it("C4, C10: each has a link family of their own on the one record", () => {
    given(...both)
      .when(commands.Claim(day(2), { recipient: "bo", device: "laptop" }))
      .thenEvents(claimed(day(2), { recipient: "bo", device: "laptop", binds: false, expiresAt: day(8) }))
    given(...both)
      .when(commands.Save(day(2), { recipient: "bo", questions: ["salary"], conflicts: ["rent"] }))
      .thenEvents(
        Decider.started(day(2)),
        Decider.itemStarted("income"),
        Decider.answersSaved(day(2), ["salary"], ["rent"]),
      )
  })
  it("I15: nobody else gets in, whatever generation they make up", () => {
    for (const recipient of ["mallory", "", "__proto__", "constructor"]) {
      for (const generation of [0, 1, Number.NaN]) {
        given(...both)
          .when(commands.Claim(day(2), { recipient, generation }))
          .thenRefused("link-replaced")
      }
    }
  })
  it("F8: revoking one person's links leaves the others'", () => {
    const revoked = [...both, Decider.linksRevoked(day(2))]
    given(...revoked)
      .when(commands.Claim(day(3)))
      .thenRefused("link-replaced")
    given(...revoked)
      .when(commands.Claim(day(3), { recipient: "bo" }))
      .thenHappens("LinkClaimed")
    given(...both)
      .when(commands.RevokeLinks(day(2), "mallory"))
      .thenRefused("recipient-unknown")
  })
  it("S6, I14: another person in the place of one: the old links are dead, and the new one is sent nothing yet", () => {
    const cy = { ...eva, id: "cy", email: "cy@example.com" }
    const changed = [...both, Decider.recipientChanged(day(3), "eva", cy)]
    given(...both)
      .when(commands.ChangeRecipient(day(3), { to: cy }))
      .thenEvents(Decider.recipientChanged(day(3), "eva", cy))
    given(...changed)
      .when(commands.Claim(day(4)))
      .thenRefused("link-replaced")
    given(...changed)
      .when(commands.Claim(day(4), { recipient: "bo" }))
      .thenHappens("LinkClaimed")
    const reminder = Decider.reminded(day(4), 1, day(8))
    assert.deepStrictEqual(ClientRequest.deliveries(reminder, after(...changed, reminder)), [
      { kind: "reminder", recipient: "bo", sendNo: 1, count: 1 },
    ])
    given(...both)
      .when(commands.ChangeRecipient(day(3), { to: bo }))
      .thenRefused("recipient-fixed")
  })
  it("S6, I14: and back again: the first one's old links stay dead for good", () => {
    const there = Decider.recipientChanged(day(3), "eva", { ...eva, id: "cy" })
    const back = Decider.recipientChanged(day(4), "cy", eva)
    const again = Decider.resent(day(5), 2, { expiresAt: day(12), recipients: ["eva", "bo"], revokes: false })
    for (const history of [
      [...both, there, back],
      [...both, there, back, again],
    ]) {
      given(...history)
        .when(commands.Claim(day(6)))
        .thenRefused("link-replaced")
    }
  })
  it("I6: who was added after the send is not reminded before they are invited", () => {
    const added = [
      created(customerCentre),
      sent(day(1), { expiresAt: day(8) }),
      Decider.edited(day(2), { recipients: [eva, bo] }, false),
    ]
    const reminder = Decider.reminded(day(4), 1, day(8))
    assert.deepStrictEqual(ClientRequest.deliveries(reminder, after(...added, reminder)), [
      { kind: "reminder", recipient: "eva", sendNo: 1, count: 1 },
    ])
  })
})

describe("suspended", () => {
  it("K39, L25: the work is done: nobody gets in, nothing is reminded; resumed and sent again, the new link works", () => {
    const remind = { rule: { kind: "urgent" as const }, enabled: true }
    const suspended = [created(karbon, { reminders: remind }), ...onPhone.slice(1), Decider.suspended(day(3))]
    for (const command of [commands.Claim(day(4)), commands.Save(day(4)), commands.CompleteItem(day(4), "income")]) {
      given(...suspended)
        .when(command)
        .thenRefused("suspended")
    }
    given(...suspended)
      .when(commands.Resend(day(4)))
      .thenRefused("suspended")
      .allowing("Resume")
    given(...suspended)
      .when(commands.Wake(day(9) + hours(12)))
      .thenEvents()
    assert.isFalse(ClientRequest.isOpenAt(after(...suspended), day(4)))
    assert.strictEqual(ClientRequest.nextDueAt(after(...suspended)), day(31))
    const again = [...suspended, Decider.resumed(day(10)), Decider.resent(day(10), 2)]
    given(...suspended)
      .when(commands.Resume(day(10)))
      .thenEvents(Decider.resumed(day(10)))
      .thenState({ suspended: null, state: "WaitingForCustomer" })
    given(...again)
      .when(commands.Claim(day(11)))
      .thenRefused("link-replaced")
    given(...again)
      .when(commands.Claim(day(11), { generation: 2 }))
      .thenHappens("LinkClaimed")
    // those that fell into the pause are not owed
    assert.strictEqual(ClientRequest.nextDueAt(after(...again)), day(11) + hours(8))
  })
  it("K39: the clock runs on meanwhile", () => {
    const suspended = [...onPhone, Decider.suspended(day(3))]
    given(...suspended)
      .when(commands.Wake(day(31)))
      .thenEvents(Decider.expired(day(31)))
      .thenState({ state: "Expired", suspended: { reason: "The work is done.", at: day(3) } })
    given(...suspended, Decider.expired(day(31)), Decider.resumed(day(32)))
      .when(commands.Claim(day(33)))
      .thenRefused("expired")
  })
})

describe("who looked", () => {
  it("L47, S75: what is only written down changes nothing", () => {
    for (const what of ["viewed-as-customer", "link-copied", "code-refused", "codes-locked"] as const) {
      given(created(standard), sent())
        .when(commands.RecordAccess(day(2), { what }))
        .thenEvents(Decider.accessRecorded(day(2), { what }))
        .thenState(after(created(standard), sent()))
    }
  })
})

const codes = (decision: ReturnType<typeof ClientRequest.decide>) =>
  decision._tag === "Failure" ? decision.failure.reasons.map(({ code }) => code) : []

describe("a recipient who wants no more reminders", () => {
  const urgent = { rule: { kind: "urgent" as const }, enabled: true }
  const reminded = [created(standard, { reminders: urgent }), sent(day(1))]
  const stopped: ClientRequest.Event = {
    type: "RemindersStopped",
    at: day(2),
    by: Decider.customer,
    recipient: "eva",
  }
  it("L48, M13: gets none, and can still answer; a second time nothing happens; the firm is told, and may begin again", () => {
    given(...reminded)
      .when(commands.StopReminders(day(2)))
      .thenEvents(stopped)
      .thenState({ state: "Pending", suspended: null })
    const quiet = after(...reminded, stopped)
    assert.deepStrictEqual(ClientRequest.nextReminder(quiet, day(3)), { type: "none", reason: "disabled" })
    assert.isTrue(ClientRequest.isOpenAt(quiet, day(3)))
    assert.deepStrictEqual(ClientRequest.deliveries(stopped, quiet), [
      { kind: "reminders-notice", recipient: "eva", at: day(2) },
    ])
    given(...reminded, stopped)
      .when(commands.StopReminders(day(3)))
      .thenEvents()
    const { decision } = given(...reminded, stopped).when(commands.Edit(day(3), { reminders: urgent }))
    const [edited] = Result.getOrThrow(decision)
    if (edited === undefined) return assert.fail("nothing was edited")
    // what was not sent meanwhile is not owed
    const next = ClientRequest.nextReminder(after(...reminded, stopped, edited), day(3))
    assert.isTrue(next.type === "at" && next.at > day(3))
  })
  it("L48: nobody else can stop them, and there is nothing to stop before it is sent or when it is over", () => {
    given(...reminded)
      .when(commands.StopReminders(day(2), "mallory"))
      .thenRefused("recipient-unknown")
      .allowing("StopReminders")
    given(created(standard))
      .when(commands.StopReminders(day(2)))
      .thenRefused("not-sent", "recipient-unknown")
    given(...reminded, Decider.submitted())
      .when(commands.StopReminders(day(20)))
      .thenRefused("wrong-state")
    // it may be resumed, or sent again
    given(...reminded, Decider.suspended(day(2)))
      .when(commands.StopReminders(day(2)))
      .thenEvents(stopped)
    given(...reminded)
      .when(commands.StopReminders(day(40)))
      .thenEvents(Decider.expired(day(40)), { ...stopped, at: day(40) })
  })
})

describe("a recipient who reads another language", () => {
  const asked = [created(standard), sent(day(1))]
  const chosen: ClientRequest.Event = {
    type: "LanguageChosen",
    at: day(2),
    by: Decider.customer,
    recipient: "eva",
    language: "es",
  }
  it("M22: is spoken to in it from then on; a second time nothing happens, and the firm gets no mail of it", () => {
    given(...asked)
      .when(commands.ChooseLanguage(day(2)))
      .thenEvents(chosen)
    const speaking = after(...asked, chosen)
    assert.strictEqual(ClientRequest.recipientOf(speaking, "eva")?.language, "es")
    assert.deepStrictEqual(ClientRequest.deliveries(chosen, speaking), [])
    assert.strictEqual(speaking.revision, after(...asked).revision)
    given(...asked, chosen)
      .when(commands.ChooseLanguage(day(3)))
      .thenEvents()
  })
  it("M22: nobody else's language changes, nor that of a request that is over", () => {
    given(...asked)
      .when(commands.ChooseLanguage(day(2), "es", "mallory"))
      .thenRefused("recipient-unknown")
      .allowing("ChooseLanguage")
    given(...asked, Decider.submitted())
      .when(commands.ChooseLanguage(day(20)))
      .thenRefused("wrong-state")
  })
})
