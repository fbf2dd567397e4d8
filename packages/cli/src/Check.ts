/**
 * `requite check`: what is wrong with definitions, as text that a person reads or JSON that a program reads. Nothing here
 * touches files or a terminal, so that other tools can use it as a library.
 *
 * Words: a *source* is a definition's text with the name it goes by, a *report* is that name with what was found.
 */
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Paint from "./Paint.ts"

export interface Source {
  readonly name: string
  readonly text: string
}

export interface Report {
  readonly name: string
  /** In the order of the text. */
  readonly findings: ReadonlyArray<Questionnaire.Finding>
}

/** Checks one definition. Never throws. */
export const check = ({ name, text }: Source): Report => ({ name, findings: Questionnaire.check(text).findings })

/** The report of a source that could not be read: one finding, at its very start. */
export const unreadable = (name: string, message: string): Report => ({
  name,
  findings: [{ code: "unreadable", severity: "error", pointer: "", line: 1, column: 1, message }],
})

/** Is there an error among the findings? Warnings let a definition pass. */
export const failed = (reports: ReadonlyArray<Report>): boolean => count(reports, "error") > 0

/**
 * `{ "findings": [{ code, severity, pointer, line, column, message, witness?, context?, fix? }] }`; of several sources,
 * each finding says in `file` which one it is about.
 */
export const json = (reports: ReadonlyArray<Report>): string => {
  const findings = reports.flatMap(({ name, findings }) =>
    reports.length > 1 ? findings.map((finding) => ({ file: name, ...finding })) : findings,
  )
  return JSON.stringify({ findings }, null, 2)
}

/**
 * `file:line:column severity code sentence`, a line for each finding, under it the answers that show it and whether
 * there is a fix; and a line that sums up.
 */
export const readable = (reports: ReadonlyArray<Report>, options: { readonly colour: boolean }): string => {
  const paint = Paint.paint(options)
  const found = reports.flatMap(({ name, findings }) => findings.map((finding) => ({ name, finding })))
  const rows = Paint.columns(
    found.map(({ name, finding: { line, column, severity, code } }) => [
      `${Paint.visible(name)}:${line}:${column}`,
      severity.padEnd(7),
      code,
    ]),
  )
  return [
    ...found.flatMap(({ finding }, index) => {
      const [place = "", severity = "", code = ""] = rows[index] ?? []
      const line = `${place} ${paint(finding.severity, severity)} ${paint("dim", code)} ${Paint.visible(finding.message)}`
      return [line, ...evidence(finding).map((one) => `    ${paint("dim", Paint.visible(one))}`)]
    }),
    summary(reports, paint),
  ].join("\n")
}

const evidence = ({ witness, context, fix }: Questionnaire.Finding): ReadonlyArray<string> => [
  ...(witness === undefined ? [] : [`with the answers ${shortened(witness)}`]),
  ...(context === undefined ? [] : [`and the context ${shortened(context)}`]),
  ...(fix === undefined ? [] : [`fix: ${shortened(fix)}`]),
]

const shortened = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

const summary = (reports: ReadonlyArray<Report>, paint: Paint.Paint): string => {
  const errors = count(reports, "error")
  const warnings = count(reports, "warning")
  const sources = Paint.amount(reports.length, "definition")
  if (errors + warnings === 0) return paint("good", `${sources} checked, nothing found`)
  return paint(
    errors > 0 ? "error" : "warning",
    `${sources} checked: ${Paint.amount(errors, "error")}, ${Paint.amount(warnings, "warning")}`,
  )
}

const count = (reports: ReadonlyArray<Report>, severity: Questionnaire.Finding["severity"]): number =>
  reports.reduce((sum, { findings }) => sum + findings.filter((one) => one.severity === severity).length, 0)
