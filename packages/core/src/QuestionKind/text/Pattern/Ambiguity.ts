/**
 * How long a backtracking matcher can take. On a text that does not match it goes every way through the automaton that
 * the text allows, so its steps are the number of ways of each beginning of the text, each with the edges tried from
 * where it ends.
 *
 * - *Exponential*: a state can be left and reached again by two different ways over the same text (Weber and Seidl's
 *   criterion EDA; Weideman et al. apply it to matchers). Decided exactly, in the product of the automaton with itself.
 * - Otherwise the number of ways is at most a polynomial of the length. `mostSteps` counts them for the longest text,
 *   never too few: where ways meet, only those are added that one text can take together. `worstText` grows a real text
 *   step by step, and so proves that there is one as bad.
 *
 * That a text exists which does not match is taken for granted; almost every expression refuses some.
 */
import type { Budget } from "../../Kind.ts"
import type { Automaton } from "./Automaton.ts"
import * as CharacterSet from "./CharacterSet.ts"

/** Is there a character that both states read? */
export interface Overlaps {
  (a: number, b: number): boolean
}

export const overlapsOf = (automaton: Automaton): Overlaps => {
  const known = new Map<number, boolean>()
  return (a, b) => {
    const idA = automaton.setIds[a] ?? 0
    const idB = automaton.setIds[b] ?? 0
    const key = Math.min(idA, idB) * 4096 + Math.max(idA, idB)
    const found = known.get(key)
    if (found !== undefined) return found
    const overlap = CharacterSet.common(automaton.sets[a] ?? [], automaton.sets[b] ?? []) !== undefined
    known.set(key, overlap)
    return overlap
  }
}

/** Is there from every state at most one way to read any character? Then a text has one way only. */
export const isDeterministic = (automaton: Automaton, overlaps: Overlaps, budget: Budget): boolean => {
  for (const edges of automaton.edges) {
    const targets = [...edges.keys()].filter((target) => automaton.sets[target]?.length !== 0)
    for (const [index, target] of targets.entries()) {
      if (edges.get(target) !== 1) return false
      for (let other = 0; other < index; other++) {
        budget.left--
        if (overlaps(target, targets[other] ?? 0)) return false
      }
    }
  }
  return true
}

/** Pairs of states, the smaller first. */
const pairKey = (a: number, b: number, states: number): number => (a < b ? a * states + b : b * states + a)

/** From a pair of states, the pairs that some character leads to. */
const eachNextPair = (
  automaton: Automaton,
  overlaps: Overlaps,
  budget: Budget,
  pair: readonly [number, number],
  visit: (a: number, b: number) => void,
): void => {
  const from = automaton.edges[pair[0]]
  const other = automaton.edges[pair[1]]
  if (from === undefined || other === undefined) return
  budget.left -= from.size * other.size
  if (budget.left < 0) return
  for (const a of from.keys()) for (const b of other.keys()) if (overlaps(a, b)) visit(a, b)
}

/** The strongly connected component of each state: those that reach one another share a number. Iterative (Tarjan). */
const componentsOf = (automaton: Automaton): ReadonlyArray<number> => {
  const states = automaton.sets.length
  const order = Array<number>(states).fill(-1)
  const low = Array<number>(states).fill(0)
  const component = Array<number>(states).fill(-1)
  const open: Array<number> = []
  let count = 0
  const enter = (state: number) => {
    order[state] = low[state] = count++
    open.push(state)
    return { state, targets: automaton.edges[state]?.keys() ?? [].values() }
  }
  const path = [enter(0)]
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const { state } = top
    const step = top.targets.next()
    if (step.done !== true) {
      const target = step.value
      if (order[target] === -1) path.push(enter(target))
      else if (component[target] === -1) low[state] = Math.min(low[state] ?? 0, order[target] ?? 0)
      continue
    }
    path.pop()
    const parent = path.at(-1)?.state
    if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[state] ?? 0)
    if (low[state] !== order[state]) continue
    for (let member = open.pop(); member !== undefined; member = member === state ? undefined : open.pop())
      component[member] = state
  }
  return component
}

