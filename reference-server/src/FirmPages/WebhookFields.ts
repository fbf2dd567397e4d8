/** What an administrator says of an endpoint for webhooks: the fields, and what may be wrong in them. */
import { Events } from "@requite/api"
import { LocalText } from "@requite/core"
import { type Html, html } from "../Html.ts"
import type { Settings } from "../Webhooks.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import type { Words } from "./Words.ts"

type Given = Omit<Settings, "enabled">

/** Before anything is filled in. */
export const empty: Given = { url: "", description: "", types: null, answers: false }

const all: ReadonlyArray<Events.Type> = Object.values(Events.names)

/** The fields of a form that was sent, and what of them has to be mended. */
export const read = (
  form: Form,
  { t }: Words,
): { readonly given: Given; readonly mistakes: ReadonlyArray<Field.Mistake> } => {
  const chosen = form.all("type")
  const given: Given = {
    url: LocalText.oneLine(form.text("url")),
    description: LocalText.oneLine(form.text("description")),
    types: form.text("which") === "some" ? all.filter((type) => chosen.includes(type)) : null,
    answers: form.text("answers") === "yes",
  }
  const mistake = (wrong: boolean, field: string, sentence: string) => (wrong ? [{ field, sentence }] : [])
  return {
    given,
    mistakes: [
      ...mistake(given.url === "", "url", t("webhooks.url.missing")),
      ...mistake(given.url.length > 2000, "url", t("form.tooLong", { max: 2000 })),
      ...mistake(given.description.length > 200, "description", t("form.tooLong", { max: 200 })),
      ...mistake(given.types?.length === 0, "which", t("webhooks.which.missing")),
    ],
  }
}

/** The fields themselves. */
export const show = ({ t }: Words, given: Given, mistakes: ReadonlyArray<Field.Mistake>): Html => {
  const which = [
    { value: "all", label: t("webhooks.which.all"), help: t("webhooks.which.all.help") },
    { value: "some", label: t("webhooks.which.some"), help: t("webhooks.which.some.help") },
  ]
  return html`${Field.input({ name: "url", label: t("webhooks.url"), help: t("webhooks.url.help"), value: given.url, autocomplete: "off", spellcheck: false, mistakes })}
    ${Field.input({ name: "description", label: t("webhooks.description"), help: t("webhooks.description.help"), value: given.description, autocomplete: "off", mistakes })}
    ${Field.radios({ name: "which", label: t("webhooks.which"), value: given.types === null ? "all" : "some", options: which, mistakes })}
    <details ${given.types !== null && html` open`}>
      <summary>${t("webhooks.which.list")}</summary>
      <fieldset class="field">
        <legend class="unseen">${t("webhooks.which.list")}</legend>
        ${all.map(
          (type) =>
            html`<label class="choice"
              ><input
                type="checkbox"
                name="type"
                value="${type}"
                ${given.types?.includes(type) === true && html` checked`}
              />
              <span><code>${type}</code></span></label
            >`,
        )}
      </fieldset>
    </details>
    ${checkbox("answers", t("webhooks.answers"), t("webhooks.answers.help"), given.answers)}`
}

/** One choice by itself. */
export const checkbox = (name: string, label: string, help: string, checked: boolean): Html =>
  html`<label class="choice"
    ><input type="checkbox" name="${name}" value="yes" ${checked && html` checked`} />
    <span><strong>${label}</strong>${help !== "" && html` <span class="help">${help}</span>`}</span></label
  >`
