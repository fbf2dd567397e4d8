/**
 * When answers are saved: a pause after the last change, one save at a time, what changed meanwhile next; after a failure
 * again, later each time; and all of it before anything is submitted.
 */
import type { FillKind } from "../AnswerKind.ts"
import * as Draft from "./draft.ts"
import type { Effect, Message } from "./Message.ts"
import { equal, type Place } from "./Place.ts"
import type { State } from "./State.ts"

export type Step = readonly [State, ReadonlyArray<Effect>]

/** One step after another. */
export const andThen = ([state, effects]: Step, next: (state: State) => Step): Step => {
  const [after, more] = next(state)
  return [after, [...effects, ...more]]
}

/** Leads there. */
export const focus =
  (place: Place) =>
  (state: State): Step => [state, [{ type: "MoveFocus", place }]]

/** The pause after a change, in milliseconds; and the longest after a failure. */
const pause = 1000
const longestPause = 60_000

const wake = (afterMillis: number): Effect => ({ type: "WakeSaver", afterMillis })

/** Saves what is not saved, unless a save is in flight, nobody would get it, or the server refused just that. */
export const save = (state: State): Step => {
  const changes = Draft.unsaved(state)
  if (state.saving !== null || !state.online || Object.keys(changes).length === 0 || equal(changes, state.refused))
    return [state, []]
  const number = state.saves + 1
  return [
    { ...state, saves: number, saving: { save: number, changes } },
    [{ type: "SaveAnswers", save: number, revision: state.revision, answers: changes }],
  ]
}

/** After a change: the timer begins anew, if there is something to save and nothing that ends in a save is under way. */
export const saveSoon = (state: State): Step => [
  state,
  state.autosave && state.failures === 0 && save(state)[1].length > 0 ? [wake(pause)] : [],
]

/** Is all of the draft at the server, as far as anybody knows? */
export const isSaved = (state: State): boolean =>
  state.saving === null && state.conflicts.length === 0 && Object.keys(state.changes).length === 0

type Outcome = Extract<Message, { readonly type: `Save${"Succeeded" | "Failed" | "Refused" | "Conflicted"}` }>

/** What becomes of a save. An answer to another than the one in flight comes too late and says nothing. */
export const outcome = (
  state: State,
  message: Outcome,
  givenAs: (id: string) => FillKind["givenAs"] | undefined,
): Step => {
  if (state.saving?.save !== message.save) return [state, []]
  const calm = { ...state, failures: 0, failingSince: null, refused: null }
  switch (message.type) {
    case "SaveSucceeded":
      return saveSoon({ ...Draft.saved(calm, message.revision), savedAt: message.at })
    case "SaveConflicted": {
      if (message.revision <= state.revision) return saveSoon({ ...calm, saving: null })
      const merged = Draft.received(calm, message.revision, message.theirs, givenAs)
      return save({ ...merged, saving: null })
    }
    case "SaveRefused":
      return [{ ...calm, saving: null, refused: state.saving.changes, issues: message.issues, submission: null }, []]
    case "SaveFailed": {
      const failures = state.failures + 1
      return [
        { ...Draft.unsure(state), failures, failingSince: state.failingSince ?? message.at },
        [wake(Math.min(longestPause, pause * 2 ** failures))],
      ]
    }
  }
}
