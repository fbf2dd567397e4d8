/** What a page shows of a state: pure functions, each worked out when it is asked for. */
import { describeNumber } from "../AnswerKind/number.ts"
import { isFiles } from "../AnswerKind/upload.ts"
import * as Answers from "../Answers.ts"
import * as Evaluation from "../Evaluation.ts"
import * as LocalText from "../LocalText.ts"
import * as Draft from "./draft.ts"
import { type Form, itemAt } from "./Form.ts"
import { at, type Place, placeOf, pointer, samePlace } from "./Place.ts"
import { isSaved } from "./saving.ts"
import type { FileRow, ReviewLine, Saving, State } from "./State.ts"
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

/**
 * A text as it reads now, in the first language that fits: `{{id}}` stands for the answer to that question, or for that
 * calculated value; for nothing while there is none. Inside a repeated group, `place` says in which instance.
 */
export const text = (
  form: Form,
  state: State,
  text: LocalText.LocalText,
  languages: ReadonlyArray<string>,
  place: Place = [],
): string =>
  LocalText.resolve(text, languages).replace(/\{\{\s*([a-zA-Z]\w*)\s*\}\}/g, (_, id: string) =>
    spoken(form, state, id, languages, place),
  )

const spoken = (form: Form, state: State, id: string, languages: ReadonlyArray<string>, from: Place): string => {
  // the nearest around: in this instance, in the one around it, outside all
  for (let length = from.length - (from.length % 2); length >= 0; length -= 2) {
    const place = [...from.slice(0, length), id]
    const value = Evaluation.valueOf(form.evaluation(state), place)
    if (value === undefined) continue
    const item = itemAt(form.program, place)
    const lines = item?.kind?.describe(item.question, Draft.answerAt(state, place), languages)
    return (lines ?? [typeof value === "number" ? describeNumber(value, languages) : value]).join(", ")
  }
  return ""
}

/** Every answer as the firm will read it, with where to change it; what is not asked or not answered has no line. */
export const review = (form: Form, state: State, languages: ReadonlyArray<string>): ReadonlyArray<ReviewLine> => {
  const evaluation = form.evaluation(state)
  const counted = Evaluation.answers(evaluation)
  return Evaluation.asked(evaluation).flatMap((place) => {
    const item = itemAt(form.program, place)
    const answer = at(counted, place)
    if (item?.kind === undefined || answer === undefined) return []
    return [
      {
        section: item.section.id,
        place,
        label: text(form, state, item.question.label, languages, place),
        lines: item.kind.describe(item.question, answer, languages),
      },
    ]
  })
}
