/**
 * A *filling* is a request's questionnaire as it is filled in so far: what is asked of whom, given what was answered, in
 * the words that go with the answers. The pages of the customer and the firm and the API's views all look at one, so that
 * nobody decides on their own what is asked; it is core's fill session, held still.
 *
 * Words: a *place* is where an answer stands, `["owners", 0, "name"]`; what is *asked* is a tree of items, a *block* is
 * those of them that are read together under one heading.
 */
import type { ClientRequest, Questionnaire, QuestionKind } from "@requite/core"
import { Answers } from "@requite/core"
import type * as AnswerKind from "@requite/core/AnswerKind"
import * as Evaluation from "@requite/core/Evaluation"
import * as FillSession from "@requite/core/FillSession"
import { isRecord, list, withAnswer } from "@requite/core/FillSession/Place"
import * as Reading from "@requite/core/FillSession/reading"
import { pointer } from "@requite/core/JsonText/pointer"
import { maxInstances } from "@requite/core/AnswerKind/group"
import { standard } from "@requite/core/AnswerKind/standard"
import type { Current } from "./ClientRequests.ts"
import { calendarDay } from "./Messages.ts"

export type Place = Evaluation.Place

export interface Filling {
  readonly questionnaire: Questionnaire.Questionnaire
  readonly context: Evaluation.Context
  readonly session: FillSession.FillSession
  readonly state: FillSession.State
}

/** One item that is asked. */
export interface Asked {
  readonly place: Place
  readonly question: QuestionKind.Question
  /** What stands in a group that is not repeated; of one that is, in each of its instances. */
  readonly inside: ReadonlyArray<ReadonlyArray<Asked>>
}

/**
 * What conditions read beside the answers: `today` by the firm's calendar. While it is submitted that day stays: what was
 * asked then is what was asked.
 */
export const contextOf = (
  { submission, state = "Submitted" }: Pick<ClientRequest.State, "submission"> & Partial<ClientRequest.State>,
  timeZone: string,
  now: number,
): Evaluation.Context => ({
  today: calendarDay(state === "Submitted" ? (submission?.at ?? now) : now, timeZone),
})

type Given = Pick<Current, "stored" | "context"> & Partial<Pick<Current, "answers" | "visited">>

/** What is asked, given these answers. */
export const of = ({ stored: { questionnaire }, context, answers = {}, visited = [] }: Given): Filling => {
  const session = FillSession.make(questionnaire)
  return { questionnaire, context, session, state: session.start({ answers, revision: 0, context, visited }) }
}

/** What is asked of somebody who has not answered anything, with the instances that they will be shown. */
export const blank = (questionnaire: Questionnaire.Questionnaire, context: Evaluation.Context = {}): Filling => {
  const session = FillSession.make(questionnaire)
  return padded({ questionnaire, context, session, state: session.start({ answers: {}, revision: 0, context }) })
}

/** The same with as many empty instances as a repeated group needs: what there is to fill in stands on the page. */
export const padded = (filling: Filling): Filling => {
  const { context, session } = filling
  let { state } = filling
  // once for each level that groups nest
  for (;;) {
    const short = session.asked(state).filter((group) => shortOf(filling, state, group) > 0)
    if (short.length === 0) return { ...filling, state }
    const answers: unknown = short.reduce<unknown>((so, group) => {
      const rows = list(session.answerAt(state, group))
      const added = Array.from({ length: shortOf(filling, state, group) }, () => ({}))
      return withAnswer(so, group, [...rows, ...added])
    }, session.draft(state))
    if (!isRecord(answers)) return { ...filling, state }
    state = session.start({ answers, revision: 0, context, visited: state.visited })
  }
}

/** How many instances are missing there. */
export const shortOf = ({ questionnaire, session }: Filling, state: FillSession.State, group: Place): number => {
  const repeat = questionAt(questionnaire, group)?.repeat
  if (repeat === undefined) return 0
  const least = Math.max(Math.min(repeat.min ?? 0, maxInstances), session.isRequired(state, group) ? 1 : 0)
  return least - countOf(session, state, group)
}

/** How many instances a repeated group has. */
export const countOf = (session: FillSession.FillSession, state: FillSession.State, group: Place): number => {
  return list(session.answerAt(state, group)).length
}

const questionAt = (questionnaire: Questionnaire.Questionnaire, place: Place): QuestionKind.Question | undefined =>
  questionOf(questionnaire, String(place.at(-1)))

/** The item of that id, found at once however many there are. */
export const questionOf = (questionnaire: Questionnaire.Questionnaire, id: string): QuestionKind.Question | undefined =>
  Evaluation.compile(questionnaire).items.get(id)?.question

/** The id of the section that an item stands in, at whatever depth. */
export const sectionOf = (questionnaire: Questionnaire.Questionnaire, id: string): string | undefined =>
  Evaluation.compile(questionnaire).items.get(id)?.section.id

/** The sections that are asked. */
export const sections = ({ questionnaire, session, state }: Filling): ReadonlyArray<Questionnaire.Section> =>
  questionnaire.sections.filter(({ id }) => session.isSectionAsked(state, id))

