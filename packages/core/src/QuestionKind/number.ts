/** The kind `number`: whole or with decimals, between limits, of a unit. */
import * as Schema from "effect/Schema"
import { answers, decimalsOf, type NumberQuestion } from "../AnswerKind/number.ts"
import type { Value } from "../Condition/Ast.ts"
import { Operand } from "../Condition/schema.ts"
import * as LocalText from "../LocalText/schema.ts"
import type { QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields, whole } from "./common.ts"

export type { NumberQuestion } from "../AnswerKind/number.ts"

/** As many digits as a JSON number keeps apart. */
const mostDecimals = 15

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("number").annotateKey({ description: "A number, whole or with decimals." }),
    min: Schema.optionalKey(Operand).annotateKey({
      description: "The smallest number allowed: written down, or another answer.",
    }),
    max: Schema.optionalKey(Operand).annotateKey({
      description: "The largest number allowed: written down, or another answer.",
    }),
    decimals: Schema.optionalKey(whole(0, mostDecimals)).annotateKey({
      description: "Digits after the point at most; 0 for whole numbers; left out: any.",
    }),
    unit: Schema.optionalKey(LocalText.schema).annotateKey({
      description: "What is counted, shown behind the number: km, %.",
    }),
  })

/** The limits that are written down; of the others nothing is known here. */
const literals = ({ min, max }: NumberQuestion) => ({
  min: typeof min === "number" ? min : undefined,
  max: typeof max === "number" ? max : undefined,
})

/** The smallest allowed number that is not below `from`, or the largest not above it: a multiple of the last digit. */
const nearest = (question: NumberQuestion, from: number, direction: "up" | "down"): number => {
  const { decimals } = question
  if (decimals === undefined || decimalsOf(from) <= decimals) return from
  const rounded = Number(from.toFixed(decimals))
  const step = Number(`1e-${decimals}`)
  if (direction === "up") return rounded >= from ? rounded : Number((rounded + step).toFixed(decimals))
  return rounded <= from ? rounded : Number((rounded - step).toFixed(decimals))
}

const check = (question: NumberQuestion): ReadonlyArray<QuestionFinding> => {
  const { min, max, decimals } = question
  const limits = ["min", "max"] as const
  const wrong = limits
    .filter((limit) => typeof question[limit] === "string" || typeof question[limit] === "boolean")
    .map((limit) => ({ code: "type-mismatch", path: [limit], message: `${limit} of a number is a number.` }))
  if (typeof min !== "number" || typeof max !== "number") return wrong
  if (min > max) return [above(`min ${min} is above max ${max}, so no answer fits.`)]
  return nearest(question, min, "up") > max
    ? [above(`Between ${min} and ${max} there is no number with at most ${decimals} decimals, so no answer fits.`)]
    : []
}

const above = (message: string): QuestionFinding => ({ code: "min-above-max", path: ["min"], message })

const example = (question: NumberQuestion, value?: Value): unknown => {
  const { min, max } = literals(question)
  if (value !== undefined)
    return typeof value === "number" &&
      Number.isFinite(value) &&
      value >= (min ?? -Infinity) &&
      value <= (max ?? Infinity) &&
      decimalsOf(value) <= (question.decimals ?? Infinity)
      ? value
      : undefined
  // nought where it is allowed, else the limit next to it
  if (min !== undefined && min > 0) return example(question, nearest(question, min, "up"))
  return max !== undefined && max < 0 ? example(question, nearest(question, max, "down")) : example(question, 0)
}

export const kind: QuestionKind<NumberQuestion> = {
  ...answers,
  schema,
  check,
  example,
  answerSchema: (question) => {
    const { min, max } = literals(question)
    return {
      type: question.decimals === 0 ? "integer" : "number",
      ...(min === undefined ? {} : { minimum: min }),
      ...(max === undefined ? {} : { maximum: max }),
    }
  },
}
