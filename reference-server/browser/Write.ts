/** An answer put into its fields: the other way round of the kinds' `read`. */
import { type ChoiceQuestion, pickedOf } from "@requite/core/AnswerKind/choice"
import type { Question } from "@requite/core/Questionnaire/Definition"
import { other } from "../src/CustomerPages/kinds/choice/read.ts"
import { split } from "../src/CustomerPages/kinds/date/parse.ts"
import { fieldName } from "../src/CustomerPages/kinds/names.ts"
import { written } from "../src/CustomerPages/kinds/number/parse.ts"
import type { Field } from "./Field.ts"
import type { Shared } from "./Shared.ts"

const isChoice = (question: Question): question is ChoiceQuestion => question.type === "choice"

/** Puts an answer into the fields. */
export const write = (field: Field, answer: unknown, locale: string, { controls }: Pick<Shared, "controls">): void => {
  const { place, question } = field
  const picked = isChoice(question) ? pickedOf(question, answer) : []
  const ownWords = picked.flatMap((one) =>
    typeof one === "object" && one !== null && "other" in one ? [String(one.other)] : [],
  )
  const values = new Set(picked.map((one) => (typeof one === "object" && one !== null ? other : one)))
  const dates = question.type === "date" ? split(answer) : []
  for (const control of controls(field)) {
    if (control.type === "hidden" || control.type === "file") continue
    if (control instanceof HTMLInputElement && /radio|checkbox/.test(control.type)) {
      control.checked = question.type === "confirm" ? answer === true : values.has(control.value)
    } else if (control.name === fieldName(place, "other") && isChoice(question)) control.value = ownWords[0] ?? ""
    else if (question.type === "date") {
      control.value = dates[["day", "month", "year"].findIndex((part) => control.name === fieldName(place, part))] ?? ""
    } else
      control.value = typeof answer === "number" ? written(answer, locale) : typeof answer === "string" ? answer : ""
  }
}
