/**
 * "Event × state" of lifecycle.md, every cell: each command in each column, with the differences that matter to it (the rows
 * and the stories behind the columns are those of tests/docs/Lifecycle.ts). A cell holds the events that follow, `=` where
 * nothing does, or after a dash every reason of the refusal. `standard` is written whole; of the other presets the cells
 * that differ, and all their cells are tried.
 */
import { assert, describe, it } from "@effect/vitest"
import type * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import * as Lifecycle from "../../docs/Lifecycle.ts"
import * as Decider from "../../support/Decider.ts"
import { commands, day } from "../../support/Decider.ts"

type Cells = ReadonlyMap<string, ReadonlyMap<string, string>>

/** The cells of a written table, by row and column. */
const read = (table: string): Cells => {
  const [head = [], ...lines] = table
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
  return new Map(
    lines.map(([row = "", ...cells]) => [
      row,
      new Map(head.slice(1).map((column, index) => [column, cells[index] ?? ""])),
    ]),
  )
}

const standard = read(`
                                   | Pending, unsent                           | Pending, sent                                       | Waiting                          | Submitted                      | Expired                                  | Cancelled
Create                             | - wrong-state                             | - wrong-state                                       | - wrong-state                    | - wrong-state                  | - wrong-state                            | - wrong-state
Edit what is asked                 | RequestEdited                             | RequestEdited                                       | - structure-frozen               | - structure-frozen             | - structure-frozen                       | - structure-frozen
Edit: only ask more                | RequestEdited                             | RequestEdited                                       | - structure-frozen               | - structure-frozen             | - structure-frozen                       | - structure-frozen
Edit the message                   | RequestEdited                             | RequestEdited                                       | - setting-fixed                  | - structure-frozen             | - setting-fixed                          | - structure-frozen
Edit the due date                  | RequestEdited                             | RequestEdited                                       | RequestEdited                    | - structure-frozen             | RequestEdited                            | - structure-frozen
Edit the reminders                 | RequestEdited                             | RequestEdited                                       | RequestEdited                    | - structure-frozen             | RequestEdited                            | - structure-frozen
Edit a recipient's name            | RequestEdited                             | RequestEdited                                       | RequestEdited                    | - structure-frozen             | RequestEdited                            | - structure-frozen
Edit: more careful                 | RequestEdited                             | RequestEdited                                       | RequestEdited                    | - structure-frozen             | RequestEdited                            | - structure-frozen
Edit nothing                       | =                                         | =                                                   | =                                | - structure-frozen             | =                                        | - structure-frozen
ChangeRecipient                    | RecipientChanged                          | RecipientChanged                                    | RecipientChanged                 | - wrong-state                  | RecipientChanged                         | - wrong-state
ChangeWindow                       | WindowChanged                             | WindowChanged                                       | WindowChanged                    | - wrong-state                  | WindowChanged                            | - wrong-state
Schedule                           | RequestScheduled                          | - already-sent                                      | - wrong-state                    | - wrong-state                  | - wrong-state                            | - wrong-state
Unschedule                         | =                                         | - already-sent                                      | - wrong-state                    | - wrong-state                  | - wrong-state                            | - wrong-state
Send                               | RequestSent                               | - already-sent                                      | - wrong-state                    | - wrong-state                  | - wrong-state                            | - wrong-state
Send, another is out               | RequestSent                               | - already-sent                                      | - wrong-state                    | - wrong-state                  | - wrong-state                            | - wrong-state
Resend                             | - not-sent                                | RequestResent                                       | RequestResent                    | - wrong-state                  | RequestResent                            | - wrong-state
Resend, another is out             | - not-sent                                | RequestResent                                       | RequestResent                    | - wrong-state                  | RequestResent                            | - wrong-state
RevokeLinks                        | - not-sent                                | LinksRevoked                                        | LinksRevoked                     | LinksRevoked                   | LinksRevoked                             | - wrong-state
Claim                              | - not-sent                                | LinkClaimed                                         | LinkClaimed                      | - wrong-state                  | - expired                                | - wrong-state
Claim, another device              | - not-sent                                | LinkClaimed                                         | - other-device                   | - wrong-state other-device     | - expired other-device                   | - wrong-state other-device
Claim, another device, access link | - not-sent                                | LinkClaimed                                         | LinkClaimed                      | - wrong-state                  | - expired                                | - wrong-state
RequestAccessLink                  | - not-sent recipient-unknown              | AccessLinkSent                                      | AccessLinkSent                   | - wrong-state                  | AccessLinkSent                           | - wrong-state
StopReminders                      | - not-sent recipient-unknown              | RemindersStopped                                    | RemindersStopped                 | - wrong-state                  | RemindersStopped                         | - wrong-state
ChooseLanguage                     | - not-sent recipient-unknown              | LanguageChosen                                      | LanguageChosen                   | - wrong-state                  | LanguageChosen                           | - wrong-state
Comment                            | - not-sent                                | CommentAdded                                        | CommentAdded                     | - wrong-state                  | - expired                                | - wrong-state
Reply                              | - not-sent                                | CommentAdded                                        | CommentAdded                     | - wrong-state                  | - wrong-state                            | - wrong-state
Delegate                           | - not-sent                                | DelegationProposed                                  | DelegationProposed               | - wrong-state                  | - expired                                | - wrong-state
AcceptDelegation                   | - delegation-unknown                      | - delegation-unknown                                | - delegation-unknown             | - delegation-unknown           | - delegation-unknown                     | - delegation-unknown
RefuseDelegation                   | - delegation-unknown                      | - delegation-unknown                                | - delegation-unknown             | - delegation-unknown           | - delegation-unknown                     | - delegation-unknown
Disown                             | - not-sent                                | RequestDisowned                                     | RequestDisowned                  | - wrong-state                  | - expired                                | - wrong-state
Start                              | - not-sent                                | DeviceFixed RequestStarted                          | =                                | - wrong-state                  | - expired                                | - wrong-state
Save                               | - not-sent                                | DeviceFixed RequestStarted ItemStarted              | ItemStarted                      | - wrong-state                  | - expired                                | - wrong-state
Save an empty page                 | - not-sent                                | =                                                   | =                                | - wrong-state                  | - expired                                | - wrong-state
Save a stale page                  | - not-sent stale-revision                 | - stale-revision                                    | - stale-revision                 | - wrong-state stale-revision   | - expired stale-revision                 | - wrong-state stale-revision
Save a complete item               | - not-sent                                | DeviceFixed RequestStarted ItemStarted              | =                                | - wrong-state                  | - expired                                | - wrong-state
AttachFile                         | - not-sent                                | DeviceFixed RequestStarted ItemStarted FileAttached | FileAttached                     | - wrong-state                  | - expired                                | - wrong-state
RemoveFile                         | - not-sent file-unknown                   | - file-unknown                                      | FileRemoved                      | - wrong-state                  | - expired                                | - wrong-state
CompleteItem                       | - not-sent item-not-allowed               | - item-not-allowed                                  | - item-not-allowed               | =                              | - expired item-not-allowed               | - wrong-state item-not-allowed
CompleteItem, a file missing       | - not-sent item-not-allowed file-required | - item-not-allowed file-required                    | - item-not-allowed file-required | =                              | - expired item-not-allowed file-required | - wrong-state item-not-allowed file-required
CompleteItem, the last             | - not-sent item-not-allowed               | - item-not-allowed                                  | - item-not-allowed               | - wrong-state item-not-allowed | - expired item-not-allowed               | - wrong-state item-not-allowed
ReopenItem                         | - not-sent item-status                    | - item-status                                       | ItemReopened                     | - wrong-state                  | - expired                                | - wrong-state
DeclineItem                        | - not-sent                                | DeviceFixed RequestStarted ItemDeclined             | ItemDeclined                     | - wrong-state                  | - expired                                | - wrong-state
Submit                             | - not-sent                                | DeviceFixed RequestSubmitted                        | RequestSubmitted                 | - wrong-state                  | - expired                                | - wrong-state
Submit, incomplete                 | - not-sent incomplete                     | - incomplete                                        | - incomplete                     | - wrong-state incomplete       | - expired incomplete                     | - wrong-state incomplete
Submit a second time               | - not-sent                                | DeviceFixed RequestSubmitted                        | RequestSubmitted                 | =                              | - expired                                | - wrong-state
Wake, nothing is due               | =                                         | =                                                   | =                                | =                              | =                                        | =
Wake, a reminder is due            | =                                         | ReminderSent                                        | ReminderSent                     | =                              | =                                        | =
Wake, the window is over           | =                                         | RequestExpired                                      | RequestExpired                   | =                              | =                                        | =
Cancel                             | RequestCancelled                          | RequestCancelled                                    | RequestCancelled                 | - wrong-state                  | RequestCancelled                         | =
Suspend                            | RequestSuspended                          | RequestSuspended                                    | RequestSuspended                 | RequestSuspended               | RequestSuspended                         | - wrong-state
Resume                             | =                                         | =                                                   | =                                | =                              | =                                        | - wrong-state
Reopen                             | - wrong-state                             | - wrong-state                                       | - wrong-state                    | RequestReopened                | - wrong-state                            | - wrong-state
AcceptItem                         | - wrong-state                             | - wrong-state                                       | - wrong-state                    | ItemAccepted                   | - wrong-state                            | - wrong-state
ReturnItem                         | - wrong-state                             | - wrong-state                                       | ItemReturned                     | ItemReturned                   | - wrong-state                            | - wrong-state
WaiveItem                          | - wrong-state                             | - wrong-state                                       | ItemWaived                       | - wrong-state                  | - wrong-state                            | - wrong-state
MarkItem                           | ItemCompleted                             | ItemCompleted                                       | ItemCompleted                    | - wrong-state                  | ItemCompleted                            | - wrong-state
CloseOnBehalf                      | - wrong-state                             | - wrong-state                                       | RequestSubmitted                 | =                              | RequestSubmitted                         | - wrong-state
ReportDelivery                     | DeliveryReported                          | DeliveryReported                                    | DeliveryReported                 | DeliveryReported               | DeliveryReported                         | DeliveryReported
RecordAccess                       | - not-sent                                | AccessRecorded                                      | AccessRecorded                   | AccessRecorded                 | AccessRecorded                           | AccessRecorded
ReportScan                         | =                                         | =                                                   | FileScanned                      | FileScanned                    | FileScanned                              | FileScanned
ReportScan, known already          | =                                         | =                                                   | =                                | =                              | =                                        | =
QuarantineFile                     | =                                         | =                                                   | FileQuarantined ItemReturned     | FileQuarantined ItemReturned   | FileQuarantined                          | FileQuarantined
RecordView                         | RequestViewed                             | RequestViewed                                       | RequestViewed                    | RequestViewed                  | RequestViewed                            | RequestViewed
Erase                              | - still-open                              | - still-open                                        | - still-open                     | RequestErased                  | RequestErased                            | RequestErased
`)

