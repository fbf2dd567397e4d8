/**
 * Findings: what is wrong with a definition, each with a stable code, a severity, the place (JSON pointer, line,
 * column) and a plain sentence (format.md, "What `requite check` finds").
 */
import type * as JsonPatch from "effect/JsonPatch"
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as JsonText from "../JsonText.ts"
import type { QuestionFinding } from "../QuestionKind.ts"
import * as Nearest from "./Nearest.ts"

export interface Finding {
  readonly code: string
  /** An error refuses the definition; `info` tells what could not be decided. */
  readonly severity: "error" | "warning" | "info"
  /** RFC 6901. */
  readonly pointer: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
  readonly message: string
  /** Answers that show it, as a draft has them. */
  readonly witness?: Readonly<Record<string, unknown>>
  /** The context values that go with `witness`. */
  readonly context?: Readonly<Record<string, unknown>>
  /** What to change in the definition so that it is gone (RFC 6902). */
  readonly fix?: JsonPatch.JsonPatch
}

/** A finding before its place in the text is looked up. */
export interface Problem {
  readonly code: string
  readonly severity: Finding["severity"]
  readonly path: ReadonlyArray<string | number>
  /** Which end of the property at `path`; or an offset in the text, where the path does not tell. */
  readonly at: "key" | "value" | number
  readonly message: string
  readonly witness?: Finding["witness"]
  readonly context?: Finding["context"]
  readonly fix?: Finding["fix"]
}

export { pointer } from "../JsonText.ts"

export const problem = (code: string, path: ReadonlyArray<string | number>, message: string): Problem => ({
  code,
  severity: "error",
  path,
  at: "value",
  message,
})

/** The same at a place that was not looked for in the text: a warning, with what else there is to it. */
export const warning = (
  code: string,
  path: ReadonlyArray<string | number>,
  message: string,
  more: Pick<Problem, "witness" | "context" | "fix"> = {},
): Problem => ({ ...problem(code, path, message), ...more, severity: "warning" })

export type Json = Schema.Json

/** The fix that puts `value` where `path` leads, if there is a value to put. */
export const replacing = (path: ReadonlyArray<string | number>, value: Json | undefined): Pick<Problem, "fix"> =>
  value === undefined ? {} : { fix: [{ op: "replace", path: JsonText.pointer(path), value }] }

/** Places the problems in the text and sorts them as they stand there. */
export const inOrder = (document: JsonText.JsonText, problems: ReadonlyArray<Problem>): ReadonlyArray<Finding> =>
  problems
    .map(({ code, severity, path, at, message, witness, context, fix }): Finding => ({
      code,
      severity,
      pointer: JsonText.pointer(path),
      ...(typeof at === "number" ? JsonText.positionAt(document, at) : JsonText.locate(document, path, at)),
      message,
      ...(witness === undefined ? {} : { witness }),
      ...(context === undefined ? {} : { context }),
      ...(fix === undefined ? {} : { fix }),
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column)

export const fromSyntax = ({ code, line, column, message }: JsonText.SyntaxProblem): Finding => ({
  code,
  severity: "error",
  pointer: "",
  line,
  column,
  message,
})

export const duplicateKey = ({ path, offset }: JsonText.JsonText["duplicates"][number]): Problem => ({
  ...problem(
    "duplicate-key",
    path,
    `The property "${clip(String(path.at(-1)))}" stands twice; only the last one would count.`,
  ),
  at: offset,
})

export const unknownType = (path: JsonText.Path, type: unknown, known: ReadonlyArray<string>): Problem =>
  typeof type === "string"
    ? {
        ...problem(
          "unknown-type",
          [...path, "type"],
          `There is no question type "${clip(type)}". There are: ${known.join(", ")}.`,
        ),
        ...replacing([...path, "type"], Nearest.among(known)(type)),
      }
    : problem("missing-property", path, `This question has no "type". It is one of: ${known.join(", ")}.`)

export const fromQuestion = (path: JsonText.Path, finding: QuestionFinding): Problem => ({
  ...problem(finding.code, [...path, ...finding.path], finding.message),
  severity: finding.severity ?? "error",
})

/** What Effect calls a type, in the words of an author. */
const words: Readonly<Record<string, string>> = {
  String: "a text in double quotes",
  Number: "a number",
  Boolean: "true or false",
  Objects: "an object in { }",
  Arrays: "a list in [ ]",
}

const sentences = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    const word = issue._tag === "InvalidType" ? words[issue.ast._tag] : undefined
    return word === undefined ? SchemaIssue.defaultLeafHook(issue) : `Expected ${word}`
  },
})

/** As many problems as anybody reads; what is refused in a million places is refused. */
export const most = 5000

/** The problems in what a schema refused, the first of them; `base` is the path of the value that was decoded. */
export const fromIssue = (issue: SchemaIssue.Issue, base: JsonText.Path): ReadonlyArray<Problem> => {
  const found: Array<Problem> = []
  collect(issue, base, found)
  return found
}

const collect = (issue: SchemaIssue.Issue, base: JsonText.Path, into: Array<Problem>): void => {
  if (into.length >= most) return
  switch (issue._tag) {
    case "Pointer": {
      const steps = issue.path.map((step) => (typeof step === "number" ? step : String(step)))
      collect(issue.issue, [...base, ...steps], into)
      return
    }
    case "Composite":
      for (const one of issue.issues) collect(one, base, into)
      return
    case "AnyOf":
      if (issue.issues.length === 0) into.push(...otherwise(issue, base))
      for (const one of issue.issues) collect(one, base, into)
      return
    case "Encoding":
      collect(issue.issue, base, into)
      return
    case "MissingKey":
      into.push(problem("missing-property", base.slice(0, -1), `The property "${base.at(-1)}" is missing.`))
      return
    case "UnexpectedKey":
      into.push({ ...problem("unknown-property", base, unexpected(issue, base)), at: "key" })
      return
    case "InvalidValue": {
      const code = issue.annotations?.["code"]
      for (const one of otherwise(issue, base)) {
        const at = code === "unknown-property" ? "key" : one.at
        into.push(typeof code === "string" ? { ...one, code, at } : one)
      }
      return
    }
    default:
      into.push(...otherwise(issue, base))
  }
}

/** What somebody else wrote, short enough for a sentence. */
export const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** A schema that says what its keys are is repeated; the others have a fixed set of properties. */
const unexpected = (issue: SchemaIssue.UnexpectedKey, base: JsonText.Path): string => {
  const expected = issue.ast.annotations?.["messageUnexpectedKey"]
  return typeof expected === "string" ? `${expected}.` : `There is no property "${clip(String(base.at(-1)))}" here.`
}

const otherwise = (issue: SchemaIssue.Issue, base: JsonText.Path): ReadonlyArray<Problem> =>
  sentences(issue).issues.map(({ message, path }) => {
    const steps = (path ?? []).map((step) => (typeof step === "object" ? step.key : step))
    const full = [...base, ...steps.map((step) => (typeof step === "number" ? step : String(step)))]
    return problem("invalid-value", full, `${message.replaceAll(" | ", " or ")}.`)
  })