/** Those of these items that are asked, as the tree that they stand in; `within` is the instance around them. */
export const asked = (
  filling: Filling,
  items: ReadonlyArray<QuestionKind.Question>,
  within: Place = [],
): ReadonlyArray<Asked> => {
  const { session, state } = filling
  return items.flatMap((question): ReadonlyArray<Asked> => {
    const place = [...within, question.id]
    if (!session.isAsked(state, place)) return []
    const inner = question.items
    if (inner === undefined) return [{ place, question, inside: [] }]
    const instances = question.repeat === undefined ? [within] : instancesAt(filling, place)
    return [{ place, question, inside: instances.map((instance) => asked(filling, inner, instance)) }]
  })
}

const instancesAt = ({ session, state }: Filling, group: Place): ReadonlyArray<Place> =>
  Array.from({ length: countOf(session, state, group) }, (_, index) => [...group, index])

/** May the group there have another instance? */
export const hasRoom = ({ questionnaire, session, state }: Filling, group: Place): boolean => {
  const repeat = questionAt(questionnaire, group)?.repeat
  return repeat !== undefined && countOf(session, state, group) < (repeat.max ?? maxInstances)
}

/** These items and all in them, in reading order. */
export const all = (items: ReadonlyArray<Asked>): ReadonlyArray<Asked> =>
  items.flatMap((one) => [one, ...one.inside.flatMap(all)])

/** Does a person answer it, or give files for it? Notes and groups are only read. */
export const takesAnswer = ({ question }: Asked): boolean =>
  ["value", "files"].includes(standard.get(question.type)?.givenAs ?? "")

/** The questions of a section that are asked and take an answer, once for each instance. */
export const questionsOf = (filling: Filling, { items }: Questionnaire.Section): ReadonlyArray<QuestionKind.Question> =>
  all(asked(filling, items))
    .filter(takesAnswer)
    .map(({ question }) => question)

/** All of them: what an asking costs. */
export const questions = (filling: Filling): ReadonlyArray<QuestionKind.Question> =>
  sections(filling).flatMap((section) => questionsOf(filling, section))

/** Items that are read together: those of a section itself, of a group, or of one instance. */
export interface Block {
  /** The groups around them, outermost first, each with the number of its instance, from 1. */
  readonly under: ReadonlyArray<{ readonly question: QuestionKind.Question; readonly number: number | null }>
  /** Of repeated groups, those that have no instance, and those that `alsoGroup` asks for. */
  readonly rows: ReadonlyArray<Asked>
}

export const blocks = (
  items: ReadonlyArray<Asked>,
  alsoGroup: (group: Asked) => boolean = () => false,
  under: Block["under"] = [],
): ReadonlyArray<Block> => {
  const found: Array<Block> = []
  let rows: Array<Asked> = []
  const close = () => {
    if (rows.length > 0) found.push({ under, rows })
    rows = []
  }
  for (const one of items) {
    const { question, inside } = one
    const isRepeated = question.repeat !== undefined
    if (takesAnswer(one) || (isRepeated && (inside.length === 0 || alsoGroup(one)))) rows.push(one)
    if (inside.length === 0) continue
    close()
    for (const [index, inner] of inside.entries()) {
      found.push(...blocks(inner, alsoGroup, [...under, { question, number: isRepeated ? index + 1 : null }]))
    }
  }
  close()
  return found
}

/** The groups of which a place names an instance: what tells it from the same question in the others. */
export const instancesOf = (questionnaire: Questionnaire.Questionnaire, place: Place): Block["under"] =>
  place.flatMap((step, at) => {
    const question = typeof step === "number" ? questionAt(questionnaire, place.slice(0, at)) : undefined
    return question === undefined ? [] : [{ question, number: Number(step) + 1 }]
  })

/** A text with its placeholders filled; `spell` makes of each answer what may stand there. */
export const fill = (
  { session, state }: Filling,
  text: string,
  languages: ReadonlyArray<string>,
  place: Place,
  spell: (answer: string, id: string) => string = (answer) => answer,
): string =>
  text.replace(placeholder, (whole) => spell(Reading.text(session, state, whole, languages, place), whole.slice(2, -2)))

const placeholder = /\{\{[a-z][A-Za-z0-9]*\}\}/g

/** What is wrong with the answers of one section: those that count, or as a draft, in which nothing is missing yet. */
export const issuesOf = (
  { context, questionnaire, session, state }: Filling,
  section: Questionnaire.Section,
  options: { readonly draft?: boolean } = {},
): ReadonlyArray<Answers.Issue> =>
  options.draft === true
    ? Answers.validateSection(questionnaire, section, session.draft(state), { draft: true, context })
    : session.issues(state).filter(({ question }) => sectionOf(questionnaire, question) === section.id)

/** What can be picked of a choice, whether it is offered now or not, with the conditions. */
export const offersOf = (question: QuestionKind.Question): ReadonlyArray<AnswerKind.Offer> => {
  const type = standard.get(question.type)?.valueType(question)
  return type?.type === "option" || type?.type === "options" ? type.options : []
}

/** The same by value. */
export const offers = (question: QuestionKind.Question): ReadonlyArray<string> =>
  offersOf(question).map(({ value }) => value)

/** The answer there, right or wrong. */
export const answerAt = ({ session, state }: Filling, place: Place): unknown => session.answerAt(state, place)

/** Has it an answer? Something typed that is none counts as well: it is shown until it is put right. */
export const isAnswered = (filling: Filling, { place, question }: Asked): boolean =>
  standard.get(question.type)?.isAnswered(question, answerAt(filling, place)) === true

export { pointer }
