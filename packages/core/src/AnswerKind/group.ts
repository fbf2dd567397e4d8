/**
 * The kind `group`: items that belong together. Without `repeat` it changes nothing about the answers, those to its
 * items stand beside the others and it has none of its own. With `repeat` its answer is a list of *instances*, each an
 * object with the answers to its items by their ids; those are validated one by one, by their own kinds.
 */
import type { AnswerKind, FillKind, Problem } from "../AnswerKind.ts"
import { isRecord } from "../Evaluation/frames.ts"
import type { Calculated, Question, Repeat } from "../Questionnaire/Definition.ts"
import { described } from "./described.ts"
import { describeNumber } from "./number.ts"

export interface GroupQuestion extends Question {
  readonly type: "group"
  readonly items: ReadonlyArray<Question>
  readonly repeat?: Repeat
  readonly calculated?: Calculated
}

/** One instance of a repeated group: answers by id. */
export type Instance = Readonly<Record<string, unknown>>

/** How many instances there are at most when its question does not say. */
export const maxInstances = 100

/** The instances of an answer to a repeated group, or undefined if it is none. A list with holes is none; `every` would
 * pass over them. */
export const instancesOf = (answer: unknown): ReadonlyArray<Instance> | undefined =>
  Array.isArray(answer) && !answer.includes(undefined) && answer.every(isRecord) ? answer : undefined

const validate = ({ repeat }: GroupQuestion, answer: unknown): ReadonlyArray<Problem> => {
  const count = repeat === undefined ? undefined : instancesOf(answer)?.length
  if (count === undefined) return [{ code: "group-type", malformed: true }]
  const { min = 0, max = maxInstances } = repeat ?? {}
  if (count > max) return [{ code: "group-too-many", values: { max, count } }]
  return count < min ? [{ code: "group-too-few", values: { min, count } }] : []
}

/** How many instances, of an answer that has some. */
const countOf = ({ repeat }: GroupQuestion, answer: unknown): number | undefined =>
  (repeat === undefined ? undefined : instancesOf(answer)?.length) || undefined

export const filling: FillKind<GroupQuestion> = {
  type: "group",
  givenAs: "items",
  valueType: ({ repeat }) =>
    repeat === undefined
      ? { type: "nothing" }
      : { type: "count", min: repeat.min ?? 0, max: repeat.max ?? maxInstances },
  value: countOf,
  isAnswered: (question, answer) => countOf(question, answer) !== undefined,
  validate,
}

export const answers: AnswerKind<GroupQuestion> = /* @__PURE__ */ described(
  filling,
  // how many; what stands in them, each item describes itself
  (question, answer, languages) => {
    const count = countOf(question, answer)
    return count === undefined ? [] : [describeNumber(count, languages)]
  },
)
