/// <reference lib="dom" />
/** The control of a question, by what its answers are to conditions: a line, a number, a date, a box, options, files. */
import type { AnswerKind, ValueType } from "@requite/core/AnswerKind"
import type { FileRow, Message, Place } from "@requite/core/FillSession"
import * as IssueText from "@requite/core/IssueText"
import * as LocalText from "@requite/core/LocalText"
import type { Question } from "@requite/core/Questionnaire/Definition"

export interface Control {
  readonly root: HTMLElement
  /** Several inputs: they want a legend, not a label. */
  readonly isSeveral: boolean
  /** What has the focus, or holds what has it: the element that errors and help are about. */
  readonly field: HTMLElement
  readonly update: (now: Now) => void
}

/** What of the state a control shows that it does not know by itself. */
export interface Now {
  readonly isOffered: (option: string) => boolean
  readonly files: () => ReadonlyArray<FileRow>
}

interface Input {
  readonly id: string
  readonly question: Question
  readonly place: Place
  readonly kind: AnswerKind
  readonly languages: ReadonlyArray<string>
  readonly answer: unknown
  readonly send: (message: Message) => void
}

export const button = (text: string, press: () => void): HTMLButtonElement => {
  const made = document.createElement("button")
  made.type = "button"
  made.textContent = text
  made.addEventListener("click", press)
  return made
}

export const control = (input: Input): Control => {
  const type = input.kind.valueType(input.question)
  if (input.kind.givenAs === "files") return files(input)
  switch (type.type) {
    case "option":
    case "options":
      return options(input, type)
    case "boolean":
      return box(input)
    case "number":
      return line(input, { inputmode: "decimal" }, (text) => (text.trim() === "" ? null : numberOf(text)))
    case "date":
      return line(input, { type: "date" }, (text) => (text === "" ? null : text))
    default:
      return line(input, {}, (text) => (text === "" ? null : text))
  }
}

/** A value as it is typed; "" for what no field takes. */
export const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : ""

/** What is no number is sent as it was typed, for the session to say so. */
const numberOf = (text: string): unknown =>
  /^[+-]?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : text

const line = (
  { id, question, place, languages, answer, send }: Input,
  attributes: Readonly<Record<string, string>>,
  read: (text: string) => unknown,
): Control => {
  const isLong = "long" in question && question.long === true
  const field = document.createElement(isLong ? "textarea" : "input")
  field.id = id
  for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value)
  field.value = textOf(answer)
  field.addEventListener("input", () => send({ type: "AnswerChanged", place, answer: read(field.value) }))
  const unit = "unit" in question ? labelOf(question.unit) : undefined
  if (unit === undefined) return { root: field, field, isSeveral: false, update: () => {} }
  const root = document.createElement("span")
  root.className = "with-unit"
  root.append(field, LocalText.resolve(unit, languages))
  return { root, field, isSeveral: false, update: () => {} }
}

const box = ({ id, place, answer, send }: Input): Control => {
  const field = document.createElement("input")
  field.type = "checkbox"
  field.id = id
  field.checked = answer === true
  field.addEventListener("change", () => send({ type: "AnswerChanged", place, answer: field.checked ? true : null }))
  const root = document.createElement("span")
  root.className = "option"
  root.append(field)
  return { root, field, isSeveral: false, update: () => {} }
}

