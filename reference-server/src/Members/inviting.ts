import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type Member, Role } from "../Members.ts"
import { Kdf } from "../platform/Crypto.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { RateLimits } from "../RateLimits.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as attempts from "./attempts.ts"
import { AddressTaken, type Invitation, InvitationNotFound, InvitationRefused, Invitations } from "./Invitations.ts"
import * as Letters from "./Letters.ts"
import * as Links from "./Links.ts"

const Row = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  email: Schema.String,
  role: Role,
  createdAt: Schema.Date,
  expiresAt: Schema.Date,
  mail: Schema.String,
})

/** The layer of `Invitations` over the database. */
export const layer = Layer.effect(
  Invitations,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const limits = yield* RateLimits
    const events = yield* WorkspaceEvents
    const links = yield* Links.make
    const letters = yield* Letters.make
    const services = Context.pick(Crypto.Crypto, Kdf.Kdf)(yield* Effect.context<Crypto.Crypto | Kdf.Kdf>())

    const waiting = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (workspaceId) => sql`
        SELECT i.id, i.name, i.email, i.role, i.created_at, i.expires_at, (
          SELECT l.status FROM member_letters l WHERE l.invitation_id = i.id ORDER BY l.created_at DESC, l.id LIMIT 1
        ) AS mail
        FROM member_invitations i WHERE i.workspace_id = ${workspaceId} AND i.ended_at IS NULL
        ORDER BY i.created_at DESC, i.id`,
    })
    const open = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
      Result: Schema.Struct({ name: Schema.String, email: Schema.String, role: Role, createdAt: Schema.Date }),
      execute: ({ workspaceId, id }) => sql`
        SELECT name, email, role, created_at FROM member_invitations
        WHERE workspace_id = ${workspaceId} AND id = ${id} AND ended_at IS NULL FOR UPDATE`,
    })

    const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

    /** A firm cannot be made to write to strangers all day. */
    const counted = (workspaceId: string) =>
      attempts.count(limits, `invitations of ${workspaceId}`, { times: 100, seconds: 86_400 })

    const standingOf = Effect.fnUntraced(function* (workspaceId: string, email: string) {
      const [member] = yield* sql<{ left: boolean }>`
        SELECT deactivated_at IS NOT NULL AS left FROM members
        WHERE workspace_id = ${workspaceId} AND email_key = lower(${email})`
      return member === undefined ? null : member.left ? "left" : "already-member"
    })

    const invite: Invitations["Service"]["invite"] = (by, { name, email, role }) =>
      Effect.gen(function* () {
        const { workspaceId } = by
        yield* counted(workspaceId)
        const id = yield* Crypto.uuid
        const createdAt = yield* now
        const expiresAt = new Date(createdAt.getTime() + Links.invitationMillis)
        yield* Effect.gen(function* () {
          const standing = yield* standingOf(workspaceId, email)
          if (standing !== null) return yield* new InvitationRefused({ code: standing })
          yield* sql`
            UPDATE member_invitations SET ended_at = ${createdAt}
            WHERE workspace_id = ${workspaceId} AND email_key = lower(${email}) AND ended_at IS NULL
              AND expires_at <= ${createdAt}`
          const added = yield* sql`
            INSERT INTO member_invitations ${sql.insert({ id, workspaceId, name, email, role, invitedBy: by.id, createdAt, expiresAt })}
            ON CONFLICT (workspace_id, email_key) WHERE ended_at IS NULL DO NOTHING RETURNING id`
          if (added.length === 0) return yield* new InvitationRefused({ code: "already-invited" })
          yield* letters.write(workspaceId, { kind: "invitation", invitationId: id, recipient: email })
          yield* events.add({ workspaceId, type: "MemberInvited", by: by.id, about: id, data: { name, email, role } })
        }).pipe(sql.withTransaction)
        const made: Invitation = {
          id,
          name,
          email,
          role,
          createdAt: createdAt.getTime(),
          expiresAt: expiresAt.getTime(),
          mail: "queued",
        }
        return made
      }).pipe(Effect.catchTag("SqlError", Effect.die), Effect.provideContext(services))

    const resend: Invitations["Service"]["resend"] = (by, id) =>
      Effect.gen(function* () {
        const { workspaceId } = by
        const found = Option.getOrNull(yield* Effect.orDie(open({ workspaceId, id })))
        if (found === null) return yield* new InvitationNotFound()
        yield* counted(workspaceId)
        const expiresAt = new Date((yield* Clock.currentTimeMillis) + Links.invitationMillis)
        const { createdAt, ...person } = found
        yield* sql`UPDATE member_invitations SET expires_at = ${expiresAt} WHERE workspace_id = ${workspaceId} AND id = ${id}`
        yield* sql`DELETE FROM member_links WHERE workspace_id = ${workspaceId} AND invitation_id = ${id}`
        yield* letters.write(workspaceId, { kind: "invitation", invitationId: id, recipient: person.email })
        yield* events.add({ workspaceId, type: "InvitationResent", by: by.id, about: id, data: person })
        return { id, ...person, createdAt: createdAt.getTime(), expiresAt: expiresAt.getTime(), mail: "queued" }
      }).pipe(sql.withTransaction, Effect.catchTag("SqlError", Effect.die))

    const revoke: Invitations["Service"]["revoke"] = (by, id) =>
      Effect.gen(function* () {
        const { workspaceId } = by
        const found = Option.getOrNull(yield* Effect.orDie(open({ workspaceId, id })))
        if (found === null) return yield* new InvitationNotFound()
        const { createdAt: _, ...person } = found
        yield* sql`
          UPDATE member_invitations SET ended_at = ${yield* now} WHERE workspace_id = ${workspaceId} AND id = ${id}`
        yield* sql`DELETE FROM member_links WHERE workspace_id = ${workspaceId} AND invitation_id = ${id}`
        yield* events.add({ workspaceId, type: "InvitationRevoked", by: by.id, about: id, data: person })
      }).pipe(sql.withTransaction, Effect.catchTag("SqlError", Effect.die))

    const accept = (
      secret: Redacted.Redacted,
      person: { readonly name: string; readonly password: Redacted.Redacted },
    ) =>
      Effect.gen(function* () {
        const { workspaceId, id: invitationId, email, role } = yield* links.invited(secret)
        const passwordHash = yield* Secret.hashPassword(person.password)
        const createdAt = yield* now
        const member: Member = { id: yield* Crypto.uuid, workspaceId, name: person.name, email, role }
        yield* Effect.gen(function* () {
          // of those who come at once, one finds it waiting
          const ended = yield* sql`
            UPDATE member_invitations SET ended_at = ${createdAt}
            WHERE workspace_id = ${workspaceId} AND id = ${invitationId} AND ended_at IS NULL AND expires_at > ${createdAt}
            RETURNING id`
          if (ended.length === 0) return yield* new Links.LinkGone()
          const added = yield* sql`
            INSERT INTO members ${sql.insert({ ...member, passwordHash, createdAt })}
            ON CONFLICT (email_key) DO NOTHING RETURNING id`
          if (added.length === 0) return yield* new AddressTaken()
          yield* sql`DELETE FROM member_links WHERE workspace_id = ${workspaceId} AND invitation_id = ${invitationId}`
          const data = { name: member.name, email, role }
          yield* events.add({ workspaceId, type: "MemberJoined", by: member.id, about: member.id, data })
        }).pipe(sql.withTransaction, Tenancy.within(workspaceId))
        return member
      }).pipe(Effect.catchTag("SqlError", Effect.die), Effect.provideContext(services))

    return Invitations.of({
      invite,
      waiting: (workspaceId) =>
        Effect.map(Effect.orDie(waiting(workspaceId)), (rows) =>
          rows.map((row) => ({ ...row, createdAt: row.createdAt.getTime(), expiresAt: row.expiresAt.getTime() })),
        ),
      resend,
      revoke,
      look: links.invited,
      accept,
    })
  }),
)
