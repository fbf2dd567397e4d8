/**
 * From "go to" to "asked when": sources that lead the customer from page to page say at each page where to go next; ours
 * says of each item when it is asked. A page is reached when one of the pages before it is and leads to it.
 *
 * Words: a *stop* is a page, by its number in an order in which all ways lead forward; the *end* is the number after the
 * last; a *way* leads from a stop to a later one while its condition holds.
 */
import type { Condition } from "@requite/core/Condition/Ast"
import { always, never } from "../Imported.ts"
import { all, any, weight } from "./conditions.ts"

export interface Way {
  readonly to: number
  readonly when: Condition
}

/** Gives a heavy condition a name, so that what builds on it stays small; a light one as it is. */
export type Name = (near: string, condition: Condition) => Condition

/**
 * When each stop is reached. `targets` says where its ways may lead at all; `ways` is called for each stop in order,
 * with when it is reached, and says when each of them is taken. Two ways that part and meet again cost nothing: where
 * every way from a stop leads through a later one and none comes from elsewhere, both are reached alike. `name` may give
 * a heavy condition a name.
 */
export const reached = (
  count: number,
  targets: (stop: number) => ReadonlyArray<number>,
  ways: (stop: number, when: Condition) => ReadonlyArray<Way>,
  name: (stop: number, when: Condition) => Condition,
): ReadonlyArray<Condition> => {
  const entry = gates(count, targets)
  const incoming: Array<Array<Condition>> = Array.from({ length: count }, () => [])
  const when: Array<Condition> = []
  for (let stop = 0; stop < count; stop++) {
    const gate = entry[stop]
    const here =
      stop === 0 ? always : gate !== undefined ? (when[gate] ?? never) : name(stop, any(incoming[stop] ?? []))
    when.push(here)
    for (const way of ways(stop, here)) incoming[way.to]?.push(all([here, way.when]))
    incoming[stop] = []
  }
  return when
}

/** More stops than any form has pages: beyond it the simplification is left out, which changes no meaning. */
const mostStops = 3000

/** Of each stop the earlier one that is reached exactly when it is, where the shape alone says so. */
const gates = (count: number, targets: (stop: number) => ReadonlyArray<number>): ReadonlyArray<number | undefined> => {
  if (count > mostStops) return []
  const next = Array.from({ length: count }, (_, stop) => [...new Set(targets(stop))].filter((to) => to > stop))
  const previous: Array<Array<number>> = Array.from({ length: count + 1 }, () => [])
  next.forEach((targets, stop) => targets.forEach((to) => previous[Math.min(to, count)]?.push(stop)))
  // the stop through which all ways to this one lead, and the one through which all ways from it lead
  const before: Array<number | undefined> = [0]
  for (let stop = 1; stop < count; stop++)
    before[stop] = meeting(
      (previous[stop] ?? []).filter((from) => from === 0 || before[from] !== undefined),
      before,
      0,
    )
  const after: Array<number | undefined> = []
  after[count] = count
  for (let stop = count - 1; stop >= 0; stop--)
    after[stop] = meeting(
      (next[stop] ?? []).map((to) => Math.min(to, count)),
      after,
      count,
    )
  return Array.from({ length: count }, (_, stop) => {
    const gate = stop === 0 ? undefined : before[stop]
    return gate !== undefined && after[gate] === stop ? gate : undefined
  })
}

/** The nearest stop on the way of each of `stops` towards `root`. */
const meeting = (
  stops: ReadonlyArray<number>,
  towards: ReadonlyArray<number | undefined>,
  root: number,
): number | undefined => {
  let [meet] = stops
  for (const stop of stops.slice(1)) {
    let other = stop
    while (meet !== undefined && meet !== other) {
      // whichever is farther from the root takes a step
      const step = root === 0 ? meet > other : meet < other
      if (step) meet = towards[meet]
      else other = towards[other] ?? root
    }
  }
  return meet
}

/** Conditions by name; the same one gets its name once. Lighter ones than `least` comparisons stand where they are used. */
export const naming = (fresh: (near: string) => string, least = 4) => {
  const conditions: Record<string, Condition> = {}
  const names = new Map<string, string>()
  const name: Name = (near, condition) => {
    if (weight(condition) < least) return condition
    const text = JSON.stringify(condition)
    let known = names.get(text)
    if (known === undefined) {
      known = fresh(near)
      names.set(text, known)
      conditions[known] = condition
    }
    return { is: known }
  }
  return { name, conditions }
}
