/**
 * Templates of requests: what a firm asks again and again, under a name that all its members see (T19). One holds what is asked,
 * by which rules, how often it reminds and what the mail says; never who is asked. Saved under a name that is there already, it
 * takes that one's place.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isUuid } from "./Database/Uuid.ts"
import type { Member } from "./Members.ts"
import { SqlClient, SqlSchema } from "./platform/Sql.ts"

/** What a request is made from, in the words of the form that makes it. */
export const Content = Schema.Struct({
  what: Schema.Literals(["questionnaire", "documents"]),
  /** Its id: the newest version is asked; empty: none was chosen. */
  questionnaire: Schema.String,
  /** One a line. */
  documents: Schema.String,
  title: Schema.String,
  description: Schema.String,
  /** It is due so many days after it was begun (K11); null: it is not. */
  dueDays: Schema.NullOr(Schema.Int),
  /** The name of a preset. */
  policy: Schema.String,
  reminding: Schema.String,
  everyDays: Schema.String,
  sensitive: Schema.Boolean,
  portalOnly: Schema.Boolean,
  /** Empty: nobody's own words for this; the firm's, or the standard ones, in the language of whoever is asked. */
  message: Schema.String,
})
export type Content = typeof Content.Type

export const Listed = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  /** The member who saved it last. */
  savedBy: Schema.String,
  /** Milliseconds since the epoch. */
  savedAt: Schema.Int,
})
export type Listed = typeof Listed.Type

/** A firm has no more of them than this. */
export const most = 100
export const longestName = 100

/** There are as many as there may be. */
export class TooManyTemplates extends Schema.TaggedError<TooManyTemplates>()("TooManyTemplates", {}) {}

export class RequestTemplates extends Context.Service<
  RequestTemplates,
  {
    /** By name. */
    list(workspaceId: string): Effect.Effect<ReadonlyArray<Listed>>
    /** Null: there is none of that id. */
    get(workspaceId: string, id: string): Effect.Effect<(Listed & { readonly content: Content }) | null>
    /** Names are the same in whatever case. */
    save(by: Member, name: string, content: Content): Effect.Effect<void, TooManyTemplates>
    /** Whether it was there. Requests that were made from it stay as they are. */
    remove(workspaceId: string, id: string): Effect.Effect<boolean>
  }
>()("@requite/reference-server/RequestTemplates") {}

const ListedRow = Schema.Struct({ ...Listed.fields, savedAt: Schema.Date })
const listed = <Row extends { readonly savedAt: Date }>({ savedAt, ...row }: Row) => ({
  ...row,
  savedAt: savedAt.getTime(),
})

export const layer = Layer.effect(
  RequestTemplates,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto

    const all = SqlSchema.findAll({
      Request: Schema.String,
      Result: ListedRow,
      execute: (workspaceId) => sql`
        SELECT t.id, t.name, m.name AS saved_by, t.saved_at
        FROM request_templates t JOIN members m ON m.id = t.saved_by
        WHERE t.workspace_id = ${workspaceId} ORDER BY t.name_key`,
    })
    const one = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
      Result: Schema.Struct({ ...ListedRow.fields, content: Content }),
      execute: ({ workspaceId, id }) => sql`
        SELECT t.id, t.name, m.name AS saved_by, t.saved_at, t.content
        FROM request_templates t JOIN members m ON m.id = t.saved_by
        WHERE t.workspace_id = ${workspaceId} AND t.id = ${id}`,
    })

    return RequestTemplates.of({
      list: (workspaceId) => Effect.map(Effect.orDie(all(workspaceId)), (rows) => rows.map(listed)),
      get: Effect.fn("RequestTemplates.get")(function* (workspaceId, id) {
        if (!isUuid(id)) return null
        const found = yield* Effect.orDie(one({ workspaceId, id }))
        return Option.isSome(found) ? listed(found.value) : null
      }),
      save: Effect.fn("RequestTemplates.save")(function* ({ id: savedBy, workspaceId }, name, content) {
        const row = {
          id: yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto),
          workspaceId,
          name,
          nameKey: name.toLowerCase(),
          content: JSON.stringify(content),
          savedBy,
          savedAt: new Date(yield* Clock.currentTimeMillis),
        }
        const saved = yield* Effect.orDie(
          sql.withTransaction(
            Effect.gen(function* () {
              // one after another, or two would each find room for the last one
              yield* sql`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR NO KEY UPDATE`
              const [others] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM request_templates
                WHERE workspace_id = ${workspaceId} AND name_key <> ${row.nameKey}`
              if ((others?.n ?? most) >= most) return false
              yield* sql`INSERT INTO request_templates ${sql.insert(row)}
                ON CONFLICT (workspace_id, name_key) DO UPDATE SET name = excluded.name, content = excluded.content,
                  saved_by = excluded.saved_by, saved_at = excluded.saved_at`
              return true
            }),
          ),
        )
        if (!saved) return yield* new TooManyTemplates()
      }),
      remove: Effect.fn("RequestTemplates.remove")(function* (workspaceId, id) {
        if (!isUuid(id)) return false
        const gone = yield* Effect.orDie(sql`
          DELETE FROM request_templates WHERE workspace_id = ${workspaceId} AND id = ${id} RETURNING 1`)
        return gone.length > 0
      }),
    })
  }),
)