const options = (
  { id, question, place, languages, answer, send }: Input,
  type: Extract<ValueType, { readonly type: "option" | "options" }>,
): Control => {
  const isMany = type.type === "options"
  const labels = new Map(optionsOf(question).map(({ value, label }) => [value, LocalText.resolve(label, languages)]))
  const picked = new Set<unknown>(Array.isArray(answer) ? answer : [answer])
  const root = document.createElement("div")
  const rows = type.options
    .filter(({ value }) => labels.has(value))
    .map(({ value }) => {
      const row = document.createElement("label")
      row.className = "option"
      const field = document.createElement("input")
      field.type = isMany ? "checkbox" : "radio"
      field.name = id
      field.value = value
      field.checked = picked.has(value)
      row.append(field, labels.get(value) ?? value)
      root.append(row)
      return { value, row, field }
    })
  const words = type.options.some(({ value }) => value === "other" && !labels.has(value))
    ? document.createElement("input")
    : null
  if (words !== null) {
    words.placeholder = "Other"
    words.setAttribute("aria-label", "Other")
    root.append(words)
  }
  const tell = (changed: HTMLInputElement | null) => {
    const values: Array<unknown> = rows.filter(({ field }) => field.checked).map(({ value }) => value)
    const own = words === null || words.value === "" ? [] : [{ other: words.value }]
    if (isMany) return send({ type: "AnswerChanged", place, answer: [...values, ...own] })
    // one answer only: what was touched last counts
    if (changed === words) for (const { field } of rows) field.checked = false
    else if (words !== null) words.value = ""
    send({ type: "AnswerChanged", place, answer: (changed === words ? own[0] : values[0]) ?? null })
  }
  for (const { field } of rows) field.addEventListener("change", () => tell(field))
  words?.addEventListener("input", () => tell(words))
  return {
    root,
    field: root,
    isSeveral: true,
    update: ({ isOffered }) => {
      for (const { value, row } of rows) row.hidden = !isOffered(value)
    },
  }
}

/** The labels of a question that has options, whatever its kind is called. */
const optionsOf = (
  question: Question,
): ReadonlyArray<{ readonly value: string; readonly label: LocalText.LocalText }> => {
  const list: unknown = "options" in question ? question.options : undefined
  return Array.isArray(list)
    ? list.flatMap((one: unknown) =>
        typeof one === "object" && one !== null && "value" in one && "label" in one && typeof one.value === "string"
          ? [{ value: one.value, label: labelOf(one.label) }]
          : [],
      )
    : []
}

const labelOf = (label: unknown): LocalText.LocalText =>
  typeof label === "object" && label !== null
    ? Object.fromEntries(Object.entries(label).map(([language, text]) => [language, String(text)]))
    : String(label)

/** Files stay where they are: of a preview, nobody takes them in. */
const files = ({ id, question, place, languages, send }: Input): Control => {
  const root = document.createElement("div")
  const field = document.createElement("input")
  field.type = "file"
  field.multiple = true
  field.id = id
  const names = document.createElement("ul")
  let next = 0
  field.addEventListener("change", () => {
    const chosen = Array.from(field.files ?? []).map(({ name, size, type }) => ({
      id: `${id}-${next++}`,
      name,
      bytes: size,
      type,
    }))
    send({ type: "FilesChosen", place, files: chosen })
    field.value = ""
  })
  root.append(field, names)
  const row = (name: string, problem: string, remove: Message): HTMLElement => {
    const item = document.createElement("li")
    const said = document.createElement("span")
    said.className = "error-text"
    said.textContent = problem
    const button = labelled("Remove", name, () => send(remove))
    item.append(name, " ", said, " ", button)
    return item
  }
  return {
    root,
    field,
    isSeveral: false,
    update: (now) =>
      names.replaceChildren(
        ...now.files().map((one) => {
          if (one.state === "ready") return row(one.file.name, "", { type: "FileRemoved", place, file: one.file.id })
          const [problem] = one.problems
          const issue = problem === undefined ? undefined : { values: {}, ...problem }
          const said = issue === undefined ? "" : IssueText.sentence(issue, question, languages)
          return row(one.name, said, { type: "UploadCancelled", upload: one.id })
        }),
      ),
  }
}

/** A button whose name says what it is about, where several say the same. */
export const labelled = (text: string, about: string, press: () => void): HTMLButtonElement => {
  const made = button(text, press)
  made.setAttribute("aria-label", `${text} ${about}`)
  return made
}