const presets: Readonly<Record<string, string>> = {
  // waiting once it is sent, sent once, and nothing kept before the end (P15, P26, P29)
  passfort: `
                        | Pending, unsent                                      | Waiting                             | Submitted                                       | Expired                                     | Cancelled
Edit the due date       |                                                      | - setting-fixed                     |                                                 | - setting-fixed                             |
Edit the reminders      |                                                      | - setting-fixed                     |                                                 | - setting-fixed                             |
Edit a recipient's name |                                                      | - setting-fixed                     |                                                 | - setting-fixed                             |
ChangeRecipient         |                                                      | - recipient-fixed                   |                                                 | - recipient-fixed                           |
Send, another is out    | - outstanding-request                                | - wrong-state outstanding-request   | - wrong-state outstanding-request               | - wrong-state outstanding-request           | - wrong-state outstanding-request
Resend                  | - not-sent resend-not-allowed                        | - resend-not-allowed                | - wrong-state resend-not-allowed                | - resend-not-allowed                        | - wrong-state resend-not-allowed
Resend, another is out  | - not-sent resend-not-allowed                        | - resend-not-allowed                | - wrong-state resend-not-allowed                | - resend-not-allowed outstanding-request    | - wrong-state resend-not-allowed
Claim, another device   |                                                      | LinkClaimed                         | - wrong-state                                   | - expired                                   | - wrong-state
RequestAccessLink       | - not-sent access-link-not-allowed recipient-unknown | - access-link-not-allowed           | - wrong-state access-link-not-allowed           | - access-link-not-allowed                   | - wrong-state access-link-not-allowed
Save                    | - not-sent saving-not-allowed                        | - saving-not-allowed                | - wrong-state saving-not-allowed                | - expired saving-not-allowed                | - wrong-state saving-not-allowed
Save an empty page      | - not-sent saving-not-allowed                        | - saving-not-allowed                | - wrong-state saving-not-allowed                | - expired saving-not-allowed                | - wrong-state saving-not-allowed
Save a stale page       | - not-sent stale-revision saving-not-allowed         | - stale-revision saving-not-allowed | - wrong-state stale-revision saving-not-allowed | - expired stale-revision saving-not-allowed | - wrong-state stale-revision saving-not-allowed
Save a complete item    | - not-sent saving-not-allowed                        | - saving-not-allowed                | - wrong-state saving-not-allowed                | - expired saving-not-allowed                | - wrong-state saving-not-allowed
AttachFile              | - not-sent saving-not-allowed                        | - saving-not-allowed                | - wrong-state saving-not-allowed                | - expired saving-not-allowed                | - wrong-state saving-not-allowed
RemoveFile              | - not-sent saving-not-allowed file-unknown           | - saving-not-allowed file-unknown   | - wrong-state saving-not-allowed file-unknown   | - expired saving-not-allowed file-unknown   | - wrong-state saving-not-allowed file-unknown
ReopenItem              | - not-sent item-not-allowed item-status              | - item-not-allowed                  | - wrong-state item-not-allowed                  | - expired item-not-allowed                  | - wrong-state item-not-allowed
DeclineItem             | - not-sent item-not-allowed                          | - item-not-allowed                  | - wrong-state item-not-allowed                  | - expired item-not-allowed                  | - wrong-state item-not-allowed
ReportScan              |                                                      | =                                   | =                                               | =                                           | =
QuarantineFile          |                                                      | =                                   | =                                               | =                                           | =
Delegate                | - not-sent delegation-not-allowed                    | - delegation-not-allowed            | - wrong-state delegation-not-allowed            | - expired delegation-not-allowed            | - wrong-state delegation-not-allowed
`,
  // all may change until the customer starts, nothing afterwards; no device, no end (T11, T16)
  taxdome: `
                         | Pending, unsent                                      | Pending, sent                           | Waiting                   | Submitted                             | Cancelled
Edit the due date        |                                                      |                                         | - setting-fixed           |                                       |
Edit the reminders       |                                                      |                                         | - setting-fixed           |                                       |
Edit a recipient's name  |                                                      |                                         | - setting-fixed           |                                       |
ChangeRecipient          |                                                      |                                         | - recipient-fixed         |                                       |
Claim, another device    |                                                      |                                         | LinkClaimed               | - wrong-state                         | - wrong-state
RequestAccessLink        | - not-sent access-link-not-allowed recipient-unknown | - access-link-not-allowed               | - access-link-not-allowed | - wrong-state access-link-not-allowed | - wrong-state access-link-not-allowed
Start                    |                                                      | RequestStarted                          |                           |                                       |
Save                     |                                                      | RequestStarted ItemStarted              |                           |                                       |
Save a complete item     |                                                      | RequestStarted ItemStarted              |                           |                                       |
AttachFile               |                                                      | RequestStarted ItemStarted FileAttached |                           |                                       |
DeclineItem              | - not-sent item-not-allowed                          | - item-not-allowed                      | - item-not-allowed        | - wrong-state item-not-allowed        | - wrong-state item-not-allowed
Submit                   |                                                      | RequestSubmitted                        |                           |                                       |
Submit a second time     |                                                      | RequestSubmitted                        |                           |                                       |
Wake, the window is over |                                                      | ReminderSent                            | ReminderSent              |                                       |
Delegate                 |                                                      | RequestDelegated                        | RequestDelegated          |                                       | 
`,
  // items ticked one by one, more may be asked, the last one ends it (K26, K42, K47)
  karbon: `
                             | Pending, unsent                              | Waiting                             | Submitted                                       | Expired                                     | Cancelled
Edit: only ask more          |                                              | RequestEdited                       |                                                 |                                             |
Save a complete item         |                                              | - item-closed                       | - wrong-state item-closed                       | - expired item-closed                       | - wrong-state item-closed
AttachFile                   |                                              |                                     | - wrong-state item-closed                       |                                             |
RemoveFile                   |                                              |                                     | - wrong-state item-closed                       |                                             |
CompleteItem                 | - not-sent                                   | ItemCompleted                       |                                                 | - expired                                   | - wrong-state
CompleteItem, a file missing | - not-sent file-required                     | - file-required                     |                                                 | - expired file-required                     | - wrong-state file-required
CompleteItem, the last       | - not-sent                                   | ItemCompleted RequestSubmitted      | - wrong-state item-closed                       | - expired                                   | - wrong-state
ReopenItem                   | - not-sent item-not-allowed item-status      | - item-not-allowed                  | - wrong-state item-not-allowed                  | - expired item-not-allowed                  | - wrong-state item-not-allowed
DeclineItem                  | - not-sent item-not-allowed                  | - item-not-allowed                  | - wrong-state item-not-allowed                  | - expired item-not-allowed                  | - wrong-state item-not-allowed
Submit                       | - not-sent completion-not-allowed            | - completion-not-allowed            | - wrong-state completion-not-allowed            | - expired completion-not-allowed            | - wrong-state completion-not-allowed
Submit, incomplete           | - not-sent completion-not-allowed incomplete | - completion-not-allowed incomplete | - wrong-state completion-not-allowed incomplete | - expired completion-not-allowed incomplete | - wrong-state completion-not-allowed incomplete
Submit a second time         | - not-sent completion-not-allowed            | - completion-not-allowed            |                                                 | - expired completion-not-allowed            | - wrong-state completion-not-allowed
`,
  // one record, written live, closed by the firm (C4, C5)
  "customer-centre": `
                      | Pending, unsent                                      | Waiting                             | Submitted                                       | Expired                                     | Cancelled
Edit: only ask more   |                                                      | RequestEdited                       |                                                 |                                             |
Claim, another device |                                                      | LinkClaimed                         | - wrong-state                                   | - expired                                   | - wrong-state
RequestAccessLink     | - not-sent access-link-not-allowed recipient-unknown | - access-link-not-allowed           | - wrong-state access-link-not-allowed           | - access-link-not-allowed                   | - wrong-state access-link-not-allowed
Save                  |                                                      | ItemStarted AnswersSaved            |                                                 |                                             |
Save a complete item  |                                                      | AnswersSaved                        |                                                 |                                             |
DeclineItem           | - not-sent item-not-allowed                          | - item-not-allowed                  | - wrong-state item-not-allowed                  | - expired item-not-allowed                  | - wrong-state item-not-allowed
Submit                | - not-sent completion-not-allowed                    | - completion-not-allowed            | - wrong-state completion-not-allowed            | - expired completion-not-allowed            | - wrong-state completion-not-allowed
Submit, incomplete    | - not-sent completion-not-allowed incomplete         | - completion-not-allowed incomplete | - wrong-state completion-not-allowed incomplete | - expired completion-not-allowed incomplete | - wrong-state completion-not-allowed incomplete
Submit a second time  | - not-sent completion-not-allowed                    | - completion-not-allowed            |                                                 | - expired completion-not-allowed            | - wrong-state completion-not-allowed
Delegate              | - not-sent delegation-not-allowed                    | - delegation-not-allowed            | - wrong-state delegation-not-allowed            | - expired delegation-not-allowed            | - wrong-state delegation-not-allowed
`,
  // open until it is revoked (F8, F9)
  "file-request": `
                         | Pending, unsent                                      | Waiting                             | Submitted                                       | Cancelled
Edit the message         |                                                      | RequestEdited                       |                                                 |
Edit the due date        |                                                      | - setting-fixed                     |                                                 |
Edit the reminders       |                                                      | - setting-fixed                     |                                                 |
Edit a recipient's name  |                                                      | - setting-fixed                     |                                                 |
ChangeRecipient          |                                                      | - recipient-fixed                   |                                                 |
Claim, another device    |                                                      | LinkClaimed                         | - wrong-state                                   | - wrong-state
RequestAccessLink        | - not-sent access-link-not-allowed recipient-unknown | - access-link-not-allowed           | - wrong-state access-link-not-allowed           | - wrong-state access-link-not-allowed
DeclineItem              | - not-sent item-not-allowed                          | - item-not-allowed                  | - wrong-state item-not-allowed                  | - wrong-state item-not-allowed
Submit                   | - not-sent completion-not-allowed                    | - completion-not-allowed            | - wrong-state completion-not-allowed            | - wrong-state completion-not-allowed
Submit, incomplete       | - not-sent completion-not-allowed incomplete         | - completion-not-allowed incomplete | - wrong-state completion-not-allowed incomplete | - wrong-state completion-not-allowed incomplete
Submit a second time     | - not-sent completion-not-allowed                    | - completion-not-allowed            |                                                 | - wrong-state completion-not-allowed
Wake, the window is over |                                                      | ReminderSent                        |                                                 |
Comment                  | - not-sent comment-not-allowed                       | - comment-not-allowed               | - wrong-state comment-not-allowed               | - wrong-state comment-not-allowed
Reply                    | - not-sent comment-not-allowed                       | - comment-not-allowed               | - wrong-state comment-not-allowed               | - wrong-state comment-not-allowed
Delegate                 | - not-sent delegation-not-allowed                    | - delegation-not-allowed            | - wrong-state delegation-not-allowed            | - wrong-state delegation-not-allowed
Disown                   | - not-sent delegation-not-allowed                    | - delegation-not-allowed            | - wrong-state delegation-not-allowed            | - wrong-state delegation-not-allowed
`,
}

