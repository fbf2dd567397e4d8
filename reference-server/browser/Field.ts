/**
 * The fields of one question: read by the server's own code, and marked with what is wrong as the server does it (kinds/parts.ts).
 */
import type { Place } from "@requite/core/FillSession"
import type { Question } from "@requite/core/Questionnaire/Definition"
import { partAnchor, type ReadInput } from "../src/CustomerPages/kinds/names.ts"
import { readers } from "../src/CustomerPages/kinds/readers.ts"

export interface Field {
  readonly place: Place
  readonly question: Question
  readonly element: HTMLElement
}

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

export const controls = ({ element }: Field): ReadonlyArray<Control> => [
  ...element.querySelectorAll<Control>("[name^='a.'], [name^='f.']"),
]

const isBox = (control: Control): control is HTMLInputElement => /radio|checkbox/.test(control.type)

/** Does it show something else than what it came with? Browsers bring back what was typed. (A list may always.) */
export const isTyped = (field: Field): boolean =>
  controls(field).some((control) =>
    isBox(control)
      ? control.checked !== control.defaultChecked
      : !("defaultValue" in control) || control.value !== control.defaultValue,
  )

/** What stands in the fields; undefined where the answer comes another way. */
export const read = (field: Field, reader: ReadInput["reader"]): unknown => {
  const fields = new Map<string, Array<string>>()
  for (const control of controls(field).filter((one) => !isBox(one) || one.checked)) {
    fields.set(control.name, [...(fields.get(control.name) ?? []), control.value])
  }
  return readers[field.question.type]?.read({ ...field, fields, reader })
}

/** What it asks, as it stands on the page. */
export const nameOf = ({ element }: Field): string => element.querySelector("legend, label")?.textContent.trim() ?? ""

/** What is said there to be wrong; null: nothing is. */
export const shownError = ({ element, place }: Field): HTMLElement | null =>
  element.querySelector<HTMLElement>(`[id="${partAnchor("e", place)}"]`)

/** Says it, or takes it away. Returns whether anything changed. */
export const mark = (field: Field, sentences: ReadonlyArray<string>, word: string): boolean => {
  const { element, place, question } = field
  const id = partAnchor("e", place)
  const before = shownError(field)
  const said = (box: HTMLElement | null) =>
    [...(box?.children ?? [])].map((line) => line.lastChild?.textContent?.trim())
  if (said(before).join("\n") === sentences.join("\n")) return false
  const container = element.querySelector<HTMLElement>(":scope > fieldset") ?? element
  before?.remove()
  const isWrong = sentences.length > 0
  if (isWrong) {
    const box = Object.assign(document.createElement("div"), { className: "error", id })
    for (const sentence of sentences) {
      const line = document.createElement("p")
      const unseen = Object.assign(document.createElement("span"), { className: "unseen", textContent: word })
      line.append(unseen, ` ${sentence}`)
      box.append(line)
    }
    const isAbove = (child: Element) => child.matches("legend, label.label, .help, .files:not([data-given])")
    container.insertBefore(box, [...container.children].find((child) => !isAbove(child)) ?? null)
  }
  element.classList.toggle("wrong", isWrong)
  // of groups nothing itself can be wrong
  const own = question.items === undefined ? controls(field).filter(({ type }) => !/radio|hidden/.test(type)) : []
  for (const control of own) set(control, "aria-invalid", isWrong ? "true" : "")
  for (const described of container === element ? own : [container]) {
    const ids = (described.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one !== id)
    set(described, "aria-describedby", [...ids, ...(isWrong ? [id] : [])].join(" ").trim())
  }
  return true
}

const set = (element: Element, name: string, value: string) =>
  value === "" ? element.removeAttribute(name) : element.setAttribute(name, value)

/** The first thing to fill in. */
export const firstControl = (element: HTMLElement): HTMLElement | null =>
  element.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea, button")
