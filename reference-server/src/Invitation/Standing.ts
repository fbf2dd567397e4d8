/** How far a request is, as its mails tell it: what is still open, how many items are done, and when it is due. */
import { Answers, ClientRequest, LocalText } from "@requite/core"
import type { Current } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import { calendarDay } from "../Messages.ts"

export interface Standing {
  /** Titles of the items that are asked and not done, in reading order. */
  readonly open: ReadonlyArray<string>
  readonly done: number
  readonly total: number
  /** The earliest date of what is open, such as `2027-03-27`, and how many days there are until then. */
  readonly due: { readonly day: string; readonly inDays: number } | null
}

export const of = (current: Current, languages: ReadonlyArray<string>, now: number): Standing => {
  const { request, stored, answers, visited, context } = current
  const { policy, details, items } = request
  const asked = Filling.sections(Filling.of(current))
  // where nobody ticks items off, one is done when nothing in it is missing
  const isTicked = policy.saving === "per-item" || policy.completion === "auto-when-all"
  const filled = isTicked
    ? new Set()
    : new Set(
        Answers.progress(stored.questionnaire, answers, visited, { context })
          .filter(({ id, state }) => state === "done" && items[id]?.status !== "Returned")
          .map(({ id }) => id),
      )
  const open = asked.filter(({ id }) => !filled.has(id) && !ClientRequest.isItemDone(request, id))
  const dates = (open.length === 0 ? asked : open).flatMap(({ id }) => ClientRequest.dueOf(details, id) ?? []).sort()
  const day = dates[0]
  return {
    open: open.map(({ title }) => titleIn(title, languages, stored)),
    done: asked.length - open.length,
    total: asked.length,
    due: day === undefined ? null : { day, inDays: daysUntil(day, calendarDay(now, details.timeZone)) },
  }
}

/** The title of an item; empty: there is no such item. */
export const titleOf = (
  { stored }: Pick<Current, "stored">,
  item: string,
  languages: ReadonlyArray<string>,
): string => {
  const section = stored.questionnaire.sections.find(({ id }) => id === item)
  return section === undefined ? "" : titleIn(section.title, languages, stored)
}

const titleIn = (
  title: LocalText.LocalText,
  languages: ReadonlyArray<string>,
  { questionnaire }: Current["stored"],
): string => LocalText.oneLine(LocalText.resolve(title, [...languages, questionnaire.language]))

const daysUntil = (day: string, today: string): number => Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000)
