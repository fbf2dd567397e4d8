/**
 * Client requests, executed: the one door through which every command goes. `handle` locks the state row, lets the core
 * decide, writes the row, appends the events to the audit chain and puts what must be delivered into the outbox, in one
 * transaction. What the firm and the customer do are a few lines over it.
 */
import type { Answers, ClientRequest, RequestPolicy } from "@requite/core"
import type * as Evaluation from "@requite/core/Evaluation"
import type { FileRef } from "@requite/core/QuestionKind/upload"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Customer } from "./Customer.ts"
import type { SqlError } from "./platform/Sql.ts"
import type { Member } from "./Members.ts"
import type { Stored } from "./Questionnaires.ts"

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
  kind: Schema.Literals(["invitation", "submitted-notice"]),
  recipient: Schema.String,
  status: Schema.Literals(["queued", "handed-over", "failed", "dropped"]),
  /** Why it waits, failed or was dropped. */
  reason: Schema.NullOr(Schema.String),
  createdAt: Schema.Int,
  handedOverAt: Schema.NullOr(Schema.Int),
})
export type MailLine = typeof MailLine.Type

/** One request as it is now, with what the customer has given so far. */
export interface Current {
  readonly request: ClientRequest.State
  readonly stored: Stored
  /** Answers and files together, by question id: what is saved, or once submitted what was submitted. */
  readonly answers: Answers.Answers
  /** Sections that the customer has been to. */
  readonly visited: ReadonlyArray<string>
  readonly savedAt: number | null
  /** What conditions read beside the answers. */
  readonly context: Evaluation.Context
}

export interface Overview {
  readonly current: Current
  readonly history: ReadonlyArray<{ readonly index: number; readonly event: ClientRequest.Event }>
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

type Refused = ClientRequest.Refusal | RequestNotFound
type Handled = Effect.Effect<ClientRequest.State, Refused>

export class ClientRequests extends Context.Service<
  ClientRequests,
  {
    // what the firm does; `commandId` makes a repeated call harmless
    create(member: Member, input: NewRequest, commandId: string): Handled
    edit(member: Member, id: string, details: Partial<ClientRequest.Details>, commandId: string): Handled
    send(member: Member, id: string, commandId: string): Handled
    resend(member: Member, id: string, commandId: string): Handled
    cancel(member: Member, id: string, reason: string, commandId: string): Handled
    list(
      workspaceId: string,
      query: ListQuery,
    ): Effect.Effect<{ readonly requests: ReadonlyArray<ClientRequest.State>; readonly total: number }>
    overview(workspaceId: string, id: string): Effect.Effect<Overview, RequestNotFound>
    /** The door itself: decides on an intent and writes what follows; `write` joins its transaction. */
    handle(
      workspaceId: string,
      id: string,
      intent: ClientRequest.Intent,
      write?: (state: ClientRequest.State) => Effect.Effect<void, SqlError.SqlError>,
    ): Handled
    // what the customer does, each through the session that their link opened
    current(customer: Customer): Effect.Effect<Current, RequestNotFound>
    /** Saves the answers of some questions beside those that are there; null clears one. Wrong values are kept too: they
     * are a draft. */
    save(
      customer: Customer,
      input: { readonly revision: number; readonly answers: Answers.Answers; readonly visited?: string },
      commandId: string,
    ): Effect.Effect<void, Refused | AnswersRefused>
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
    /** Expires what is due; gives the number of requests it looked at. */
    readonly sweep: Effect.Effect<number>
  }
>()("@requite/reference-server/ClientRequests") {}
