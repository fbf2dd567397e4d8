/**
 * The audit record as a firm uses it: checkpoints over all chains, files that prove it to others, receipts for customers, what
 * members saw, and how long what customers gave is kept. What a record is, and how it is checked, says `AuditRecord` of the
 * core; entries are written by the door of `ClientRequests`.
 */
import type { AuditRecord, ClientRequest } from "@requite/core"
import type { ViewedPart } from "@requite/core/ClientRequest/Event"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Refused, RequestNotFound } from "./ClientRequests.ts"
import type { Customer } from "./Customer.ts"
import type { Member } from "./Members.ts"

/** A checkpoint, as far as people ask about it. */
export interface Made {
  readonly number: number
  readonly at: number
  readonly hash: string
}

export interface Standing {
  /** The last checkpoint of the workspace; null: none yet. */
  readonly last: Made | null
  /** For how many days answers and files are kept after the end; null: for ever. */
  readonly keepDays: number | null
  /** Requests that are due to be erased, and that were. */
  readonly erased: number
}

/** What checking a request's record just now came to. */
export interface Proof {
  readonly entries: number
  /** Up to which entry the latest checkpoint covers it, and when that was made; null: none yet. */
  readonly covered: { readonly index: number; readonly at: number } | null
  /** The first broken link, as a sentence; null: it holds. */
  readonly fault: string | null
}

export class Record extends Context.Service<
  Record,
  {
    /** The public key that is signed with now, and those from before that still count, base64url. */
    readonly keys: { readonly current: string; readonly all: ReadonlyArray<string> }
    standing(workspaceId: string): Effect.Effect<Standing>
    keepFor(member: Member, days: number | null): Effect.Effect<void>
    /** Makes what checkpoints can be made now; gives how many. Another process may be at it: then none. */
    checkpoint(workspaceId: string): Effect.Effect<number>
    /** Checks the record of one request as it stands in the database. */
    prove(workspaceId: string, requestId: string): Effect.Effect<Proof, RequestNotFound>
    /** The record of one request, as the lines of a file. */
    ofRequest(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<string>, RequestNotFound>
    /** The record of the whole workspace; only what came after a checkpoint, where one is named. */
    ofWorkspace(workspaceId: string, after?: number): Stream.Stream<string>
    /** Everything that the workspace owns, as the bytes of a ZIP; no secrets. */
    archive(workspaceId: string): Stream.Stream<Uint8Array>
    /** Is the record as it stands in the database whole? */
    verify(workspaceId: string): Effect.Effect<AuditRecord.Report>
    /** What the customer keeps; null: nothing was submitted, or it was erased. */
    receipt(customer: Pick<Customer, "workspace" | "requestId">): Effect.Effect<AuditRecord.Receipt | null>
    /** A member saw something of what was given: written down at most once an hour. */
    viewed(member: Member, requestId: string, what: typeof ViewedPart.Type): Effect.Effect<void>
    /** A member saw the pages of one of its recipients: written down at most once an hour, too (L47). */
    viewedAs(member: Member, requestId: string, recipient: string): Effect.Effect<void>
    /** The operator says that the database was restored from a backup: it is no fault that it went back. */
    readonly restored: Effect.Effect<void>
    /** Erases what was given and whose it was. Its files go after that, as soon as the store lets them. */
    erase(
      member: Member,
      requestId: string,
      reason: string,
      commandId: string,
    ): Effect.Effect<ClientRequest.State, Refused>
    /**
     * Erases a contact with every request of theirs that has ended; gives how many those were, and how many are still open.
     * While one is, the contact itself stays.
     */
    eraseContact(
      member: Member,
      contactId: string,
      reason: string,
    ): Effect.Effect<{ readonly erased: number; readonly open: number }>
    /**
     * Destroys the data keys of the workspace, and erases every request that was sent: gives how many keys and requests that
     * were, and how many requests could not be erased in the record yet; the sweep tries those again (S77).
     */
    destroyKeys(
      workspaceId: string,
    ): Effect.Effect<{ readonly keys: number; readonly erased: number; readonly failed: number }>
    /** A new data key for what the workspace's customers give from now on. */
    rotateKey(workspaceId: string): Effect.Effect<void>
    /** Everything that is due: checkpoints, what was kept long enough, files of what was erased. */
    readonly sweep: Effect.Effect<void>
  }
>()("@requite/reference-server/Record") {}
