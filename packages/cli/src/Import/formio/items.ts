/** The items of ours that the fields of a form become; whatever has no counterpart is reported. */
import type { Condition } from "@requite/core/Condition/Ast"
import { languagesOf, type LocalText, resolve } from "@requite/core/LocalText"
import {
  always,
  at,
  isObject,
  type Item,
  listAt,
  localText,
  never,
  type Path,
  plain,
  type Report,
  stringAt,
} from "../Imported.ts"
import { all, any, isAlways, isNever, not } from "../Imported/conditions.ts"
import { isCondition } from "../Imported/translation.ts"
import { firesWhen, type Place, shownWhen } from "./conditions.ts"
import { bodyOf, repeatOf } from "./kinds.ts"
import { type Field, type Form, textOf, written } from "./model.ts"
import { unknownProperties } from "./properties.ts"

/** What is built of one form: texts may name only what stands before them. */
export interface Build {
  readonly form: Form
  readonly report: Report
  readonly before: Map<string, Field>
}

const shown = "It is left out, and the component is shown where the rest of its condition holds."

interface Decided {
  readonly when: Condition
  readonly required: Condition
}

/** When a component is shown and must be answered: by `hidden`, its conditions and its `logic`. */
const decided = (field: Field, { form, report }: Build): Decided => {
  const { source, path } = field
  const place: Place = { form, from: field, warn: (code, message) => report.warn(path, code, message) }
  const conditions: Array<Condition> = []
  const own = shownWhen(at(source, "conditional"), place)
  if (own !== undefined) {
    if (isCondition(own)) conditions.push(own)
    else report.drop([...path, "conditional"], "conditional", `${own} ${shown}`)
  }
  const custom = at(source, "customConditional")
  if (isObject(custom) || Array.isArray(custom) || written(custom).trim() !== "")
    report.drop([...path, "customConditional"], "customConditional", `JavaScript is never run. ${shown}`)
  const isHidden = at(source, "hidden") === true
  let visible: Condition = isHidden ? never : always
  let required: Condition = at(at(source, "validate"), "required") === true ? always : never
  listAt(source, "logic").forEach((rule, i) => {
    const at_ = [...path, "logic", i]
    const fires = firesWhen(at(rule, "trigger"), place)
    listAt(rule, "actions").forEach((action, j) => {
      const property = stringAt(at(action, "property"), "value") ?? ""
      const sets = at(action, "type") === "property" ? property : ""
      const state = written(at(action, "state")) === "true"
      const where = [...at_, "actions", j]
      if (sets !== "hidden" && sets !== "validate.required") {
        report.drop(where, "logic", "Only what is shown and what is required can depend on answers.")
      } else if (!isCondition(fires)) {
        report.drop(where, "logic", `${fires} It is left out.`)
        // better shown than out of reach
        if (sets === "hidden" && !state) visible = always
      } else if (sets === "hidden") visible = state ? all([visible, not(fires)]) : any([visible, fires])
      else required = state ? any([required, fires]) : all([required, not(fires)])
    })
  })
  if (isHidden && isNever(visible))
    report.warn([...path, "hidden"], "hidden", "The component is never shown, so it is never asked here.")
  return { when: all([visible, ...conditions]), required }
}

