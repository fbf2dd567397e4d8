/**
 * The kind `choice` on a page: whole rows to pick from, or one list where there are many. "Other" opens a text field,
 * which stays open where a browser cannot hide it by style alone.
 */
import type { ChoiceOption, ChoiceQuestion } from "@requite/core/QuestionKind/choice"
import { pickedOf } from "@requite/core/QuestionKind/choice"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import { other, otherField, read } from "./choice/read.ts"
import type { FieldInput, KindView } from "./KindView.ts"
import { controlAnchor, fieldName, partAnchor } from "./KindView.ts"
import { described, grouped, invalid, labelled, perhaps, shown } from "./parts.ts"

/** From here on a list is quicker than rows; it cannot offer "Other" or several. */
const manyOptions = 16

const isList = (question: ChoiceQuestion) =>
  question.options.length >= manyOptions && question.multiple !== true && question.other !== true

const field = (input: FieldInput<ChoiceQuestion>): Html =>
  isList(input.question) ? labelled(input, list(input)) : grouped(input, rows(input), hint(input))

const hint = ({ question, reader }: FieldInput<ChoiceQuestion>): string | undefined =>
  question.multiple === true && question.help === undefined ? reader.t("choice.several") : undefined

/** Those that can be picked, going by the other answers; the others only where a script may offer them later. In the
 * author's order; `index` names them on the page, those first that are there. */
const offered = ({
  question,
  isOffered,
  live,
}: FieldInput<ChoiceQuestion>): ReadonlyArray<{
  readonly option: ChoiceOption
  readonly index: number
  readonly isThere: boolean
}> => {
  let [there, away] = [0, question.options.filter(({ value }) => isOffered(value)).length + 1]
  return question.options.flatMap((option) => {
    const isThere = isOffered(option.value)
    if (!isThere && !live) return []
    return [{ option, index: isThere ? there++ : away++, isThere }]
  })
}

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
    ${offered(input).map(({ option: { value, label }, isThere }) =>
      perhaps(
        isThere,
        input,
        html`data-option="${value}"`,
        html`<option value="${value}" ${value === answer ? html`selected` : null}>${reader.text(label)}</option>`,
      ),
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
      ${options.map(({ option: { value, label, help }, index, isThere }) =>
        perhaps(
          isThere,
          input,
          html`data-option="${value}"`,
          row(input, {
            index,
            value,
            checked: picked.includes(value),
            label: reader.authored(label),
            help: help === undefined ? null : reader.authored(help),
          }),
        ),
      )}${
        question.other === true
          ? html`<div class="other">
              ${row(input, {
                index: options.filter(({ isThere }) => isThere).length,
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
