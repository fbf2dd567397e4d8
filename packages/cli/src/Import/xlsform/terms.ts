/** The terms of XLSForm expressions, and where these stand. */
import type { Operand, ShiftedDate } from "@requite/core/Condition/Ast"
import type * as Terms from "../Imported/terms.ts"
import type { Steps } from "../Imported/translation.ts"
import type { Calculated, Field, Survey } from "./model.ts"

export type Term = Terms.Term<Field, string | number>
export type PlainTerm = Terms.PlainTerm<Field, string | number>

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
  readonly steps: Steps
  readonly warn: (code: string, message: string) => void
}

export const value = (value: string | number): Term => ({ type: "value", value })

export const beyond = (field: Field, { repeats }: Pick<Place, "repeats">): ReadonlyArray<string> =>
  field.repeats.filter((id) => !repeats.includes(id))

export const fieldTerm = (field: Field, place: Place): Term => ({ type: "field", field, beyond: beyond(field, place) })

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
