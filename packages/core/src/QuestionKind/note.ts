/** The kind `note`: a text that the customer reads, its label and help. It has no answer, so it cannot be required. */
import * as Schema from "effect/Schema"
import { answers, type NoteQuestion } from "../AnswerKind/note.ts"
import type { QuestionKind } from "./Kind.ts"
import { commonFields } from "./common.ts"

export type { NoteQuestion } from "../AnswerKind/note.ts"

const { required: _, ...fields } = commonFields

export const schema = () =>
  Schema.Struct({
    ...fields,
    type: Schema.Literal("note").annotateKey({ description: "Something to read; it has no answer." }),
  })

export const kind: QuestionKind<NoteQuestion> = {
  ...answers,
  schema,
  check: () => [],
  example: () => undefined,
  // no value at all
  answerSchema: () => ({ not: {} }),
}
