/** The kind `note`: a text that the customer reads. It has no answer. */
import type { AnswerKind, FillKind } from "../AnswerKind.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { described } from "./described.ts"

export interface NoteQuestion extends Question {
  readonly type: "note"
}

export const filling: FillKind<NoteQuestion> = {
  type: "note",
  givenAs: "nothing",
  valueType: () => ({ type: "nothing" }),
  value: () => undefined,
  isAnswered: () => false,
  validate: () => [{ code: "note-answered", malformed: true }],
}

export const answers: AnswerKind<NoteQuestion> = /* @__PURE__ */ described(filling, () => [])
