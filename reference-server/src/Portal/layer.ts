/** The layer of `Portal` over the database. */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { isUuid } from "../Database/Uuid.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import { type Member, SignInRefused } from "../Members.ts"
import * as attempts from "../Members/attempts.ts"
import { LinkGone } from "../Members/Links.ts"
import { Kdf } from "../platform/Crypto.ts"
import { type Account, type Given, type Login, NotLoggedIn, Portal } from "../Portal.ts"
import { RateLimits } from "../RateLimits.ts"
import { CustomerLimits } from "../RateLimits/Customers.ts"
import * as Place from "../RateLimits/Place.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as Letters from "./Letters.ts"
import * as statements from "./sql.ts"

const none: Login = { state: "none", madeAt: null, lastLoginAt: null, turnedOffAt: null, passkeys: 0, sessions: 0 }

/** A session's use is noted not at every page: a minute more or less does not matter, a write does. */
const worthNoting = 60_000

export const layer = Layer.effect(
  Portal,
  Effect.gen(function* () {
    const rows = yield* statements.make
    const { sql } = rows
    const limits = yield* RateLimits
    const customers = yield* CustomerLimits
    const events = yield* WorkspaceEvents
    const letters = yield* Letters.queue
    const services = Context.pick(Crypto.Crypto, Kdf.Kdf)(yield* Effect.context<Crypto.Crypto | Kdf.Kdf>())
    const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

    // whom it is about by the contact alone: events are never changed, and who was erased must not be in them (S76)
    const note = (type: string, { workspaceId, contact }: Account, data: Record<string, string> = {}) =>
      events.add({ workspaceId, type, by: null, about: contact, data })
    const noteBy = ({ workspaceId, id }: Member, type: string, contact: string) =>
      events.add({ workspaceId, type, by: id, about: contact, data: {} })

    /** Runs for a workspace that an address names: one transaction, with what cryptography needs. */
    const inside =
      (workspaceId: string) =>
      <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        effect.pipe(Effect.provideContext(services), Tenancy.within(workspaceId))
    const together = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.catchTag(sql.withTransaction(effect), "SqlError", Effect.die)

    /** Is what they gave still theirs? */
    const holds = ({ workspaceId, contact }: Account, given: Given, passwordHash: string) =>
      given.proof === "password"
        ? Effect.succeed(given.hash === passwordHash)
        : Effect.map(
            sql`SELECT 1 FROM portal_passkeys
              WHERE workspace_id = ${workspaceId} AND contact_id = ${contact} AND id = ${given.id}`,
            (found) => found.length > 0,
          )

    const openSession: Portal["Service"]["openSession"] = (account, given) =>
      Effect.gen(function* () {
        const { workspaceId, contact } = account
        const { proof } = given
        const { secret, digest } = yield* Secret.make
        const at = yield* now
        // turned off, another address or another password while they logged in: then nobody is
        const known = yield* rows.locked({ workspaceId, contact })
        if (known === null || !(yield* holds(account, given, known.passwordHash))) return yield* new NotLoggedIn()
        const isStrong = given.proof === "passkey" && given.isStrong
        // those that are over go with the next one, so that they do not pile up
        yield* sql`DELETE FROM portal_sessions WHERE workspace_id = ${workspaceId} AND contact_id = ${contact}
          AND created_at < ${new Date(at.getTime() - 7 * 86_400_000)}`
        const session = { digest, workspaceId, contactId: contact, proof, isStrong, createdAt: at, lastUsedAt: at }
        yield* sql`INSERT INTO portal_sessions ${sql.insert({ ...session, beforeAt: known.lastLoginAt })}`
        yield* sql`UPDATE portal_accounts SET last_login_at = ${at}
          WHERE workspace_id = ${workspaceId} AND contact_id = ${contact}`
        yield* note("PortalLoggedIn", account, { proof })
        return secret
      }).pipe(together, inside(account.workspaceId))

    /**
     * Guessing is slow from one place, for one address, and for many addresses from many places; in this order, so that who has used up
     * their own tries uses up nobody else's.
     */
    const wrongPasswords = (workspaceId: string, email: string, from: string) => [
      { key: `portal from ${Place.ofAddress(from)}`, limit: { times: 50, seconds: 900 } },
      { key: `portal ${workspaceId} as ${email.toLowerCase()}`, limit: { times: 10, seconds: 900 } },
      ...customers.atDoor("password", workspaceId),
    ]

    const confirm: Portal["Service"]["confirm"] = ({ account: { workspaceId, contact } }, password) =>
      Effect.gen(function* () {
        const key = `portal password of ${contact}`
        yield* attempts.count(limits, key, { times: 10, seconds: 900 })
        const known = yield* rows.byContact({ workspaceId, contact })
        if (!(yield* Secret.isPassword(password, known?.passwordHash ?? null))) return yield* new SignInRefused()
        yield* limits.giveBack(key)
      }).pipe(inside(workspaceId))

    const ended = (account: Account, session: string | null) =>
      rows.close(account.workspaceId, account.contact, session).pipe(together, inside(account.workspaceId))

    return Portal.of({
      isOpen: (workspaceId) =>
        isUuid(workspaceId)
          ? sql<{ isOpen: boolean }>`
              SELECT coalesce(p.is_open, true) AS is_open FROM workspaces w LEFT JOIN portals p ON p.workspace_id = w.id
              WHERE w.id = ${workspaceId}`.pipe(
              Effect.map(([row]) => row?.isOpen === true),
              Effect.orDie,
              Tenancy.within(workspaceId),
            )
          : Effect.succeed(false),
      setOpen: ({ workspaceId, id }, isOpen) =>
        Effect.gen(function* () {
          yield* sql`INSERT INTO portals ${sql.insert({ workspaceId, isOpen })}
            ON CONFLICT (workspace_id) DO UPDATE SET is_open = excluded.is_open`
          // whoever is in is out at once, and out of the requests that were entered from there
          if (!isOpen) yield* rows.close(workspaceId, null, null)
          const type = isOpen ? "PortalOpened" : "PortalClosed"
          yield* events.add({ workspaceId, type, by: id, about: null, data: {} })
        }).pipe(together, inside(workspaceId)),

      askForLink: (workspaceId, given, from) =>
        Effect.gen(function* () {
          yield* attempts.countAll(limits, [
            { key: `portal link from ${Place.ofAddress(from)}`, limit: { times: 20, seconds: 3600 } },
            ...customers.atDoor("link", workspaceId),
          ])
          const email = given.trim()
          if (!isAddress(email)) return
          // who asks once more is answered the same: the mails that went out are enough
          yield* limits.take(`portal link ${workspaceId} ${email.toLowerCase()}`, { times: 3, seconds: 3600 }).pipe(
            Effect.andThen(
              Effect.flatMap(Crypto.uuid, (id) => Effect.orDie(letters.offer({ workspaceId, email }, { id }))),
            ),
            Effect.asVoid,
            Effect.catchTag("RateLimited", () => Effect.void),
          )
        }).pipe(inside(workspaceId)),
      look: (workspaceId, token) =>
        Effect.gen(function* () {
          const found = yield* rows.byLink({ workspaceId, digest: yield* Secret.digest(token), now: yield* now })
          return found ?? (yield* new LinkGone())
        }).pipe(inside(workspaceId)),
      setPassword: (workspaceId, token, password) =>
        Effect.gen(function* () {
          const digest = yield* Secret.digest(token)
          const passwordHash = yield* Secret.hashPassword(password)
          return yield* Effect.gen(function* () {
            const at = yield* now
            const found = yield* rows.byLink({ workspaceId, digest, now: at })
            if (found === null) return yield* new LinkGone()
            const { hasPassword, ...account } = found
            // before their sessions, in the order of whoever removes a contact or changes the address
            yield* sql`SELECT 1 FROM contacts WHERE workspace_id = ${workspaceId} AND id = ${found.contact} FOR SHARE`
            // for one of those who come at once
            const used = yield* sql`DELETE FROM portal_links
              WHERE workspace_id = ${workspaceId} AND digest = ${digest} RETURNING digest`
            if (used.length === 0) return yield* new LinkGone()
            const { contact, email } = account
            yield* sql`INSERT INTO portal_accounts (contact_id, workspace_id, email_key, password_hash, created_at)
              VALUES (${contact}, ${workspaceId}, lower(${email}), ${passwordHash}, ${at})
              ON CONFLICT (contact_id) DO UPDATE SET email_key = excluded.email_key,
                password_hash = excluded.password_hash,
                created_at = CASE WHEN ${hasPassword} THEN portal_accounts.created_at ELSE excluded.created_at END`
            // the account is held from here on: whoever adds a passkey now finds their session gone
            yield* sql`DELETE FROM portal_links WHERE workspace_id = ${workspaceId} AND contact_id = ${contact}`
            // whoever reads the mails may be another than who made the passkeys, and theirs must not outlive a new password
            yield* sql`DELETE FROM portal_passkeys WHERE workspace_id = ${workspaceId} AND contact_id = ${contact}`
            yield* sql`DELETE FROM portal_challenges WHERE workspace_id = ${workspaceId} AND contact_id = ${contact}`
            yield* rows.close(workspaceId, contact, null)
            yield* note(hasPassword ? "PortalPasswordSet" : "PortalLoginMade", account)
            if (hasPassword) {
              yield* Effect.orDie(letters.offer({ workspaceId, email, notice: "password" }, { id: yield* Crypto.uuid }))
            }
            return yield* Effect.catchTag(
              openSession(account, { proof: "password", hash: passwordHash }),
              "NotLoggedIn",
              () => Effect.fail(new LinkGone()),
            )
          }).pipe(together)
        }).pipe(inside(workspaceId)),
      logIn: (workspaceId, { email, password, from }) =>
        Effect.gen(function* () {
          const counted = wrongPasswords(workspaceId, email, from)
          yield* attempts.countAll(limits, counted)
          const found = isAddress(email) ? yield* rows.byEmail({ workspaceId, email }) : null
          if (!(yield* Secret.isPassword(password, found?.passwordHash ?? null)) || found === null) {
            return yield* new SignInRefused()
          }
          // counted beforehand, so that guesses at once count too; this one was not wrong
          yield* Effect.forEach(counted, ({ key }) => limits.giveBack(key))
          const { passwordHash: hash, ...account } = found
          return yield* Effect.catchTag(openSession(account, { proof: "password", hash }), "NotLoggedIn", () =>
            Effect.fail(new SignInRefused()),
          )
        }).pipe(inside(workspaceId)),
      openSession,
      bySession: (workspaceId, secret: Redacted.Redacted) =>
        Effect.gen(function* () {
          const at = yield* now
          const found = yield* rows.bySession({ workspaceId, digest: yield* Secret.digest(secret), now: at })
          if (found === null) return yield* new NotLoggedIn()
          const { digest, proof, factor, lastUsedAt, beforeAt, ...account } = found
          if (at.getTime() - lastUsedAt.getTime() > worthNoting) {
            yield* Effect.orDie(sql`UPDATE portal_sessions SET last_used_at = ${at}
              WHERE workspace_id = ${workspaceId} AND digest = ${digest}`)
          }
          return { account, digest, proof, factor, before: beforeAt?.getTime() ?? null }
        }).pipe(inside(workspaceId)),
      logOut: ({ account, digest }) => ended(account, digest),
      logOutEverywhere: ({ account }) =>
        Effect.andThen(
          ended(account, null),
          Effect.provideContext(note("PortalSessionsEnded", account), services),
        ).pipe(Tenancy.within(account.workspaceId)),
      confirm,
      changePassword: (session, { old, fresh }) =>
        Effect.gen(function* () {
          const { account, digest } = session
          const { workspaceId, contact } = account
          yield* confirm(session, old)
          const passwordHash = yield* Secret.hashPassword(fresh)
          const of = sql`workspace_id = ${workspaceId} AND contact_id = ${contact}`
          yield* Effect.gen(function* () {
            // a link has set another one meanwhile, which ended this session
            if (!(yield* rows.held(session))) return yield* new SignInRefused()
            yield* sql`UPDATE portal_accounts SET password_hash = ${passwordHash} WHERE ${of}`
            // who asked for a link before has a password now
            yield* sql`DELETE FROM portal_links WHERE ${of}`
            const others = yield* sql<{ digest: string }>`
              SELECT digest FROM portal_sessions WHERE ${of} AND digest <> ${digest}`
            yield* Effect.forEach(others, (other) => rows.close(workspaceId, contact, other.digest), { discard: true })
            yield* note("PortalPasswordChanged", account)
          }).pipe(together)
        }).pipe(inside(session.account.workspaceId)),

      loginOf: (workspaceId, contact) =>
        Effect.gen(function* () {
          const found = yield* rows.login({ workspaceId, contact, now: yield* now })
          if (found === null) return none
          const { turnedOffAt, isProved, hasPassword, createdAt, lastLoginAt, passkeys, sessions } = found
          const isMade = isProved && hasPassword
          return {
            state: turnedOffAt !== null ? "off" : isMade ? "on" : "none",
            madeAt: isMade ? createdAt.getTime() : null,
            lastLoginAt: lastLoginAt?.getTime() ?? null,
            turnedOffAt: turnedOffAt?.getTime() ?? null,
            passkeys: isMade ? passkeys : 0,
            sessions: turnedOffAt === null && isMade ? sessions : 0,
          }
        }),
      turnOff: (member, contact) =>
        Effect.gen(function* () {
          const { workspaceId } = member
          const at = yield* now
          // who has no login yet can make none either
          yield* sql`INSERT INTO portal_accounts (contact_id, workspace_id, email_key, password_hash, created_at, turned_off_at)
            SELECT id, workspace_id, email_key, '', ${at}::timestamptz, ${at}::timestamptz FROM contacts
            WHERE workspace_id = ${workspaceId} AND id = ${contact}
            ON CONFLICT (contact_id) DO UPDATE SET turned_off_at = coalesce(portal_accounts.turned_off_at, ${at}::timestamptz)`
          yield* sql`DELETE FROM portal_links WHERE workspace_id = ${workspaceId} AND contact_id = ${contact}`
          yield* rows.close(workspaceId, contact, null)
          yield* noteBy(member, "PortalLoginTurnedOff", contact)
        }).pipe(together, inside(member.workspaceId)),
      turnOn: (member, contact) =>
        Effect.gen(function* () {
          yield* sql`UPDATE portal_accounts SET turned_off_at = NULL
            WHERE workspace_id = ${member.workspaceId} AND contact_id = ${contact}`
          yield* noteBy(member, "PortalLoginTurnedOn", contact)
        }).pipe(together, inside(member.workspaceId)),
    })
  }),
)
