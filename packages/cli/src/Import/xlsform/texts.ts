/** Texts of XLSForms that name answers: `${name}` becomes a placeholder of ours where it names one given before. */
import { type LocalText, resolve } from "@requite/core/LocalText"
import { localText, type Path, plain, type Report } from "../Imported.ts"
import type { Steps } from "../Imported/translation.ts"
import type { Calculated, Field, Survey } from "./model.ts"
import type { Expression } from "./xpath.ts"

/** What is built of one form: texts may name only what stands before them. */
export interface Build {
  readonly survey: Survey
  readonly report: Report
  readonly calculated: Calculated
  /** Ids of the questions built so far. */
  readonly before: Set<string>
  readonly steps: Steps
}

const mapText = (text: LocalText, language: string, change: (one: string, language: string) => string): LocalText =>
  typeof text === "string"
    ? change(text, language)
    : localText(
        Object.entries(text).map(([tag, one]) => [tag, change(one, tag)]),
        "",
      )

export const placed = (text: LocalText, path: Path, field: Field, build: Build): LocalText => {
  const { survey, report } = build
  return mapText(text, survey.language, (one, language) => {
    const { looped } = field
    const own =
      looped === undefined
        ? one
        : one
            .replaceAll("%(label)s", () => resolve(survey.text(looped, "label") ?? looped.get("name"), [language]))
            .replaceAll("%(name)s", () => plain(looped.get("name")))
    const put = own.replace(/\$\{\s{0,5}([^{}]{1,300})\}/g, (all, name: string) => {
      const id = shownBy(name.trim(), field, build)
      if (id !== undefined) return `{{${id}}}`
      report.drop(path, "text", `What ${plain(all).slice(0, 100)} stands for cannot be shown in a text here.`)
      return all
    })
    return put.slice(0, 3990)
  })
}

/** The id of what is shown for a name. */
const shownBy = (name: string, from: Field, { survey, calculated, before }: Build): string | undefined => {
  let path = from.path
  let next: string | undefined = name
  for (let hops = 0; next !== undefined && hops < 20; hops++) {
    const field = survey.find(next, path)
    if (field === undefined || !field.repeats.every((id) => from.repeats.includes(id))) return undefined
    const { shape } = field
    if (shape.kind !== "calculated") {
      const isShown = !["note", "group", "instances", "upload", "today"].includes(shape.kind) && before.has(field.id)
      return isShown ? field.id : undefined
    }
    const known = calculated.get(field)
    if (known !== undefined) return known.id
    path = field.path
    next = alias(shape.expression)
  }
  return undefined
}

/** The name that an expression only repeats, be it as the label of a choice. */
export const alias = (expression: Expression | undefined): string | undefined => {
  if (expression?.type === "name") return expression.name
  const repeats = expression?.type === "call" && ["jr:choice-name", "string", "once"].includes(expression.name)
  return repeats ? alias(expression.items[0]) : undefined
}
