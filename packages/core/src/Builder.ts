/**
 * Editing a questionnaire, without a page: a state, operations on it that can be taken back and done again, what is
 * selected, and what the checker finds in the definition as it stands. All of it is plain JSON and pure.
 *
 * Words: an *operation* is a value that says what to do; its *inverse* is the operation that takes it back exactly. A
 * *draft* may have errors on the way; what a builder opens and what it publishes has none.
 *
 * ```ts
 * let builder = Builder.open(questionnaire)
 * const added = Builder.apply(builder, { type: "DuplicateItem", id: "owner" })
 * if (Result.isSuccess(added)) builder = Builder.undo(added.success)
 * ```
 */
import * as Result from "effect/Result"
import * as Apply from "./Builder/apply.ts"
import type { Dependent, Named, Operation, Refusal } from "./Builder/Operation.ts"
import * as References from "./Builder/references.ts"
import * as Tree from "./Builder/tree.ts"
import * as Questionnaire from "./Questionnaire.ts"
import * as QuestionKind from "./QuestionKind.ts"

export type { Dependent, Named, Operation, Refusal } from "./Builder/Operation.ts"

/** An operation that was done, and how to take it back; `selected` is what was selected before. */
export interface Step {
  readonly operation: Operation
  readonly inverse: Operation
  readonly selected: string | null
}

export interface Builder {
  readonly questionnaire: Questionnaire.Questionnaire
  /** The id of an item or a section. */
  readonly selected: string | null
  /** What can be undone, the latest last, and what can be done again, the next last. */
  readonly past: ReadonlyArray<Step>
  readonly future: ReadonlyArray<Step>
}

/** How many steps can be taken back. */
const memory = 500

export const open = (questionnaire: Questionnaire.Questionnaire): Builder => ({
  questionnaire,
  selected: null,
  past: [],
  future: [],
})

/** Opens a definition from its JSON text; one with errors is not opened, and its findings say why. */
export const fromText = (
  text: string,
  kinds: QuestionKind.Registry = QuestionKind.standard,
): Result.Result<Builder, ReadonlyArray<Questionnaire.Finding>> => {
  const { questionnaire, findings } = Questionnaire.check(text, kinds)
  return questionnaire === null ? Result.fail(findings) : Result.succeed(open(questionnaire))
}

/** The definition as JSON text, as an author would keep it. */
export const toText = ({ questionnaire }: Builder): string => `${JSON.stringify(questionnaire, null, 2)}\n`

/** Does an operation, or says why not. What was undone before can then no longer be done again. */
export const apply = (builder: Builder, operation: Operation): Result.Result<Builder, Refusal> => {
  const applied = Apply.apply(builder.questionnaire, operation)
  if (!applied.done) return Result.fail(applied.refusal)
  const { questionnaire, inverse } = applied
  const step = { operation, inverse, selected: builder.selected }
  return Result.succeed({
    questionnaire,
    selected: selectedAfter(builder, questionnaire, operation),
    past: [...builder.past, step].slice(-memory),
    future: [],
  })
}

/** Takes the latest operation back; nothing happens when there is none. */
export const undo = (builder: Builder): Builder => {
  const step = builder.past.at(-1)
  const applied = step === undefined ? undefined : Apply.apply(builder.questionnaire, step.inverse)
  if (step === undefined || applied?.done !== true) return builder
  return {
    questionnaire: applied.questionnaire,
    selected: step.selected,
    past: builder.past.slice(0, -1),
    future: [...builder.future, step],
  }
}

/** Does again what was taken back last. */
export const redo = (builder: Builder): Builder => {
  const step = builder.future.at(-1)
  const applied = step === undefined ? undefined : Apply.apply(builder.questionnaire, step.operation)
  if (step === undefined || applied?.done !== true) return builder
  return {
    questionnaire: applied.questionnaire,
    selected: selectedAfter(builder, applied.questionnaire, step.operation),
    past: [...builder.past, step],
    future: builder.future.slice(0, -1),
  }
}

/** Selects an item or a section; null, or an id that is not there, nothing. */
export const select = (builder: Builder, id: string | null): Builder => ({
  ...builder,
  selected: id !== null && isThere(builder.questionnaire, id) ? id : null,
})

/** What speaks of an item, condition or context value: what would break without it. */
export const dependents = (builder: Builder, what: Named, name: string): ReadonlyArray<Dependent> =>
  References.dependents(builder.questionnaire, what, name)

const found = new WeakMap<Questionnaire.Questionnaire, ReadonlyArray<Questionnaire.Finding>>()

/** What the checker finds in the definition as it stands, each in the text that `toText` gives. Worked out once for each state. */
export const findings = (
  builder: Builder,
  kinds: QuestionKind.Registry = QuestionKind.standard,
): ReadonlyArray<Questionnaire.Finding> => {
  const { questionnaire } = builder
  const known = kinds === QuestionKind.standard ? found.get(questionnaire) : undefined
  if (known !== undefined) return known
  const { findings } = Questionnaire.check(toText(builder), kinds)
  if (kinds === QuestionKind.standard) found.set(questionnaire, findings)
  return findings
}

const isThere = (questionnaire: Questionnaire.Questionnaire, id: string): boolean =>
  Tree.find(questionnaire, id) !== undefined || questionnaire.sections.some((section) => section.id === id)

/** What was just made or moved; else what was selected, unless it is gone or has another name now. */
const selectedAfter = (
  { questionnaire: before, selected }: Builder,
  after: Questionnaire.Questionnaire,
  operation: Operation,
): string | null => {
  switch (operation.type) {
    case "AddItem":
      return operation.item.id
    case "AddSection":
      return operation.section.id
    case "MoveItem":
    case "MoveSection":
    case "ChangeKind":
      return operation.id
    case "DuplicateItem": {
      const original = Tree.find(before, operation.id)
      return original === undefined
        ? selected
        : (Tree.itemsOf(after, original.holder)?.[original.index + 1]?.id ?? selected)
    }
    case "Rename":
      return selected === operation.from && operation.what !== "condition" && operation.what !== "context"
        ? operation.to
        : selected
    default:
      return selected !== null && isThere(after, selected) ? selected : null
  }
}
