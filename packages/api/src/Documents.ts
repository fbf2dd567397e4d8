/**
 * The group `documents`: folders of contacts, of work and for guests, the files in them, the links that share one file, and
 * requests that bring files into a folder. For members; only administrators delete a document.
 */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import * as Contacts from "./Contacts.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

export const Visibility = Schema.Literals(["private", "customer-can-view", "customer-can-edit"]).annotate({
  identifier: "FolderVisibility",
  description: "What its customer may see. In a private folder nothing is visible, whatever the folders inside say.",
})
const name = Wire.filledLine(150).annotate({ examples: ["Tax return 2026"] })

/** A folder to make. */
export const NewFolder = Schema.Struct({
  name,
  visibility: Schema.optionalKey(Visibility.annotate({ description: "`private` if nothing is said." })),
  folder: Schema.optionalKey(Wire.Id.annotate({ description: "Inside which folder." })),
  contact: Schema.optionalKey(Wire.Id.annotate({ description: "At the top, of which contact." })),
  workItem: Schema.optionalKey(Wire.Id.annotate({ description: "At the top, of which work." })),
}).annotate({
  identifier: "NewFolder",
  description: "Of `folder`, `contact` and `workItem` one counts, in this order; without one it is for guests.",
  examples: [{ name: "Tax return 2026", visibility: "customer-can-view" }],
})
export const FolderChanges = Schema.Struct({
  name: Schema.optionalKey(name),
  visibility: Schema.optionalKey(Visibility),
  parent: Schema.optionalKey(Schema.NullOr(Wire.Id)),
}).annotate({ identifier: "FolderChanges", examples: [{ visibility: "private" }] })

export const FolderView = Schema.Struct({
  id: Wire.Id,
  parent: Schema.NullOr(Wire.Id).annotate({ description: "Null: at the top." }),
  contact: Schema.NullOr(Wire.Id),
  workItem: Schema.NullOr(Wire.Id),
  standard: Schema.NullOr(Schema.Literals(["uploads", "private"])).annotate({
    description: "One of the two that a contact and work always have; `uploads`: what their requests bring lies there.",
  }),
  name: Schema.String,
  visibility: Visibility,
  count: Schema.Int.annotate({ description: "Documents in it, folders inside left aside." }),
}).annotate({ identifier: "Folder", description: "A folder of a contact, of work, or for guests." })
export type FolderView = typeof FolderView.Type

export const DocumentView = Schema.Struct({
  id: Wire.Id,
  folder: Wire.Id,
  file: Wire.Id,
  name: Schema.String,
  bytes: Schema.Finite,
  type: Schema.String,
  sha256: Schema.String,
  scan: Schema.Literals(["pending", "clean", "unscannable", "unscanned", "infected"]).annotate({
    description: "What is known of it: it is given out when it is `clean`, or `unscanned` where there is no scanner.",
  }),
  request: Schema.NullOr(Wire.Id).annotate({
    description: "The request that it came with; null: a member brought it.",
  }),
  by: Schema.NullOr(Schema.String).annotate({ description: "The name of the member who brought it." }),
  byMail: Schema.Boolean.annotate({
    description: "It came by e-mail to the folder, and nobody proved that it is from who is said to have brought it.",
  }),
  createdAt: Wire.Timestamp,
}).annotate({ identifier: "Document", description: "A file in a folder." })
export type DocumentView = typeof DocumentView.Type

export const FolderContents = Schema.Struct({
  folder: FolderView,
  trail: Schema.Array(FolderView).annotate({ description: "The folders around it, from the top down." }),
  folders: Schema.Array(FolderView),
  documents: Schema.Array(DocumentView),
}).annotate({ identifier: "FolderContents", description: "What stands in a folder, and the way to it." })

export const DocumentChanges = Schema.Struct({
  name: Schema.optionalKey(name),
  folder: Schema.optionalKey(Wire.Id),
}).annotate({ identifier: "DocumentChanges", examples: [{ name: "Passport.pdf" }] })

export const ShareView = Schema.Struct({
  id: Wire.Id,
  note: Schema.String.annotate({ description: "For whom, in the member's words." }),
  expiresAt: Wire.Timestamp,
  revokedAt: Schema.NullOr(Wire.Timestamp),
  openings: Schema.Int,
  lastOpenedAt: Schema.NullOr(Wire.Timestamp),
  createdAt: Wire.Timestamp,
}).annotate({ identifier: "Share", description: "A link that shows one document to whoever has it." })
export type ShareView = typeof ShareView.Type

