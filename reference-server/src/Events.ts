/**
 * The events of a workspace as others are told of them: read from the audit entries, which are written in the transaction
 * of what happened. Their one order is `(transaction, position)`, as far as `audit_horizon()`: below it nothing can come in
 * any more, so whoever pages misses nothing, however late somebody commits, and meets nothing twice.
 *
 * Words: a *cursor* is a place in that order; an *event* here is what goes over the wire (`@requite/api` Events), ids and
 * states only (security.md S71).
 */
import type { Events as Contract } from "@requite/api"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export interface Query {
  /** A cursor; null: from the beginning. */
  readonly after: string | null
  readonly limit: number
  readonly type?: Contract.Type | undefined
  readonly request?: string | undefined
}

export interface Page {
  readonly events: ReadonlyArray<Contract.Listed>
  /** The cursor to go on from. */
  readonly next: string
  readonly more: boolean
}

export class Events extends Context.Service<
  Events,
  {
    list(workspaceId: string, query: Query): Effect.Effect<Page>
    /** What a command has just written, inside its transaction. */
    ofCommand(workspaceId: string, requestId: string, commandId: string): Effect.Effect<ReadonlyArray<Contract.Listed>>
    /** The newest events since an instant (milliseconds), at most so many, oldest first; `more`: there were others. */
    since(
      workspaceId: string,
      instant: number,
      limit: number,
    ): Effect.Effect<{ readonly events: ReadonlyArray<Contract.Listed>; readonly more: boolean }>
  }
>()("@requite/reference-server/Events") {}
