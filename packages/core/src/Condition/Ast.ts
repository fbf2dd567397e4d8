/**
 * Conditions as data (format.md, "Conditions"): a closed, typed JSON syntax tree, so that everything about a condition
 * can be decided before anybody answers. Nothing here imports Effect: a page that only fills in carries no more than this.
 *
 * Words: an *operand* is what is compared, a *literal* is a value written down, a *reference* is `{ answer: id }`.
 */

/** A value written into a condition. A date is a text `2027-03-27` where a date is compared. */
export type Literal = string | number | boolean

/** What was answered to a question, or what a calculated value came to. */
export interface Reference {
  readonly answer: string
}

/** A date so many years, months and days after (or, negative, before) another. Years and months first, clamped to the
 * last day of the month (29 February + 1 year = 28 February), then days. */
export interface ShiftedDate {
  readonly date: string | Reference | ContextReference
  readonly offset?: { readonly years?: number; readonly months?: number; readonly days?: number }
}

/** Data that the caller supplies with the answers, declared under `context`; `today` needs no declaration. */
export interface ContextReference {
  readonly context: string
}

/** How many: options picked, files given, instances of a repeated group. Nothing given counts 0. */
export interface Count {
  readonly count: Reference
}

export type Operand = Literal | Reference | ContextReference | ShiftedDate | Count

/** Compares two operands of one type. False as soon as one of them is unanswered, `ne` too (semantics 2). */
export type Comparison =
  | { readonly eq: readonly [Operand, Operand] }
  | { readonly ne: readonly [Operand, Operand] }
  | { readonly lt: readonly [Operand, Operand] }
  | { readonly lte: readonly [Operand, Operand] }
  | { readonly gt: readonly [Operand, Operand] }
  | { readonly gte: readonly [Operand, Operand] }

export type Condition =
  /** True when all are; an empty list is true. */
  | { readonly all: ReadonlyArray<Condition> }
  /** True when one is; an empty list is false. */
  | { readonly any: ReadonlyArray<Condition> }
  | { readonly not: Condition }
  /** A condition by its name under `conditions`. */
  | { readonly is: string }
  | { readonly answered: Reference }
  | Comparison
  /** One answer, among literals. */
  | { readonly in: readonly [Operand, ReadonlyArray<Literal>] }
  /** Of several picked options: at least one of these, or all of these (an empty list: answered at all). */
  | { readonly anyOf: readonly [Reference, ReadonlyArray<Literal>] }
  | { readonly allOf: readonly [Reference, ReadonlyArray<Literal>] }
  /** Of the instances of a repeated group: one for which, or each for which, the condition holds. None: `some` is
   * false, `every` is true. */
  | { readonly some: readonly [Reference, Condition] }
  | { readonly every: readonly [Reference, Condition] }

export type Comparator = "eq" | "ne" | "lt" | "lte" | "gt" | "gte"
export const comparators: ReadonlyArray<Comparator> = ["eq", "ne", "lt", "lte", "gt", "gte"]

/** The comparison of two operands by one of the comparators. */
export const comparison = (by: Comparator, operands: readonly [Operand, Operand]): Comparison => {
  switch (by) {
    case "eq":
      return { eq: operands }
    case "ne":
      return { ne: operands }
    case "lt":
      return { lt: operands }
    case "lte":
      return { lte: operands }
    case "gt":
      return { gt: operands }
    case "gte":
      return { gte: operands }
  }
}

/**
 * Calculated values, apart from conditions. Unanswered operands are left out of `sum`, `min`, `max` and `concat`; when
 * none is answered there is no value. A reference to a question of a repeated group, from outside it, stands for the
 * answers of all its instances. `dateDiff` counts whole units from the first date to the second, negative when it lies
 * before; unanswered when one of them is.
 */
export type Calculation =
  | { readonly sum: ReadonlyArray<Operand> }
  | { readonly min: ReadonlyArray<Operand> }
  | { readonly max: ReadonlyArray<Operand> }
  | Count
  | { readonly dateDiff: readonly [Operand, Operand, "days" | "months" | "years"] }
  | { readonly concat: ReadonlyArray<Operand> }

/** What conditions see of an answer: text, option and date as string, picked options as list. */
export type Value = string | number | boolean | ReadonlyArray<string>

/** Where a condition is evaluated: what operands come to and whether conditions hold, at one place of the answers. */
export interface Scope {
  value(operand: Operand): Value | undefined
  holds(condition: Condition): boolean
}
