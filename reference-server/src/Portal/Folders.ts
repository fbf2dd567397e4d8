/**
 * The firm's folders as a contact sees them (T15, F12): the visible ones of their own and of work that they were asked for.
 * Of work several may be asked, and none sees what another brought (K27): a document shows that a member put there, that came
 * with a request of theirs whose answers they may read in this session, or that they brought themselves. Into a folder that says so they bring files, by the same way as
 * everybody's.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PartOf } from "../Downloads.ts"
import {
  type Document,
  DocumentNotFound,
  DocumentRefused,
  Documents,
  type Folder,
  limits,
  ownerOf,
  visible,
} from "../Documents.ts"
import { type Download, type FileMissing, Files, type FileWithheld } from "../Files.ts"
import { SqlClient } from "../platform/Sql.ts"
import type { Account, Session } from "../Portal.ts"
import { type Arriving, type UploadRefused, Uploads } from "../Uploads.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import { PortalRequests } from "./Requests.ts"

/** The folders of one owner. */
export interface Shelf {
  /** Null: their own. */
  readonly work: { readonly id: string; readonly title: string } | null
  readonly folders: ReadonlyArray<Folder>
}

export interface Opened {
  readonly folder: Folder
  readonly trail: ReadonlyArray<Folder>
  readonly folders: ReadonlyArray<Folder>
  readonly documents: ReadonlyArray<Document>
  /** May they bring files there? */
  readonly takes: boolean
}

/** So many files one contact may bring into one folder. */
const mostBrought = 200

export class PortalFolders extends Context.Service<
  PortalFolders,
  {
    /** Folders at the top, their own first. Those of work that has none to show are left out. */
    shelves(account: Account): Effect.Effect<ReadonlyArray<Shelf>>
    open(session: Session, folder: string): Effect.Effect<Opened, DocumentNotFound>
    download(
      session: Session,
      document: string,
      part?: PartOf,
    ): Effect.Effect<Download, DocumentNotFound | FileMissing | FileWithheld>
    /** Takes a file into a folder; noted in the record of the workspace. */
    bring(
      account: Account,
      folder: string,
      file: Arriving,
    ): Effect.Effect<void, DocumentNotFound | DocumentRefused | UploadRefused>
  }
>()("@requite/reference-server/Portal/Folders") {}

const missing = (what: DocumentNotFound["what"], id: string) => new DocumentNotFound({ what, id })

