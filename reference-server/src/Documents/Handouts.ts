/**
 * Handouts: documents of the firm that go with a request, or with one item of it, for its customer to read (K9). Giving one
 * copies nothing: it says that whoever may see the request may read this document, until a member takes it back, the document
 * is deleted, or the request is out of its customer's reach. Both are written down.
 *
 * A question *names* a document too, by its id, digest and size (format.md, attachments). Who is asked the question may read it
 * as long as the firm has exactly that one.
 */
import { ClientRequest, Crypto, Questionnaire } from "@requite/core"
import type { Attachment } from "@requite/core/Questionnaire/Definition"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { DocumentNotFound, DocumentRefused, Documents } from "../Documents.ts"
import { isReadable, Scan } from "../Files.ts"
import type { Member } from "../Members.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import { isUuid } from "../Database/Uuid.ts"

export const Handout = Schema.Struct({
  id: Schema.String,
  request: Schema.String,
  /** Of the request; null: it goes with all of it. */
  item: Schema.NullOr(Schema.String),
  document: Schema.String,
  /** By which it is opened. */
  file: Schema.String,
  name: Schema.String,
  bytes: Schema.Finite,
  type: Schema.String,
  sha256: Schema.String,
  scan: Scan,
  /** The name of the member who gave it. */
  by: Schema.NullOr(Schema.String),
  /** Milliseconds since 1970. */
  createdAt: Schema.Int,
})
export type Handout = typeof Handout.Type

/** A document that could be given with a request. */
export const Available = Schema.Struct({ id: Schema.String, name: Schema.String, folder: Schema.String })
export type Available = typeof Available.Type

/** A document that a question names. */
export interface Named {
  readonly file: string
  /** As the question says it. */
  readonly name: string
  readonly bytes: number
  readonly type: string
  readonly sha256: string
  /** The id of the question. */
  readonly question: string
  readonly attachment: Attachment
}

/** So many may go with one request. */
export const most = 100

