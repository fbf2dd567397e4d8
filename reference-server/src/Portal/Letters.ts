/**
 * The mail by which a contact proves the address: a link that sets a password, from the firm, in the contact's language. What
 * waits in the queue is what somebody typed; whose it is, and whether anybody's, is looked up by the worker and not while the
 * asker waits, so that the answer takes as long for an address that nobody has (L27). The link is made at hand-over: no
 * secret waits anywhere. Killed anywhere, it starts over with the same Message-ID.
 */
import { Crypto, LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { type Contact, Contacts } from "../Contacts.ts"
import { type Composed, footerOf, inSentences } from "../Invitation/Letter.ts"
import { Mailer, MailFailed } from "../Mailer.ts"
import { formatDateTime, translator } from "../Messages.ts"
import * as Heartbeats from "../Operations/Heartbeats.ts"
import { PersistedQueue } from "../platform/Persistence.ts"
import { SqlClient } from "../platform/Sql.ts"
import { linkMillis, pathOf, Portal } from "../Portal.ts"
import * as Secret from "../Secret.ts"
import { Senders } from "../Senders.ts"
import * as Suppressions from "../Suppressions.ts"
import * as Tenancy from "../Tenancy.ts"
import { type Workspace, Workspaces } from "../Workspaces.ts"

/** Somebody says that this is their address; or, with a `notice`, the login of that address has changed. Never a secret. */
export const Element = Schema.Struct({
  workspaceId: Schema.String,
  email: Schema.String,
  /** What was done: who did not do it themselves has to know, and what to do about it. */
  notice: Schema.optionalKey(Schema.Literals(["passkey", "password"])),
})

/** Within the hour that a link works: after that nobody waits for it any more. */
export const maxAttempts = 12

export const queue = PersistedQueue.make({
  name: "portal-mail",
  schema: Element,
  maxAttempts,
  retrySchedule: Schedule.exponential("2 seconds").pipe(
    Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.minutes(10)))),
    Schedule.jittered,
  ),
})

interface Worded {
  readonly workspace: Workspace
  readonly contact: Contact
  /** A login is there already. */
  readonly isAgain: boolean
  readonly link: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** The mail's words. */
export const compose = ({ workspace, contact, isAgain, link, until }: Worded): Composed => {
  const { t, language, locale } = translator("mail", [contact.language, workspace.language])
  const zone = contact.timeZone ?? workspace.timeZone
  const values = { name: contact.name, firm: workspace.name, until: formatDateTime(until, locale, zone) }
  const about = isAgain ? "portal.password" : "portal.login"
  return inSentences({
    workspace,
    language,
    subject: t(`${about}.subject`, values),
    preheader: t("portal.preheader", values),
    says: [t("portal.greeting", values), t(`${about}.lead`, values), t("portal.once", values)],
    link,
    button: t(`${about}.button`),
    hint: t("submitted.hint"),
    footer: footerOf(workspace, language, t("portal.footer", values)),
  })
}

/** The words of a notice; its button leads to where it can be mended. */
export const noticed = (
  about: "passkey" | "password",
  { workspace, contact, link }: Pick<Worded, "workspace" | "contact" | "link">,
): Composed => {
  const { t, language } = translator("mail", [contact.language, workspace.language])
  const values = { name: contact.name, firm: workspace.name }
  return inSentences({
    workspace,
    language,
    subject: t(`portal.notice.${about}.subject`, values),
    preheader: t(`portal.notice.${about}.lead`, values),
    says: [t("portal.greeting", values), t(`portal.notice.${about}.lead`, values), t("portal.notice.else", values)],
    link,
    button: t("portal.notice.button"),
    hint: t("submitted.hint"),
    footer: footerOf(workspace, language, t("portal.notice.footer", values)),
  })
}

/** Hands them over, as long as the layer runs. */
export const worker = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const mailer = yield* Mailer
    const contacts = yield* Contacts
    const workspaces = yield* Workspaces
    const senders = yield* Senders
    const suppressions = yield* Suppressions.Suppressions
    const portal = yield* Portal
    const letters = yield* queue
    const { publicUrl, mailFrom } = yield* Config
    const domain = mailFrom.slice(mailFrom.indexOf("@") + 1)

    /** Whose address it is, where they may have a login: the one contact that has it (K49), unless it gets no mail of ours. */
    const whose = Effect.fnUntraced(function* (workspaceId: string, email: string) {
      if (!(yield* portal.isOpen(workspaceId))) return null
      const contact = yield* contacts.withEmail(workspaceId, email)
      if (contact === null) return null
      const { state } = yield* portal.loginOf(workspaceId, contact.id)
      const dead = yield* suppressions.among(workspaceId, [contact.email])
      return state === "off" || dead.size > 0 ? null : { contact, isAgain: state === "on" }
    })

    const linkFor = Effect.fnUntraced(function* (workspaceId: string, contact: Contact, now: number) {
      const { secret, digest } = yield* Secret.make
      const expiresAt = new Date(now + linkMillis)
      yield* sql`DELETE FROM portal_links WHERE workspace_id = ${workspaceId} AND expires_at <= ${new Date(now)}`
      yield* sql`INSERT INTO portal_links ${sql.insert({
        digest,
        workspaceId,
        contactId: contact.id,
        emailKey: contact.email.toLowerCase(),
        expiresAt,
      })}`
      return `${publicUrl}${pathOf(workspaceId)}/password/${Redacted.value(secret)}`
    })

    const handle = Effect.fnUntraced(function* (
      { workspaceId, email, notice }: typeof Element.Type,
      { id }: { readonly id: string },
    ) {
      const found = yield* whose(workspaceId, email)
      if (found === null) return
      const { contact, isAgain } = found
      const workspace = yield* workspaces.get(workspaceId)
      const now = yield* Clock.currentTimeMillis
      const composed =
        notice === undefined
          ? compose({
              workspace,
              contact,
              isAgain,
              link: yield* linkFor(workspaceId, contact, now),
              until: now + linkMillis,
            })
          : noticed(notice, { workspace, contact, link: `${publicUrl}${pathOf(workspaceId)}/start` })
      yield* mailer
        .send({
          messageId: `<${id}@${domain}>`,
          ...(yield* senders.from(workspaceId, { name: workspace.name })),
          to: { name: LocalText.oneLine(contact.name), address: contact.email },
          ...composed,
        })
        .pipe(
          Effect.catch((failed) =>
            Effect.andThen(
              Effect.logWarning("a letter of the portal was not handed over", { letter: id, reason: failed.reason }),
              failed.retryable ? new MailFailed(failed) : Effect.void,
            ),
          ),
        )
    })

    const { turn, life } = yield* Heartbeats.watch("portal letter worker", { turn: 300_000, rest: null })
    yield* letters
      .take((element, take) =>
        Effect.uninterruptible(turn(handle(element, take).pipe(Tenancy.within(element.workspaceId)))),
      )
      .pipe(
        Effect.provideService(Crypto.Crypto, crypto),
        // the queue knows what to try again; a lost database connection must not spin
        Effect.catchCause((cause) =>
          Effect.delay(Effect.logDebug("a letter of the portal will be tried again", cause), "200 millis"),
        ),
        Effect.forever,
        life,
        Effect.forkScoped,
      )
  }),
)
