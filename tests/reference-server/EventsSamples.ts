/** One event of every type there is, with a mark in all that may not leave: texts, names, addresses, devices, digests. */
import { type ClientRequest, RequestPolicy } from "@requite/core"

const marked = "MARKED"
/** What no payload may have in it. */
export const mark = new RegExp(marked)

const base = { at: Date.UTC(2027, 0, 1), by: { kind: "customer", link: "link-1" } } as const
const file = { id: "file-1", name: `${marked}.pdf`, bytes: 1, type: marked, sha256: marked }
const recipient: ClientRequest.Recipient = {
  id: "eva",
  name: marked,
  email: `${marked}@customer.example`,
  language: marked,
  mobile: marked,
  role: marked,
  contact: marked,
}
const details: ClientRequest.Details = {
  title: marked,
  description: marked,
  questionnaire: { id: marked, version: 1, hash: marked, questions: 1, sections: [marked] },
  attachments: [file],
  due: marked,
  dues: { [marked]: marked },
  message: marked,
  recipients: [recipient],
  reminders: { rule: { kind: "none" }, enabled: true },
  timeZone: marked,
  sensitivity: "normal",
  workItem: marked,
  tasks: [{ task: marked, sections: [marked] }],
}
const sent = { sendNo: 1, expiresAt: null, recipients: ["eva"], revokes: true, resetsCount: true }
const end = Date.UTC(2027, 1, 1)

type Without<E> = E extends unknown ? Omit<E, "at" | "by"> : never

const samples: {
  readonly [Type in ClientRequest.Event["type"]]: Without<Extract<ClientRequest.Event, { type: Type }>>
} = {
  RequestCreated: { type: "RequestCreated", requestId: "request-1", details, policy: RequestPolicy.standard },
  RequestEdited: { type: "RequestEdited", details, structure: true },
  RecipientChanged: { type: "RecipientChanged", recipient: "eva", to: recipient },
  WindowChanged: { type: "WindowChanged", windowDays: 3, expiresAt: end },
  RequestScheduled: { type: "RequestScheduled", sendAt: end },
  RequestUnscheduled: { type: "RequestUnscheduled" },
  ScheduledSendRefused: {
    type: "ScheduledSendRefused",
    reasons: [{ code: "recipient-email-missing", about: [marked], message: marked }],
  },
  RequestSent: { type: "RequestSent", ...sent },
  RequestResent: { type: "RequestResent", ...sent, expiresAt: end },
  AccessLinkSent: { type: "AccessLinkSent", recipient: "eva", accessNo: 1, expiresAt: end },
  LinksRevoked: { type: "LinksRevoked", recipient: "eva" },
  LinkClaimed: {
    type: "LinkClaimed",
    recipient: "eva",
    device: marked,
    binds: true,
    fixed: true,
    assurance: "two-channel",
    expiresAt: end,
  },
  DeviceFixed: { type: "DeviceFixed", recipient: "eva", device: marked },
  RequestStarted: { type: "RequestStarted" },
  ItemStarted: { type: "ItemStarted", item: "about" },
  ItemCompleted: { type: "ItemCompleted", item: "about" },
  ItemReopened: { type: "ItemReopened", item: "about" },
  ItemDeclined: { type: "ItemDeclined", item: "about", reason: marked },
  ItemAccepted: { type: "ItemAccepted", item: "about" },
  ItemReturned: { type: "ItemReturned", item: "about", reason: marked, expiresAt: end },
  ItemWaived: { type: "ItemWaived", item: "about", reason: marked },
  AnswersSaved: { type: "AnswersSaved", questions: ["name"], conflicts: ["mail"] },
  FileAttached: { type: "FileAttached", question: "passport", file, scan: "pending" },
  FileRemoved: { type: "FileRemoved", file: "file-1" },
  FileScanned: { type: "FileScanned", question: "passport", file: "file-1", scan: "clean", detail: marked },
  FileQuarantined: { type: "FileQuarantined", question: "passport", file: "file-1", signature: "Eicar-Signature" },
  CheckRequested: { type: "CheckRequested", item: "about", question: "passport", check: "identity", files: ["file-1"] },
  ReminderSent: { type: "ReminderSent", count: 2, expiresAt: end },
  RemindersStopped: { type: "RemindersStopped", recipient: "eva" },
  LanguageChosen: { type: "LanguageChosen", recipient: "eva", language: "sv" },
  CommentAdded: { type: "CommentAdded", comment: "c1", item: "about", recipient: "eva", author: "eva", text: marked },
  DelegationProposed: {
    type: "DelegationProposed",
    recipient: "eva",
    proposal: "p1",
    to: { ...recipient, id: "bo" },
    word: marked,
  },
  DelegationRefused: { type: "DelegationRefused", proposal: "p1" },
  RequestDelegated: {
    type: "RequestDelegated",
    recipient: "eva",
    to: { ...recipient, id: "bo" },
    word: marked,
    joins: false,
  },
  RequestDisowned: { type: "RequestDisowned", recipient: "eva", reason: marked },
  RequestSubmitted: { type: "RequestSubmitted", submissionId: "submission-1", digest: marked },
  RequestReopened: { type: "RequestReopened", expiresAt: null },
  RequestSuspended: { type: "RequestSuspended", reason: marked },
  RequestResumed: { type: "RequestResumed" },
  RequestCancelled: { type: "RequestCancelled", reason: marked },
  RequestExpired: { type: "RequestExpired" },
  DeliveryReported: {
    type: "DeliveryReported",
    recipient: "eva",
    mail: "mail-1",
    outcome: "bounced-hard",
    detail: marked,
  },
  SuppressionLifted: { type: "SuppressionLifted", recipient: "eva", reason: marked },
  AccessRecorded: { type: "AccessRecorded", what: "code-sent", recipient: "eva", channel: marked },
  RequestViewed: { type: "RequestViewed", what: "answers" },
  RequestErased: { type: "RequestErased", reason: marked },
}

export const everyEvent: ReadonlyArray<ClientRequest.Event> = Object.values(samples).map((sample) => ({
  ...base,
  ...sample,
}))
