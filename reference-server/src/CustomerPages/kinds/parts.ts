/** What the fields of all kinds have in common: label, help and errors, tied to the control for who hears the page. */
import type { Child, Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { FieldInput } from "./KindView.ts"
import { controlAnchor, questionAnchor } from "./KindView.ts"

/** A question with one control: a label over it. */
export const labelled = (input: FieldInput, control: Html, hint?: string): Html =>
  question(
    input,
    html`<label class="label" for="${controlAnchor(input.question.id)}">${title(input)}</label>
      ${help(input, hint)}${errors(input)}${control}`,
  )

/** A question with several controls: they form a group with a legend. */
export const grouped = (input: FieldInput, controls: Html, hint?: string): Html =>
  question(
    input,
    html`<fieldset ${described(input, hint)}>
      <legend class="label">${title(input)}</legend>
      ${help(input, hint)}${errors(input)}${controls}
    </fieldset>`,
  )

const question = ({ question: { id }, errors: { length } }: FieldInput, content: Html): Html =>
  html`<div class="question${length > 0 ? " wrong" : ""}" id="${questionAnchor(id)}">${content}</div>`

const title = ({ question, reader }: FieldInput): Child => [
  reader.authored(question.label),
  question.required === true ? null : html` <span class="optional">${reader.t("field.optional")}</span>`,
]

const help = ({ question, reader }: FieldInput, hint: string | undefined): Html | null =>
  question.help === undefined && hint === undefined
    ? null
    : html`<div class="help" id="${helpId(question.id)}">
        ${question.help === undefined ? null : reader.markdown(question.help)}${
          hint === undefined ? null : html`<p>${hint}</p>`
        }
      </div>`

const errors = ({ question, reader, errors }: FieldInput): Html | null =>
  errors.length === 0
    ? null
    : html`<div class="error" id="${errorId(question.id)}">
        ${errors.map((sentence) => html`<p><span class="unseen">${reader.t("field.error")}</span> ${sentence}</p>`)}
      </div>`

const helpId = (id: string) => `h-${id}`
const errorId = (id: string) => `e-${id}`

/** The attributes that tie a control or a group to its help and errors. */
export const described = ({ question, errors }: FieldInput, hint?: string): Html => {
  const ids = [
    ...(question.help === undefined && hint === undefined ? [] : [helpId(question.id)]),
    ...(errors.length === 0 ? [] : [errorId(question.id)]),
  ]
  return ids.length === 0 ? html`` : html`aria-describedby="${ids.join(" ")}"`
}

/** For the control itself, which alone can be invalid. */
export const invalid = ({ errors }: FieldInput): Html => (errors.length === 0 ? html`` : html`aria-invalid="true"`)
