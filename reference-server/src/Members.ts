/**
 * Members: the people of the firm, their sessions and their API keys. Passwords are kept as Argon2id, session secrets and
 * keys as SHA-256; each secret is shown once, where it is made (security.md S10, S14).
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

export const Member = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  name: Schema.String,
  email: Schema.String,
})
export type Member = typeof Member.Type

/** A key for scripts. `id` is its public part, `rq_` and eight letters; the secret part is not kept. */
export const ApiKey = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  /** Milliseconds since the epoch. */
  createdAt: Schema.Int,
  lastUsedAt: Schema.NullOr(Schema.Int),
})
export type ApiKey = typeof ApiKey.Type

/** Wrong address or wrong password: never says which. */
export class SignInRefused extends Schema.TaggedError<SignInRefused>()("SignInRefused", {}) {}
/** Too many wrong passwords for this address or from this place: wait. */
export class TooManyAttempts extends Schema.TaggedError<TooManyAttempts>()("TooManyAttempts", {
  retryAfterSeconds: Schema.Int,
}) {}
/** No session or key, or one that does not hold. */
export class NotSignedIn extends Schema.TaggedError<NotSignedIn>()("NotSignedIn", {}) {}

/** The cookie that keeps a member signed in, and how long: as long as the session itself. */
export const sessionCookie = { name: "rq-member", seconds: 14 * 86_400 }

export class Members extends Context.Service<
  Members,
  {
    /** Checks a password and opens a session; the secret goes into the cookie. `from` is the address of the caller. */
    signIn(
      email: string,
      password: Redacted.Redacted,
      from: string,
    ): Effect.Effect<Redacted.Redacted, SignInRefused | TooManyAttempts>
    /** Opens a session for a member who has just been made. */
    openSession(member: Member): Effect.Effect<Redacted.Redacted>
    bySession(secret: Redacted.Redacted): Effect.Effect<Member, NotSignedIn>
    signOut(secret: Redacted.Redacted): Effect.Effect<void>
    /** Makes a key; the whole key (`rq_id_secret`) is returned this once. */
    createKey(member: Member, name: string): Effect.Effect<{ readonly key: ApiKey; readonly secret: Redacted.Redacted }>
    keys(member: Member): Effect.Effect<ReadonlyArray<ApiKey>>
    revokeKey(member: Member, id: string): Effect.Effect<void>
    byKey(key: Redacted.Redacted): Effect.Effect<Member, NotSignedIn>
    /** A member of a workspace, by id; null when there is none. */
    find(workspaceId: string, id: string): Effect.Effect<Member | null>
  }
>()("@requite/reference-server/Members") {}
