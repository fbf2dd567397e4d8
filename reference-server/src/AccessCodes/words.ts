/**
 * What carries a code: the SMS, in the form that phones read codes from (security.md S34; WICG's origin-bound one-time
 * codes), and the e-mail. Neither has a link.
 */
import { MailLayout } from "@requite/content"
import { LocalText } from "@requite/core"
import type { Composed } from "../Invitation.ts"
import { footerOf } from "../Invitation/Letter.ts"
import * as Wording from "../MailTemplates/wording.ts"
import { translator } from "../Messages.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Gsm7 from "./Gsm7.ts"

interface Code {
  /** The six digits. */
  readonly code: string
  readonly workspace: Workspace
  /** The recipient's language. */
  readonly language: string
}

/**
 * The code first, whose it is, and a last line that ties it to our host, so that a phone offers it on our pages only. One
 * segment where the firm's name and the host allow it: a long name is cut, an accent that SMS do not know is dropped.
 */
export const sms = ({ code, workspace, language, publicUrl }: Code & { readonly publicUrl: string }): string => {
  const { t } = translator("mail", [language, workspace.language])
  const text = (firm: string) => `${t("code.sms", { code, firm })}\n@${new URL(publicUrl).hostname} #${code}`
  const name = Gsm7.plain(LocalText.oneLine(workspace.name))
  const room = Gsm7.segment - (Gsm7.lengthOf(text("")) ?? 0)
  const length = Gsm7.lengthOf(name)
  // letters that are none of SMS's own make it two segments, whatever is cut
  if (length === null || length <= room || room < leastName) return text(name)
  return text(`${cut(name, room - 1).trimEnd()}.`)
}

/** As much of a text as takes so many places. */
const cut = (text: string, places: number): string =>
  (Gsm7.lengthOf(text) ?? 0) > places ? cut(text.slice(0, -1), places) : text

/** A name that is cut shorter tells nobody anything. */
const leastName = 8

/** The mail with the code as its heading, in the firm's own words where it has some. */
export const mail = ({
  code,
  workspace,
  language: wanted,
  own,
}: Code & { readonly own?: Wording.Own | undefined }): Composed => {
  const languages = [wanted, workspace.language]
  const { t, language } = translator("mail", languages)
  const { name, accent } = workspace
  const firmName = LocalText.oneLine(name)
  const words = Wording.write("code", own, languages, { firmName, expiry: t("code.expiry") })
  const subject = LocalText.oneLine(words.subject)
  return {
    subject,
    ...MailLayout.render({
      lang: words.language,
      dir: Wording.direction(words.language),
      subject,
      preheader: words.lead,
      brand: { name, accent },
      heading: code,
      bodyHtml: words.body.html,
      bodyText: words.body.text,
      details: [],
      footer: footerOf(workspace, language, t("code.footer", { firm: name })),
    }),
  }
}
