/** What comes with requests, filed: inside the request's own transaction, so that no file is in a request and nowhere. */
import { ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Documents, Owner } from "../Documents.ts"
import { translator } from "../Messages.ts"
import type { Rows } from "./sql.ts"
import { isUuid } from "../Database/Uuid.ts"

type Owned = Exclude<Owner, { readonly kind: "guest" }>

export const make = Effect.fnUntraced(function* (rows: Rows) {
  const { sql } = rows
  const crypto = yield* Crypto.Crypto
  const fresh = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)

  /** Makes the two folders that a contact and work have from the beginning, whoever is first. */
  const standards = Effect.fnUntraced(function* (workspaceId: string, owner: Owned) {
    const [firm] = yield* sql<{ language: string }>`SELECT language FROM workspaces WHERE id = ${workspaceId}`
    const { t } = translator("firm", [firm?.language ?? "en"])
    const createdAt = new Date(yield* Clock.currentTimeMillis)
    for (const standard of ["uploads", "private"] as const) {
      const row = {
        id: yield* fresh,
        workspaceId,
        contactId: owner.kind === "contact" ? owner.id : null,
        workItemId: owner.kind === "work-item" ? owner.id : null,
        standard,
        name: t(`documents.standard.${standard}`),
        visibility: standard === "uploads" ? "customer-can-edit" : "private",
        createdAt,
      }
      yield* sql`INSERT INTO folders ${sql.insert(row)} ON CONFLICT DO NOTHING`
    }
  })

  /** The folder of an owner that uploads go into; undefined: there is no such owner in this workspace. */
  const uploadsOf = Effect.fnUntraced(function* (workspaceId: string, owner: Owned) {
    const column = owner.kind === "contact" ? sql`contact_id` : sql`work_item_id`
    const find = sql<{ id: string }>`
      SELECT id FROM folders WHERE workspace_id = ${workspaceId} AND ${column} = ${owner.id} AND standard = 'uploads'`
    const [known] = yield* find
    if (known !== undefined) return known.id
    if (!(yield* rows.exists(workspaceId, owner))) return undefined
    yield* standards(workspaceId, owner)
    const [made] = yield* find
    return made?.id
  })

  /** Where the files of a request go: where it says (F3), else with its work (K4), else with whom it asks (F14). */
  const targetOf = Effect.fnUntraced(function* (workspaceId: string, request: ClientRequest.State) {
    const { folder, workItem } = request.details
    if (folder !== undefined) {
      const found = yield* rows.folder(workspaceId, folder)
      if (found !== null) return found.id
    }
    const { contact } = ClientRequest.primary(request.details)
    const owners: ReadonlyArray<Owned> = [
      ...(workItem === null ? [] : [{ kind: "work-item", id: workItem } as const]),
      ...(contact === null ? [] : [{ kind: "contact", id: contact } as const]),
    ]
    for (const owner of owners) {
      const found = yield* uploadsOf(workspaceId, owner)
      if (found !== undefined) return found
    }
    return undefined
  })

  const follow: Documents["Service"]["follow"] = (workspaceId, after, events) =>
    Effect.gen(function* () {
      for (const event of events) {
        switch (event.type) {
          case "RequestCreated":
          case "RequestEdited": {
            const { folder } = event.details
            if (folder === undefined || !isUuid(folder)) break
            yield* sql`INSERT INTO file_requests (request_id, workspace_id, folder_id)
              SELECT ${after.id}, workspace_id, id FROM folders WHERE workspace_id = ${workspaceId} AND id = ${folder}
              ON CONFLICT (request_id) DO UPDATE SET folder_id = excluded.folder_id`
            break
          }
          case "FileAttached": {
            const folderId = yield* targetOf(workspaceId, after)
            if (folderId === undefined) break
            const { id: fileId, name } = event.file
            const row = {
              id: yield* fresh,
              workspaceId,
              folderId,
              fileId,
              name,
              requestId: after.id,
              createdAt: new Date(event.at),
            }
            yield* sql`INSERT INTO documents ${sql.insert(row)} ON CONFLICT (file_id) DO NOTHING`
            break
          }
          // what the customer took back, or what was infected, is no document
          case "FileRemoved":
          case "FileQuarantined":
            yield* sql`DELETE FROM documents WHERE workspace_id = ${workspaceId} AND file_id = ${event.file}`
            break
          default:
            break
        }
      }
    }).pipe(Effect.catchIf(Schema.isSchemaError, Effect.die))

  return { follow, standards }
})
