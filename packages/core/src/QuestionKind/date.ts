/** The kind `date`: a day of the calendar, between limits. */
import * as Schema from "effect/Schema"
import { answers, type DateQuestion, isDate } from "../AnswerKind/date.ts"
import type { Operand as AnyOperand, Value } from "../Condition/Ast.ts"
import { Operand } from "../Condition/schema.ts"
import type { QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields } from "./common.ts"

export { isDate } from "../AnswerKind/date.ts"
export type { DateQuestion } from "../AnswerKind/date.ts"

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("date").annotateKey({ description: "A day of the calendar, without a time." }),
    min: Schema.optionalKey(Operand).annotateKey({
      description: "The first day allowed, such as 2027-03-27, or counted from another date.",
    }),
    max: Schema.optionalKey(Operand).annotateKey({
      description: "The last day allowed, such as 2027-03-27, or counted from another date.",
    }),
  })

const isWrong = (limit: AnyOperand | undefined): boolean =>
  limit !== undefined && typeof limit !== "object" && !isDate(limit)

const check = (question: DateQuestion): ReadonlyArray<QuestionFinding> => {
  const { min, max } = question
  const wrong = (["min", "max"] as const)
    .filter((limit) => isWrong(question[limit]))
    .map((limit) => ({
      code: "type-mismatch",
      path: [limit],
      message: `${limit} of a date is a date of the calendar, such as 2027-03-27.`,
    }))
  return isDate(min) && isDate(max) && min > max
    ? [{ code: "min-above-max", path: ["min"], message: `min ${min} is after max ${max}, so no answer fits.` }]
    : wrong
}

const example = ({ min, max }: DateQuestion, value?: Value): unknown => {
  const date = value ?? (isDate(min) ? min : isDate(max) ? max : "2027-03-27")
  return isDate(date) && !(isDate(min) && date < min) && !(isDate(max) && date > max) ? date : undefined
}

export const kind: QuestionKind<DateQuestion> = {
  ...answers,
  schema,
  check,
  example,
  answerSchema: () => ({ type: "string", format: "date" }),
}
