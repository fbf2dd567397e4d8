/** The statements of folders and documents, one a name. Each takes the workspace, and sees nothing of another. */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isUuid } from "../Database/Uuid.ts"
import { Document, Folder, type Owner, WorkDocument } from "../Documents.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"

const DocumentRow = Schema.Struct({ ...Document.fields, createdAt: Schema.Date })
const WorkRow = Schema.Struct({ ...WorkDocument.fields, createdAt: Schema.Date })

const documentOf = <Row extends { readonly createdAt: Date }>({ createdAt, ...row }: Row) => ({
  ...row,
  createdAt: createdAt.getTime(),
})

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const ofFolder =
    sql.literal(`f.id, f.parent_id AS parent, f.contact_id AS contact, f.work_item_id AS work_item, f.standard,
    f.name, f.visibility, (SELECT count(*)::int FROM documents d WHERE d.folder_id = f.id) AS count`)
  const documentColumns =
    sql.literal(`d.id, d.folder_id AS folder, d.file_id AS file, d.name, f.bytes::float8 AS bytes, f.type,
    f.sha256, f.scan, d.request_id AS request, coalesce(m.name, c.name) AS by, d.by_mail, d.created_at`)
  const documentTables = sql.literal(`documents d JOIN files f ON f.id = d.file_id
    LEFT JOIN members m ON m.id = d.created_by LEFT JOIN contacts c ON c.id = d.brought_by`)
  const ofDocument = sql`${documentColumns} FROM ${documentTables}`
  const whose = (owner: Owner) =>
    owner.kind === "contact"
      ? sql`f.contact_id = ${owner.id}`
      : owner.kind === "work-item"
        ? sql`f.work_item_id = ${owner.id}`
        : sql`f.contact_id IS NULL AND f.work_item_id IS NULL`

  const Scoped = Schema.Struct({ workspaceId: Schema.String, id: Schema.String })
  const folder = SqlSchema.findOneOption({
    Request: Scoped,
    Result: Folder,
    execute: ({ workspaceId, id }) =>
      sql`SELECT ${ofFolder} FROM folders f WHERE f.workspace_id = ${workspaceId} AND f.id = ${id}`,
  })
  const document = SqlSchema.findOneOption({
    Request: Scoped,
    Result: DocumentRow,
    execute: ({ workspaceId, id }) => sql`SELECT ${ofDocument} WHERE d.workspace_id = ${workspaceId} AND d.id = ${id}`,
  })
  const documents = SqlSchema.findAll({
    Request: Scoped,
    Result: DocumentRow,
    execute: ({ workspaceId, id }) => sql`
      SELECT ${ofDocument} WHERE d.workspace_id = ${workspaceId} AND d.folder_id = ${id}
      ORDER BY lower(d.name), d.created_at, d.id`,
  })
  const ofRequest = SqlSchema.findAll({
    Request: Scoped,
    Result: DocumentRow,
    execute: ({ workspaceId, id }) => sql`
      SELECT ${ofDocument} WHERE d.workspace_id = ${workspaceId} AND d.request_id = ${id} ORDER BY d.created_at, d.id`,
  })
  const ofWork = SqlSchema.findAll({
    Request: Scoped,
    Result: WorkRow,
    execute: ({ workspaceId, id }) => sql`
      SELECT * FROM (
        SELECT ${documentColumns}, o.name AS folder_name, r.id AS asked_by, f.question, NULL AS item, false AS is_given
        FROM ${documentTables} JOIN folders o ON o.id = d.folder_id JOIN client_requests r ON r.id = d.request_id
        WHERE d.workspace_id = ${workspaceId} AND r.work_item_id = ${id}
        UNION ALL
        SELECT ${documentColumns}, o.name, r.id, NULL, nullif(h.item, ''), true
        FROM ${documentTables} JOIN folders o ON o.id = d.folder_id JOIN handouts h ON h.document_id = d.id
          JOIN client_requests r ON r.id = h.request_id
        WHERE d.workspace_id = ${workspaceId} AND r.work_item_id = ${id}) found
      ORDER BY is_given, created_at, id`,
  })
  const ofFile = SqlSchema.findOneOption({
    Request: Scoped,
    Result: DocumentRow,
    execute: ({ workspaceId, id }) =>
      sql`SELECT ${ofDocument} WHERE d.workspace_id = ${workspaceId} AND d.file_id = ${id}`,
  })
  const all = Schema.decodeUnknownEffect(Schema.Array(Folder))
  const asked = Schema.decodeUnknownEffect(
    Schema.Array(Schema.Struct({ ...Folder.fields, state: ClientRequest.State })),
  )

  const one = <A, E>(id: string, found: Effect.Effect<Option.Option<A>, E>) =>
    isUuid(id) ? Effect.map(found, Option.getOrNull) : Effect.succeed(null)

  return {
    sql,
    folder: (workspaceId: string, id: string) => one(id, folder({ workspaceId, id })),
    folders: (workspaceId: string, owner: Owner) =>
      Effect.flatMap(
        sql`SELECT ${ofFolder} FROM folders f WHERE f.workspace_id = ${workspaceId} AND ${whose(owner)}
          ORDER BY CASE f.standard WHEN 'uploads' THEN 0 WHEN 'private' THEN 1 ELSE 2 END, lower(f.name), f.id`,
        (rows) => all(rows),
      ),
    document: (workspaceId: string, id: string) =>
      Effect.map(one(id, document({ workspaceId, id })), (row) => (row === null ? null : documentOf(row))),
    documents: (workspaceId: string, id: string) =>
      Effect.map(documents({ workspaceId, id }), (rows) => rows.map(documentOf)),
    ofRequest: (workspaceId: string, id: string) =>
      Effect.map(ofRequest({ workspaceId, id }), (rows) => rows.map(documentOf)),
    ofWork: (workspaceId: string, id: string) =>
      isUuid(id)
        ? Effect.map(ofWork({ workspaceId, id }), (rows) => rows.map(documentOf))
        : Effect.succeed<ReadonlyArray<WorkDocument>>([]),
    ofFile: (workspaceId: string, id: string) =>
      Effect.map(ofFile({ workspaceId, id }), (row) => Option.getOrNull(Option.map(row, documentOf))),
    fileRequests: (workspaceId: string, owner: Owner | null) =>
      Effect.flatMap(
        sql`SELECT ${ofFolder}, r.state FROM file_requests q JOIN folders f ON f.id = q.folder_id
          JOIN client_requests r ON r.id = q.request_id
          WHERE q.workspace_id = ${workspaceId} AND ${owner === null ? sql`TRUE` : whose(owner)}
          ORDER BY r.created_at DESC, r.id LIMIT 200`,
        (rows) => asked(rows),
      ),
    /** Is there such a contact, or such work? One that was deleted keeps its documents. */
    exists: Effect.fnUntraced(function* (workspaceId: string, owner: Owner) {
      if (owner.kind === "guest") return true
      if (!isUuid(owner.id)) return false
      const table = owner.kind === "contact" ? sql`contacts` : sql`work_items`
      const rows = yield* sql`SELECT 1 FROM ${table} WHERE workspace_id = ${workspaceId} AND id = ${owner.id}`
      return rows.length > 0
    }),
  }
})

export type Rows = Effect.Success<typeof make>