export const HandoutView = Schema.Struct({
  id: Wire.Id,
  request: Wire.Id,
  item: Schema.NullOr(Schema.String).annotate({ description: "Of the request; null: it goes with all of it." }),
  document: Wire.Id,
  file: Wire.Id,
  name: Schema.String,
  bytes: Schema.Finite,
  type: Schema.String,
  sha256: Schema.String,
  scan: Schema.Literals(["pending", "clean", "unscannable", "unscanned", "infected"]),
  by: Schema.NullOr(Schema.String).annotate({ description: "The name of the member who gave it." }),
  createdAt: Wire.Timestamp,
}).annotate({
  identifier: "Handout",
  description: "A document of the firm that goes with a request, for its customer.",
})
export type HandoutView = typeof HandoutView.Type

export const NewHandout = Schema.Struct({
  document: Wire.Id,
  item: Schema.optionalKey(Schema.String.annotate({ description: "Of the request. Left out: with all of it." })),
}).annotate({
  identifier: "NewHandout",
  examples: [{ document: "0199a3c1-7c1e-7000-8000-000000000001", item: "papers" }],
})

export const NewShare = Schema.Struct({
  note: Schema.optionalKey(Wire.line(200)),
  days: Schema.optionalKey(
    Schema.Int.annotate({ description: "How long it works, 365 at most; 14 if nothing is said." }),
  ),
}).annotate({ identifier: "NewShare", examples: [{ note: "The bank", days: 14 }] })

export const NewFileRequest = Schema.Struct({
  title: Schema.optionalKey(Wire.line(200)),
  message: Schema.optionalKey(Wire.lines(4000).annotate({ description: "Why: on the page, and in the e-mail." })),
  recipient: Schema.optionalKey(
    Schema.Struct({
      name: Wire.line(200),
      email: Wire.filledLine(254).check(Schema.isPattern(/^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/u)),
      contact: Schema.optionalKey(Wire.Id),
    }).annotate({ description: "Gets an e-mail. Without one there is only the link: `requests.copyLink`." }),
  ),
}).annotate({ identifier: "NewFileRequest", examples: [{ title: "Receipts of 2026" }] })

export const FileRequestView = Schema.Struct({
  request: Wire.Id,
  folder: Wire.Id,
  title: Schema.String,
  state: Wire.LifecycleState,
  files: Schema.Int.annotate({ description: "How many came so far." }),
}).annotate({ identifier: "FileRequest", description: "A request that brings files into a folder." })
export type FileRequestView = typeof FileRequestView.Type

const params = { id: Wire.Id }
const { madeOnce: headers } = Contacts
const refusable = [Failure.NotFound, Failure.DocumentRefused] as const
const says = (summary: string, description: string) => OpenApi.annotations({ summary, description })
const limits = { maxParts: 20, maxFieldSize: "64 KiB", maxTotalSize: "1100 MB" } as const

const upload = HttpApiEndpoint.post("upload", "/folders/:id/documents", {
  params,
  payload: Schema.Struct({}).pipe(HttpApiSchema.asMultipartStream(limits)),
  success: Schema.Struct({ documents: Schema.Array(DocumentView) }).pipe(HttpApiSchema.status(201)),
  error: [Failure.NotFound, Failure.DocumentRefused, Failure.UploadRefused],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Upload documents",
    description: "Puts the files of a multipart form into the folder. A refused one ends it; those before it stay.",
    // the schema cannot say that parts are files
    transform: (operation) => ({
      ...operation,
      requestBody: {
        required: true,
        content: {
          "multipart/form-data": {
            schema: {
              type: "object",
              properties: { file: { type: "array", items: { type: "string", format: "binary" } } },
            },
          },
        },
      },
    }),
  }),
)

