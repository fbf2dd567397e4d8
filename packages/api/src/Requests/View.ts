/** A client request as members see it. */
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Schema from "effect/Schema"
import * as Wire from "../Wire.ts"
import { Reminders } from "./Reminders.ts"

/** Who did something. `id` is a member's, or that of the link that the customer came by; the system has none. */
export const Actor = Schema.Struct({
  kind: Schema.Literals(["member", "customer", "system"]),
  id: Schema.NullOr(Schema.String),
  name: Schema.NullOr(Schema.String).annotate({ description: "A member's name." }),
}).annotate({
  identifier: "Actor",
  description:
    "A member, the customer by the id (not the secret) of the link they came by, or the system by the clock.",
})
export type Actor = typeof Actor.Type

/** What a member can do with a request. `edit`: with what is asked; `edit-settings`: with how it is asked. */
export const Action = Schema.Literals([
  "edit",
  "edit-settings",
  "send",
  "schedule",
  "unschedule",
  "resend",
  "cancel",
  "suspend",
  "resume",
  "reopen",
  "close",
  "change-window",
])
export type Action = typeof Action.Type

/** What a member can do with an item. */
export const ItemAction = Schema.Literals(["accept", "return", "waive", "complete", "reopen"])
export type ItemAction = typeof ItemAction.Type

/** What a member can do for one recipient. */
export const RecipientAction = Schema.Literals(["change", "resend", "revoke-links"])
export type RecipientAction = typeof RecipientAction.Type

/** A section of what is asked. */
export const Item = Schema.Struct({
  id: Schema.String,
  status: ClientRequest.ItemStatus,
  reason: Schema.NullOr(Schema.String).annotate({
    description: "Why it was sent back, waived, or does not apply.",
  }),
  infected: Wire.Infected,
  changedAt: Schema.NullOr(Wire.Timestamp),
  due: Schema.NullOr(Wire.Day).annotate({ description: "Its own date, else the request's." }),
  progress: Schema.NullOr(Wire.SectionProgress).annotate({ description: "Null: its answers hide it." }),
  actions: Schema.Array(ItemAction),
}).annotate({ identifier: "Item", description: "A section of what is asked, and how far it is." })
export type Item = typeof Item.Type

/** A recipient with their links: what is known of them, never a secret. */
export const Recipient = Schema.Struct({
  ...Wire.Recipient.fields,
  links: Schema.Struct({
    generation: Schema.Int.annotate({ description: "Links of older generations are revoked for good." }),
    bound: Schema.Boolean.annotate({ description: "They belong to one device." }),
    boundAt: Schema.NullOr(Wire.Timestamp),
    lastSend: Schema.Int.annotate({ description: "The latest send to them; 0: none yet." }),
  }),
  undeliverable: Schema.Boolean.annotate({ description: "Mail to the address came back." }),
  actions: Schema.Array(RecipientAction),
}).annotate({ identifier: "RequestRecipient", description: "One who is asked, with what is known of their links." })
export type Recipient = typeof Recipient.Type

/** What has become of an e-mail: the highest that was ever reported, whatever came after it. */
export const MailStatus = Schema.Literals([
  "queued",
  "dropped",
  "failed",
  "handed-over",
  "bounced-soft",
  "delivered",
  "bounced-hard",
  "complained",
]).annotate({
  identifier: "MailStatus",
  description:
    "queued: waits; dropped: not needed any more; failed: given up; handed-over: the mail server has it; then what was reported of it, each above the one before: bounced-soft, delivered, bounced-hard, complained.",
})

/** One e-mail about a request. */
export const Mail = Schema.Struct({
  id: Schema.String,
  kind: Schema.String.annotate({
    description:
      "invitation, reminder, access-link, returned, delegated, comments; to members: submitted-notice, item-notice, upload-notice, schedule-notice, reminders-notice, bounce-notice, number-notice, file-notice, comments-notice, proposal-notice, delegated-notice, disowned-notice.",
    examples: ["invitation"],
  }),
  recipient: Schema.String,
  status: MailStatus,
  reason: Schema.NullOr(Schema.String).annotate({ description: "Why it waits, failed, was dropped or came back." }),
  trail: Schema.Array(
    Schema.Struct({ at: Wire.Timestamp, status: MailStatus, reason: Schema.NullOr(Schema.String) }),
  ).annotate({ description: "Attempts to hand it over and reports of it, oldest first, a hundred at most." }),
  createdAt: Wire.Timestamp,
  handedOverAt: Schema.NullOr(Wire.Timestamp),
}).annotate({
  identifier: "Mail",
  description: "One e-mail about the request, and what has become of it. Its link is not shown to anybody.",
})
export type Mail = typeof Mail.Type

