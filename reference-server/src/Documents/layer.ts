/** The layer of `Documents` over the database and the files. It knows nothing of the door of requests, which tells it what happened. */
import { Crypto, LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  DocumentNotFound,
  DocumentRefused,
  Documents,
  type Folder,
  limits,
  type Owner,
  ownerOf,
  type RefusalCode,
} from "../Documents.ts"
import { Files } from "../Files.ts"
import type { Member } from "../Members.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as filing from "./filing.ts"
import * as statements from "./sql.ts"

const missing = (what: DocumentNotFound["what"], id: string) => new DocumentNotFound({ what, id })
const refused = (code: typeof RefusalCode.Type) => new DocumentRefused({ code })

const sameOwner = (one: Folder, other: Folder) => one.contact === other.contact && one.workItem === other.workItem
/** The folders around one, from the top down. */
const trailOf = (folders: ReadonlyArray<Folder>, { parent }: Folder): ReadonlyArray<Folder> => {
  const around = folders.find(({ id }) => id === parent)
  return around === undefined ? [] : [...trailOf(folders, around), around]
}
/** How many levels there are from this folder down, itself counted. */
const levels = (folders: ReadonlyArray<Folder>, { id }: Folder): number =>
  1 + Math.max(0, ...folders.filter(({ parent }) => parent === id).map((inside) => levels(folders, inside)))

const checkName = (given: string): Effect.Effect<string, DocumentRefused> => {
  const name = LocalText.oneLine(given).trim()
  if (name === "") return Effect.fail(refused("name-missing"))
  return name.length > limits.name ? Effect.fail(refused("name-too-long")) : Effect.succeed(name)
}

