/**
 * Filling in a questionnaire, without a page and without effects: a session takes a state and what happened, and answers
 * with the next state and what is to be done. It loads nothing of Effect, knows no clock and no network, and the state is
 * plain JSON: kept on the device, it goes on after a reload.
 *
 * Words: a *message* is something that happened, an *effect* something the caller is asked to do, whose outcome is again a
 * message; a *view* is what a page shows of a state. The *draft* is all that was typed, hidden questions included.
 *
 * ```ts
 * const session = FillSession.make(questionnaire)
 * const state = session.start({ answers: {}, revision: 0, context: { today: "2027-03-27" } })
 * const [next, effects] = session.update(state, { type: "AnswerChanged", place: ["name"], answer: "Eva" })
 * // effects => [{ type: "WakeSaver", afterMillis: 1000 }]
 * ```
 *
 * `make` takes the questionnaire, and the functions come from it, because all states of a session share it: it is compiled
 * once, stands in no state, and no state can meet another one by mistake. Answers as a person reads them, in labels and in
 * a review, are told by `FillSession/reading.ts`: a page that shows none does not carry how to write numbers and dates. What the answers come to is kept beside the
 * states, so that a change costs what depends on it; for an older state it is worked out anew.
 */
import type { FillRegistry } from "./AnswerKind.ts"
import { filling } from "./AnswerKind/filling.ts"
import type { Answers, Issue, SectionProgress } from "./Answers.ts"
import type { Value } from "./Condition/Ast.ts"
import * as Evaluation from "./Evaluation.ts"
import type { Place } from "./Evaluation/places.ts"
import * as Draft from "./FillSession/draft.ts"
import * as Form from "./FillSession/Form.ts"
import type { Effect, Message } from "./FillSession/Message.ts"
import { type Beginning, start } from "./FillSession/start.ts"
import type { FileRow, Saving, State } from "./FillSession/State.ts"
import { update } from "./FillSession/update.ts"
import * as Views from "./FillSession/views.ts"
import type { End, Questionnaire } from "./Questionnaire/Definition.ts"

export type { Place } from "./Evaluation/places.ts"
export type { Beginning } from "./FillSession/start.ts"
export type { ChosenFile, Effect, Message } from "./FillSession/Message.ts"
export type { Changes, Conflict, FileRow, Saving, State, Submission, Upload } from "./FillSession/State.ts"

export interface FillSession {
  start(beginning: Beginning): State
  update(state: State, message: Message): readonly [State, ReadonlyArray<Effect>]

  isSectionAsked(state: State, section: string): boolean
  isAsked(state: State, place: Place): boolean
  isRequired(state: State, place: Place): boolean
  /** Is this option offered now? */
  isOffered(state: State, place: Place, option: string): boolean
  /** What the draft comes to, for whatever else `Evaluation` can tell (`Evaluation.why`). To be read only, and not kept:
   * it is of the next state after the next message. */
  evaluation(state: State): Evaluation.Evaluation
  /** Every place that is asked, in reading order: questions, groups, notes, and what stands in each instance. */
  asked(state: State): ReadonlyArray<Place>

  /** What was typed there, whether or not it is asked; undefined: nothing. */
  answerAt(state: State, place: Place): unknown
  /** All that was typed. */
  draft(state: State): Answers
  /** The answers that count: what would be submitted. */
  answers(state: State): Answers
  /** What conditions see of an answer, or what a calculated value comes to. */
  valueOf(state: State, place: Place): Value | undefined
  /** The files of an upload: ready, on their way, refused. */
  files(state: State, place: Place): ReadonlyArray<FileRow>

  /** What to say beside a field: once it was left, with its section, or when all was reviewed. */
  issuesAt(state: State, place: Place): ReadonlyArray<Issue>
  /** Everything wrong or missing, for the review. */
  issues(state: State): ReadonlyArray<Issue>
  /** Required, and not answered. */
  missing(state: State): ReadonlyArray<Place>
  /** What stands between the answers and submitting them: conflicts, uploads on their way, what is wrong or missing. */
  obstacles(state: State): ReadonlyArray<Place>
  /** The sections that are asked, and how far each is. */
  sections(state: State): ReadonlyArray<SectionProgress>
  /** The first section with something to do, after this one and then from the start. */
  nextSection(state: State, after?: string): string | undefined

  saving(state: State): Saving
  /** May answers change? Not while they are submitted, and not afterwards. */
  isEditable(state: State): boolean
  /** What the customer reads after submitting. */
  end(state: State): End | undefined
}

/** The session of a questionnaire that was found right. `kinds` must know every type in it. */
export const make = (questionnaire: Questionnaire, kinds: FillRegistry = filling): FillSession => {
  const form = Form.make(questionnaire, kinds)
  const { evaluation } = form
  const shown =
    <In extends ReadonlyArray<unknown>, Out>(view: (form: Form.Form, state: State, ...rest: In) => Out) =>
    (state: State, ...rest: In): Out =>
      view(form, state, ...rest)
  const evaluated =
    <In extends ReadonlyArray<unknown>, Out>(view: (evaluation: Evaluation.Evaluation, ...rest: In) => Out) =>
    (state: State, ...rest: In): Out =>
      view(evaluation(state), ...rest)
  return {
    start: (beginning) => start(form, beginning),
    update: (state, message) => {
      const step = update(form, state, message)
      form.handOn(state, step[0])
      return step
    },
    evaluation,
    isSectionAsked: evaluated(Evaluation.isSectionAsked),
    isAsked: evaluated(Evaluation.isAsked),
    isRequired: evaluated(Evaluation.isRequired),
    isOffered: evaluated(Evaluation.isOffered),
    asked: evaluated(Evaluation.asked),
    answerAt: Draft.answerAt,
    draft: Draft.draft,
    answers: evaluated(Evaluation.answers),
    valueOf: evaluated(Evaluation.valueOf),
    files: Views.files,
    issuesAt: shown(Views.issuesAt),
    issues: shown(Views.issues),
    missing: shown(Views.missing),
    obstacles: shown(Views.obstacles),
    sections: shown(Views.sections),
    nextSection: shown(Views.nextSection),
    saving: Views.saving,
    isEditable: ({ submission }) => submission === null || submission.state === "saving",
    end: evaluated(Evaluation.end),
  }
}