/** A text that can be repeated, each time with more than double the ways; null when there is none. */
export const exponential = (automaton: Automaton, overlaps: Overlaps, budget: Budget): string | null => {
  const component = componentsOf(automaton)
  const inner = (from: number, to: number) => component[from] !== -1 && component[from] === component[to]
  const states = automaton.sets.length
  const start = automaton.sets.map((_, state) => state).filter((state) => inner(state, state))
  // how each pair was reached first; pairs of one state with itself are where the ways part
  const parents = new Map<number, number>()
  const pending: Array<readonly [number, number]> = []
  for (const state of start) {
    for (const [target, ways] of automaton.edges[state] ?? [])
      if (ways > 1 && inner(state, target) && automaton.sets[target]?.length !== 0)
        return pump(automaton, [[target, target]], target, state)
    pending.push([state, state])
  }
  for (let pair = pending.pop(); pair !== undefined && budget.left >= 0; pair = pending.pop()) {
    const [p, r] = pair
    let met = -1
    eachNextPair(automaton, overlaps, budget, pair, (a, b) => {
      if (!inner(p, a) || !inner(r, b)) return
      if (a === b) {
        if (p !== r) met = a
        return
      }
      const key = pairKey(a, b, states)
      if (parents.has(key)) return
      parents.set(key, pairKey(p, r, states))
      pending.push([a, b])
    })
    if (met === -1) continue
    // back from where the two ways meet to where they parted
    const steps: Array<readonly [number, number]> = [[met, met]]
    let key = pairKey(p, r, states)
    for (let at: number | undefined = key; at !== undefined; at = parents.get(at)) {
      key = at
      const a = Math.floor(at / states)
      if (a === at % states) break
      steps.push([a, at % states])
    }
    return pump(automaton, steps.toReversed(), met, Math.floor(key / states))
  }
  return null
}

/** The text of these steps, which start at `origin`, and on from `end` back to `origin`. */
const pump = (
  automaton: Automaton,
  steps: ReadonlyArray<readonly [number, number]>,
  end: number,
  origin: number,
): string => {
  const back = new Map<number, number>([[end, end]])
  const pending = [end]
  for (const state of pending) {
    if (state === origin) break
    for (const target of automaton.edges[state]?.keys() ?? [])
      if (!back.has(target) && automaton.sets[target]?.length !== 0) {
        back.set(target, state)
        pending.push(target)
      }
  }
  const returning: Array<readonly [number, number]> = []
  for (let state = origin; state !== end; state = back.get(state) ?? end) returning.push([state, state])
  return [...steps, ...returning.toReversed()]
    .map(([a, b]) => CharacterSet.readable(automaton.sets[a] ?? [], automaton.sets[b] ?? []))
    .map((point) => (point === undefined ? "" : String.fromCodePoint(point)))
    .join("")
}

/** The steps that the matcher tries from a state. */
const triesOf = (automaton: Automaton): ReadonlyArray<number> =>
  automaton.edges.map((edges, state) => {
    let tries = 1 + (automaton.ends[state] ?? 0)
    for (const ways of edges.values()) tries += ways
    return tries
  })

/** The most steps that a text without a second way takes. */
export const stepsOfOneWay = (automaton: Automaton, longest: number): number =>
  (longest + 1) * Math.max(...triesOf(automaton))

/** Which states one text can lead to together: `together[key]` for pairs. */
const togetherOf = (automaton: Automaton, overlaps: Overlaps, budget: Budget): Uint8Array => {
  const states = automaton.sets.length
  const together = new Uint8Array(states * states)
  const pending: Array<readonly [number, number]> = [[0, 0]]
  together[0] = 1
  for (let pair = pending.pop(); pair !== undefined && budget.left >= 0; pair = pending.pop())
    eachNextPair(automaton, overlaps, budget, pair, (a, b) => {
      const key = pairKey(a, b, states)
      if (together[key] === 1) return
      together[key] = 1
      pending.push([a, b])
    })
  return together
}

