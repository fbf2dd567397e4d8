/**
 * What the states of one fill session share: the compiled questionnaire, and what the latest answers come to. The latter
 * is kept beside the states and handed on from each to the next, so that a change costs what depends on it; for a state
 * that is not the latest, or was read from JSON, it is worked out anew.
 */
import type { FillKind, FillRegistry } from "../AnswerKind.ts"
import * as Evaluation from "../Evaluation.ts"
import type { Item, Level, Program } from "../Evaluation/Program.ts"
import type { Questionnaire } from "../Questionnaire/Definition.ts"
import * as Draft from "./draft.ts"
import type { Place } from "./Place.ts"
import type { State } from "./State.ts"

export interface Form {
  readonly program: Program
  givenAs(id: string): FillKind["givenAs"] | undefined
  /** What the draft comes to. Not to be kept: it changes with the next state. */
  evaluation(state: State): Evaluation.Evaluation
  /** `to` came from `from`: the evaluation goes with it. */
  handOn(from: State, to: State): void
}

export const make = (questionnaire: Questionnaire, kinds: FillRegistry): Form => {
  const program = Evaluation.compile(questionnaire, kinds)
  const evaluations = new WeakMap<State, Evaluation.Evaluation>()
  return {
    program,
    givenAs: (id) => program.items.get(id)?.kind?.givenAs,
    evaluation: (state) => {
      const evaluation = evaluations.get(state) ?? Evaluation.start(program, Draft.draft(state), state.context)
      evaluations.set(state, evaluation)
      return evaluation
    },
    handOn: (from, to) => {
      const evaluation = evaluations.get(from)
      if (evaluation === undefined || from === to || from.context !== to.context) return
      evaluations.delete(from)
      evaluations.set(to, evaluation)
      const saved = from.saved === to.saved ? {} : { ...from.saved, ...to.saved }
      for (const id of Object.keys({ ...from.changes, ...to.changes, ...saved })) {
        const answer = Draft.answerAt(to, [id])
        if (answer !== Draft.answerAt(from, [id])) Evaluation.set(evaluation, [id], answer)
      }
    },
  }
}

/** The item at a place, which may be that of an instance; undefined when there is no such place in the questionnaire. */
export const itemAt = ({ root, items }: Program, place: Place): Item | undefined => {
  let item: Item | undefined
  let level: Level | undefined = root
  for (const [i, key] of place.entries()) {
    if (i % 2 === 0) {
      item = items.get(String(key))
      if (item === undefined || item.node.level !== level) return undefined
    } else level = typeof key === "number" ? item?.instances : undefined
  }
  return level === undefined ? undefined : item
}
