/**
 * A solver for propositional logic, by conflict-driven clause learning (Marques-Silva and Sakallah; watched literals,
 * activities and restarts after MiniSat, Eén and Sörensson 2003), with a theory beside it (`Difference`). Everything is
 * iterative, and every step counts as work, so that the caller's budget holds.
 *
 * Words: a *clause* is a list of literals of which one must hold. A *level* is one decision and what follows from it.
 */
import { Clauses } from "./Clauses.ts"
import { always, type Literal, not, type Theory, variableOf } from "./Literal.ts"
import { grown, luby, Order } from "./Order.ts"

export type Outcome = "satisfied" | "refuted" | "exhausted"

export interface Search {
  /** Must hold; `core` names those that exclude each other. */
  readonly assumptions: ReadonlyArray<Literal>
  /** Should hold, as many as fit together, the first ones first. */
  readonly preferred?: ReadonlyArray<Literal>
  /** The variables that a model has to tell; left out, all. */
  readonly decide?: ReadonlyArray<number>
  /** Conflicts after which the search ends undecided. */
  readonly conflicts?: number
}

const none = -1
/** Levels to go back at once. */
const nearby = 20

export class Solver {
  /** Watch visits, decisions and learning so far. */
  work = 0
  /** After `refuted`: assumptions that exclude each other. Empty when the clauses alone do. */
  core: ReadonlyArray<Literal> = []
  variables = 0

  /** 1 true, -1 false, 0 open; by literal. */
  private truth = new Int8Array(64)
  private level = new Int32Array(32)
  private reason = new Int32Array(32)
  private phase = new Int8Array(32)
  private seen = new Int8Array(32)
  private readonly clauses = new Clauses()
  private trail = new Int32Array(32)
  private trailEnd = 0
  private readonly levels: Array<number> = []
  private propagated = 0
  private heard = 0
  private contradiction = false
  /** Literals that were learned to hold always, at a time when others had been decided. */
  private facts: Array<Literal> = []
  private readonly order = new Order()
  private readonly theory: Theory | undefined

  constructor(theory?: Theory) {
    this.theory = theory
    this.variable()
    this.add([always])
  }

  variable(): number {
    const variable = this.variables++
    if (this.variables > this.level.length) {
      const size = this.level.length * 2
      this.level = grown(this.level, size)
      this.reason = grown(this.reason, size)
      this.trail = grown(this.trail, size)
      const bytes = (old: Int8Array<ArrayBuffer>, length: number) => {
        const next = new Int8Array(length)
        next.set(old)
        return next
      }
      this.truth = bytes(this.truth, size * 2)
      this.phase = bytes(this.phase, size)
      this.seen = bytes(this.seen, size)
    }
    this.order.variable(variable)
    this.clauses.watches.push(undefined, undefined)
    return variable
  }

  /** A fresh literal. */
  literal(): Literal {
    return this.variable() * 2
  }

  /** Is it true in the model that was found last (or for certain)? False, too, where the model leaves it open. */
  holds(literal: Literal): boolean {
    return this.truth[literal] === 1
  }

  /** Is it false in every model, as far as is known without a search? */
  isRefuted(literal: Literal): boolean {
    this.backtrack(0)
    return this.contradiction || this.truth[literal] === -1
  }

  /** The theory has learned what some literals mean that are already true: tell it again. */
  rehear(): void {
    this.backtrack(0)
    this.heard = 0
  }

  /** One of these must hold. */
  add(clause: ReadonlyArray<Literal>): void {
    this.backtrack(0)
    if (this.contradiction) return
    const kept: Array<Literal> = []
    const seen = clause.length > 8 ? new Set<Literal>() : undefined
    for (const literal of clause) {
      const has = (one: Literal) => seen?.has(one) ?? kept.includes(one)
      if (this.truth[literal] === 1 || has(not(literal))) return
      if (this.truth[literal] === -1 || has(literal)) continue
      kept.push(literal)
      seen?.add(literal)
    }
    const [first] = kept
    if (first === undefined) this.contradiction = true
    else if (kept.length === 1) {
      this.enqueue(first, none)
      this.contradiction = this.propagate() !== none
    } else this.clauses.watch(this.clauses.store(kept))
  }

