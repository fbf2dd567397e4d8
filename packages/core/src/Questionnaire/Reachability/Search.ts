/**
 * Decides targets: one model shows as many as possible at once, the evaluator confirms each, and what no model shows is
 * refuted. At the limit of the budget the rest stays undecided; never is a guess returned.
 */
import type { Registry } from "../../QuestionKind.ts"
import * as Evaluation from "../../Evaluation.ts"
import * as Days from "./Days.ts"
import type { Encoding } from "./Encoding.ts"
import { always, type Literal, never, not } from "./Literal.ts"
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
const mostRepairs = 40

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

  /** Is there certainly no model in which all of these hold? */
  isImpossible(literals: ReadonlyArray<Literal>): boolean {
    const { encoding } = this
    const { logic } = encoding
    encoding.finish()
    if (this.isSpent) return false
    const cone = logic.cone(literals)
    logic.solver.work += cone.length
    const outcome = logic.solver.solve({
      assumptions: [...literals],
      preferred: [],
      decide: cone,
      conflicts: mostConflicts,
    })
    return outcome === "refuted" && this.refuted(literals).verdict === "unreachable"
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
    const { encoding } = this
    for (let repair = 0; repair < mostRepairs && !this.isSpent; repair++) {
      // a sum that was out of reach needs more of what it adds
      const wanted = repair === 0 ? [] : encoding.sums.flatMap(({ inputs }) => inputs.map(({ defined }) => defined))
      const first = this.attempt(target, literal, [], isPlain, wanted)
      if (first === "refuted") return this.refuted([literal])
      if (first !== "unconfirmed") return first
      const lemmas = Sums.lemmas(encoding)
      const guesses = this.guesses()
      for (const add of lemmas) add()
      if (lemmas.length > 0) continue
      for (const guess of guesses) {
        const pins = guess().filter((pin) => pin !== always)
        if (pins.length === 0 || pins.includes(never) || this.isSpent) continue
        const next = this.attempt(target, literal, pins, isPlain)
        if (typeof next === "object") return next
      }
      return undecided
    }
    return undecided
  }

  /** One model, with these values held where they are, and what the evaluator says of it. */
  private attempt(
    target: Target,
    literal: Literal,
    pins: ReadonlyArray<Literal>,
    isPlain: boolean,
    wanted: ReadonlyArray<Literal> = [],
  ): Decision | "refuted" | "unconfirmed" {
    const { encoding, trial } = this
    const { solver } = encoding.logic
    const cone = encoding.logic.cone([literal, ...pins])
    solver.work += cone.length
    const outcome = solver.solve({
      assumptions: [literal, ...pins],
      // as little as possible answered
      preferred:
        isPlain && wanted.length === 0
          ? cone.flatMap((variable) => (encoding.given.has(variable) ? [variable * 2 + 1] : []))
          : wanted,
      decide: cone,
      conflicts: mostConflicts,
    })
    if (outcome === "refuted") return "refuted"
    if (outcome === "exhausted") return undecided
    const witness = read(encoding, this.examples, cone)
    const isShown = trial.put(witness) && target.confirm(trial.evaluation)
    return isShown ? { verdict: "reachable", witness } : "unconfirmed"
  }

  /** From the model found last: values that may fit what the encoding cannot say, each guess to be written out later. */
  private guesses(): ReadonlyArray<() => ReadonlyArray<Literal>> {
    const { encoding } = this
    const { logic } = encoding
    // months are not all alike: with the first date held where it is, it is known where the other one lies
    const days = encoding.moved.map(({ x, from, months }) => {
      const day = Math.min(Math.max(logic.valueOf(from), Days.first), Days.last)
      return { x, from, day, moved: Days.shifted(day, { months, days: 0 }) }
    })
    const moved = () => days.flatMap(({ x, from, day, moved }) => [logic.equals(from, day), logic.equals(x, moved)])
    const sums = Sums.pins(encoding)
    // whole numbers compared with decimals may come to lie between two of them
    const between = logic.compared.flatMap((x) => {
      const value = logic.valueOf(x)
      return x.unit > 1 && value % x.unit !== 0 ? [{ x, value }] : []
    })
    const rounded = (round: (value: number) => number) =>
      between.map(({ x, value }) => logic.equals(x, round(value / x.unit) * x.unit))
    return [
      () => [...moved(), ...sums()],
      () => [...moved(), ...rounded(Math.ceil)],
      () => [...moved(), ...rounded(Math.floor)],
    ]
  }
}
