/**
 * Decides targets: one model shows as many as possible at once, the evaluator confirms each, and what no model shows is
 * refuted. At the limit of the budget the rest stays undecided; never is a guess returned.
 */
import type { Registry } from "../../QuestionKind.ts"
import * as Evaluation from "../../Evaluation.ts"
import * as Days from "./Days.ts"
import type { Encoding } from "./Encoding.ts"
import { always, type Literal, never, not } from "./Solver.ts"
import * as Sums from "./Sums.ts"
import type { Target } from "./Target.ts"
import { Examples, read, Trial, type Witness } from "./Witness.ts"

export type Decision =
  | { readonly verdict: "reachable"; readonly witness: Witness }
  | { readonly verdict: "unreachable" }
  | { readonly verdict: "not decided" }

const undecided: Decision = { verdict: "not decided" }
/** Conflicts when several are tried at once, and when one is tried alone. */
const mostTries = 500
const mostConflicts = 3000
const mostRepairs = 24

export class Search {
  readonly encoding: Encoding
  readonly trial: Trial
  private readonly examples: Examples
  private readonly budget: number

  constructor(encoding: Encoding, kinds: Registry, budget: number) {
    this.encoding = encoding
    this.examples = new Examples(kinds)
    this.trial = new Trial(Evaluation.compile(encoding.index.questionnaire, kinds))
    this.budget = budget
  }

  get work(): number {
    return this.encoding.logic.solver.work + this.trial.work * 8
  }

  get isSpent(): boolean {
    return this.work > this.budget
  }

  /** Decides all of them. */
  decide(targets: ReadonlyArray<Target>): Map<Target, Decision> {
    const { encoding, trial } = this
    const { logic } = encoding
    const { solver } = logic
    const literals = new Map(targets.map((target) => [target, target.literal(encoding)]))
    encoding.finish()
    const decisions = new Map<Target, Decision>()
    const literalOf = (target: Target) => literals.get(target) ?? never
    let open = targets
    // how many are tried at once: all, until few of them turn out to go together
    let batch = targets.length
    while (open.length > 0 && !this.isSpent) {
      const tried = open.slice(0, batch)
      const [first] = tried
      if (first === undefined) break
      const assumed = literalOf(first)
      const wanted = tried.map(literalOf)
      const cone = logic.cone(wanted)
      solver.work += cone.length + wanted.length
      const outcome = solver.solve({ assumptions: [assumed], preferred: wanted, decide: cone, conflicts: mostTries })
      let shown = 0
      if (outcome === "satisfied") {
        const modelled = tried.filter((target) => solver.holds(literalOf(target)))
        const witness = read(encoding, this.examples, cone)
        const isValid = trial.put(witness)
        trial.work += modelled.length
        for (const target of isValid ? modelled : []) {
          if (!target.confirm(trial.evaluation)) continue
          decisions.set(target, { verdict: "reachable", witness })
          shown++
        }
      }
      batch = shown * 4 < tried.length ? Math.max(2, shown * 4) : Math.max(batch, shown * 4)
      if (decisions.has(first)) open = open.filter((target) => !decisions.has(target))
      else {
        decisions.set(first, outcome === "refuted" ? this.refuted([assumed]) : this.alone(first, assumed))
        // what needs it is refuted with it
        if (outcome === "refuted") logic.add(not(assumed))
        for (const target of open) {
          const literal = literalOf(target)
          if (!decisions.has(target) && solver.isRefuted(literal)) decisions.set(target, this.refuted([literal]))
        }
        open = open.filter((target) => !decisions.has(target))
      }
    }
    for (const target of open) decisions.set(target, undecided)
    return decisions
  }

  /** A witness of nothing but this target: with no more answers than it is made of. */
  least(target: Target): Witness | undefined {
    const { encoding } = this
    const decision = this.alone(target, target.literal(encoding), true)
    return decision.verdict === "reachable" ? decision.witness : undefined
  }

  /** What no model shows is impossible, unless the encoding tells fewer instances apart than there can be. */
  private refuted(literals: ReadonlyArray<Literal>): Decision {
    const { index } = this.encoding
    if (index.incomplete.size === 0) return { verdict: "unreachable" }
    const cone = new Set(this.encoding.logic.cone(literals))
    const touches = [...index.incomplete].some((id) => this.encoding.touches(id, cone))
    return touches ? undecided : { verdict: "unreachable" }
  }

  /** Decides one target by itself, with values made to fit where the encoding leaves them open. */
  private alone(target: Target, literal: Literal, isPlain = false): Decision {
    const { encoding, trial } = this
    const { solver } = encoding.logic
    let pins: ReadonlyArray<Literal> = []
    for (let repair = 0; repair < mostRepairs && !this.isSpent; repair++) {
      const cone = encoding.logic.cone([literal])
      solver.work += cone.length
      const outcome = solver.solve({
        assumptions: [literal, ...pins],
        // as little as possible answered
        preferred: isPlain ? cone.flatMap((variable) => (encoding.given.has(variable) ? [variable * 2 + 1] : [])) : [],
        decide: cone,
        conflicts: mostConflicts,
      })
      if (outcome === "refuted") return pins.length === 0 ? this.refuted([literal]) : undecided
      if (outcome === "exhausted") return undecided
      const witness = read(encoding, this.examples, cone)
      if (trial.put(witness) && target.confirm(trial.evaluation)) return { verdict: "reachable", witness }
      const lemmas = Sums.lemmas(encoding)
      const days = encoding.moved.map(({ x, from, months }) => {
        const day = Math.min(Math.max(encoding.logic.valueOf(from), Days.first), Days.last)
        return { x, from, day, moved: Days.shifted(day, { months, days: 0 }) }
      })
      for (const add of lemmas) add()
      if (lemmas.length > 0) continue
      if (days.length === 0 || pins.length > 0) return undecided
      // months are not all alike: with the first date held where it is, it is known where the other one lies
      pins = days.flatMap(({ x, from, day, moved }) => [
        encoding.logic.equals(from, day),
        encoding.logic.equals(x, moved),
      ])
      pins = pins.filter((pin) => pin !== always)
      if (pins.includes(never)) return undecided
    }
    return undecided
  }
}
