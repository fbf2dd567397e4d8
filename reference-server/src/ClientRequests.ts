/**
 * Client requests, executed: the one door through which every command goes. `handle` locks the state row, lets the core
 * decide, writes the row, appends the events to the audit chain and puts what must be delivered into the outbox, in one
 * transaction. What the firm and the customer do are a few lines over it.
 */
import type { Answers, AuditEntry, ClientRequest, RequestPolicy } from "@requite/core"
import type * as Evaluation from "@requite/core/Evaluation"
import type { FileRef } from "@requite/core/QuestionKind/upload"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Customer } from "./Customer.ts"
import type { SqlError } from "./platform/Sql.ts"
import type { Member } from "./Members.ts"
import { MailStatus, Step } from "./Outbox/MailStatus.ts"
import type { Stored } from "./Questionnaires.ts"
import type { Workspace } from "./Workspaces.ts"

export class RequestNotFound extends Schema.TaggedError<RequestNotFound>()("RequestNotFound", { id: Schema.String }) {}

/** The customer sent something that no page of ours could have sent: an unknown question, a value of another shape. */
export class AnswersRefused extends Schema.TaggedError<AnswersRefused>()("AnswersRefused", {
  issues: Schema.Array(
    Schema.Struct({
      code: Schema.String,
      question: Schema.String,
      pointer: Schema.String,
      values: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])),
    }),
  ),
}) {}

/** One mail about a request, as the firm sees it. */
export const MailLine = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals([
    "invitation",
    "reminder",
    "access-link",
    "returned",
    "delegated",
    "comments",
    "submitted-notice",
    "item-notice",
    "upload-notice",
    "schedule-notice",
    "reminders-notice",
    "bounce-notice",
    "number-notice",
    "file-notice",
    "comments-notice",
    "proposal-notice",
    "delegated-notice",
    "disowned-notice",
  ]),
  /** Its address. */
  recipient: Schema.String,
  status: MailStatus,
  /** Why it waits, failed, was dropped or came back. */
  reason: Schema.NullOr(Schema.String),
  /** Attempts to hand it over and reports of it, oldest first. */
  trail: Schema.Array(Step),
  createdAt: Schema.Int,
  handedOverAt: Schema.NullOr(Schema.Int),
})
export type MailLine = typeof MailLine.Type

/** On a shared record: how often a question was written, and by whom last (a recipient's id) and when. */
export const Version = Schema.Struct({ n: Schema.Int, by: Schema.String, at: Schema.Int })
export type Version = typeof Version.Type

/** One request as it is now, with what the customer has given so far. */
export interface Current {
  readonly request: ClientRequest.State
  readonly stored: Stored
  /** Answers and files together, by question id: what is saved, or once submitted what was submitted. */
  readonly answers: Answers.Answers
  /** On a shared record, by question id; what a page shows of it comes back as `seen` when it saves. */
  readonly versions: Readonly<Record<string, Version>>
  /** Sections that the customer has been to. */
  readonly visited: ReadonlyArray<string>
  readonly savedAt: number | null
  /** What conditions read beside the answers. */
  readonly context: Evaluation.Context
}

/** On a shared record: a question that somebody else wrote since the page was loaded. Theirs stands. */
export interface Conflict {
  readonly question: string
  /** The value that was not written; null: the answer was to be taken back. */
  readonly mine: unknown
  /** The value that is there; null: none. */
  readonly theirs: unknown
  /** The id of the recipient who wrote it. */
  readonly by: string
  readonly at: number
}

export interface Saved {
  readonly conflicts: ReadonlyArray<Conflict>
  /** The request with what was saved. */
  readonly current: Current
}

export interface Overview {
  readonly current: Current
  /** The whole chain; of an erased request its entries have no content. */
  readonly history: ReadonlyArray<AuditEntry.AuditEntry>
  readonly mails: ReadonlyArray<MailLine>
}

export interface ListQuery {
  /** By the state at this moment; a request whose window has passed counts as Expired. */
  readonly state?: ClientRequest.LifecycleState
  /** Part of a title, a name or an address. */
  readonly search?: string
  readonly limit: number
  readonly offset: number
}

/** What a new request is made of, before it has a reference to a stored questionnaire's version. */
export interface NewRequest {
  readonly details: ClientRequest.Details
  readonly policy: RequestPolicy.RequestPolicy
}

export type Refused = ClientRequest.Refusal | RequestNotFound
export type Handled = Effect.Effect<ClientRequest.State, Refused>

/** What a customer gives at once where nothing is kept before the end (P24, P26). */
export interface Finishing {
  readonly revision: number
  readonly answers: Answers.Answers
  /** Files that came in for it, stored already. */
  readonly files?: ReadonlyArray<{ readonly question: string; readonly file: FileRef }>
}

