// The tables of docs/lifecycle.md: every command put to `decide` in every state, under every preset, so that the page cannot
// say anything else. Each stands between `<!-- table: NAME -->` and `<!-- end -->`.
//
//   node --conditions=requite-source tests/docs/Lifecycle.ts      writes them anew
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Decider from "../support/Decider.ts"
import { commands, day, details, hours } from "../support/Decider.ts"

export const page = join(import.meta.dirname, "../../docs/lifecycle.md")

/** The columns of lifecycle.md, as they are headed. */
export const columns = ["Pending, unsent", "Pending, sent", "Waiting", "Submitted", "Expired", "Cancelled"] as const
export type Column = (typeof columns)[number]

const end = day(31)

/** Reminded every day, so that the clock has something to do. */
const asked: ClientRequest.Details = { ...details, reminders: { rule: { kind: "urgent" }, enabled: true } }

/**
 * What has happened in each column, made by commands that the policy takes: three items, of which one is complete and one
 * begun, by a customer who was let in. Left out: a column that a request under this policy is never in.
 */
export const histories = (
  policy: RequestPolicy.RequestPolicy,
): ReadonlyMap<Column, ReadonlyArray<ClientRequest.Event>> => {
  const story = [commands.Create(day(0), { policy, details: asked }), commands.Send(day(1), {})]
  const begun = [
    ...story,
    commands.Claim(day(2)),
    commands.Start(day(2)),
    commands.Save(day(2), { items: ["papers"] }),
    commands.AttachFile(day(2), { file: Decider.pdf }),
    commands.MarkItem(day(3), "income"),
  ]
  const told: ReadonlyArray<readonly [Column, ReadonlyArray<ClientRequest.Command>]> = [
    ["Pending, unsent", story.slice(0, 1)],
    ["Pending, sent", story],
    ["Waiting", begun],
    ["Submitted", [...begun, commands.CloseOnBehalf(day(4))]],
    ["Expired", [...begun, commands.Wake(end)]],
    ["Cancelled", [...begun, commands.Cancel(day(4))]],
  ]
  const states = told.map(([column, story]): readonly [Column, ReadonlyArray<ClientRequest.Event>] => [
    column,
    Decider.told(...story),
  ])
  return new Map(states.filter(([column, events]) => column.startsWith(shown(Decider.after(...events)))))
}

const shown = ({ state }: ClientRequest.State) => (state === "WaitingForCustomer" ? "Waiting" : state)

/** When a column's command comes: on the fifth day, at noon, or when the window is over. */
export const timeOf = (column: Column): number => (column === "Expired" ? day(40) : day(5) + hours(12))

const others = { subject: ["B"], tasks: {} }
const questionnaire = { ...details.questionnaire, version: 2, sections: [...details.questionnaire.sections, "more"] }

