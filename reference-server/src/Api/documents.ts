/** Handlers of the group `documents`. */
import { Access, Api, type Documents as Contract, Failure } from "@requite/api"
import { ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../ClientRequests.ts"
import { Contacts } from "../Contacts.ts"
import {
  type Document,
  type DocumentNotFound,
  type DocumentRefused,
  Documents,
  type NewFolder,
  type Owner,
} from "../Documents.ts"
import * as FileRequests from "../Documents/FileRequests.ts"
import { type Handout, Handouts } from "../Documents/Handouts.ts"
import { days, type Share, Shares } from "../Documents/Shares.ts"
import { Downloads, type PartOf } from "../Downloads.ts"
import * as Taking from "../Documents/Taking.ts"
import { Files } from "../Files.ts"
import { MailTemplates } from "../MailTemplates.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { Uploads } from "../Uploads.ts"
import * as MultipartFiles from "../Uploads/MultipartFiles.ts"
import { Workspaces } from "../Workspaces.ts"
import * as written from "./downloads.ts"
import * as failures from "./failures.ts"
import { idFor } from "./ids.ts"

type Asking = ClientRequests | Contacts | Documents | MailTemplates | Questionnaires | Workspaces | Crypto.Crypto

export const layer = HttpApiBuilder.group(
  Api,
  "documents",
  Effect.fn(function* (handlers) {
    const documents = yield* Documents
    const shares = yield* Shares
    const handouts = yield* Handouts
    const uploads = yield* Uploads
    const contacts = yield* Contacts
    const downloads = yield* Downloads
    const files = yield* Files
    const crypto = yield* Crypto.Crypto
    const asking = Context.pick(
      ClientRequests,
      Contacts,
      Documents,
      MailTemplates,
      Questionnaires,
      Workspaces,
      Crypto.Crypto,
    )(yield* Effect.context<Asking>())
    const idOf = Effect.fnUntraced(function* (kind: string, headers: { readonly "idempotency-key"?: string }) {
      const { workspaceId } = yield* Access.CurrentMember
      return yield* Effect.provideService(idFor(kind, workspaceId, headers), Crypto.Crypto, crypto)
    })
    const member = Access.CurrentMember

    return handlers.handleAll({
      folders: Effect.fn(function* ({ query }) {
        const found = yield* documents.folders((yield* member).workspaceId, ownerIn(query))
        return { folders: found }
      }, Effect.catchTags(missing)),
      addFolder: Effect.fn(function* ({ headers, payload: { name, visibility = "private", ...place } }) {
        const by = yield* member
        return yield* documents.addFolder(by, yield* idOf("folder", headers), { name, visibility, in: placeIn(place) })
      }, Effect.catchTags(refusable)),
      folder: Effect.fn(function* ({ params }) {
        const found = yield* documents.open((yield* member).workspaceId, params.id)
        return { ...found, documents: found.documents.map(view) }
      }, Effect.catchTags(missing)),
      editFolder: Effect.fn(function* ({ params, payload }) {
        return yield* documents.editFolder(yield* member, params.id, payload)
      }, Effect.catchTags(refusable)),
      removeFolder: Effect.fn(function* ({ params }) {
        yield* documents.removeFolder(yield* member, params.id)
      }, Effect.catchTags(refusable)),
      upload: Effect.fn(
        function* ({ params, payload }) {
          const by = yield* member
          yield* documents.folder(by.workspaceId, params.id)
          const taken = yield* MultipartFiles.each(payload, (file) =>
            Effect.flatMap(uploads.receiveDocument(by, file), (stored) => documents.add(by, params.id, stored)),
          )
          if (taken.length === 0) return yield* refusedUpload("upload-missing")
          return { documents: taken.map(view) }
        },
        Effect.catchTags({
          UploadRefused: ({ name, question, problems }) =>
            Effect.fail(new Failure.UploadRefused({ name, question, problems })),
          MultipartError: () => Effect.fail(refusedUpload("upload-broken")),
        }),
        Effect.catchTags(refusable),
      ),
      folderZip: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* member
        const { name, content } = yield* Effect.provideContext(Taking.ofFolder(workspaceId, params.id), asking)
        return written.bytes(Stream.provideService(content, Files, files), name, "application/zip")
      }, Effect.catchTags(missing)),
      requestFiles: Effect.fn(
        function* ({ params, headers, payload: { title = "", message = "", recipient } }) {
          const by = yield* member
          const contact = recipient?.contact ?? null
          if (contact !== null) yield* contacts.get(by.workspaceId, contact)
          const to = recipient === undefined ? null : { ...recipient, contact }
          const input = { folder: params.id, title, message, recipient: to }
          const id = yield* idOf(`file-request:${params.id}`, headers)
          const made = yield* Effect.provideContext(FileRequests.make(by, input, id), asking).pipe(
            Effect.catchTags(failures.refusal(id)),
          )
          return asked({ folder: params.id, request: made }, yield* Clock.currentTimeMillis)
        },
        Effect.catchTags({ ...missing, ...failures.noRequest, ...noContact }),
      ),
      fileRequests: Effect.fn(function* () {
        const found = yield* documents.fileRequests((yield* member).workspaceId, null)
        const now = yield* Clock.currentTimeMillis
        return { requests: found.map(({ folder, request }) => asked({ folder: folder.id, request }, now)) }
      }),
      get: Effect.fn(function* ({ params }) {
        return view(yield* documents.document((yield* member).workspaceId, params.id))
      }, Effect.catchTags(missing)),
      edit: Effect.fn(function* ({ params, payload }) {
        return view(yield* documents.edit(yield* member, params.id, payload))
      }, Effect.catchTags(refusable)),
      remove: Effect.fn(function* ({ params }) {
        yield* documents.remove(yield* member, params.id)
      }, Effect.catchTags(missing)),
      file: Effect.fn(
        function* ({ params }) {
          const { id: reader, workspaceId } = yield* member
          const find = (part: PartOf) => documents.download(workspaceId, params.id, part)
          return yield* downloads.answer({ workspaceId, reader, find })
        },
        Effect.catchTags({
          ...missing,
          FileMissing: () => Effect.fail(failures.notFound("document")),
          FileWithheld: ({ scan }) => Effect.fail(new Failure.FileWithheld({ scan })),
        }),
      ),
      shares: Effect.fn(function* ({ params }) {
        return { shares: (yield* shares.of((yield* member).workspaceId, params.id)).map(shareView) }
      }, Effect.catchTags(missing)),
      share: Effect.fn(function* ({ params, payload: { note = "", days: asked = days.usual } }) {
        const { share, url } = yield* shares.make(yield* member, params.id, { note, days: asked })
        return { share: shareView(share), url: Redacted.value(url) }
      }, Effect.catchTags(refusable)),
      handouts: Effect.fn(function* ({ params }) {
        return { documents: (yield* handouts.of((yield* member).workspaceId, params.request)).map(handoutView) }
      }, Effect.catchTags(missing)),
      give: Effect.fn(function* ({ params, payload: { document, item = null } }) {
        return handoutView(yield* handouts.give(yield* member, params.request, { document, item }))
      }, Effect.catchTags(refusable)),
      takeBack: Effect.fn(function* ({ params }) {
        yield* handouts.takeBack(yield* member, params.request, params.handout)
      }, Effect.catchTags(missing)),
      revokeShare: Effect.fn(function* ({ params }) {
        yield* shares.revoke(yield* member, params.id, params.share)
      }, Effect.catchTags(missing)),
    })
  }),
)