/** The cells of a preset: what is written of it, and where nothing is, those of `standard`. */
const expected = (name: string, row: string, column: string): string | undefined => {
  const own =
    name === "standard"
      ? undefined
      : read(presets[name] ?? "")
          .get(row)
          ?.get(column)
  return own === undefined || own === "" ? standard.get(row)?.get(column) : own
}

const cells = Object.entries(RequestPolicy.presets).flatMap(([name, policy]) =>
  [...Lifecycle.histories(policy)].flatMap(([column, history]) =>
    Object.entries(Lifecycle.rows).map(([row, make]) => ({
      name,
      row,
      column,
      history,
      command: make(Lifecycle.timeOf(column)),
      cell: expected(name, row, column) ?? "not written",
    })),
  ),
)

describe("the table", () => {
  it("is written whole", () => {
    assert.deepStrictEqual([...standard.keys()], Object.keys(Lifecycle.rows))
    for (const row of standard.values()) assert.deepStrictEqual([...row.keys()], [...Lifecycle.columns])
    for (const [name, policy] of Object.entries(RequestPolicy.presets)) {
      const [row] = read(presets[name] ?? "").values()
      if (row !== undefined) assert.deepStrictEqual([...row.keys()], [...Lifecycle.histories(policy).keys()])
    }
  })

  it.each(cells)("$name: $row × $column → $cell", ({ history, command, cell }) => {
    assert.strictEqual(Lifecycle.cell(history, command), cell)
    // nothing is changed by deciding, and every event has the shape that is stored
    const { decision } = Decider.given(...history).when(command)
    if (Result.isSuccess(decision)) {
      for (const event of decision.success) {
        assert.deepStrictEqual(Decider.strictEvent(JSON.parse(JSON.stringify(event))), event)
      }
    }
  })
})

