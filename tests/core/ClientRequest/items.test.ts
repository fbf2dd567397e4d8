/** Items one by one, and the end: ticking, declining, review, submitting, closing, opening again. */
import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import * as Decider from "../../support/Decider.ts"
import { after, commands, created, day, given, hours, sent, started } from "../../support/Decider.ts"

const { standard, passfort, taxdome, karbon, customerCentre, fileRequest } = RequestPolicy
const onPhone = Decider.claimed(day(2), { fixed: true })
const open = [created(karbon), sent(), onPhone, started()]
const statuses = (...history: ReadonlyArray<ClientRequest.Event>) =>
  Object.fromEntries(Object.entries(after(...history).items).map(([id, { status }]) => [id, status]))

describe("karbon: ticking items", () => {
  it("L22, K42: no tick without the file that is required", () => {
    given(...open)
      .when(commands.CompleteItem(day(3), "papers", { files: ["payslip"], missing: ["payslip"] }))
      .thenRefused("file-required", "item-incomplete")
      .about("payslip", "payslip")
    given(...open, Decider.attached(day(2)))
      .when(commands.CompleteItem(day(3), "papers"))
      .thenEvents(Decider.itemCompleted("papers", day(3)))
  })
  it("K31, L23: each tick is told to the firm; the firm's own marks are not", () => {
    const ticked = Decider.itemCompleted("papers", day(3))
    assert.deepStrictEqual(ClientRequest.deliveries(ticked, after(...open, ticked)), [
      { kind: "item-notice", item: "papers", at: day(3) },
    ])
    const marked = Decider.itemCompleted("papers", day(3), Decider.member)
    assert.deepStrictEqual(ClientRequest.deliveries(marked, after(...open, marked)), [])
  })
  it("K42: twice ticked is once", () => {
    given(...open, Decider.itemCompleted("papers", day(3)))
      .when(commands.CompleteItem(day(4), "papers"))
      .thenEvents()
  })
  it("K32, L24: the last tick submits it: reminders stop, and nobody gets in any more", () => {
    const remind = { rule: { kind: "urgent" as const }, enabled: true }
    const history = [created(karbon, { reminders: remind }), ...open.slice(1)]
    const last = [Decider.itemCompleted("papers", day(3)), Decider.submitted(day(3))]
    given(...history)
      .when(commands.CompleteItem(day(3), "papers", { left: [] }))
      .thenEvents(...last)
      .thenState({ state: "Submitted", endedAt: day(3) })
    assert.strictEqual(ClientRequest.nextDueAt(after(...history)), day(2) + hours(8))
    assert.isNull(ClientRequest.nextDueAt(after(...history, ...last)))
    assert.isFalse(ClientRequest.isOpenAt(after(...history, ...last), day(3)))
    given(...history, ...last)
      .when(commands.Save(day(4)))
      .thenRefused("wrong-state", "item-closed")
    // the same tick once more, after the answer to the first was lost
    given(...history, ...last)
      .when(commands.CompleteItem(day(4), "papers", { left: [] }))
      .thenEvents()
  })
  it("X3: where it ends by itself, nobody finishes it; where it is finished, no tick ends it", () => {
    given(...open)
      .when(commands.Submit(day(3)))
      .thenRefused("completion-not-allowed")
    const policy = { ...karbon, completion: "explicit" as const }
    given(created(policy), ...open.slice(1))
      .when(commands.CompleteItem(day(3), "papers", { left: [] }))
      .thenEvents(Decider.itemCompleted("papers", day(3)))
    for (const policy of [customerCentre, fileRequest]) {
      given(created(policy), ...open.slice(1))
        .when(commands.Submit(day(3)))
        .thenRefused("completion-not-allowed")
    }
  })
  it("K47: what is complete, only the firm opens again; then it can be written again", () => {
    const ticked = [...open, Decider.itemCompleted("income", day(3))]
    given(...ticked)
      .when(commands.ReopenItem(day(4), "income"))
      .thenRefused("item-not-allowed")
    given(...ticked)
      .when(commands.Save(day(4), { items: ["income"] }))
      .thenRefused("item-closed")
      .about("income")
    given(...ticked)
      .when(commands.MarkItem(day(4), "income", false))
      .thenEvents(Decider.itemReopened("income", day(4), Decider.member))
    given(...ticked, Decider.itemReopened("income", day(4), Decider.member))
      .when(commands.Save(day(5), { items: ["income"] }))
      .thenEvents()
  })
  it("standard: the customer may say that it was not complete after all, and that one does not apply", () => {
    const history = [created(), sent(), Decider.claimed(), Decider.deviceFixed(), started()]
    given(...history, Decider.itemCompleted("income", day(3), Decider.member))
      .when(commands.ReopenItem(day(4), "income"))
      .thenEvents(Decider.itemReopened("income", day(4)))
    given(...history)
      .when(commands.DeclineItem(day(4), "house"))
      .thenEvents(Decider.itemDeclined("house", day(4)))
      .thenState({ items: { house: { status: "NotApplicable", reason: "We rent.", at: day(4) } } })
    given(...history)
      .when(commands.DeclineItem(day(4), "house", { reason: " " }))
      .thenRefused("reason-missing")
    given(...history)
      .when(commands.DeclineItem(day(4), "garage"))
      .thenRefused("item-unknown")
    given(...open)
      .when(commands.DeclineItem(day(4), "house"))
      .thenRefused("item-not-allowed")
    // what does not apply can be filled in all the same
    given(...history, Decider.itemDeclined("house", day(4)))
      .when(commands.Save(day(5), { items: ["house"] }))
      .thenEvents(Decider.itemStarted("house", day(5)))
  })
  it("X3: the last item declined ends it as well", () => {
    const policy = { ...karbon, customerMayDeclineItem: true }
    given(created(policy), ...open.slice(1))
      .when(commands.DeclineItem(day(3), "house", { left: [] }))
      .thenEvents(Decider.itemDeclined("house", day(3)), Decider.submitted(day(3)))
  })
})

