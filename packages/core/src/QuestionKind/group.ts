/** The kind `group`: items that belong together, asked once, or as often as the customer needs. */
import * as Schema from "effect/Schema"
import { answers, type GroupQuestion, maxInstances } from "../AnswerKind/group.ts"
import type { Value } from "../Condition/Ast.ts"
import { Calculated } from "../Condition/schema.ts"
import type { QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields, Item, whole } from "./common.ts"

export type { GroupQuestion, Instance } from "../AnswerKind/group.ts"

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("group").annotateKey({
      description: "Items that belong together, asked once or, with repeat, as often as needed.",
    }),
    items: Schema.Array(Item)
      .check(
        Schema.isMinLength(1, { message: "Expected at least one question" }),
        Schema.isMaxLength(20_000, { message: "Expected at most 20000 questions" }),
      )
      .annotateKey({ description: "What stands in the group: questions, notes, other groups." }),
    repeat: Schema.optionalKey(
      Schema.Struct({
        min: Schema.optionalKey(whole(0, 1000)).annotateKey({ description: "At least so many times; left out: 0." }),
        max: Schema.optionalKey(whole(1, 1000)).annotateKey({ description: "At most so many times; left out: 100." }),
      }),
    ).annotateKey({ description: "Asked as often as the customer needs; the answer is a list." }),
    calculated: Schema.optionalKey(Calculated).annotateKey({
      description: "Values that follow from answers, by ids that conditions and placeholders use.",
    }),
  })

const check = ({ repeat, required }: GroupQuestion): ReadonlyArray<QuestionFinding> => {
  const { min = 0, max = maxInstances } = repeat ?? {}
  return [
    ...(min > max
      ? [
          {
            code: "min-above-max",
            path: ["repeat", "min"],
            message: `min ${min} is above the largest number ${max}, so no answer fits.`,
          },
        ]
      : []),
    ...(repeat === undefined && required !== undefined
      ? [
          {
            code: "required-without-answer",
            severity: "warning" as const,
            path: ["required"],
            message: "A group that is not repeated has no answer of its own; say which of its items are required.",
          },
        ]
      : []),
  ]
}

/** `value` is how many instances. What is in them is for who knows the kinds of the items. */
const example = ({ repeat }: GroupQuestion, value?: Value): unknown => {
  if (repeat === undefined) return undefined
  const least = Math.max(1, repeat.min ?? 0)
  const count = value ?? least
  return typeof count === "number" && Number.isInteger(count) && count >= least && count <= (repeat.max ?? maxInstances)
    ? Array.from({ length: count }, () => ({}))
    : undefined
}

export const kind: QuestionKind<GroupQuestion> = {
  ...answers,
  schema,
  check,
  example,
  answerSchema: ({ repeat }) =>
    repeat === undefined
      ? { not: {} }
      : {
          type: "array",
          items: { type: "object" },
          minItems: repeat.min ?? 0,
          maxItems: repeat.max ?? maxInstances,
        },
}
