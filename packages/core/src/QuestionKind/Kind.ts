/**
 * What a kind of question is: how its answers behave (`AnswerKind`), and what a definition needs beside that to decode,
 * check and describe the question itself. A kind from outside is one object of this shape, put into a registry.
 */
import type * as Schema from "effect/Schema"
import type { AnswerKind } from "../AnswerKind.ts"
import type { Value } from "../Condition/Ast.ts"
import type { Question } from "../Questionnaire/Definition.ts"

export type { Problem } from "../AnswerKind.ts"
export type { Question } from "../Questionnaire/Definition.ts"

/** One thing wrong with a question itself that its schema cannot say; `path` starts at the question. */
export interface QuestionFinding {
  readonly code: string
  /** `error` unless it says otherwise. */
  readonly severity?: "warning"
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** What may still be spent on deciding about a definition, in small steps; it is counted down. */
export interface Budget {
  left: number
}

export interface QuestionKind<Q extends Question = Question> extends AnswerKind<Q> {
  /** The schema of a question of this kind, every property included; what stands in its `items` stays unknown here, each
   * of them is decoded by its own kind. */
  schema(): Schema.Codec<Q, unknown>
  /** What is wrong with a question that decodes (crossed limits, doubled options). What takes long to decide is taken
   * from `budget`, which all questions of a definition share: so a thousand hard ones take no longer than a few. */
  check(question: Q, budget?: Budget): ReadonlyArray<QuestionFinding>
  /** A valid answer that conditions see as `value`, or any valid answer when it is left out; undefined when the kind
   * cannot find one. Of files, `value` is how many. */
  example(question: Q, value?: Value): unknown
  /** JSON Schema (draft 2020-12) of the answer. */
  answerSchema(question: Q): Readonly<Record<string, unknown>>
}
