/** Answers of the kind `date`: a day of the calendar, as `2027-03-27`. */
import type { AnswerKind, FillKind, Problem } from "../AnswerKind.ts"
import type { Scope } from "../Condition/Ast.ts"
import { instantOf, isDate } from "../Evaluation/dates.ts"
import { locales } from "../LocalText.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { described } from "./described.ts"
import { beyond, isTyping, type Limits } from "./number.ts"

export { isDate } from "../Evaluation/dates.ts"

export interface DateQuestion extends Question, Limits {
  readonly type: "date"
}

const validate = (question: DateQuestion, answer: unknown, scope: Scope): ReadonlyArray<Problem> => {
  if (!isDate(answer)) return [{ code: "date-type", malformed: !isTyping(answer) }]
  // of four-digit years the order of the texts is the order of the days
  return beyond(answer, question, scope, "date-too-early", "date-too-late")
}

/** As it is written in the first of the languages: "27 March 2027". */
export const describeDate = (date: string, languages: ReadonlyArray<string>): string =>
  new Intl.DateTimeFormat(locales(languages), { dateStyle: "long", timeZone: "UTC", calendar: "gregory" }).format(
    instantOf(date),
  )

export const filling: FillKind<DateQuestion> = {
  type: "date",
  givenAs: "value",
  valueType: ({ min, max }) => ({ type: "date", min, max }),
  value: (_question, answer) => (isDate(answer) ? answer : undefined),
  isAnswered: (_question, answer) => isDate(answer),
  validate,
}

export const answers: AnswerKind<DateQuestion> = /* @__PURE__ */ described(filling, (_question, answer, languages) =>
  isDate(answer) ? [describeDate(answer, languages)] : [],
)