const noContact = { ContactNotFound: () => Effect.fail(failures.notFound("contact")) }
const missing = { DocumentNotFound: ({ what }: DocumentNotFound) => Effect.fail(failures.notFound(what)) }
const refusable = {
  ...missing,
  DocumentRefused: ({ code }: DocumentRefused) =>
    Effect.fail(new Failure.DocumentRefused({ code, message: sentences[code] })),
}

const sentences = {
  "name-missing": "The name is empty.",
  "name-too-long": "The name is too long.",
  "folder-is-standard": "This folder is always there: it is not moved or deleted.",
  "folder-not-empty": "The folder is not empty.",
  "folder-awaits-files": "An open request brings files into this folder.",
  "folder-into-itself": "A folder cannot be inside itself.",
  "folder-of-another": "Folders stay with their contact, their work or the guests.",
  "too-deep": "Folders cannot be so deep inside one another.",
  "too-many": "There is no room for more here.",
  "file-withheld": "The file is not known to be clean.",
  "expiry-wrong": "A link works for 1 to 365 days.",
  "request-over": "The request is over: nothing can be given with it.",
  "item-unknown": "The request has no such item.",
} satisfies Record<DocumentRefused["code"], string>

const refusedUpload = (code: string) =>
  new Failure.UploadRefused({ name: "", question: "documents", problems: [{ code, values: {} }] })

interface Place {
  readonly folder?: string
  readonly contact?: string
  readonly workItem?: string
}

const ownerIn = ({ contact, workItem }: Place): Owner => {
  if (contact !== undefined) return { kind: "contact", id: contact }
  return workItem === undefined ? { kind: "guest" } : { kind: "work-item", id: workItem }
}
const placeIn = (place: Place): NewFolder["in"] =>
  place.folder === undefined ? ownerIn(place) : { kind: "folder", id: place.folder }

const instant = (at: number) => new Date(at).toISOString()
const view = ({ createdAt, ...document }: Document): Contract.DocumentView => ({
  ...document,
  createdAt: instant(createdAt),
})
const handoutView = ({ createdAt, ...handout }: Handout): Contract.HandoutView => ({
  ...handout,
  createdAt: instant(createdAt),
})
const shareView = ({
  id,
  note,
  openings,
  expiresAt,
  revokedAt,
  lastOpenedAt,
  createdAt,
}: Share): Contract.ShareView => ({
  id,
  note,
  openings,
  expiresAt: instant(expiresAt),
  revokedAt: revokedAt === null ? null : instant(revokedAt),
  lastOpenedAt: lastOpenedAt === null ? null : instant(lastOpenedAt),
  createdAt: instant(createdAt),
})
const asked = (
  { folder, request }: { readonly folder: string; readonly request: ClientRequest.State },
  now: number,
): Contract.FileRequestView => ({
  request: request.id,
  folder,
  title: request.details.title,
  state: ClientRequest.stateAt(request, now),
  files: request.files.length,
})
