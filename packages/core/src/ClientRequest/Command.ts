/** What can be asked of a request. Imperative; the time and every random value arrive with the command. */
import type { Instant } from "../Instant.ts"
import type { FileRef } from "../QuestionKind/upload.ts"
import type { RequestPolicy } from "../RequestPolicy.ts"
import type { AccessFact, Assurance, DeliveryOutcome, ReportedReminder, ViewedPart } from "./Event.ts"
import type { Actor, Details, FileScan, Recipient } from "./State.ts"

interface Base {
  /** Names this attempt; a command that arrives twice is carried out once (I9). */
  readonly id: string
  readonly at: Instant
  readonly by: Actor
}

/** By which link, from which device: what every command of the customer carries. */
interface ByLink extends Base {
  readonly recipient: string
  readonly generation: number
  readonly device: string
}

/** What commands carry that change answers: which questions their page showed. */
interface FromCustomer extends ByLink {
  readonly revision: number
}

/** Other open requests that a send must be counted with (P4, P8, P30). */
export interface Outstanding {
  /** Ids of those of the same subject. */
  readonly subject: ReadonlyArray<string>
  /** Ids by task. */
  readonly tasks: Readonly<Record<string, ReadonlyArray<string>>>
  /** The work item that the request is for is completed (K39). */
  readonly workIsDone?: boolean
  /** Ids of the recipients whose addresses get no mail of the firm (M16). */
  readonly suppressed?: ReadonlyArray<string>
}

// what the firm does

export interface Create extends Base {
  readonly type: "Create"
  readonly requestId: string
  readonly details: Details
  readonly policy: RequestPolicy
}
/** Changes what the firm decided; properties left out stay. `appends`: the questionnaire only asks more than before. */
export interface Edit extends Base {
  readonly type: "Edit"
  readonly details: Partial<Details>
  readonly appends?: boolean
}
/** Puts another person in a recipient's place: their links die, and the request must be sent again. */
export interface ChangeRecipient extends Base {
  readonly type: "ChangeRecipient"
  readonly recipient: string
  readonly to: Recipient
}
/** Gives the request another window than its policy began with; null: for ever. The one way to shorten it (I4). */
export interface ChangeWindow extends Base {
  readonly type: "ChangeWindow"
  readonly windowDays: number | null
}
export interface Schedule extends Base {
  readonly type: "Schedule"
  readonly sendAt: Instant
}
export interface Unschedule extends Base {
  readonly type: "Unschedule"
}
export interface Send extends Base {
  readonly type: "Send"
  readonly outstanding: Outstanding
}
/** `recipients`: only to these (a new invitation, L33); left out: to all. */
export interface Resend extends Base {
  readonly type: "Resend"
  readonly recipients?: ReadonlyArray<string>
  readonly outstanding: Outstanding
}
export interface RevokeLinks extends Base {
  readonly type: "RevokeLinks"
  readonly recipient: string
}
/** Mail may go to a recipient's address again, for the reason given. */
export interface LiftSuppression extends Base {
  readonly type: "LiftSuppression"
  readonly recipient: string
  readonly reason: string
}
export interface Cancel extends Base {
  readonly type: "Cancel"
  readonly reason: string
}
export interface Suspend extends Base {
  readonly type: "Suspend"
  readonly reason: string
}
export interface Resume extends Base {
  readonly type: "Resume"
}
export interface Reopen extends Base {
  readonly type: "Reopen"
}
export interface AcceptItem extends Base {
  readonly type: "AcceptItem"
  readonly item: string
}
export interface ReturnItem extends Base {
  readonly type: "ReturnItem"
  readonly item: string
  readonly reason: string
}
export interface WaiveItem extends Base {
  readonly type: "WaiveItem"
  readonly item: string
  readonly reason: string
  /** Where it may be the last item; left out: it ends nothing. */
  readonly ending?: Ending
}
/** The firm says for the customer that an item is complete, or not. */
export interface MarkItem extends Base {
  readonly type: "MarkItem"
  readonly item: string
  readonly complete: boolean
  /** Where it may be the last item; left out: it ends nothing. */
  readonly ending?: Ending
}
/** The firm submits for the customer what is there. */
export interface CloseOnBehalf extends Base {
  readonly type: "CloseOnBehalf"
  readonly submissionId: string
  readonly digest: string
}

