/**
 * Answers of a fill session as a person reads them: in labels with placeholders, and in a review. A page imports this when
 * it shows them; it is no part of what every page that fills in carries.
 */
import type { Registry } from "../AnswerKind.ts"
import { describeNumber } from "../AnswerKind/number.ts"
import { standard } from "../AnswerKind/standard.ts"
import type { FillSession, Place, State } from "../FillSession.ts"
import * as LocalText from "../LocalText.ts"
import { at } from "./Place.ts"

/** One answer, or one instance that answers follow, as the firm will read it. */
export interface ReviewLine {
  readonly section: string
  readonly place: Place
  readonly label: string
  readonly lines: ReadonlyArray<string>
}

/**
 * A label, help or title as it reads now, in the first language that fits: `{{id}}` stands for the answer to that question,
 * or for that calculated value; for nothing while there is none. Inside a repeated group, `place` says in which instance.
 */
export const text = (
  session: Pick<FillSession, "valueOf" | "evaluation" | "answerAt">,
  state: State,
  text: LocalText.LocalText,
  languages: ReadonlyArray<string>,
  place: Place = [],
  kinds: Registry = standard,
): string =>
  LocalText.resolve(text, languages).replace(/\{\{\s*([a-zA-Z]\w*)\s*\}\}/g, (_, id: string) => {
    // the nearest around: in this instance, in the one around it, outside all
    for (let length = place.length - (place.length % 2); length >= 0; length -= 2) {
      const there = [...place.slice(0, length), id]
      const value = session.valueOf(state, there)
      if (value === undefined) continue
      const question = session.evaluation(state).program.items.get(id)?.question
      const lines = question && kinds.get(question.type)?.describe(question, session.answerAt(state, there), languages)
      return (lines ?? [typeof value === "number" ? describeNumber(value, languages) : value]).join(", ")
    }
    return ""
  })

/** Every answer as the firm will read it, with where to change it; what is not asked or not answered has no line. */
export const review = (
  session: FillSession,
  state: State,
  languages: ReadonlyArray<string>,
  kinds: Registry = standard,
): ReadonlyArray<ReviewLine> => {
  const counted = session.answers(state)
  return session.asked(state).flatMap((place) => {
    const item = session.evaluation(state).program.items.get(String(place.at(-1)))
    const kind = kinds.get(item?.question.type ?? "")
    const answer = at(counted, place)
    if (item === undefined || kind === undefined || answer === undefined) return []
    const { question, section } = item
    return [
      {
        section: section.id,
        place,
        label: text(session, state, question.label, languages, place, kinds),
        lines: kind.describe(question, answer, languages),
      },
    ]
  })
}
