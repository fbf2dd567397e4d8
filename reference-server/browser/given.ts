/** What the server gave the page (CustomerPages/Enhancing.ts), and the fill session that runs from it. */
import { filling } from "@requite/core/AnswerKind/filling"
import * as Evaluation from "@requite/core/Evaluation"
import type { FillSession } from "@requite/core/FillSession"
import { answerAt } from "@requite/core/FillSession/draft"
import * as Form from "@requite/core/FillSession/Form"
import { isRecord } from "@requite/core/FillSession/Place"
import { start } from "@requite/core/FillSession/start"
import { update } from "@requite/core/FillSession/update"
import * as Views from "@requite/core/FillSession/views"
import type { Given } from "../src/CustomerPages/Enhancing.ts"

export type { Given } from "../src/CustomerPages/Enhancing.ts"

/** The server made it, in the same release: nothing else is checked. */
const isGiven = (data: unknown): data is Given => isRecord(data)

/** Null on a page that has none. */
export const given = (): Given | null => {
  const data: unknown = JSON.parse(document.getElementById("given")?.textContent ?? "null")
  return isGiven(data) ? data : null
}

/** Core's fill session, with those of its views that these pages ask for: the others weigh too much to be carried unused. */
export type Session = Pick<
  FillSession,
  | "start"
  | "update"
  | "evaluation"
  | "isSectionAsked"
  | "isAsked"
  | "isRequired"
  | "isOffered"
  | "asked"
  | "answerAt"
  | "valueOf"
  | "issuesAt"
  | "issues"
  | "saving"
>

export const session = ({ questionnaire }: Given): Session => {
  const form = Form.make(questionnaire, filling)
  const { evaluation } = form
  return {
    start: (beginning) => start(form, beginning),
    update: (state, message) => {
      const step = update(form, state, message)
      form.handOn(state, step[0])
      return step
    },
    evaluation,
    isSectionAsked: (state, section) => Evaluation.isSectionAsked(evaluation(state), section),
    isAsked: (state, place) => Evaluation.isAsked(evaluation(state), place),
    isRequired: (state, place) => Evaluation.isRequired(evaluation(state), place),
    isOffered: (state, place, option) => Evaluation.isOffered(evaluation(state), place, option),
    asked: (state) => Evaluation.asked(evaluation(state)),
    answerAt,
    valueOf: (state, place) => Evaluation.valueOf(evaluation(state), place),
    issuesAt: (state, place) => Views.issuesAt(form, state, place),
    issues: (state) => Views.issues(form, state),
    saving: Views.saving,
  }
}