export const item = (field: Field, build: Build): ReadonlyArray<Item> => {
  const { id, shape, path, source } = field
  const { form, report } = build
  const { when: condition, required } = decided(field, build)
  const when = isAlways(condition) ? {} : { when: condition }
  unknownProperties(field, report)
  const label = labelOf(field, build)
  const [description, tooltip] = ["description", "tooltip"].map((key) => textAt(source, path, key, build, true))
  const hint =
    description !== undefined && tooltip !== undefined ? both(description, tooltip, form.language) : undefined
  const own = hint ?? description ?? tooltip
  const help = own === undefined ? {} : { help: own }

  if (shape.kind === "group" || shape.kind === "instances") {
    if (shape.kind === "group" && field.type === "container" && !isNever(required))
      report.drop([...path, "validate", "required"], "required", "A group has no answer of its own: its items have.")
    const inside = field.fields.flatMap((inner) => item(inner, build))
    if (inside.length === 0) {
      report.warn(path, "empty-group", "There is nothing in it: its title is shown.")
      return [{ id, type: "note", label, ...when, ...help }]
    }
    const isSurvey = field.type === "survey" && isAlways(required)
    build.before.set(id, field)
    return [
      {
        id,
        type: "group",
        label,
        ...when,
        ...help,
        ...(shape.kind === "instances" ? { repeat: repeatOf(source) } : {}),
        items: isSurvey ? inside.map((one) => ({ ...one, required: true })) : inside,
      },
    ]
  }

  if (shape.kind === "note" && field.fields.length === 0 && isContainer(field))
    report.warn(path, "empty-group", "There is nothing in it: its title is shown.")
  const must = shape.kind === "note" || isNever(required) ? {} : { required: isAlways(required) ? true : required }
  const question: Item = { id, label, ...bodyOf(field, form, report), ...help, ...must }
  build.before.set(id, field)
  if (field.wrapper === undefined) return [{ ...question, ...when }]
  const min = isAlways(required) ? { min: 1 } : {}
  return [{ id: field.wrapper, type: "group", label, ...when, repeat: min, items: [{ ...question, required: true }] }]
}

const isContainer = ({ type }: Field): boolean => type !== "content" && type !== "htmlelement"

/** Two texts one below the other, in each language that one of them has. */
const both = (one: LocalText, other: LocalText, language: string): LocalText => {
  const tags = new Set([language, ...languagesOf(one), ...languagesOf(other)])
  const of = (text: LocalText, tag: string): string => resolve(text, [tag, language])
  return localText(
    [...tags].map((tag) => [tag, plain(`${of(one, tag)}\n${of(other, tag)}`, true)]),
    "",
  )
}

const labelOf = (field: Field, build: Build): LocalText => {
  const { source, type, path, shape } = field
  if (field.title !== undefined) return field.title
  const isShown = type === "content" || type === "htmlelement"
  const first = isShown
    ? [type === "content" ? "html" : "content", "label"]
    : shape.kind === "group"
      ? ["title", "legend", "label"]
      : ["label", "title", "placeholder"]
  for (const key of first) {
    const found = textAt(source, path, key, build, isShown)
    if (found !== undefined) return found
  }
  build.report.warn(path, "no-text", "The component has no text: its key stands in for it.")
  return plain(field.key) || field.id
}

/** Texts may name answers: `{{ data.name }}`. */
const textAt = (source: unknown, path: Path, key: string, build: Build, lines = false): LocalText | undefined => {
  const raw = stringAt(source, key)
  if (raw === undefined || !raw.includes("{{")) return textOf(build.form, raw, lines)
  const found: Array<string> = []
  // kept apart from the text, of which nothing may become a placeholder by itself
  const marked = raw
    .slice(0, 50_000)
    .replaceAll(/[\ue000\ue001]/g, "")
    .replaceAll(/\{\{\s{0,10}(?:data|row)\.([A-Za-z0-9_.]{1,200})\s{0,10}\}\}/g, (all, name: string) => {
      const field = build.form.find(name, undefined)
      const isPlaced =
        field !== undefined &&
        build.before.has(field.id) &&
        field.repeats.length === 0 &&
        !["group", "instances", "note", "upload"].includes(field.shape.kind)
      if (!isPlaced) return all
      found.push(field.id)
      return `\ue000${found.length - 1}\ue001`
    })
  if (marked.includes("{{"))
    build.report.drop([...path, key], "text", "What stands in curly brackets cannot be shown in a text here.")
  const text = textOf(build.form, marked, lines)
  const put = (one: string): string =>
    one.replaceAll(/\ue000(\d+)\ue001/g, (_, i: string) => `{{${found[Number(i)] ?? ""}}}`)
  if (text === undefined) return undefined
  return typeof text === "string"
    ? put(text)
    : localText(
        Object.entries(text).map(([tag, one]) => [tag, put(one)]),
        "",
      )
}
