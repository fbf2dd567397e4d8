/**
 * The words of our e-mails: the *invitation* to the recipient, whose message the firm may write itself (P11), and the
 * *notice* to the member when it has been submitted (T12). Subject, layout and sender are not the member's to change
 * (P12). What comes out has an HTML part and a text part that say the same.
 */
import { MailLayout, MessageTemplate } from "@requite/content"
import { type ClientRequest, LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { messages, submittedBodies } from "./Invitation/defaults.ts"
import type { Member } from "./Members.ts"
import { formatDate, formatDateTime, translator } from "./Messages.ts"
import type { Workspace } from "./Workspaces.ts"
import * as Logos from "./Workspaces/Logos.ts"

export interface Composed {
  readonly subject: string
  readonly html: string
  readonly text: string
}

/** The firm's message cannot be sent as it is written; each sentence says what to mend. */
export class MessageRefused extends Schema.TaggedError<MessageRefused>()(
  "MessageRefused",
  { sentences: Schema.Array(Schema.String) },
  { httpApiStatus: 422 },
) {
  override get message() {
    return this.sentences.join(" ")
  }
}

/** What the firm's message may speak of. */
export const declaration: MessageTemplate.Declaration = {
  variables: {
    greeting: { description: "Hello, with the recipient's name if there is one" },
    recipientName: { description: "The recipient's name" },
    memberName: { description: "The name of the member who sends the request" },
    firmName: { description: "The firm's name" },
    requestTitle: { description: "The request's title" },
    dueDate: { description: "The day it is due, if there is one" },
  },
}

/** The message that is offered in a language (P11). */
export const defaultMessage = (language: string): string => messages[translator("mail", [language]).language]

/**
 * What is wrong with a message of the firm, a sentence each; none when it can be sent. With the details of a request,
 * also what this one has no value for: a due date that the message speaks of, say.
 */
export const check = (
  message: string,
  details?: Pick<ClientRequest.Details, "due" | "recipient" | "title">,
): ReadonlyArray<string> => {
  const findings = MessageTemplate.check({ subject: "-", body: message }, declaration)
  if (findings.length > 0 || details === undefined) return findings.map(sentenceOf)
  const written = write(
    message,
    valuesOf(details, { greeting: "-", firm: "-", member: "-", due: details.due ?? undefined }),
  )
  return Result.isFailure(written) ? written.failure.sentences : []
}

const sentenceOf = ({ line, column, sentence }: MessageTemplate.Finding) =>
  `Line ${line}, column ${column}: ${sentence}`

const write = (body: string, values: MessageTemplate.Values): Result.Result<MessageTemplate.Rendered, MessageRefused> =>
  Result.mapError(
    MessageTemplate.render({ subject: "-", body }, declaration, values),
    (error) =>
      new MessageRefused({
        sentences:
          error._tag === "TemplateRefused"
            ? error.findings.map(sentenceOf)
            : [
                `The message prints {{${error.variable}}}, which this request has no value for: give it one, or write {{#if ${error.variable}}}…{{/if}} around that part.`,
              ],
      }),
  )

/** What the tags of a message print. What is not known is left out, so that `{{#if …}}` can ask for it. */
const valuesOf = (
  { recipient, title }: Pick<ClientRequest.Details, "recipient" | "title">,
  {
    greeting,
    firm,
    member,
    due,
  }: Readonly<Record<"greeting" | "firm" | "member", string>> & { readonly due: string | undefined },
): MessageTemplate.Values => ({
  greeting,
  recipientName: recipient.name === "" ? undefined : recipient.name,
  memberName: member,
  firmName: firm,
  requestTitle: title,
  dueDate: due,
})

export interface Invitation {
  readonly workspace: Workspace
  readonly member: Member
  readonly details: ClientRequest.Details
  readonly sendNo: number
  readonly link: Redacted.Redacted
  /** When the link stops working; null: never. */
  readonly worksUntil: number | null
}

/** The e-mail with the button. Fails only with a message that `check` of its details would have refused. */
export const compose = (invitation: Invitation): Result.Result<Composed, MessageRefused> => {
  const { workspace, member, details, sendNo, worksUntil } = invitation
  const { t, language, locale } = translator("mail", [details.recipient.language, workspace.language])
  const due = details.due === null ? undefined : formatDate(details.due, locale, workspace.timeZone)
  const names = { firm: workspace.name, title: details.title, member: member.name }
  const subject = t(sendNo > 1 ? "invitation.subjectAgain" : "invitation.subject", { ...names, number: sendNo })
  const { name } = details.recipient
  const greeting = name === "" ? t("invitation.greetingNobody") : t("invitation.greeting", { name })
  const written = write(details.message, valuesOf(details, { ...names, greeting, due }))
  return Result.map(written, ({ bodyHtml, bodyText }) => ({
    subject: LocalText.oneLine(subject),
    ...MailLayout.render({
      lang: language,
      dir: "ltr",
      subject: LocalText.oneLine(subject),
      preheader: t("invitation.preheader"),
      brand: brandOf(workspace, Redacted.value(invitation.link)),
      heading: details.title,
      bodyHtml,
      bodyText,
      details: [
        ...(due === undefined ? [] : [{ label: t("invitation.due"), value: due }]),
        ...(worksUntil === null
          ? []
          : [{ label: t("invitation.worksUntil"), value: formatDateTime(worksUntil, locale, workspace.timeZone) }]),
      ],
      action: {
        label: t("invitation.button"),
        href: Redacted.value(invitation.link),
        hint: t("invitation.hint"),
      },
      footer: t("invitation.footer", names),
    }),
  }))
}

/** The e-mail as it would be sent now, with a link that opens nothing (M34). */
export const preview = (
  invitation: Omit<Invitation, "link" | "sendNo"> & { readonly publicUrl: string },
): Effect.Effect<Composed, MessageRefused> => {
  const sentences = check(invitation.details.message)
  if (sentences.length > 0) return Effect.fail(new MessageRefused({ sentences }))
  const link = Redacted.make(`${invitation.publicUrl}/r/this-is-a-preview`)
  return Effect.fromResult(compose({ ...invitation, sendNo: 1, link }))
}

/** The e-mail to the member who sent a request that has now been submitted (T12, K3). */
export const composeNotice = (notice: {
  readonly workspace: Workspace
  readonly request: ClientRequest.State
  readonly link: string
}): Result.Result<Composed, MessageRefused> => {
  const { workspace, request, link } = notice
  const { recipient, title } = request.details
  const { t, language, locale } = translator("mail", [workspace.language])
  const name = recipient.name === "" ? recipient.email : recipient.name
  const subject = LocalText.oneLine(t("submitted.subject", { title, name }))
  const written = write(submittedBodies[language], { recipientName: name, requestTitle: title })
  return Result.map(written, ({ bodyHtml, bodyText }) => ({
    subject,
    ...MailLayout.render({
      lang: language,
      dir: "ltr",
      subject,
      preheader: t("submitted.preheader"),
      brand: brandOf(workspace, link),
      bodyHtml,
      bodyText,
      details: [
        { label: t("submitted.from"), value: name === recipient.email ? name : `${name}, ${recipient.email}` },
        ...(request.submission === null
          ? []
          : [{ label: t("submitted.when"), value: formatDateTime(request.submission.at, locale, workspace.timeZone) }]),
      ],
      action: { label: t("submitted.button"), href: link, hint: t("submitted.hint") },
      footer: t("submitted.footer"),
    }),
  }))
}

/** The firm's name, colour and logo (P19). The logo lies where the mail's link leads; the layout shows it from https only. */
const brandOf = ({ name, accent, logo }: Workspace, link: string): MailLayout.Brand => ({
  name,
  accent,
  ...(logo === null ? {} : { logoUrl: new URL(Logos.path(logo), link).href }),
})