/** So many states, and the lists of those that go together are not made: all of them then count as going together. */
const largestLists = 200

/**
 * Lists of those that one text can lead to together: every such company is within one of them, so the largest sum over
 * a list is never below what a text can come to.
 */
const companies = <A>(
  all: ReadonlyArray<A>,
  goTogether: (a: A, b: A) => boolean,
  budget: Budget,
): ReadonlyArray<ReadonlyArray<A>> => {
  if (all.length > largestLists) return [all]
  budget.left -= all.length ** 2
  const lists = new Map<string, ReadonlyArray<A>>()
  for (const one of all) {
    const with_ = all.map((_, index) => index).filter((index) => goTogether(one, all[index] ?? one))
    if (with_.length === all.length) return [all]
    lists.set(
      with_.join(),
      with_.map((index) => all[index] ?? one),
    )
  }
  return [...lists.values()]
}

interface Flow {
  /** Of the ways into each state, those that one text can take together. */
  readonly arrivals: ReadonlyArray<ReadonlyArray<ReadonlyArray<readonly [state: number, ways: number]>>>
  readonly reached: ReadonlyArray<number>
  readonly goTogether: (a: number, b: number) => boolean
}

const flowOf = (automaton: Automaton, overlaps: Overlaps, budget: Budget): Flow => {
  const states = automaton.sets.length
  const together = togetherOf(automaton, overlaps, budget)
  const goTogether = (a: number, b: number) => together[pairKey(a, b, states)] === 1
  const sources: ReadonlyArray<Array<readonly [state: number, ways: number]>> = automaton.sets.map(() => [])
  const reached = automaton.sets.map((_, state) => state).filter((state) => goTogether(state, state))
  for (const source of reached)
    for (const [target, ways] of automaton.edges[source] ?? [])
      if (goTogether(target, target)) sources[target]?.push([source, ways])
  const arrivals = sources.map((all) => companies(all, ([a], [b]) => goTogether(a, b), budget))
  return { arrivals, reached, goTogether }
}

/** The largest sum over one of the lists. */
const largest = <A>(lists: ReadonlyArray<ReadonlyArray<A>>, size: (one: A) => number): number => {
  let most = 0
  for (const list of lists) {
    let sum = 0
    for (const one of list) sum += size(one)
    if (sum > most) most = sum
  }
  return most
}

interface Limits {
  readonly longest: number
  /** Steps above this are counted no further. */
  readonly enough: number
}

/**
 * At least as many steps as any text of up to `longest` characters can take. Null when the budget does not reach.
 */
export const mostSteps = (automaton: Automaton, overlaps: Overlaps, limits: Limits, budget: Budget): number | null => {
  const flow = flowOf(automaton, overlaps, budget)
  // quickly first, as if one text could lead to all states together
  const most = countSteps(automaton, flow, [flow.reached], limits, budget)
  return most === null || most <= limits.enough
    ? most
    : countSteps(automaton, flow, companies(flow.reached, flow.goTogether, budget), limits, budget)
}

/** `crowds`: the states that one text can lead to together. */
const countSteps = (
  automaton: Automaton,
  { arrivals, reached }: Flow,
  crowds: ReadonlyArray<ReadonlyArray<number>>,
  { longest, enough }: Limits,
  budget: Budget,
): number | null => {
  const tries = triesOf(automaton)
  const cost = [...arrivals.flat(), ...crowds].reduce((sum, list) => sum + list.length, 0)
  let ways: ReadonlyArray<number> = automaton.sets.map((_, state) => (state === 0 ? 1 : 0))
  let steps = tries[0] ?? 0
  // ways that come round to what they once were go on so for ever
  let mark = { at: 0, steps, ways }
  for (let length = 1; length <= longest && steps <= enough; length++) {
    budget.left -= cost
    if (budget.left < 0) return null
    const before = ways
    const after = arrivals.map((lists) => largest(lists, ([source, count]) => count * (before[source] ?? 0)))
    const now = largest(crowds, (state) => (after[state] ?? 0) * (tries[state] ?? 0))
    steps += now
    if (now === 0) return steps
    const { at, steps: then, ways: marked } = mark
    if (reached.every((state) => after[state] === marked[state]))
      return steps + ((longest - length) / (length - at)) * (steps - then)
    if (length === at * 2 || length === 1) mark = { at: length, steps, ways: after }
    ways = after
  }
  return steps
}