/** The rows: each command, with the differences that matter to it. */
export const rows: Readonly<Record<string, (at: number) => ClientRequest.Command>> = {
  Create: (at) => commands.Create(at),
  "Edit what is asked": (at) => commands.Edit(at),
  "Edit: only ask more": (at) => commands.Edit(at, { questionnaire }, { appends: true }),
  "Edit the message": (at) => commands.Edit(at, { message: "Hello." }),
  "Edit the due date": (at) => commands.Edit(at, { due: "2027-04-30" }),
  "Edit the reminders": (at) => commands.Edit(at, { reminders: { rule: { kind: "gentle" }, enabled: true } }),
  "Edit a recipient's name": (at) => commands.Edit(at, { recipients: [{ ...Decider.eva, name: "Eva Ek" }] }),
  "Edit: more careful": (at) => commands.Edit(at, { sensitivity: "high" }),
  "Edit nothing": (at) => commands.Edit(at, {}),
  ChangeRecipient: (at) => commands.ChangeRecipient(at),
  ChangeWindow: (at) => commands.ChangeWindow(at, 60),
  Schedule: (at) => commands.Schedule(at),
  Unschedule: (at) => commands.Unschedule(at),
  Send: (at) => commands.Send(at),
  "Send, another is out": (at) => commands.Send(at, others),
  Resend: (at) => commands.Resend(at),
  "Resend, another is out": (at) => commands.Resend(at, { outstanding: others }),
  RevokeLinks: (at) => commands.RevokeLinks(at),
  Claim: (at) => commands.Claim(at),
  "Claim, another device": (at) => commands.Claim(at, { device: "laptop" }),
  "Claim, another device, access link": (at) =>
    commands.Claim(at, { device: "laptop", rebinds: true, issuedAt: at - hours(1) }),
  RequestAccessLink: (at) => commands.RequestAccessLink(at),
  StopReminders: (at) => commands.StopReminders(at),
  ChooseLanguage: (at) => commands.ChooseLanguage(at),
  Comment: (at) => commands.Comment(at),
  Reply: (at) => commands.Reply(at),
  Delegate: (at) => commands.Delegate(at),
  AcceptDelegation: (at) => commands.AcceptDelegation(at),
  RefuseDelegation: (at) => commands.RefuseDelegation(at),
  Disown: (at) => commands.Disown(at),
  Start: (at) => commands.Start(at),
  Save: (at) => commands.Save(at, { items: ["house"] }),
  "Save an empty page": (at) => commands.Save(at, { answered: false, items: [], questions: [] }),
  "Save a stale page": (at) => commands.Save(at, { revision: 0, items: ["house"] }),
  "Save a complete item": (at) => commands.Save(at, { items: ["income"] }),
  AttachFile: (at) => commands.AttachFile(at),
  RemoveFile: (at) => commands.RemoveFile(at),
  CompleteItem: (at) => commands.CompleteItem(at, "papers"),
  "CompleteItem, a file missing": (at) => commands.CompleteItem(at, "papers", { files: ["payslip"] }),
  "CompleteItem, the last": (at) => commands.CompleteItem(at, "papers", { left: [], submissionId: "s2" }),
  ReopenItem: (at) => commands.ReopenItem(at, "income"),
  DeclineItem: (at) => commands.DeclineItem(at, "house", { left: ["papers"], submissionId: "s2" }),
  Submit: (at) => commands.Submit(at, { submissionId: "s2" }),
  "Submit, incomplete": (at) => commands.Submit(at, { submissionId: "s2", missing: ["name"] }),
  "Submit a second time": (at) => commands.Submit(at),
  "Wake, nothing is due": () => commands.Wake(day(1) + hours(1)),
  "Wake, a reminder is due": () => commands.Wake(day(5) + hours(12)),
  "Wake, the window is over": () => commands.Wake(day(40)),
  Cancel: (at) => commands.Cancel(at),
  Suspend: (at) => commands.Suspend(at),
  Resume: (at) => commands.Resume(at),
  Reopen: (at) => commands.Reopen(at),
  AcceptItem: (at) => commands.AcceptItem(at),
  ReturnItem: (at) => commands.ReturnItem(at),
  WaiveItem: (at) => commands.WaiveItem(at),
  MarkItem: (at) => commands.MarkItem(at),
  CloseOnBehalf: (at) => commands.CloseOnBehalf(at, { submissionId: "s1" }),
  ReportDelivery: (at) => commands.ReportDelivery(at),
  RecordAccess: (at) => commands.RecordAccess(at),
  ReportScan: (at) => commands.ReportScan(at, { scan: "unscannable", detail: "It is encrypted." }),
  "ReportScan, known already": (at) => commands.ReportScan(at),
  QuarantineFile: (at) => commands.QuarantineFile(at),
  RecordView: (at) => commands.RecordView(at),
  Erase: (at) => commands.Erase(at),
}

export const decided = (history: ReadonlyArray<ClientRequest.Event>, command: ClientRequest.Command) =>
  ClientRequest.decide(command, ClientRequest.replay(history))

