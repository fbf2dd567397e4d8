// What the scanner says of files that are attached already, and the checks that clean documents lead to.

import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import * as Decider from "../../support/Decider.ts"
import { commands, day, details, given } from "../../support/Decider.ts"

/** The events that follow from a command, and the request after them. */
const outcome = (history: ReadonlyArray<Decider.Event>, command: Decider.Command) => {
  const events = Result.getOrThrow(given(...history).when(command).decision)
  return { events, types: events.map(({ type }) => type), state: Decider.after(...history, ...events) }
}

const pending = Decider.attached(day(2), Decider.pdf, "pending")
const begun = [
  Decider.created(),
  Decider.sent(),
  Decider.deviceFixed(),
  Decider.started(),
  Decider.itemStarted("papers"),
]

describe("S55: a file that was attached before the scanner had looked", () => {
  it("is pending, and the record says when it is known to be clean", () => {
    given(...begun, pending)
      .when(commands.ReportScan(day(3)))
      .thenEvents(Decider.scanned(day(3)))
      .thenState({ files: [{ ...Decider.pdf, question: "payslip", at: day(2), scan: "clean" }] })
  })
  it("the same verdict twice, and one on a file that the customer removed, say nothing", () => {
    given(...begun, pending, Decider.scanned(day(3)))
      .when(commands.ReportScan(day(4)))
      .thenEvents()
    given(...begun, pending, Decider.removed(day(3)))
      .when(commands.ReportScan(day(4)))
      .thenEvents()
    given(...begun, pending, Decider.removed(day(3)))
      .when(commands.QuarantineFile(day(4)))
      .thenEvents()
  })
  it("infected: it leaves the answers, its item comes back, the customer and the firm are told", () => {
    const history = [...begun, pending, Decider.itemCompleted("papers", day(2))]
    given(...history)
      .when(commands.QuarantineFile(day(3)))
      .thenEvents(Decider.quarantined(day(3)), Decider.returnedInfected(day(3)))
      .thenState({ files: [], state: "WaitingForCustomer", openItems: null })
    const { events, state } = outcome(history, commands.QuarantineFile(day(3)))
    assert.deepStrictEqual(state.items["papers"], {
      status: "Returned",
      reason: "",
      infected: "payslip.pdf",
      at: day(3),
    })
    assert.deepStrictEqual(state.quarantined, [
      { ...Decider.pdf, question: "payslip", signature: "Eicar-Test-Signature", at: day(3) },
    ])
    assert.deepStrictEqual(
      events.flatMap((event) => ClientRequest.deliveries(event, state)),
      [
        { kind: "file-notice", file: "f1", at: day(3) },
        { kind: "returned", recipient: "eva", item: "papers", reason: "", infected: "payslip.pdf", at: day(3) },
      ],
    )
  })
  it("infected after the request was submitted: it waits again, with only that item open", () => {
    given(...begun, pending, Decider.submitted())
      .when(commands.QuarantineFile(day(4)))
      .thenEvents(Decider.quarantined(day(4)), Decider.returnedInfected(day(4), day(34)))
      .thenState({ files: [], state: "WaitingForCustomer", openItems: ["papers"], expiresAt: day(34) })
  })
  it("infected after it was cancelled or expired: it goes, and nothing opens again", () => {
    for (const end of [Decider.cancelled(day(3)), Decider.expired(day(31))]) {
      given(...begun, pending, end)
        .when(commands.QuarantineFile(day(40)))
        .thenEvents(Decider.quarantined(day(40)))
        .thenState({ files: [] })
    }
  })
  it("infected in an item that the firm waived, or asks no more: it goes, and the item stays as it is", () => {
    given(...begun, pending, Decider.itemWaived("papers", day(3)))
      .when(commands.QuarantineFile(day(4)))
      .thenEvents(Decider.quarantined(day(4)))
    given(...begun, pending)
      .when(commands.QuarantineFile(day(4), { item: "gone" }))
      .thenEvents(Decider.quarantined(day(4)))
  })
  it("that cannot be scanned, removed by a member: the item comes back in the member's words", () => {
    const { events, state } = outcome(
      [...begun, Decider.attached(day(2), Decider.pdf, "unscannable")],
      commands.QuarantineFile(day(3), { by: Decider.member, signature: "", reason: "Without a password, please." }),
    )
    assert.deepInclude(events.at(-1), { type: "ItemReturned", reason: "Without a password, please." })
    assert.notProperty(state.items["papers"], "infected")
    assert.deepStrictEqual(
      events.flatMap((event) => ClientRequest.deliveries(event, state)).map(({ kind }) => kind),
      ["returned"],
    )
  })
  it("S67: of a page that several can upload to, nobody is told of the file of another", () => {
    const [one, two] = [[Decider.eva], [Decider.eva, Decider.bo]].map(
      (recipients) =>
        outcome(
          [Decider.created(RequestPolicy.fileRequest, { recipients }), Decider.sent(), Decider.started(), pending],
          commands.QuarantineFile(day(4)),
        ).types,
    )
    assert.deepStrictEqual([one, two], [["FileQuarantined", "ItemReturned"], ["FileQuarantined"]])
  })
  it("another file is taken instead, and why it came back is known until it is complete", () => {
    const back = [...begun, pending, Decider.quarantined(day(3)), Decider.returnedInfected(day(3))]
    const { types, state } = outcome(back, commands.AttachFile(day(4)))
    assert.deepStrictEqual(types, ["ItemStarted", "FileAttached"])
    assert.deepStrictEqual(state.items["papers"]?.infected, "payslip.pdf")
    assert.isUndefined(Decider.after(...back, Decider.itemCompleted("papers", day(5))).items["papers"]?.infected)
  })
})

