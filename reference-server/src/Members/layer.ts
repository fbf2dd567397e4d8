import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isAddress } from "../Mailer/MailAddress.ts"
import { Member, Members, NotSignedIn, SignInRefused, sessionCookie } from "../Members.ts"
import { Kdf } from "../platform/Crypto.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { RateLimits } from "../RateLimits.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"
import * as WorkspaceEvents from "../WorkspaceEvents.ts"
import * as attempts from "./attempts.ts"
import * as inviting from "./inviting.ts"
import * as keys from "./keys.ts"
import * as Passwords from "./Passwords.ts"
import * as staff from "./staff.ts"

const people = Layer.effect(
  Members,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const limits = yield* RateLimits
    const events = yield* WorkspaceEvents.WorkspaceEvents
    const services = Context.pick(Crypto.Crypto, Kdf.Kdf)(yield* Effect.context<Crypto.Crypto | Kdf.Kdf>())

    const byEmail = SqlSchema.findOneOption({
      Request: Schema.String,
      Result: Schema.Struct({ ...Member.fields, passwordHash: Schema.String }),
      execute: (email) => sql`
        SELECT id, workspace_id, name, email, role, password_hash FROM members
        WHERE email_key = lower(${email}) AND deactivated_at IS NULL`,
    })
    const byDigest = SqlSchema.findOneOption({
      Request: Schema.Struct({ digest: Schema.String, now: Schema.Date }),
      Result: Member,
      execute: ({ digest, now }) => sql`
        SELECT m.id, m.workspace_id, m.name, m.email, m.role FROM member_sessions s JOIN members m ON m.id = s.member_id
        WHERE s.digest = ${digest} AND s.expires_at > ${now} AND m.deactivated_at IS NULL`,
    })
    const sessionsOf = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, memberId: Schema.String, now: Schema.Date }),
      Result: Schema.Struct({ digest: Schema.String, createdAt: Schema.Date, expiresAt: Schema.Date }),
      execute: ({ workspaceId, memberId, now }) => sql`
        SELECT digest, created_at, expires_at FROM member_sessions
        WHERE workspace_id = ${workspaceId} AND member_id = ${memberId} AND expires_at > ${now}
        ORDER BY created_at DESC`,
    })

    const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

    const openSession = (member: Member) =>
      Effect.gen(function* () {
        const { secret, digest } = yield* Secret.make
        const createdAt = yield* now
        const expiresAt = new Date(createdAt.getTime() + sessionCookie.seconds * 1000)
        const { workspaceId, id: memberId } = member
        // those that are over go with the next one, so that they do not pile up
        yield* sql`DELETE FROM member_sessions
          WHERE workspace_id = ${workspaceId} AND member_id = ${memberId} AND expires_at <= ${createdAt}`
        // who left while they signed in has no session
        yield* sql`INSERT INTO member_sessions (digest, workspace_id, member_id, created_at, expires_at)
          SELECT ${digest}, workspace_id, id, ${createdAt}::timestamptz, ${expiresAt}::timestamptz FROM members
          WHERE workspace_id = ${workspaceId} AND id = ${memberId} AND deactivated_at IS NULL FOR SHARE`
        return secret
      }).pipe(sql.withTransaction, Effect.orDie, Effect.provideContext(services), Tenancy.within(member.workspaceId))

    /** Guessing is slow for one address, and from one place (ASVS 6.3.1): so many wrong passwords, and then a wait. */
    const wrongPasswords = (email: string, from: string) => [
      // the place first: whoever has used theirs up cannot use up somebody's address
      { key: `sign-in from ${from}`, times: 50 },
      { key: `sign-in as ${email.toLowerCase()}`, times: 10 },
    ]

    const signIn: Members["Service"]["signIn"] = (email, password, from) =>
      Effect.gen(function* () {
        const counted = wrongPasswords(email, from)
        yield* Effect.forEach(counted, ({ key, times }) => attempts.count(limits, key, { times, seconds: 900 }))
        const found = isAddress(email) ? Option.getOrNull(yield* Effect.orDie(Tenancy.across(byEmail(email)))) : null
        if (!(yield* Secret.isPassword(password, found?.passwordHash ?? null)) || found === null) {
          return yield* new SignInRefused()
        }
        // counted beforehand, so that guesses at once count too; this one was not wrong
        yield* Effect.forEach(counted, ({ key }) => limits.giveBack(key))
        return yield* openSession(found)
      }).pipe(Effect.provideContext(services))

    return Members.of({
      ...(yield* keys.make),
      ...(yield* staff.make),
      signIn,
      openSession,
      bySession: (secret) =>
        Effect.gen(function* () {
          const digest = yield* Secret.digest(secret)
          const found = yield* Effect.orDie(Tenancy.across(byDigest({ digest, now: yield* now })))
          return Option.getOrNull(found) ?? (yield* new NotSignedIn())
        }).pipe(Effect.provideContext(services)),
      signOut: (secret) =>
        Effect.flatMap(
          Secret.digest(secret),
          (digest) => sql`DELETE FROM member_sessions WHERE digest = ${digest}`,
        ).pipe(Effect.orDie, Effect.asVoid, Effect.provideContext(services), Tenancy.across),
      sessions: ({ workspaceId, id }, current) =>
        Effect.gen(function* () {
          const digest = yield* Secret.digest(current)
          const rows = yield* sessionsOf({ workspaceId, memberId: id, now: yield* now })
          return rows.map((row) => ({
            createdAt: row.createdAt.getTime(),
            expiresAt: row.expiresAt.getTime(),
            isThis: Crypto.timingSafeEqual(row.digest, digest),
          }))
        }).pipe(Effect.orDie, Effect.provideContext(services)),
      signOutEverywhere: ({ workspaceId, id, name, email }, but) =>
        Effect.gen(function* () {
          const kept = but === null ? "" : yield* Secret.digest(but)
          yield* sql`DELETE FROM member_sessions
            WHERE workspace_id = ${workspaceId} AND member_id = ${id} AND digest <> ${kept}`
          yield* events.add({ workspaceId, type: "SessionsEnded", by: id, about: id, data: { name, email } })
        }).pipe(sql.withTransaction, Effect.orDie, Effect.provideContext(services)),
    })
  }),
)

/** `Members`, `Invitations`, `Passwords` and `WorkspaceEvents` over the database. */
export const layer = Layer.mergeAll(people, inviting.layer, Passwords.layer).pipe(
  Layer.provideMerge(WorkspaceEvents.layer),
)
