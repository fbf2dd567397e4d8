/**
 * The one fill session of a page: it takes messages, keeps what is unsaved on the device, saves it through the API, and
 * tells whoever shows it what has changed.
 */
import type { Changes, Effect, Message, State } from "@requite/core/FillSession"
import type { Given, Session } from "./given.ts"
import * as Kept from "./Kept.ts"
import * as Line from "./Line.ts"

/** Why nothing is saved any more. */
export type Over = "stale" | "dead" | null

export interface Filling {
  readonly session: Session
  readonly given: Given
  readonly state: () => State
  readonly over: () => Over
  /** What others have written, as far as is known here. */
  readonly known: () => Pick<Line.Latest, "versions" | "writers">
  /** Was anything brought back from the device? */
  readonly isRestored: boolean
  readonly send: (message: Message) => void
  /** Is there nothing that the server has not, as far as it is to have it before the end? */
  readonly isSaved: () => boolean
  /** Asks the server what is new; false: it did not answer. */
  readonly look: () => Promise<boolean>
  /** Has the server just answered? */
  readonly isNear: () => boolean
  /** The page is being left, perhaps for ever: what is not saved goes now. */
  readonly leave: () => void
}

type Shown = (before: State, now: State) => void

/** Between two revisions that the server counts. */
const shade = 0.001

const sum = (versions: Readonly<Record<string, number>>): number =>
  Object.values(versions).reduce((so, one) => so + one, 0)

export const make = (given: Given, session: Session, shown: Shown): Filling => {
  const { answers, typed, context, visited, shares } = given
  let known: ReturnType<Filling["known"]> = given
  let over: Over = null
  let reached = Date.now()
  let timer: ReturnType<typeof setTimeout> | undefined

  const isTyped = (id: string) => session.evaluation(state).program.items.get(id)?.kind?.givenAs !== "files"
  const beginning = { answers, revision: shares ? sum(given.versions) : 1, context, visited, autosave: given.saves }
  let state = session.start(beginning)
  const kept = given.kept === null ? null : Kept.kept(given.kept, isTyped)
  const entries = [...(kept?.entries ?? [])].filter(([id]) => session.evaluation(state).program.items.has(id))

  const carryOut = (effect: Effect): void => {
    if (effect.type === "WakeSaver") {
      clearTimeout(timer)
      timer = setTimeout(() => send({ type: "SaveDue" }), effect.afterMillis)
    } else if (effect.type === "SaveAnswers" && over === null) void save(effect)
  }

  const send = (message: Message): void => {
    const before = state
    const [next, effects] = session.update(before, message)
    state = next
    kept?.follow(before, next)
    for (const effect of effects) carryOut(effect)
    shown(before, next)
  }

  const ended = (why: Line.End): void => {
    // a session that lapsed can be entered again: what was typed is still wanted
    if (why === "dead") kept?.clear()
    over = why === "stale" ? why : "dead"
    clearTimeout(timer)
    shown(state, state)
  }

  /** Files got there by themselves. */
  const ownOf = (changes: Changes): Changes => Object.fromEntries(Object.entries(changes).filter(([id]) => isTyped(id)))

  const save = async ({ save: number, answers: all }: Extract<Effect, { readonly type: "SaveAnswers" }>) => {
    const own = ownOf(all)
    if (Object.keys(own).length === 0) {
      await Promise.resolve()
      return send({ type: "SaveSucceeded", save: number, revision: state.revision + 1, at: Date.now() })
    }
    const outcome = await Line.save(given, own, known.versions)
    if (outcome.type === "failed") return send({ type: "SaveFailed", save: number, at: Date.now() })
    reached = Date.now()
    if (outcome.type === "refused") return send({ type: "SaveRefused", save: number, issues: [] })
    if (outcome.type !== "latest") return ended(outcome.type)
    const { latest, isContested } = outcome
    known = latest
    // on a shared record all that is there now comes back: what others wrote meanwhile is in it
    const revision =
      latest.answers === null ? state.revision + 1 : Math.max(sum(latest.versions), state.revision + 2 * shade)
    if (latest.answers !== null && isContested) {
      return send({ type: "SaveConflicted", save: number, revision, theirs: latest.answers })
    }
    send({ type: "SaveSucceeded", save: number, revision: revision - shade, at: Date.now() })
    if (latest.answers !== null) send({ type: "AnswersArrived", revision, answers: latest.answers })
  }

  const look = async (): Promise<boolean> => {
    const outcome = await Line.look(given)
    if (outcome.type === "failed") return false
    reached = Date.now()
    if (outcome.type !== "latest") {
      if (outcome.type !== "refused") ended(outcome.type)
      return true
    }
    const { latest } = outcome
    if (latest.revision !== given.revision) ended("stale")
    else if (latest.answers !== null && state.saving === null && sum(latest.versions) > state.revision) {
      known = latest
      send({ type: "AnswersArrived", revision: sum(latest.versions), answers: latest.answers })
    }
    return true
  }
  const brought = { ...Object.fromEntries(entries.map(([id, { mine }]) => [id, mine])), ...typed }
  if (Object.keys(brought).length > 0) {
    const base = Object.fromEntries(entries.map(([id, entry]) => [id, entry.base]))
    const tried = entries.flatMap(([id, entry]) => entry.tried.map((one) => ({ [id]: one })))
    const saved = Object.fromEntries(Object.entries({ ...answers, ...base }).filter(([, answer]) => answer !== null))
    state = session.start({ ...beginning, before: { ...state, revision: -1, saved, changes: brought, tried } })
    // what the server has by now
    kept?.follow({ ...state, changes: brought }, state)
  }

  return {
    session,
    given,
    state: () => state,
    over: () => over,
    known: () => known,
    isRestored: entries.length > 0 && Object.keys(state.changes).length > 0,
    send,
    isSaved: () => !given.saves || session.saving(state).state === "saved",
    look,
    isNear: () => Date.now() - reached < 5000,
    leave: () => {
      const { saving, changes } = state
      send({ type: "SaveDue" })
      // what was typed after a save that is under way goes beside it; on a shared record it would meet itself
      if (saving === null || over !== null || shares || changes === saving.changes) return
      const own = ownOf(changes)
      if (Object.keys(own).length > 0) void Line.save(given, own, known.versions)
    },
  }
}
