/**
 * Documents: the firm's folders, and the files that lie in them. What customers upload is filed by itself where its request
 * says (K4, F3, F14); members bring files of their own, move, rename, and delete for good.
 *
 * Words: a *folder* is a contact's, a work item's, or nobody's: then it is for *guests* (F10). A *document* is a file in a
 * folder, under a name that may be another than the file's. A folder's *visibility* says what its customer may see of it;
 * in a private folder nothing is visible, whatever the folders inside say.
 */
import { Failure } from "@requite/api"
import type { ClientRequest } from "@requite/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PartOf } from "./Downloads.ts"
import { type Download, type FileMissing, type FileWithheld, Scan } from "./Files.ts"
import type { FileRef } from "@requite/core/QuestionKind/upload"
import type { Member } from "./Members.ts"
import type { SqlError } from "./platform/Sql.ts"

export const Visibility = Schema.Literals(["private", "customer-can-view", "customer-can-edit"])
export type Visibility = typeof Visibility.Type

/** Whose a folder is. */
export type Owner =
  | { readonly kind: "contact"; readonly id: string }
  | { readonly kind: "work-item"; readonly id: string }
  | { readonly kind: "guest" }

export const Folder = Schema.Struct({
  id: Schema.String,
  /** Null: at the top. */
  parent: Schema.NullOr(Schema.String),
  contact: Schema.NullOr(Schema.String),
  workItem: Schema.NullOr(Schema.String),
  /** The two that a contact and work have from the beginning: for uploads, and for the firm alone. They stay. */
  standard: Schema.NullOr(Schema.Literals(["uploads", "private"])),
  name: Schema.String,
  visibility: Visibility,
  /** How many documents lie in it, folders inside left aside. */
  count: Schema.Int,
})
export type Folder = typeof Folder.Type

export const ownerOf = ({ contact, workItem }: Pick<Folder, "contact" | "workItem">): Owner =>
  contact !== null
    ? { kind: "contact", id: contact }
    : workItem !== null
      ? { kind: "work-item", id: workItem }
      : { kind: "guest" }

export const Document = Schema.Struct({
  id: Schema.String,
  folder: Schema.String,
  file: Schema.String,
  name: Schema.String,
  bytes: Schema.Finite,
  type: Schema.String,
  sha256: Schema.String,
  scan: Scan,
  /** The request that it came with; null: a member brought it, or its contact through the portal. */
  request: Schema.NullOr(Schema.String),
  /** The name of the member, or of the contact, who brought it. */
  by: Schema.NullOr(Schema.String),
  /** It came by e-mail, and nobody proved that it is from who is said to have brought it (F15). */
  byMail: Schema.Boolean,
  /** Milliseconds since the epoch. */
  createdAt: Schema.Int,
})
export type Document = typeof Document.Type

/** A document that a request of some work brought, or that the firm gave with one. */
export const WorkDocument = Schema.Struct({
  ...Document.fields,
  folderName: Schema.String,
  /** The request of the work. */
  askedBy: Schema.String,
  /** Of the request: what it answers; null: it was given. */
  question: Schema.NullOr(Schema.String),
  /** Of the request: what it was given with; null: all of it, or it was brought. */
  item: Schema.NullOr(Schema.String),
  /** By the firm, for the customer to read (K9); else the customer brought it (K4). */
  isGiven: Schema.Boolean,
})
export type WorkDocument = typeof WorkDocument.Type

/** What a firm may have: so many folders of one owner, so deep, and so many documents that members put into one. */
export const limits = { depth: 8, folders: 300, documents: 5000, name: 150 } as const

/** There is none of that id in this workspace. */
export class DocumentNotFound extends Schema.TaggedError<DocumentNotFound>()("DocumentNotFound", {
  what: Schema.Literals(["folder", "document", "share", "contact", "work-item", "request"]),
  id: Schema.String,
}) {}

export const RefusalCode = Failure.DocumentRefused.fields.code

