/** What has happened to a request. Past tense; the events are the audit log, so each says when and by whom. */
import * as Schema from "effect/Schema"
import { Instant } from "../Instant.ts"
import { FileRef } from "../QuestionKind/upload.ts"
import { RequestPolicy } from "../RequestPolicy.ts"
import { Reason } from "./Reason.ts"
import { Actor, Details, FileScan, Recipient } from "./State.ts"

const event = <Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), at: Instant, by: Actor, ...fields })

const ends = Schema.NullOr(Instant)
const recipient = Schema.String
const item = Schema.String

/** A send: its number, the window after it, to whom, and whether older links die with it. */
const sent = {
  sendNo: Schema.Int,
  expiresAt: ends,
  recipients: Schema.Array(Schema.String),
  revokes: Schema.Boolean,
  resetsCount: Schema.Boolean,
}

/** Facts about a claim's second factor and about the firm looking on; they change nothing (S75). */
export const AccessFact = Schema.Literals([
  "code-sent",
  "code-accepted",
  "code-refused",
  "codes-locked",
  "codes-unlocked",
  "code-no-number",
  "viewed-as-customer",
  "link-copied",
  "entered-from-portal",
])
export type AccessFact = typeof AccessFact.Type

/** What a member saw: the answers, a file, or the record with the answers in it. */
export const ViewedPart = Schema.Literals(["answers", "file", "record"])
export type ViewedPart = typeof ViewedPart.Type

/** What a claim was proved by: the link; the link and a code that came the same way; or another way too (S31). */
export const Assurance = Schema.Literals(["link", "single-channel", "two-channel"])
export type Assurance = typeof Assurance.Type

/**
 * What became of a mail: as its way reports it; `suppressed`: it was not sent, because its address gets no mail of the firm;
 * `dropped`: it was not worth sending any more (M8).
 */
export const DeliveryOutcome = Schema.Literals([
  "delivered",
  "bounced-soft",
  "bounced-hard",
  "complained",
  "suppressed",
  "dropped",
])
export type DeliveryOutcome = typeof DeliveryOutcome.Type

/** The reminder that a report is about: its cycle, and its number in it. One that did not go out counts for no cap (M8). */
export const ReportedReminder = Schema.Struct({ sendNo: Schema.Int, count: Schema.Int })
export type ReportedReminder = typeof ReportedReminder.Type

