/**
 * The kind `choice`: one or many of a list of options, with "other" in the customer's own words where the author
 * allows it. An answer is an option's `value`, or `{ "other": "…" }`; with `multiple`, a list of those.
 */
import * as Schema from "effect/Schema"
import * as LocalText from "../LocalText.ts"
import type { Problem, Question, QuestionFinding, QuestionKind } from "./Kind.ts"
import { commonFields } from "./common.ts"

export interface ChoiceOption {
  readonly value: string
  readonly label: LocalText.LocalText
  readonly help?: LocalText.LocalText
}

export interface ChoiceQuestion extends Question {
  readonly type: "choice"
  readonly options: ReadonlyArray<ChoiceOption>
  readonly multiple?: boolean
  /** Offers "Other" with a text field, as the last option. */
  readonly other?: boolean
}

/** One picked thing: the value of an option, or the customer's own words. */
export type Picked = string | { readonly other: string }

const maxOther = 500

export const schema = () =>
  Schema.Struct({
    ...commonFields,
    type: Schema.Literal("choice"),
    options: Schema.Array(
      Schema.Struct({
        value: Schema.String.check(
          Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u, {
            message: "Expected an option value: letters, digits, - and _, at most 64",
          }),
        ),
        label: LocalText.schema,
        help: Schema.optionalKey(LocalText.schema),
      }),
    ).check(
      Schema.isMinLength(1, { message: "Expected at least one option" }),
      Schema.isMaxLength(1000, { message: "Expected at most 1000 options" }),
    ),
    multiple: Schema.optionalKey(Schema.Boolean),
    other: Schema.optionalKey(Schema.Boolean),
  })

const check = (question: ChoiceQuestion): ReadonlyArray<QuestionFinding> => {
  const seen = new Set<string>()
  return question.options.flatMap(({ value }, index) => {
    if (!seen.has(value)) {
      seen.add(value)
      return []
    }
    const message = `The option value "${value}" stands twice in this question; answers could not tell them apart.`
    return [{ code: "duplicate-option", path: ["options", index, "value"], message }]
  })
}

const isOther = (picked: unknown): picked is { readonly other: string } =>
  typeof picked === "object" && picked !== null && "other" in picked && typeof picked.other === "string"

/** The picked things of an answer of either shape; what is neither is left in, for `validate` to refuse. */
export const pickedOf = (question: ChoiceQuestion, answer: unknown): ReadonlyArray<unknown> =>
  question.multiple === true ? (Array.isArray(answer) ? answer : [answer]) : [answer]

const validate = (question: ChoiceQuestion, answer: unknown): ReadonlyArray<Problem> => {
  if ((question.multiple === true) !== Array.isArray(answer)) return [{ code: "choice-type", malformed: true }]
  const picked = pickedOf(question, answer)
  const problems = picked.flatMap((one) => validatePicked(question, one))
  // compared by identity, whatever they are; only "other" is picked twice by two different objects
  const distinct = new Set(picked.map((one) => (isOther(one) ? isOther : one)))
  return distinct.size < picked.length ? [...problems, { code: "choice-twice" }] : problems
}

const validatePicked = (question: ChoiceQuestion, picked: unknown): ReadonlyArray<Problem> => {
  if (typeof picked === "string") {
    return question.options.some(({ value }) => value === picked) ? [] : [{ code: "choice-unknown", malformed: true }]
  }
  if (question.other !== true || !isOther(picked) || Object.keys(picked).length > 1)
    return [{ code: "choice-type", malformed: true }]
  if (picked.other.trim() === "") return [{ code: "choice-other-empty" }]
  return [...picked.other].length > maxOther
    ? [{ code: "text-too-long", values: { max: maxOther, length: [...picked.other].length } }]
    : []
}

const describe = (question: ChoiceQuestion, answer: unknown, languages: ReadonlyArray<string>): ReadonlyArray<string> =>
  pickedOf(question, answer).flatMap((picked) => {
    if (isOther(picked)) return [picked.other]
    const option = question.options.find(({ value }) => value === picked)
    return option === undefined ? [] : [LocalText.resolve(option.label, languages)]
  })

const answerSchema = (question: ChoiceQuestion) => {
  const other = {
    type: "object",
    properties: { other: { type: "string", minLength: 1, maxLength: maxOther } },
    required: ["other"],
    additionalProperties: false,
  }
  const values = { enum: question.options.map(({ value }) => value) }
  const one = question.other === true ? { anyOf: [values, other] } : values
  return question.multiple === true ? { type: "array", items: one, uniqueItems: true } : one
}

export const kind: QuestionKind<ChoiceQuestion> = {
  type: "choice",
  givenAs: "value",
  schema,
  check,
  isAnswered: (question, answer) =>
    pickedOf(question, answer).some((picked) => (typeof picked === "string" ? picked !== "" : isOther(picked))),
  validate,
  describe,
  answerSchema,
}
