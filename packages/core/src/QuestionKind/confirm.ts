/** The kind `confirm`: a statement to agree to, its label. */
import * as Schema from "effect/Schema"
import { answers, type ConfirmQuestion } from "../AnswerKind/confirm.ts"
import type { QuestionKind } from "./Kind.ts"
import { commonFields } from "./common.ts"

export type { ConfirmQuestion } from "../AnswerKind/confirm.ts"

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("confirm").annotateKey({ description: "A statement to agree to: the label." }),
  })

export const kind: QuestionKind<ConfirmQuestion> = {
  ...answers,
  schema,
  check: () => [],
  example: (_question, value) => (value === undefined || value === true ? true : undefined),
  answerSchema: () => ({ const: true }),
}