/** A comment of the firm on an item, or on the whole request (null). */
export interface Reply extends Base {
  readonly type: "Reply"
  /** The id of the comment. */
  readonly comment: string
  readonly item: string | null
  readonly text: string
}
/** Lets it be answered by whom the customer named; `contact`: whose contact that is, as is known now (null: nobody's). */
export interface AcceptDelegation extends Base {
  readonly type: "AcceptDelegation"
  readonly proposal: string
  readonly contact: string | null
  /** The address gets no mail of the firm. */
  readonly suppressed: boolean
}
/** Would rather have the same person answer; a reason is said in the conversation, as the comment of that id. */
export interface RefuseDelegation extends Base {
  readonly type: "RefuseDelegation"
  readonly proposal: string
  readonly reason: string
  readonly comment: string
}

/** Removes for good what was given and whose it was, of a request that has ended (S76). */
export interface Erase extends Base {
  readonly type: "Erase"
  readonly reason: string
}
/** A member saw what was given. Whether it is written down again within the hour is for whoever gives the id. */
export interface RecordView extends Base {
  readonly type: "RecordView"
  readonly what: ViewedPart
}

// what the customer does

export interface Claim extends ByLink {
  readonly type: "Claim"
  /** The link: may it move the binding, and when was it issued (S17)? */
  readonly rebinds: boolean
  readonly issuedAt: Instant
  /** What it was proved by (S31); left out: the link alone. */
  readonly assurance?: Assurance
}
export interface RequestAccessLink extends Base {
  readonly type: "RequestAccessLink"
  readonly recipient: string
}
/** One wants no more reminders of this request (delivery.md M13); asked by a link that opens nothing else. */
export interface StopReminders extends Base {
  readonly type: "StopReminders"
  readonly recipient: string
}
/** One reads this language: the pages' switch. Mails of this request to them speak it from now on. */
export interface ChooseLanguage extends Base {
  readonly type: "ChooseLanguage"
  readonly recipient: string
  /** BCP 47. */
  readonly language: string
}
/** A comment of a customer on an item, or on the whole request (null). */
export interface Comment extends ByLink {
  readonly type: "Comment"
  /** The id of the comment. */
  readonly comment: string
  readonly item: string | null
  readonly text: string
}
/**
 * "Someone else should answer this": who, and a word to them. The policy says whether it is done, or asked of the firm; it is
 * asked as well where the firm alone can say why that person cannot be asked at once.
 */
