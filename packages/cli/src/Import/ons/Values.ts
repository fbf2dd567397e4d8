/**
 * What the operands of a rule come to: plain values, lists, or something that is answered, each in the *cases* in which it
 * does.
 */
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import { always, at, isObject, numberAt } from "../Imported.ts"
import type { Option } from "./Schema.ts"

export type Plain = string | number | boolean | null
/** A `year` is asked for as a number; compared with dates it is its first day. */
export type ValueType = "text" | "number" | "date" | "year" | "boolean" | "option" | "options"

/** What an operand comes to in one case. An `operand` is answered there, `present` says when. */
export type Value =
  | { readonly is: "plain"; readonly value: Plain }
  | { readonly is: "list"; readonly values: ReadonlyArray<Plain> }
  | {
      readonly is: "operand"
      readonly operand: Operand
      readonly type: ValueType
      readonly present: Condition
      readonly options: ReadonlyArray<Option>
    }
  | { readonly is: "truth"; readonly condition: Condition }

export interface Case {
  readonly guard: Condition
  readonly value: Value
}

/** Why a rule is not translated. Thrown while a rule is translated, and caught by `Rules`. */
export class Untranslatable extends Error {}

export const give = (reason: string): never => {
  throw new Untranslatable(reason)
}

export const presence = (value: Value): Condition => (value.is === "operand" ? value.present : always)

export const plain = (value: Plain): Value => ({ is: "plain", value })
export const one = (value: Value): ReadonlyArray<Case> => [{ guard: always, value }]

export const isPlain = (value: unknown): value is Plain =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"

/** `2018` and `2018-02` are their first days, as in the runner. */
export const wholeDate = (text: string): string | undefined => {
  const [, year, month = "01", day = "01"] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T[\d:.+Z-]*)?$/.exec(text) ?? []
  if (year === undefined) return undefined
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const written = `${year}-${month}-${day}`
  return Number(year) >= 1000 && date.toISOString().slice(0, 10) === written ? written : undefined
}

interface Offset {
  readonly years?: number
  readonly months?: number
  readonly days?: number
}

/** A date so much later: years and months first, on the last day of a month that is too short, then days. */
export const dayAfter = (day: string, { years = 0, months = 0, days = 0 }: Offset): string | undefined => {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number)
  const target = Date.UTC(year + years, month - 1 + months, 1)
  const last = new Date(Date.UTC(year + years, month + months, 0)).getUTCDate()
  const shifted = new Date(target + (Math.min(date, last) - 1 + days) * 86_400_000)
  const within =
    Number.isFinite(shifted.getTime()) && shifted.getUTCFullYear() >= 1000 && shifted.getUTCFullYear() <= 9999
  return within ? shifted.toISOString().slice(0, 10) : undefined
}

/** Undefined for none; days of the week have no counterpart. */
export const offsetOf = (offset: unknown): Offset | undefined => {
  if (offset === undefined || offset === null) return undefined
  if (!isObject(offset)) return give("its offset is none")
  if (at(offset, "day_of_week") !== undefined) return give("it moves a date to a day of the week")
  const units = ["years", "months", "days"] as const
  const some = units.flatMap((unit) => {
    const number = numberAt(offset, unit)
    return number === undefined || number === 0 || !Number.isInteger(number) || Math.abs(number) > 100_000
      ? []
      : [[unit, number] as const]
  })
  return some.length === 0 ? undefined : Object.fromEntries(some)
}
