/**
 * Who belongs to a firm, and what they may do. Roles and leaving change under a lock of the workspace, so that there is
 * always an administrator: two of them who let each other go at the same moment come one after the other.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Member, MemberNotFound, MemberRefused, type Members } from "../Members.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"

type Staff = Pick<
  Members["Service"],
  "find" | "administrators" | "list" | "inService" | "changeRole" | "deactivate" | "reactivate"
>

const Row = Schema.Struct({ ...Member.fields, createdAt: Schema.Date, deactivatedAt: Schema.NullOr(Schema.Date) })

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const events = yield* WorkspaceEvents

  const ofWorkspace = SqlSchema.findAll({
    Request: Schema.String,
    Result: Row,
    execute: (workspaceId) => sql`
      SELECT id, workspace_id, name, email, role, created_at, deactivated_at FROM members
      WHERE workspace_id = ${workspaceId} ORDER BY created_at, id`,
  })
  const one = SqlSchema.findOneOption({
    Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
    Result: Row,
    execute: ({ workspaceId, id }) => sql`
      SELECT id, workspace_id, name, email, role, created_at, deactivated_at FROM members
      WHERE workspace_id = ${workspaceId} AND id = ${id}`,
  })
  const row = (workspaceId: string, id: string) => Effect.map(Effect.orDie(one({ workspaceId, id })), Option.getOrNull)
  const administrators = (workspaceId: string) =>
    Effect.map(Effect.orDie(ofWorkspace(workspaceId)), (all) =>
      all.filter((member) => member.role === "admin" && member.deactivatedAt === null).map(person),
    )

  /** Runs with the member as they are now, one at a time in this workspace; `by` must still be an administrator. */
  const changing = <E>(
    by: Member,
    id: string,
    change: (member: typeof Row.Type, isLastAdmin: boolean) => Effect.Effect<void, E>,
  ) =>
    Effect.gen(function* () {
      // not FOR UPDATE, which would wait for everybody who writes a row that names the workspace
      yield* sql`SELECT 1 FROM workspaces WHERE id = ${by.workspaceId} FOR NO KEY UPDATE`
      const admins = yield* administrators(by.workspaceId)
      if (!admins.some((admin) => admin.id === by.id)) return yield* new MemberRefused({ code: "not-admin" })
      const member = yield* row(by.workspaceId, id)
      if (member === null) return yield* new MemberNotFound()
      yield* change(member, admins.length === 1 && admins[0]?.id === id)
    }).pipe(sql.withTransaction, Effect.catchTag("SqlError", Effect.die))

  const note = (type: string, by: Member, { id, name, email }: Member, data: Readonly<Record<string, string>> = {}) =>
    events.add({ workspaceId: by.workspaceId, type, by: by.id, about: id, data: { name, email, ...data } })

  const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

  const staff: Staff = {
    find: (workspaceId, id) => Effect.map(row(workspaceId, id), (found) => (found === null ? null : person(found))),
    administrators,
    list: (workspaceId) =>
      Effect.map(Effect.orDie(ofWorkspace(workspaceId)), (all) =>
        all.map((member) => ({
          ...person(member),
          createdAt: member.createdAt.getTime(),
          deactivatedAt: member.deactivatedAt?.getTime() ?? null,
        })),
      ),
    inService: (workspaceId, id) =>
      Effect.gen(function* () {
        const found = yield* row(workspaceId, id)
        if (found === null) return null
        if (found.deactivatedAt === null) return person(found)
        return (yield* administrators(workspaceId))[0] ?? person(found)
      }),
    changeRole: (by, id, role) =>
      changing(by, id, (member, isLastAdmin) =>
        Effect.gen(function* () {
          if (member.role === role) return
          if (isLastAdmin) return yield* new MemberRefused({ code: "last-admin" })
          if (member.deactivatedAt !== null) return yield* new MemberRefused({ code: "deactivated" })
          yield* sql`UPDATE members SET role = ${role} WHERE workspace_id = ${by.workspaceId} AND id = ${id}`
          yield* note("MemberRoleChanged", by, member, { role, before: member.role })
        }).pipe(Effect.catchTag("SqlError", Effect.die)),
      ),
    deactivate: (by, id) =>
      changing(by, id, (member, isLastAdmin) =>
        Effect.gen(function* () {
          if (member.deactivatedAt !== null) return
          if (isLastAdmin) return yield* new MemberRefused({ code: "last-admin" })
          const { workspaceId } = by
          const at = yield* now
          yield* sql`UPDATE members SET deactivated_at = ${at} WHERE workspace_id = ${workspaceId} AND id = ${id}`
          yield* sql`DELETE FROM member_sessions WHERE workspace_id = ${workspaceId} AND member_id = ${id}`
          yield* sql`
            UPDATE api_keys SET revoked_at = ${at}
            WHERE workspace_id = ${workspaceId} AND member_id = ${id} AND revoked_at IS NULL`
          yield* sql`DELETE FROM member_links WHERE workspace_id = ${workspaceId} AND member_id = ${id}`
          yield* note("MemberDeactivated", by, member)
        }).pipe(Effect.catchTag("SqlError", Effect.die)),
      ),
    reactivate: (by, id) =>
      changing(by, id, (member) =>
        Effect.gen(function* () {
          if (member.deactivatedAt === null) return
          yield* sql`UPDATE members SET deactivated_at = NULL WHERE workspace_id = ${by.workspaceId} AND id = ${id}`
          yield* note("MemberReactivated", by, member, { role: member.role })
        }).pipe(Effect.catchTag("SqlError", Effect.die)),
      ),
  }
  return staff
})

const person = ({ id, workspaceId, name, email, role }: typeof Row.Type): Member => ({
  id,
  workspaceId,
  name,
  email,
  role,
})
