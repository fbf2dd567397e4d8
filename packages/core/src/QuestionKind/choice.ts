/**
 * The kind `choice`: one or many of a list of options, with "other" in the customer's own words where the author
 * allows it.
 */
import * as Schema from "effect/Schema"
import { answers, type ChoiceQuestion, maxOther, offers, otherValue, type Picked } from "../AnswerKind/choice.ts"
import type { Value } from "../Condition/Ast.ts"
import { Condition } from "../Condition/schema.ts"
import * as LocalText from "../LocalText/schema.ts"
import type { QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields, whole } from "./common.ts"

export { pickedOf } from "../AnswerKind/choice.ts"
export type { ChoiceOption, ChoiceQuestion, Picked } from "../AnswerKind/choice.ts"

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("choice").annotateKey({ description: "One or several of a list of options." }),
    options: Schema.Array(
      Schema.Struct({
        value: Schema.String.check(
          Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u, {
            message: "Expected an option value: letters, digits, - and _, at most 64",
          }),
        ).annotateKey({ description: "What stands in the answer, whatever the language; it never changes." }),
        label: LocalText.schema.annotateKey({ description: "What the customer reads." }),
        help: Schema.optionalKey(LocalText.schema).annotateKey({ description: "A hint below the label." }),
        when: Schema.optionalKey(Condition).annotateKey({ description: "Offered only when this holds." }),
      }),
    )
      .check(
        Schema.isMinLength(1, { message: "Expected at least one option" }),
        Schema.isMaxLength(1000, { message: "Expected at most 1000 options" }),
      )
      .annotateKey({ description: "What can be picked, in this order." }),
    multiple: Schema.optionalKey(Schema.Boolean).annotateKey({ description: "Several can be picked." }),
    minPicked: Schema.optionalKey(whole(1, 1001)).annotateKey({ description: "How many at least, with multiple." }),
    maxPicked: Schema.optionalKey(whole(1, 1001)).annotateKey({ description: "How many at most, with multiple." }),
    other: Schema.optionalKey(Schema.Boolean).annotateKey({
      description: 'Offers own words as the last option; conditions see them as "other".',
    }),
  })

const check = (question: ChoiceQuestion): ReadonlyArray<QuestionFinding> => [
  ...checkOptions(question),
  ...checkPicked(question),
]

const checkOptions = (question: ChoiceQuestion): ReadonlyArray<QuestionFinding> => {
  const seen = new Set<string>()
  return question.options.flatMap(({ value }, index): ReadonlyArray<QuestionFinding> => {
    const path = ["options", index, "value"]
    if (seen.has(value)) {
      const message = `The option value "${value}" stands twice in this question; answers could not tell them apart.`
      return [{ code: "duplicate-option", path, message }]
    }
    seen.add(value)
    if (question.other !== true || value !== otherValue) return []
    const message = `Conditions see own words as the value "${otherValue}", so no option can have it beside "other": true.`
    return [{ code: "reserved-option", path, message }]
  })
}

const checkPicked = (question: ChoiceQuestion): ReadonlyArray<QuestionFinding> => {
  const { minPicked, maxPicked } = question
  const count = offers(question).length
  const limits = ["minPicked", "maxPicked"] as const
  if (question.multiple !== true)
    return limits
      .filter((limit) => question[limit] !== undefined)
      .map((limit) => ({
        code: "needs-multiple",
        path: [limit],
        message: `${limit} is for questions with "multiple": true; of this one, one option is picked.`,
      }))
  if (minPicked === undefined) return []
  if (maxPicked !== undefined && minPicked > maxPicked)
    return [aboveMax(`minPicked ${minPicked} is above maxPicked ${maxPicked}, so no answer fits.`)]
  if (minPicked > count)
    return [aboveMax(`minPicked ${minPicked} is above the number of options, ${count}, so no answer fits.`)]
  return []
}

const aboveMax = (message: string): QuestionFinding => ({ code: "min-above-max", path: ["minPicked"], message })

/** Options without a condition of their own come first: they are offered whatever else is answered. */
const example = (question: ChoiceQuestion, value?: Value): unknown => {
  const { multiple, minPicked = 1, maxPicked = Infinity } = question
  const offered = offers(question)
  const sure = [
    ...offered.filter(({ when }) => when === undefined),
    ...offered.filter(({ when }) => when !== undefined),
  ].map((offer) => offer.value)
  const wanted =
    value === undefined ? sure.slice(0, multiple === true ? minPicked : 1) : wantedOf(value, multiple === true)
  const fits =
    new Set(wanted).size === wanted.length &&
    wanted.every((one) => sure.includes(one)) &&
    (multiple === true ? wanted.length >= minPicked && wanted.length <= maxPicked : wanted.length === 1)
  if (!fits) return undefined
  const picked = wanted.map((one): Picked => (one === otherValue && question.other === true ? { other: "x" } : one))
  return multiple === true ? picked : picked[0]
}

const wantedOf = (value: Value, multiple: boolean): ReadonlyArray<string> =>
  multiple ? (typeof value === "object" ? value : []) : typeof value === "string" ? [value] : []

const answerSchema = (question: ChoiceQuestion) => {
  const other = {
    type: "object",
    properties: { other: { type: "string", minLength: 1, maxLength: maxOther } },
    required: ["other"],
    additionalProperties: false,
  }
  const values = { enum: question.options.map(({ value }) => value) }
  const one = question.other === true ? { anyOf: [values, other] } : values
  if (question.multiple !== true) return one
  return {
    type: "array",
    items: one,
    uniqueItems: true,
    ...(question.minPicked === undefined ? {} : { minItems: question.minPicked }),
    ...(question.maxPicked === undefined ? {} : { maxItems: question.maxPicked }),
  }
}

export const kind: QuestionKind<ChoiceQuestion> = { ...answers, schema, check, example, answerSchema }
