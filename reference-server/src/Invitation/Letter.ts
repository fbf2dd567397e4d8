/**
 * A *letter*: an e-mail to a recipient in our own words, with the firm's look, the dates, and the button with the link. The
 * invitation, whose message the firm may write, and every mail after it share this frame.
 */
import { MailLayout, SafeHtml } from "@requite/content"
import { ClientRequest, LocalText } from "@requite/core"
import * as Redacted from "effect/Redacted"
import type { Member } from "../Members.ts"
import { formatDate, formatDateTime, type Translator, translator } from "../Messages.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Logos from "../Workspaces/Logos.ts"

export interface Composed {
  readonly subject: string
  readonly html: string
  readonly text: string
}

export interface Letter {
  readonly workspace: Workspace
  /** In whose name it is written. */
  readonly member: Pick<Member, "name">
  readonly details: ClientRequest.Details
  /** Who gets it; left out: the first recipient. */
  readonly recipient?: ClientRequest.Recipient
  readonly link: Redacted.Redacted
  /** When the link stops working; null: never. */
  readonly worksUntil: number | null
  /** The link is for whoever gets it (F10), not for the recipient alone. */
  readonly isShared?: boolean
}

export interface Speech extends Translator<"mail"> {
  readonly recipient: ClientRequest.Recipient
  readonly greeting: string
  readonly names: Readonly<Record<"firm" | "title" | "member", string>>
  /** The day it is due, in words. */
  readonly due: string | undefined
}

/** What every letter says in the recipient's language. */
export const speechOf = ({
  workspace,
  member,
  details,
  recipient = ClientRequest.primary(details),
}: Letter): Speech => {
  const translated = translator("mail", [recipient.language, workspace.language])
  const { t, locale } = translated
  return {
    ...translated,
    recipient,
    greeting:
      recipient.name === "" ? t("invitation.greetingNobody") : t("invitation.greeting", { name: recipient.name }),
    names: { firm: workspace.name, title: details.title, member: member.name },
    due: details.due === null ? undefined : formatDate(details.due, locale, workspace.timeZone),
  }
}

type Row = { readonly label: string; readonly value: string }

export interface Words {
  readonly subject: string
  readonly preheader: string
  /** HTML and text of what it says, with the greeting. */
  readonly body: { readonly html: SafeHtml.SafeHtml; readonly text: string }
  /** Before the dates. */
  readonly rows?: ReadonlyArray<Row>
  /** The date to answer by, when it is another than the request's. */
  readonly due?: string | undefined
}

export const render = (letter: Letter, { subject, preheader, body, rows = [], ...words }: Words): Composed => {
  const { workspace, details, worksUntil } = letter
  const { t, language, locale, names, due: dueDay } = speechOf(letter)
  const due = "due" in words ? words.due : dueDay
  const href = Redacted.value(letter.link)
  return {
    subject: LocalText.oneLine(subject),
    ...MailLayout.render({
      lang: language,
      dir: "ltr",
      subject: LocalText.oneLine(subject),
      preheader,
      brand: brandOf(workspace, href),
      heading: details.title,
      bodyHtml: body.html,
      bodyText: body.text,
      details: [
        ...rows,
        ...(due === undefined ? [] : [{ label: t("invitation.due"), value: due }]),
        ...(worksUntil === null
          ? []
          : [{ label: t("invitation.worksUntil"), value: formatDateTime(worksUntil, locale, workspace.timeZone) }]),
      ],
      action: { label: t("invitation.button"), href, hint: t("invitation.hint") },
      footer: t(letter.isShared === true ? "invitation.footerShared" : "invitation.footer", names),
    }),
  }
}

/** Paragraphs of plain text as both parts of a body. */
export const paragraphs = (...texts: ReadonlyArray<string>): Words["body"] => {
  const said = texts.filter((text) => text.trim() !== "")
  return {
    // each text is escaped; the tags are ours
    html: SafeHtml.trust(said.map((text) => `<p>${SafeHtml.escape(text)}</p>`).join("\n")),
    text: said.join("\n\n"),
  }
}

/** The firm's name, colour and logo (P19). The logo lies where the mail's link leads; the layout shows it from https only. */
export const brandOf = ({ name, accent, logo }: Workspace, link: string): MailLayout.Brand => ({
  name,
  accent,
  ...(logo === null ? {} : { logoUrl: new URL(Logos.path(logo), link).href }),
})
