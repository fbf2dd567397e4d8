/**
 * Importers: questionnaires written for other software, as definitions of ours. Each is one module of the folder; all of
 * them are pure, never throw and never evaluate code, whatever the text is (format.md, "Definition tests, and import").
 *
 * Words: a *source* is the software that a text was written for; *theirs* is an id or value as it stands there, *ours*
 * what it became.
 */
import * as Defra from "./Import/defra.ts"
import * as Fhir from "./Import/fhir.ts"
import * as Formio from "./Import/formio.ts"
import type { Imported } from "./Import/Imported.ts"
import * as Ons from "./Import/ons.ts"
import * as SurveyJs from "./Import/surveyjs.ts"
import * as Xlsform from "./Import/xlsform.ts"

export type { Imported, Unsupported, Warning } from "./Import/Imported.ts"

/** FHIR Questionnaire (R4, R5), SurveyJS, ONS eQ, Form.io, XLSForm (as Markdown or CSV), Defra forms. */
export type Source = "fhir" | "surveyjs" | "ons" | "formio" | "xlsform" | "defra"

const importers: Readonly<Record<Source, (text: string) => Imported>> = {
  fhir: Fhir.from,
  surveyjs: SurveyJs.from,
  ons: Ons.from,
  formio: Formio.from,
  xlsform: Xlsform.from,
  defra: Defra.from,
}

export const sources: ReadonlyArray<Source> = ["fhir", "surveyjs", "ons", "formio", "xlsform", "defra"]

/**
 * Reads a text of that source. What has no counterpart stands in `unsupported` with its pointer; a text that cannot be
 * read at all gives no definition, and `unsupported` says why. Never throws.
 */
export const from = (source: Source, text: string): Imported => importers[source](text)
