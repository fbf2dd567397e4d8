/**
 * `requite check`: what is wrong with definitions, as text that a person reads or JSON that a program reads. Nothing here
 * touches files or a terminal, so that other tools can use it as a library.
 *
 * Words: a *source* is a definition's text with the name it goes by, a *report* is that name with what was found.
 */
import * as Questionnaire from "@requite/core/Questionnaire"

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
 * `{ "findings": [{ code, severity, pointer, line, column, message }] }`; of several sources, each finding says in
 * `file` which one it is about.
 */
export const json = (reports: ReadonlyArray<Report>): string => {
  const findings = reports.flatMap(({ name, findings }) =>
    reports.length > 1 ? findings.map((finding) => ({ file: name, ...finding })) : findings,
  )
  return JSON.stringify({ findings }, null, 2)
}

/** `file:line:column severity code sentence`, a line for each finding, and a line that sums up. */
export const readable = (reports: ReadonlyArray<Report>, options: { readonly colour: boolean }): string => {
  const paint = options.colour ? painted : plain
  const lines = reports.flatMap(({ name, findings }) =>
    findings.map(({ line, column, severity, code, message }) => ({
      place: `${visible(name)}:${line}:${column}`,
      severity,
      code,
      message: visible(message),
    })),
  )
  const widest = (cells: ReadonlyArray<string>) => Math.max(0, ...cells.map((cell) => cell.length))
  const places = widest(lines.map(({ place }) => place))
  const codes = widest(lines.map(({ code }) => code))
  return [
    ...lines.map(
      ({ place, severity, code, message }) =>
        `${place.padEnd(places)} ${paint(severity, severity.padEnd(7))} ${paint("dim", code.padEnd(codes))} ${message}`,
    ),
    summary(reports, paint),
  ].join("\n")
}

const summary = (reports: ReadonlyArray<Report>, paint: Paint): string => {
  const errors = count(reports, "error")
  const warnings = count(reports, "warning")
  const sources = amount(reports.length, "definition")
  if (errors + warnings === 0) return paint("good", `${sources} checked, nothing found`)
  return paint(
    errors > 0 ? "error" : "warning",
    `${sources} checked: ${amount(errors, "error")}, ${amount(warnings, "warning")}`,
  )
}

const count = (reports: ReadonlyArray<Report>, severity: Questionnaire.Finding["severity"]): number =>
  reports.reduce((sum, { findings }) => sum + findings.filter((one) => one.severity === severity).length, 0)

const amount = (number: number, of: string) => `${number} ${of}${number === 1 ? "" : "s"}`

type Paint = (style: keyof typeof styles, text: string) => string

/** ANSI: bold red, yellow, green, faint. */
const styles = { error: "1;31", warning: "33", good: "32", dim: "2" }
const painted: Paint = (style, text) => `\u001b[${styles[style]}m${text}\u001b[0m`
const plain: Paint = (_, text) => text

/**
 * Findings quote what the author wrote, and a definition may come from anybody: control characters would act on the
 * terminal, and those that turn the direction of writing would make a line read as what it is not.
 */
const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
