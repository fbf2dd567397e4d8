/**
 * The draft of a state: what is typed over what is saved. Nothing here decides when to save; a change is only laid over
 * what the server has, so that a keystroke copies what is not saved yet and nothing else.
 */
import type { Answers } from "../Answers.ts"
import type { FillKind } from "../AnswerKind.ts"
import { merge } from "./merge.ts"
import { at, equal, list, type Place, pointer, withAnswer, without } from "./Place.ts"
import type { Changes, State } from "./State.ts"

/** What stands there in the draft; undefined when nothing does. */
export const answerAt = ({ saved, changes }: State, place: Place): unknown =>
  at(Object.hasOwn(changes, String(place[0])) ? changes : saved, place)

/** The instances of a repeated group, the files of an upload; none is an empty list. */
export const listAt = (state: State, place: Place): ReadonlyArray<unknown> => list(answerAt(state, place))

/** How many instances a repeated group has. */
export const count = (state: State, group: Place): number => listAt(state, group).length

/** Are all instances there that the place stands in, or could the last of them begin there? */
export const isReachable = (state: State, place: Place): boolean =>
  place.every(
    (key, i) =>
      typeof key !== "number" || (Number.isInteger(key) && key >= 0 && key <= count(state, place.slice(0, i))),
  )

/** All of the draft: answers to hidden questions are in it, nothing typed is thrown away. */
export const draft = ({ saved, changes }: State): Answers => answered({ ...saved, ...changes })

/** The draft with another answer there; undefined: none. */
export const change = (state: State, place: Place, answer: unknown): State => {
  const here = pointer(place)
  return settled({ ...laid(state, place, answer), issues: state.issues.filter((issue) => issue.pointer !== here) })
}

/** With that change, whether or not it is as saved. */
const laid = (state: State, [key, ...rest]: Place, answer: unknown): State => {
  const id = String(key)
  const whole = withAnswer(answerAt(state, [id]), rest, answer)
  return { ...state, changes: { ...state.changes, [id]: whole ?? null } }
}

/** Is that what the server has, for sure? Not where a save in flight, or one that was lost, may have changed it. */
const isAsSaved = (state: State, id: string, answer: unknown): boolean =>
  equal(answer, at(state.saved, [id])) && !unsure(state).tried.some((sent) => Object.hasOwn(sent, id))

/** Without conflicts on which both sides agree by now. */
const decided = (state: State): State => ({
  ...state,
  conflicts: state.conflicts.filter(({ place, theirs }) => !equal(answerAt(state, place), theirs)),
})

/** Without changes that are as saved. */
const settled = (state: State): State =>
  decided({ ...state, changes: without(state.changes, (id, answer) => isAsSaved(state, id, answer)) })

/** What is said, without what is only said to be none. */
const answered = (answers: Changes): Answers => without(answers, (_, answer) => answer === null)

/** What is to be saved: the changes, but theirs wherever it is not decided yet whose answer holds. */
export const unsaved = (state: State): Changes => {
  if (state.conflicts.length === 0) return state.changes
  const { changes } = state.conflicts.reduce((so, { place, theirs }) => laid(so, place, theirs ?? undefined), state)
  return without(changes, (id, answer) => equal(answer, at(state.saved, [id])))
}

/** The save in flight got through: the server has this revision, and in it what was sent. */
export const saved = (state: State, revision: number): State =>
  settled(
    revision > state.revision
      ? {
          ...state,
          revision,
          saved: answered({ ...state.saved, ...state.saving?.changes }),
          saving: null,
          tried: [],
        }
      : // what arrived meanwhile is later than that save and has it in it
        { ...state, saving: null },
  )

/** Nobody knows whether the save in flight got through. */
export const unsure = (state: State): State =>
  state.saving === null ? state : { ...state, saving: null, tried: [...state.tried, state.saving.changes] }

/** The server has these answers: merged into the draft, unless something later is known. */
export const received = (
  state: State,
  revision: number,
  theirs: Answers,
  givenAs: (id: string) => FillKind["givenAs"] | undefined,
): State => {
  if (revision <= state.revision) return state
  const { tried } = unsure(state)
  const { answers, conflicts } = merge(state.saved, draft(state), theirs, state.conflicts, tried, givenAs)
  // what theirs has and the merged answers have not is cleared
  const changes = { ...Object.fromEntries(Object.keys(theirs).map((id) => [id, null])), ...answers }
  return settled({ ...state, revision, saved: theirs, changes, conflicts, tried: [] })
}