export const Event = Schema.Union([
  event("RequestCreated", { requestId: Schema.String, details: Details, policy: RequestPolicy }),
  /** `structure`: what is asked changed, so that open pages are stale. */
  event("RequestEdited", { details: Details, structure: Schema.Boolean }),
  event("RecipientChanged", { recipient, to: Recipient }),
  /** The firm changed how long it stays open: for this request, from now on or from its next send. */
  event("WindowChanged", { windowDays: Schema.NullOr(Schema.Int), expiresAt: ends }),
  event("RequestScheduled", { sendAt: Instant }),
  event("RequestUnscheduled", {}),
  /** A scheduled send that could not be: the firm is told why (K19). */
  event("ScheduledSendRefused", { reasons: Schema.Array(Reason) }),
  event("RequestSent", sent),
  event("RequestResent", sent),
  /** Another link for one recipient, at their own wish (K43); `expiresAt`: the window after it. */
  event("AccessLinkSent", { recipient, accessNo: Schema.Int, expiresAt: ends }),
  event("LinksRevoked", { recipient }),
  /** Somebody pressed Start on this device. `binds`: the family belongs to it now; `fixed`: for good. */
  event("LinkClaimed", {
    recipient,
    device: Schema.String,
    binds: Schema.Boolean,
    fixed: Schema.Boolean,
    assurance: Assurance,
    expiresAt: ends,
  }),
  event("DeviceFixed", { recipient, device: Schema.String }),
  event("RequestStarted", {}),
  event("ItemStarted", { item }),
  event("ItemCompleted", { item }),
  event("ItemReopened", { item }),
  event("ItemDeclined", { item, reason: Schema.String }),
  event("ItemAccepted", { item }),
  /** `infected`: it was sent back by the system, because this file of it was; its name. The reason is empty then. */
  event("ItemReturned", {
    item,
    reason: Schema.String,
    infected: Schema.optionalKey(Schema.String),
    expiresAt: ends,
  }),
  event("ItemWaived", { item, reason: Schema.String }),
  /** A shared record was written: which questions, and which of them somebody else had changed meanwhile (C4, L32). */
  event("AnswersSaved", { questions: Schema.Array(Schema.String), conflicts: Schema.Array(Schema.String) }),
  /**
   * `scan`: what was known of it when it was attached. `withoutLocation`: what a camera had written into the picture, the place
   * among it, was taken out before its digest was taken (S58).
   */
  event("FileAttached", {
    question: Schema.String,
    file: FileRef,
    scan: FileScan,
    withoutLocation: Schema.optionalKey(Schema.Literal(true)),
  }),
  event("FileRemoved", { file: Schema.String }),
  /** The scanner came to another verdict on a file of the request. `detail`: why it could not look; empty otherwise. */
  event("FileScanned", { file: Schema.String, question: Schema.String, scan: FileScan, detail: Schema.String }),
  /** A file is no longer among the answers: it is infected, or without a signature could not be scanned (S55). */
  event("FileQuarantined", { file: Schema.String, question: Schema.String, signature: Schema.String }),
  /** Documents for a check are there, complete and clean: the firm's system runs it (P17). Once for each file. */
  event("CheckRequested", {
    item,
    question: Schema.String,
    check: Schema.String,
    files: Schema.Array(Schema.String),
  }),
  event("ReminderSent", { count: Schema.Int, expiresAt: ends }),
  /** At the wish of one recipient; the firm may turn them on again (M13). */
  event("RemindersStopped", { recipient }),
  /** A recipient chose the language (BCP 47) that pages and mails of this request speak to them. */
  event("LanguageChosen", { recipient, language: Schema.String }),
  /**
   * Somebody said something of an item, or of the whole request (null). `recipient`: the customer whose conversation with the
   * firm it belongs to; null: everybody who is asked reads it, because they share the record.
   */
  event("CommentAdded", {
    comment: Schema.String,
    item: Schema.NullOr(item),
    recipient: Schema.NullOr(recipient),
    /** The recipient who said it; null: a member did. */
    author: Schema.NullOr(Schema.String),
    text: Schema.String,
  }),
  /** A recipient named somebody who should answer; the firm has to say whether they may. */
  event("DelegationProposed", { recipient, proposal: Schema.String, to: Recipient, word: Schema.String }),
  event("DelegationRefused", { proposal: Schema.String }),
  /** Somebody else answers now: in the place of a recipient, whose links are dead, or beside them (`joins`). */
  event("RequestDelegated", { recipient, to: Recipient, word: Schema.String, joins: Schema.Boolean }),
  /** A recipient said that it is not for them: their links are dead until the firm sends it to them again. */
  event("RequestDisowned", { recipient, reason: Schema.String }),
  event("RequestSubmitted", { submissionId: Schema.String, digest: Schema.String }),
  event("RequestReopened", { expiresAt: ends }),
  event("RequestSuspended", { reason: Schema.String }),
  event("RequestResumed", {}),
  event("RequestCancelled", { reason: Schema.String }),
  event("RequestExpired", {}),
  event("DeliveryReported", {
    recipient,
    mail: Schema.String,
    outcome: DeliveryOutcome,
    detail: Schema.String,
    reminder: Schema.optionalKey(ReportedReminder),
  }),
  /** A member lets mail go to an address again that did not work (M16). */
  event("SuppressionLifted", { recipient, reason: Schema.String }),
  event("AccessRecorded", { what: AccessFact, recipient, channel: Schema.String }),
  /** A member saw what was given, or downloaded a file of it (S75). */
  event("RequestViewed", { what: ViewedPart }),
  /** What was given and whose it was is gone for good; by the system: it had been kept as long as the firm keeps it (S76). */
  event("RequestErased", { reason: Schema.String }),
])
export type Event = typeof Event.Type

export type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>
