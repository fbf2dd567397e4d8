/**
 * Invitations to become a member: by an administrator, with a role, as a mail with a one-time link that works for seven
 * days. Whoever opens it and sets a password is a member. An address that has an account with another firm of this server
 * is invited like any other: only its owner, at the link, is told that it cannot be used twice.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type Member, Role, type TooManyAttempts } from "../Members.ts"
import type { Invited, LinkGone } from "./Links.ts"

/** One that waits, or that is over because nobody came. */
export const Invitation = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  email: Schema.String,
  role: Role,
  /** Milliseconds since the epoch. */
  createdAt: Schema.Int,
  expiresAt: Schema.Int,
  /** What became of its latest mail: `queued`, `handed-over`, `failed` or `dropped`. */
  mail: Schema.String,
})
export type Invitation = typeof Invitation.Type

/** There is no such invitation that waits. */
export class InvitationNotFound extends Schema.TaggedError<InvitationNotFound>()("InvitationNotFound", {}) {}
/** This address is a member here already, or was one, or is invited already. Nothing changed. */
export class InvitationRefused extends Schema.TaggedError<InvitationRefused>()("InvitationRefused", {
  code: Schema.Literals(["already-member", "left", "already-invited"]),
}) {}
/** Another account of this server has the address: it signs in there. */
export class AddressTaken extends Schema.TaggedError<AddressTaken>()("AddressTaken", {}) {}

export interface NewInvitation {
  readonly name: string
  readonly email: string
  readonly role: Role
}

export class Invitations extends Context.Service<
  Invitations,
  {
    /** Invites; the caller has checked that the address is one. At most 100 mails of a workspace in 24 hours. */
    invite(by: Member, person: NewInvitation): Effect.Effect<Invitation, InvitationRefused | TooManyAttempts>
    /** Those that were not used or revoked, newest first. */
    waiting(workspaceId: string): Effect.Effect<ReadonlyArray<Invitation>>
    /** Another mail with another link, for seven days from now; the links before it end. */
    resend(by: Member, id: string): Effect.Effect<Invitation, InvitationNotFound | TooManyAttempts>
    /** Its links stop working at once. */
    revoke(by: Member, id: string): Effect.Effect<void, InvitationNotFound>
    /** Who is invited by a link. Changes nothing. */
    look(secret: Redacted.Redacted): Effect.Effect<Invited, LinkGone>
    /** Makes the member, once. The caller has checked the name and the password. */
    accept(
      secret: Redacted.Redacted,
      person: { readonly name: string; readonly password: Redacted.Redacted },
    ): Effect.Effect<Member, LinkGone | AddressTaken>
  }
>()("@requite/reference-server/Members/Invitations") {}
