/**
 * The kind `choice` on a page: whole rows to pick from, or one list where there are many. "Other" opens a text field,
 * which stays open where a browser cannot hide it by style alone.
 */
import type { ChoiceOption, ChoiceQuestion } from "@requite/core/QuestionKind/choice"
import { pickedOf } from "@requite/core/QuestionKind/choice"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { Place } from "../../Filling.ts"
import type { FieldInput, KindView, ReadInput } from "./KindView.ts"
import { controlAnchor, fieldName, partAnchor, valueOf } from "./KindView.ts"
import { described, grouped, invalid, labelled, shown } from "./parts.ts"

/** No option's value can be this: they begin with a letter or digit. */
const other = "+other"
const otherField = (place: Place) => fieldName(place, "other")
/** From here on a list is quicker than rows; it cannot offer "Other" or several. */
const manyOptions = 16

const isList = (question: ChoiceQuestion) =>
  question.options.length >= manyOptions && question.multiple !== true && question.other !== true

const field = (input: FieldInput<ChoiceQuestion>): Html =>
  isList(input.question) ? labelled(input, list(input)) : grouped(input, rows(input), hint(input))

const hint = ({ question, reader }: FieldInput<ChoiceQuestion>): string | undefined =>
  question.multiple === true && question.help === undefined ? reader.t("choice.several") : undefined

/** Those that can be picked, going by the other answers. */
const offered = ({ question, isOffered }: FieldInput<ChoiceQuestion>): ReadonlyArray<ChoiceOption> =>
  question.options.filter(({ value }) => isOffered(value))

const list = (input: FieldInput<ChoiceQuestion>): Html => {
  const { place, answer, reader } = input
  return html`<select
    class="control"
    id="${controlAnchor(place)}"
    name="${fieldName(place)}"
    ${described(input)}
    ${invalid(input)}
  >
    <option value="">${reader.t("choice.pick")}</option>
    ${offered(input).map(
      ({ value, label }) =>
        html`<option value="${value}" ${value === answer ? html`selected` : null}>${reader.text(label)}</option>`,
    )}
  </select>`
}

const rows = (input: FieldInput<ChoiceQuestion>): Html => {
  const { place, question, reader } = input
  const picked = pickedOf(question, input.answer)
  const ownWords = picked.map(otherOf).find((words) => words !== undefined)
  const options = offered(input)
  return html`${shown(input)}
    <div class="choices">
      ${options.map(({ value, label, help }, index) =>
        row(input, {
          index,
          value,
          checked: picked.includes(value),
          label: reader.authored(label),
          help: help === undefined ? null : reader.authored(help),
        }),
      )}${
        question.other === true
          ? html`<div class="other">
              ${row(input, {
                index: options.length,
                value: other,
                checked: ownWords !== undefined,
                label: html`${reader.t("choice.other")}`,
                help: null,
              })}
              <div class="own-words">
                <label for="${partAnchor("o", place)}">${reader.t("choice.ownWords")}</label>
                <input
                  class="control"
                  type="text"
                  id="${partAnchor("o", place)}"
                  name="${otherField(place)}"
                  value="${ownWords ?? ""}"
                  autocomplete="off"
                  ${described(input)}
                />
              </div>
            </div>`
          : null
      }
    </div>`
}

interface Row {
  readonly index: number
  readonly value: string
  readonly checked: boolean
  readonly label: Html
  readonly help: Html | null
}

const row = (input: FieldInput<ChoiceQuestion>, { index, value, checked, label, help }: Row): Html => {
  const { place } = input
  const { multiple } = input.question
  const id = index === 0 ? controlAnchor(place) : `${controlAnchor(place)}-${index}`
  return html`<div class="choice">
    <input
      type="${multiple === true ? "checkbox" : "radio"}"
      id="${id}"
      name="${fieldName(place)}"
      value="${value}"
      ${checked ? html`checked` : null}
      ${help === null ? null : html`aria-describedby="${id}-h"`}
      ${multiple === true ? invalid(input) : null}
    />
    <label for="${id}">${label}</label>
    ${help === null ? null : html`<div class="option-help" id="${id}-h">${help}</div>`}
  </div>`
}

const otherOf = (picked: unknown): string | undefined =>
  typeof picked === "object" && picked !== null && "other" in picked && typeof picked.other === "string"
    ? picked.other
    : undefined

/** What was ticked, as it arrived: `validate` refuses what is no option. Words beside "Other" count only with it. */
const read = ({ place, question, fields }: ReadInput<ChoiceQuestion>): unknown => {
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

export const view: KindView<ChoiceQuestion> = {
  type: "choice",
  asksFor: "answer",
  seconds: ({ multiple }) => (multiple === true ? 20 : 10),
  field,
  read,
  summary: ({ question, answer, reader }) => {
    const lines = pickedOf(question, answer).flatMap((picked) => {
      const words = otherOf(picked)
      const option = question.options.find(({ value }) => value === picked)
      if (words !== undefined) return [html`<span dir="auto">${words}</span>`]
      return option === undefined ? [] : [reader.authored(option.label)]
    })
    return lines.length === 1
      ? html`<p>${lines}</p>`
      : html`<ul>
          ${lines.map((line) => html`<li>${line}</li>`)}
        </ul>`
  },
}
