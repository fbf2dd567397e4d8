/**
 * Answers: what the customer gave, by question id. `validate` is the one strict function for browser and server: an
 * unknown key, a wrong type, a value that is no option, a missing required answer are an issue each. Nothing is
 * coerced, and nothing is dropped in silence.
 *
 * Words: an *issue* is one thing wrong with the answers, *outstanding* is a required question without an answer, a
 * section's *progress* is what the list of sections shows.
 */
import * as JsonText from "./JsonText.ts"
import type { Questionnaire, Section } from "./Questionnaire.ts"
import { question as questionOf, questions } from "./Questionnaire.ts"
import type { Problem, Question, Registry } from "./QuestionKind.ts"
import { standard } from "./QuestionKind.ts"

/** Answers by question id. The values are whatever arrived, until `validate` finds no issue. */
export type Answers = Readonly<Record<string, unknown>>

export interface Issue {
  /** Stable; the sentence in the reader's language is looked up by it. */
  readonly code: string
  readonly question: string
  /** RFC 6901, into the answers. */
  readonly pointer: string
  readonly values: Readonly<Record<string, string | number>>
  /** Of another shape than any form of ours sends; never kept, not even in a draft. */
  readonly malformed: boolean
}

/** Everything wrong with the answers that are there. With `complete`, a missing required answer is an issue too. */
export const validate = (
  questionnaire: Questionnaire,
  answers: Answers,
  options: { readonly complete?: boolean; readonly kinds?: Registry } = {},
): ReadonlyArray<Issue> => {
  const kinds = options.kinds ?? standard
  const known = questions(questionnaire)
  const ids = new Set(known.map(({ id }) => id))
  const strays = Object.keys(answers).filter((id) => !ids.has(id))
  return [
    ...strays.map((id) => issue(id, { code: "unknown-question", malformed: true })),
    ...known.flatMap((question) =>
      validateOne(question, answerTo(answers, question), kinds, options.complete === true),
    ),
  ]
}

/** The same for one section: only its own questions are looked at. */
export const validateSection = (
  section: Section,
  answers: Answers,
  options: { readonly complete?: boolean; readonly kinds?: Registry } = {},
): ReadonlyArray<Issue> =>
  section.items.flatMap((question) =>
    validateOne(question, answerTo(answers, question), options.kinds ?? standard, options.complete === true),
  )

const validateOne = (question: Question, answer: unknown, kinds: Registry, complete: boolean): ReadonlyArray<Issue> => {
  const kind = kinds.get(question.type)
  if (kind === undefined) return [issue(question.id, { code: "unknown-kind" })]
  if (answer === undefined)
    return complete && question.required === true ? [issue(question.id, { code: "required" })] : []
  const problems = kind.validate(question, answer)
  // an emptied field is no answer: that is an issue only where one is required
  if (!kind.isAnswered(question, answer) && isEmpty(answer)) {
    return complete && question.required === true ? [issue(question.id, { code: "required" })] : []
  }
  return problems.map((problem) => issue(question.id, problem))
}

const isEmpty = (answer: unknown): boolean =>
  (typeof answer === "string" && answer.trim() === "") || (Array.isArray(answer) && answer.length === 0)

const issue = (question: string, { code, values = {}, malformed = false }: Problem): Issue => ({
  code,
  question,
  pointer: JsonText.pointer([question]),
  values,
  malformed,
})

const answerTo = (answers: Answers, question: Question): unknown =>
  Object.hasOwn(answers, question.id) ? answers[question.id] : undefined

/** Is there an answer to this question? */
export const isAnswered = (question: Question, answers: Answers, kinds: Registry = standard): boolean =>
  kinds.get(question.type)?.isAnswered(question, answerTo(answers, question)) ?? false

export interface SectionProgress {
  readonly id: string
  readonly state: "to-do" | "started" | "done"
  readonly answered: number
  readonly questions: number
}

/**
 * How far each section is. A section is done when nothing in it is missing or wrong; one whose questions are all
 * optional is done once the customer has visited it, which `visited` says by its id.
 */
export const progress = (
  questionnaire: Questionnaire,
  answers: Answers,
  visited: ReadonlyArray<string> = [],
  kinds: Registry = standard,
): ReadonlyArray<SectionProgress> =>
  questionnaire.sections.map((section) => {
    const answered = section.items.filter((question) => isAnswered(question, answers, kinds)).length
    const touched = answered > 0 || visited.includes(section.id)
    const complete = validateSection(section, answers, { complete: true, kinds }).length === 0
    return {
      id: section.id,
      state: touched && complete ? "done" : touched ? "started" : "to-do",
      answered,
      questions: section.items.length,
    }
  })

/** The answers that are given to questions of the questionnaire: no unknown keys, no empty values. */
export const given = (questionnaire: Questionnaire, answers: Answers, kinds: Registry = standard): Answers =>
  Object.fromEntries(
    questions(questionnaire)
      .filter((question) => isAnswered(question, answers, kinds))
      .map((question) => [question.id, answerTo(answers, question)]),
  )

/** The answer to a question as lines a person reads; none when it is not answered. */
export const describe = (
  questionnaire: Questionnaire,
  answers: Answers,
  id: string,
  languages: ReadonlyArray<string>,
  kinds: Registry = standard,
): ReadonlyArray<string> => {
  const question = questionOf(questionnaire, id)
  if (question === undefined || !isAnswered(question, answers, kinds)) return []
  return kinds.get(question.type)?.describe(question, answerTo(answers, question), languages) ?? []
}

/** JSON Schema (draft 2020-12) of a complete set of answers. */
export const jsonSchema = (questionnaire: Questionnaire, kinds: Registry = standard): Record<string, unknown> => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: Object.fromEntries(
    questions(questionnaire).map((question) => [question.id, kinds.get(question.type)?.answerSchema(question) ?? {}]),
  ),
  required: questions(questionnaire)
    .filter(({ required }) => required === true)
    .map(({ id }) => id),
  additionalProperties: false,
})
