/**
 * The ways in which a backtracking matcher can go through an expression, as an automaton without empty steps: a state
 * is a place in the expression that reads one character (Glushkov), state 0 is the start. An edge carries in *how many*
 * ways the matcher gets from one to the other without reading anything, as each of them is tried: that is where `(a*)*`
 * loses its time, and what an automaton of the language alone does not show.
 *
 * Looks ahead are side arms that lead nowhere: they cost what matching them costs, and the matching goes on beside
 * them. Places that a matcher enters only to turn back (`(a?)*` refuses a turn that reads nothing) are states without
 * a character.
 */
import type * as CharacterSet from "./CharacterSet.ts"
import type { Expression } from "./parse.ts"

export interface Automaton {
  /** What each state reads; that of the start, and of places to turn back, is empty. */
  readonly sets: ReadonlyArray<CharacterSet.CharacterSet>
  /** From each state: to which, in how many ways. */
  readonly edges: ReadonlyArray<ReadonlyMap<number, number>>
  /** From each state: in how many ways to the end. */
  readonly ends: ReadonlyArray<number>
  /** Of the sets, which are the same. */
  readonly setIds: ReadonlyArray<number>
  /** Was a count in braces too large to be written out? Then there are ways here that the matcher does not have. */
  readonly isWidened: boolean
}

/** A large count in braces becomes "any number of times", which has all its ways and more. */
const largestRepeat = 100
const largestStates = 2000
const largestEdges = 50_000
const mostParts = 20_000
/** Ways beyond this are one as bad as the other. */
const manyWays = 1e12

/** In how many ways nothing is read; where it can begin and end, in how many ways. */
interface Part {
  readonly empty: number
  readonly first: ReadonlyArray<Way>
  readonly last: ReadonlyArray<Way>
}
type Way = readonly [state: number, ways: number]

const emptyPart: Part = { empty: 1, first: [], last: [] }

interface Builder {
  readonly sets: Array<CharacterSet.CharacterSet>
  readonly edges: Array<Map<number, number>>
  edgeCount: number
  parts: number
  isWidened: boolean
}

/** The automaton, or null when it would be too large. */
export const build = (expression: Expression): Automaton | null => {
  const builder: Builder = { sets: [[]], edges: [new Map<number, number>()], edgeCount: 0, parts: 0, isWidened: false }
  const whole = partOf(builder, expression)
  if (whole === null) return null
  if (!connect(builder, [[0, 1]], whole.first)) return null
  const ends = builder.sets.map(() => 0)
  ends[0] = whole.empty
  for (const [state, ways] of whole.last) ends[state] = ways
  const { sets, edges, isWidened } = builder
  return { sets, edges, ends, setIds: idsOf(sets), isWidened }
}

const idsOf = (sets: ReadonlyArray<CharacterSet.CharacterSet>): ReadonlyArray<number> => {
  const ids = new Map<string, number>()
  return sets.map((set) => {
    const key = set.join()
    const id = ids.get(key) ?? ids.size
    ids.set(key, id)
    return id
  })
}

const partOf = (builder: Builder, expression: Expression): Part | null => {
  // what reads nothing makes no states, and nested counts of it could still take for ever
  if (++builder.parts > mostParts) return null
  switch (expression.kind) {
    case "set":
      return stateOf(builder, expression.set)
    case "sequence":
      return inSequence(builder, expression.of)
    case "choice":
      return inChoice(builder, expression.of)
    case "ahead": {
      const ahead = partOf(builder, expression.of)
      return ahead === null ? null : { empty: 1, first: withTurns(builder, ahead), last: [] }
    }
    case "repeat":
      return repeated(builder, expression)
  }
}

const stateOf = (builder: Builder, set: CharacterSet.CharacterSet): Part | null => {
  const state = builder.sets.length
  if (state >= largestStates) return null
  builder.sets.push(set)
  builder.edges.push(new Map())
  return { empty: 0, first: [[state, 1]], last: [[state, 1]] }
}

const inSequence = (builder: Builder, expressions: ReadonlyArray<Expression>): Part | null => {
  let whole: Part | null = emptyPart
  for (const expression of expressions) {
    const part = partOf(builder, expression)
    whole = part === null ? null : joined(builder, whole, part)
    if (whole === null) return null
  }
  return whole
}

