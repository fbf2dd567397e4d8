/**
 * "Event × state" of lifecycle.md, for the commands that exist, written as it stands there. A cell holds the events
 * that follow, the reasons of the refusal, or `=`: accepted, and nothing follows. `overdue` is a request whose window has
 * passed and that nobody has looked at since (I12).
 */
import { assert, describe, it } from "@effect/vitest"
import type * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import * as Decider from "../../support/Decider.ts"
import { commands, day } from "../../support/Decider.ts"

const end = day(31)

/** The columns: what had happened, and when the command comes. */
const histories = (policy: RequestPolicy.RequestPolicy) => {
  const asked = [Decider.created(policy), Decider.sent()]
  const answering = [...asked, Decider.started(), Decider.attached()]
  return {
    unsent: { events: [Decider.created(policy)], at: day(5) },
    sent: { events: asked, at: day(5) },
    waiting: { events: answering, at: day(5) },
    submitted: { events: [...answering, Decider.submitted()], at: day(5) },
    expired: { events: [...answering, Decider.expired(end)], at: day(40) },
    overdue: { events: answering, at: end },
    cancelled: { events: [...answering, Decider.cancelled()], at: day(5) },
  }
}
type Column = keyof ReturnType<typeof histories>

const rows: Record<string, (at: number) => ClientRequest.Command> = {
  Create: commands.Create,
  Edit: commands.Edit,
  Send: commands.Send,
  "Send, B is out": (at) => commands.Send(at, ["B"]),
  Resend: commands.Resend,
  Claim: commands.Claim,
  Start: commands.Start,
  Save: commands.Save,
  "Save, empty": (at) => commands.Save(at, { answered: false }),
  "Save, stale": (at) => commands.Save(at, { revision: 0 }),
  AttachFile: commands.AttachFile,
  RemoveFile: commands.RemoveFile,
  Submit: commands.Submit,
  "Submit, incomplete": (at) => commands.Submit(at, { missing: ["name"] }),
  "Submit another": (at) => commands.Submit(at, { submissionId: "s2" }),
  Cancel: commands.Cancel,
  Expire: commands.Expire,
  "Expire at the end": () => commands.Expire(end),
}

const isColumn = (name: string, columns: object): name is Column => name in columns

const check = (policy: RequestPolicy.RequestPolicy, table: string) => {
  const columns = histories(policy)
  const [head = [], ...lines] = table
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
  const named = lines.flatMap(([row = "", ...cells]) =>
    cells.map((cell, index) => ({ row, column: head[index + 1] ?? "", cell })),
  )
  it.each(named)("$row × $column → $cell", ({ row, column, cell }) => {
    const make = rows[row]
    if (make === undefined || !isColumn(column, columns)) return assert.fail(`no ${row} × ${column}`)
    const { events, at } = columns[column]
    const { decision } = Decider.given(...events).when(make(at))
    assert.strictEqual(
      Result.match(decision, {
        onSuccess: (events) => events.map(({ type }) => type).join(" ") || "=",
        onFailure: ({ reasons }) => reasons.map(({ code }) => code).join(" "),
      }),
      cell,
    )
  })
  it("has every command and every state", () => {
    assert.deepStrictEqual(
      lines.map(([row]) => row),
      Object.keys(rows),
    )
    assert.isTrue(lines.every((cells) => cells.length === head.length))
  })
}

describe("standard: Pending until the customer starts, and sent again as often as needed (T11, K20, P29)", () => {
  check(
    RequestPolicy.standard,
    `
                   | unsent                  | sent                        | waiting          | submitted                  | expired                | overdue                         | cancelled
Create             | wrong-state             | wrong-state                 | wrong-state      | wrong-state                | wrong-state            | wrong-state                     | wrong-state
Edit               | RequestEdited           | RequestEdited               | structure-frozen | structure-frozen           | structure-frozen       | structure-frozen                | structure-frozen
Send               | RequestSent             | already-sent                | wrong-state      | wrong-state                | wrong-state            | wrong-state                     | wrong-state
Send, B is out     | RequestSent             | already-sent                | wrong-state      | wrong-state                | wrong-state            | wrong-state                     | wrong-state
Resend             | not-sent                | RequestResent               | RequestResent    | wrong-state                | RequestResent          | RequestExpired RequestResent    | wrong-state
Claim              | not-sent                | LinkClaimed                 | LinkClaimed      | wrong-state                | expired                | expired                         | wrong-state
Start              | not-sent                | RequestStarted              | =                | wrong-state                | expired                | expired                         | wrong-state
Save               | not-sent                | RequestStarted              | =                | wrong-state                | expired                | expired                         | wrong-state
Save, empty        | not-sent                | =                           | =                | wrong-state                | expired                | expired                         | wrong-state
Save, stale        | not-sent stale-revision | stale-revision              | stale-revision   | wrong-state stale-revision | expired stale-revision | expired stale-revision          | wrong-state stale-revision
AttachFile         | not-sent                | RequestStarted FileAttached | FileAttached     | wrong-state                | expired                | expired                         | wrong-state
RemoveFile         | not-sent file-unknown   | file-unknown                | FileRemoved      | wrong-state                | expired                | expired                         | wrong-state
Submit             | not-sent                | RequestSubmitted            | RequestSubmitted | =                          | expired                | expired                         | wrong-state
Submit, incomplete | not-sent incomplete     | incomplete                  | incomplete       | =                          | expired incomplete     | expired incomplete              | wrong-state incomplete
Submit another     | not-sent                | RequestSubmitted            | RequestSubmitted | wrong-state                | expired                | expired                         | wrong-state
Cancel             | RequestCancelled        | RequestCancelled            | RequestCancelled | wrong-state                | RequestCancelled       | RequestExpired RequestCancelled | =
Expire             | not-due                 | not-due                     | not-due          | =                          | =                      | RequestExpired                  | =
Expire at the end  | not-due                 | RequestExpired              | RequestExpired   | =                          | =                      | RequestExpired                  | =
`,
  )
})

