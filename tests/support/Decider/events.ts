/** What has happened, in the past tense, and the people and values it happens to in their usual form. */
import type * as ClientRequest from "@requite/core/ClientRequest"
import * as Instant from "@requite/core/Instant"
import * as RequestPolicy from "@requite/core/RequestPolicy"

export type Event = ClientRequest.Event
type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>
type EventChange<Type extends Event["type"]> = Partial<Omit<EventOf<Type>, "type">>

/** Midnight (UTC) of day `n` of the story. */
export const day = (n: number): Instant.Instant => Instant.plusDays(Date.UTC(2027, 0, 1), n)
export const hours = (n: number): number => n * 3_600_000

export const member: ClientRequest.Actor = { kind: "member", id: "ann" }
export const customer: ClientRequest.Actor = { kind: "customer", link: "link-1" }
export const system: ClientRequest.Actor = { kind: "system" }

export const eva: ClientRequest.Recipient = {
  id: "eva",
  name: "Eva",
  email: "eva@example.com",
  language: "sv",
  mobile: "+46701234567",
  role: "Applicant",
  contact: "contact-eva",
}
export const bo: ClientRequest.Recipient = {
  ...eva,
  id: "bo",
  name: "Bo",
  email: "bo@example.com",
  mobile: "+46707654321",
  contact: "contact-bo",
}

export const details: ClientRequest.Details = {
  title: "Tax year 2026",
  description: "",
  questionnaire: {
    id: "tax",
    version: 1,
    hash: "0".repeat(64),
    questions: 4,
    sections: ["income", "papers", "house"],
  },
  attachments: [],
  due: "2027-03-27",
  dues: {},
  message: "Please fill this in.",
  recipients: [eva],
  reminders: { rule: { kind: "none" }, enabled: true },
  timeZone: "Europe/Stockholm",
  sensitivity: "normal",
  workItem: "work-1",
  tasks: [],
}
export const pdf = { id: "f1", name: "payslip.pdf", bytes: 1000, type: "application/pdf", sha256: "1".repeat(64) }
export const digest = "2".repeat(64)

const said = (at: number, by: ClientRequest.Actor) => ({ at, by })