export class ClientRequests extends Context.Service<
  ClientRequests,
  {
    // what the firm does; `commandId` (a UUID) makes a repeated call harmless
    create(member: Member, input: NewRequest, commandId: string): Handled
    edit(member: Member, id: string, details: Partial<ClientRequest.Details>, commandId: string): Handled
    changeRecipient(
      member: Member,
      id: string,
      recipientId: string,
      to: ClientRequest.Recipient,
      commandId: string,
    ): Handled
    /** Another window for this request, in days; null: for ever. */
    changeWindow(member: Member, id: string, windowDays: number | null, commandId: string): Handled
    schedule(member: Member, id: string, sendAt: number, commandId: string): Handled
    unschedule(member: Member, id: string, commandId: string): Handled
    send(member: Member, id: string, commandId: string): Handled
    /** To all recipients, or only to these. */
    resend(member: Member, id: string, commandId: string, recipients?: ReadonlyArray<string>): Handled
    revokeLinks(member: Member, id: string, recipientId: string, commandId: string): Handled
    cancel(member: Member, id: string, reason: string, commandId: string): Handled
    suspend(member: Member, id: string, reason: string, commandId: string): Handled
    resume(member: Member, id: string, commandId: string): Handled
    reopen(member: Member, id: string, commandId: string): Handled
    acceptItem(member: Member, id: string, item: string, commandId: string): Handled
    returnItem(member: Member, id: string, item: string, reason: string, commandId: string): Handled
    waiveItem(member: Member, id: string, item: string, reason: string, commandId: string): Handled
    markItem(member: Member, id: string, item: string, complete: boolean, commandId: string): Handled
    /** Submits for the customer what is there. */
    closeOnBehalf(member: Member, id: string, commandId: string): Handled
    list(
      workspaceId: string,
      query: ListQuery,
    ): Effect.Effect<{ readonly requests: ReadonlyArray<ClientRequest.State>; readonly total: number }>
    /** One request with what was given, as the firm sees it. */
    read(workspaceId: string, id: string): Effect.Effect<Current, RequestNotFound>
    /** A request whose state was read just now, with what was given. */
    currentOf(workspace: Pick<Workspace, "id" | "timeZone">, request: ClientRequest.State): Effect.Effect<Current>
    overview(workspaceId: string, id: string): Effect.Effect<Overview, RequestNotFound>
    /** The door itself: decides on an intent and writes what follows; `write` joins its transaction, and may stop all of it. */
    handle<W = never>(
      workspaceId: string,
      id: string,
      intent: ClientRequest.Intent,
      write?: (state: ClientRequest.State) => Effect.Effect<void, W | SqlError.SqlError>,
    ): Effect.Effect<ClientRequest.State, W | Refused>
    // what the customer does, each through the session that their link opened
    current(customer: Customer): Effect.Effect<Current, RequestNotFound>
    /**
     * Saves the answers of some questions beside those that are there; null clears one. Wrong values are kept too: they
     * are a draft. On a shared record `seen` is the version of each question that the page showed (none: 0); one that
     * was written since, with another value, is left as it is and given back.
     */
    save(
      customer: Customer,
      input: {
        readonly revision: number
        readonly answers: Answers.Answers
        readonly visited?: string
        readonly seen?: Readonly<Record<string, number>>
      },
      commandId: string,
    ): Effect.Effect<Saved, Refused | AnswersRefused>
    /** Ticks an item whose answers are saved; may end the request. */
    completeItem(
      customer: Customer,
      input: { readonly revision: number; readonly item: string },
      commandId: string,
    ): Handled
    reopenItem(
      customer: Customer,
      input: { readonly revision: number; readonly item: string },
      commandId: string,
    ): Handled
    /** Says that an item does not apply; may end the request. */
    declineItem(
      customer: Customer,
      input: { readonly revision: number; readonly item: string; readonly reason: string },
      commandId: string,
    ): Handled
    attachFile(
      customer: Customer,
      input: { readonly revision: number; readonly question: string; readonly file: FileRef; readonly limit: number },
      commandId: string,
    ): Handled
    removeFile(
      customer: Customer,
      input: { readonly revision: number; readonly file: string },
      commandId: string,
    ): Handled
    /** Submits what is saved. Refused as `incomplete` with the questions that stop it. */
    submit(customer: Customer, revision: number, commandId: string): Handled
    /** Submits all answers at once, where nothing is kept before; what is refused leaves nothing behind. */
    finish(
      customer: Customer,
      input: Finishing,
      commandId: string,
    ): Effect.Effect<ClientRequest.State, Refused | AnswersRefused>
    /** Sends a recipient another link at their own wish; the caller shows the same whatever comes of it (S21). */
    requestAccessLink(workspaceId: string, id: string, recipientId: string, commandId: string): Handled
    /** Wakes what is due, a hundred at most; gives how many it looked at. */
    readonly sweep: Effect.Effect<number>
  }
>()("@requite/reference-server/ClientRequests") {}