describe("passfort: waiting once it is sent, and sent once (P15, P29)", () => {
  check(
    RequestPolicy.passfort,
    `
                   | unsent                      | sent                            | waiting                         | submitted                       | expired                         | overdue                         | cancelled
Create             | wrong-state                 | wrong-state                     | wrong-state                     | wrong-state                     | wrong-state                     | wrong-state                     | wrong-state
Edit               | RequestEdited               | structure-frozen                | structure-frozen                | structure-frozen                | structure-frozen                | structure-frozen                | structure-frozen
Send               | RequestSent                 | wrong-state                     | wrong-state                     | wrong-state                     | wrong-state                     | wrong-state                     | wrong-state
Send, B is out     | outstanding-request         | wrong-state outstanding-request | wrong-state outstanding-request | wrong-state outstanding-request | wrong-state outstanding-request | wrong-state outstanding-request | wrong-state outstanding-request
Resend             | not-sent resend-not-allowed | resend-not-allowed              | resend-not-allowed              | wrong-state resend-not-allowed  | resend-not-allowed              | resend-not-allowed              | wrong-state resend-not-allowed
Claim              | not-sent                    | LinkClaimed                     | LinkClaimed                     | wrong-state                     | expired                         | expired                         | wrong-state
Start              | not-sent                    | RequestStarted                  | =                               | wrong-state                     | expired                         | expired                         | wrong-state
Save               | not-sent                    | RequestStarted                  | =                               | wrong-state                     | expired                         | expired                         | wrong-state
Save, empty        | not-sent                    | =                               | =                               | wrong-state                     | expired                         | expired                         | wrong-state
Save, stale        | not-sent stale-revision     | stale-revision                  | stale-revision                  | wrong-state stale-revision      | expired stale-revision          | expired stale-revision          | wrong-state stale-revision
AttachFile         | not-sent                    | RequestStarted FileAttached     | FileAttached                    | wrong-state                     | expired                         | expired                         | wrong-state
RemoveFile         | not-sent file-unknown       | file-unknown                    | FileRemoved                     | wrong-state                     | expired                         | expired                         | wrong-state
Submit             | not-sent                    | RequestSubmitted                | RequestSubmitted                | =                               | expired                         | expired                         | wrong-state
Submit, incomplete | not-sent incomplete         | incomplete                      | incomplete                      | =                               | expired incomplete              | expired incomplete              | wrong-state incomplete
Submit another     | not-sent                    | RequestSubmitted                | RequestSubmitted                | wrong-state                     | expired                         | expired                         | wrong-state
Cancel             | RequestCancelled            | RequestCancelled                | RequestCancelled                | wrong-state                     | RequestCancelled                | RequestExpired RequestCancelled | =
Expire             | not-due                     | not-due                         | not-due                         | =                               | =                               | RequestExpired                  | =
Expire at the end  | not-due                     | RequestExpired                  | RequestExpired                  | =                               | =                               | RequestExpired                  | =
`,
  )
})

describe("before it is created", () => {
  it("Create creates it", () => {
    Decider.given()
      .when(commands.Create(day(0)))
      .thenEvents(Decider.created())
      .thenState({ id: "A", state: "Pending", revision: 1, sendNo: 0, sentAt: null, expiresAt: null })
  })
  it.each(Object.entries(rows).filter(([row]) => row !== "Create"))(
    "%s is refused: there is no such request",
    (_, make) => {
      const { decision } = Decider.given()
        .when(make(day(0)))
        .thenRefused("wrong-state")
      assert.isNull(Result.getOrThrow(Result.flip(decision)).state)
    },
  )
})
