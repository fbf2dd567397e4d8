/** What is asked, in the imperative; `change` gives other values to a command. */
import type * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import { bo, customer, day, details, digest, hours, member, pdf, system } from "./events.ts"

export type Command = ClientRequest.Command
type CommandOf<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>
type Change<Type extends Command["type"]> = Partial<Omit<CommandOf<Type>, "type">>

/** No other request is out. */
const alone: ClientRequest.Outstanding = { subject: [], tasks: {} }

const by = (who: ClientRequest.Actor, at: number) => ({ id: "command", by: who, at })
const firm = (at: number) => by(member, at)
const link = (at: number) => ({ ...by(customer, at), recipient: "eva", generation: 1, device: "phone" })
const page = (at: number) => ({ ...link(at), revision: 1 })
const ending = (at: number) => ({ ...page(at), left: ["house"], submissionId: "s1", digest })

export const commands = {
  Create: (at: number, change: Change<"Create"> = {}): Command => ({
    type: "Create",
    ...firm(at),
    requestId: "A",
    details,
    policy: RequestPolicy.standard,
    ...change,
  }),
  Edit: (
    at: number,
    change: Partial<ClientRequest.Details> = { title: "Tax year 2027" },
    appends: Pick<CommandOf<"Edit">, "appends"> = {},
  ): Command => ({ type: "Edit", ...firm(at), details: change, ...appends }),
  ChangeRecipient: (at: number, change: Change<"ChangeRecipient"> = {}): Command => ({
    type: "ChangeRecipient",
    ...firm(at),
    recipient: "eva",
    to: bo,
    ...change,
  }),
  ChangeWindow: (at: number, windowDays: number | null): Command => ({ type: "ChangeWindow", ...firm(at), windowDays }),
  Schedule: (at: number, sendAt = at + hours(24)): Command => ({ type: "Schedule", ...firm(at), sendAt }),
  Unschedule: (at: number): Command => ({ type: "Unschedule", ...firm(at) }),
  Send: (at: number, outstanding: Partial<ClientRequest.Outstanding> = {}): Command => ({
    type: "Send",
    ...firm(at),
    outstanding: { ...alone, ...outstanding },
  }),
  Resend: (at: number, change: Change<"Resend"> = {}): Command => ({
    type: "Resend",
    ...firm(at),
    outstanding: alone,
    ...change,
  }),
  RevokeLinks: (at: number, recipient = "eva"): Command => ({ type: "RevokeLinks", ...firm(at), recipient }),
  Cancel: (at: number): Command => ({ type: "Cancel", ...firm(at), reason: "not needed" }),
  Suspend: (at: number): Command => ({ type: "Suspend", ...firm(at), reason: "The work is done." }),
  Resume: (at: number): Command => ({ type: "Resume", ...firm(at) }),
  Reopen: (at: number): Command => ({ type: "Reopen", ...firm(at) }),
  AcceptItem: (at: number, item = "income"): Command => ({ type: "AcceptItem", ...firm(at), item }),
  ReturnItem: (at: number, item = "income", reason = "Wrong year."): Command => ({
    type: "ReturnItem",
    ...firm(at),
    item,
    reason,
  }),
  WaiveItem: (at: number, item = "house", reason = "Found it."): Command => ({
    type: "WaiveItem",
    ...firm(at),
    item,
    reason,
  }),
  MarkItem: (at: number, item = "house", complete = true): Command => ({
    type: "MarkItem",
    ...firm(at),
    item,
    complete,
  }),
  CloseOnBehalf: (at: number, change: Change<"CloseOnBehalf"> = {}): Command => ({
    type: "CloseOnBehalf",
    ...firm(at),
    submissionId: "s1",
    digest,
    ...change,
  }),
  Claim: (at: number, change: Change<"Claim"> = {}): Command => ({
    type: "Claim",
    ...link(at),
    rebinds: false,
    issuedAt: day(1),
    ...change,
  }),
  StopReminders: (at: number, recipient = "eva"): Command => ({
    type: "StopReminders",
    ...by(customer, at),
    recipient,
  }),
  ChooseLanguage: (at: number, language = "es", recipient = "eva"): Command => ({
    type: "ChooseLanguage",
    ...by(customer, at),
    recipient,
    language,
  }),
  Comment: (at: number, change: Change<"Comment"> = {}): Command => ({
    type: "Comment",
    ...link(at),
    comment: "c1",
    item: "income",
    text: "Which year?",
    ...change,
  }),
  Reply: (at: number, change: Change<"Reply"> = {}): Command => ({
    type: "Reply",
    ...firm(at),
    comment: "c2",
    item: "income",
    text: "The one that ended in March.",
    ...change,
  }),
  Delegate: (at: number, change: Change<"Delegate"> = {}): Command => ({
    type: "Delegate",
    ...link(at),
    proposal: "p1",
    to: { ...bo, id: "cy", name: "Cy Lund", email: "cy@client.example" },
    word: "You have the figures.",
    suppressed: false,
    ...change,
  }),
  AcceptDelegation: (at: number, change: Change<"AcceptDelegation"> = {}): Command => ({
    type: "AcceptDelegation",
    ...firm(at),
    proposal: "p1",
    contact: null,
    suppressed: false,
    ...change,
  }),
  RefuseDelegation: (at: number, change: Change<"RefuseDelegation"> = {}): Command => ({
    type: "RefuseDelegation",
    ...firm(at),
    proposal: "p1",
    reason: "Please answer it yourself.",
    comment: "c3",
    ...change,
  }),
  Disown: (at: number, change: Change<"Disown"> = {}): Command => ({
    type: "Disown",
    ...link(at),
    reason: "I left that company.",
    ...change,
  }),
  RequestAccessLink: (at: number, recipient = "eva"): Command => ({
    type: "RequestAccessLink",
    ...by(customer, at),
    recipient,
  }),
  Start: (at: number, change: Change<"Start"> = {}): Command => ({ type: "Start", ...page(at), ...change }),
  Save: (at: number, change: Change<"Save"> = {}): Command => ({
    type: "Save",
    ...page(at),
    answered: true,
    items: ["income"],
    questions: ["salary"],
    conflicts: [],
    ...change,
  }),
  AttachFile: (at: number, change: Change<"AttachFile"> = {}): Command => ({
    type: "AttachFile",
    ...page(at),
    item: "papers",
    question: "payslip",
    file: { ...pdf, id: "f2" },
    scan: "clean",
    limit: 3,
    ...change,
  }),
  RemoveFile: (at: number, change: Change<"RemoveFile"> = {}): Command => ({
    type: "RemoveFile",
    ...page(at),
    item: "papers",
    file: pdf.id,
    ...change,
  }),
  CompleteItem: (at: number, item: string, change: Change<"CompleteItem"> = {}): Command => ({
    type: "CompleteItem",
    ...ending(at),
    item,
    missing: [],
    files: [],
    ...change,
  }),
  ReopenItem: (at: number, item: string, change: Change<"ReopenItem"> = {}): Command => ({
    type: "ReopenItem",
    ...page(at),
    item,
    ...change,
  }),
  DeclineItem: (at: number, item: string, change: Change<"DeclineItem"> = {}): Command => ({
    type: "DeclineItem",
    ...ending(at),
    item,
    reason: "We rent.",
    ...change,
  }),
  Submit: (at: number, change: Change<"Submit"> = {}): Command => ({
    type: "Submit",
    ...page(at),
    submissionId: "s1",
    digest,
    missing: [],
    ...change,
  }),
  Wake: (at: number, outstanding: Partial<ClientRequest.Outstanding> = {}): Command => ({
    type: "Wake",
    ...by(system, at),
    outstanding: { ...alone, ...outstanding },
  }),
  ReportDelivery: (at: number, change: Change<"ReportDelivery"> = {}): Command => ({
    type: "ReportDelivery",
    ...by(system, at),
    recipient: "eva",
    mail: "mail-1",
    outcome: "bounced-hard",
    detail: "550 no such user",
    ...change,
  }),
  ReportScan: (at: number, change: Change<"ReportScan"> = {}): Command => ({
    type: "ReportScan",
    ...by(system, at),
    file: pdf.id,
    scan: "clean",
    detail: "",
    ...change,
  }),
  QuarantineFile: (at: number, change: Change<"QuarantineFile"> = {}): Command => ({
    type: "QuarantineFile",
    ...by(system, at),
    file: pdf.id,
    item: "papers",
    signature: "Eicar-Test-Signature",
    ...change,
  }),
  LiftSuppression: (at: number, change: Change<"LiftSuppression"> = {}): Command => ({
    type: "LiftSuppression",
    ...firm(at),
    recipient: "eva",
    reason: "The mailbox is there again.",
    ...change,
  }),
  RecordView: (at: number, change: Change<"RecordView"> = {}): Command => ({
    type: "RecordView",
    ...firm(at),
    what: "answers",
    ...change,
  }),
  Erase: (at: number, change: Change<"Erase"> = {}): Command => ({
    type: "Erase",
    ...firm(at),
    reason: "They asked for it.",
    ...change,
  }),
  RecordAccess: (at: number, change: Change<"RecordAccess"> = {}): Command => ({
    type: "RecordAccess",
    ...firm(at),
    what: "link-copied",
    recipient: "eva",
    channel: "",
    ...change,
  }),
}
