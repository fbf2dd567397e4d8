/** The words of a letter to a member, in the firm's language: the invitation, and the way to a new password. */
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
