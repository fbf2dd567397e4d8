/** Texts that an automaton accepts: the shortest first, then others that differ from it here and there. */
import type { Automaton } from "./Automaton.ts"
import * as CharacterSet from "./CharacterSet.ts"

const tries = 60

/** Numbers that look drawn by chance and are always the same, from 0 to below `limit`. */
const chance = (seed: number) => {
  let state = seed
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

/** How many characters there are from each state to the end, at least; Infinity where there is no way to it. */
const distances = (automaton: Automaton): ReadonlyArray<number> => {
  const sources: ReadonlyArray<Array<number>> = automaton.sets.map(() => [])
  for (const [source, edges] of automaton.edges.entries())
    for (const target of edges.keys()) if (automaton.sets[target]?.length !== 0) sources[target]?.push(source)
  const distance = automaton.ends.map((ways) => (ways > 0 ? 0 : Infinity))
  const pending = distance.flatMap((at, state) => (at === 0 ? [state] : []))
  for (const state of pending)
    for (const source of sources[state] ?? []) {
      if (distance[source] !== Infinity) continue
      distance[source] = (distance[state] ?? 0) + 1
      pending.push(source)
    }
  return distance
}

/** Different texts of `shortest` to `longest` characters, as far as they are found. */
export const texts = (automaton: Automaton, shortest: number, longest: number): ReadonlyArray<string> => {
  const distance = distances(automaton)
  const found = new Set<string>()
  for (let attempt = 0; attempt < tries; attempt++) {
    const text = walk(automaton, distance, { shortest, longest }, attempt === 0 ? null : chance(attempt))
    if (text !== undefined) found.add(text)
  }
  return [...found]
}

/** One way to the end; the shortest where nothing is left to chance. */
const walk = (
  automaton: Automaton,
  distance: ReadonlyArray<number>,
  { shortest, longest }: { readonly shortest: number; readonly longest: number },
  draw: ((limit: number) => number) | null,
): string | undefined => {
  // some walks go on for longer than they must, for what looks ahead and wants more
  const goal = Math.min(longest, shortest + (draw === null ? 0 : draw(12)))
  let text = ""
  for (let state = 0, length = 0; ; length++) {
    const isEnd = (automaton.ends[state] ?? 0) > 0
    const next = [...(automaton.edges[state]?.keys() ?? [])].filter(
      (target) => automaton.sets[target]?.length !== 0 && length + 1 + (distance[target] ?? Infinity) <= longest,
    )
    if (isEnd && length >= shortest && (length >= goal || next.length === 0)) return text
    if (next.length === 0) return undefined
    state = draw === null ? onward(next, distance, length < shortest) : (next[draw(next.length)] ?? 0)
    text += String.fromCodePoint(character(automaton.sets[state] ?? [], draw))
  }
}

/** The state nearest to the end; the farthest, while the text has to grow. */
const onward = (states: ReadonlyArray<number>, distance: ReadonlyArray<number>, grow: boolean): number => {
  const by = (state: number) => (distance[state] ?? 0) * (grow ? -1 : 1)
  return states.reduce((best, state) => (by(state) < by(best) ? state : best))
}

const character = (set: CharacterSet.CharacterSet, draw: ((limit: number) => number) | null): number => {
  const plain = CharacterSet.readable(set) ?? 0
  if (draw === null || draw(3) === 0) return plain
  const visible = CharacterSet.rangesOf(set).filter(([from, to]) => from <= 0x7e && to >= 0x21)
  const [from, to] = visible[draw(visible.length)] ?? [plain, plain]
  const first = Math.min(Math.max(from, 0x21), to)
  return first + draw(Math.max(first, Math.min(to, 0x7e)) - first + 1)
}
