/**
 * What the parts of an expression stand for, once names are looked up: the *terms* that comparisons are made of. What no
 * term can say is `unsupported`, with the reason.
 */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import { always } from "../Imported.ts"
import { all, not } from "./conditions.ts"
import { isCondition, joined, type Translated } from "./translation.ts"

/** What is answered: a question, or a group that is. */
interface Answerable {
  readonly id: string
  readonly shape: {
    readonly kind: string
    readonly multiple?: boolean
    readonly options?: ReadonlyArray<{ readonly value: string; readonly raw: unknown }>
  }
}

export interface FieldTerm<Field> {
  readonly type: "field"
  readonly field: Field
  /** The repeated groups around it that the expression does not stand in. */
  readonly beyond: ReadonlyArray<string>
}

/** A number or date; it is there when `given` holds. */
export interface OperandTerm {
  readonly type: "operand"
  readonly operand: Operand
  readonly of: "number" | "date"
  readonly given: Condition
}

/** One of two, by a condition. */
export interface EitherTerm<Field, Value> {
  readonly type: "either"
  readonly when: Condition
  readonly yes: Term<Field, Value>
  readonly no: Term<Field, Value>
}

export interface UnsupportedTerm {
  readonly type: "unsupported"
  readonly why: string
}

/** What has no conditions in it any more. */
export type PlainTerm<Field, Value> =
  | { readonly type: "value"; readonly value: Value }
  | FieldTerm<Field>
  | OperandTerm
  /** True or false. */
  | { readonly type: "condition"; readonly condition: Condition }

export type Term<Field, Value> = PlainTerm<Field, Value> | EitherTerm<Field, Value> | UnsupportedTerm

export const unsupported = (why: string): UnsupportedTerm => ({ type: "unsupported", why })

export const today: OperandTerm = { type: "operand", operand: { context: "today" }, of: "date", given: always }

/** A condition as a term, where it has a counterpart. */
export const termOf = (
  one: Translated,
): { readonly type: "condition"; readonly condition: Condition } | UnsupportedTerm =>
  isCondition(one) ? { type: "condition", condition: one } : unsupported(one)

/** What holds of a term that is one of two. */
export const branches = <Field, Value>(
  { when, yes, no }: EitherTerm<Field, Value>,
  each: (one: Term<Field, Value>) => Translated,
): Translated => {
  const either = (guard: Condition, one: Translated): Translated => (isCondition(one) ? all([guard, one]) : one)
  return joined("or", [either(when, each(yes)), either(not(when), each(no))])
}

/** A comparison, taken apart where one of its sides is one of two. */
export const compared = <Field, Value>(
  left: Term<Field, Value>,
  right: Term<Field, Value>,
  compare: (left: PlainTerm<Field, Value>, right: PlainTerm<Field, Value>) => Translated,
): Translated => {
  if (left.type === "unsupported") return left.why
  if (right.type === "unsupported") return right.why
  if (left.type === "either" && right.type === "either") return "Two values that depend on conditions are compared."
  if (left.type === "either") return branches(left, (one) => compared(one, right, compare))
  if (right.type === "either") return branches(right, (one) => compared(left, one, compare))
  return compare(left, right)
}

/** The number or date that a term comes to. */
export const operandOf = (
  term: Term<Answerable, unknown>,
): { readonly operand: Operand; readonly of: "number" | "date" } | undefined => {
  if (term.type === "operand") return term
  if (term.type === "value") {
    if (typeof term.value === "number") return { operand: term.value, of: "number" }
    return isDate(term.value) ? { operand: term.value, of: "date" } : undefined
  }
  if (term.type !== "field" || term.beyond.length > 0) return undefined
  const { kind } = term.field.shape
  return kind === "number" || kind === "date" ? { operand: { answer: term.field.id }, of: kind } : undefined
}

/** How many a field has. */
export const countOf = (term: Term<Answerable, unknown>): OperandTerm | UnsupportedTerm => {
  if (term.type === "unsupported") return term
  const { kind, multiple } = term.type === "field" && term.beyond.length === 0 ? term.field.shape : { kind: "" }
  const counts = kind === "instances" || kind === "upload" || (kind === "choice" && multiple === true)
  return term.type === "field" && counts
    ? { type: "operand", operand: { count: { answer: term.field.id } }, of: "number", given: always }
    : unsupported("Only picks, files and instances can be counted.")
}

/** Two answers of one kind that has no order, as a condition that they are the same. */
export const sameAnswer = (left: Term<Answerable, unknown>, right: Term<Answerable, unknown>): Translated => {
  if (left.type !== "field" || right.type !== "field") return "Answers of two kinds are compared."
  if (left.beyond.length + right.beyond.length > 0) return "Answers of two repeated groups are compared."
  const shapes = [left.field.shape, right.field.shape]
  const alike =
    shapes.every(({ kind }) => kind === "text") ||
    shapes.every(
      ({ kind, multiple, options = [] }) =>
        kind === "choice" && multiple !== true && options.every(({ raw, value }) => String(raw) === value),
    )
  return alike ? { eq: [{ answer: left.field.id }, { answer: right.field.id }] } : "Answers of two kinds are compared."
}
