/** Answers of the kind `confirm`: a statement to agree to. Only `true` is an answer; `false` is a box left empty. */
import type { AnswerKind, FillKind } from "../AnswerKind.ts"
import { resolve } from "../LocalText.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { described } from "./described.ts"

/** Its label is the statement. */
export interface ConfirmQuestion extends Question {
  readonly type: "confirm"
}

export const filling: FillKind<ConfirmQuestion> = {
  type: "confirm",
  givenAs: "value",
  valueType: () => ({ type: "boolean", values: [true] }),
  value: (_question, answer) => (answer === true ? true : undefined),
  isAnswered: (_question, answer) => answer === true,
  validate: (_question, answer) => (typeof answer === "boolean" ? [] : [{ code: "confirm-type", malformed: true }]),
}

export const answers: AnswerKind<ConfirmQuestion> = /* @__PURE__ */ described(
  filling,
  // what was agreed to
  (question, answer, languages) => (answer === true ? [resolve(question.label, languages)] : []),
)