describe("review", () => {
  const history = [
    created(),
    sent(),
    Decider.claimed(),
    Decider.deviceFixed(),
    started(),
    ...["income", "papers", "house"].map((item) => Decider.itemStarted(item)),
    Decider.submitted(),
  ]
  const returned = Decider.itemReturned("papers", day(4), { expiresAt: day(34) })
  it("L44: opened again for one item with the reason: only that one is writable, the others stay as they were", () => {
    given(...history)
      .when(commands.ReturnItem(day(4), "papers"))
      .thenEvents(returned)
      .thenState({ state: "WaitingForCustomer", openItems: ["papers"], expiresAt: day(34), endedAt: null })
    assert.deepStrictEqual(statuses(...history, returned), {
      income: "Completed",
      papers: "Returned",
      house: "Completed",
    })
    assert.deepStrictEqual(ClientRequest.deliveries(returned, after(...history, returned)), [
      { kind: "returned", recipient: "eva", item: "papers", reason: "Wrong year.", at: day(4) },
    ])
    const page = { generation: 2 }
    for (const command of [
      commands.Save(day(5), { ...page, items: ["papers", "income"] }),
      commands.AttachFile(day(5), { ...page, item: "income" }),
      commands.DeclineItem(day(5), "income", page),
    ]) {
      given(...history, returned)
        .when(command)
        .thenRefused("item-closed")
        .about("income")
    }
    given(...history, returned)
      .when(commands.Save(day(5), { ...page, items: ["papers"] }))
      .thenEvents(Decider.itemStarted("papers", day(5)))
    const again = [...history, returned, Decider.itemStarted("papers", day(5))]
    given(...again)
      .when(commands.Submit(day(6), { ...page, submissionId: "s2" }))
      .thenHappens("RequestSubmitted")
      .thenState({ state: "Submitted", openItems: null })
    given(...again)
      .when(commands.ReturnItem(day(6), "house", "Which one?"))
      .thenState({ openItems: ["papers", "house"], state: "WaitingForCustomer", expiresAt: day(34) })
  })
  it("L44: the links from before are dead; the mail that tells why has a new one", () => {
    given(...history, returned)
      .when(commands.Save(day(5), { items: ["papers"] }))
      .thenRefused("link-replaced")
  })
  it("accepted is accepted; nothing was given is not returned; what is not there is not reviewed", () => {
    given(...history)
      .when(commands.AcceptItem(day(4)))
      .thenEvents(Decider.itemAccepted("income", day(4)))
    given(...history, Decider.itemAccepted("income", day(4)))
      .when(commands.AcceptItem(day(5)))
      .thenEvents()
    given(...open)
      .when(commands.AcceptItem(day(3)))
      .thenRefused("wrong-state")
    given(...history, Decider.itemReturned("income", day(4)), Decider.submitted(day(5)))
      .when(commands.AcceptItem(day(6), "income"))
      .thenHappens("ItemAccepted")
    given(...open)
      .when(commands.ReturnItem(day(3), "house"))
      .thenRefused("item-status")
    given(...history)
      .when(commands.ReturnItem(day(4), "garage", ""))
      .thenRefused("item-unknown", "reason-missing")
  })
  it("the firm waives what it does not need any more, with a reason", () => {
    given(...open)
      .when(commands.WaiveItem(day(3)))
      .thenEvents(Decider.itemWaived("house", day(3)))
    given(...open, Decider.itemWaived("house", day(3)))
      .when(commands.Save(day(4), { items: ["house"] }))
      .thenRefused("item-closed")
    given(...open, Decider.itemWaived("house", day(3)))
      .when(commands.WaiveItem(day(4)))
      .thenEvents()
    given(...open)
      .when(commands.WaiveItem(day(3), "house", ""))
      .thenRefused("reason-missing")
  })
})

