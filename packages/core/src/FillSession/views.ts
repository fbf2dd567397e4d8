/** What a page shows of a state: pure functions, each worked out when it is asked for. */
import { isFiles } from "../AnswerKind/upload.ts"
import * as Answers from "../Answers.ts"
import * as Evaluation from "../Evaluation.ts"
import * as Draft from "./draft.ts"
import { type Form, itemAt } from "./Form.ts"
import { type Place, placeOf, pointer, samePlace } from "./Place.ts"
import { isSaved } from "./saving.ts"
import type { FileRow, Saving, State } from "./State.ts"
import { isPending } from "./uploads.ts"

export const saving = (state: State): Saving => {
  if (isSaved(state)) return { state: "saved", revision: state.revision, at: state.savedAt }
  if (state.failingSince !== null) return { state: "failing", since: state.failingSince }
  return { state: state.saving === null ? "unsaved" : "saving" }
}

/** What is wrong with the answers, or missing, whether or not it is time to say so; and what the server said. */
export const issues = (form: Form, state: State): ReadonlyArray<Answers.Issue> => [
  ...Answers.issues(form.evaluation(state)),
  ...state.issues,
]

/** What to say beside a field: once it was left, with its section, or when all was reviewed. */
export const issuesAt = (form: Form, state: State, place: Place): ReadonlyArray<Answers.Issue> => {
  const here = pointer(place)
  const section = itemAt(form.program, place)?.section.id ?? ""
  const isTime = state.reviewed || state.visited.includes(section) || Object.hasOwn(state.touched, here)
  return [
    ...(isTime ? Answers.issuesAt(form.evaluation(state), place) : []),
    ...state.issues.filter((issue) => issue.pointer === here),
  ]
}

/** What stands between the answers and submitting them: not decided, still arriving, wrong or missing; in this order. */
export const obstacles = (form: Form, state: State): ReadonlyArray<Place> => [
  ...state.conflicts.map(({ place }) => place),
  ...state.uploads
    .filter((upload) => isPending(upload) && Evaluation.isAsked(form.evaluation(state), upload.place))
    .map(({ place }) => place),
  ...issues(form, state).map((issue) => placeOf(issue.pointer)),
]

/** Required, and not answered. */
export const missing = (form: Form, state: State): ReadonlyArray<Place> =>
  issues(form, state).flatMap(({ code, pointer }) => (code === "required" ? [placeOf(pointer)] : []))

/** The sections that are asked, with how far each is. */
export const sections = (form: Form, state: State): ReadonlyArray<Answers.SectionProgress> =>
  Answers.progressOf(form.evaluation(state), state.visited)

/** The first section with something to do, after this one and then from the start; undefined when there is none. */
export const nextSection = (form: Form, state: State, after?: string): string | undefined => {
  const rows = sections(form, state)
  const from = rows.findIndex(({ id }) => id === after) + 1
  return [...rows.slice(from), ...rows].find((row) => row.state !== "done")?.id
}

/** The files of an upload, ready ones first, then those on their way and those refused. */
export const files = (state: State, place: Place): ReadonlyArray<FileRow> => {
  const ready = Draft.answerAt(state, place)
  return [
    ...(isFiles(ready) ? ready : []).map((file) => ({ state: "ready", file }) as const),
    ...state.uploads.filter((upload) => samePlace(upload.place, place)),
  ]
}
