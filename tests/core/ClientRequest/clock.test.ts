/** What happens by itself: reminders, the end of the window, and what mail servers report. */
import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import * as Decider from "../../support/Decider.ts"
import { after, claimed, commands, created, day, given, hours, reminded, sent, started } from "../../support/Decider.ts"

const { standard, karbon, taxdome } = RequestPolicy

const urgent = { reminders: { rule: { kind: "urgent" as const }, enabled: true } }
const morning = hours(8)
const history = [created(karbon, urgent), sent(day(1))]

/** Woken when it is due, again and again, until nothing is due or so many times. */
const woken = (history: ReadonlyArray<ClientRequest.Event>, times = 20): ReadonlyArray<ClientRequest.Event> => {
  let events = [...history]
  for (let count = 0; count < times; count++) {
    const request = after(...events)
    const due = ClientRequest.nextDueAt(request)
    if (due === null) return events
    const news = Result.getOrElse(ClientRequest.decide(commands.Wake(due), request), () => assert.fail())
    assert.isNotEmpty(news, `woken at ${due} for nothing`)
    events = [...events, ...news]
  }
  return events
}
const times = (events: ReadonlyArray<ClientRequest.Event>, type: ClientRequest.Event["type"]) =>
  events.filter((event) => event.type === type).map(({ at }) => at)

describe("reminders", () => {
  it("K14: every morning, where the customer's firm is; K40: each keeps it open 60 days more", () => {
    assert.strictEqual(ClientRequest.nextDueAt(after(...history)), day(2) + morning)
    given(...history)
      .when(commands.Wake(day(2) + morning - 1))
      .thenEvents()
    given(...history)
      .when(commands.Wake(day(2) + morning))
      .thenEvents(reminded(day(2) + morning, 1, day(62) + morning))
      .thenState({
        expiresAt: day(62) + morning,
        reminders: { count: 1, lastAt: day(2) + morning, from: day(2) + morning },
      })
  })
  it("K40, I4: 30 days from the send, and a reminder never brings the end nearer", () => {
    const extending = { ...karbon, reminderExtendsDays: 10 }
    given(created(extending, urgent), sent(day(1)))
      .when(commands.Wake(day(2) + morning))
      .thenEvents(reminded(day(2) + morning, 1, day(31)))
    given(created(taxdome, urgent), sent(day(1), { expiresAt: null }))
      .when(commands.Wake(day(2) + morning))
      .thenEvents(reminded(day(2) + morning, 1, null))
  })
  it("K33: after the fifth they stop, and the window closes by itself", () => {
    const events = woken(history)
    assert.deepStrictEqual(
      times(events, "ReminderSent"),
      [2, 3, 4, 5, 6].map((n) => day(n) + morning),
    )
    assert.deepStrictEqual(times(events, "RequestExpired"), [day(66) + morning])
    assert.isNull(ClientRequest.nextDueAt(after(...events)))
  })
  it("K34: sending again restarts the count", () => {
    const five = woken(history, 5)
    const again = [...five, Decider.resent(day(10), 2, { expiresAt: day(66) + morning })]
    assert.deepInclude(ClientRequest.nextReminder(after(...five), day(7)), { reason: "cap-reached" })
    assert.lengthOf(times(woken(again), "ReminderSent"), 10)
  })
  it("K10: without a due date there are none, and the firm is told so", () => {
    const undated = after(created(karbon, { ...urgent, due: null }), sent(day(1)))
    assert.deepStrictEqual(ClientRequest.nextReminder(undated, day(2)), { type: "none", reason: "no-due-date" })
    assert.strictEqual(ClientRequest.nextDueAt(undated), day(31))
    given(created(karbon, { ...urgent, due: null }), sent(day(1)))
      .when(commands.Wake(day(9) + morning))
      .thenEvents()
    const dated = after(created(karbon, { ...urgent, due: null, dues: { papers: "2027-03-01" } }), sent(day(1)))
    assert.strictEqual(ClientRequest.nextDueAt(dated), day(2) + morning)
  })
  it("K13, K32, K37: gently: a week before, on the day, and daily from then on; a completed dated item ends them", () => {
    const gentle = { reminders: { rule: { kind: "gentle" as const }, enabled: true }, due: "2027-01-20" }
    const waiting = [created(karbon, gentle), sent(day(1))]
    assert.deepStrictEqual(
      times(woken(waiting), "ReminderSent"),
      [12, 19, 20, 21, 22].map((n) => day(n) + morning),
    )
    const ticked = [...waiting, Decider.itemCompleted("income", day(13))]
    assert.lengthOf(times(woken(ticked), "ReminderSent"), 0)
    assert.lengthOf(times(woken([...ticked, Decider.itemReopened("income", day(14))]), "ReminderSent"), 4 + 1)
  })
  it("I6: none before the send, after the end, while it is suspended or turned off, or to an address that is dead", () => {
    const off = { reminders: { ...urgent.reminders, enabled: false } }
    const noon = day(5) + hours(12)
    for (const stopped of [
      [created(karbon, urgent)],
      [...history, Decider.submitted()],
      [...history, Decider.cancelled()],
      [...history, Decider.expired(day(4))],
      [...history, Decider.suspended(day(4))],
      [...history, Decider.delivered(day(4))],
      [...history, Decider.edited(day(4), off, false)],
      [...history, Decider.edited(day(4), { reminders: { rule: { kind: "none" }, enabled: true } }, false)],
      [...history, ...["income", "papers", "house"].map((item) => Decider.itemCompleted(item, day(4)))],
    ]) {
      given(...stopped)
        .when(commands.Wake(noon))
        .thenEvents()
      assert.strictEqual(ClientRequest.nextReminder(after(...stopped), noon).type, "none")
    }
  })
  it("I5: what was missed while nobody was there is made up for once, and one a day is enough", () => {
    const noon = day(5) + hours(12)
    given(...history)
      .when(commands.Wake(noon))
      .thenEvents(reminded(noon, 1, day(65) + hours(12)))
    const late = [...history, reminded(noon, 1, day(65) + hours(12))]
    given(...late)
      .when(commands.Wake(noon + 1))
      .thenEvents()
    assert.strictEqual(ClientRequest.nextDueAt(after(...late)), day(6) + morning)
  })
  it("I5: with the clock set back nobody is reminded twice on a day", () => {
    const late = [...history, reminded(day(5) + morning, 1, day(65))]
    for (const at of [day(2) + morning, day(5), day(5) + morning, day(5) + hours(23) - 1]) {
      given(...late)
        .when(commands.Wake(at))
        .thenEvents()
    }
  })
  it("M25: late ones wait for the end of the quiet hours", () => {
    const quiet = [created(standard, urgent), sent(day(1))]
    given(...quiet)
      .when(commands.Wake(day(2) + hours(22)))
      .thenEvents()
    given(...quiet)
      .when(commands.Wake(day(3) + hours(7)))
      .thenHappens("ReminderSent")
  })
})

