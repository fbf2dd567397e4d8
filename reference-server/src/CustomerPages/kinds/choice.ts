/**
 * The kind `choice` on a page: whole rows to pick from, or one list where there are many. "Other" opens a text field,
 * which stays open where a browser cannot hide it by style alone.
 */
import type { ChoiceQuestion } from "@requite/core/QuestionKind/choice"
import { pickedOf } from "@requite/core/QuestionKind/choice"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { FieldInput, Fields, KindView } from "./KindView.ts"
import { controlAnchor, fieldName } from "./KindView.ts"
import { described, grouped, invalid, labelled } from "./parts.ts"

/** No option's value can be this: they begin with a letter or digit. */
const other = "+other"
const otherField = (id: string) => `${fieldName(id)}.other`
/** From here on a list is quicker than rows; it cannot offer "Other" or several. */
const manyOptions = 16

const isList = (question: ChoiceQuestion) =>
  question.options.length >= manyOptions && question.multiple !== true && question.other !== true

const field = (input: FieldInput<ChoiceQuestion>): Html =>
  isList(input.question) ? labelled(input, list(input)) : grouped(input, rows(input), hint(input))

const hint = ({ question, reader }: FieldInput<ChoiceQuestion>): string | undefined =>
  question.multiple === true && question.help === undefined ? reader.t("choice.several") : undefined

const list = (input: FieldInput<ChoiceQuestion>): Html => {
  const { question, answer, reader } = input
  return html`<select
    class="control"
    id="${controlAnchor(question.id)}"
    name="${fieldName(question.id)}"
    ${described(input)}
    ${invalid(input)}
  >
    <option value="">${reader.t("choice.pick")}</option>
    ${question.options.map(
      ({ value, label }) =>
        html`<option value="${value}" ${value === answer ? html`selected` : null}>${reader.text(label)}</option>`,
    )}
  </select>`
}

const rows = (input: FieldInput<ChoiceQuestion>): Html => {
  const { question, reader } = input
  const picked = pickedOf(question, input.answer)
  const ownWords = picked.map(otherOf).find((words) => words !== undefined)
  return html`<div class="choices">
    ${question.options.map(({ value, label, help }, index) =>
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
              index: question.options.length,
              value: other,
              checked: ownWords !== undefined,
              label: html`${reader.t("choice.other")}`,
              help: null,
            })}
            <div class="own-words">
              <label for="o-${question.id}">${reader.t("choice.ownWords")}</label>
              <input
                class="control"
                type="text"
                id="o-${question.id}"
                name="${otherField(question.id)}"
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
  const { id: question, multiple } = input.question
  const id = index === 0 ? controlAnchor(question) : `${controlAnchor(question)}-${index}`
  return html`<div class="choice">
    <input
      type="${multiple === true ? "checkbox" : "radio"}"
      id="${id}"
      name="${fieldName(question)}"
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
const read = (question: ChoiceQuestion, fields: Fields): unknown => {
  const words = (fields.get(otherField(question.id))?.[0] ?? "").trim()
  const values = (fields.get(fieldName(question.id)) ?? []).filter((value) => value !== "")
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
  sentence: (question, { code, values = {} }, { t, number }) => {
    switch (code) {
      case "required":
        return question.multiple === true ? t("problem.choice-required-several") : t("problem.choice-required")
      case "choice-other-empty":
        return t("problem.choice-other-empty", { other: t("choice.other") })
      case "text-too-long":
        return t("problem.text-too-long", {
          max: number(Number(values["max"])),
          length: number(Number(values["length"])),
        })
      case "choice-unknown":
      case "choice-twice":
        return t("problem.choice-unknown")
      default:
        return t("problem.other")
    }
  },
}
