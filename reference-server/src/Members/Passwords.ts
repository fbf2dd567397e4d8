/**
 * Passwords of members: changing one's own, and setting a new one by a link that was mailed or that the operator made.
 * Whenever a password changes, the other sessions end. Asking for a mail is answered alike whether or not the address is
 * anybody's, and takes as long.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { isAddress } from "../Mailer/MailAddress.ts"
import { type Member, SignInRefused, type TooManyAttempts } from "../Members.ts"
import { Kdf } from "../platform/Crypto.ts"
import { SqlClient } from "../platform/Sql.ts"
import { RateLimits } from "../RateLimits.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as attempts from "./attempts.ts"
import * as Letters from "./Letters.ts"
import * as Links from "./Links.ts"

/** Nobody who can sign in has this address. For the operator alone. */
export class NobodyThere extends Schema.TaggedError<NobodyThere>()("NobodyThere", {}) {}

export class Passwords extends Context.Service<
  Passwords,
  {
    /** Mails a link that sets a new password, if the address is a member's; three times an hour for an address. */
    forgotten(email: string, from: string): Effect.Effect<void, TooManyAttempts>
    /** Whose password a link sets. Changes nothing. */
    look(secret: Redacted.Redacted): Effect.Effect<Links.Forgetful, Links.LinkGone>
    /** Sets a new password by a link, once. Every session of the member ends; keys stay. */
    reset(secret: Redacted.Redacted, password: Redacted.Redacted): Effect.Effect<Member, Links.LinkGone>
    /** Changes one's own, knowing the old one. All sessions but this one end. */
    change(
      member: Member,
      session: Redacted.Redacted,
      passwords: { readonly old: Redacted.Redacted; readonly fresh: Redacted.Redacted },
    ): Effect.Effect<void, SignInRefused | TooManyAttempts>
    /** A link for a member of any workspace, without a mail, that works for so long: for the operator of the server. */
    linkFor(email: string, millis: number): Effect.Effect<Redacted.Redacted, NobodyThere>
  }
>()("@requite/reference-server/Members/Passwords") {}

export const layer = Layer.effect(
  Passwords,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const limits = yield* RateLimits
    const events = yield* WorkspaceEvents
    const links = yield* Links.make
    const letters = yield* Letters.make
    const services = Context.pick(Crypto.Crypto, Kdf.Kdf)(yield* Effect.context<Crypto.Crypto | Kdf.Kdf>())

    const note = (type: string, { workspaceId, id, name, email }: Member, by: string | null) =>
      events.add({ workspaceId, type, by, about: id, data: { name, email } })

    const write = Effect.fnUntraced(function* ({ workspaceId, id }: Member, passwordHash: string, kept: string) {
      yield* sql`UPDATE members SET password_hash = ${passwordHash} WHERE workspace_id = ${workspaceId} AND id = ${id}`
      yield* sql`DELETE FROM member_sessions
        WHERE workspace_id = ${workspaceId} AND member_id = ${id} AND digest <> ${kept}`
    })

    return Passwords.of({
      forgotten: (email, from) =>
        Effect.gen(function* () {
          yield* attempts.count(limits, `forgotten from ${from}`, { times: 20, seconds: 3600 })
          if (!isAddress(email)) return
          // who asks once more is answered the same: the mails that went out are enough
          yield* limits.take(`forgotten by ${email.toLowerCase()}`, { times: 3, seconds: 3600 }).pipe(
            Effect.andThen(letters.forgotten(email)),
            Effect.catchTag("RateLimited", () => Effect.void),
          )
        }),
      look: links.forgetful,
      reset: (secret, password) =>
        Effect.gen(function* () {
          const member = yield* links.forgetful(secret)
          const passwordHash = yield* Secret.hashPassword(password)
          yield* Effect.gen(function* () {
            yield* links.use(member.workspaceId, member.id, secret)
            yield* write(member, passwordHash, "")
            yield* note("PasswordReset", member, null)
          }).pipe(sql.withTransaction, Tenancy.within(member.workspaceId))
          return member
        }).pipe(Effect.catchTag("SqlError", Effect.die), Effect.provideContext(services)),
      change: (member, session, { old, fresh }) =>
        Effect.gen(function* () {
          const { workspaceId, id } = member
          const key = `password of ${id}`
          yield* attempts.count(limits, key, { times: 10, seconds: 900 })
          const [row] = yield* sql<{ passwordHash: string }>`
            SELECT password_hash FROM members WHERE workspace_id = ${workspaceId} AND id = ${id}`
          if (!(yield* Secret.isPassword(old, row?.passwordHash ?? null))) return yield* new SignInRefused()
          yield* limits.giveBack(key)
          const passwordHash = yield* Secret.hashPassword(fresh)
          const kept = yield* Secret.digest(session)
          yield* Effect.gen(function* () {
            yield* write(member, passwordHash, kept)
            // who asked for a link before has a password now
            yield* sql`DELETE FROM member_links WHERE workspace_id = ${workspaceId} AND member_id = ${id}`
            yield* note("PasswordChanged", member, id)
          }).pipe(sql.withTransaction)
        }).pipe(Effect.catchTag("SqlError", Effect.die), Effect.provideContext(services)),
      linkFor: (email, millis) =>
        Effect.gen(function* () {
          const [row] = yield* Tenancy.across(sql<Member>`
            SELECT id, workspace_id, name, email, role FROM members
            WHERE email_key = lower(${email}) AND deactivated_at IS NULL`)
          if (row === undefined) return yield* new NobodyThere()
          const until = (yield* Clock.currentTimeMillis) + millis
          return yield* Effect.gen(function* () {
            yield* note("PasswordLinkMade", row, null)
            return yield* links.issue(row.workspaceId, { memberId: row.id }, until)
          }).pipe(sql.withTransaction, Tenancy.within(row.workspaceId))
        }).pipe(Effect.catchTag("SqlError", Effect.die)),
    })
  }),
)