describe("the end of the window", () => {
  it("I12: it is over at its instant, whether or not anybody wakes; woken, it says so once", () => {
    const open = [created(), sent(day(1)), claimed(), started()]
    assert.strictEqual(ClientRequest.stateAt(after(...open), day(31) - 1), "WaitingForCustomer")
    assert.strictEqual(ClientRequest.stateAt(after(...open), day(31)), "Expired")
    given(...open)
      .when(commands.Wake(day(31) - 1))
      .thenEvents()
    given(...open)
      .when(commands.Wake(day(31)))
      .thenEvents(Decider.expired(day(31)))
      .thenState({ state: "Expired", endedAt: day(31) })
    given(...open, Decider.expired(day(31)))
      .when(commands.Wake(day(32)))
      .thenEvents()
  })
  it("nextDueAt: what is scheduled, then the end of the window while it is open, then nothing", () => {
    const due = (...events: ReadonlyArray<ClientRequest.Event>) => ClientRequest.nextDueAt(after(...events))
    assert.isNull(due(created()))
    assert.strictEqual(due(created(), Decider.scheduled(day(0), day(4))), day(4))
    assert.strictEqual(due(created(), sent(day(1))), day(31))
    assert.strictEqual(due(created(), sent(day(1)), started()), day(31))
    for (const end of [Decider.submitted(), Decider.cancelled(), Decider.expired(day(31))]) {
      assert.isNull(due(created(), sent(), started(), end))
    }
  })
})

describe("mail servers", () => {
  it("M16: a hard bounce or a complaint stops what would be mailed, a soft one does not; the firm is told", () => {
    for (const [outcome, suppressed] of [
      ["delivered", []],
      ["bounced-soft", []],
      ["bounced-hard", ["eva"]],
      ["complained", ["eva"]],
    ] as const) {
      const event = Decider.delivered(day(2), { outcome })
      given(...history)
        .when(commands.ReportDelivery(day(2), { outcome }))
        .thenEvents(event)
        .thenState({ suppressed })
      const notices = ClientRequest.deliveries(event, after(...history, event))
      assert.lengthOf(notices, suppressed.length)
    }
  })
  it("M16: lifted by a member with a reason, mail may go there again; where nothing is suppressed it changes nothing", () => {
    const dead = Decider.delivered(day(2), { outcome: "complained" })
    given(...history, dead)
      .when(commands.LiftSuppression(day(3)))
      .thenHappens("SuppressionLifted")
      .thenState({ suppressed: [] })
    given(...history)
      .when(commands.LiftSuppression(day(3)))
      .thenHappens()
    given(...history, dead)
      .when(commands.LiftSuppression(day(3), { reason: " " }))
      .thenRefused("reason-missing")
    given(...history, dead)
      .when(commands.LiftSuppression(day(3), { recipient: "mallory" }))
      .thenRefused("recipient-unknown")
  })
  it("M8: a reminder that did not go out counts for no cap, once, and in its own cycle only", () => {
    const state = after(...history)
    const reminder = { sendNo: state.sendNo, count: 1 }
    const once = ClientRequest.evolve(state, reminded(day(2), 1, null))
    const report = (outcome: "dropped" | "suppressed", change = reminder) =>
      ClientRequest.evolve(once, Decider.delivered(day(2), { outcome, reminder: change }))
    assert.strictEqual(ClientRequest.remindersSent(once), 1)
    assert.strictEqual(ClientRequest.remindersSent(report("dropped")), 0)
    assert.deepStrictEqual(report("dropped").suppressed, [])
    assert.deepStrictEqual(report("suppressed").suppressed, ["eva"])
    assert.strictEqual(ClientRequest.remindersSent(report("dropped", { ...reminder, sendNo: 7 })), 1)
  })
  it("M16: a send to an address that gets no mail is refused, whoever found that out", () => {
    given(created())
      .when(commands.Send(day(1), { suppressed: ["eva"] }))
      .thenRefused("recipient-suppressed")
  })
  it("M16: of one who is no recipient any more it is written down, and changes nothing", () => {
    given(...history)
      .when(commands.ReportDelivery(day(2), { recipient: "mallory" }))
      .thenHappens("DeliveryReported")
      .thenState({ suppressed: [] })
  })
  it("a report of an unsent request is written down as well: mails may have been of its time before", () => {
    given(created())
      .when(commands.ReportDelivery(day(2), { outcome: "delivered" }))
      .thenHappens("DeliveryReported")
  })
})