  solve({ assumptions, preferred = [], decide, conflicts = 10_000 }: Search): Outcome {
    const { facts } = this
    this.facts = []
    for (const fact of facts) this.add([fact])
    this.backtrack(0)
    this.core = []
    if (this.contradiction || this.propagate() !== none) {
      this.contradiction = true
      return "refuted"
    }
    this.order.begin()
    if (decide === undefined) for (let v = 0; v < this.variables; v++) this.offer(v)
    else for (const variable of decide) this.offer(variable)
    this.work += this.order.size
    let met = 0
    for (let restart = 0; ; restart++) {
      const budget = Math.min(100 * luby(restart), conflicts - met)
      const outcome = this.search(assumptions, preferred, budget)
      if (outcome !== undefined) return outcome
      met += budget
      if (met >= conflicts) {
        this.backtrack(0)
        return "exhausted"
      }
      this.backtrack(0)
    }
  }

  private offer(variable: number): void {
    if (this.truth[variable * 2] === 0) this.order.add(variable)
    else this.order.open(variable)
  }

  /** Until a model, a refutation, or so many conflicts. */
  private search(
    assumptions: ReadonlyArray<Literal>,
    preferred: ReadonlyArray<Literal>,
    conflicts: number,
  ): Outcome | undefined {
    let met = 0
    let wish = 0
    for (;;) {
      const conflict = this.propagate()
      if (conflict !== none) {
        if (this.levels.length === 0) {
          this.contradiction = true
          return "refuted"
        }
        met++
        // one level back, everything wished for before is still decided
        wish = this.learn(conflict) ? Math.max(0, wish - 1) : 0
        continue
      }
      if (met >= conflicts) return undefined
      let next = none
      while (this.levels.length < assumptions.length) {
        const assumed = assumptions[this.levels.length] ?? always
        if (this.truth[assumed] === 1) this.levels.push(this.trailEnd)
        else if (this.truth[assumed] === -1) {
          this.core = this.reasonsOf(assumed)
          return "refuted"
        } else {
          next = assumed
          break
        }
      }
      for (; next === none && wish < preferred.length; wish++) {
        const wanted = preferred[wish] ?? always
        if (this.truth[wanted] === 0) next = wanted
      }
      while (next === none) {
        const variable = this.order.next()
        if (variable === none) return "satisfied"
        if (this.truth[variable * 2] === 0) next = variable * 2 + (this.phase[variable] === 1 ? 0 : 1)
      }
      this.work++
      this.levels.push(this.trailEnd)
      this.enqueue(next, none)
    }
  }

  private enqueue(literal: Literal, reason: number): void {
    const variable = variableOf(literal)
    this.truth[literal] = 1
    this.truth[not(literal)] = -1
    this.level[variable] = this.levels.length
    this.reason[variable] = reason
    this.trail[this.trailEnd++] = literal
  }

  /** What follows; the clause that fails, or none. */
  private propagate(): number {
    const { truth, trail, clauses } = this
    const { arena, watches } = clauses
    for (;;) {
      while (this.propagated < this.trailEnd) {
        const failing = not(trail[this.propagated++] ?? 0)
        const watchers = watches[failing]
        this.work++
        if (watchers === undefined) continue
        let kept = 0
        let conflict = none
        this.work += watchers.length >> 1
        for (let i = 0; i < watchers.length; i += 2) {
          const clause: number = watchers[i] ?? 0
          const blocker: number = watchers[i + 1] ?? 0
          if (conflict !== none || truth[blocker] === 1) {
            watchers[kept++] = clause
            watchers[kept++] = blocker
            continue
          }
          if (arena[clause + 1] === failing) {
            arena[clause + 1] = arena[clause + 2] ?? 0
            arena[clause + 2] = failing
          }
          const first = arena[clause + 1] ?? 0
          if (truth[first] === 1) {
            watchers[kept++] = clause
            watchers[kept++] = first
            continue
          }
          const end = clause + (arena[clause] ?? 0)
          let other = clause + 3
          while (other <= end && truth[arena[other] ?? 0] === -1) other++
          if (other <= end) {
            const literal = arena[other] ?? 0
            arena[clause + 2] = literal
            arena[other] = failing
            clauses.watchedBy(literal, clause, first)
            continue
          }
          watchers[kept++] = clause
          watchers[kept++] = first
          if (truth[first] === -1) conflict = clause
          else this.enqueue(first, clause)
        }
        watchers.length = kept
        if (conflict !== none) return conflict
      }
      if (this.theory === undefined || this.heard === this.trailEnd) return none
      while (this.heard < this.trailEnd) {
        const literal = trail[this.heard++] ?? 0
        if (!this.theory.knows(literal)) continue
        const excluded = this.theory.take(literal)
        if (excluded === undefined) continue
        this.work += excluded.length
        return clauses.store(excluded.map(not))
      }
    }
  }

