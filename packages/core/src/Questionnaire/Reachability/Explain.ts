/**
 * Why targets are unreachable: what excludes each other, with nothing in it that is not needed; and which of them are
 * only unreachable because another one is.
 *
 * Words: a *root* is unreachable in its own right; its *followers* would be reachable if it were.
 */
import { Encoding } from "./Encoding.ts"
import type { Reason } from "./Place.ts"
import type { Index } from "./Index.ts"
import type { Logic } from "./Logic.ts"
import { always, type Literal, never } from "./Literal.ts"
import type { Outcome } from "./Solver.ts"
import * as Sums from "./Sums.ts"
import type { Target } from "./Target.ts"

export interface Root {
  readonly target: Target
  /** Empty where the condition of the target can never hold whatever is answered. */
  readonly reasons: ReadonlyArray<Reason>
  readonly followers: Array<Target>
  /** The reasons are all there are. False at the limit of the budget. */
  readonly isExplained: boolean
}

const mostConflicts = 2000
const mostRepairs = 40
/** Reasons beyond which none is tried to be left out. */
const mostReasons = 60

/** Those that are unreachable, each a root or a follower of one. `budget`: work, as the solver counts it. */
export const explain = (index: Index, unreachable: ReadonlyArray<Target>, budget: number): ReadonlyArray<Root> => {
  if (unreachable.length === 0) return []
  const encoding = new Encoding(index, { explain: true })
  const { logic, guards } = encoding
  const { solver } = logic
  const literals = new Map(unreachable.map((target) => [target, target.literal(encoding)]))
  encoding.finish()
  const literalOf = (target: Target): Literal => literals.get(target) ?? never
  const ranks = logic.ranks([...literals.values()])
  const rank = (target: Target) => ranks.get(literalOf(target)) ?? 0
  let open = [...unreachable].sort((a, b) => rank(a) - rank(b))
  const relaxed = new Set<Literal>()
  const roots: Array<Root> = []
  const guardsIn = (cone: ReadonlyArray<number>) =>
    cone.flatMap((variable) => (guards.has(variable * 2) && !relaxed.has(variable * 2) ? [variable * 2] : []))

  /** Which of the open ones can be reached with what is relaxed so far; the first one is asked for if `assumed`. */
  const reach = (
    targets: ReadonlyArray<Target>,
    assumed: ReadonlyArray<Literal>,
  ): ReadonlyArray<Target> | "refuted" => {
    const wanted = targets.map(literalOf)
    const cone = logic.cone(wanted)
    solver.work += cone.length
    let outcome: Outcome = "exhausted"
    for (let repair = 0; repair < mostRepairs; repair++) {
      outcome = solver.solve({
        assumptions: [...guardsIn(cone), ...assumed],
        preferred: wanted,
        decide: cone,
        conflicts: mostConflicts,
      })
      const lemmas = outcome === "satisfied" && assumed.length > 0 ? Sums.lemmas(encoding) : []
      if (lemmas.length === 0) break
      for (const add of lemmas) add()
    }
    if (outcome === "refuted") return "refuted"
    return outcome === "satisfied" ? targets.filter((target) => solver.holds(literalOf(target))) : []
  }

  while (open.length > 0) {
    const [first] = open
    if (first === undefined) break
    const literal = literalOf(first)
    const isSpent = solver.work > budget
    const last = roots.at(-1)
    const reached = isSpent || literal === never ? "refuted" : reach([first], [literal])
    if (reached !== "refuted" && last !== undefined) {
      last.followers.push(first)
      open = open.slice(1)
      continue
    }
    const isRefuted = !isSpent && literal !== never && reached === "refuted"
    const core = isRefuted ? minimal(logic, solver.core, literal, budget) : []
    const root: Root = {
      target: first,
      reasons: core.flatMap((guard) => guards.get(guard) ?? []),
      followers: [],
      isExplained: isRefuted || literal === never,
    }
    roots.push(root)
    open = open.slice(1)
    const before = relaxed.size
    relax(encoding, first, relaxed)
    if (open.length === 0 || isSpent || relaxed.size === before) continue
    const follow = reach(open, [])
    if (follow === "refuted") continue
    const followers = new Set(follow)
    for (const target of follow) root.followers.push(target)
    open = open.filter((target) => !followers.has(target))
  }
  return roots
}

/** Takes away the guards that make a root unreachable, as if it had no condition. */
const relax = (encoding: Encoding, { role, id, entry, section, option, site }: Target, relaxed: Set<Literal>): void => {
  for (const [guard, reason] of encoding.guards) {
    if (
      (role === "item" && reason.because === "asked" && reason.entry === entry) ||
      (role === "section" && reason.because === "section" && reason.section === section) ||
      (role === "option" && reason.because === "offered" && reason.entry === entry && reason.option === option) ||
      (site?.role === "named" && reason.because === "named" && reason.name === id)
    )
      relaxed.add(guard)
  }
}

/** A core without what it can do without. */
const minimal = (
  logic: Logic,
  core: ReadonlyArray<Literal>,
  literal: Literal,
  budget: number,
): ReadonlyArray<Literal> => {
  const { solver } = logic
  const decide = logic.cone([literal])
  let kept = core.filter((one) => one !== literal && one !== always)
  if (kept.length > mostReasons) return kept
  for (const one of kept) {
    if (solver.work > budget || !kept.includes(one)) continue
    const fewer = kept.filter((other) => other !== one)
    if (solver.solve({ assumptions: [...fewer, literal], decide, conflicts: mostConflicts }) === "refuted")
      kept = solver.core.filter((other) => other !== literal)
  }
  return kept
}