/** A cell in one line: the events that follow, `=` when none do, or the reasons of the refusal after a dash. */
export const cell = (history: ReadonlyArray<ClientRequest.Event>, command: ClientRequest.Command): string =>
  Result.match(decided(history, command), {
    onSuccess: (events) => events.map(({ type }) => type).join(" ") || "=",
    onFailure: ({ reasons }) => `- ${reasons.map(({ code }) => code).join(" ")}`,
  })

const inMarkdown = (cell: string): string => {
  if (cell === "=" || cell === "") return cell
  const [dash, ...words] = cell.split(" ")
  return dash === "-" ? `– *${words.join("*, *")}*` : `**${cell.split(" ").join("**, **")}**`
}

export const table = (header: ReadonlyArray<string>, lines: ReadonlyArray<ReadonlyArray<string>>) =>
  [header, header.map(() => "---"), ...lines]
    .map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n")

const cellsOf = (policy: RequestPolicy.RequestPolicy, columns: ReadonlyArray<Column>) => {
  const columnsOf = histories(policy)
  return new Map(
    Object.entries(rows).map(([row, make]) => [
      row,
      columns.map((column) => {
        const history = columnsOf.get(column)
        return history === undefined ? "" : cell(history, make(timeOf(column)))
      }),
    ]),
  )
}

const whole = (policy: RequestPolicy.RequestPolicy): string =>
  table(
    ["command", ...columns],
    [...cellsOf(policy, columns)].map(([row, cells]) => [row, ...cells.map(inMarkdown)]),
  )

/** The rows that a preset decides otherwise than `standard` does, with the cells that differ. */
const differing = (policy: RequestPolicy.RequestPolicy): string => {
  const usual = cellsOf(RequestPolicy.standard, columns)
  const lines = [...cellsOf(policy, columns)].flatMap(([row, cells]) => {
    const other = cells.map((cell, index) => (cell === usual.get(row)?.[index] ? "" : cell))
    return other.every((cell) => cell === "") ? [] : [[row, ...other.map(inMarkdown)]]
  })
  const own = histories(policy)
  const absent = columns.filter((column) => !own.has(column))
  const never = absent.length === 0 ? "" : `Never ${absent.map((column) => `“${column}”`).join(" or ")}.\n\n`
  return never + table(["command", ...columns], lines)
}

/** Every reason that a refusal can have here, with its sentence and the commands that gave it. */
const reasons = (): string => {
  const found = new Map<string, { readonly message: string; readonly commands: Set<string> }>()
  for (const policy of Object.values(RequestPolicy.presets)) {
    for (const [column, history] of histories(policy)) {
      for (const make of Object.values(rows)) {
        const command = make(timeOf(column))
        const decision = decided(history, command)
        if (Result.isSuccess(decision)) continue
        for (const { code, message } of decision.failure.reasons) {
          const known = found.get(code) ?? { message, commands: new Set() }
          found.set(code, known)
          known.commands.add(command.type)
        }
      }
    }
  }
  return table(
    ["reason", "for example", "refuses"],
    [...found]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { message, commands }]) => [`\`${code}\``, message, [...commands].join(", ")]),
  )
}

/** Every table by its name. */
export const tables = (): ReadonlyMap<string, string> =>
  new Map([
    ["standard", whole(RequestPolicy.standard)],
    ...Object.entries(RequestPolicy.presets).flatMap(([name, policy]): ReadonlyArray<[string, string]> =>
      name === "standard" ? [] : [[name, differing(policy)]],
    ),
    ["reasons", reasons()],
  ])

/** A page with every table as it should be. */
export const renewed = (text: string, tables: ReadonlyMap<string, string>): string =>
  text.replace(
    /(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)/gs,
    (_, start: string, name: string, end: string) => `${start}\n${tables.get(name) ?? `no table ${name}`}\n\n${end}`,
  )

if (process.argv[1] === import.meta.filename) writeFileSync(page, renewed(readFileSync(page, "utf8"), tables()))