const inChoice = (builder: Builder, expressions: ReadonlyArray<Expression>): Part | null => {
  const whole = { empty: 0, first: Array<Way>(), last: Array<Way>() }
  for (const expression of expressions) {
    const part = partOf(builder, expression)
    if (part === null) return null
    whole.empty = Math.min(manyWays, whole.empty + part.empty)
    whole.first.push(...part.first)
    whole.last.push(...part.last)
  }
  return whole
}

/** Turns that must be taken may read nothing; each one more has to read something, or the matcher turns back. */
const repeated = (builder: Builder, { of, min, max }: Expression & { readonly kind: "repeat" }): Part | null => {
  const turns = max === Infinity ? min : max
  if (turns * sizeOf(of) > largestRepeat && turns > 1 && !readsNothing(of)) {
    builder.isWidened = true
    return looped(builder, of)
  }
  if (turns > largestStates) return null
  let rest: Part | null = max === Infinity ? looped(builder, of) : emptyPart
  for (let turn = turns; turn > min && rest !== null; turn--) {
    const part = partOf(builder, of)
    const more: Part | null =
      part === null ? null : joined(builder, { ...part, empty: 0, first: withTurns(builder, part) }, rest)
    rest = more === null ? null : { ...more, empty: 1 }
  }
  for (let turn = min; turn > 0 && rest !== null; turn--) {
    const part = partOf(builder, of)
    rest = part === null ? null : joined(builder, part, rest)
  }
  return rest
}

/** Any number of turns, none among them. */
const looped = (builder: Builder, of: Expression): Part | null => {
  const part = partOf(builder, of)
  if (part === null) return null
  const first = withTurns(builder, part)
  return connect(builder, part.last, first) ? { empty: 1, first, last: part.last } : null
}

/** Where a part can begin, and the ways through it that read nothing and are turned back from. */
const withTurns = (builder: Builder, part: Part): ReadonlyArray<Way> => {
  if (part.empty === 0) return part.first
  const state = builder.sets.push([]) - 1
  builder.edges.push(new Map())
  return [...part.first, [state, part.empty]]
}

const joined = (builder: Builder, a: Part, b: Part): Part | null =>
  connect(builder, a.last, b.first)
    ? {
        empty: Math.min(manyWays, a.empty * b.empty),
        first: a.empty === 0 ? a.first : [...a.first, ...times(b.first, a.empty)],
        last: b.empty === 0 ? b.last : [...times(a.last, b.empty), ...b.last],
      }
    : null

const times = (ways: ReadonlyArray<Way>, factor: number): ReadonlyArray<Way> =>
  factor === 1 ? ways : ways.map(([state, count]) => [state, Math.min(manyWays, count * factor)])

/** False when there are too many. */
const connect = (builder: Builder, from: ReadonlyArray<Way>, to: ReadonlyArray<Way>): boolean => {
  builder.edgeCount += from.length * to.length
  if (builder.edgeCount > largestEdges || builder.sets.length > 2 * largestStates) return false
  for (const [source, waysOut] of from) {
    const edges = builder.edges[source]
    for (const [target, waysIn] of to)
      edges?.set(target, Math.min(manyWays, (edges.get(target) ?? 0) + waysOut * waysIn))
  }
  return true
}

/** How many characters an expression has written out, counts in braces included. */
const sizeOf = (expression: Expression): number => {
  switch (expression.kind) {
    case "set":
      return 1
    case "sequence":
    case "choice":
      return expression.of.reduce((sum, one) => sum + sizeOf(one), 0)
    case "ahead":
      return sizeOf(expression.of)
    case "repeat": {
      const turns = expression.max === Infinity ? expression.min + 1 : expression.max
      return Math.max(1, turns) * sizeOf(expression.of)
    }
  }
}

const readsNothing = (expression: Expression): boolean => {
  switch (expression.kind) {
    case "set":
      return false
    case "sequence":
      return expression.of.every(readsNothing)
    case "choice":
      return expression.of.some(readsNothing)
    case "ahead":
      return true
    case "repeat":
      return expression.min === 0 || readsNothing(expression.of)
  }
}
