/**
 * XLSForms, as CSV or as tables of Markdown, as definitions: groups and repeats become groups, `relevant` and
 * `choice_filter` conditions, constraints limits, wherever the outcome is the same.
 */
import { type Section, walk as itemsIn } from "@requite/core/Questionnaire/Definition"
import { type Imported, type Path, questionnaire, refused, report } from "./Imported.ts"
import { withoutCircularLimits, withoutCycles } from "./Imported/circles.ts"
import { names } from "./Imported/names.ts"
import { type Table, table } from "./xlsform/columns.ts"
import { calculate, calculatedIn, item } from "./xlsform/items.ts"
import { type Field, pathOf } from "./xlsform/model.ts"
import { sheets, type Workbook } from "./xlsform/sheets.ts"
import { read } from "./xlsform/survey.ts"
import type { Build } from "./xlsform/texts.ts"

/** Items of one section or group. */
const mostItems = 5000
/** What may be spent on translating all expressions of a form. */
const maxSteps = 3_000_000

/** Reads a form. Never throws. */
export const from = (source: string): Imported => {
  if (/^PK[\u0003\u0005]|^\ufffd\ufffd\u0011|^\u00d0\u00cf\u0011/.test(source))
    return refused("workbook", "A workbook cannot be read: save its sheets as CSV or Markdown first.")
  const { workbook, isCut } = sheets(source.toWellFormed().replaceAll("\u0000", ""))
  const survey = table(workbook.get("survey"), "survey")
  const has = (name: string): boolean => survey.columns.some((column) => column.name === name)
  if (!has("type") || !(has("name") || has("label")))
    return refused("survey", "This is no form: a sheet named survey with the columns type and name.")

  const said = report()
  if (isCut) said.drop(["survey"], "rows", "The form has too many rows; the rest is left out.")
  const choices = table(workbook.get("choices"), "choices")
  const form = read(
    {
      survey,
      choices,
      external: table(workbook.get("external_choices"), "choices"),
      settings: table(workbook.get("settings"), "settings").entries[0],
    },
    said,
  )
  reportSheets(workbook, survey, choices, said)
  const build: Build = {
    survey: form,
    report: said,
    calculated: new Map(),
    before: new Set(),
    steps: { left: maxSteps, depth: 0 },
  }
  calculate(form.fields, build)
  const calculated = calculatedIn(build)
  const own = calculated.get("")
  const section: Section = {
    id: form.ids.fresh("form"),
    title: form.title,
    items: form.fields.flatMap((field) => item(field, build, calculated)),
    ...(own === undefined ? {} : { calculated: own }),
  }
  const paths = new Map<string, Path>()
  const fields = all(form.fields)
  for (const field of fields) paths.set(field.id, pathOf(field, "relevant"))
  const sections = withoutCircularLimits(withoutCycles([cut(section, said)], paths, said), paths, said)
  const definition = questionnaire({
    id: form.formId,
    title: form.title,
    language: form.language,
    sections,
    ids: form.ids,
  })
  return { definition, ...namesOf(fields, sections), warnings: said.warnings, unsupported: said.unsupported }
}

const all = (fields: ReadonlyArray<Field>): ReadonlyArray<Field> =>
  fields.flatMap((field) => [field, ...all(field.fields)])

/** As many items as a definition may have side by side. */
const cut = (section: Section, said: ReturnType<typeof report>): Section => {
  const isLong = ({ items }: { readonly items?: Section["items"] }): boolean => (items?.length ?? 0) > mostItems
  if (!isLong(section) && !itemsIn(section.items).some(isLong)) return section
  said.drop(["survey"], "rows", `There are at most ${mostItems} items in a group; the rest is left out.`)
  const shortened = (one: Section["items"][number]): Section["items"][number] =>
    one.items === undefined ? one : { ...one, items: one.items.slice(0, mostItems).map(shortened) }
  return { ...section, items: section.items.slice(0, mostItems).map(shortened) }
}

/** By their names, and by those with the names of the groups around them (`group/name`). */
const namesOf = (fields: ReadonlyArray<Field>, sections: ReadonlyArray<Section>): Pick<Imported, "ids" | "values"> => {
  const { add, record } = names(sections)
  for (const field of fields) add(field.path, field)
  for (const field of fields) add(field.name, field)
  return record()
}

const sheetsRead = new Set(["survey", "choices", "settings", "external_choices"])

/** Columns that are read, or that only concern the looks of a page or what is sent by telephone. */
const surveyColumns = new Set(
  (
    "type name label hint guidance_hint required required_message relevant constraint constraint_message calculation appearance default read_only repeat_count choice_filter " +
    "parameters trigger image audio video disabled rows autoplay sms_field sms_option sms_separator sms_allow_media sms_date_format sms_datetime_format sms_response compact_tag"
  ).split(" "),
)
const settingsKnown = new Set(
  "form_title form_id version default_language style name allow_choice_duplicates clean_text_values sms_keyword sms_separator prefix delimiter omit_instanceid".split(
    " ",
  ),
)

const reportSheets = (workbook: Workbook, survey: Table, choices: Table, said: ReturnType<typeof report>): void => {
  for (const [name, { rows }] of workbook) {
    if (!sheetsRead.has(name) && rows.length > 0 && !name.startsWith("_"))
      said.drop([name], name, "This sheet has no counterpart.")
  }
  const used = new Set(survey.entries.flatMap(({ names }) => [...names]))
  for (const { name, heading } of survey.columns) {
    if (name !== "" && used.has(name) && !surveyColumns.has(name))
      said.drop(["survey", 1, heading.slice(0, 100)], heading.slice(0, 100), "This column has no counterpart.")
  }
  for (const { name } of choices.columns) {
    if (["image", "audio", "video"].includes(name) && choices.entries.some(({ names }) => names.has(name)))
      said.drop(["choices", 1, name], name, "Choices have no pictures and sounds.")
  }
  const settings = table(workbook.get("settings"), "settings").entries[0]
  for (const name of settings?.names ?? []) {
    if (!settingsKnown.has(name)) said.drop(["settings", 2, name], name.slice(0, 100), "There is no counterpart.")
  }
}