export class Documents extends HttpApiGroup.make("documents")
  .add(
    HttpApiEndpoint.get("folders", "/folders", {
      query: { contact: Schema.optionalKey(Wire.Id), workItem: Schema.optionalKey(Wire.Id) },
      success: Schema.Struct({ folders: Schema.Array(FolderView) }),
      error: Failure.NotFound,
    }).annotateMerge(says("List folders", "All of a contact, or of work; without either those for guests.")),
    HttpApiEndpoint.post("addFolder", "/folders", {
      headers,
      payload: NewFolder,
      success: FolderView.pipe(HttpApiSchema.status(201)),
      error: refusable,
    }).annotateMerge(says("Make a folder", "Inside another one, or at the top of a contact's, work's or the guests'.")),
    HttpApiEndpoint.get("folder", "/folders/:id", {
      params,
      success: FolderContents,
      error: Failure.NotFound,
    }).annotateMerge(says("Open a folder", "What stands in it, and the way to it.")),
    HttpApiEndpoint.patch("editFolder", "/folders/:id", {
      params,
      payload: FolderChanges,
      success: FolderView,
      error: refusable,
    }).annotateMerge(says("Change a folder", "Its name, who sees it, and where it is. Folders stay with their owner.")),
    HttpApiEndpoint.delete("removeFolder", "/folders/:id", { params, error: refusable }).annotateMerge(
      says("Delete a folder", "Only an empty one into which no open request brings files."),
    ),
    upload,
    HttpApiEndpoint.get("folderZip", "/folders/:id/files.zip", {
      params,
      success: HttpApiSchema.StreamUint8Array(),
      error: Failure.NotFound,
    }).annotateMerge(
      says(
        "Download a folder",
        "A ZIP with what lies in it and in the folders inside, and `manifest.json` with every digest. Files that are withheld are listed there, and left out.",
      ),
    ),
    HttpApiEndpoint.post("requestFiles", "/folders/:id/requests", {
      params,
      headers,
      payload: NewFileRequest,
      success: FileRequestView.pipe(HttpApiSchema.status(201)),
      error: [Failure.NotFound, Failure.Refusal],
    }).annotateMerge(
      says("Request files", "Makes and opens a request whose files go into this folder; open until it is revoked."),
    ),
    HttpApiEndpoint.get("fileRequests", "/requests", {
      success: Schema.Struct({ requests: Schema.Array(FileRequestView) }),
    }).annotateMerge(says("List file requests", "Those that bring files into folders, the latest first, at most 200.")),
    HttpApiEndpoint.get("handouts", "/requests/:request/handouts", {
      params: { request: Wire.Id },
      success: Schema.Struct({ documents: Schema.Array(HandoutView) }),
      error: Failure.NotFound,
    }).annotateMerge(says("List handouts", "Documents that go with a request or one of its items, for its customer.")),
    HttpApiEndpoint.post("give", "/requests/:request/handouts", {
      params: { request: Wire.Id },
      payload: NewHandout,
      success: HandoutView.pipe(HttpApiSchema.status(201)),
      error: refusable,
    }).annotateMerge(
      says(
        "Give a document with a request",
        "Whoever is asked can read it, from the page of its item, until it is taken back. Only a document that was found to be clean; again changes nothing.",
      ),
    ),
    HttpApiEndpoint.delete("takeBack", "/requests/:request/handouts/:handout", {
      params: { request: Wire.Id, handout: Wire.Id },
      error: Failure.NotFound,
    }).annotateMerge(says("Take a document back", "From now on the customer does not read it by this request.")),
    HttpApiEndpoint.get("get", "/:id", { params, success: DocumentView, error: Failure.NotFound }).annotateMerge(
      says("Read a document", "What is known of it, without its bytes."),
    ),
    HttpApiEndpoint.patch("edit", "/:id", {
      params,
      payload: DocumentChanges,
      success: DocumentView,
      error: refusable,
    }).annotateMerge(says("Change a document", "Its name, and the folder that it lies in.")),
    HttpApiEndpoint.delete("remove", "/:id", { params, error: Failure.NotFound })
      .annotateMerge(
        says(
          "Delete a document",
          "For good, with its links; the firm's record keeps its name and digest. A file in a request's answers stays there until the request is erased. For administrators.",
        ),
      )
      .middleware(AdminAccess),
    HttpApiEndpoint.get("file", "/:id/file", {
      params,
      success: HttpApiSchema.StreamUint8Array(),
      error: [Failure.NotFound, Failure.FileWithheld],
    }).annotateMerge(says("Download a document", "Its bytes, to be saved under its name.")),
    HttpApiEndpoint.get("shares", "/:id/shares", {
      params,
      success: Schema.Struct({ shares: Schema.Array(ShareView) }),
      error: Failure.NotFound,
    }).annotateMerge(says("List links", "The links that share a document, with how often each was opened.")),
    HttpApiEndpoint.post("share", "/:id/shares", {
      params,
      payload: NewShare,
      success: Schema.Struct({ share: ShareView, url: Schema.String }).pipe(HttpApiSchema.status(201)),
      error: refusable,
    }).annotateMerge(
      says(
        "Share a document",
        "Makes a link. Its address is in this answer and nowhere afterwards: only its digest is kept.",
      ),
    ),
    HttpApiEndpoint.delete("revokeShare", "/:id/shares/:share", {
      params: { ...params, share: Wire.Id },
      error: Failure.NotFound,
    }).annotateMerge(says("Revoke a link", "From now on it leads nowhere; once more changes nothing.")),
  )
  .middleware(MemberAccess)
  .prefix("/documents")
  .annotateMerge(OpenApi.annotations({ title: "Documents", description: "Folders, and the files in them." })) {}
