/**
 * The *invitation*: the e-mail to a recipient whose message the firm may write itself (P11). Subject, layout and sender
 * are not the member's to change (P12). What comes out has an HTML part and a text part that say the same. The mails
 * that follow it are in the folder of this name: reminders, new links, notices to members.
 */
import { MessageTemplate } from "@requite/content"
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Letter from "./Invitation/Letter.ts"
import * as Wording from "./MailTemplates/wording.ts"

export type { Composed } from "./Invitation/Letter.ts"

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

/** The message that is offered in a language (P11): the firm's own, where it wrote one. */
export const defaultMessage = (language: string, own?: Wording.Own): string =>
  own?.wording.body ?? Wording.standardFor("invitation", [language]).body

/**
 * What is wrong with a message of the firm, a sentence each; none when it can be sent. With the details of a request,
 * also what this one has no value for: a due date that the message speaks of, say.
 */
export const check = (
  message: string,
  details?: Pick<ClientRequest.Details, "due" | "recipients" | "title">,
): ReadonlyArray<string> => {
  const findings = MessageTemplate.check({ subject: "-", body: message }, declaration)
  if (findings.length > 0 || details === undefined) return findings.map(sentenceOf)
  const written = write(
    message,
    valuesOf(details.title, ClientRequest.primary(details), {
      greeting: "-",
      firm: "-",
      member: "-",
      due: details.due ?? undefined,
    }),
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
  title: string,
  recipient: ClientRequest.Recipient,
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

export interface Invitation extends Letter.Letter {
  readonly sendNo: number
}

/** The e-mail with the button. Fails only with a message that `check` of its details would have refused. */
export const compose = (invitation: Invitation): Result.Result<Letter.Composed, MessageRefused> => {
  const { details, sendNo } = invitation
  const { t, names, recipient, greeting, due, count } = Letter.speechOf(invitation)
  const message = write(details.message, valuesOf(details.title, recipient, { ...names, greeting, due }))
  return Result.map(message, ({ bodyHtml, bodyText }) => {
    const wordsOf = (number: string | undefined) => Letter.written(invitation, "invitation", { number })
    const first = wordsOf(undefined)
    const words = sendNo > 1 ? wordsOf(count(sendNo)) : first
    // no mail is to be taken for the one before, whatever subject the firm chose (M11)
    const isAlike = sendNo > 1 && words.subject === first.subject
    const again = `${words.subject} (${t("invitation.again", { number: count(sendNo) })})`
    return Letter.render(
      invitation,
      { ...words, subject: isAlike ? again : words.subject, body: { html: bodyHtml, text: bodyText } },
      {},
    )
  })
}

/** A link that opens nothing: what it leads to is the page of every dead link (M34). */
export const deadLink = (publicUrl: string): Redacted.Redacted => Redacted.make(`${publicUrl}/r/this-is-a-preview`)

/** The e-mail as it would be sent now, with a link that opens nothing (M34). */
export const preview = (
  invitation: Omit<Invitation, "link" | "sendNo"> & { readonly publicUrl: string; readonly sendNo?: number },
): Effect.Effect<Letter.Composed, MessageRefused> => {
  const sentences = check(invitation.details.message)
  if (sentences.length > 0) return Effect.fail(new MessageRefused({ sentences }))
  return Effect.fromResult(compose({ sendNo: 1, ...invitation, link: deadLink(invitation.publicUrl) }))
}