/** One character for each way in which the sets tell characters apart, as far as they matter; letters first. */
const charactersOf = (automaton: Automaton): ReadonlyArray<number> => {
  const bySets = new Map<string, number>()
  const sets = [...new Map(automaton.setIds.map((id, state) => [id, automaton.sets[state] ?? []])).values()]
  const candidates = sets.flatMap((set) =>
    CharacterSet.rangesOf(set)
      .slice(0, 20)
      .flatMap(([from, to]) => [from, to, to + 1]),
  )
  for (const point of [0x61, 0x41, 0x30, 0x20, ...candidates].slice(0, 500)) {
    const key = sets.map((set) => (CharacterSet.has(set, point) ? 1 : 0)).join("")
    if (!bySets.has(key) && key.includes("1")) bySets.set(key, point)
  }
  return [...bySets.values()].slice(0, 24)
}

/** How far ahead a worst text looks. */
const horizon = 64

/** What a way that has come to each state may still cost, within the horizon: for choosing, not for proving. */
const prospectsOf = (automaton: Automaton, readers: ReadonlyArray<Reader>, budget: Budget): ReadonlyArray<number> => {
  const tries = triesOf(automaton)
  let prospects = tries
  for (let ahead = 0; ahead < horizon && budget.left >= 0; ahead++) {
    const before = prospects
    prospects = automaton.edges.map((edges, state) => {
      let most = 0
      for (const { reads } of readers) {
        let sum = 0
        for (const [target, ways] of edges) if (reads[target] === true) sum += ways * (before[target] ?? 0)
        if (sum > most) most = sum
      }
      budget.left -= edges.size * readers.length
      return Math.min(Number.MAX_SAFE_INTEGER, most + (tries[state] ?? 0))
    })
  }
  return prospects
}

/** A character, and the states that read it. */
interface Reader {
  readonly point: number
  readonly reads: ReadonlyArray<boolean>
}

/**
 * A text that takes many steps, grown by the character with the best prospects, up to `longest` characters or until its
 * steps are above `enough`. Its steps are counted exactly.
 */
export const worstText = (
  automaton: Automaton,
  { longest, enough }: Limits,
  budget: Budget,
): { readonly text: string; readonly steps: number } => {
  const readers = charactersOf(automaton).map((point): Reader => ({
    point,
    reads: automaton.sets.map((set) => CharacterSet.has(set, point)),
  }))
  const tries = triesOf(automaton)
  const prospects = prospectsOf(automaton, readers, budget)
  let ways: ReadonlyMap<number, number> = new Map([[0, 1]])
  let steps = tries[0] ?? 0
  let text = ""
  for (let length = 0; length < longest && steps <= enough && budget.left >= 0; length++) {
    let best = { point: 0, ways: new Map<number, number>(), steps: 0, prospect: 0 }
    for (const { point, reads } of readers) {
      const after = new Map<number, number>()
      let cost = 0
      let prospect = 0
      for (const [source, count] of ways) {
        const edges = automaton.edges[source] ?? new Map<number, number>()
        budget.left -= edges.size
        for (const [target, more] of edges) {
          if (reads[target] !== true) continue
          after.set(target, (after.get(target) ?? 0) + count * more)
          cost += count * more * (tries[target] ?? 0)
          prospect += count * more * (prospects[target] ?? 0)
        }
      }
      if (prospect > best.prospect) best = { point, ways: after, steps: cost, prospect }
    }
    if (best.steps === 0) break
    ways = best.ways
    steps += best.steps
    text += String.fromCodePoint(best.point)
  }
  return { text, steps }
}
