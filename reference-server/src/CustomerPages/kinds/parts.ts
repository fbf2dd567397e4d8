/** What the fields of all kinds have in common: label, help and errors, tied to the control for who hears the page. */
import type { Attachment } from "@requite/core/Questionnaire/Definition"
import type { Child, Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { FieldInput } from "./KindView.ts"
import { controlAnchor, fieldName, partAnchor, questionAnchor } from "./KindView.ts"
import { key } from "./names.ts"

/** A question with one control: a label over it. */
export const labelled = (input: FieldInput, control: Html, hint?: string): Html =>
  question(
    input,
    html`<label class="label" for="${controlAnchor(input.place)}">${title(input)}</label>
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

/** Whatever stands on the page for one item, under its own address. */
export const question = (
  { place, question: { label }, reader, errors: { length }, isNew }: FieldInput,
  content: Html,
  kind = "",
): Html =>
  html`<div
    class="question${kind}${length > 0 ? " wrong" : ""}${isNew ? " new" : ""}"
    id="${questionAnchor(place)}"
    data-at="${key(place)}"
    ${reader.side(label)}
  >
    ${content}
  </div>`

/** What the page's script may put in later stands in a template: there for nobody until then. */
export const perhaps = (isThere: boolean, { live }: Pick<FieldInput, "live">, name: Html, content: Html): Html | null =>
  isThere ? content : live ? html`<template ${name}>${content}</template>` : null

/** The label, and whether it may be left out. */
export const title = ({ question, isRequired, reader, live }: FieldInput): Child => [
  reader.authored(question.label),
  isRequired
    ? live && typeof question.required === "object"
      ? html` <template data-optional>${optional(reader)}</template>`
      : null
    : html` ${optional(reader)}`,
]

const optional = ({ t }: FieldInput["reader"]): Html =>
  html`<span class="optional" data-optional>${t("field.optional")}</span>`

/** The author's help, a hint of ours, and the firm's documents that go with the question. */
export const help = ({ place, question, reader, namedPath }: FieldInput, hint?: string): Html =>
  html`${
    question.help === undefined && hint === undefined
      ? null
      : html`<div class="help" id="${partAnchor("h", place)}">
          ${question.help === undefined ? null : reader.markdown(question.help)}${
            hint === undefined ? null : html`<p>${hint}</p>`
          }
        </div>`
  }${attached(question.attachments ?? [], reader, namedPath)}`

/** Documents to save; by its name alone one that the firm does not have, or not like this. */
const attached = (
  files: ReadonlyArray<Attachment>,
  reader: FieldInput["reader"],
  pathOf: FieldInput["namedPath"] = () => null,
): Html | null =>
  files.length === 0
    ? null
    : html`<ul class="files" aria-label="${reader.t("field.attachments")}">
        ${files.map((file) => {
          const path = pathOf(file)
          return html`<li>
            ${path === null ? html`<span dir="auto">${file.name}</span>` : html`<a href="${path}" dir="auto">${file.name}</a>`}
            <span class="size">${reader.bytes(file.bytes)}</span>
          </li>`
        })}
      </ul>`

export const errors = ({ place, reader, errors }: FieldInput): Html | null =>
  errors.length === 0
    ? null
    : html`<div class="error" id="${partAnchor("e", place)}">
        ${errors.map((sentence) => html`<p><span class="unseen">${reader.t("field.error")}</span> ${sentence}</p>`)}
      </div>`

/** The attributes that tie a control or a group to its help and errors. */
export const described = ({ place, question, errors }: FieldInput, hint?: string): Html => {
  const ids = [
    ...(question.help === undefined && hint === undefined ? [] : [partAnchor("h", place)]),
    ...(errors.length === 0 ? [] : [partAnchor("e", place)]),
  ]
  return ids.length === 0 ? html`` : html`aria-describedby="${ids.join(" ")}"`
}

/** For the control itself, which alone can be invalid. */
export const invalid = ({ errors }: FieldInput): Html => (errors.length === 0 ? html`` : html`aria-invalid="true"`)

/** Boxes that nobody ticks send nothing; this says that they were on the page. */
export const shown = ({ place }: Pick<FieldInput, "place">): Html =>
  html`<input type="hidden" name="${fieldName(place)}" value="" />`
