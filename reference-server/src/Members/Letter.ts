/**
 * The words of a letter to a member, in the firm's language: the invitation, the way to a new password, a disabled webhook, a
 * lost domain, a mail that came into a folder.
 */
import * as Schema from "effect/Schema"
import { NotTaken } from "../FolderMail.ts"
import { type Composed, inSentences } from "../Invitation/Letter.ts"
import { formatDateTime, translator } from "../Messages.ts"
import type { Workspace } from "../Workspaces.ts"

export interface Letter {
  readonly workspace: Workspace
  readonly kind: "invitation" | "password"
  readonly name: string
  /** Who invites. */
  readonly inviter: string
  readonly link: string
  /** When the link stops working, in milliseconds since the epoch. */
  readonly until: number
}

/** That an endpoint of webhooks was disabled by itself, to an administrator. */
export interface Disabled {
  readonly workspace: Workspace
  readonly name: string
  /** Its address, of which only the host is told: the rest may hold keys. */
  readonly url: string
  readonly because: "gone" | "failing"
  readonly link: string
}

export const disabled = ({ workspace, name, url, because, link }: Disabled): Composed => {
  const { t, language } = translator("mail", [workspace.language])
  const values = { name, host: URL.canParse(url) ? new URL(url).host : "" }
  return inSentences({
    workspace,
    language,
    subject: t("webhookDisabled.subject", values),
    preheader: t("webhookDisabled.preheader"),
    says: [
      t("members.greeting", values),
      t(because === "gone" ? "webhookDisabled.gone" : "webhookDisabled.failing", values),
      t("webhookDisabled.ask"),
    ],
    link,
    button: t("webhookDisabled.button"),
    hint: t("submitted.hint"),
    footer: t("senderLost.footer"),
  })
}

/** That mails no longer come from the firm's domain, to an administrator. */
export interface SenderLost {
  readonly workspace: Workspace
  readonly name: string
  readonly domain: string
  /** Milliseconds since the epoch. */
  readonly lostAt: number
  readonly link: string
}

export const senderLost = ({ workspace, name, domain, lostAt, link }: SenderLost): Composed => {
  const { t, language, locale } = translator("mail", [workspace.language])
  return inSentences({
    workspace,
    language,
    subject: t("senderLost.subject", { domain }),
    preheader: t("senderLost.preheader"),
    says: [t("members.greeting", { name }), t("senderLost.lead", { domain }), t("senderLost.ask")],
    details: [{ label: t("senderLost.when"), value: formatDateTime(lostAt, locale, workspace.timeZone) }],
    link,
    button: t("senderLost.button"),
    hint: t("submitted.hint"),
    footer: t("senderLost.footer"),
  })
}

/** What came by a mail into a folder: names of files, and why others are not there. */
export const FolderMail = Schema.Struct({
  folder: Schema.String,
  name: Schema.String,
  sender: Schema.String,
  taken: Schema.Array(Schema.String),
  refused: Schema.Array(NotTaken),
})

/** To whoever turned the folder's address on. */
export const folderMail = ({
  workspace,
  name,
  mail: { name: folder, sender, taken, refused },
  link,
}: {
  readonly workspace: Workspace
  readonly name: string
  readonly mail: typeof FolderMail.Type
  readonly link: string
}): Composed => {
  const { t, language } = translator("mail", [workspace.language])
  const values = { folder, sender, count: taken.length }
  const lines = [
    ...taken.map((value) => ({ label: t("folderMail.saved"), value })),
    ...refused.map((one) => ({
      label: t("folderMail.refused"),
      value: `${one.name}: ${t(`folderMail.why.${one.why}`)}`,
    })),
  ]
  return inSentences({
    workspace,
    language,
    subject: t("folderMail.subject", values),
    preheader: t("folderMail.preheader", values),
    says: [
      t("members.greeting", { name }),
      t(taken.length === 0 ? "folderMail.nothing" : "folderMail.lead", values),
      t("folderMail.forged"),
    ],
    details: lines,
    link,
    button: t("folderMail.button"),
    hint: t("submitted.hint"),
    footer: t("folderMail.footer"),
  })
}

export const compose = ({ workspace, kind, name, inviter, link, until }: Letter): Composed => {
  const { t, language, locale } = translator("mail", [workspace.language])
  const values = { name, inviter, firm: workspace.name, until: formatDateTime(until, locale, workspace.timeZone) }
  const about = `members.${kind}` as const
  return inSentences({
    workspace,
    language,
    subject: t(`${about}.subject`, values),
    preheader: t(`${about}.preheader`, values),
    says: [t("members.greeting", values), t(`${about}.lead`, values), t(`${about}.once`, values)],
    link,
    button: t(`${about}.button`),
    hint: t("submitted.hint"),
    footer: t(`${about}.footer`),
  })
}
