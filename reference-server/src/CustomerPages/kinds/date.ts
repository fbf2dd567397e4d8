/**
 * The kind `date` on a page: day, month and year in fields of their own, which is quickest to fill in with a known date
 * and cannot be misread. A date that is not whole, or does not exist, stays as it was typed, part by part.
 */
import { describeDate, isDate } from "@requite/core/AnswerKind/date"
import type { DateQuestion } from "@requite/core/QuestionKind/date"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { FieldInput, KindView, ReadInput } from "./KindView.ts"
import { controlAnchor, fieldName, valueOf } from "./KindView.ts"
import { join, parse, split } from "./date/parse.ts"
import { grouped, invalid } from "./parts.ts"

const parts = ["day", "month", "year"] as const
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

const read = ({ place, fields, reader }: ReadInput<DateQuestion>): unknown => {
  const typed = parts.map((part) => valueOf(fields, fieldName(place, part)))
  if (typed.every((one) => one === undefined)) return undefined
  const [day = "", month = "", year = ""] = typed.map((one) => (one ?? "").trim())
  return parse([day, month, year], reader.locale) ?? join([day, month, year])
}

export const view: KindView<DateQuestion> = {
  type: "date",
  asksFor: "answer",
  seconds: () => 15,
  field,
  read,
  summary: ({ answer, reader }) => html`<p>${isDate(answer) ? describeDate(answer, [reader.locale]) : ""}</p>`,
}
