/**
 * Findings: what is wrong with a definition, each with a stable code, a severity, the place (JSON pointer, line,
 * column) and a plain sentence (format.md, "What `requite check` finds").
 */
import * as SchemaIssue from "effect/SchemaIssue"
import * as JsonText from "../JsonText.ts"
import type { LocalText } from "../LocalText.ts"
import { languagesOf } from "../LocalText.ts"
import type { QuestionFinding } from "../QuestionKind.ts"
import type { Questionnaire } from "./Definition.ts"

export interface Finding {
  readonly code: string
  readonly severity: "error" | "warning"
  /** RFC 6901. */
  readonly pointer: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
  readonly message: string
}

/** A finding before its place in the text is looked up. */
export interface Problem {
  readonly code: string
  readonly severity: Finding["severity"]
  readonly path: ReadonlyArray<string | number>
  /** Which end of the property at `path`; or an offset in the text, where the path does not tell. */
  readonly at: "key" | "value" | number
  readonly message: string
}

export const problem = (code: string, path: ReadonlyArray<string | number>, message: string): Problem => ({
  code,
  severity: "error",
  path,
  at: "value",
  message,
})

/** Places the problems in the text and sorts them as they stand there. */
export const inOrder = (document: JsonText.JsonText, problems: ReadonlyArray<Problem>): ReadonlyArray<Finding> =>
  problems
    .map(({ code, severity, path, at, message }): Finding => ({
      code,
      severity,
      pointer: JsonText.pointer(path),
      ...(typeof at === "number" ? JsonText.positionAt(document, at) : JsonText.locate(document, path, at)),
      message,
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
  ...problem("duplicate-key", path, `The property "${path.at(-1)}" stands twice; only the last one would count.`),
  at: offset,
})

export const unknownType = (path: JsonText.Path, type: unknown, known: ReadonlyArray<string>): Problem =>
  typeof type === "string"
    ? problem("unknown-type", [...path, "type"], `There is no question type "${type}". There are: ${known.join(", ")}.`)
    : problem("missing-property", path, `This question has no "type". It is one of: ${known.join(", ")}.`)

export const fromQuestion = (path: JsonText.Path, finding: QuestionFinding): Problem =>
  problem(finding.code, [...path, ...finding.path], finding.message)

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

/** The problems in what a schema refused; `base` is the path of the value that was decoded. */
export const fromIssue = (issue: SchemaIssue.Issue, base: JsonText.Path): ReadonlyArray<Problem> => {
  switch (issue._tag) {
    case "Pointer":
      return fromIssue(issue.issue, [
        ...base,
        ...issue.path.map((step) => (typeof step === "number" ? step : String(step))),
      ])
    case "Composite":
      return issue.issues.flatMap((one) => fromIssue(one, base))
    case "AnyOf":
      return issue.issues.length > 0 ? issue.issues.flatMap((one) => fromIssue(one, base)) : otherwise(issue, base)
    case "Encoding":
      return fromIssue(issue.issue, base)
    case "MissingKey":
      return [{ ...problem("missing-property", base.slice(0, -1), `The property "${base.at(-1)}" is missing.`) }]
    case "UnexpectedKey":
      return [{ ...problem("unknown-property", base, unexpected(issue, base)), at: "key" }]
    default:
      return otherwise(issue, base)
  }
}

/** A schema that says what its keys are is repeated; the others have a fixed set of properties. */
const unexpected = (issue: SchemaIssue.UnexpectedKey, base: JsonText.Path): string => {
  const expected = issue.ast.annotations?.["messageUnexpectedKey"]
  return typeof expected === "string" ? `${expected}.` : `There is no property "${base.at(-1)}" here.`
}

const otherwise = (issue: SchemaIssue.Issue, base: JsonText.Path): ReadonlyArray<Problem> =>
  sentences(issue).issues.map(({ message, path }) => {
    const steps = (path ?? []).map((step) => (typeof step === "object" ? step.key : step))
    const full = [...base, ...steps.map((step) => (typeof step === "number" ? step : String(step)))]
    return problem("invalid-value", full, `${message.replaceAll(" | ", " or ")}.`)
  })

/** An id, where it stands and what has it ("question 3 of section 1"). */
export interface IdAt {
  readonly id: string
  readonly path: JsonText.Path
  readonly of: string
}

/** Ids are unique in the whole definition, sections and questions together: answers and links go by them. */
export const duplicateIds = (ids: ReadonlyArray<IdAt>): ReadonlyArray<Problem> => {
  const taken = new Map<string, string>()
  return ids.flatMap(({ id, path, of }) => {
    const first = taken.get(id)
    if (first === undefined) taken.set(id, of)
    return [
      ...(first === undefined
        ? []
        : [problem("duplicate-id", path, `The id "${id}" is taken by ${first}. Ids are unique.`)]),
      ...(reserved.has(id) ? [problem("reserved-id", path, `The id "${id}" is reserved.`)] : []),
    ]
  })
}

/** Names that every JavaScript object answers to: as keys of answers they would invite prototype mistakes. */
const reserved = new Set([
  "constructor",
  "prototype",
  "hasOwnProperty",
  "isPrototypeOf",
  "toString",
  "valueOf",
  "toLocaleString",
  "propertyIsEnumerable",
])

/** The languages used anywhere, the questionnaire's own first. */
export const languages = (questionnaire: Questionnaire): ReadonlyArray<string> => [
  ...new Set([questionnaire.language, ...texts(questionnaire).flatMap(({ text }) => languagesOf(text))]),
]

export const missingTranslations = (questionnaire: Questionnaire): ReadonlyArray<Problem> => {
  const all = languages(questionnaire)
  return texts(questionnaire).flatMap(({ text, path }): ReadonlyArray<Problem> => {
    const missing = typeof text === "string" ? [] : all.filter((language) => !languagesOf(text).includes(language))
    if (missing.length === 0) return []
    const message = `Not translated into ${missing.join(", ")}; people who read that language see another one.`
    return [{ ...problem("missing-translation", path, message), severity: "warning" }]
  })
}

interface TextAt {
  readonly text: LocalText
  readonly path: ReadonlyArray<string | number>
}

/** Every text that people read, wherever a kind keeps it: a property named label, title, help or description. */
const texts = (questionnaire: Questionnaire): ReadonlyArray<TextAt> => {
  const found: Array<TextAt> = []
  const pending: Array<{ value: unknown; path: ReadonlyArray<string | number> }> = [{ value: questionnaire, path: [] }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next
    if (typeof value !== "object" || value === null) continue
    const name = path.at(-1)
    if (typeof name === "string" && textProperties.has(name)) found.push({ text: languageMap(value), path })
    else
      for (const [key, member] of Object.entries(value))
        pending.push({ value: member, path: [...path, Array.isArray(value) ? Number(key) : key] })
  }
  return found
}

const textProperties = new Set(["label", "title", "help", "description"])

const languageMap = (value: object): LocalText =>
  Object.fromEntries(Object.entries(value).map(([language, text]) => [language, String(text)]))