export class Handouts extends Context.Service<
  Handouts,
  {
    /** Those of a request, the first one first. */
    of(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<Handout>, DocumentNotFound>
    /** Those that its customer may read now: of one that may be withheld, nothing is known. */
    forCustomer(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<Handout>>
    /**
     * Documents that the questions name and that may be read now: those that members put into folders, never what a customer
     * brought. One that is not here any more, or is another, is passed over: its name is all there is of it.
     */
    named(workspaceId: string, questionnaire: Questionnaire.Questionnaire): Effect.Effect<ReadonlyArray<Named>>
    /** Documents that lie where this request's do: with its work, its contacts, or in the folders that are for guests. */
    available(workspaceId: string, requestId: string): Effect.Effect<ReadonlyArray<Available>, DocumentNotFound>
    /** Gives a document with a request that is not over; again changes nothing. Only one that was found to be clean. */
    give(
      member: Member,
      requestId: string,
      input: { readonly document: string; readonly item: string | null },
    ): Effect.Effect<Handout, DocumentNotFound | DocumentRefused>
    /** From now on nobody reads it by this request. */
    takeBack(member: Member, requestId: string, id: string): Effect.Effect<void, DocumentNotFound>
  }
>()("@requite/reference-server/Documents/Handouts") {}

const Row = Schema.Struct({ ...Handout.fields, createdAt: Schema.Date })
const Scoped = Schema.Struct({ workspaceId: Schema.String, id: Schema.String })

export const layer = Layer.effect(
  Handouts,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const documents = yield* Documents
    const events = yield* WorkspaceEvents

    const ofRequest = SqlSchema.findAll({
      Request: Scoped,
      Result: Row,
      execute: ({ workspaceId, id }) => sql`
        SELECT h.id, h.request_id AS request, nullif(h.item, '') AS item, h.document_id AS document, d.file_id AS file,
          d.name, f.bytes::float8 AS bytes, f.type, f.sha256, f.scan, m.name AS by, h.created_at
        FROM handouts h JOIN documents d ON d.id = h.document_id JOIN files f ON f.id = d.file_id
          LEFT JOIN members m ON m.id = h.created_by
        WHERE h.workspace_id = ${workspaceId} AND h.request_id = ${id} ORDER BY h.created_at, h.id`,
    })
    const requests = SqlSchema.findAll({
      Request: Scoped,
      Result: Schema.Struct({ state: ClientRequest.State, isOver: Schema.Boolean }),
      execute: ({ workspaceId, id }) =>
        sql`SELECT state, ended_at IS NOT NULL AS is_over FROM client_requests WHERE workspace_id = ${workspaceId} AND id = ${id}`,
    })
    const ofIds = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, ids: Schema.Array(Schema.String) }),
      Result: Schema.Struct({
        id: Schema.String,
        file: Schema.String,
        bytes: Schema.Finite,
        type: Schema.String,
        sha256: Schema.String,
        scan: Scan,
      }),
      execute: ({ workspaceId, ids }) => sql`
        SELECT d.id, d.file_id AS file, f.bytes::float8 AS bytes, f.type, f.sha256, f.scan
        FROM documents d JOIN files f ON f.id = d.file_id
        WHERE d.workspace_id = ${workspaceId} AND d.id IN ${sql.in(ids)}
          AND d.created_by IS NOT NULL AND NOT d.by_mail`,
    })
    const lyingNear = SqlSchema.findAll({
      Request: Schema.Struct({
        ...Scoped.fields,
        work: Schema.NullOr(Schema.String),
        contacts: Schema.Array(Schema.String),
      }),
      Result: Available,
      execute: ({ workspaceId, work, contacts }) => sql`
        SELECT d.id, d.name, o.name AS folder FROM documents d JOIN folders o ON o.id = d.folder_id
          JOIN files f ON f.id = d.file_id
        WHERE d.workspace_id = ${workspaceId} AND f.scan IN ('clean', 'unscanned') AND (
          (o.work_item_id IS NULL AND o.contact_id IS NULL)
          ${work === null ? sql`` : sql`OR o.work_item_id = ${work}`}
          ${contacts.length === 0 ? sql`` : sql`OR o.contact_id IN ${sql.in(contacts)}`})
        ORDER BY lower(o.name), lower(d.name), d.id LIMIT 500`,
    })

    const requestOf = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      const [found] = isUuid(id) ? yield* Effect.orDie(requests({ workspaceId, id })) : []
      return found ?? (yield* new DocumentNotFound({ what: "request", id }))
    })
    const all = (workspaceId: string, id: string) =>
      Effect.map(Effect.orDie(ofRequest({ workspaceId, id })), (rows) =>
        rows.map(({ createdAt, ...row }): Handout => ({ ...row, createdAt: createdAt.getTime() })),
      )
    const inTransaction = <A, E>(effect: Effect.Effect<A, E>) => Effect.orDie(sql.withTransaction(effect))

    return Handouts.of({
      of: Effect.fnUntraced(function* (workspaceId, requestId) {
        const { state } = yield* requestOf(workspaceId, requestId)
        return yield* all(workspaceId, state.id)
      }),
      forCustomer: (workspaceId, requestId) =>
        Effect.map(all(workspaceId, requestId), (found) => found.filter(({ scan }) => isReadable(scan))),
      named: Effect.fnUntraced(function* (workspaceId, questionnaire) {
        const asked = Questionnaire.questions(questionnaire).flatMap(({ id: question, attachments = [] }) =>
          attachments.map((attachment) => ({ question, attachment })),
        )
        const ids = [...new Set(asked.map(({ attachment }) => attachment.id).filter(isUuid))]
        if (ids.length === 0) return []
        const found = (yield* Effect.orDie(ofIds({ workspaceId, ids }))).filter(({ scan }) => isReadable(scan))
        return asked.flatMap(({ question, attachment }) =>
          found
            .filter(
              ({ id, sha256, bytes }) =>
                id === attachment.id && sha256 === attachment.sha256 && bytes === attachment.bytes,
            )
            .map(({ file, bytes, type, sha256 }) => ({
              file,
              name: attachment.name,
              bytes,
              type,
              sha256,
              question,
              attachment,
            })),
        )
      }),
      available: Effect.fnUntraced(function* (workspaceId, requestId) {
        const { id, details } = (yield* requestOf(workspaceId, requestId)).state
        const contacts = details.recipients.flatMap(({ contact }) => (contact === null ? [] : [contact]))
        return yield* Effect.orDie(lyingNear({ workspaceId, id, work: details.workItem, contacts }))
      }),
      give: Effect.fn("Handouts.give")(function* (member, requestId, input) {
        const { workspaceId } = member
        const { state: request, isOver } = yield* requestOf(workspaceId, requestId)
        const { id: document, scan, name, sha256 } = yield* documents.document(workspaceId, input.document)
        if (isOver) return yield* new DocumentRefused({ code: "request-over" })
        if (!isReadable(scan)) return yield* new DocumentRefused({ code: "file-withheld" })
        const item = input.item ?? ""
        if (item !== "" && !request.details.questionnaire.sections.includes(item))
          return yield* new DocumentRefused({ code: "item-unknown" })
        const before = yield* all(workspaceId, request.id)
        const same = before.find((one) => one.document === document && one.item === input.item)
        if (same !== undefined) return same
        if (before.length >= most) return yield* new DocumentRefused({ code: "too-many" })
        const row = {
          id: yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto),
          workspaceId,
          requestId: request.id,
          item,
          documentId: document,
          createdAt: new Date(yield* Clock.currentTimeMillis),
          createdBy: member.id,
        }
        yield* inTransaction(
          Effect.gen(function* () {
            const made = yield* sql`INSERT INTO handouts ${sql.insert(row)} ON CONFLICT DO NOTHING RETURNING id`
            if (made.length === 0) return
            const data = { request: request.id, item, name, sha256 }
            yield* events.add({ workspaceId, type: "DocumentGiven", by: member.id, about: document, data })
          }),
        )
        const given = (yield* all(workspaceId, request.id)).find(
          (one) => one.document === document && one.item === input.item,
        )
        return given ?? (yield* new DocumentNotFound({ what: "document", id: document }))
      }),
      takeBack: Effect.fn("Handouts.takeBack")(function* (member, requestId, id) {
        const { workspaceId } = member
        const { state: request } = yield* requestOf(workspaceId, requestId)
        const found = (yield* all(workspaceId, request.id)).find((one) => one.id === id)
        if (found === undefined) return yield* new DocumentNotFound({ what: "document", id })
        yield* inTransaction(
          Effect.gen(function* () {
            yield* sql`DELETE FROM handouts WHERE workspace_id = ${workspaceId} AND id = ${id}`
            const data = { request: request.id, item: found.item ?? "", name: found.name }
            yield* events.add({ workspaceId, type: "DocumentTakenBack", by: member.id, about: found.document, data })
          }),
        )
      }),
    })
  }),
)
