/**
 * A *letter*: an e-mail to a recipient in our own words, with the firm's look, the dates, and the button with the link. The
 * invitation, whose message the firm may write, and every mail after it share this frame.
 */
import { MailLayout, type MessageTemplate, SafeHtml } from "@requite/content"
import { ClientRequest, LocalText } from "@requite/core"
import * as branding from "../Branding/words.ts"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Kind } from "../MailTemplates/kinds.ts"
import * as Wording from "../MailTemplates/wording.ts"
import type { Member } from "../Members.ts"
import { formatDate, formatDateTime, formatNumber, type Translator, translator } from "../Messages.ts"
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
  readonly details: Pick<ClientRequest.Details, "due" | "message" | "recipients" | "timeZone" | "title">
  /** Who gets it; left out: the first recipient. */
  readonly recipient?: ClientRequest.Recipient
  readonly link: Redacted.Redacted
  /** When the link stops working; null: never. */
  readonly worksUntil: number | null
  /** The link is for whoever gets it (F10), not for the recipient alone. */
  readonly isShared?: boolean
  /** The firm's own words for it; left out: the standard ones. */
  readonly own?: Wording.Own | undefined
}

export interface Speech extends Translator<"mail"> {
  readonly recipient: ClientRequest.Recipient
  readonly greeting: string
  readonly names: Readonly<Record<"firm" | "title" | "member", string>>
  /** The day it is due, in words. */
  readonly due: string | undefined
  /** A number as the reader writes it. */
  readonly count: (number: number) => string
  /** What the tags that every kind has print. */
  readonly values: Wording.Values
}

/** Asked for by whoever words a part of a letter: it is made once. */
const speeches = new WeakMap<Letter, Speech>()

/** What every letter says in the recipient's language. */
export const speechOf = (letter: Letter): Speech => {
  const speech = speeches.get(letter) ?? spokenIn(letter)
  speeches.set(letter, speech)
  return speech
}

const spokenIn = ({ workspace, member, details, recipient = ClientRequest.primary(details) }: Letter): Speech => {
  const translated = translator("mail", [recipient.language, workspace.language])
  const { t, locale } = translated
  const greeting =
    recipient.name === "" ? t("invitation.greetingNobody") : t("invitation.greeting", { name: recipient.name })
  const due = details.due === null ? undefined : formatDate(details.due, locale, details.timeZone)
  return {
    ...translated,
    recipient,
    greeting,
    names: { firm: workspace.name, title: details.title, member: member.name },
    due,
    count: (number) => formatNumber(number, locale),
    values: {
      greeting,
      recipientName: recipient.name === "" ? undefined : recipient.name,
      memberName: member.name,
      firmName: workspace.name,
      requestTitle: details.title,
      dueDate: due,
    },
  }
}

type Row = { readonly label: string; readonly value: string }

/** What stands around the words, besides the dates and the button. */
export interface Frame {
  /** Before the dates. */
  readonly rows?: ReadonlyArray<Row>
  /** The date to answer by, when it is another than the request's. */
  readonly due?: string | undefined
}

type Written = ReturnType<typeof Wording.write>

const languagesOf = ({ workspace, details, recipient = ClientRequest.primary(details) }: Letter) => [
  recipient.language,
  workspace.language,
]

/** The words of a kind: the firm's own, or the standard ones. */
export const written = (letter: Letter, kind: Kind, values: Wording.Values): Written =>
  Wording.write(kind, letter.own, languagesOf(letter), { ...speechOf(letter).values, ...values })

/** The mail of a kind. */
export const write = (letter: Letter, kind: Kind, values: Wording.Values, frame: Frame = {}): Composed =>
  render(letter, written(letter, kind, values), frame)

/** The mail of a template that is being written, or what of it cannot be printed. */
export const attempt = (
  letter: Letter & { readonly own: Wording.Own },
  kind: Kind,
  values: Wording.Values,
  frame: Frame,
): Result.Result<Composed, MessageTemplate.MessageTemplateError> =>
  Result.map(Wording.attempt(kind, letter.own, { ...speechOf(letter).values, ...values }), (done) =>
    render(letter, done, frame),
  )

export const render = (letter: Letter, words: Written, { rows = [], ...frame }: Frame): Composed => {
  const { workspace, details, worksUntil } = letter
  const { t, language, locale, names, due: dueDay } = speechOf(letter)
  const due = "due" in frame ? frame.due : dueDay
  const href = Redacted.value(letter.link)
  const subject = LocalText.oneLine(words.subject)
  return {
    subject,
    ...MailLayout.render({
      lang: words.language,
      dir: Wording.direction(words.language),
      // a firm may write in a language that we do not speak
      ...(words.language.split("-")[0] === language
        ? {}
        : { frame: { lang: language, dir: Wording.direction(language) } }),
      subject,
      preheader: words.lead,
      brand: brandOf(workspace, href),
      heading: details.title,
      bodyHtml: words.body.html,
      bodyText: words.body.text,
      details: [
        ...rows,
        ...(due === undefined ? [] : [{ label: t("invitation.due"), value: due }]),
        ...(worksUntil === null
          ? []
          : [{ label: t("invitation.worksUntil"), value: formatDateTime(worksUntil, locale, details.timeZone) }]),
      ],
      action: { label: t("invitation.button"), href, hint: t("invitation.hint") },
      footer: footerOf(
        workspace,
        language,
        t(letter.isShared === true ? "invitation.footerShared" : "invitation.footer", names),
      ),
    }),
  }
}

/** Paragraphs of plain text as both parts of a body. */
export const paragraphs = (...texts: ReadonlyArray<string>): Written["body"] => {
  const said = texts.filter((text) => text.trim() !== "")
  return {
    // each text is escaped; the tags are ours
    html: SafeHtml.trust(said.map((text) => `<p>${SafeHtml.escape(text)}</p>`).join("\n")),
    text: said.join("\n\n"),
  }
}

/** What a mail with a few sentences and one button consists of. */
export interface Sentences {
  readonly workspace: Workspace
  readonly language: string
  readonly subject: string
  readonly preheader: string
  /** Paragraphs; empty ones are left out. */
  readonly says: ReadonlyArray<string>
  readonly details?: MailLayout.Mail["details"]
  /** Where the button leads. */
  readonly link: string
  readonly button: string
  readonly hint: string
  readonly footer: string
}

/** A mail with a few sentences and one button. */
export const inSentences = (given: Sentences): Composed => {
  const { workspace, language, preheader, says, details = [], link, button, hint, footer } = given
  const subject = LocalText.oneLine(given.subject)
  const { html, text } = paragraphs(...says)
  return {
    subject,
    ...MailLayout.render({
      lang: language,
      dir: "ltr",
      subject,
      preheader,
      brand: brandOf(workspace, link),
      bodyHtml: html,
      bodyText: text,
      details,
      action: { label: button, href: link, hint },
      footer,
    }),
  }
}

/** Who sent it and why, and how the firm says that it is reached. */
export const footerOf = (workspace: Workspace, language: string, why: string): string =>
  [why, branding.find(workspace, "help", language)?.text ?? ""].filter((line) => line !== "").join("\n")

/** The firm's name, colour and logo (P19). The logo lies where the mail's link leads; the layout shows it from https only. */
export const brandOf = ({ name, accent, logo }: Workspace, link: string): MailLayout.Brand => ({
  name,
  accent,
  ...(logo === null ? {} : { logoUrl: new URL(Logos.path(logo), link).href }),
})
