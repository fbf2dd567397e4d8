/**
 * What a definition that was found right looks like (format.md), and how to walk it. Nothing here imports Effect.
 *
 * Words: an *item* is whatever stands in a section or a group: a question, a note, a group of items.
 */
import type { Calculation, Condition, Literal } from "../Condition/Ast.ts"
import type { LocalText } from "../LocalText.ts"

/** A document of the firm that goes with a question (K1, K9): `sha256` as hex tells exactly which. */
export interface Attachment {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly bytes: number
  readonly sha256: string
}

/** Silences the findings of one code at this very place, and says why. Errors cannot be silenced. */
export interface Suppression {
  readonly code: string
  readonly reason: string
}

/** What every item has, whatever its kind. A kind that holds other items calls them `items`; `repeat` says how often. */
export interface Question {
  readonly id: string
  readonly type: string
  readonly label: LocalText
  readonly help?: LocalText
  readonly required?: boolean | Condition
  /** Asked only when this holds; left out: always. */
  readonly when?: Condition
  readonly attachments?: ReadonlyArray<Attachment>
  readonly suppress?: ReadonlyArray<Suppression>
  readonly items?: ReadonlyArray<Question>
  readonly repeat?: Repeat
  readonly calculated?: Calculated
  /** What is given here is for this check of the firm's, by its name (P17). Only kinds that give files have it. */
  readonly check?: string
}

/** How many instances of a group are given: at least `min` (0), at most `max` (100). */
export interface Repeat {
  readonly min?: number
  readonly max?: number
}

/** Calculated values by id; ids are unique in the whole definition, as those of questions. */
export type Calculated = Readonly<Record<string, Calculation>>

export interface Section {
  readonly id: string
  readonly title: LocalText
  readonly description?: LocalText
  readonly when?: Condition
  readonly items: ReadonlyArray<Question>
  readonly calculated?: Calculated
  readonly suppress?: ReadonlyArray<Suppression>
}

/** Data that the caller supplies with the answers: what conditions read by `{ context: key }`. */
export interface ContextValue {
  readonly type: "text" | "number" | "date" | "boolean" | "choice"
  /** Of `choice`: the values it can have. */
  readonly options?: ReadonlyArray<string>
}

/** What the customer reads after submitting: the first end whose condition holds. */
export interface End {
  readonly id: string
  readonly title: LocalText
  readonly description?: LocalText
  readonly when?: Condition
  readonly suppress?: ReadonlyArray<Suppression>
}

/** One step from the answers of version `from` to those of the next version that has a migration, or of this one. */
export type MigrationStep =
  | { readonly rename: readonly [string, string] }
  | { readonly mapOptions: readonly [string, Readonly<Record<string, string>>] }
  | { readonly drop: ReadonlyArray<string> }
  | { readonly convert: readonly [string, "text" | "number" | "one" | "many"] }
  | { readonly set: readonly [string, Literal] }

export interface Migration {
  readonly from: number
  readonly steps: ReadonlyArray<MigrationStep>
}

export interface Questionnaire {
  readonly format: 1
  readonly id: string
  readonly version: number
  readonly language: string
  readonly title: LocalText
  readonly description?: LocalText
  readonly context?: Readonly<Record<string, ContextValue>>
  readonly conditions?: Readonly<Record<string, Condition>>
  readonly sections: ReadonlyArray<Section>
  readonly ends?: ReadonlyArray<End>
  readonly migrations?: ReadonlyArray<Migration>
  readonly suppress?: ReadonlyArray<Suppression>
}

/** Items and everything in them, depth first, in reading order. Iterative: nesting of any depth does not overflow. */
export const walk = (items: ReadonlyArray<Question>): ReadonlyArray<Question> => {
  const found: Array<Question> = []
  const pending = items.toReversed()
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    found.push(item)
    for (let i = (item.items?.length ?? 0) - 1; i >= 0; i--) {
      const inner = item.items?.[i]
      if (inner !== undefined) pending.push(inner)
    }
  }
  return found
}

/** All items of a questionnaire, groups and what they hold, in reading order. */
export const questions = (questionnaire: Questionnaire): ReadonlyArray<Question> =>
  questionnaire.sections.flatMap((section) => walk(section.items))

/** The item of that id, or undefined. */
export const question = (questionnaire: Questionnaire, id: string): Question | undefined =>
  questions(questionnaire).find((one) => one.id === id)

/** The section of that id, or undefined. */
export const section = (questionnaire: Questionnaire, id: string): Section | undefined =>
  questionnaire.sections.find((one) => one.id === id)

/** The questions whose files are for a check, with their section. */
export const checks = (
  questionnaire: Questionnaire,
): ReadonlyArray<{ readonly item: string; readonly question: string; readonly check: string }> =>
  questionnaire.sections.flatMap((section) =>
    walk(section.items).flatMap(({ id, check }) =>
      check === undefined ? [] : [{ item: section.id, question: id, check }],
    ),
  )
