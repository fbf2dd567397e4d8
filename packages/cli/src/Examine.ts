/**
 * `requite answers`: what answers mean for a definition, as text that a person reads or JSON that a program reads. Nothing
 * here touches files or a terminal.
 */
import * as Answers from "@requite/core/Answers"
import * as JsonText from "@requite/core/JsonText"
import * as IssueText from "@requite/core/IssueText"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Result from "effect/Result"
import * as Paint from "./Paint.ts"

export interface Examined {
  /** Ids of the items that are asked, in reading order; an item of a repeated group once, however often it is asked. */
  readonly asked: ReadonlyArray<string>
  /** Those of them that need an answer. */
  readonly required: ReadonlyArray<string>
  readonly issues: ReadonlyArray<{ readonly code: string; readonly pointer: string; readonly message: string }>
  /** What would be submitted; null while there is an issue. */
  readonly submission: Answers.Answers | null
}

export const examine = (
  questionnaire: Questionnaire.Questionnaire,
  answers: Answers.Answers,
  options: { readonly context?: Readonly<Record<string, unknown>>; readonly languages?: ReadonlyArray<string> } = {},
): Examined => {
  const { asked, required, issues, submission } = Answers.examine(questionnaire, answers, {
    context: options.context ?? {},
  })
  const languages = [...(options.languages ?? []), questionnaire.language]
  return {
    asked,
    required,
    issues: issues.map((issue) => ({
      code: issue.code,
      pointer: issue.pointer,
      message: IssueText.sentence(issue, Questionnaire.question(questionnaire, issue.question), languages),
    })),
    submission,
  }
}

export type Issue = Examined["issues"][number]

/** The answers of a JSON text; or what is wrong with it: no JSON, no object, or a key that stands twice. */
export const read = (text: string): Result.Result<Answers.Answers, ReadonlyArray<Issue>> => {
  const parsed = JsonText.parse(text)
  if (Result.isFailure(parsed)) {
    const { line, column, message } = parsed.failure
    return Result.fail([{ code: "syntax", pointer: "", message: `Line ${line}, column ${column}: ${message}` }])
  }
  const { value, duplicates } = parsed.success
  if (!isObject(value))
    return Result.fail([{ code: "answers-type", pointer: "", message: "Answers are an object in { }." }])
  const twice = duplicates.map(({ path }) => ({
    code: "duplicate-key",
    pointer: JsonText.pointer(path),
    message: `The answer to "${path.at(-1)}" stands twice; only the last one would count.`,
  }))
  return twice.length > 0 ? Result.fail(twice) : Result.succeed(value)
}

const isObject = (value: unknown): value is Answers.Answers =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What is said of answers that could not be read. */
export const unreadable = (issues: ReadonlyArray<Issue>): Examined => ({
  asked: [],
  required: [],
  issues,
  submission: null,
})

export const readable = (
  { asked, required, issues, submission }: Examined,
  options: { readonly colour: boolean },
): string => {
  const paint = Paint.paint(options)
  const ids = (list: ReadonlyArray<string>) => (list.length === 0 ? paint("dim", "none") : list.join(", "))
  return [
    `${paint("strong", "asked")}     ${ids(asked)}`,
    `${paint("strong", "required")}  ${ids(required)}`,
    ...Paint.columns(issues.map(({ pointer, code }) => [Paint.visible(pointer), code])).map(
      ([pointer = "", code = ""], index) =>
        `${paint("error", pointer)}  ${paint("dim", code)}  ${Paint.visible(issues[index]?.message ?? "")}`,
    ),
    submission === null
      ? paint("error", `${Paint.amount(issues.length, "issue")}: not yet a submission`)
      : paint("good", "complete: a submission"),
  ].join("\n")
}
