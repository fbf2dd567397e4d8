/** The state of one client request: plain data, the same in memory, in the database row and over the wire. */
import * as Schema from "effect/Schema"
import { Instant } from "../Instant.ts"
import { QuestionnaireRef } from "../Questionnaire.ts"
import { FileRef } from "../QuestionKind/upload.ts"
import { Rule } from "../Reminder.ts"
import { RequestPolicy } from "../RequestPolicy.ts"

/** The five states of lifecycle.md. What else is known of a request (sent? started?) are facts beside the state. */
export const LifecycleState = Schema.Literals(["Pending", "WaitingForCustomer", "Submitted", "Expired", "Cancelled"])
export type LifecycleState = typeof LifecycleState.Type

/** Who did something: a member of the firm, the customer through one link, or the system by the clock. */
export const Actor = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("member"), id: Schema.String }),
  Schema.Struct({ kind: Schema.Literal("customer"), link: Schema.String }),
  Schema.Struct({ kind: Schema.Literal("system") }),
])
export type Actor = typeof Actor.Type

/**
 * One who is asked. `id` names them inside the request; another person is another id. An empty `email` is allowed until
 * the request is sent, and afterwards where the policy does not require one. `mobile` is E.164, or empty.
 */
export const Recipient = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  email: Schema.String,
  /** BCP 47. */
  language: Schema.String,
  mobile: Schema.String,
  /** Their role in the work item (C3); empty: none. */
  role: Schema.String,
  /** The contact of the firm that they are; null: a bare address. */
  contact: Schema.NullOr(Schema.String),
})
export type Recipient = typeof Recipient.Type

/** A calendar date, `2027-03-27`: due dates have no time and no zone (delivery.md M23). */
const Day = Schema.String

/** A task of the firm that a request was sent for, and the sections that belong to it (P6). */
export const TaskPart = Schema.Struct({ task: Schema.String, sections: Schema.Array(Schema.String) })
export type TaskPart = typeof TaskPart.Type

/** What the firm decides about a request. Until when each may be changed is the policy's (T11, K1, X13). */
export const Details = Schema.Struct({
  title: Schema.String,
  description: Schema.String,
  questionnaire: QuestionnaireRef,
  /** Documents of the firm that the customer may read (K1). */
  attachments: Schema.Array(FileRef),
  /** Until when it is wished; it closes nothing. Items may have a date of their own in `dues`, by section id. */
  due: Schema.NullOr(Day),
  dues: Schema.Record(Schema.String, Schema.NullOr(Day)),
  /** The text of the e-mail around the button. */
  message: Schema.String,
  recipients: Schema.Array(Recipient),
  reminders: Schema.Struct({ rule: Rule, enabled: Schema.Boolean }),
  /** The zone that reminders keep local time in. */
  timeZone: Schema.String,
  /** How careful to be: `high` asks for a second factor where the policy says "sensitive" (S19). */
  sensitivity: Schema.Literals(["normal", "high"]),
  /** Only who logs in to the firm's portal may answer (T8): a link alone opens nothing. Left out: whoever has the link. */
  portalOnly: Schema.optionalKey(Schema.Boolean),
  workItem: Schema.NullOr(Schema.String),
  tasks: Schema.Array(TaskPart),
  /** The folder of the firm that its files go into (F3); left out: where files of its work or its contact go. */
  folder: Schema.optionalKey(Schema.String),
})
export type Details = typeof Details.Type

/**
 * What is known of a file: `pending` until a scanner has looked; `unscannable`: it could not look at all of it; `unscanned`:
 * nobody looks, by the choice of whoever runs the server. One that is infected is in no request (S55).
 */
export const FileScan = Schema.Literals(["pending", "clean", "unscannable", "unscanned"])
export type FileScan = typeof FileScan.Type

export const AttachedFile = Schema.Struct({ ...FileRef.fields, question: Schema.String, at: Instant, scan: FileScan })
export type AttachedFile = typeof AttachedFile.Type

/** A file that was taken out because it is infected, or cannot be scanned: what is left of it. */
export const QuarantinedFile = Schema.Struct({
  ...FileRef.fields,
  question: Schema.String,
  /** What the scanner calls it; empty: it could not look. */
  signature: Schema.String,
  at: Instant,
})
export type QuarantinedFile = typeof QuarantinedFile.Type

/** A check of documents that was asked for (P17): its name, and the files that it is about. */
export const RequestedCheck = Schema.Struct({
  item: Schema.String,
  question: Schema.String,
  check: Schema.String,
  files: Schema.Array(Schema.String),
  at: Instant,
})
export type RequestedCheck = typeof RequestedCheck.Type

/** The frozen answers: their id and digest; the answers themselves lie beside the state. */
export const Submission = Schema.Struct({ id: Schema.String, digest: Schema.String, at: Instant })
export type Submission = typeof Submission.Type

/** How far an item (a section) is, as customer and firm say; what logic hides is not written here. */
export const ItemStatus = Schema.Literals([
  "NotStarted",
  "InProgress",
  "Completed",
  "Accepted",
  "Returned",
  "Waived",
  "NotApplicable",
])
export type ItemStatus = typeof ItemStatus.Type

