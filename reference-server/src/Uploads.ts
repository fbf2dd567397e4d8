/**
 * Uploads: a file streams into the blob store under an id of ours, is measured and its type found in its content, and
 * only then attached to the request; the right to attach is asked again at that moment (S64). The customer's name for it
 * is kept as metadata, made safe (S53).
 */
import type { ClientRequest, QuestionKind } from "@requite/core"
import type * as upload from "@requite/core/QuestionKind/upload"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { RequestNotFound } from "./ClientRequests.ts"
import type { Customer } from "./Customer.ts"
import type { BlobRange } from "./BlobStore.ts"
import type { Download, FileWithheld } from "./Files.ts"
import type { Member } from "./Members.ts"
import type { SessionFile } from "./Uploads/SessionFiles.ts"
import type { UploadRefused } from "./Uploads/UploadRefused.ts"
import type { Logo } from "./Workspaces.ts"

export type { Download } from "./Files.ts"
export type { SessionFile } from "./Uploads/SessionFiles.ts"

export { UploadRefused } from "./Uploads/UploadRefused.ts"

export type FileRef = upload.FileRef

/** Which part of a file is to be opened, once it is known; undefined: all of it. */
export type PartOf = (file: FileRef) => BlobRange | undefined

export interface Arriving {
  /** As the browser says it. */
  readonly name: string
  readonly content: Stream.Stream<Uint8Array, unknown>
  /** Nobody else has its chunks, so that their memory may be taken as soon as they are kept. */
  readonly isOurs?: boolean
}

export class Uploads extends Context.Service<
  Uploads,
  {
    /** Takes a file for a question. Always reads or closes `content`; leaves nothing behind when it is refused. */
    receive(
      customer: Customer,
      input: { readonly question: QuestionKind.Question; readonly revision: number } & Arriving,
    ): Effect.Effect<FileRef, UploadRefused | ClientRequest.Refusal | RequestNotFound>
    /** Takes a file that belongs to no request before the customer finishes: it waits for that, for a day at most (L06). */
    stage(
      customer: Customer,
      input: { readonly question: QuestionKind.Question } & Arriving,
    ): Effect.Effect<FileRef, UploadRefused | RequestNotFound>
    /** The files that this session brought, the first one first: those that wait, and those of an upload page (S67). */
    ofSession(customer: Customer): Effect.Effect<ReadonlyArray<SessionFile>>
    /** Drops files that wait. Ids of others are passed over. */
    unstage(customer: Customer, ids: ReadonlyArray<string>): Effect.Effect<void>
    /** Says that the request has taken these in, so that they no longer wait. */
    taken(customer: Customer, ids: ReadonlyArray<string>): Effect.Effect<void>
    /** Throws away what waited in vain; gives how many files that were. */
    readonly sweep: Effect.Effect<number>
    /** Takes a document of the firm, to be put among a request's attachments (K1). */
    receiveAttachment(member: Member, file: Arriving): Effect.Effect<FileRef, UploadRefused>
    /** Takes a document of a member's, to be put into a folder. */
    receiveDocument(member: Member, file: Arriving): Effect.Effect<FileRef, UploadRefused>
    /**
     * Takes a document that a contact brings into a folder of the firm (F12): judged, and scanned, like every other. What one brings
     * within a day has the room of a request (S59).
     */
    receiveFrom(workspaceId: string, contact: string, file: Arriving): Effect.Effect<FileRef, UploadRefused>
    /** Takes a picture to be the logo of a firm (P19): nobody sees it before `Workspaces.update` says so. */
    receiveLogo(workspaceId: string, file: Arriving): Effect.Effect<Logo, UploadRefused>
    /** Those of these documents that belong to the member's firm, in this order. Ids from a form prove nothing. */
    attachments(member: Member, ids: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<FileRef>>
    /** A file of a request, for a member: an upload, an attachment, or a document that goes with it or is named by a question. */
    download(
      workspaceId: string,
      requestId: string,
      fileId: string,
      part?: PartOf,
    ): Effect.Effect<Download, RequestNotFound | FileWithheld>
    /** The customer's own view: attachments and handouts of the firm, documents that questions name, files of this request and of this
     * session. Of an upload page only what this session brought itself (S67). */
    downloadFor(
      customer: Customer,
      fileId: string,
      part?: PartOf,
    ): Effect.Effect<Download, RequestNotFound | FileWithheld>
    /** Removes a file from the request, then its bytes. Of an upload page only one's own. */
    remove(
      customer: Customer,
      input: { readonly revision: number; readonly file: string },
    ): Effect.Effect<void, ClientRequest.Refusal | RequestNotFound>
  }
>()("@requite/reference-server/Uploads") {}
