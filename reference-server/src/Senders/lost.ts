/** The e-mail to administrators that mails no longer come from their domain. It goes out once, from the server's address. */
import { MailLayout } from "@requite/content"
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { Config } from "../Config.ts"
import { brandOf, paragraphs } from "../Invitation/Letter.ts"
import { Mailer } from "../Mailer.ts"
import { Members } from "../Members.ts"
import { formatDateTime, translator } from "../Messages.ts"
import type { From } from "../Senders.ts"
import { Workspaces } from "../Workspaces.ts"

interface Lost {
  readonly domain: string
  /** Milliseconds since the epoch. */
  readonly lostAt: number
  readonly sender: From
}

export const make = Effect.gen(function* () {
  const { publicUrl, mailFrom } = yield* Config
  const mailer = yield* Mailer
  const members = yield* Members
  const workspaces = yield* Workspaces
  const host = mailFrom.slice(mailFrom.indexOf("@") + 1)

  /** False: some administrator could not be reached now, and all are tried again; the same mail has the same Message-ID. */
  return Effect.fnUntraced(function* (workspaceId: string, { domain, lostAt, sender }: Lost) {
    const workspace = yield* workspaces.get(workspaceId)
    const { t, language, locale } = translator("mail", [workspace.language])
    const subject = LocalText.oneLine(t("senderLost.subject", { domain }))
    const link = `${publicUrl}/settings/sending`
    const body = paragraphs(t("senderLost.lead", { domain }), t("senderLost.ask"))
    const parts = MailLayout.render({
      lang: language,
      dir: "ltr",
      subject,
      preheader: t("senderLost.preheader"),
      brand: brandOf(workspace, link),
      bodyHtml: body.html,
      bodyText: body.text,
      details: [{ label: t("senderLost.when"), value: formatDateTime(lostAt, locale, workspace.timeZone) }],
      action: { label: t("senderLost.button"), href: link, hint: t("submitted.hint") },
      footer: t("senderLost.footer"),
    })
    const outcomes = yield* Effect.forEach(yield* members.administrators(workspaceId), (member) =>
      mailer
        .send({
          messageId: `<lost-${lostAt}-${member.id}@${host}>`,
          ...sender,
          to: { name: LocalText.oneLine(member.name), address: member.email },
          subject,
          ...parts,
        })
        .pipe(
          Effect.as(true),
          // an address that is refused for good is not tried for ever
          Effect.catch(({ retryable, reason }) =>
            Effect.as(Effect.logWarning("an administrator could not be told of a lost domain", reason), !retryable),
          ),
        ),
    )
    return outcomes.every((isDone) => isDone)
  })
})