describe("answering", () => {
  it("the first answer starts it, and its item, once", () => {
    given(created(taxdome), sent())
      .when(commands.Save(day(2)))
      .thenEvents(started(day(2)), Decider.itemStarted("income"))
    given(created(taxdome), sent(), started(day(2)), Decider.itemStarted("income"))
      .when(commands.Save(day(3)))
      .thenEvents()
      .thenState({ startedAt: day(2) })
  })
  it("a file starts it, stands in the state, and can be taken away again", () => {
    given(created(taxdome), sent())
      .when(commands.AttachFile(day(2), { file: Decider.pdf }))
      .thenEvents(started(day(2)), Decider.itemStarted("papers"), Decider.attached(day(2)))
      .thenState({ files: [{ ...Decider.pdf, question: "payslip", at: day(2), scan: "clean" }] })
    given(created(taxdome), sent(), started(), Decider.attached())
      .when(commands.RemoveFile(day(3)))
      .thenState({ files: [] })
  })
  it("a question takes so many files; those of other questions do not count", () => {
    const history = [created(taxdome), sent(), started(), Decider.attached()]
    given(...history)
      .when(commands.AttachFile(day(3), { limit: 1 }))
      .thenRefused("file-limit")
      .about("payslip")
    given(...history)
      .when(commands.AttachFile(day(3), { limit: 1, question: "passport" }))
      .thenState({ state: "WaitingForCustomer" })
  })
  it("F9, L36: three files in two visits: three files, each to be told of, the state unchanged", () => {
    const file = (id: string) => ({ ...Decider.pdf, id })
    const uploads = [day(2), day(2) + 60_000, day(3)].map((at, index) =>
      commands.AttachFile(at, { file: file(`f${index}`), limit: 100 }),
    )
    const history = Decider.told(
      commands.Create(day(0), { policy: fileRequest }),
      commands.Send(day(1)),
      commands.Claim(day(2)),
      ...uploads,
    )
    const request = after(...history)
    assert.strictEqual(request.state, "WaitingForCustomer")
    assert.deepStrictEqual(
      request.files.map(({ id }) => id),
      ["f0", "f1", "f2"],
    )
    const notices = history
      .flatMap((event) => ClientRequest.deliveries(event, request))
      .filter(({ kind }) => kind === "upload-notice")
    // the outbox gathers those of a visit
    assert.deepStrictEqual(
      notices,
      [day(2), day(2) + 60_000, day(3)].map((at) => ({ kind: "upload-notice", at, last: at })),
    )
  })
  it("P26, L06: under passfort nothing is kept before the end, and everything comes with it", () => {
    for (const command of [commands.Save(day(2)), commands.AttachFile(day(2)), commands.RemoveFile(day(2))]) {
      const { decision } = given(created(passfort), sent()).when(command)
      assert.include(Result.isFailure(decision) ? decision.failure.reasons[0]?.code : "", "saving-not-allowed")
    }
    given(created(passfort), sent())
      .when(commands.Submit(day(3), { files: [{ question: "payslip", file: Decider.pdf, scan: "clean" }] }))
      .thenEvents(Decider.attached(day(3)), Decider.submitted(day(3)))
      .thenState({ files: [{ ...Decider.pdf, question: "payslip", at: day(3), scan: "clean" }], state: "Submitted" })
  })
  it("P24, L05: Finish with a section missing is refused, and names what is missing; complete, it is submitted", () => {
    given(created(passfort), sent())
      .when(commands.Submit(day(3), { missing: ["house", "payslip"] }))
      .thenRefused("incomplete")
      .about("house", "payslip")
    given(created(passfort), sent())
      .when(commands.Submit(day(3)))
      .thenEvents(Decider.submitted(day(3)))
      .thenState({ state: "Submitted", submission: { id: "s1", digest: "2".repeat(64), at: day(3) } })
  })
  it("Finish pressed twice is one submission; another one afterwards is refused", () => {
    const history = [created(taxdome), sent(), started(), Decider.submitted(day(3))]
    given(...history)
      .when(commands.Submit(day(4)))
      .thenEvents()
    given(...history)
      .when(commands.Submit(day(4), { submissionId: "s2" }))
      .thenRefused("wrong-state")
  })
})

