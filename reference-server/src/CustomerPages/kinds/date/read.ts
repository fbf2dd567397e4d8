/** The date that was typed, or what was typed instead, part by part. */
import type { DateQuestion } from "@requite/core/QuestionKind/date"
import type { ReadInput } from "../names.ts"
import { fieldName, valueOf } from "../names.ts"
import { join, parse } from "./parse.ts"

export const parts = ["day", "month", "year"] as const

export const read = ({ place, fields, reader }: ReadInput<DateQuestion>): unknown => {
  const typed = parts.map((part) => valueOf(fields, fieldName(place, part)))
  if (typed.every((one) => one === undefined)) return undefined
  const [day = "", month = "", year = ""] = typed.map((one) => (one ?? "").trim())
  return parse([day, month, year], reader.locale) ?? join([day, month, year])
}
