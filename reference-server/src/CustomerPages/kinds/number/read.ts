/** The number that was typed, or what was typed instead. */
import type { NumberQuestion } from "@requite/core/QuestionKind/number"
import type { ReadInput } from "../names.ts"
import { fieldName, valueOf } from "../names.ts"
import { parse } from "./parse.ts"

export const read = ({ place, question, fields, reader }: ReadInput<NumberQuestion>): unknown => {
  const typed = valueOf(fields, fieldName(place))
  if (typed === undefined) return undefined
  const unit = question.unit === undefined ? "" : reader.text(question.unit)
  return parse(typed, reader.locale, unit) ?? typed.trim()
}
