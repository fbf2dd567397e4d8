/**
 * What happened in a workspace where there is no request to note it at: who became a member, whose role changed, which key
 * was made. Written in the transaction of the change; never changed and never removed by us. Each is hashed and sealed like an
 * entry of the audit, and comes under the record's checkpoints (`Record/events.ts`). No secret is in it.
 */
import { AuditRecord, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { CurrentCaller } from "./Caller.ts"
import { SqlClient, SqlSchema } from "./platform/Sql.ts"
import * as Seals from "./Record/Seals.ts"

/** One thing that happened. */
export const WorkspaceEvent = Schema.Struct({
  id: Schema.String,
  /** In the order in which they were written; later ones are greater. */
  position: Schema.Int,
  /** Milliseconds since the epoch. */
  at: Schema.Int,
  /** Past tense, as `MemberInvited`. */
  type: Schema.String,
  /** The member who did it; null: the operator of the server, or somebody with a link. */
  by: Schema.NullOr(Schema.String),
  byName: Schema.NullOr(Schema.String),
  /** The id of what or whom it is about. */
  about: Schema.NullOr(Schema.String),
  /** Of a contact, whom events never name, what they are called now (S76); null: of nobody, or they were erased. */
  aboutName: Schema.NullOr(Schema.String),
  /** What was true then: names, addresses, roles. None of a contact. */
  data: Schema.Record(Schema.String, Schema.String),
  /** Where it was done from, shortened as the configuration says; null: on the server itself. */
  ip: Schema.NullOr(Schema.String),
})
export type WorkspaceEvent = typeof WorkspaceEvent.Type

export interface NewEvent extends Pick<WorkspaceEvent, "type" | "by" | "about" | "data"> {
  readonly workspaceId: string
}

export class WorkspaceEvents extends Context.Service<
  WorkspaceEvents,
  {
    /** Notes one, inside the caller's transaction. */
    add(event: NewEvent): Effect.Effect<void>
    /** The newest ones first, `limit` of them; those before a position when it is given. */
    list(
      workspaceId: string,
      page: { readonly limit: number; readonly before?: number },
    ): Effect.Effect<ReadonlyArray<WorkspaceEvent>>
  }
>()("@requite/reference-server/WorkspaceEvents") {}

const Row = Schema.Struct({ ...WorkspaceEvent.fields, at: Schema.Date })

export const layer = Layer.effect(
  WorkspaceEvents,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const seal = yield* Seals.make

    const rows = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, limit: Schema.Int, before: Schema.Int }),
      Result: Row,
      execute: ({ workspaceId, limit, before }) => sql`
        SELECT e.id, e.position::int AS position, e.at, e.type, e.by_member AS by, m.name AS by_name, e.about,
          nullif(c.name, '') AS about_name, e.data, e.ip
        FROM workspace_events e LEFT JOIN members m ON m.id = e.by_member
          LEFT JOIN contacts c ON c.id = CASE WHEN e.type LIKE 'Portal%' THEN e.about::uuid END
        WHERE e.workspace_id = ${workspaceId} AND e.position < ${before} ORDER BY e.position DESC LIMIT ${limit}`,
    })

    return WorkspaceEvents.of({
      add: ({ workspaceId, type, by, about, data }) =>
        Effect.gen(function* () {
          const id = yield* Crypto.uuid
          const at = yield* Clock.currentTimeMillis
          const { ip, userAgent } = yield* CurrentCaller
          const event = { id, at, type, by, about, data, ip, userAgent }
          const hash = yield* AuditRecord.WorkspaceEvent.hashOf(workspaceId, event)
          yield* sql`INSERT INTO workspace_events ${sql.insert({
            id,
            workspaceId,
            at: new Date(at),
            type,
            byMember: by,
            about,
            data: JSON.stringify(data),
            ip,
            userAgent,
            hash,
            seal: seal(hash),
          })}`
        }).pipe(Effect.orDie, Effect.provideService(Crypto.Crypto, crypto)),
      list: (workspaceId, { limit, before = 2_147_483_647 }) =>
        Effect.map(Effect.orDie(rows({ workspaceId, limit, before })), (found) =>
          found.map((row) => ({ ...row, at: row.at.getTime() })),
        ),
    })
  }),
)
