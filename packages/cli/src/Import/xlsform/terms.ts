/**
 * What the parts of an expression stand for, once names are looked up: the *terms* that comparisons are made of. What no
 * term can say is `unsupported`, with the reason.
 */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition, Operand, ShiftedDate } from "@requite/core/Condition/Ast"
import type { Calculated } from "./calculations.ts"
import type { Field, Survey } from "./model.ts"

export type Term =
  | { readonly type: "value"; readonly value: string | number }
  | { readonly type: "field"; readonly field: Field; readonly beyond: ReadonlyArray<string> }
  /** A number or date; it is there when `given` holds. */
  | { readonly type: "operand"; readonly operand: Operand; readonly of: "number" | "date"; readonly given: Condition }
  | { readonly type: "condition"; readonly condition: Condition }
  /** One of two, by a condition. */
  | { readonly type: "either"; readonly when: Condition; readonly yes: Term; readonly no: Term }
  | { readonly type: "unsupported"; readonly why: string }

/** Where an expression stands. */
export interface Place {
  readonly survey: Survey
  /** The path of the question that has it, and the repeated groups around that. */
  readonly path: string
  readonly repeats: ReadonlyArray<string>
  /** What `.` means. */
  readonly self?: Field | undefined
  /** Columns of a choice, where choices are filtered. */
  readonly column?: ((name: string) => string | undefined) | undefined
  readonly calculated: Calculated
  /** What may still be spent on translating, of the whole form and in depth. */
  readonly steps: { left: number; depth: number }
  readonly warn: (code: string, message: string) => void
}

export const unsupported = (why: string): Term => ({ type: "unsupported", why })
export const value = (value: string | number): Term => ({ type: "value", value })

export const beyond = (field: Field, { repeats }: Pick<Place, "repeats">): ReadonlyArray<string> =>
  field.repeats.filter((id) => !repeats.includes(id))

export const fieldTerm = (field: Field, place: Place): Term => ({ type: "field", field, beyond: beyond(field, place) })

/** The number or date that a term comes to. */
export const operandOf = (term: Term): { readonly operand: Operand; readonly of: "number" | "date" } | undefined => {
  if (term.type === "operand") return term
  if (term.type === "value") {
    if (typeof term.value === "number") return { operand: term.value, of: "number" }
    return isDate(term.value) ? { operand: term.value, of: "date" } : undefined
  }
  if (term.type !== "field" || term.beyond.length > 0) return undefined
  const { kind } = term.field.shape
  return kind === "number" || kind === "date" ? { operand: { answer: term.field.id }, of: kind } : undefined
}

/** A date so many days later; undefined for what is no date, or more days than a calendar has. */
export const shifted = (date: Operand, days: number): Operand | undefined => {
  if (!Number.isInteger(days) || Math.abs(days) > 100_000) return undefined
  if (days === 0) return date
  if (typeof date === "string") return { date, offset: { days } }
  if (typeof date !== "object" || "count" in date) return undefined
  if (!("date" in date)) return { date, offset: { days } }
  const base: ShiftedDate = date
  return { date: base.date, offset: { ...base.offset, days: (base.offset?.days ?? 0) + days } }
}
