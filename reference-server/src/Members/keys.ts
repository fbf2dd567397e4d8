/**
 * API keys: a public id and a secret of which only the digest is kept (S14). A key that is rotated has two secrets until a
 * moment that was said: scripts can change over one after another.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type ApiKey, KeyNotFound, Member, type Members, NotSignedIn } from "../Members.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"

type Keys = Pick<Members["Service"], "createKey" | "keys" | "rotateKey" | "revokeKey" | "byKey">

const Row = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  createdAt: Schema.Date,
  lastUsedAt: Schema.NullOr(Schema.Date),
  expiresAt: Schema.NullOr(Schema.Date),
  previousUntil: Schema.NullOr(Schema.Date),
})

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const events = yield* WorkspaceEvents
  const crypto = yield* Crypto.Crypto

  const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))
  const columns = sql.literal("id, name, created_at, last_used_at, expires_at, previous_until")

  const byId = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: Schema.Struct({
      ...Member.fields,
      digest: Schema.String,
      previousDigest: Schema.NullOr(Schema.String),
      previousUntil: Schema.NullOr(Schema.Date),
      expiresAt: Schema.NullOr(Schema.Date),
    }),
    execute: (id) => sql`
      SELECT m.id, m.workspace_id, m.name, m.email, m.role, k.digest, k.previous_digest, k.previous_until, k.expires_at
      FROM api_keys k JOIN members m ON m.id = k.member_id
      WHERE k.id = ${id} AND k.revoked_at IS NULL AND m.deactivated_at IS NULL`,
  })
  const ofMember = SqlSchema.findAll({
    Request: Schema.Struct({ workspaceId: Schema.String, memberId: Schema.String }),
    Result: Row,
    execute: ({ workspaceId, memberId }) => sql`
      SELECT ${columns} FROM api_keys
      WHERE workspace_id = ${workspaceId} AND member_id = ${memberId} AND revoked_at IS NULL ORDER BY created_at`,
  })
  const rotated = SqlSchema.findOneOption({
    Request: Schema.Struct({
      member: Member,
      id: Schema.String,
      digest: Schema.String,
      until: Schema.Date,
      now: Schema.Date,
    }),
    Result: Row,
    execute: ({ member, id, digest, until, now }) => sql`
      UPDATE api_keys SET previous_digest = digest, previous_until = ${until}, digest = ${digest}
      WHERE workspace_id = ${member.workspaceId} AND member_id = ${member.id} AND id = ${id}
        AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})
      RETURNING ${columns}`,
  })

  const note = (type: string, { workspaceId, id: by }: Member, { id, name }: Pick<ApiKey, "id" | "name">) =>
    events.add({ workspaceId, type, by, about: id, data: { name } })

  const keys: Keys = {
    createKey: (member, name, { expiresAt = null } = {}) =>
      Effect.gen(function* () {
        const id = `rq_${(yield* Crypto.uuid).replaceAll("-", "").slice(0, 8)}`
        const { secret, digest } = yield* Secret.make
        const createdAt = yield* now
        const { workspaceId, id: memberId } = member
        const ends = expiresAt === null ? null : new Date(expiresAt)
        yield* sql`INSERT INTO api_keys ${sql.insert({ id, workspaceId, memberId, name, digest, createdAt, expiresAt: ends })}`
        yield* note("KeyMade", member, { id, name })
        const key = { id, name, createdAt: createdAt.getTime(), lastUsedAt: null, expiresAt, oldSecretUntil: null }
        return { key, secret: whole(id, secret) }
      }).pipe(sql.withTransaction, Effect.orDie, Effect.provideService(Crypto.Crypto, crypto)),
    keys: ({ workspaceId, id }) =>
      Effect.gen(function* () {
        const at = yield* now
        return (yield* ofMember({ workspaceId, memberId: id })).map((row) => view(row, at))
      }).pipe(Effect.orDie),
    rotateKey: (member, id, overlapSeconds) =>
      Effect.gen(function* () {
        const { secret, digest } = yield* Secret.make
        const at = yield* now
        const until = new Date(at.getTime() + overlapSeconds * 1000)
        const found = Option.getOrNull(yield* Effect.orDie(rotated({ member, id, digest, until, now: at })))
        if (found === null) return yield* new KeyNotFound()
        yield* note("KeyRotated", member, found)
        return { key: view(found, at), secret: whole(id, secret) }
      }).pipe(
        sql.withTransaction,
        Effect.catchTag("SqlError", Effect.die),
        Effect.provideService(Crypto.Crypto, crypto),
      ),
    revokeKey: (member, id) =>
      Effect.gen(function* () {
        const [found] = yield* sql<{ name: string }>`
          UPDATE api_keys SET revoked_at = ${yield* now}
          WHERE workspace_id = ${member.workspaceId} AND member_id = ${member.id} AND id = ${id} AND revoked_at IS NULL
          RETURNING name`
        if (found !== undefined) yield* note("KeyRevoked", member, { id, name: found.name })
      }).pipe(sql.withTransaction, Effect.orDie),
    byKey: (key) =>
      Effect.gen(function* () {
        const [, id, secret] = /^(rq_[A-Za-z0-9]{8})_([A-Za-z0-9_-]{43})$/.exec(Redacted.value(key)) ?? []
        const found = id === undefined ? null : Option.getOrNull(yield* Effect.orDie(Tenancy.across(byId(id))))
        const presented = yield* Secret.digest(Redacted.make(secret ?? ""))
        if (id === undefined || found === null) return yield* new NotSignedIn()
        const at = yield* now
        const { digest, previousDigest, previousUntil, expiresAt, ...member } = found
        const isCurrent = Crypto.timingSafeEqual(presented, digest)
        const isOld = Crypto.timingSafeEqual(presented, holds(previousUntil, at) ? (previousDigest ?? "") : "")
        if (!(isCurrent || isOld) || (expiresAt !== null && expiresAt <= at)) return yield* new NotSignedIn()
        yield* sql`UPDATE api_keys SET last_used_at = ${at} WHERE workspace_id = ${member.workspaceId} AND id = ${id}`.pipe(
          Effect.orDie,
          Tenancy.within(member.workspaceId),
        )
        return member
      }).pipe(Effect.provideService(Crypto.Crypto, crypto)),
  }
  return keys
})

const whole = (id: string, secret: Redacted.Redacted) => Redacted.make(`${id}_${Redacted.value(secret)}`)

const holds = (until: Date | null, at: Date): boolean => until !== null && until > at

const view = ({ createdAt, lastUsedAt, expiresAt, previousUntil, ...key }: typeof Row.Type, at: Date): ApiKey => ({
  ...key,
  createdAt: createdAt.getTime(),
  lastUsedAt: lastUsedAt?.getTime() ?? null,
  expiresAt: expiresAt?.getTime() ?? null,
  oldSecretUntil: holds(previousUntil, at) ? (previousUntil?.getTime() ?? null) : null,
})