describe("the end", () => {
  const history = [created(), sent(), Decider.claimed(), Decider.deviceFixed(), started()]
  it("L41: cancel and submit, in either order: one of them happens, the other is refused", () => {
    const race = [commands.Cancel(day(4)), commands.Submit(day(4))]
    for (const [first, second] of [race, race.toReversed()]) {
      if (first === undefined || second === undefined) return assert.fail()
      const winner = ClientRequest.decide(first, after(...history))
      const events = Result.getOrElse(winner, () => assert.fail("the first one wins"))
      assert.lengthOf(events, 1)
      given(...history, ...events)
        .when(second)
        .thenRefused("wrong-state")
    }
  })
  it("P27, P28: whatever stands open is cancelled, and the old link is dead", () => {
    for (const before of [[created()], [created(), sent()], history, [...history, Decider.expired(day(31))]]) {
      given(...before)
        .when(commands.Cancel(day(40)))
        .thenState({ state: "Cancelled" })
    }
    given(...history, Decider.cancelled(day(4)))
      .when(commands.Save(day(5)))
      .thenRefused("wrong-state")
    given(...history, Decider.cancelled(day(4)))
      .when(commands.Cancel(day(5)))
      .thenEvents()
      .thenState({ endedAt: day(4) })
  })
  it("P22: after submission, cancellation or expiry nothing of the customer's gets in", () => {
    const ends = [Decider.submitted(), Decider.cancelled(), Decider.expired(day(31))]
    for (const [index, end] of ends.entries()) {
      for (const command of [commands.Claim, commands.Start, commands.Save, commands.AttachFile]) {
        given(...history, end)
          .when(command(day(31)))
          .thenRefused(index === 2 ? "expired" : "wrong-state")
      }
    }
  })
  it("the firm closes it for the customer, expired or not, but not before they have begun", () => {
    given(...history)
      .when(commands.CloseOnBehalf(day(4)))
      .thenEvents(Decider.submitted(day(4), Decider.member))
    given(...history)
      .when(commands.CloseOnBehalf(day(40)))
      .thenEvents(Decider.expired(day(40)), Decider.submitted(day(40), Decider.member))
    given(created(), sent())
      .when(commands.CloseOnBehalf(day(4)))
      .thenRefused("wrong-state")
  })
  it("and opens it again: answers and files stay, the links from before stay dead, and only a resend begins a cycle", () => {
    const submitted = [...history, Decider.attached(), Decider.reminded(day(2), 1, day(62)), Decider.submitted()]
    given(...submitted)
      .when(commands.Reopen(day(5)))
      .thenEvents(Decider.reopened(day(5), day(62)))
      .thenState({
        state: "WaitingForCustomer",
        files: [{ ...Decider.pdf, question: "payslip", at: day(2), scan: "clean" }],
        sendNo: 1,
        reminders: { count: 1, lastAt: day(2), from: day(5) },
      })
    const reopened = [...submitted, Decider.reopened(day(5), day(62))]
    given(...reopened)
      .when(commands.Save(day(6)))
      .thenRefused("link-replaced")
    // I14: a resend does not bring them back
    given(...reopened, Decider.resent(day(6), 2, { expiresAt: day(62) }))
      .when(commands.Save(day(7)))
      .thenRefused("link-replaced")
    assert.isTrue(Object.values(statuses(...reopened)).every((status) => status === "InProgress"))
    assert.isNotEmpty(statuses(...reopened))
  })
})

