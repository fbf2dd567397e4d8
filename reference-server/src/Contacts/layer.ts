import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isUuid } from "../Database/Uuid.ts"
import { Contact, ContactNotFound, Contacts } from "../Contacts.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as portalStatements from "../Portal/sql.ts"

/** A contact as its row has it. */
export const Row = Schema.Struct({ ...Contact.fields, deletedAt: Schema.NullOr(Schema.Date) })

export const fromRow = ({ deletedAt, ...row }: typeof Row.Type): Contact => ({
  ...row,
  deletedAt: deletedAt?.getTime() ?? null,
})

/** The layer of `Contacts` over the database. */
export const layer = Layer.effect(
  Contacts,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const portal = yield* portalStatements.make
    const columns = sql.literal("id, name, email, mobile, language, time_zone, deleted_at")

    const byId = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, id }) =>
        sql`SELECT ${columns} FROM contacts WHERE workspace_id = ${workspaceId} AND id = ${id}`,
    })
    const listed = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, search: Schema.String, deleted: Schema.Boolean }),
      Result: Row,
      execute: ({ workspaceId, search, deleted }) => sql`
        SELECT ${columns} FROM contacts
        WHERE workspace_id = ${workspaceId} AND (deleted_at IS NOT NULL) = ${deleted}
          AND position(lower(${search}) in lower(name || ' ' || email)) > 0
        ORDER BY lower(name), id LIMIT 500`,
    })

    const ofEmail = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, email: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, email }) => sql`
        SELECT ${columns} FROM contacts
        WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND email_key = lower(${email}) LIMIT 2`,
    })

    const get = Effect.fnUntraced(function* (workspaceId: string, id: string) {
      const row = isUuid(id) ? Option.getOrNull(yield* Effect.orDie(byId({ workspaceId, id }))) : null
      return row === null ? yield* new ContactNotFound({ id }) : fromRow(row)
    })

    const setDeleted = Effect.fnUntraced(function* (workspaceId: string, id: string, at: Date | null) {
      yield* get(workspaceId, id)
      yield* Effect.gen(function* () {
        yield* sql`UPDATE contacts SET deleted_at = ${at} WHERE workspace_id = ${workspaceId} AND id = ${id}`
        // restored, they log in again (K50)
        if (at !== null) yield* portal.close(workspaceId, id, null)
      }).pipe(sql.withTransaction, Effect.orDie)
      return yield* get(workspaceId, id)
    })

    return Contacts.of({
      list: (workspaceId, { search = "", deleted = false } = {}) =>
        // no stored text has a NUL, and no parameter may
        Effect.map(
          Effect.orDie(listed({ workspaceId, search: search.replaceAll("\u0000", "\ufffd").trim(), deleted })),
          (rows) => rows.map(fromRow),
        ),
      get,
      withEmail: Effect.fnUntraced(function* (workspaceId, given) {
        const email = given.replaceAll("\u0000", "\ufffd").trim()
        if (email === "") return null
        const [first, second] = yield* Effect.orDie(ofEmail({ workspaceId, email }))
        return first === undefined || second !== undefined ? null : fromRow(first)
      }),
      create: Effect.fn("Contacts.create")(function* (workspaceId, id, details) {
        const createdAt = new Date(yield* Clock.currentTimeMillis)
        yield* Effect.orDie(
          sql`INSERT INTO contacts ${sql.insert({ id, workspaceId, ...details, createdAt })} ON CONFLICT (id) DO NOTHING`,
        )
        return yield* get(workspaceId, id)
      }),
      edit: Effect.fn("Contacts.edit")(function* (workspaceId, id, changes) {
        const before = yield* get(workspaceId, id)
        if (Object.keys(changes).length > 0) {
          yield* Effect.gen(function* () {
            yield* sql`UPDATE contacts SET ${sql.update(changes)} WHERE workspace_id = ${workspaceId} AND id = ${id}`
            // a login is proved for an address: of another one it has to be proved anew
            const { email = before.email } = changes
            if (email.toLowerCase() !== before.email.toLowerCase()) yield* portal.close(workspaceId, id, null)
          }).pipe(sql.withTransaction, Effect.orDie)
        }
        return yield* get(workspaceId, id)
      }),
      remove: (workspaceId, id) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => setDeleted(workspaceId, id, new Date(now))),
      restore: (workspaceId, id) => setDeleted(workspaceId, id, null),
    })
  }),
)
