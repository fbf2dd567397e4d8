/**
 * The kind `number` on a page: a field for what a person writes, "1 234,5" as their language does, with its unit. What is
 * no number stays as it was typed.
 */
import { describeNumber } from "@requite/core/AnswerKind/number"
import type { NumberQuestion } from "@requite/core/QuestionKind/number"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { FieldInput, KindView } from "./KindView.ts"
import { controlAnchor, fieldName, partAnchor } from "./KindView.ts"
import { written } from "./number/parse.ts"
import { read } from "./number/read.ts"
import { described, invalid, labelled } from "./parts.ts"

/** As long as what was typed may be and still be kept (core). */
const longest = 100

const field = (input: FieldInput<NumberQuestion>): Html => {
  const { place, question, answer, reader } = input
  const id = controlAnchor(place)
  return labelled(
    input,
    html`<div class="measure">
      <input
        class="control number"
        type="text"
        inputmode="${question.decimals === 0 && !mayBeNegative(question) ? "numeric" : "decimal"}"
        autocomplete="off"
        maxlength="${longest}"
        id="${id}"
        name="${fieldName(place)}"
        value="${typeof answer === "number" ? written(answer, reader.locale) : typeof answer === "string" ? answer : ""}"
        ${question.unit === undefined ? described(input) : html`aria-describedby="${[...ids(input), partAnchor("u", place)].join(" ")}"`}
        ${invalid(input)}
      />
      ${question.unit === undefined ? null : html`<span class="unit" id="${partAnchor("u", place)}">${reader.authored(question.unit)}</span>`}
    </div>`,
  )
}

const ids = ({ place, question, errors }: FieldInput<NumberQuestion>): ReadonlyArray<string> => [
  ...(question.help === undefined ? [] : [partAnchor("h", place)]),
  ...(errors.length === 0 ? [] : [partAnchor("e", place)]),
]

/** The keyboard of digits has no minus on some phones. */
const mayBeNegative = ({ min }: NumberQuestion): boolean => typeof min !== "number" || min < 0

export const view: KindView<NumberQuestion> = {
  type: "number",
  asksFor: "answer",
  seconds: () => 15,
  field,
  read,
  summary: ({ question, answer, reader }) => {
    const number = typeof answer === "number" ? describeNumber(answer, [reader.locale]) : ""
    return html`<p>${number}${question.unit === undefined ? null : ["\u00a0", reader.authored(question.unit)]}</p>`
  },
}
