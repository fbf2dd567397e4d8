/**
 * One mail for the reminders that an address gets on the same day from the same member (M27): a line and a link of its own
 * for each request. It goes out as the first of them; to end reminders by it ends those of all of them.
 */
import { MailLayout, SafeHtml } from "@requite/content"
import { ClientRequest, LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../ClientRequests.ts"
import { Links } from "../CustomerAccess/Links.ts"
import * as Letter from "../Invitation/Letter.ts"
import * as Standing from "../Invitation/Standing.ts"
import type { OutgoingMail } from "../Mailer.ts"
import { formatDate, translator } from "../Messages.ts"
import { UnsubscribeLinks } from "../UnsubscribeLinks.ts"
import * as Composing from "./Composing.ts"

/** One request in it. */
interface Line {
  readonly title: string
  readonly said: string
  readonly href: string
}

export const make = Effect.gen(function* () {
  const requests = yield* ClientRequests
  const links = yield* Links
  const unsubscribeLinks = yield* UnsubscribeLinks
  const compose = yield* Composing.make

  const lineOf = Effect.fnUntraced(function* ({ workspaceId, workspace, state, id: mailId, delivery }: Composing.Row) {
    const recipient = ClientRequest.carriesLink(delivery) ? delivery.recipient : ""
    const { url } = yield* links.issue(workspaceId, state, { recipient, mailId, rebinds: false })
    const current = yield* requests.currentOf(workspace, state)
    const { language } = ClientRequest.recipientOf(state, recipient) ?? ClientRequest.primary(state.details)
    const { t, locale } = translator("mail", [language, workspace.language])
    const { done, total, due } = Standing.of(current, [language, workspace.language], yield* Clock.currentTimeMillis)
    const day = due === null ? "" : ` ${t("invitation.due")}: ${formatDate(due.day, locale, state.details.timeZone)}.`
    return {
      title: LocalText.oneLine(state.details.title),
      said: `${t("reminder.leftQuiet", { done, total })}${day}`,
      href: Redacted.value(url),
    }
  })

  /** The mail of two or more; in whose name and to whom is as of the first. */
  return Effect.fnUntraced(function* (rows: readonly [Composing.Row, ...ReadonlyArray<Composing.Row>]) {
    const [first] = rows
    const { workspaceId, workspace, state, delivery } = first
    const recipientId = ClientRequest.carriesLink(delivery) ? delivery.recipient : ""
    const recipient = ClientRequest.recipientOf(state, recipientId) ?? ClientRequest.primary(state.details)
    const { from, replyTo, ...mail } = yield* compose(first)
    const lines = yield* Effect.forEach(rows, lineOf)
    const { t, language } = translator("mail", [recipient.language, workspace.language])
    const values = { firm: workspace.name, count: rows.length }
    const subject = LocalText.oneLine(t("digest.subject", values))
    const greeting =
      recipient.name === "" ? t("invitation.greetingNobody") : t("invitation.greeting", { name: recipient.name })
    const lead = t("digest.lead", values)
    const unsubscribe = yield* unsubscribeLinks.addressOf(workspaceId, state.id, recipientId, first.id)
    const { inReplyTo: _thread, references: _threads, ...unthreaded } = mail
    const made: OutgoingMail = {
      ...unthreaded,
      from,
      ...(replyTo === undefined ? {} : { replyTo }),
      subject,
      headers: {
        "List-Unsubscribe": `<${Redacted.value(unsubscribe)}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      },
      ...MailLayout.render({
        lang: language,
        dir: "ltr",
        subject,
        preheader: lead,
        brand: Letter.brandOf(workspace, lines[0]?.href ?? ""),
        heading: subject,
        // each text is escaped; the tags are ours
        bodyHtml: SafeHtml.trust(
          [`<p>${SafeHtml.escape(greeting)},</p>`, `<p>${SafeHtml.escape(lead)}</p>`, ...lines.map(html)].join("\n"),
        ),
        bodyText: [`${greeting},`, lead, ...lines.map(text)].join("\n\n"),
        details: [],
        footer: t("invitation.footer", { firm: workspace.name, title: lines[0]?.title ?? "", member: from.name }),
      }),
    }
    return made
  })
})

/** The text of the link is the link: it shows no other address (M20). */
const html = ({ title, said, href }: Line): string =>
  `<p><strong>${SafeHtml.escape(title)}</strong><br />${SafeHtml.escape(said)}<br /><a href="${SafeHtml.escape(href)}">${SafeHtml.escape(href)}</a></p>`

const text = ({ title, said, href }: Line): string => `${title}\n${said}\n${href}`