/** Each event has its usual content, and what a story says about it. */
export const created = (
  policy: RequestPolicy.RequestPolicy = RequestPolicy.standard,
  change: Partial<ClientRequest.Details> = {},
): Event => ({
  type: "RequestCreated",
  ...said(day(0), member),
  requestId: "A",
  policy,
  details: { ...details, ...change },
})
export const edited = (at: number, change: Partial<ClientRequest.Details>, structure = true): Event => ({
  type: "RequestEdited",
  ...said(at, member),
  details: { ...details, ...change },
  structure,
})
export const recipientChanged = (at: number, recipient = "eva", to = bo): Event => ({
  type: "RecipientChanged",
  ...said(at, member),
  recipient,
  to,
})
export const windowChanged = (at: number, windowDays: number | null, expiresAt: number | null): Event => ({
  type: "WindowChanged",
  ...said(at, member),
  windowDays,
  expiresAt,
})
export const scheduled = (at: number, sendAt: number): Event => ({
  type: "RequestScheduled",
  ...said(at, member),
  sendAt,
})
export const unscheduled = (at: number): Event => ({ type: "RequestUnscheduled", ...said(at, member) })
export const sent = (at = day(1), change: EventChange<"RequestSent"> = {}): Event => ({
  type: "RequestSent",
  ...said(at, member),
  sendNo: 1,
  expiresAt: Instant.plusDays(at, 30),
  recipients: ["eva"],
  revokes: false,
  resetsCount: true,
  ...change,
})
export const resent = (at: number, sendNo: number, change: EventChange<"RequestResent"> = {}): Event => ({
  type: "RequestResent",
  ...said(at, member),
  sendNo,
  expiresAt: Instant.plusDays(at, 30),
  recipients: ["eva"],
  revokes: true,
  resetsCount: true,
  ...change,
})
export const accessLinkSent = (at: number, change: EventChange<"AccessLinkSent"> = {}): Event => ({
  type: "AccessLinkSent",
  ...said(at, customer),
  recipient: "eva",
  accessNo: 1,
  expiresAt: day(31),
  ...change,
})
export const linksRevoked = (at: number, recipient = "eva"): Event => ({
  type: "LinksRevoked",
  ...said(at, member),
  recipient,
})
/** By the device "phone", as under `standard`: it belongs to it, and not yet for good. */
export const claimed = (at = day(2), change: EventChange<"LinkClaimed"> = {}): Event => ({
  type: "LinkClaimed",
  ...said(at, customer),
  recipient: "eva",
  device: "phone",
  binds: true,
  fixed: false,
  assurance: "link",
  expiresAt: day(31),
  ...change,
})
export const deviceFixed = (at = day(2), device = "phone", recipient = "eva"): Event => ({
  type: "DeviceFixed",
  ...said(at, customer),
  recipient,
  device,
})
export const started = (at = day(2)): Event => ({ type: "RequestStarted", ...said(at, customer) })
export const itemStarted = (item: string, at = day(2)): Event => ({ type: "ItemStarted", ...said(at, customer), item })
export const itemCompleted = (item: string, at = day(2), by: ClientRequest.Actor = customer): Event => ({
  type: "ItemCompleted",
  ...said(at, by),
  item,
})
export const itemReopened = (item: string, at: number, by: ClientRequest.Actor = customer): Event => ({
  type: "ItemReopened",
  ...said(at, by),
  item,
})
export const itemDeclined = (item: string, at: number, reason = "We rent."): Event => ({
  type: "ItemDeclined",
  ...said(at, customer),
  item,
  reason,
})
export const itemAccepted = (item: string, at: number): Event => ({ type: "ItemAccepted", ...said(at, member), item })
export const itemReturned = (
  item: string,
  at: number,
  {
    reason = "Wrong year.",
    expiresAt = day(31),
  }: { readonly reason?: string; readonly expiresAt?: number | null } = {},
): Event => ({ type: "ItemReturned", ...said(at, member), item, reason, expiresAt })
export const itemWaived = (item: string, at: number, reason = "Found it."): Event => ({
  type: "ItemWaived",
  ...said(at, member),
  item,
  reason,
})
export const answersSaved = (
  at: number,
  questions: ReadonlyArray<string>,
  conflicts: ReadonlyArray<string> = [],
): Event => ({ type: "AnswersSaved", ...said(at, customer), questions, conflicts })
export const attached = (at = day(2), file = pdf, scan: ClientRequest.FileScan = "clean"): Event => ({
  type: "FileAttached",
  ...said(at, customer),
  question: "payslip",
  file,
  scan,
})
export const scanned = (at: number, scan: ClientRequest.FileScan = "clean", file = pdf.id): Event => ({
  type: "FileScanned",
  ...said(at, system),
  file,
  question: "payslip",
  scan,
  detail: "",
})
export const quarantined = (at: number, file = pdf.id): Event => ({
  type: "FileQuarantined",
  ...said(at, system),
  file,
  question: "payslip",
  signature: "Eicar-Test-Signature",
})
/** The item of `pdf` came back by itself, because the file was infected. */
export const returnedInfected = (at: number, expiresAt: number | null = day(31)): Event => ({
  type: "ItemReturned",
  ...said(at, system),
  item: "papers",
  reason: "",
  infected: pdf.name,
  expiresAt,
})
export const checkRequested = (
  at: number,
  files: ReadonlyArray<string> = [pdf.id],
  by: ClientRequest.Actor = customer,
): Event => ({
  type: "CheckRequested",
  ...said(at, by),
  item: "papers",
  question: "payslip",
  check: "income",
  files,
})
export const removed = (at: number, file = pdf.id): Event => ({ type: "FileRemoved", ...said(at, customer), file })
export const reminded = (at: number, count: number, expiresAt: number | null): Event => ({
  type: "ReminderSent",
  ...said(at, system),
  count,
  expiresAt,
})
export const submitted = (at = day(3), by: ClientRequest.Actor = customer): Event => ({
  type: "RequestSubmitted",
  ...said(at, by),
  submissionId: "s1",
  digest,
})
export const reopened = (at: number, expiresAt: number | null = Instant.plusDays(at, 30)): Event => ({
  type: "RequestReopened",
  ...said(at, member),
  expiresAt,
})
export const suspended = (at: number, reason = "The work is done."): Event => ({
  type: "RequestSuspended",
  ...said(at, member),
  reason,
})
export const resumed = (at: number): Event => ({ type: "RequestResumed", ...said(at, member) })
export const cancelled = (at = day(3), by: ClientRequest.Actor = member): Event => ({
  type: "RequestCancelled",
  ...said(at, by),
  reason: "not needed",
})
export const expired = (at: number): Event => ({ type: "RequestExpired", ...said(at, system) })
export const delivered = (at: number, change: EventChange<"DeliveryReported"> = {}): Event => ({
  type: "DeliveryReported",
  ...said(at, system),
  recipient: "eva",
  mail: "mail-1",
  outcome: "bounced-hard",
  detail: "550 no such user",
  ...change,
})
export const accessRecorded = (at: number, change: EventChange<"AccessRecorded"> = {}): Event => ({
  type: "AccessRecorded",
  ...said(at, member),
  what: "viewed-as-customer",
  recipient: "eva",
  channel: "",
  ...change,
})
