import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { isAddress } from "../Mailer/MailAddress.ts"
import { type ApiKey, Member, Members, NotSignedIn, SignInRefused, TooManyAttempts, sessionCookie } from "../Members.ts"
import { Kdf } from "../platform/Crypto.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { RateLimits } from "../RateLimits.ts"
import * as Secret from "../Secret.ts"

/** The layer of `Members` over the database. */
export const layer = Layer.effect(
  Members,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const limits = yield* RateLimits
    const services = Context.pick(Crypto.Crypto, Kdf.Kdf)(yield* Effect.context<Crypto.Crypto | Kdf.Kdf>())

    const byEmail = SqlSchema.findOneOption({
      Request: Schema.String,
      Result: Schema.Struct({ ...Member.fields, passwordHash: Schema.String }),
      execute: (email) => sql`
        SELECT id, workspace_id, name, email, password_hash FROM members WHERE lower(email) = lower(${email})`,
    })
    const byDigest = SqlSchema.findOneOption({
      Request: Schema.Struct({ digest: Schema.String, now: Schema.Date }),
      Result: Member,
      execute: ({ digest, now }) => sql`
        SELECT m.id, m.workspace_id, m.name, m.email FROM member_sessions s JOIN members m ON m.id = s.member_id
        WHERE s.digest = ${digest} AND s.expires_at > ${now}`,
    })
    const keyById = SqlSchema.findOneOption({
      Request: Schema.String,
      Result: Schema.Struct({ ...Member.fields, digest: Schema.String }),
      execute: (id) => sql`
        SELECT m.id, m.workspace_id, m.name, m.email, k.digest FROM api_keys k JOIN members m ON m.id = k.member_id
        WHERE k.id = ${id} AND k.revoked_at IS NULL`,
    })
    const keysOf = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, memberId: Schema.String }),
      Result: Schema.Struct({
        id: Schema.String,
        name: Schema.String,
        createdAt: Schema.Date,
        lastUsedAt: Schema.NullOr(Schema.Date),
      }),
      execute: ({ workspaceId, memberId }) => sql`
        SELECT id, name, created_at, last_used_at FROM api_keys
        WHERE workspace_id = ${workspaceId} AND member_id = ${memberId} AND revoked_at IS NULL ORDER BY created_at`,
    })
    const find = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
      Result: Member,
      execute: ({ workspaceId, id }) => sql`
        SELECT id, workspace_id, name, email FROM members WHERE workspace_id = ${workspaceId} AND id = ${id}`,
    })

    const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

    const openSession = (member: Member) =>
      Effect.gen(function* () {
        const { secret, digest } = yield* Secret.make
        const createdAt = yield* now
        const expiresAt = new Date(createdAt.getTime() + sessionCookie.seconds * 1000)
        yield* sql`INSERT INTO member_sessions ${sql.insert({
          digest,
          workspaceId: member.workspaceId,
          memberId: member.id,
          createdAt,
          expiresAt,
        })}`
        return secret
      }).pipe(Effect.orDie, Effect.provideContext(services))

    /** Guessing is slow for one address, and from one place (ASVS 6.3.1): so many wrong passwords, and then a wait. */
    const wrongPasswords = (email: string, from: string) => [
      // the place first: whoever has used theirs up cannot use up somebody's address
      { key: `sign-in from ${from}`, times: 50 },
      { key: `sign-in as ${email.toLowerCase()}`, times: 10 },
    ]

    const signIn: Members["Service"]["signIn"] = (email, password, from) =>
      Effect.gen(function* () {
        const counted = wrongPasswords(email, from)
        yield* Effect.forEach(counted, ({ key, times }) => limits.take(key, { times, seconds: 900 })).pipe(
          Effect.mapError(({ retryAfterSeconds }) => new TooManyAttempts({ retryAfterSeconds })),
        )
        const found = isAddress(email) ? Option.getOrNull(yield* Effect.orDie(byEmail(email))) : null
        if (!(yield* Secret.isPassword(password, found?.passwordHash ?? null)) || found === null) {
          return yield* new SignInRefused()
        }
        // counted beforehand, so that guesses at once count too; this one was not wrong
        yield* Effect.forEach(counted, ({ key }) => limits.giveBack(key))
        return yield* openSession(found)
      }).pipe(Effect.provideContext(services))

    const byKey = (key: Redacted.Redacted) =>
      Effect.gen(function* () {
        const [, id, secret] = /^(rq_[A-Za-z0-9]{8})_([A-Za-z0-9_-]{43})$/.exec(Redacted.value(key)) ?? []
        const found = id === undefined ? null : Option.getOrNull(yield* Effect.orDie(keyById(id)))
        const presented = yield* Secret.digest(Redacted.make(secret ?? ""))
        if (found === null || !Crypto.timingSafeEqual(presented, found.digest)) return yield* new NotSignedIn()
        yield* sql`UPDATE api_keys SET last_used_at = ${yield* now} WHERE id = ${id}`.pipe(Effect.orDie)
        return { id: found.id, workspaceId: found.workspaceId, name: found.name, email: found.email }
      }).pipe(Effect.provideContext(services))

    return Members.of({
      signIn,
      openSession,
      bySession: (secret) =>
        Effect.gen(function* () {
          const digest = yield* Secret.digest(secret)
          const member = Option.getOrNull(yield* Effect.orDie(byDigest({ digest, now: yield* now })))
          return member ?? (yield* new NotSignedIn())
        }).pipe(Effect.provideContext(services)),
      signOut: (secret) =>
        Effect.flatMap(
          Secret.digest(secret),
          (digest) => sql`DELETE FROM member_sessions WHERE digest = ${digest}`,
        ).pipe(Effect.orDie, Effect.asVoid, Effect.provideContext(services)),
      createKey: (member, name) =>
        Effect.gen(function* () {
          const id = `rq_${(yield* Crypto.uuid).replaceAll("-", "").slice(0, 8)}`
          const { secret, digest } = yield* Secret.make
          const createdAt = yield* now
          const { workspaceId, id: memberId } = member
          yield* sql`INSERT INTO api_keys ${sql.insert({ id, workspaceId, memberId, name, digest, createdAt })}`
          const key: ApiKey = { id, name, createdAt: createdAt.getTime(), lastUsedAt: null }
          return { key, secret: Redacted.make(`${id}_${Redacted.value(secret)}`) }
        }).pipe(Effect.orDie, Effect.provideContext(services)),
      keys: ({ workspaceId, id }) =>
        Effect.map(keysOf({ workspaceId, memberId: id }), (keys) =>
          keys.map(({ createdAt, lastUsedAt, ...key }): ApiKey => ({
            ...key,
            createdAt: createdAt.getTime(),
            lastUsedAt: lastUsedAt?.getTime() ?? null,
          })),
        ).pipe(Effect.orDie),
      revokeKey: ({ workspaceId, id: memberId }, id) =>
        Effect.flatMap(
          now,
          (at) => sql`
            UPDATE api_keys SET revoked_at = ${at}
            WHERE workspace_id = ${workspaceId} AND member_id = ${memberId} AND id = ${id}`,
        ).pipe(Effect.orDie, Effect.asVoid),
      byKey,
      find: (workspaceId, id) => Effect.map(Effect.orDie(find({ workspaceId, id })), Option.getOrNull),
    })
  }),
)