describe("the last word", () => {
  const ending = { left: [], submissionId: "s1", digest: "2".repeat(64) }
  it("L24, K24: where the last item ends a request, it does so when the firm waives or marks it", () => {
    const base = { id: "command", by: Decider.member, at: day(3), item: "house", ending }
    for (const command of [
      { type: "WaiveItem", reason: "Found it.", ...base },
      { type: "MarkItem", complete: true, ...base },
    ] as const) {
      given(...open)
        .when(command)
        .thenState({ state: "Submitted" })
      given(...open)
        .when({ ...command, ending: { ...ending, left: ["papers"] } })
        .thenState({ state: "WaitingForCustomer" })
      given(created(standard), sent(), Decider.claimed(), started())
        .when(command)
        .thenState({ state: "WaitingForCustomer" })
    }
  })
  it("closed by the firm, it says of nothing that was not begun that it is complete", () => {
    const begun = [created(standard), sent(), Decider.claimed(), started(), Decider.itemStarted("income", day(2))]
    const closed = given(...begun).when(commands.CloseOnBehalf(day(4)))
    closed.thenState({ items: { income: { status: "Completed", reason: null, at: day(4) } } })
  })
  it("S31: a claim says what it was proved by", () => {
    const claim = commands.Claim(day(2), { assurance: "single-channel" })
    const decision = ClientRequest.decide(claim, after(created(standard), sent()))
    const events = Result.getOrElse(decision, () => [])
    assert.deepStrictEqual(
      events.map((event) => ("assurance" in event ? event.assurance : null)),
      ["single-channel"],
    )
  })
})

describe("policies", () => {
  it("X3: each ends as its article tells", () => {
    const ends = Object.entries(RequestPolicy.presets).map(([name, policy]) => {
      const history = [created(policy), sent(), Decider.claimed(), started()]
      const finish = ClientRequest.decide(commands.Submit(day(3)), after(...history))
      const last = ClientRequest.decide(commands.CompleteItem(day(3), "house", { left: [] }), after(...history))
      const submits = (decision: typeof finish) =>
        Result.isSuccess(decision) && decision.success.some(({ type }) => type === "RequestSubmitted")
      return [name, submits(finish), submits(last)]
    })
    assert.deepStrictEqual(ends, [
      ["standard", true, false],
      ["passfort", true, false],
      ["taxdome", true, false],
      ["karbon", false, true],
      ["customer-centre", false, false],
      ["file-request", false, false],
    ])
    assert.strictEqual(standard.completion, "explicit")
  })
})
