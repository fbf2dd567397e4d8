/** What is wrong with answers under an evaluation of them: one walk through the items and what was given for each. */
import type { Problem } from "../AnswerKind.ts"
import { instancesOf, isRecord, own, scopeOf } from "../Evaluation/frames.ts"
import { effective, isEmpty } from "../Evaluation/given.ts"
import { everything, placeOf } from "../Evaluation/places.ts"
import type { Evaluation, Frame, Item } from "../Evaluation/Program.ts"
import { isOn } from "../Evaluation/Program.ts"
import { pointer } from "../JsonText/pointer.ts"
import type { LocalText } from "../LocalText.ts"

export interface Issue {
  /** Stable; the sentence in the reader's language is looked up by it. */
  readonly code: string
  readonly question: string
  /** RFC 6901, into the answers: `/owners/0/name`. */
  readonly pointer: string
  readonly values: Readonly<Record<string, string | number>>
  /** Of another shape than any form of ours sends; never kept, not even in a draft. */
  readonly malformed: boolean
  /** The author's own sentence about it, which stands before any of ours. */
  readonly message?: LocalText
}

/** All issues item by item in reading order, unknown keys of an object before those of what is in it. */
export const issuesOf = (evaluation: Evaluation, answers: unknown, isDraft: boolean): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = []
  const givenAt = new Map<Frame, unknown>()
  const enter = (frame: Frame, given: unknown) => {
    givenAt.set(frame, given)
    for (const key of isRecord(given) ? Object.keys(given) : []) {
      if (evaluation.program.items.get(key)?.node.level === frame.level) continue
      issues.push(issue(frame, key, { code: "unknown-question", malformed: true }))
    }
  }
  enter(evaluation.root, answers)
  for (const { frame, item } of everything(evaluation)) {
    const { id } = item.question
    const answer = own(givenAt.get(frame), id)
    for (const problem of problemsOf(frame, item, answer, isDraft)) issues.push(issue(frame, id, problem))
    if (!Array.isArray(answer)) continue
    for (const instance of instancesOf(frame, item.instances)) enter(instance, answer[instance.index])
  }
  return issues
}

const issue = (frame: Frame, question: string, { code, values = {}, malformed = false, message }: Problem): Issue => ({
  code,
  question,
  pointer: pointer([...placeOf(frame), question]),
  values,
  malformed,
  ...(message === undefined ? {} : { message }),
})

/** What is wrong with one answer as it counts, or with there being none. */
export const issuesAt = (frame: Frame, item: Item, isDraft: boolean): ReadonlyArray<Issue> =>
  problemsOf(frame, item, own(effective(frame, [item]), item.question.id), isDraft).map((problem) =>
    issue(frame, item.question.id, problem),
  )

const none: ReadonlyArray<Problem> = []
const missing: ReadonlyArray<Problem> = [{ code: "required" }]
const notAsked: ReadonlyArray<Problem> = [{ code: "not-asked" }]
const unknownKind: ReadonlyArray<Problem> = [{ code: "unknown-kind" }]

/** What is wrong with one answer, or with there being none. */
const problemsOf = (frame: Frame, item: Item, answer: unknown, isDraft: boolean): ReadonlyArray<Problem> => {
  const { kind, question, node } = item
  if (kind === undefined) return unknownKind
  const isAsked = isOn(frame, node)
  const ifNone = () => (!isDraft && isAsked && item.required?.(frame) === true ? missing : none)
  if (answer === undefined) return ifNone()
  const problems = kind.validate(question, answer, scopeOf(frame))
  // an emptied field is no answer: that is an issue only where one is required
  const isNone = frame.values[node.slot] === undefined && !kind.isAnswered(question, answer)
  if (isNone && (problems.length === 0 || isEmpty(answer))) return ifNone()
  if (isAsked) return problems
  const malformed = problems.filter((problem) => problem.malformed === true)
  return malformed.length > 0 ? malformed : isDraft ? none : notAsked
}