export const layer = Layer.effect(
  Documents,
  Effect.gen(function* () {
    const rows = yield* statements.make
    const { sql } = rows
    const { follow, standards } = yield* filing.make(rows)
    const files = yield* Files
    const events = yield* WorkspaceEvents
    const crypto = yield* Crypto.Crypto

    const note = (member: Member, type: string, about: string, data: Readonly<Record<string, string>>) =>
      events.add({ workspaceId: member.workspaceId, type, by: member.id, about, data })
    const folder = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      return (yield* Effect.orDie(rows.folder(workspaceId, id))) ?? (yield* missing("folder", id))
    })
    const document = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      return (yield* Effect.orDie(rows.document(workspaceId, id))) ?? (yield* missing("document", id))
    })
    const folders = Effect.fnUntraced(function* (workspaceId: string, owner: Owner) {
      if (owner.kind === "guest") return yield* Effect.orDie(rows.folders(workspaceId, owner))
      if (!(yield* Effect.orDie(rows.exists(workspaceId, owner)))) return yield* missing(owner.kind, owner.id)
      const found = yield* Effect.orDie(rows.folders(workspaceId, owner))
      if (found.some(({ standard }) => standard !== null)) return found
      yield* Effect.orDie(standards(workspaceId, owner))
      return yield* Effect.orDie(rows.folders(workspaceId, owner))
    })
    const around = (workspaceId: string, one: Folder) => Effect.orDie(rows.folders(workspaceId, ownerOf(one)))
    const inTransaction = <A, E>(effect: Effect.Effect<A, E>) => Effect.orDie(sql.withTransaction(effect))

    return Documents.of({
      folders,
      folder,
      open: Effect.fn("Documents.open")(function* (workspaceId, id) {
        const found = yield* folder(workspaceId, id)
        const all = yield* around(workspaceId, found)
        return {
          folder: found,
          trail: trailOf(all, found),
          folders: all.filter(({ parent }) => parent === id),
          documents: yield* Effect.orDie(rows.documents(workspaceId, id)),
        }
      }),
      addFolder: Effect.fn("Documents.addFolder")(function* (member, id, { name: given, visibility, in: place }) {
        const { workspaceId } = member
        const name = yield* checkName(given)
        const parent = place.kind === "folder" ? yield* folder(workspaceId, place.id) : null
        const owner: Owner = place.kind === "folder" ? (parent === null ? { kind: "guest" } : ownerOf(parent)) : place
        const all = yield* folders(workspaceId, owner)
        if (all.some((one) => one.id === id)) return yield* folder(workspaceId, id)
        if (all.length >= limits.folders) return yield* refused("too-many")
        if (parent !== null && trailOf(all, parent).length + 2 > limits.depth) return yield* refused("too-deep")
        const row = {
          id,
          workspaceId,
          parentId: parent?.id ?? null,
          contactId: owner.kind === "contact" ? owner.id : null,
          workItemId: owner.kind === "work-item" ? owner.id : null,
          name,
          visibility: owner.kind === "guest" ? "private" : visibility,
          createdAt: new Date(yield* Clock.currentTimeMillis),
          createdBy: member.id,
        }
        yield* Effect.orDie(sql`INSERT INTO folders ${sql.insert(row)} ON CONFLICT (id) DO NOTHING`)
        return yield* folder(workspaceId, id)
      }),
      editFolder: Effect.fn("Documents.editFolder")(function* (member, id, changes) {
        const { workspaceId } = member
        const before = yield* folder(workspaceId, id)
        const name = changes.name === undefined ? before.name : yield* checkName(changes.name)
        const parent = changes.parent === undefined ? before.parent : changes.parent
        if (parent !== before.parent) {
          if (before.standard !== null) return yield* refused("folder-is-standard")
          const all = yield* around(workspaceId, before)
          const into = parent === null ? null : yield* folder(workspaceId, parent)
          if (into !== null) {
            if (!sameOwner(into, before)) return yield* refused("folder-of-another")
            const way = [...trailOf(all, into), into]
            if (way.some((one) => one.id === id)) return yield* refused("folder-into-itself")
            if (way.length + levels(all, before) > limits.depth) return yield* refused("too-deep")
          }
        }
        // what is for guests has no customer who could see it
        const isOfGuests = ownerOf(before).kind === "guest"
        const visibility = isOfGuests ? "private" : (changes.visibility ?? before.visibility)
        const columns = { name, visibility, parentId: parent }
        yield* inTransaction(
          Effect.gen(function* () {
            yield* sql`UPDATE folders SET ${sql.update(columns)} WHERE workspace_id = ${workspaceId} AND id = ${id}`
            // who may see what is inside is worth a trace
            if (visibility !== before.visibility) {
              yield* note(member, "FolderVisibilityChanged", id, { name, from: before.visibility, to: visibility })
            }
          }),
        )
        return yield* folder(workspaceId, id)
      }),
      removeFolder: Effect.fn("Documents.removeFolder")(function* (member, id) {
        const { workspaceId } = member
        const { name, standard, count } = yield* folder(workspaceId, id)
        if (standard !== null) return yield* refused("folder-is-standard")
        const [inside] = yield* Effect.orDie(
          sql`SELECT 1 FROM folders WHERE workspace_id = ${workspaceId} AND parent_id = ${id} LIMIT 1`,
        )
        if (count > 0 || inside !== undefined) return yield* refused("folder-not-empty")
        const [awaited] = yield* Effect.orDie(sql`
          SELECT 1 FROM file_requests q JOIN client_requests r ON r.id = q.request_id
          WHERE q.workspace_id = ${workspaceId} AND q.folder_id = ${id} AND r.ended_at IS NULL LIMIT 1`)
        if (awaited !== undefined) return yield* refused("folder-awaits-files")
        yield* inTransaction(
          Effect.gen(function* () {
            yield* sql`DELETE FROM file_requests WHERE workspace_id = ${workspaceId} AND folder_id = ${id}`
            yield* sql`DELETE FROM folders WHERE workspace_id = ${workspaceId} AND id = ${id}`
            yield* note(member, "FolderDeleted", id, { name })
          }),
        )
      }),
      document,
      add: Effect.fn("Documents.add")(function* (member, folderId, file) {
        const { workspaceId } = member
        const { count } = yield* folder(workspaceId, folderId)
        if (count >= limits.documents) return yield* refused("too-many")
        const id = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
        const row = {
          id,
          workspaceId,
          folderId,
          fileId: file.id,
          name: file.name,
          createdAt: new Date(yield* Clock.currentTimeMillis),
          createdBy: member.id,
        }
        yield* Effect.orDie(sql`INSERT INTO documents ${sql.insert(row)} ON CONFLICT (file_id) DO NOTHING`)
        return (yield* Effect.orDie(rows.ofFile(workspaceId, file.id))) ?? (yield* missing("document", id))
      }),
      edit: Effect.fn("Documents.edit")(function* (member, id, changes) {
        const { workspaceId } = member
        const before = yield* document(workspaceId, id)
        const name = changes.name === undefined ? before.name : yield* checkName(changes.name)
        const to = changes.folder === undefined ? before.folder : (yield* folder(workspaceId, changes.folder)).id
        yield* Effect.orDie(sql`UPDATE documents SET ${sql.update({ name, folderId: to })}
          WHERE workspace_id = ${workspaceId} AND id = ${id}`)
        return yield* document(workspaceId, id)
      }),
      remove: Effect.fn("Documents.remove")(function* (member, id) {
        const { workspaceId } = member
        const { file, name, sha256, bytes, request } = yield* document(workspaceId, id)
        const known = yield* files.of(workspaceId, [file])
        yield* inTransaction(
          Effect.gen(function* () {
            yield* sql`DELETE FROM documents WHERE workspace_id = ${workspaceId} AND id = ${id}`
            const from = request === null ? {} : { request }
            yield* note(member, "DocumentDeleted", id, { name, sha256, bytes: String(bytes), file, ...from })
          }),
        )
        if (known.every(({ origin }) => origin === "document")) yield* files.remove(workspaceId, [file])
      }),
      download: Effect.fn("Documents.download")(function* (workspaceId, id, part) {
        const { file, name, bytes, sha256 } = yield* document(workspaceId, id)
        const found = yield* files.open(workspaceId, file, part?.({ bytes, sha256 }))
        return { ...found, file: { ...found.file, name } }
      }),
      ofRequest: (workspaceId, requestId) => Effect.orDie(rows.ofRequest(workspaceId, requestId)),
      ofWork: (workspaceId, workItemId) => Effect.orDie(rows.ofWork(workspaceId, workItemId)),
      fileRequests: (workspaceId, owner) =>
        Effect.map(Effect.orDie(rows.fileRequests(workspaceId, owner)), (found) =>
          found.map(({ state, ...one }) => ({ folder: one, request: state })),
        ),
      follow,
    })
  }),
)
