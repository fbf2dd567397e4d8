/**
 * Members: the people of the firm, their sessions and their API keys. Passwords are kept as Argon2id, session secrets and
 * keys as SHA-256; each secret is shown once, where it is made (security.md S10, S14).
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** What a member may do: an administrator configures (settings, members, sending, …), a member works with requests. */
export const Role = Schema.Literals(["admin", "member"])
export type Role = typeof Role.Type

export const Member = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  name: Schema.String,
  email: Schema.String,
  role: Role,
})
export type Member = typeof Member.Type

/** A member as the list of them shows one. */
export interface Listed extends Member {
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Since when they cannot sign in; null: they can. */
  readonly deactivatedAt: number | null
}

/** A key for scripts. `id` is its public part, `rq_` and eight letters; the secret part is not kept. */
export const ApiKey = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  /** Milliseconds since the epoch. */
  createdAt: Schema.Int,
  lastUsedAt: Schema.NullOr(Schema.Int),
  /** It stops working then; null: it does not. */
  expiresAt: Schema.NullOr(Schema.Int),
  /** Until then the secret before this one works too (S14); null: there is none that does. */
  oldSecretUntil: Schema.NullOr(Schema.Int),
})
export type ApiKey = typeof ApiKey.Type

/** A session of a member, without its secret. */
export interface Session {
  readonly createdAt: number
  readonly expiresAt: number
  /** It is the one that asks. */
  readonly isThis: boolean
}

/** Wrong address or wrong password: never says which. */
export class SignInRefused extends Schema.TaggedError<SignInRefused>()("SignInRefused", {}) {}
/** Too many wrong passwords for this address or from this place: wait. */
export class TooManyAttempts extends Schema.TaggedError<TooManyAttempts>()("TooManyAttempts", {
  retryAfterSeconds: Schema.Int,
}) {}
/** No session or key, or one that does not hold. */
export class NotSignedIn extends Schema.TaggedError<NotSignedIn>()("NotSignedIn", {}) {}

/** There is no such key of this member that works. */
export class KeyNotFound extends Schema.TaggedError<KeyNotFound>()("KeyNotFound", {}) {}
/** There is no such member in this workspace. */
export class MemberNotFound extends Schema.TaggedError<MemberNotFound>()("MemberNotFound", {}) {}
/** This would leave the workspace without an administrator, or whoever asks is not one any more. Nothing changed. */
export class MemberRefused extends Schema.TaggedError<MemberRefused>()("MemberRefused", {
  code: Schema.Literals(["last-admin", "not-admin", "deactivated"]),
}) {}

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
    /** The sessions of a member that hold, newest first. */
    sessions(member: Member, current: Redacted.Redacted): Effect.Effect<ReadonlyArray<Session>>
    /** Ends every session of a member, but for the one that is named. */
    signOutEverywhere(member: Member, but: Redacted.Redacted | null): Effect.Effect<void>
    /** Makes a key; the whole key (`rq_id_secret`) is returned this once. */
    createKey(
      member: Member,
      name: string,
      options?: { readonly expiresAt?: number | null },
    ): Effect.Effect<{ readonly key: ApiKey; readonly secret: Redacted.Redacted }>
    /** Those that were not revoked. */
    keys(member: Member): Effect.Effect<ReadonlyArray<ApiKey>>
    /** Gives a key another secret; the one before it works for so many seconds more (S14). Two work at most. */
    rotateKey(
      member: Member,
      id: string,
      overlapSeconds: number,
    ): Effect.Effect<{ readonly key: ApiKey; readonly secret: Redacted.Redacted }, KeyNotFound>
    revokeKey(member: Member, id: string): Effect.Effect<void>
    byKey(key: Redacted.Redacted): Effect.Effect<Member, NotSignedIn>
    /** A member of a workspace, by id, also one who has left; null when there is none. */
    find(workspaceId: string, id: string): Effect.Effect<Member | null>
    /** The administrators who can sign in, longest there first: there is always one. */
    administrators(workspaceId: string): Effect.Effect<ReadonlyArray<Member>>
    /** Everybody, those too who left; longest there first. */
    list(workspaceId: string): Effect.Effect<ReadonlyArray<Listed>>
    /** Who is there for this member: they themselves, or an administrator when they have left; null: there is no such member. */
    inService(workspaceId: string, id: string): Effect.Effect<Member | null>
    /** The last administrator stays one, however many ask at once. */
    changeRole(by: Member, id: string, role: Role): Effect.Effect<void, MemberNotFound | MemberRefused>
    /** They cannot sign in any more; their sessions, keys and links end at once, and what they made stays. */
    deactivate(by: Member, id: string): Effect.Effect<void, MemberNotFound | MemberRefused>
    /** They can sign in again, with the password they had. Keys that ended stay so. */
    reactivate(by: Member, id: string): Effect.Effect<void, MemberNotFound | MemberRefused>
  }
>()("@requite/reference-server/Members") {}