describe("P17 L07: a document for a check", () => {
  const questionnaire = {
    ...details.questionnaire,
    checks: [{ item: "papers", question: "payslip", check: "income" }],
  }
  const asked = [Decider.created(RequestPolicy.standard, { questionnaire }), ...begun.slice(1)]

  it("the check is asked for once, when it is submitted clean", () => {
    given(...asked, Decider.attached())
      .when(commands.Submit(day(3)))
      .thenEvents(Decider.submitted(), Decider.checkRequested(day(3)))
      .thenState({ checks: [{ item: "papers", question: "payslip", check: "income", files: ["f1"], at: day(3) }] })
    given(...asked, Decider.attached(), Decider.submitted(), Decider.checkRequested(day(3)))
      .when(commands.Submit(day(4)))
      .thenEvents()
  })
  it("where the scanner has not looked yet, when it has", () => {
    given(...asked, pending)
      .when(commands.Submit(day(3)))
      .thenEvents(Decider.submitted())
    given(...asked, pending, Decider.submitted())
      .when(commands.ReportScan(day(4)))
      .thenEvents(Decider.scanned(day(4)), Decider.checkRequested(day(4), ["f1"], Decider.system))
    given(...asked, pending, Decider.submitted())
      .when(commands.ReportScan(day(4), { scan: "unscannable" }))
      .thenEvents(Decider.scanned(day(4), "unscannable"))
  })
  it("of one that is infected never, and of the next one once", () => {
    const back = [
      ...asked,
      pending,
      Decider.submitted(),
      Decider.quarantined(day(4)),
      Decider.returnedInfected(day(4), day(34)),
    ]
    const second = { ...Decider.pdf, id: "f2" }
    given(...back, Decider.itemStarted("papers", day(5)), Decider.attached(day(5), second))
      .when(commands.Submit(day(6), { submissionId: "s2", generation: 2 }))
      .thenHappens("RequestSubmitted", "CheckRequested")
  })
  it("after the firm sent it back, only for what is new", () => {
    const back = [
      ...asked,
      Decider.attached(),
      Decider.submitted(),
      Decider.checkRequested(day(3)),
      Decider.itemReturned("papers", day(4), { expiresAt: day(34) }),
      Decider.itemStarted("papers", day(5)),
    ]
    const again = commands.Submit(day(6), { submissionId: "s2", generation: 2 })
    given(...back)
      .when(again)
      .thenHappens("RequestSubmitted")
    const { types, events } = outcome([...back, Decider.attached(day(5), { ...Decider.pdf, id: "f2" })], again)
    assert.deepStrictEqual(types, ["RequestSubmitted", "CheckRequested"])
    assert.deepInclude(events.at(-1), { type: "CheckRequested", files: ["f2"] })
  })
  it("nothing was given, or the item is not done: no check", () => {
    given(...asked)
      .when(commands.Submit(day(3)))
      .thenEvents(Decider.submitted())
    given(...asked, pending)
      .when(commands.ReportScan(day(3)))
      .thenEvents(Decider.scanned(day(3)))
  })
})
