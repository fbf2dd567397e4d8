/** Answers of the kind `date`: a day of the calendar, as `2027-03-27`. */
import type { AnswerKind, Problem } from "../AnswerKind.ts"
import type { Operand, Scope } from "../Condition/Ast.ts"
import { locales } from "../LocalText.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { isTyping } from "./number.ts"

export interface DateQuestion extends Question {
  readonly type: "date"
  /** The limits are allowed themselves. One that is not answered does not limit. */
  readonly min?: Operand
  readonly max?: Operand
}

const daysInMonth = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31

/** Is this a day that exists, of the years 0000 to 9999 of the Gregorian calendar, as `2027-03-27`? */
export const isDate = (text: unknown): text is string => {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8))
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(Number(text.slice(0, 4)), month)
}

const limit = (operand: Operand | undefined, scope: Scope): string | undefined => {
  const value = operand === undefined || typeof operand === "string" ? operand : scope.value(operand)
  return typeof value === "string" ? value : undefined
}

const validate = (question: DateQuestion, answer: unknown, scope: Scope): ReadonlyArray<Problem> => {
  if (!isDate(answer)) return [{ code: "date-type", malformed: !isTyping(answer) }]
  const problems: Array<Problem> = []
  // of four-digit years the order of the texts is the order of the days
  const min = limit(question.min, scope)
  const max = limit(question.max, scope)
  if (min !== undefined && answer < min) problems.push({ code: "date-too-early", values: { min } })
  if (max !== undefined && answer > max) problems.push({ code: "date-too-late", values: { max } })
  return problems
}

/** As it is written in the first of the languages: "27 March 2027". */
export const describeDate = (date: string, languages: ReadonlyArray<string>): string => {
  const day = new Date(0)
  // Date.UTC takes the years 0 to 99 for those of the last century
  day.setUTCFullYear(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8)))
  return new Intl.DateTimeFormat(locales(languages), {
    dateStyle: "long",
    timeZone: "UTC",
    calendar: "gregory",
  }).format(day)
}

export const answers: AnswerKind<DateQuestion> = {
  type: "date",
  givenAs: "value",
  valueType: ({ min, max }) => ({
    type: "date",
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  }),
  value: (_question, answer) => (isDate(answer) ? answer : undefined),
  isAnswered: (_question, answer) => isDate(answer),
  validate,
  describe: (_question, answer, languages) => (isDate(answer) ? [describeDate(answer, languages)] : []),
}
