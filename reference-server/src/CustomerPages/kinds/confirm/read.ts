/** Whether the box was ticked. */
import type { ConfirmQuestion } from "@requite/core/QuestionKind/confirm"
import type { ReadInput } from "../names.ts"
import { fieldName } from "../names.ts"

export const read = ({ place, fields }: ReadInput<ConfirmQuestion>): unknown =>
  fields.get(fieldName(place))?.includes("yes")