const shared = {
  id: Schema.String,
  state: Wire.LifecycleState,
  title: Schema.String,
  due: Schema.NullOr(Wire.Day),
  questionnaire: Wire.QuestionnaireRef,
  policy: Schema.String.annotate({ description: "The preset that it was created with." }),
  workItem: Schema.NullOr(Schema.String),
  createdAt: Wire.Timestamp,
  scheduledFor: Schema.NullOr(Wire.Timestamp).annotate({ description: "When it will be sent by itself." }),
  sentAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "The latest send." }),
  startedAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "The first answer." }),
  expiresAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "The end of its window; null: never." }),
  endedAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "When it was submitted, cancelled or expired." }),
  suspended: Schema.NullOr(Schema.Struct({ reason: Schema.String, since: Wire.Timestamp })).annotate({
    description: "Meanwhile its links do not work and nobody is reminded.",
  }),
}

/** A request in a list. */
export const Summary = Schema.Struct({
  ...shared,
  recipients: Schema.Array(Wire.Recipient),
  progress: Schema.Struct({ done: Schema.Int, items: Schema.Int }).annotate({
    description: "How many of its items need nothing more.",
  }),
  nextReminder: Reminders.mapFields(({ next, reason }) => ({ next, reason })),
}).annotate({
  identifier: "RequestSummary",
  description: "A request in a list, with its state as of now.",
})
export type Summary = typeof Summary.Type

/** A request with everything that belongs to it. */
export const RequestView = Schema.Struct({
  ...shared,
  recipients: Schema.Array(Recipient),
  items: Schema.Array(Item),
  openItems: Schema.NullOr(Schema.Array(Schema.String)).annotate({
    description: "After something was sent back: only these can be written. Null: all.",
  }),
  reminders: Reminders,
  rules: Wire.Policy,
  description: Schema.String,
  message: Schema.String,
  attachments: Schema.Array(Wire.FileRef).annotate({ description: "Documents of the firm for the customer." }),
  dues: Schema.Record(Schema.String, Schema.NullOr(Wire.Day)).annotate({
    description: "Dates of single items, where they differ from the request's.",
  }),
  timeZone: Schema.String.annotate({ description: "The zone in which reminders keep local time." }),
  sensitivity: Schema.Literals(["normal", "high"]),
  portalOnly: Schema.Boolean.annotate({ description: "Only who logs in to the firm's portal may answer." }),
  tasks: Schema.Array(ClientRequest.TaskPart).annotate({ description: "Tasks of the work item, and what is theirs." }),
  revision: Schema.Int.annotate({ description: "Counts the changes of what is asked." }),
  createdBy: Actor,
  sentBy: Schema.NullOr(Actor),
  sends: Schema.Int.annotate({ description: "How many times it was sent." }),
  claimedAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "When somebody first pressed Start." }),
  answers: Wire.Answers.annotateKey({ description: "What is saved so far; once submitted, what was submitted." }),
  savedAt: Schema.NullOr(Wire.Timestamp),
  files: Schema.Array(Wire.AttachedFile),
  checks: Schema.Array(Wire.RequestedCheck),
  submission: Schema.NullOr(Schema.Struct({ id: Schema.String, digest: Schema.String, submittedAt: Wire.Timestamp })),
  mails: Schema.Array(Mail),
  actions: Schema.Array(Action).annotate({ description: "What its state and policy allow now." }),
}).annotate({ identifier: "Request", description: "A request with everything that belongs to it, as of now." })
export type RequestView = typeof RequestView.Type

/** What was made: one request, or one for each recipient where the policy keeps them apart. */
export const Created = Schema.Struct({
  ...RequestView.fields,
  others: Schema.Array(Summary).annotate({
    description: "Under a policy of separate views every further recipient gets a request of their own.",
  }),
}).annotate({ identifier: "CreatedRequest", description: "The request that was made, and those made with it." })
export type Created = typeof Created.Type

/** One entry of the audit log. */
export const HistoryEntry = Schema.Struct({
  index: Schema.Int.annotate({ description: "From 1, without gaps." }),
  kind: Schema.Literal("Forms"),
  at: Wire.Timestamp,
  by: Actor,
  type: Schema.String.annotate({ examples: ["RequestSent"] }),
  erased: Schema.Boolean.annotate({ description: "What else it said is gone for good." }),
  data: Schema.Record(Schema.String, Schema.Json).annotate({ description: "What else the event says." }),
}).annotate({ identifier: "HistoryEntry", description: "One thing that happened to the request." })
export type HistoryEntry = typeof HistoryEntry.Type

export const History = Schema.Struct({ entries: Schema.Array(HistoryEntry) })

/** The answers, frozen. */
export const Submission = Schema.Struct({
  id: Schema.String,
  submittedAt: Wire.Timestamp,
  questionnaire: Wire.QuestionnaireRef,
  answers: Wire.Answers,
  digest: Schema.String,
}).annotate({ identifier: "Submission", description: "The answers as they were submitted, and their digest." })
export type Submission = typeof Submission.Type
