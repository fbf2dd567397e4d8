/** The kind `text` on a page: a line or a field of several lines, with the keyboard that fits its format. */
import type { TextQuestion } from "@requite/core/QuestionKind/text"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { FieldInput, KindView } from "./KindView.ts"
import { controlAnchor, fieldName } from "./KindView.ts"
import { described, invalid, labelled } from "./parts.ts"
import { read } from "./text/read.ts"

const field = (input: FieldInput<TextQuestion>): Html => {
  const { place, question, answer, reader } = input
  const typed = typeof answer === "string" ? answer : ""
  // a limit is told where a person might meet it
  const hint =
    question.long === true && question.maxLength !== undefined && question.maxLength <= 300
      ? reader.t("text.upTo", { max: reader.number(question.maxLength) })
      : undefined
  const attributes = html`id="${controlAnchor(place)}" name="${fieldName(place)}"
  ${question.autocomplete === undefined ? null : html`autocomplete="${question.autocomplete}"`}
  ${described(input, hint)} ${invalid(input)}`
  return labelled(
    input,
    question.long === true
      ? // browsers swallow a line break right after the tag: this one, and not one of the customer's own
        html`<textarea class="control" dir="auto" rows="${rows(question)}" ${attributes}>${`\n${typed}`}</textarea>`
      : html`<input class="control${width(question)}" ${keyboard(question)} value="${typed}" ${attributes} />`,
    hint,
  )
}

const rows = ({ maxLength = 2000 }: TextQuestion) => (maxLength <= 500 ? 3 : maxLength <= 1000 ? 4 : 6)

/** A field is about as wide as what belongs in it: that, too, says what is asked. */
const width = ({ format, maxLength = 500 }: TextQuestion): string =>
  format === "phone" || maxLength <= 60 ? " narrow" : ""

const keyboard = ({ format }: TextQuestion): Html => {
  switch (format) {
    case "email":
      return html`type="email" inputmode="email" autocapitalize="none" spellcheck="false"`
    case "phone":
      return html`type="tel" inputmode="tel"`
    case "url":
      return html`type="url" inputmode="url" autocapitalize="none" spellcheck="false"`
    default:
      return html`type="text" dir="auto"`
  }
}

export const view: KindView<TextQuestion> = {
  type: "text",
  asksFor: "answer",
  seconds: ({ long }) => (long === true ? 60 : 15),
  field,
  read,
  summary: ({ answer }) => html`<p class="typed" dir="auto">${typeof answer === "string" ? answer.trim() : ""}</p>`,
}