export interface Delegate extends ByLink {
  readonly type: "Delegate"
  /** The id of the proposal, where the firm is asked. */
  readonly proposal: string
  readonly to: Recipient
  readonly word: string
  /** The address gets no mail of the firm. */
  readonly suppressed: boolean
}
/** "This is not for me": their links die, and the request waits for the firm. */
export interface Disown extends ByLink {
  readonly type: "Disown"
  readonly reason: string
}
/** The first answer is about to be given. `Save` and `AttachFile` start a request by themselves. */
export interface Start extends FromCustomer {
  readonly type: "Start"
}
export interface Save extends FromCustomer {
  readonly type: "Save"
  /** Is anything answered? A page that was only looked at and saved empty starts nothing. */
  readonly answered: boolean
  /** The items that are written. */
  readonly items: ReadonlyArray<string>
  /** On a shared record: the questions that change, and those that somebody else changed meanwhile. */
  readonly questions: ReadonlyArray<string>
  readonly conflicts: ReadonlyArray<string>
}
export interface AttachFile extends FromCustomer {
  readonly type: "AttachFile"
  readonly item: string
  readonly question: string
  readonly file: FileRef
  /** What is known of it; one that is infected is not attached. */
  readonly scan: FileScan
  /** What a camera had written into it was taken out before it was kept. */
  readonly withoutLocation?: true
  /** How many files that question takes. */
  readonly limit: number
}
export interface RemoveFile extends FromCustomer {
  readonly type: "RemoveFile"
  readonly item: string
  readonly file: string
}
/** What may end a request by itself: it is submitted under the id and digest given. */
export interface Ending {
  /** Required, visible items that would be left afterwards: none means that the request ends with this one. */
  readonly left: ReadonlyArray<string>
  readonly submissionId: string
  readonly digest: string
}
/** Ticks an item. */
export interface CompleteItem extends FromCustomer, Ending {
  readonly type: "CompleteItem"
  readonly item: string
  /** Questions of the item that still stop it; `files`: those that lack a file (L22). */
  readonly missing: ReadonlyArray<string>
  readonly files: ReadonlyArray<string>
}
export interface ReopenItem extends FromCustomer {
  readonly type: "ReopenItem"
  readonly item: string
}
/** Says that an item does not apply. */
export interface DeclineItem extends FromCustomer, Ending {
  readonly type: "DeclineItem"
  readonly item: string
  readonly reason: string
}
export interface Submit extends FromCustomer {
  readonly type: "Submit"
  readonly submissionId: string
  /** Over the definition's hash, the answers and the digests of the files. */
  readonly digest: string
  /** Questions that still stop it, as the answers' rules found them; those of waived items are not among them. */
  readonly missing: ReadonlyArray<string>
  /** Files that come in with it, where nothing is kept before the end. */
  readonly files?: ReadonlyArray<Pick<AttachFile, "question" | "file" | "scan" | "withoutLocation">>
}

// what happens by itself

/** The clock: sends what is scheduled, expires what has passed, reminds when it is time. Decides only what is due. */
export interface Wake extends Base {
  readonly type: "Wake"
  readonly outstanding: Outstanding
}
export interface ReportDelivery extends Base {
  readonly type: "ReportDelivery"
  readonly recipient: string
  readonly mail: string
  readonly outcome: DeliveryOutcome
  readonly detail: string
  /** Of a reminder that did not go out. */
  readonly reminder?: ReportedReminder
}
/** The scanner's verdict on a file that is not infected. */
export interface ReportScan extends Base {
  readonly type: "ReportScan"
  readonly file: string
  readonly scan: FileScan
  readonly detail: string
}
/**
 * A file was found to be infected, or by a member's word is not to stay although nobody knows: it leaves the request, and its
 * item is asked for again (S55).
 */
export interface QuarantineFile extends Base {
  readonly type: "QuarantineFile"
  readonly file: string
  readonly item: string
  /** What the scanner calls what it found; empty: it could not look. */
  readonly signature: string
  /** A member's words to the customer; left out: it is infected, and people are told so. */
  readonly reason?: string
}
export interface RecordAccess extends Base {
  readonly type: "RecordAccess"
  readonly what: AccessFact
  readonly recipient: string
  readonly channel: string
}

export type OfCustomer =
  | Claim
  | RequestAccessLink
  | StopReminders
  | ChooseLanguage
  | Comment
  | Delegate
  | Disown
  | Start
  | Save
  | AttachFile
  | RemoveFile
  | CompleteItem
  | ReopenItem
  | DeclineItem
  | Submit
export type OfFirm =
  | Create
  | Edit
  | ChangeRecipient
  | ChangeWindow
  | Schedule
  | Unschedule
  | Send
  | Resend
  | RevokeLinks
  | LiftSuppression
  | Cancel
  | Suspend
  | Resume
  | Reopen
  | AcceptItem
  | ReturnItem
  | WaiveItem
  | MarkItem
  | CloseOnBehalf
  | Reply
  | AcceptDelegation
  | RefuseDelegation
  | Erase
  | RecordView
export type OfSystem = Wake | ReportDelivery | RecordAccess | ReportScan | QuarantineFile

export type Command = OfCustomer | OfFirm | OfSystem
