/**
 * Answers: what the customer gave, by question id; of a repeated group, a list of instances, each by the ids of the items
 * in it. `validate` is the one strict function for browser and server: an unknown key, a wrong type, a value that is no
 * option, an answer to what is not asked, a missing required answer are an issue each. Nothing is coerced, and nothing is
 * dropped in silence.
 *
 * Words: an *issue* is one thing wrong with the answers, a *draft* is answers that are not all there yet, a section's
 * *progress* is what the list of sections shows.
 */
import type { FillRegistry, Registry } from "./AnswerKind.ts"
import { filling } from "./AnswerKind/filling.ts"
import { standard } from "./AnswerKind/standard.ts"
import type { Issue } from "./Answers/issues.ts"
import { issuesAt as issuesAtFrame, issuesOf } from "./Answers/issues.ts"
import type { Context, Place } from "./Evaluation.ts"
import * as Evaluation from "./Evaluation.ts"
import { isRecord, own } from "./Evaluation/frames.ts"
import type { Answers } from "./Evaluation/places.ts"
import { everything, itemAt } from "./Evaluation/places.ts"
import { isOn, takesAnswer } from "./Evaluation/Program.ts"
import type { Question, Questionnaire, Section } from "./Questionnaire/Definition.ts"
import { question as questionOf } from "./Questionnaire/Definition.ts"

export type { Issue } from "./Answers/issues.ts"
export type { Answers } from "./Evaluation/places.ts"

/** `context`: values of the request's data, `today` among them; what is left out is unanswered. */
export interface Options {
  readonly context?: Context
  readonly kinds?: FillRegistry
}

export interface ValidateOptions extends Options {
  /** Not all there yet: nothing is missing, and what was typed before its question went away may stay. */
  readonly draft?: boolean
}

/**
 * Everything wrong with the answers, as a submission or as a draft. To judge a draft as what would be submitted of it,
 * validate what is `given`.
 */
export const validate = (
  questionnaire: Questionnaire,
  answers: Answers,
  options: ValidateOptions = {},
): ReadonlyArray<Issue> => issuesOf(evaluate(questionnaire, answers, options), answers, options.draft === true)

const evaluate = (questionnaire: Questionnaire, answers: Answers, { kinds, context }: Options) =>
  Evaluation.start(Evaluation.compile(questionnaire, kinds ?? filling), answers, context)

/** What is wrong with the answers of an evaluation that count, or missing: `validate` of what is `given`. */
export const issues = (evaluation: Evaluation.Evaluation): ReadonlyArray<Issue> =>
  issuesOf(evaluation, Evaluation.answers(evaluation), false)

/** The same for one place alone; of a repeated group, what is wrong with how many instances there are. */
export const issuesAt = (evaluation: Evaluation.Evaluation, place: Place): ReadonlyArray<Issue> => {
  const at = itemAt(evaluation, place)
  return at === undefined ? [] : issuesAtFrame(at.frame, at.item, false)
}

/** Of the issues that `validate` finds, those of one section. */
export const validateSection = (
  questionnaire: Questionnaire,
  section: Section,
  answers: Answers,
  options: ValidateOptions = {},
): ReadonlyArray<Issue> => {
  const program = Evaluation.compile(questionnaire, options.kinds ?? filling)
  return validate(questionnaire, answers, options).filter((issue) => sectionOf(program, issue) === section.id)
}

/** An unknown key inside an instance belongs to the section of the group; one outside all belongs to none. */
const sectionOf = ({ items }: Evaluation.Program, { pointer }: Issue): string | undefined =>
  items.get(pointer.split("/")[1] ?? "")?.section.id

/** Is there an answer to this question beside the others of `answers`? Whether it is asked is another matter. */
export const isAnswered = (question: Question, answers: Answers, kinds: FillRegistry = filling): boolean =>
  kinds.get(question.type)?.isAnswered(question, own(answers, question.id)) ?? false

export interface SectionProgress {
  readonly id: string
  readonly state: "to-do" | "started" | "done"
  readonly answered: number
  /** How many are asked that take an answer: no notes, and of groups what is in them. */
  readonly questions: number
}

/**
 * How far each section is, of those that are asked. A section is done when nothing in it is missing or wrong; one whose
 * questions are all optional is done once the customer has visited it, which `visited` says by its id.
 */
