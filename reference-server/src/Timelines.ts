/**
 * Timelines: the mails that went to a contact, and those that went out for a work item, as far as customers got them (K23). What
 * members are told themselves stands in neither. A contact's are those that were written to them, whatever their address is now.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { MailLine } from "./ClientRequests.ts"
import { SqlClient, SqlSchema } from "./platform/Sql.ts"

/** One mail, and what it is about. */
export const TimelineMail = Schema.Struct({
  ...MailLine.fields,
  /** The id of the request. */
  request: Schema.String,
  /** The request's title; empty: it was erased. */
  title: Schema.String,
  /** The name of the member in whose name it went out; null: nobody's in particular. */
  from: Schema.NullOr(Schema.String),
})
export type TimelineMail = typeof TimelineMail.Type

/** Whose timeline, by id. */
export interface Whose {
  readonly kind: "contact" | "work-item"
  readonly id: string
}

export interface Page {
  readonly limit: number
  readonly offset: number
}

export class Timelines extends Context.Service<
  Timelines,
  {
    /** The latest first, and how many there are in all. Of somebody unknown there are none. */
    mails(
      workspaceId: string,
      whose: Whose,
      page: Page,
    ): Effect.Effect<{ readonly mails: ReadonlyArray<TimelineMail>; readonly total: number }>
  }
>()("@requite/reference-server/Timelines") {}

const Row = Schema.Struct({
  ...TimelineMail.fields,
  createdAt: Schema.Date,
  handedOverAt: Schema.NullOr(Schema.Date),
})
const Asked = Schema.Struct({
  workspaceId: Schema.String,
  kind: Schema.Literals(["contact", "work-item"]),
  id: Schema.String,
})

export const layer = Layer.effect(
  Timelines,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const theirs = ({ workspaceId, kind, id }: typeof Asked.Type) => sql`
      mails m JOIN client_requests r ON r.id = m.request_id
      WHERE m.workspace_id = ${workspaceId} AND r.workspace_id = ${workspaceId} AND m.kind NOT LIKE '%-notice'
        AND ${kind === "contact" ? sql`m.contact_id` : sql`r.work_item_id`} = ${id}`

    const found = SqlSchema.findAll({
      Request: Schema.Struct({ ...Asked.fields, limit: Schema.Int, offset: Schema.Int }),
      Result: Row,
      execute: ({ limit, offset, ...asked }) => sql`
        SELECT m.id, m.kind, m.recipient, m.status, m.reason, m.created_at, m.handed_over_at, m.trail,
          m.request_id AS request, coalesce(r.state #>> '{details,title}', '') AS title,
          (SELECT name FROM members WHERE id = m.member_id) AS "from"
        FROM ${theirs(asked)}
        ORDER BY m.created_at DESC, m.id LIMIT ${limit} OFFSET ${offset}`,
    })
    const counted = SqlSchema.findOne({
      Request: Asked,
      Result: Schema.Struct({ total: Schema.Int }),
      execute: (asked) => sql`SELECT count(*)::int AS total FROM ${theirs(asked)}`,
    })

    return Timelines.of({
      mails: Effect.fn("Timelines.mails")(function* (workspaceId, whose, page) {
        const asked = { workspaceId, ...whose }
        const { total } = yield* Effect.orDie(counted(asked))
        const rows = yield* Effect.orDie(found({ ...asked, ...page }))
        const mails = rows.map(({ createdAt, handedOverAt, ...mail }) => ({
          ...mail,
          createdAt: createdAt.getTime(),
          handedOverAt: handedOverAt?.getTime() ?? null,
        }))
        return { mails, total }
      }),
    })
  }),
)
