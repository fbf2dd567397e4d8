/** What a kind is, and what every question has: the words that the kinds and the shared code have in common. */
import type * as Schema from "effect/Schema"
import type * as LocalText from "../LocalText.ts"

/** What every question has, whatever its kind. */
export interface Question {
  readonly id: string
  readonly type: string
  readonly label: LocalText.LocalText
  readonly help?: LocalText.LocalText
  readonly required?: boolean
}

/** One thing wrong with an answer: a stable code, and the values that a sentence about it needs. */
export interface Problem {
  readonly code: string
  readonly values?: Readonly<Record<string, string | number>>
  /** No form of ours can send this: it is refused at once, while other wrong answers may stand in a draft. */
  readonly malformed?: boolean
}

/** One thing wrong with a question itself that its schema cannot say; `path` starts at the question. */
export interface QuestionFinding {
  readonly code: string
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/**
 * The answers of a kind. Methods, not properties: they are bivariant, which is what lets kinds of different questions
 * stand in one registry; the registry hands each method only questions of its own `type`.
 */
export interface QuestionKind<Q extends Question = Question> {
  readonly type: Q["type"]
  /** How the answer arrives: typed by the customer, or as files attached one by one. */
  readonly givenAs: "value" | "files"
  /** The schema of a question of this kind, every property included. A function, so that a browser that only fills
   * questionnaires in does not carry it. */
  schema(): Schema.Codec<Q, unknown>
  /** What is wrong with a question that decodes (crossed limits, doubled options). */
  check(question: Q): ReadonlyArray<QuestionFinding>
  /** Has the customer given anything? An empty string or list is no answer. */
  isAnswered(question: Q, answer: unknown): boolean
  /** What is wrong with an answer that was given. Never throws, whatever `answer` is. */
  validate(question: Q, answer: unknown): ReadonlyArray<Problem>
  /** The answer as lines of text that a person reads, in the first language that fits. */
  describe(question: Q, answer: unknown, languages: ReadonlyArray<string>): ReadonlyArray<string>
  /** JSON Schema (draft 2020-12) of the answer. */
  answerSchema(question: Q): Readonly<Record<string, unknown>>
}