/** What was asked for is not done; nothing has changed. */
export class DocumentRefused extends Schema.TaggedError<DocumentRefused>()("DocumentRefused", { code: RefusalCode }) {}

export interface NewFolder {
  readonly name: string
  readonly visibility: Visibility
  /** At the top of whose; or inside which. */
  readonly in: Owner | { readonly kind: "folder"; readonly id: string }
}
export interface FolderChanges {
  readonly name?: string
  readonly visibility?: Visibility
  /** Null: to the top of the same owner's. */
  readonly parent?: string | null
}
export interface DocumentChanges {
  readonly name?: string
  readonly folder?: string
}

/** What stands in a folder, and the way to it. */
export interface Opened {
  readonly folder: Folder
  /** From the top down, itself left out. */
  readonly trail: ReadonlyArray<Folder>
  readonly folders: ReadonlyArray<Folder>
  readonly documents: ReadonlyArray<Document>
}

type Found<A> = Effect.Effect<A, DocumentNotFound>
type Changed<A = void> = Effect.Effect<A, DocumentNotFound | DocumentRefused>

export class Documents extends Context.Service<
  Documents,
  {
    /** All folders of an owner, by name; a contact's and work's standard ones are made on the first look. */
    folders(workspaceId: string, owner: Owner): Found<ReadonlyArray<Folder>>
    folder(workspaceId: string, id: string): Found<Folder>
    open(workspaceId: string, id: string): Found<Opened>
    /** New under this id; what is there under it already stays as it is. For guests, it is private whatever is said. */
    addFolder(member: Member, id: string, input: NewFolder): Changed<Folder>
    editFolder(member: Member, id: string, changes: FolderChanges): Changed<Folder>
    /** Only an empty one. */
    removeFolder(member: Member, id: string): Changed

    document(workspaceId: string, id: string): Found<Document>
    /** Puts a file of a member's into a folder. The same file again changes nothing. */
    add(member: Member, folder: string, file: FileRef): Changed<Document>
    edit(member: Member, id: string, changes: DocumentChanges): Changed<Document>
    /**
     * Deletes it for good, with a trace that keeps its digest. The bytes go with it, unless they are in a request's answers:
     * these go when the request is erased.
     */
    remove(member: Member, id: string): Found<void>
    /** Its bytes, or a part of them. */
    download(
      workspaceId: string,
      id: string,
      part?: PartOf,
    ): Effect.Effect<Download, DocumentNotFound | FileMissing | FileWithheld>
    /** What came with a request and was filed, the first one first. */
    ofRequest(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<Document>>

    /** What came with the requests of a work item, the first one first, and then what the firm gave with them. */
    ofWork(workspaceId: string, workItemId: string): Effect.Effect<ReadonlyArray<WorkDocument>>

    /** Requests that bring files into folders: of one owner, or of the whole firm, the latest first, 200 at most. */
    fileRequests(
      workspaceId: string,
      owner: Owner | null,
    ): Effect.Effect<ReadonlyArray<{ readonly folder: Folder; readonly request: ClientRequest.State }>>

    /** Files what was attached to a request, in the transaction of its events. Harmless when it is told the same twice. */
    follow(
      workspaceId: string,
      after: ClientRequest.State,
      events: ReadonlyArray<ClientRequest.Event>,
    ): Effect.Effect<void, SqlError.SqlError>
  }
>()("@requite/reference-server/Documents") {}

/** Those of these folders that the customer sees: visible ones that no private one is around (T15). */
export const visible = (folders: ReadonlyArray<Folder>): ReadonlyArray<Folder> => {
  const byId = new Map(folders.map((folder) => [folder.id, folder]))
  const isVisible = ({ visibility, parent }: Folder): boolean => {
    const around = parent === null ? undefined : byId.get(parent)
    return visibility !== "private" && (around === undefined || isVisible(around))
  }
  return folders.filter(isVisible)
}