export const layer = Layer.effect(
  PortalFolders,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const documents = yield* Documents
    const requests = yield* PortalRequests
    const uploads = yield* Uploads
    const files = yield* Files
    const events = yield* WorkspaceEvents
    const crypto = yield* Crypto.Crypto

    const ofOwner = (workspaceId: string, owner: Parameters<typeof documents.folders>[1]) =>
      documents.folders(workspaceId, owner).pipe(
        Effect.map(visible),
        Effect.catchTag("DocumentNotFound", () => Effect.succeed<ReadonlyArray<Folder>>([])),
      )

    /** A folder that they see, with all around it; of any other it is said that there is none. */
    const seen = Effect.fnUntraced(function* (account: Account, id: string) {
      const { workspaceId, contact } = account
      const folder = yield* documents.folder(workspaceId, id)
      const owner = ownerOf(folder)
      const isTheirs =
        owner.kind === "contact"
          ? owner.id === contact
          : owner.kind === "work-item" && (yield* requests.works(account)).some((work) => work.id === owner.id)
      const all = isTheirs ? yield* ofOwner(workspaceId, owner) : []
      if (!all.some((one) => one.id === id)) return yield* missing("folder", id)
      return { folder, all }
    })

    const broughtBy = ({ workspaceId, contact }: Account, folder: string) =>
      Effect.map(
        // who wrote a mail nobody proved: what came by one is for the firm alone (F15)
        Effect.orDie(sql<{ id: string; mine: boolean }>`
          SELECT id, NOT by_mail AND brought_by = ${contact} AS mine FROM documents
          WHERE workspace_id = ${workspaceId} AND folder_id = ${folder} AND (brought_by IS NOT NULL OR by_mail)`),
        (rows) => new Map(rows.map(({ id, mine }) => [id, mine])),
      )

    /** Those of a folder's documents that are for them. */
    const forThem = Effect.fnUntraced(function* (session: Session, folder: string, all: ReadonlyArray<Document>) {
      const brought = yield* broughtBy(session.account, folder)
      const theirs = yield* requests.readableAmong(
        session,
        all.flatMap(({ request }) => request ?? []),
      )
      return all.filter(({ id, request }) => (request === null ? (brought.get(id) ?? true) : theirs.has(request)))
    })

    /** Is there a place left for one more of theirs? Others' files take none of it. */
    const hasPlace = Effect.fnUntraced(function* ({ workspaceId, contact }: Account, folder: string) {
      const [held] = yield* Effect.orDie(sql<{ all: number; own: number }>`
        SELECT count(*)::int AS "all", (count(*) FILTER (WHERE brought_by = ${contact} AND NOT by_mail))::int AS own
        FROM documents
        WHERE workspace_id = ${workspaceId} AND folder_id = ${folder}`)
      if (held === undefined || held.all >= limits.documents || held.own >= mostBrought) {
        return yield* new DocumentRefused({ code: "too-many" })
      }
    })

    return PortalFolders.of({
      shelves: Effect.fn("Portal.shelves")(function* (account) {
        const { workspaceId, contact } = account
        const own = yield* ofOwner(workspaceId, { kind: "contact", id: contact })
        const works = yield* requests.works(account)
        const top = (folders: ReadonlyArray<Folder>) => folders.filter(({ parent }) => parent === null)
        const others = yield* Effect.forEach(works, (work) =>
          Effect.map(ofOwner(workspaceId, { kind: "work-item", id: work.id }), (all): Shelf => ({
            work,
            folders: top(all),
          })),
        )
        return [{ work: null, folders: top(own) }, ...others].filter(({ folders }) => folders.length > 0)
      }),
      open: Effect.fn("Portal.openFolder")(function* (session, id) {
        const { account } = session
        const { folder, all } = yield* seen(account, id)
        const opened = yield* documents.open(account.workspaceId, id)
        return {
          folder,
          trail: opened.trail,
          folders: all.filter(({ parent }) => parent === id),
          documents: yield* forThem(session, id, opened.documents),
          takes: folder.visibility === "customer-can-edit",
        }
      }),
      download: Effect.fn("Portal.downloadDocument")(function* (session, id, part) {
        const { account } = session
        const document = yield* documents.document(account.workspaceId, id)
        yield* Effect.mapError(seen(account, document.folder), () => missing("document", id))
        const [found] = yield* forThem(session, document.folder, [document])
        if (found === undefined) return yield* missing("document", id)
        return yield* documents.download(account.workspaceId, id, part)
      }),
      bring: Effect.fn("Portal.bring")(function* (account, id, arriving) {
        const { workspaceId, contact } = account
        const { folder } = yield* seen(account, id)
        if (folder.visibility !== "customer-can-edit") return yield* missing("folder", id)
        yield* hasPlace(account, id)
        const file = yield* uploads.receiveFrom(workspaceId, contact, arriving)
        const documentId = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
        const row = { id: documentId, workspaceId, folderId: id, fileId: file.id, name: file.name, broughtBy: contact }
        const createdAt = new Date(yield* Clock.currentTimeMillis)
        yield* Effect.gen(function* () {
          // one file at a time, so that those that come at once do not get in together
          const [still] = yield* sql`SELECT 1 FROM folders WHERE workspace_id = ${workspaceId} AND id = ${id}
            AND visibility = 'customer-can-edit' FOR NO KEY UPDATE`
          if (still === undefined) return yield* missing("folder", id)
          yield* hasPlace(account, id)
          yield* sql`INSERT INTO documents ${sql.insert({ ...row, createdAt })}`
          // by their ids: names may tell of whom they are, and are gone when the contact is erased
          const data = { document: documentId, folder: id, sha256: file.sha256 }
          yield* events.add({ workspaceId, type: "PortalDocumentBrought", by: null, about: contact, data })
        }).pipe(
          sql.withTransaction,
          Effect.catchTag("SqlError", Effect.die),
          // what found no place leaves nothing behind; a defect may come after the commit
          Effect.tapError(() => files.remove(workspaceId, [file.id])),
        )
      }),
    })
  }),
)