  private backtrack(level: number): void {
    if (this.levels.length <= level) return
    const end = this.levels[level] ?? 0
    for (let i = this.trailEnd - 1; i >= end; i--) {
      const literal = this.trail[i] ?? 0
      const variable = variableOf(literal)
      if (i < this.heard && this.theory?.knows(literal) === true) this.theory.giveBack(literal)
      this.truth[literal] = 0
      this.truth[not(literal)] = 0
      this.phase[variable] = literal & 1 ? -1 : 1
      this.order.putBack(variable)
    }
    this.trailEnd = end
    this.propagated = Math.min(this.propagated, end)
    this.heard = Math.min(this.heard, end)
    this.levels.length = level
  }

  /**
   * Finds the one literal that a conflict hangs on (first unique implication point), and excludes it for good. Goes back
   * to where that follows; but when that is far, only one level: what was decided in between has mostly nothing to do
   * with it (Nadel and Ryvchin, SAT 2018). True if so.
   */
  private learn(conflict: number): boolean {
    const { arena } = this.clauses
    const learned: Array<Literal> = [0]
    const touched: Array<number> = []
    const current = this.levels.length
    let unresolved = 0
    let clause = conflict
    let at = this.trailEnd
    let literal = none
    do {
      const end = clause + (arena[clause] ?? 0)
      for (let i = clause + 1; i <= end; i++) {
        const one = arena[i] ?? 0
        const variable = variableOf(one)
        if (one === literal || this.seen[variable] === 1 || this.level[variable] === 0) continue
        this.seen[variable] = 1
        touched.push(variable)
        this.order.raise(variable)
        if (this.level[variable] === current) unresolved++
        else learned.push(one)
      }
      this.work += end - clause
      do at--
      while (
        this.seen[variableOf(this.trail[at] ?? 0)] !== 1 ||
        this.level[variableOf(this.trail[at] ?? 0)] !== current
      )
      literal = this.trail[at] ?? 0
      clause = this.reason[variableOf(literal)] ?? none
      unresolved--
    } while (unresolved > 0)
    learned[0] = not(literal)
    const kept = learned.filter((one, index) => index === 0 || !this.isImplied(one))
    for (const variable of touched) this.seen[variable] = 0
    this.order.age()
    let back = 0
    for (let i = 1; i < kept.length; i++) {
      const level = this.level[variableOf(kept[i] ?? 0)] ?? 0
      if (level <= back) continue
      back = level
      const swapped = kept[1] ?? 0
      kept[1] = kept[i] ?? 0
      kept[i] = swapped
    }
    const isNear = current - back <= nearby
    const to = isNear ? back : current - 1
    this.backtrack(to)
    const stored = this.clauses.store(kept)
    if (kept.length > 1) this.clauses.watch(stored)
    else this.facts.push(not(literal))
    this.enqueue(not(literal), to === 0 ? none : stored)
    return !isNear
  }

  /** Does a literal of a learned clause follow from the others of it? */
  private isImplied(literal: Literal): boolean {
    const clause = this.reason[variableOf(literal)] ?? none
    if (clause === none) return false
    const { arena } = this.clauses
    const end = clause + (arena[clause] ?? 0)
    for (let i = clause + 1; i <= end; i++) {
      const variable = variableOf(arena[i] ?? 0)
      if (variable !== variableOf(literal) && this.seen[variable] !== 1 && this.level[variable] !== 0) return false
    }
    return true
  }

  /** The assumptions that make `assumed` false, itself included. */
  private reasonsOf(assumed: Literal): ReadonlyArray<Literal> {
    const { arena } = this.clauses
    const reasons = [assumed]
    const marked: Array<number> = [variableOf(assumed)]
    this.seen[variableOf(assumed)] = 1
    for (let i = this.trailEnd - 1; i >= (this.levels[0] ?? 0); i--) {
      const literal = this.trail[i] ?? 0
      const variable = variableOf(literal)
      if (this.seen[variable] !== 1) continue
      const clause = this.reason[variable] ?? none
      if (clause === none) {
        if (literal !== assumed) reasons.push(literal)
        continue
      }
      const end = clause + (arena[clause] ?? 0)
      for (let k = clause + 1; k <= end; k++) {
        const other = variableOf(arena[k] ?? 0)
        if (this.level[other] === 0 || this.seen[other] === 1) continue
        this.seen[other] = 1
        marked.push(other)
      }
    }
    for (const variable of marked) this.seen[variable] = 0
    return reasons
  }
}
