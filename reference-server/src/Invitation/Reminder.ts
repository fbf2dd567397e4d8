/**
 * The words of a reminder (K13–K15). Each says what is still open, how much is done and how long there is, so that no two
 * are the same (M12); of a sensitive request it names no item (M21).
 */
import type { Current } from "../ClientRequests.ts"
import { formatDate } from "../Messages.ts"
import * as Letter from "./Letter.ts"
import * as Standing from "./Standing.ts"

export const compose = (letter: Letter.Letter, current: Current, number: number, now: number): Letter.Composed => {
  const speech = Letter.speechOf(letter)
  const { t, locale, count, recipient, names } = speech
  const standing = Standing.of(current, [recipient.language, letter.workspace.language], now)
  const due = standing.due === null ? undefined : formatDate(standing.due.day, locale, letter.details.timeZone)
  const when = whenOf(speech, standing, number)
  const isQuiet = current.request.details.sensitivity === "high"
  const isFilled = standing.open.length === 0
  const open = isQuiet ? names.title : shortened(speech, standing.open)
  const { done, total } = standing
  const left = t(isQuiet ? "reminder.leftQuiet" : "reminder.left", { done, total, open })
  return Letter.write(
    letter,
    "reminder",
    {
      dueSentence: leadOf(speech, standing, due ?? ""),
      standing: isFilled ? t("reminder.leftFilled") : left,
      state: isFilled ? t("reminder.stateFilled", names) : t("reminder.state", { open }),
      when,
      open: isFilled ? undefined : open,
      done: count(done),
      total: count(total),
      number: count(number),
      dueDate: due,
    },
    {
      rows: [
        // the sentence names them all, unless they are many
        ...(isQuiet || standing.open.length <= most
          ? []
          : [{ label: t("reminder.open"), value: standing.open.join(", ") }]),
        { label: t("reminder.number"), value: String(number) },
      ],
      due,
    },
  )
}

const whenOf = ({ t }: Letter.Speech, { due }: Standing.Standing, count: number): string => {
  if (due === null) return t("reminder.whenNone", { count })
  if (due.inDays === 0) return t("reminder.whenToday")
  return due.inDays > 0 ? t("reminder.whenAhead", { days: due.inDays }) : t("reminder.whenOver", { days: -due.inDays })
}

const leadOf = ({ t, names }: Letter.Speech, { due }: Standing.Standing, day: string): string => {
  if (due === null) return t("reminder.lead", names)
  if (due.inDays === 0) return t("reminder.leadToday", { ...names, due: day })
  return due.inDays > 0
    ? t("reminder.leadAhead", { ...names, due: day, days: due.inDays })
    : t("reminder.leadOver", { ...names, due: day, days: -due.inDays })
}

/** How many names there are in a subject, which is one line. */
const most = 3

const shortened = ({ t }: Letter.Speech, titles: ReadonlyArray<string>): string => {
  if (titles.length <= most) return titles.join(", ")
  const shown = titles.slice(0, most - 1)
  return t("reminder.more", { shown: shown.join(", "), more: titles.length - shown.length })
}
