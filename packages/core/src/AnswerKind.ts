/**
 * How the answers of a kind of question behave while somebody fills in: the part of a `QuestionKind` that a customer's
 * page needs. Nothing here imports Effect, so that the page stays small.
 */
import type { Operand, Condition, Scope, Value } from "./Condition/Ast.ts"
import type { LocalText } from "./LocalText.ts"
import type { Question } from "./Questionnaire/Definition.ts"

/** One thing wrong with an answer: a stable code, and the values that a sentence about it needs. */
export interface Problem {
  readonly code: string
  readonly values?: Readonly<Record<string, string | number>>
  /** No form of ours can send this: it is refused at once, while other wrong answers may stand in a draft. */
  readonly malformed?: boolean
  /** The author's own sentence about it, which stands before any of ours. */
  readonly message?: LocalText
}

/**
 * What a condition can do with the answers to a question: the one description that type checks, the evaluator and the
 * analysis of reachability go by.
 */
export type ValueType =
  | { readonly type: "text" }
  /** `decimals`: digits after the point, 0 for whole numbers; left out: any. */
  | ({ readonly type: "number"; readonly decimals?: number | undefined } & Limits<Operand>)
  | ({ readonly type: "date" } & Limits<Operand>)
  /** `values`: those that an answer can have; a box to agree with has only `true`. */
  | { readonly type: "boolean"; readonly values: ReadonlyArray<boolean> }
  | { readonly type: "option"; readonly options: ReadonlyArray<Offer> }
  /** Several of them: at least `min` (1) and at most `max` (all) once answered. */
  | ({ readonly type: "options"; readonly options: ReadonlyArray<Offer> } & Limits<number>)
  /** Only counted and asked whether there is any: files, instances of a group. */
  | ({ readonly type: "count" } & Limits<number>)
  /** Nothing to compare: a note, a group that is not repeated. */
  | { readonly type: "nothing" }

/** Undefined and left out mean the same: no limit. */
interface Limits<Limit> {
  readonly min?: Limit | undefined
  readonly max?: Limit | undefined
}

/** A value that can be picked, while its condition holds. Own words picked instead of an option stand as `other`. */
export interface Offer {
  readonly value: string
  readonly when?: Condition
}

/**
 * What filling in needs of a kind: conditions, validation, the fill session. How a person reads an answer is apart, so that
 * a page that shows none need not carry it.
 *
 * Methods, not properties: they are bivariant, which is what lets kinds of different questions stand in one registry;
 * the registry hands each method only questions of its own `type`.
 */
export interface FillKind<Q extends Question = Question> {
  readonly type: Q["type"]
  /** How the answer arrives: typed by the customer, as files attached one by one, as instances of the items in it, or
   * not at all. */
  readonly givenAs: "value" | "files" | "items" | "nothing"
  valueType(question: Q): ValueType
  /** Conditions that its questions have beside `when`, `required` and those of what can be picked; left out: none. Of
   * other conditions than these the scope says that they do not hold. */
  conditions?(question: Q): ReadonlyArray<Condition>
  /** What conditions see of an answer that `isAnswered`; undefined where they see nothing. An option that is not offered
   * now is left out. Never throws, whatever `answer` is: undefined for what is no answer of this kind. */
  value(question: Q, answer: unknown, scope: Scope): Value | undefined
  /** Has the customer given anything? An empty string or list is no answer. */
  isAnswered(question: Q, answer: unknown): boolean
  /** What is wrong with an answer that was given. Never throws, whatever `answer` is. */
  validate(question: Q, answer: unknown, scope: Scope): ReadonlyArray<Problem>
}

export interface AnswerKind<Q extends Question = Question> extends FillKind<Q> {
  /** The answer as lines of text that a person reads, in the first language that fits. */
  describe(question: Q, answer: unknown, languages: ReadonlyArray<string>): ReadonlyArray<string>
}

export type FillRegistry = ReadonlyMap<string, FillKind>
export type Registry = ReadonlyMap<string, AnswerKind>
