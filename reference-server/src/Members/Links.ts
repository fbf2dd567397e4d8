/**
 * One-time links of members: to become one (seven days), or to set a password (an hour). Of a link only the digest is
 * kept. Looking at one changes nothing; using one is one statement that a second one finds nothing left for. Whatever does
 * not work is `LinkGone`, which never says why.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Role } from "../Members.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"

/** Unknown, used, revoked or over: nobody is told which. */
export class LinkGone extends Schema.TaggedError<LinkGone>()("LinkGone", {}) {}

/** What a link is for. */
export type Purpose = { readonly invitationId: string } | { readonly memberId: string }

export const days = 86_400_000
export const invitationMillis = 7 * days
export const passwordMillis = 3_600_000

/** Where a link leads, under the server's own address. */
export const paths = { invitation: "/join", password: "/password" } as const

const Invited = Schema.Struct({
  workspaceId: Schema.String,
  id: Schema.String,
  name: Schema.String,
  email: Schema.String,
  role: Role,
})
export type Invited = typeof Invited.Type

const Forgetful = Schema.Struct({
  workspaceId: Schema.String,
  id: Schema.String,
  name: Schema.String,
  email: Schema.String,
  role: Role,
})
export type Forgetful = typeof Forgetful.Type

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const crypto = yield* Crypto.Crypto
  const Looked = Schema.Struct({ digest: Schema.String, now: Schema.Date })

  const invited = SqlSchema.findOneOption({
    Request: Looked,
    Result: Invited,
    execute: ({ digest, now }) => sql`
      SELECT i.workspace_id, i.id, i.name, i.email, i.role
      FROM member_links l JOIN member_invitations i ON i.id = l.invitation_id
      WHERE l.digest = ${digest} AND l.expires_at > ${now} AND i.expires_at > ${now} AND i.ended_at IS NULL`,
  })
  const forgetful = SqlSchema.findOneOption({
    Request: Looked,
    Result: Forgetful,
    execute: ({ digest, now }) => sql`
      SELECT m.workspace_id, m.id, m.name, m.email, m.role
      FROM member_links l JOIN members m ON m.id = l.member_id
      WHERE l.digest = ${digest} AND l.expires_at > ${now} AND m.deactivated_at IS NULL`,
  })

  const look = <A>(
    find: (by: typeof Looked.Type) => Effect.Effect<Option.Option<A>, unknown>,
    secret: Redacted.Redacted,
  ) =>
    Effect.gen(function* () {
      const digest = yield* Effect.provideService(Secret.digest(secret), Crypto.Crypto, crypto)
      const now = new Date(yield* Clock.currentTimeMillis)
      const found = yield* Effect.orDie(Tenancy.across(find({ digest, now })))
      return Option.getOrNull(found) ?? (yield* new LinkGone())
    })

  return {
    /** Makes a link, in the caller's transaction or by itself; its secret is returned this once. */
    issue: (workspaceId: string, purpose: Purpose, expiresAt: number) =>
      Effect.gen(function* () {
        const { secret, digest } = yield* Secret.make
        const now = new Date(yield* Clock.currentTimeMillis)
        yield* sql`DELETE FROM member_links WHERE workspace_id = ${workspaceId} AND expires_at <= ${now}`
        yield* sql`INSERT INTO member_links ${sql.insert({ digest, workspaceId, ...purpose, expiresAt: new Date(expiresAt) })}`
        return secret
      }).pipe(Effect.orDie, Effect.provideService(Crypto.Crypto, crypto)),
    /** Who is invited by this link. */
    invited: (secret: Redacted.Redacted) => look(invited, secret),
    /** Whose password this link sets. */
    forgetful: (secret: Redacted.Redacted) => look(forgetful, secret),
    /** Uses a link to a password up, and every other of its member: for one of those who come at once. */
    use: (workspaceId: string, memberId: string, secret: Redacted.Redacted) =>
      Effect.gen(function* () {
        const digest = yield* Effect.provideService(Secret.digest(secret), Crypto.Crypto, crypto)
        const used = yield* sql`
          DELETE FROM member_links WHERE workspace_id = ${workspaceId} AND member_id = ${memberId} AND digest = ${digest}
          RETURNING digest`
        if (used.length === 0) return yield* new LinkGone()
        yield* sql`DELETE FROM member_links WHERE workspace_id = ${workspaceId} AND member_id = ${memberId}`
      }).pipe(Effect.catchTag("SqlError", Effect.die)),
  }
})
