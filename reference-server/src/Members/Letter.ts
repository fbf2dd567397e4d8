/**
 * The words of a letter to a member, in the firm's language: the invitation, the way to a new password, a disabled webhook, a
 * lost domain.
 */
import { MailLayout } from "@requite/content"
import { LocalText } from "@requite/core"
import { type Composed, brandOf, paragraphs } from "../Invitation/Letter.ts"
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
  const subject = LocalText.oneLine(t("webhookDisabled.subject", values))
  const { html, text } = paragraphs(
    t("members.greeting", values),
    t(because === "gone" ? "webhookDisabled.gone" : "webhookDisabled.failing", values),
    t("webhookDisabled.ask"),
  )
  return {
    subject,
    ...MailLayout.render({
      lang: language,
      dir: "ltr",
      subject,
      preheader: t("webhookDisabled.preheader"),
      brand: brandOf(workspace, link),
      bodyHtml: html,
      bodyText: text,
      details: [],
      action: { label: t("webhookDisabled.button"), href: link, hint: t("submitted.hint") },
      footer: t("senderLost.footer"),
    }),
  }
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
  const subject = LocalText.oneLine(t("senderLost.subject", { domain }))
  const { html, text } = paragraphs(
    t("members.greeting", { name }),
    t("senderLost.lead", { domain }),
    t("senderLost.ask"),
  )
  return {
    subject,
    ...MailLayout.render({
      lang: language,
      dir: "ltr",
      subject,
      preheader: t("senderLost.preheader"),
      brand: brandOf(workspace, link),
      bodyHtml: html,
      bodyText: text,
      details: [{ label: t("senderLost.when"), value: formatDateTime(lostAt, locale, workspace.timeZone) }],
      action: { label: t("senderLost.button"), href: link, hint: t("submitted.hint") },
      footer: t("senderLost.footer"),
    }),
  }
}

export const compose = ({ workspace, kind, name, inviter, link, until }: Letter): Composed => {
  const { t, language, locale } = translator("mail", [workspace.language])
  const values = { name, inviter, firm: workspace.name, until: formatDateTime(until, locale, workspace.timeZone) }
  const isInvitation = kind === "invitation"
  const subject = LocalText.oneLine(t(isInvitation ? "members.invitation.subject" : "members.password.subject", values))
  const { html, text } = paragraphs(
    t("members.greeting", values),
    t(isInvitation ? "members.invitation.lead" : "members.password.lead", values),
    t(isInvitation ? "members.invitation.once" : "members.password.once", values),
  )
  return {
    subject,
    ...MailLayout.render({
      lang: language,
      dir: "ltr",
      subject,
      preheader: t(isInvitation ? "members.invitation.preheader" : "members.password.preheader", values),
      brand: brandOf(workspace, link),
      bodyHtml: html,
      bodyText: text,
      details: [],
      action: {
        label: t(isInvitation ? "members.invitation.button" : "members.password.button"),
        href: link,
        hint: t("submitted.hint"),
      },
      footer: t(isInvitation ? "members.invitation.footer" : "members.password.footer"),
    }),
  }
}
