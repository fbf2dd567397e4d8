/** How one kind of question stands on a page: its field, what a form says of it, and how its answer reads. */
import type { QuestionKind } from "@requite/core"
import type { Html } from "../../Html.ts"
import type { Reader } from "../Reader.ts"

/** The text fields of a form that arrived, by name, each with all its values. */
export type Fields = ReadonlyMap<string, ReadonlyArray<string>>

export interface FieldInput<Q extends QuestionKind.Question = QuestionKind.Question> {
  readonly question: Q
  /** As saved or as just typed; wrong ones too. */
  readonly answer: unknown
  readonly reader: Reader
  /** Sentences, to stand next to the field. */
  readonly errors: ReadonlyArray<string>
  readonly filePath: (id: string) => string
}

export interface SummaryInput<Q extends QuestionKind.Question = QuestionKind.Question> {
  readonly question: Q
  readonly answer: unknown
  readonly reader: Reader
  /** Where a file can be had; null on the receipt, which tells its digest instead. */
  readonly filePath: ((id: string) => string) | null
}

/**
 * The view of a kind. Methods, so that views of different questions can stand in one registry, as the kinds of core do;
 * the registry hands each only questions of its own `type`.
 */
export interface KindView<Q extends QuestionKind.Question = QuestionKind.Question> {
  readonly type: Q["type"]
  /** What the customer has to find or think of: the arrival page counts them apart. */
  readonly asksFor: "answer" | "document"
  /** How long a person needs, in seconds. */
  seconds(question: Q): number
  /** Label, help, errors and control. */
  field(input: FieldInput<Q>): Html
  /** The answer that a form carries; undefined where it comes another way (files). */
  read(question: Q, fields: Fields): unknown
  /** The answer as the firm will read it. */
  summary(input: SummaryInput<Q>): Html
  /** What is wrong and how to put it right, for a problem of this kind. */
  sentence(question: Q, problem: QuestionKind.Problem, reader: Reader): string
}

/** The name of a question's text field. */
export const fieldName = (id: string): string => `a.${id}`
/** The name of a question's file field. */
export const fileField = (id: string): string => `f.${id}`
/** The id of a whole question on its page, and of its first control, which the error summary leads to. */
export const questionAnchor = (id: string): string => `q-${id}`
export const controlAnchor = (id: string): string => `c-${id}`
