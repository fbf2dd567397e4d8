/**
 * The portal: where a contact of the firm who wants to logs in and finds everything that was asked of them. A login is an
 * offer: whoever has a link needs none (K48). It is a contact's (K49), proved by a mail to the address that the firm has of
 * them, which is where requests go (K30); of each firm its own.
 *
 * Words: an *account* is a contact who has set a password; it counts only while the address that was proved is still the
 * contact's, the contact is not deleted (K50), and the firm has not *turned it off*. A *session* is one browser that is logged
 * in, with the *proof* it gave: a password, or a passkey (S36). Its *factor* is what it gave beyond what the mailbox can get: a
 * code that went to their mobile, or a passkey that was made in a session which had given such a factor itself. A passkey made
 * with a password alone lets in like the password, and counts for no more.
 *
 *   never said    whether an address is a contact's: every answer to a stranger is one page, after the same time (L27)
 *   kept          a password as Argon2id, secrets of sessions and links as SHA-256, of a passkey the public half
 *   limits        a session ends an hour after its last use and twelve hours after it began; a mailed link after an hour
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Member, SignInRefused, TooManyAttempts } from "./Members.ts"
import type { LinkGone } from "./Members/Links.ts"

export const idleMillis = 3_600_000
export const absoluteMillis = 12 * 3_600_000
/** How long a mailed link proves an address. */
export const linkMillis = 3_600_000
/** How many passkeys one person may have. */
export const mostPasskeys = 10

/** Where a firm's portal is, under the server's own address: to be bookmarked, and put on the firm's site (K29). */
export const pathOf = (workspaceId: string): string => `/portal/${workspaceId}`

/** The cookie of a session. Of each firm its own: who is a contact of two is logged in at both. */
export const cookieOf = (workspaceId: string) => ({
  name: `rq-portal-${workspaceId.slice(0, 8)}`,
  seconds: absoluteMillis / 1000,
})

/** What a session was opened by. */
export const Proof = Schema.Literals(["password", "passkey"])
export type Proof = typeof Proof.Type

/** A second factor that a session gave: a code to the mobile, in a request that was entered from it, or a passkey. */
export const Factor = Schema.Literals(["code", "passkey"])
export type Factor = typeof Factor.Type

/** A contact who may log in, as they are now. */
export const Account = Schema.Struct({
  workspaceId: Schema.String,
  /** The contact's id, which is the account's. */
  contact: Schema.String,
  name: Schema.String,
  email: Schema.String,
  /** BCP 47. */
  language: Schema.String,
})
export type Account = typeof Account.Type

/** A browser that is logged in. */
export interface Session {
  readonly account: Account
  /** What is kept of its secret: names it in our tables. */
  readonly digest: string
  readonly proof: Proof
  /** Null: none. */
  readonly factor: Factor | null
  /** When they had logged in the time before; null: never. Milliseconds since the epoch, as all instants here. */
  readonly before: number | null
}

/** Nobody is logged in, or not any more. */
export class NotLoggedIn extends Schema.TaggedError<NotLoggedIn>()("NotLoggedIn", {}) {}

/** What somebody who logs in has just given; it has to hold still when the session is opened. */
export type Given =
  /** As it was kept when it was compared. */
  | { readonly proof: "password"; readonly hash: string }
  | { readonly proof: "passkey"; readonly id: string; /** It is a second factor. */ readonly isStrong: boolean }

/** Whom a mailed link is for. */
export interface Invited extends Account {
  /** There is a password already, which the link replaces. */
  readonly hasPassword: boolean
}

/** How a contact's login stands, as the firm sees it. */
export interface Login {
  /** `none`: never made, or made with another address than the contact has now. */
  readonly state: "none" | "on" | "off"
  readonly madeAt: number | null
  readonly lastLoginAt: number | null
  readonly turnedOffAt: number | null
  readonly passkeys: number
  /** Browsers that are logged in now. */
  readonly sessions: number
}

export class Portal extends Context.Service<
  Portal,
  {
    /** Has the firm a portal? It has, unless it closed it. Of a firm that there is not: no. */
    isOpen(workspaceId: string): Effect.Effect<boolean>
    /** Opens or closes it. Closed, nobody is let in, and no session holds. */
    setOpen(member: Member, isOpen: boolean): Effect.Effect<void>

    /** Mails a link that sets a password, if the address is a contact's; three an hour for an address. Says nothing. */
    askForLink(workspaceId: string, email: string, from: string): Effect.Effect<void, TooManyAttempts>
    /** Whom a link is for. Changes nothing. */
    look(workspaceId: string, token: Redacted.Redacted): Effect.Effect<Invited, LinkGone>
    /**
     * Sets the password by a link, once, and makes the account where there is none. All its sessions end, its passkeys go, and a
     * new session begins; its secret goes into the cookie.
     */
    setPassword(
      workspaceId: string,
      token: Redacted.Redacted,
      password: Redacted.Redacted,
    ): Effect.Effect<Redacted.Redacted, LinkGone>
    /** Checks a password and opens a session; the secret goes into the cookie. */
    logIn(
      workspaceId: string,
      who: { readonly email: string; readonly password: Redacted.Redacted; readonly from: string },
    ): Effect.Effect<Redacted.Redacted, SignInRefused | TooManyAttempts>
    /** Opens a session for who has proved who they are. Fails where the account was turned off, or that changed, meanwhile. */
    openSession(account: Account, given: Given): Effect.Effect<Redacted.Redacted, NotLoggedIn>
    bySession(workspaceId: string, secret: Redacted.Redacted): Effect.Effect<Session, NotLoggedIn>
    /** Ends it, and every request that it opened. */
    logOut(session: Session): Effect.Effect<void>
    /** Ends all sessions of the account, and every request that they opened. */
    logOutEverywhere(session: Session): Effect.Effect<void>
    /** Is this the password of who is logged in? Ten wrong ones in a quarter of an hour. */
    confirm(session: Session, password: Redacted.Redacted): Effect.Effect<void, SignInRefused | TooManyAttempts>
    /** Changes one's own, knowing the old one. All sessions but this one end. */
    changePassword(
      session: Session,
      passwords: { readonly old: Redacted.Redacted; readonly fresh: Redacted.Redacted },
    ): Effect.Effect<void, SignInRefused | TooManyAttempts>

    /** What the firm sees of a contact's login. */
    loginOf(workspaceId: string, contact: string): Effect.Effect<Login>
    /** The contact can log in no more, and make no login, until it is turned on again. Sessions end at once. */
    turnOff(member: Member, contact: string): Effect.Effect<void>
    /** They can log in again, with the password and the passkeys they had. */
    turnOn(member: Member, contact: string): Effect.Effect<void>
  }
>()("@requite/reference-server/Portal") {}