describe("refusals", () => {
  const refused = cells.flatMap((one) => {
    const decision = Lifecycle.decided(one.history, one.command)
    return Result.isFailure(decision) ? [{ ...one, refusal: decision.failure }] : []
  })

  it("each says its command, the state, every guard that failed once, in sentences", () => {
    assert.isAbove(refused.length, 500)
    for (const { refusal, command, history } of refused) {
      const { state } = Decider.after(...history)
      assert.strictEqual(refusal.command, command.type)
      assert.strictEqual(refusal.state, state)
      assert.strictEqual(new Set(refusal.reasons.map(({ code }) => code)).size, refusal.reasons.length)
      for (const { message } of refusal.reasons) assert.match(message, /^[A-Z].*[.]$/)
    }
  })

  it("G1-G6: all that stop a send are told at once", () => {
    const recipient = { ...Decider.eva, id: "x", email: "", name: " ", mobile: "", role: "Referee", contact: null }
    const policy: RequestPolicy.RequestPolicy = {
      ...RequestPolicy.customerCentre,
      requires: ["name", "email", "mobile", "contact", "work-item"],
      outstanding: { perSubject: 1, perTask: 1 },
      saving: "none",
    }
    const details: Partial<ClientRequest.Details> = {
      questionnaire: { ...Decider.details.questionnaire, questions: 0 },
      recipients: [recipient],
      timeZone: "Mars/Olympus",
      workItem: null,
      tasks: [{ task: "t1", sections: [] }],
    }
    Decider.given(Decider.created(policy, details), Decider.suspended(day(1)))
      .when(commands.Send(day(2), { subject: ["A", "B"], tasks: { t1: ["B", "C", "A"], t2: ["D"] } }))
      .thenRefused(
        "questionnaire-empty",
        "recipient-name-missing",
        "recipient-email-missing",
        "recipient-mobile-missing",
        "recipient-not-a-contact",
        "work-item-missing",
        "recipient-role-not-allowed",
        "time-zone-unknown",
        "policy-error",
        "policy-error",
        "outstanding-request",
        "outstanding-task",
        "suspended",
      )
  })

  it("`allowed` is the truth: what it leaves out is never taken there, and what it names is, in some form", () => {
    const ofSystem = ["Wake", "ReportDelivery", "RecordAccess", "RecordView", "ReportScan", "QuarantineFile"]
    const own = (type: string) => !["Create", ...ofSystem].includes(type)
    for (const [name, policy] of Object.entries(RequestPolicy.presets)) {
      for (const [column, history] of Lifecycle.histories(policy)) {
        const here = cells.filter((one) => one.name === name && one.column === column)
        const taken = new Set(
          here.flatMap(({ command }) => {
            const decision = Lifecycle.decided(history, command)
            return Result.isSuccess(decision) && decision.success.length > 0 && own(command.type) ? [command.type] : []
          }),
        )
        for (const side of [true, false]) {
          const refusal = refused.find(
            (one) => one.name === name && one.column === column && customers.has(one.command.type) === side,
          )?.refusal
          const allowed = refusal?.allowed ?? []
          const known: ReadonlyArray<string> = [...taken].filter((type) => customers.has(type) === side)
          assert.deepStrictEqual(
            known.filter((type) => !allowed.includes(type)),
            [],
            `${name}, ${column}: taken, but not named`,
          )
          assert.deepStrictEqual(
            allowed.filter((type) => !known.includes(type) && !quiet.has(type)),
            [],
            `${name}, ${column}: named, but never taken`,
          )
        }
      }
    }
  })
})

