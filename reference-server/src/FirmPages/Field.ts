/**
 * Form fields: label above, help below the label, the mistake next to the field and again in a summary that takes the
 * focus and links to each (WCAG 2.2, 3.3.1). A field's id is its name.
 */
import { type Child, type Html, html } from "../Html.ts"
import type { Words } from "./Words.ts"

/** One thing to mend, at the field of that name. */
export interface Mistake {
  readonly field: string
  readonly sentence: string
}

interface Basics {
  readonly name: string
  readonly label: string
  readonly help?: Child
  readonly mistakes?: ReadonlyArray<Mistake>
}

interface Input extends Basics {
  readonly value: string
  readonly type?: "text" | "email" | "password" | "date" | "time" | "color"
  readonly autocomplete?: string
  readonly readonly?: boolean
  readonly spellcheck?: boolean
  /** The id of a datalist. */
  readonly list?: string
  readonly narrow?: boolean
  readonly min?: string
}

/** A field of one line. */
export const input = (field: Input): Html =>
  frame(
    field,
    html`<input
      id="${field.name}"
      name="${field.name}"
      type="${field.type ?? "text"}"
      value="${field.value}"
      ${described(field)}${attributes(field)}
    />`,
    field.narrow === true ? "field narrow-field" : "field",
  )

const attributes = (field: Input): Html =>
  html`${field.autocomplete !== undefined && html` autocomplete="${field.autocomplete}"`}${field.readonly === true && html` readonly`}${field.spellcheck === false && html` spellcheck="false" autocapitalize="none"`}${field.list !== undefined && html` list="${field.list}"`}${field.min !== undefined && html` min="${field.min}"`}`

/** A field of several lines. */
export const area = (
  field: Basics & { readonly value: string; readonly rows: number; readonly code?: boolean },
): Html =>
  // a textarea swallows the first line break
  frame(
    field,
    html`<textarea
      id="${field.name}"
      name="${field.name}"
      rows="${field.rows}"
      ${field.code === true && html` class="code" spellcheck="false" autocapitalize="none"`}${described(field)}
    >
${field.value}</textarea>`,
  )

export interface Option {
  readonly value: string
  readonly label: string
}

/** A list to pick one of. */
export const select = (
  field: Basics & { readonly value: string; readonly options: ReadonlyArray<Option>; readonly narrow?: boolean },
): Html =>
  frame(
    field,
    html`<select id="${field.name}" name="${field.name}" ${described(field)}>
      ${options(field.options, field.value)}
    </select>`,
    field.narrow === true ? "field narrow-field" : "field",
  )

/** The options of a list. */
export const options = (list: ReadonlyArray<Option>, chosen: string): ReadonlyArray<Html> =>
  list.map(
    ({ value, label }) => html`<option value="${value}" ${value === chosen && html` selected`}>${label}</option>`,
  )

/** One or several files. */
export const files = (field: Basics & { readonly accept: string; readonly multiple?: boolean }): Html =>
  frame(
    field,
    html`<input
      id="${field.name}"
      name="${field.name}"
      type="file"
      accept="${field.accept}"
      ${field.multiple === true && html` multiple`}${described(field)}
    />`,
  )

/** Few choices, each a whole row, the chosen one marked. */
export const radios = (
  field: Basics & {
    readonly value: string
    readonly options: ReadonlyArray<Option & { readonly help?: Child }>
  },
): Html =>
  html`<fieldset class="field${wrong(field) !== undefined && " wrong"}" id="${field.name}" ${describedBy(field)}>
    <legend>${field.label}</legend>
    ${notes(field)}
    ${field.options.map(
      ({ value, label, help }) =>
        html`<label class="choice">
          <input
            type="radio"
            name="${field.name}"
            id="${field.name}-${value}"
            value="${value}"
            ${value === field.value && html` checked`}
          />
          <span><strong>${label}</strong>${help !== undefined && html` <span class="help">${help}</span>`}</span>
        </label>`,
    )}
  </fieldset>`

const wrong = ({ name, mistakes = [] }: Basics) => mistakes.find(({ field }) => field === name)?.sentence

const frame = (field: Basics, control: Html, kind = "field"): Html =>
  html`<div class="${kind}${wrong(field) !== undefined && " wrong"}">
    <label for="${field.name}">${field.label}</label>
    ${notes(field)} ${control}
  </div>`

const hasHelp = ({ help }: Basics) => help !== undefined && help !== false && help !== ""

const notes = (field: Basics): Html => {
  const mistake = wrong(field)
  return html`${hasHelp(field) && html`<p class="help" id="${field.name}-help">${field.help}</p>`}${mistake !== undefined && html`<p class="mistake" id="${field.name}-mistake">${mistake}</p>`}`
}

const described = (field: Basics): Html =>
  html`${describedBy(field)}${wrong(field) !== undefined && html` aria-invalid="true"`}`

const describedBy = (field: Basics): Child => {
  const ids = [
    ...(hasHelp(field) ? [`${field.name}-help`] : []),
    ...(wrong(field) === undefined ? [] : [`${field.name}-mistake`]),
  ]
  return ids.length > 0 && html` aria-describedby="${ids.join(" ")}"`
}

/** Everything to mend, at the top of the page. */
export const summary = (words: Words, mistakes: ReadonlyArray<Mistake>): Child =>
  mistakes.length > 0 &&
  html`<section class="alert" role="alert" tabindex="-1" autofocus aria-labelledby="mistakes">
    <h2 id="mistakes">${words.t("form.mistakes", { count: mistakes.length })}</h2>
    <ul>
      ${mistakes.map(({ field, sentence }) => html`<li><a href="#${field}">${sentence}</a></li>`)}
    </ul>
  </section>`
