/**
 * The kind `date` on a page: day, month and year in fields of their own, which is quickest to fill in with a known date
 * and cannot be misread. A date that is not whole, or does not exist, stays as it was typed, part by part.
 */
import { describeDate, isDate } from "@requite/core/AnswerKind/date"
import type { DateQuestion } from "@requite/core/QuestionKind/date"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { FieldInput, KindView } from "./KindView.ts"
import { controlAnchor, fieldName } from "./KindView.ts"
import { split } from "./date/parse.ts"
import { parts, read } from "./date/read.ts"
import { grouped, invalid } from "./parts.ts"

const names = { day: "date.day", month: "date.month", year: "date.year" } as const

const field = (input: FieldInput<DateQuestion>): Html => {
  const { place, answer, reader } = input
  const typed = split(answer)
  const control = (part: (typeof parts)[number], index: number) => {
    const id = index === 0 ? controlAnchor(place) : `${controlAnchor(place)}-${part}`
    return html`<div>
      <label for="${id}">${reader.t(names[part])}</label>
      <input
        class="control"
        type="text"
        inputmode="numeric"
        autocomplete="off"
        maxlength="30"
        id="${id}"
        name="${fieldName(place, part)}"
        value="${typed[index] ?? ""}"
        ${invalid(input)}
      />
    </div>`
  }
  return grouped(input, html`<div class="date">${parts.map(control)}</div>`, hint(input))
}

const hint = ({ question, reader }: FieldInput<DateQuestion>): string | undefined =>
  question.help === undefined ? reader.t("date.hint") : undefined

export const view: KindView<DateQuestion> = {
  type: "date",
  asksFor: "answer",
  seconds: () => 15,
  field,
  read,
  summary: ({ answer, reader }) => html`<p>${isDate(answer) ? describeDate(answer, [reader.locale]) : ""}</p>`,
}
