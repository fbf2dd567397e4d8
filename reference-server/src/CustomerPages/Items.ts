/**
 * The items of a request as its customer sees them: each section with its *standing*, which is how far the answers are
 * unless the customer or the firm has said something of it: ticked, sent back, waived, does not apply.
 */
import type { Answers, ClientRequest, Questionnaire } from "@requite/core"
import { writable } from "@requite/core/ClientRequest/decide/answering"
import * as Filling from "../Filling.ts"
import * as Mode from "./Mode.ts"
import type { Session } from "./Session.ts"

export type Standing = "to-do" | "started" | "done" | "returned" | "waived" | "declined"

export interface Item extends Omit<Answers.SectionProgress, "state"> {
  readonly standing: Standing
  /** Why it was sent back, waived, or does not apply. */
  readonly reason: string | null
  /** The name of the file that it was opened again for, because it had a virus (S55). */
  readonly infected: string | null
  /** May it be written? */
  readonly isOpen: boolean
  /** Nothing is left to do here. */
  readonly isSettled: boolean
}

type Given = Pick<Session, "current" | "filling">

/** Those that are asked, in reading order. */
export const of = ({ current: { request }, filling }: Given): ReadonlyArray<Item> =>
  filling.session.sections(filling.state).map((progress) => {
    const standing = standingOf(request, progress)
    return {
      ...progress,
      standing,
      reason: request.items[progress.id]?.reason ?? null,
      infected: request.items[progress.id]?.infected ?? null,
      isOpen: isOpen(request, progress.id),
      isSettled: isSettled(standing),
    }
  })

const standingOf = (request: ClientRequest.State, { id, state }: Answers.SectionProgress): Standing => {
  const { status = "NotStarted", reason = null } = request.items[id] ?? {}
  if (status === "Completed" || status === "Accepted") return "done"
  if (status === "Waived") return "waived"
  if (status === "NotApplicable") return "declined"
  // what is to be ticked is not done before
  const isDone = state === "done" && !Mode.of(request.policy).ticks
  // what is being put right still says that it came back
  if (status === "Returned" || (reason !== null && !isDone)) return "returned"
  return isDone || state === "to-do" ? state : "started"
}

const isSettled = (standing: Standing): boolean => ["done", "waived", "declined"].includes(standing)

/** May its answers change? Not while only others were sent back, nor once it is ticked, accepted or waived; and what does
 * not apply is first opened again. */
export const isOpen = (request: ClientRequest.State, section: string): boolean =>
  writable(request, section).length === 0 &&
  !(request.items[section]?.status === "NotApplicable" && mayReopen(request, section))

/** Of one section. */
export const standing = (session: Given, section: Questionnaire.Section): Item | undefined =>
  of(session).find(({ id }) => id === section.id)

/** May the customer take back that it is complete, or does not apply? */
export const mayReopen = ({ policy, openItems, items }: ClientRequest.State, section: string): boolean =>
  policy.customerMayReopenItem &&
  (openItems === null || openItems.includes(section)) &&
  ["Completed", "NotApplicable"].includes(items[section]?.status ?? "")

/** What stands between the answers and the end: of waived sections, and of those that do not apply, nothing. */
export const issues = ({ current: { request }, filling }: Given): ReadonlyArray<Answers.Issue> =>
  filling.session
    .issues(filling.state)
    .filter(({ question }) => !isExcused(request, Filling.sectionOf(filling.questionnaire, question) ?? ""))

export const isExcused = ({ items }: ClientRequest.State, section: string): boolean =>
  ["Waived", "NotApplicable"].includes(items[section]?.status ?? "")