export const Item = Schema.Struct({
  status: ItemStatus,
  /** Why it was sent back, waived, or does not apply; null otherwise. */
  reason: Schema.NullOr(Schema.String),
  /** Sent back because this file of it was infected: its name. The reason is empty then; people see a sentence of ours. */
  infected: Schema.optionalKey(Schema.String),
  at: Instant,
})
export type Item = typeof Item.Type

/** The device that a link family belongs to. Not `fixed`: the next claim may still take it over (S18). */
export const Binding = Schema.Struct({ device: Schema.String, at: Instant, fixed: Schema.Boolean })
export type Binding = typeof Binding.Type

/** The links of one recipient: those of this `generation` work, older ones are revoked for good (S6, I14). */
export const Family = Schema.Struct({
  generation: Schema.Int,
  binding: Schema.NullOr(Binding),
  /** The latest send that went to this recipient; 0: none yet. */
  sendNo: Schema.Int,
})
export type Family = typeof Family.Type

/** A wish that somebody else answers, which waits for the firm. */
export const Proposal = Schema.Struct({
  id: Schema.String,
  /** Whose wish it is, and whom they named. */
  recipient: Schema.String,
  to: Recipient,
  /** A word to them. */
  word: Schema.String,
  at: Instant,
})
export type Proposal = typeof Proposal.Type

/** Somebody was asked in the place of another, or beside them; by whom, and with what word. */
export const Delegated = Schema.Struct({ to: Schema.String, from: Recipient, word: Schema.String, at: Instant })
export type Delegated = typeof Delegated.Type

/** One who said that it is not for them, and why (empty: they did not say). */
export const Disowned = Schema.Struct({ recipient: Schema.String, reason: Schema.String, at: Instant })
export type Disowned = typeof Disowned.Type

export const State = Schema.Struct({
  id: Schema.String,
  state: LifecycleState,
  details: Details,
  policy: RequestPolicy,
  /** Counts the firm's changes to what is asked; a page that shows an older one may not save over it (L12). */
  revision: Schema.Int,
  createdAt: Instant,
  createdBy: Actor,
  /** When it will be sent by itself (K12), and who said so; null: by hand. */
  scheduled: Schema.NullOr(Schema.Struct({ at: Instant, by: Actor })),
  /** The latest send, who sent it, and how many there have been. */
  sentAt: Schema.NullOr(Instant),
  sentBy: Schema.NullOr(Actor),
  sendNo: Schema.Int,
  /** Link families by recipient id. */
  families: Schema.Record(Schema.String, Family),
  claimedAt: Schema.NullOr(Instant),
  startedAt: Schema.NullOr(Instant),
  /** The end of the window: open while `now < expiresAt`. Null: never ends, or not begun. */
  expiresAt: Schema.NullOr(Instant),
  /** When it was submitted, cancelled or found expired. */
  endedAt: Schema.NullOr(Instant),
  /** Access ends and reminders stop while it is suspended; the clock runs on (K39). Null: it is not. */
  suspended: Schema.NullOr(Schema.Struct({ reason: Schema.String, at: Instant })),
  /** Recipients whose address does not work. */
  suppressed: Schema.Array(Schema.String),
  /** Items that something was said about, by section id; the others are NotStarted. */
  items: Schema.Record(Schema.String, Item),
  /** After a return: only these may be written. Null: all. */
  openItems: Schema.NullOr(Schema.Array(Schema.String)),
  /**
   * Reminders of this cycle, the latest of all, and since when occurrences count (see `Reminder.rebase`). `dropped`: so
   * many of the count were not worth sending any more, and count for no cap (delivery.md M8); left out: none.
   */
  reminders: Schema.Struct({
    count: Schema.Int,
    lastAt: Schema.NullOr(Instant),
    from: Instant,
    dropped: Schema.optionalKey(Schema.Int),
  }),
  /** Mails that carried or asked for links, beside sends and reminders: counts access links. */
  accessNo: Schema.Int,
  submission: Schema.NullOr(Submission),
  files: Schema.Array(AttachedFile),
  quarantined: Schema.Array(QuarantinedFile),
  checks: Schema.Array(RequestedCheck),
  /** How many comments each side has made, and when the latest was; left out: nobody has said anything. */
  comments: Schema.optionalKey(Schema.Struct({ customer: Schema.Int, firm: Schema.Int, at: Instant })),
  /** A wish that somebody else answers, which waits for the firm; left out or null: there is none. */
  proposal: Schema.optionalKey(Schema.NullOr(Proposal)),
  /** When customers passed it on, or asked to; counted, so that nobody mails strangers by it. */
  passed: Schema.optionalKey(Schema.Array(Instant)),
  delegated: Schema.optionalKey(Schema.Array(Delegated)),
  /** Those who said that it is not for them, until the firm sends it to them again or asks somebody else. */
  disowned: Schema.optionalKey(Schema.Array(Disowned)),
  /** When everything that was given was erased, with the names and words of people (S76). Null: it was not. */
  erased: Schema.NullOr(Schema.Struct({ at: Instant, by: Actor })),
})
export type State = typeof State.Type