export const progress = (
  questionnaire: Questionnaire,
  answers: Answers,
  visited: ReadonlyArray<string> = [],
  options: Options = {},
): ReadonlyArray<SectionProgress> => progressOf(evaluate(questionnaire, answers, options), visited)

/** The same of an evaluation. */
export const progressOf = (
  evaluation: Evaluation.Evaluation,
  visited: ReadonlyArray<string> = [],
): ReadonlyArray<SectionProgress> => {
  const { program } = evaluation
  const { sections } = program.questionnaire
  const wrong = new Set(issues(evaluation).map((issue) => sectionOf(program, issue)))
  const counts = new Map(sections.map(({ id }) => [id, { answered: 0, questions: 0 }]))
  for (const { frame, item } of everything(evaluation)) {
    const { kind, question, node, section } = item
    const count = counts.get(section.id)
    if (count === undefined || !isOn(frame, node) || !takesAnswer(item)) continue
    count.questions++
    if (kind?.isAnswered(question, frame.raw[node.slot]) === true) count.answered++
  }
  return sections
    .filter(({ id }) => Evaluation.isSectionAsked(evaluation, id))
    .map(({ id }) => {
      const { answered, questions } = counts.get(id) ?? { answered: 0, questions: 0 }
      const isTouched = answered > 0 || visited.includes(id)
      return { id, state: isTouched ? (wrong.has(id) ? "started" : "done") : "to-do", answered, questions }
    })
}

/**
 * The answers that count, which is what a submission holds: to what is asked, no unknown keys, no empty values, no picked
 * options that are not offered. A wrong answer is still among them, for `validate` to find.
 */
export const given = (questionnaire: Questionnaire, answers: Answers, options: Options = {}): Answers =>
  Evaluation.answers(evaluate(questionnaire, answers, options))

export interface Examined {
  /** Ids in reading order, groups and notes too; what is asked in any instance of a repeated group is asked. */
  readonly asked: ReadonlyArray<string>
  readonly required: ReadonlyArray<string>
  readonly issues: ReadonlyArray<Issue>
  /** What would be submitted, when nothing is missing or wrong. */
  readonly submission: Answers | null
  /** The id of the end that is read after submitting; null: none of the questionnaire's own. */
  readonly end: string | null
}

/** Everything there is to say about a set of answers. Of a draft, `issues` are those of a draft. */
export const examine = (questionnaire: Questionnaire, answers: Answers, options: ValidateOptions = {}): Examined => {
  const evaluation = evaluate(questionnaire, answers, options)
  const asked = new Set<string>()
  const required = new Set<string>()
  for (const { frame, item } of everything(evaluation)) {
    if (!isOn(frame, item.node)) continue
    asked.add(item.question.id)
    if (item.required?.(frame) === true) required.add(item.question.id)
  }
  const issues = issuesOf(evaluation, answers, options.draft === true)
  const submission = Evaluation.answers(evaluation)
  const isComplete = (options.draft === true ? issuesOf(evaluation, submission, false) : issues).length === 0
  return {
    asked: [...asked],
    required: [...required],
    issues,
    submission: isComplete ? submission : null,
    end: Evaluation.end(evaluation)?.id ?? null,
  }
}

/**
 * The answer to a question as lines a person reads; none when it is not answered. `at` is its id, or inside a repeated
 * group its place. Whether it is asked is another matter: describe what is `given`.
 */
export const describe = (
  questionnaire: Questionnaire,
  answers: Answers,
  at: string | Place,
  languages: ReadonlyArray<string>,
  kinds: Registry = standard,
): ReadonlyArray<string> => {
  const place = typeof at === "string" ? [at] : at
  const question = questionOf(questionnaire, String(place.at(-1)))
  const beside = answersAt(answers, place.slice(0, -1))
  if (question === undefined || !isAnswered(question, beside, kinds)) return []
  return kinds.get(question.type)?.describe(question, own(beside, question.id), languages) ?? []
}

/** The answers of an instance; none where there is no such instance. */
const answersAt = (answers: Answers, place: Place): Answers => {
  let here: unknown = answers
  for (const step of place) here = Array.isArray(here) ? here[Number(step)] : own(here, String(step))
  return isRecord(here) ? here : {}
}
