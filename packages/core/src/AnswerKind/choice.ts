/**
 * Answers of the kind `choice`: one or many of a list of options, with "other" in the customer's own words where the
 * author allows it. An answer is an option's `value`, or `{ "other": "…" }`; with `multiple`, a list of those.
 *
 * Words: an option is *offered* while its own condition holds; one that is not counts as not picked.
 */
import type { AnswerKind, FillKind, Offer, Problem } from "../AnswerKind.ts"
import type { Condition, Scope } from "../Condition/Ast.ts"
import { own } from "../Evaluation/frames.ts"
import { resolve, type LocalText } from "../LocalText.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import { described } from "./described.ts"
import { codePoints } from "./text.ts"

export interface ChoiceOption {
  readonly value: string
  readonly label: LocalText
  readonly help?: LocalText
  /** Offered only when this holds; left out: always. */
  readonly when?: Condition
}

export interface ChoiceQuestion extends Question {
  readonly type: "choice"
  readonly options: ReadonlyArray<ChoiceOption>
  readonly multiple?: boolean
  /** How many are picked, with `multiple`, once there is an answer: at least (1), at most (all). */
  readonly minPicked?: number
  readonly maxPicked?: number
  /** Offers "Other" with a text field, as the last option. Conditions see it as the value `other`. */
  readonly other?: boolean
}

/** One picked thing: the value of an option, or the customer's own words. */
export type Picked = string | { readonly other: string }

/** The value that conditions see of an answer in the customer's own words. */
export const otherValue = "other"

/** How long the customer's own words may be. */
export const maxOther = 500

/** Looks options up by value: one by going through them, many in a table, since all of them may have been picked. */
const lookUp = ({ options, multiple }: ChoiceQuestion): ((value: unknown) => ChoiceOption | undefined) => {
  if (multiple !== true) return (value) => options.find((option) => option.value === value)
  const known = new Map<unknown, ChoiceOption>(options.map((option) => [option.value, option]))
  return (value) => known.get(value)
}

const isOther = (picked: unknown): picked is { readonly other: string } => typeof own(picked, "other") === "string"

const isOffered = ({ when }: ChoiceOption, scope: Scope): boolean => when === undefined || scope.holds(when)

/** The picked things of an answer of either shape; what is neither is left in, for `validate` to refuse. */
export const pickedOf = (question: ChoiceQuestion, answer: unknown): ReadonlyArray<unknown> =>
  question.multiple === true && Array.isArray(answer) ? answer : [answer]

const value = (question: ChoiceQuestion, answer: unknown, scope: Scope): string | ReadonlyArray<string> | undefined => {
  const optionOf = lookUp(question)
  const seen = new Set<string>()
  for (const picked of pickedOf(question, answer)) {
    const option = optionOf(picked)
    if (option !== undefined && isOffered(option, scope)) seen.add(option.value)
    if (question.other === true && isOther(picked) && picked.other.trim() !== "") seen.add(otherValue)
  }
  const [first] = seen
  if (question.multiple !== true) return first
  return Array.isArray(answer) && first !== undefined ? [...seen] : undefined
}

const validate = (question: ChoiceQuestion, answer: unknown, scope: Scope): ReadonlyArray<Problem> => {
  if ((question.multiple === true) !== Array.isArray(answer)) return [{ code: "choice-type", malformed: true }]
  const picked = pickedOf(question, answer)
  // of more than there are to pick, what is too much is one problem and not a hundred thousand
  const some = picked.slice(0, question.options.length + 1)
  const optionOf = lookUp(question)
  const problems = some.flatMap((one) => validatePicked(question, optionOf(one), one, scope))
  // compared by identity, whatever they are; only "other" is picked twice by two different objects
  const distinct = new Set(picked.map((one) => (isOther(one) ? isOther : one)))
  if (distinct.size < picked.length) problems.push({ code: "choice-twice" })
  const { minPicked: min = 0, maxPicked: max = Infinity } = question.multiple === true ? question : {}
  if (distinct.size < min) problems.push({ code: "choice-too-few", values: { min, count: distinct.size } })
  if (distinct.size > max) problems.push({ code: "choice-too-many", values: { max, count: distinct.size } })
  return problems
}

const validatePicked = (
  { other }: ChoiceQuestion,
  option: ChoiceOption | undefined,
  picked: unknown,
  scope: Scope,
): Array<Problem> => {
  if (typeof picked === "string") {
    if (option === undefined) return [{ code: "choice-unknown", malformed: true }]
    return isOffered(option, scope) ? [] : [{ code: "choice-not-offered", values: { option: picked } }]
  }
  if (other !== true || !isOther(picked) || Object.keys(picked).length > 1)
    return [{ code: "choice-type", malformed: true }]
  if (picked.other.trim() === "") return [{ code: "choice-other-empty" }]
  const length = codePoints(picked.other)
  return length > maxOther ? [{ code: "text-too-long", values: { max: maxOther, length } }] : []
}

const describe = (
  question: ChoiceQuestion,
  answer: unknown,
  languages: ReadonlyArray<string>,
): ReadonlyArray<string> => {
  const optionOf = lookUp(question)
  return pickedOf(question, answer).flatMap((picked) => {
    if (isOther(picked)) return [picked.other]
    const option = optionOf(picked)
    return option === undefined ? [] : [resolve(option.label, languages)]
  })
}

/** Everything that can be picked, own words last. */
export const offers = (question: ChoiceQuestion): ReadonlyArray<Offer> => [
  ...question.options.map(({ value, when }) => (when === undefined ? { value } : { value, when })),
  ...(question.other === true ? [{ value: otherValue }] : []),
]

export const filling: FillKind<ChoiceQuestion> = {
  type: "choice",
  givenAs: "value",
  valueType: (question) => {
    const { multiple, minPicked, maxPicked } = question
    const options = offers(question)
    return multiple === true
      ? { type: "options", options, min: minPicked, max: maxPicked }
      : { type: "option", options }
  },
  value,
  isAnswered: (question, answer) =>
    pickedOf(question, answer).some((picked) => (typeof picked === "string" ? picked !== "" : isOther(picked))),
  validate,
}

export const answers: AnswerKind<ChoiceQuestion> = /* @__PURE__ */ described(filling, describe)
