/**
 * SurveyJS surveys as definitions. Pages become sections, panels groups, panels and rows that can be added repeated
 * groups; their expressions are translated where the outcome is the same, and never run.
 */
import type { Calculation } from "@requite/core/Condition/Ast"
import type { Section } from "@requite/core/Questionnaire/Definition"
import {
  at,
  fromJson,
  type Imported,
  isObject,
  listAt,
  type Path,
  plain,
  questionnaire,
  refused,
  report,
  stringAt,
} from "./Imported.ts"
import { withoutCircularLimits, withoutCycles } from "./Imported/circles.ts"
import { names } from "./Imported/names.ts"
import { triggerCondition } from "./surveyjs/expressions.ts"
import { conditionAt, item, placeOf } from "./surveyjs/items.ts"
import type { Field, Page, Survey } from "./surveyjs/model.ts"
import type { Build, Calculated } from "./surveyjs/placeholders.ts"
import { isHidden, read } from "./surveyjs/read.ts"
import { text } from "./surveyjs/texts.ts"

/** Reads a survey. Never throws. */
export const from = (source: string): Imported => fromJson(source, imported)

const imported = (value: unknown): Imported => {
  if (!isObject(value)) return refused("survey", "This is no survey: an object with pages or elements.")

  const said = report()
  reportSurvey(value, said)
  const survey = read(value, said)
  const build: Build = { survey, report: said, before: new Set() }
  const title = text(at(value, "title"), survey.language) ?? "Survey"
  const paths = new Map<string, Path>()
  for (const page of survey.pages) for (const field of page.fields) note(field, paths)
  const pages = survey.pages.flatMap((page) => sectionOf(page, build, title, paths))
  const sections = withoutCircularLimits(withoutCycles(pages, paths, said), paths, said)
  const description = text(at(value, "description"), survey.language, true)
  const definition = questionnaire({
    id: stringAt(value, "surveyId") ?? (typeof title === "string" ? title : ""),
    title,
    language: survey.language,
    ...(description === undefined ? {} : { description }),
    sections,
    ids: survey.ids,
  })
  return { definition, ...namesOf(survey, sections), warnings: said.warnings, unsupported: said.unsupported }
}

const note = (field: Field, paths: Map<string, Path>): void => {
  paths.set(field.id, field.path)
  for (const inner of field.fields) note(inner, paths)
}

const sectionOf = (
  page: Page,
  build: Build,
  title: Section["title"],
  paths: Map<string, Path>,
): ReadonlyArray<Section> => {
  const { survey, report: said } = build
  const values: Record<string, Calculation> = {}
  const calculated: Calculated = {
    values,
    add: (calculation) => {
      const known = Object.entries(values).find(([, one]) => JSON.stringify(one) === JSON.stringify(calculation))
      if (known !== undefined) return known[0]
      const id = survey.ids.fresh("calculated")
      values[id] = calculation
      return id
    },
  }
  const around = { repeats: [], scopes: [] }
  const place = placeOf(build, page.path, around, undefined)
  const when = conditionAt(build, page.source, page.path, "visibleIf", place)
  const hidden = isHidden(page.source)
  const items = page.fields.flatMap((field) => item(field, build, around, calculated))
  for (const key of isObject(page.source) ? Object.keys(page.source) : []) {
    if (pageKeys.has(key)) continue
    said.drop([...page.path, key], key, "There is no counterpart.")
  }
  if (items.length === 0) {
    if (page.path.length > 0) said.warn(page.path, "empty-page", "The page has no elements and is left out.")
    return []
  }
  const id = survey.ids.fresh(page.name || "page")
  paths.set(id, page.path)
  const description = text(at(page.source, "description"), survey.language, true)
  return [
    {
      id,
      title: text(at(page.source, "title"), survey.language) ?? (plain(page.name) || title),
      ...(description === undefined ? {} : { description }),
      ...(hidden
        ? { when: { any: [] } }
        : when === undefined || ("all" in when && when.all.length === 0)
          ? {}
          : { when }),
      items,
      ...(Object.keys(values).length === 0 ? {} : { calculated: values }),
    },
  ]
}

const pageKeys = new Set([
  "name",
  "title",
  "description",
  "visibleIf",
  "visible",
  "elements",
  "questions",
  "navigationTitle",
  "questionTitleLocation",
  "showNumber",
])

/** By their names: those of elements, and `question.column` or `question.row.column` for what stands in one. */
const namesOf = (survey: Survey, sections: ReadonlyArray<Section>): Pick<Imported, "ids" | "values"> => {
  const { add, record } = names(sections)
  const short: Array<readonly [string, Field]> = []
  const walk = (field: Field, prefix: string): void => {
    const name = prefix === "" || field.key.includes(".") ? `${prefix}${field.name}` : field.name
    if (field.name !== "") add(name, field)
    if (prefix !== "") short.push([field.name, field])
    const valueName = stringAt(field.source, "valueName")
    if (valueName !== undefined) short.push([valueName, field])
    const holds = !["panel", "flowpanel"].includes(field.type)
    for (const inner of field.fields) walk(inner, holds ? `${name}.` : prefix)
  }
  for (const page of survey.pages) for (const field of page.fields) walk(field, "")
  // where nothing else has that name
  for (const [name, field] of short) add(name, field)
  return record()
}

const surveyKeys = new Set(
  (
    "pages elements questions title description locale calculatedValues surveyId " +
    // looks and comfort of a page
    "showQuestionNumbers questionStartIndex showProgressBar progressBarLocation progressBarType progressBarShowPageTitles progressBarShowPageNumbers textUpdateMode autoGrowComment allowResizeComment " +
    "showTOC tocLocation showPreviewBeforeComplete showPageTitles headerView logo logoPosition logoWidth logoHeight logoFit widthMode width questionTitleTemplate questionTitleLocation " +
    "questionDescriptionLocation questionErrorLocation showPrevButton showNavigationButtons navigationButtonsLocation autoFocusFirstError autoFocusFirstQuestion requiredMark requiredText " +
    "checkErrorsMode questionsOnPageMode firstPageIsStartPage focusFirstQuestionAutomatic focusOnFirstError goNextPageAutomatic autoAdvanceEnabled autoAdvanceAllowComplete " +
    "completeText pageNextText pagePrevText startSurveyText editText previewText clearInvisibleValues storeOthersAsComment sendResultOnPageNext validateVisitedEmptyFields themeVariables backgroundImage"
  ).split(" "),
)

/** What triggers show, questions say themselves. */
const isShown = (trigger: unknown): boolean =>
  triggerCondition(trigger) !== undefined && listAt(trigger, "pages").length === 0

const reportSurvey = (survey: unknown, said: ReturnType<typeof report>): void => {
  for (const key of isObject(survey) ? Object.keys(survey) : []) {
    if (surveyKeys.has(key)) continue
    const list = listAt(survey, key)
    if (list.length === 0) said.drop([key], key, "There is no counterpart.")
    list.forEach(
      (one, i) => isShown(one) || said.drop([key, i], stringAt(one, "type") ?? key, "There is no counterpart."),
    )
  }
}
