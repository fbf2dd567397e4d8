/** What has been answered in a request: its answers with the files in them, what of them counts, and what is wrong. */
import { Answers, type ClientRequest, LocalText, Questionnaire, QuestionKind } from "@requite/core"
import { equal } from "@requite/core/FillSession/Place"
import type { Conflict, Current, Version } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import type { Change } from "./Drafts.ts"

/** Answers as everybody else sees them: files stand under their question, however they arrived. */
export const withFiles = (
  questionnaire: Questionnaire.Questionnaire,
  typed: Answers.Answers,
  attached: ClientRequest.State["files"],
): Answers.Answers => {
  const files = Questionnaire.questions(questionnaire)
    .filter((question) => QuestionKind.isGivenAsFiles(question))
    .map((question): readonly [string, unknown] => [
      question.id,
      attached
        .filter((file) => file.question === question.id)
        .map(({ id, name, bytes, type, sha256 }) => ({ id, name, bytes, type, sha256 })),
    ])
  return { ...typed, ...Object.fromEntries(files) }
}

/** The answers that count. */
export const given = (
  { stored, context, answers }: Pick<Current, "stored" | "context" | "answers">,
  more: Answers.Answers = {},
): Answers.Answers => Answers.given(stored.questionnaire, { ...answers, ...more }, { context })

/** Does the firm want nothing more of this item, or may the customer not write it? What is wrong there stops nothing. */
const isOver = ({ items, openItems }: ClientRequest.State, item: string): boolean =>
  ["Accepted", "Waived", "NotApplicable"].includes(items[item]?.status ?? "NotStarted") ||
  (openItems !== null && !openItems.includes(item))

/** May answers to this question come in? One whose section the firm has closed is left as it is. */
export const isOpen = ({ request, stored }: Pick<Current, "request" | "stored">, question: string): boolean => {
  const section = Filling.sectionOf(stored.questionnaire, question)
  return section === undefined || !isOver(request, section)
}

/** Questions that stop a submission of these answers, once each. */
export const obstacles = (
  { request, stored, context }: Pick<Current, "request" | "stored" | "context">,
  frozen: Answers.Answers,
): ReadonlyArray<string> => {
  const issues = Answers.validate(stored.questionnaire, frozen, { context })
  return [...new Set(issues.map(({ question }) => question))].filter((question) =>
    isOpen({ request, stored }, question),
  )
}

/**
 * Sections that still have to be ended, this one aside: those that are asked and that require something; where none does,
 * all that are asked.
 */
export const left = (current: Current, item: string): ReadonlyArray<string> => {
  const asked = Filling.sections(Filling.of(current)).map(({ id }) => id)
  const required = asked.filter((id) => requiresSomething(current, id))
  return (required.length === 0 ? asked : required).filter(
    (id) => id !== item && !ended.has(current.request.items[id]?.status ?? "NotStarted"),
  )
}

/** Would something be missing if nothing were given there? */
const requiresSomething = (current: Current, item: string): boolean => {
  const { questionnaire } = current.stored
  const others = Object.entries(current.answers).filter(([id]) => Filling.sectionOf(questionnaire, id) !== item)
  const { missing, files } = lacking(current, Object.fromEntries(others), item)
  return missing.length + files.length > 0
}

const ended = new Set(["Completed", "Accepted", "Waived", "NotApplicable"])

/** Questions of a section that stop it from being complete: those that lack a file apart from the others. */
export const lacking = (
  { stored, context }: Pick<Current, "stored" | "context">,
  frozen: Answers.Answers,
  item: string,
): { readonly missing: ReadonlyArray<string>; readonly files: ReadonlyArray<string> } => {
  const section = stored.questionnaire.sections.find(({ id }) => id === item)
  if (section === undefined) return { missing: [], files: [] }
  const issues = Answers.validateSection(stored.questionnaire, section, frozen, { context })
  const ids = [...new Set(issues.map(({ question }) => question))]
  const isFileless = (id: string) => {
    const question = Filling.questionOf(stored.questionnaire, id)
    return question !== undefined && QuestionKind.isGivenAsFiles(question) && !Answers.isAnswered(question, frozen)
  }
  return { missing: ids.filter((id) => !isFileless(id)), files: ids.filter(isFileless) }
}

/** What a save does to a shared record: questions that somebody else wrote since the page was loaded are left alone. */
export interface Merge {
  readonly accepted: Answers.Answers
  readonly conflicts: ReadonlyArray<Conflict>
  readonly versions: Readonly<Record<string, Version>>
  readonly changes: ReadonlyArray<Change>
}

export const merge = (
  there: { readonly answers: Answers.Answers; readonly versions: Readonly<Record<string, Version>> },
  mine: Answers.Answers,
  seen: Readonly<Record<string, number>>,
  by: { readonly recipient: string; readonly linkId: string; readonly at: number },
): Merge => {
  const accepted: Record<string, unknown> = {}
  const versions: Record<string, Version> = { ...there.versions }
  const conflicts: Array<Conflict> = []
  const changes: Array<Change> = []
  const { recipient, linkId, at } = by
  for (const [question, value] of Object.entries(mine)) {
    const theirs = Object.hasOwn(there.answers, question) ? there.answers[question] : null
    if (equal(value, theirs)) continue
    const version = Object.hasOwn(there.versions, question) ? there.versions[question] : undefined
    const shown = Object.hasOwn(seen, question) ? (seen[question] ?? 0) : 0
    const kept = version === undefined || shown >= version.n
    const n = (version?.n ?? 0) + (kept ? 1 : 0)
    changes.push({ question, version: n, value, kept, recipient, linkId })
    if (kept) {
      accepted[question] = value
      versions[question] = { n, by: recipient, at }
    } else conflicts.push({ question, mine: value, theirs, by: version.by, at: version.at })
  }
  return { accepted, conflicts, versions, changes }
}

/** Null stands for an answer that is taken back. */
export const withoutCleared = (answers: Answers.Answers): Answers.Answers =>
  Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== null))

/** What no page of ours sends: unknown questions, values of another shape, files by value, text that cannot be kept. */
export const malformedIn = (
  questionnaire: Questionnaire.Questionnaire,
  answers: Answers.Answers,
): ReadonlyArray<Answers.Issue> => [
  ...Answers.validate(questionnaire, answers, { draft: true }).filter((issue) => issue.malformed),
  ...Questionnaire.questions(questionnaire)
    .filter(({ id }) => Object.hasOwn(answers, id))
    .flatMap((question) => [
      ...(QuestionKind.isGivenAsFiles(question) ? [malformed("upload-by-value", question)] : []),
      ...(isStorable(answers[question.id]) ? [] : [malformed("text-control-characters", question)]),
    ]),
]

const malformed = (code: string, { id }: QuestionKind.Question): Answers.Issue => ({
  code,
  question: id,
  pointer: `/${id}`,
  values: {},
  malformed: true,
})

/** Postgres keeps neither NUL nor half a surrogate pair, which is what a script leaves that cuts an emoji in two. */
const isStorable = (value: unknown): boolean => {
  // a list that grows, not recursion: JSON may be nested as deep as its sender likes
  const waiting = [value]
  for (const one of waiting) {
    if (typeof one === "string" && !LocalText.isStorable(one)) return false
    if (typeof one === "object" && one !== null) for (const pair of Object.entries(one)) waiting.push(...pair)
  }
  return true
}