/** Commands whose rows give no events where they are allowed: there is nothing scheduled, begun already, an empty item. */
const quiet = new Set(["Start", "Save", "RemoveFile", "Unschedule", "ReopenItem"])
const customers = new Set<string>([
  "Claim",
  "RequestAccessLink",
  "StopReminders",
  "ChooseLanguage",
  "Start",
  "Save",
  "AttachFile",
  "RemoveFile",
  "CompleteItem",
  "ReopenItem",
  "DeclineItem",
  "Submit",
  "Comment",
  "Delegate",
  "Disown",
])

describe("a window that has passed and that nobody noticed", () => {
  const overdue = Object.entries(RequestPolicy.presets).flatMap(([name, policy]) => {
    const history = Lifecycle.histories(policy).get("Waiting")
    const rows = Object.entries(Lifecycle.rows).map(([row, make]) => ({ name, row, command: make(day(40)) }))
    return policy.windowDays === null || history === undefined ? [] : rows.map((one) => ({ ...one, history }))
  })
  it.each(overdue)("I12: $name: $row is decided as if it had been", ({ history, command }) => {
    const noticed = [...history, Decider.expired(command.at)]
    const late = Lifecycle.decided(history, command)
    const intime = Lifecycle.decided(noticed, command)
    if (Result.isFailure(late) || Result.isFailure(intime)) {
      assert.deepStrictEqual(late, intime)
    } else if (command.type !== "Wake") {
      assert.deepStrictEqual(late.success, [Decider.expired(command.at), ...intime.success])
    }
  })
})

describe("before it is created", () => {
  it("Create creates it", () => {
    Decider.given()
      .when(commands.Create(day(0)))
      .thenEvents(Decider.created())
      .thenState({ id: "A", state: "Pending", revision: 1, sendNo: 0, sentAt: null, expiresAt: null, families: {} })
  })
  it.each(Object.entries(Lifecycle.rows).filter(([row]) => row !== "Create"))(
    "%s is refused: there is no such request",
    (_, make) => {
      const { decision } = Decider.given()
        .when(make(day(0)))
        .thenRefused("wrong-state")
        .allowing("Create")
      assert.isNull(Result.getOrThrow(Result.flip(decision)).state)
    },
  )
})
