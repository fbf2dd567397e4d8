/** What was picked of a choice. */
import type { ChoiceQuestion } from "@requite/core/QuestionKind/choice"
import type { Place } from "../../../Filling.ts"
import type { ReadInput } from "../names.ts"
import { fieldName, valueOf } from "../names.ts"

/** No option's value can be this: they begin with a letter or digit. */
export const other = "+other"
export const otherField = (place: Place): string => fieldName(place, "other")

/** What was ticked, as it arrived: `validate` refuses what is no option. Words beside "Other" count only with it. */
export const read = ({ place, question, fields }: ReadInput<ChoiceQuestion>): unknown => {
  const sent = fields.get(fieldName(place))
  const written = valueOf(fields, otherField(place))
  if (sent === undefined && written === undefined) return undefined
  const words = (written ?? "").trim()
  const values = (sent ?? []).filter((value) => value !== "")
  const picked = values.map((value) => (value === other ? { other: words } : value))
  // whoever has written something of their own and ticked nothing means it
  const meant = picked.length === 0 && words !== "" ? [{ other: words }] : picked
  return question.multiple === true ? meant : (meant[0] ?? "")
}
