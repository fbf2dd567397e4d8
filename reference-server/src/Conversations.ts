/**
 * What firm and customer say to one another beside the answers, and who else should answer. Each comment is an event of its
 * request: sealed where it lies, under the audit's commitments, in its record, and gone when the request is erased. A table
 * says only how far each side has read.
 *
 * Words: a *comment* is about an item or the whole request; the firm *reads* as one, each recipient for themselves; to
 * *delegate* is to name somebody else who should answer, to *disown* is to say "this is not for me".
 */
import type { ClientRequest } from "@requite/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Handled, Refused } from "./ClientRequests.ts"
import type { Comment } from "./Conversations/Comment.ts"
import type { Customer, LinkHolder } from "./Customer.ts"
import type { Member } from "./Members.ts"
import type { RateLimited } from "./RateLimits.ts"

export type { Comment } from "./Conversations/Comment.ts"
export { countOf } from "./Conversations/Comment.ts"

/** Who reads: the firm, or a recipient by id. */
export type Reading = "firm" | { readonly recipient: string }

export interface Said {
  /** A section; null: the whole request. */
  readonly item: string | null
  /** Line ends of any kind; what does not print is left out. At most 2,000 characters. */
  readonly text: string
}

/** Whom a customer names, and a word to them (may be empty). */
export interface Named {
  readonly name: string
  readonly email: string
  readonly word: string
}

/** What a member asks for out of a conversation (F13). */
export interface Wanted {
  /** What the document is called: one line. */
  readonly label: string
  /** What to say with it; empty: nothing more. */
  readonly text: string
}

export class Conversations extends Context.Service<
  Conversations,
  {
    /** All that this reader may read, oldest first; changes nothing. Also of a request that is over (K47). */
    of(workspaceId: string, request: ClientRequest.State, reading: Reading): Effect.Effect<ReadonlyArray<Comment>>
    /** They have seen everything that is there now. */
    read(workspaceId: string, requestId: string, reading: Reading): Effect.Effect<void>
    /** By request, how many comments of customers nobody of the firm has seen; those with none are left out. */
    unread(
      workspaceId: string,
      requests: ReadonlyArray<ClientRequest.State>,
    ): Effect.Effect<ReadonlyMap<string, number>>
    /** A customer says something. */
    say(customer: Customer, said: Said, commandId: string): Handled
    /** A member does. */
    reply(member: Member, requestId: string, said: Said, commandId: string): Handled
    /** Adds a document to what is asked, where more may be asked, and says so. */
    ask(member: Member, requestId: string, wanted: Wanted, commandId: string): Handled
    /** Somebody else should answer: done at once, or asked of the firm, as the policy says; limited by place and address. */
    delegate(
      customer: Customer,
      named: Named,
      commandId: string,
    ): Effect.Effect<ClientRequest.State, Refused | RateLimited>
    /** Yes: they get a link of their own. */
    accept(member: Member, requestId: string, proposal: string, commandId: string): Handled
    /** No: with a reason, which becomes a comment; empty: without. */
    refuse(member: Member, requestId: string, proposal: string, reason: string, commandId: string): Handled
    /** "This is not for me": every link and session of theirs is over, and the request waits for the firm. */
    disown(customer: LinkHolder, reason: string, commandId: string): Effect.Effect<ClientRequest.State, Refused>
  }
>()("@requite/reference-server/Conversations") {}
