/** A made-up request to show templates with: two of three parts open, due in a week. */
import { type ClientRequest, Instant } from "@requite/core"
import type * as Redacted from "effect/Redacted"
import * as Letter from "../Invitation/Letter.ts"
import * as NewLink from "../Invitation/NewLink.ts"
import type { Kind, Own } from "../MailTemplates.ts"
import type { Member } from "../Members.ts"
import { calendarDay, formatDate, translator } from "../Messages.ts"
import type { Workspace } from "../Workspaces.ts"

/** Nobody's code, and plainly an example. */
export const code = "123456"

export interface Sample {
  readonly workspace: Workspace
  readonly member: Pick<Member, "name">
  readonly own: Own | undefined
  /** The reader's. */
  readonly language: string
  readonly link: Redacted.Redacted
  /** Milliseconds since the epoch. */
  readonly now: number
}

export const letter = (kind: Exclude<Kind, "code">, { language, now, ...given }: Sample): Letter.Composed => {
  const { workspace } = given
  const { t, locale } = translator("mail", [language, workspace.language])
  const [one, two] = [t("templates.sample.one"), t("templates.sample.two")]
  const title = t("templates.sample.title")
  const dueDay = calendarDay(Instant.plusDays(now, 7), workspace.timeZone)
  const recipient: ClientRequest.Recipient = {
    id: "sample",
    name: t("templates.sample.name"),
    email: "",
    language,
    mobile: "",
    role: "",
    contact: null,
  }
  const sample: Letter.Letter = {
    ...given,
    details: { title, due: dueDay, message: "", recipients: [recipient], timeZone: workspace.timeZone },
    recipient,
    worksUntil: Instant.plusDays(now, 14),
  }
  const { count } = Letter.speechOf(sample)
  const due = formatDate(dueDay, locale, workspace.timeZone)
  switch (kind) {
    case "invitation":
      return Letter.write(sample, kind, {})
    case "access-link":
      return NewLink.asked(sample, 1)
    case "delegated":
      return Letter.write(sample, kind, { passedOnBy: t("templates.sample.other") })
    case "comments":
      return NewLink.said(sample, 1)
    case "returned":
      return Letter.write(
        sample,
        kind,
        { item: one },
        {
          rows: [
            { label: t("returned.item"), value: one },
            { label: t("returned.reason"), value: t("templates.sample.reason") },
          ],
        },
      )
    case "reminder": {
      const open = `${one}, ${two}`
      return Letter.write(
        sample,
        kind,
        {
          dueSentence: t("reminder.leadAhead", { title, due, days: 7 }),
          standing: t("reminder.left", { done: 1, total: 3, open }),
          state: t("reminder.state", { open }),
          when: t("reminder.whenAhead", { days: 7 }),
          open,
          done: count(1),
          total: count(3),
          number: count(1),
        },
        { rows: [{ label: t("reminder.number"), value: "1" }] },
      )
    }
  }
}
