/** What was typed into a field for text. */
import type { TextQuestion } from "@requite/core/QuestionKind/text"
import type { ReadInput } from "../names.ts"
import { fieldName, valueOf } from "../names.ts"

/** Browsers send CRLF for a line break; a person typed one character. */
export const read = ({ place, fields }: ReadInput<TextQuestion>): unknown =>
  valueOf(fields, fieldName(place))?.replace(/\r\n?/g, "\n")
