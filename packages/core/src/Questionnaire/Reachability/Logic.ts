/**
 * Statements about values, as literals of a solver: `and`, `or`, `x <= c`, `x <= y + c`. Each literal knows what it is
 * made of, so that a question about a few of them needs to decide no others.
 *
 * Words: a *part* is a group of variables that have a meaning only together; its *cone* is all the parts it is made of.
 * An *ordered* value is a whole number: days of a date, ten-thousandths of a number, the place in a list of texts.
 */
import { Difference, largest } from "./Difference.ts"
import { always, type Literal, never, not, variableOf } from "./Literal.ts"
import { Solver } from "./Solver.ts"

export interface Part {
  readonly variables: Array<number>
  /** Variables whose parts it needs. */
  readonly needs: Array<number>
  stamp: number
}

/** A value between `least` and `most`, a multiple of `unit`. */
export interface Ordered {
  readonly part: Part
  readonly least: number
  readonly most: number
  readonly unit: number
  /** Sorted; `atMost[i]` says that the value is at most `limits[i]`. */
  readonly limits: Array<number>
  readonly atMost: Array<Literal>
  /** In the graph of differences; 0 while no other value is compared with it. */
  node: number
  /** Called for each new limit: what that means for the values it was calculated from. */
  readonly link?: (limit: number, literal: Literal) => void
}

export class Logic {
  readonly differences = new Difference()
  readonly solver = new Solver(this.differences)
  /** Those that are compared with others. */
  readonly compared: Array<Ordered> = []
  private readonly parts: Array<Part> = [{ variables: [], needs: [], stamp: 0 }]
  private readonly pairs = new Map<number, Literal>()
  private readonly conjunctions = new Map<string, Literal>()
  private readonly comparisons = new Map<string, Literal>()
  private stamp = 0

  part(needs: ReadonlyArray<Literal> = []): Part {
    return { variables: [], needs: needs.map(variableOf), stamp: 0 }
  }

  need(part: Part, literal: Literal): void {
    if (literal > never) part.needs.push(variableOf(literal))
  }

  literal(part: Part): Literal {
    const variable = this.solver.variable()
    part.variables.push(variable)
    this.parts[variable] = part
    return variable * 2
  }

  /** A literal that is defined later, from others. */
  open(): Literal {
    return this.literal(this.part())
  }

  add(...clause: ReadonlyArray<Literal>): void {
    this.solver.add(clause)
  }

  /** Makes `defined` hold exactly when all of them do; with a guard, only where that holds. */
  define(defined: Literal, all: ReadonlyArray<Literal>, guard: Literal = always): void {
    const part = this.parts[variableOf(defined)]
    if (part !== undefined) for (const one of [guard, ...all]) this.need(part, one)
    for (const one of all) this.add(not(defined), one, not(guard))
    this.add(defined, ...all.map(not), not(guard))
  }

  and(all: ReadonlyArray<Literal>): Literal {
    const [a, b] = all
    if (all.length === 1 && a !== undefined) return a
    if (all.length === 2 && a !== undefined && b !== undefined) return a < b ? this.pair(a, b) : this.pair(b, a)
    const kept = [...new Set(all)].filter((one) => one !== always).sort((a, b) => a - b)
    if (kept.some((one, index) => one === never || kept[index + 1] === not(one))) return never
    const [only = always] = kept
    if (kept.length < 2) return only
    if (kept.length === 2 && kept[1] !== undefined) return this.pair(only, kept[1])
    const key = kept.join()
    const known = this.conjunctions.get(key)
    if (known !== undefined) return known
    const literal = this.open()
    this.define(literal, kept)
    this.conjunctions.set(key, literal)
    return literal
  }

  private pair(a: Literal, b: Literal): Literal {
    if (a === always || a === b) return b
    if (a === never || b === not(a)) return never
    const key = a * 2 ** 26 + b
    const known = this.pairs.get(key)
    if (known !== undefined) return known
    const literal = this.open()
    this.define(literal, [a, b])
    this.pairs.set(key, literal)
    return literal
  }

  or(any: ReadonlyArray<Literal>): Literal {
    return not(this.and(any.map(not)))
  }

  /** The variables that these literals are made of. */
  cone(literals: Iterable<Literal>): ReadonlyArray<number> {
    this.stamp++
    const found: Array<number> = []
    const pending: Array<number> = []
    for (const literal of literals) pending.push(variableOf(literal))
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const part = this.parts[next]
      if (part === undefined || part.stamp === this.stamp) continue
      part.stamp = this.stamp
      for (const variable of part.variables) found.push(variable)
      for (const variable of part.needs) pending.push(variable)
    }
    return found
  }

  /** How deep each of the literals stands in what they are all made of: what one is made of comes before it. */
  ranks(literals: ReadonlyArray<Literal>): ReadonlyMap<Literal, number> {
    this.stamp++
    const rank = new Map<Part, number>()
    const pending: Array<{ readonly part: Part; next: number }> = []
    const open = (variable: number) => {
      const part = this.parts[variable]
      if (part === undefined || part.stamp === this.stamp) return
      part.stamp = this.stamp
      pending.push({ part, next: 0 })
    }
    for (const literal of literals) {
      open(variableOf(literal))
      for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
        const variable = top.part.needs[top.next++]
        if (variable !== undefined) {
          open(variable)
          continue
        }
        rank.set(top.part, rank.size)
        pending.pop()
      }
    }
    return new Map(
      literals.map((literal) => {
        const part = this.parts[variableOf(literal)]
        return [literal, part === undefined ? -1 : (rank.get(part) ?? -1)]
      }),
    )
  }

  isIn(cone: ReadonlySet<number>, part: Part): boolean {
    return part.variables.some((variable) => cone.has(variable))
  }

  // ordered values

  ordered(part: Part, least: number, most: number, unit: number, link?: Ordered["link"]): Ordered {
    const bounds = {
      least: least === -Infinity ? -Infinity : Math.ceil(least / unit) * unit,
      most: most === Infinity ? Infinity : Math.floor(most / unit) * unit,
    }
    return { part, ...bounds, unit, limits: [], atMost: [], node: 0, ...(link === undefined ? {} : { link }) }
  }

  /** x <= limit */
  atMost(x: Ordered, limit: number): Literal {
    if (limit >= x.most) return always
    if (limit < x.least || limit === -Infinity) return never
    const rounded = Math.floor(limit / x.unit) * x.unit
    if (rounded < x.least) return never
    const { limits, atMost } = x
    let low = 0
    let high = limits.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((limits[middle] ?? 0) < rounded) low = middle + 1
      else high = middle
    }
    const known = atMost[low]
    if (limits[low] === rounded && known !== undefined) return known
    const literal = this.literal(x.part)
    const below = low > 0 ? atMost[low - 1] : undefined
    if (below !== undefined) this.add(not(below), literal)
    if (known !== undefined) this.add(not(literal), known)
    limits.splice(low, 0, rounded)
    atMost.splice(low, 0, literal)
    if (x.node > 0) this.differences.means(literal, x.node, 0, rounded, x.unit)
    x.link?.(rounded, literal)
    return literal
  }

  /** x >= limit */
  atLeast(x: Ordered, limit: number): Literal {
    return limit === -Infinity ? always : not(this.atMost(x, Math.ceil(limit / x.unit) * x.unit - x.unit))
  }

  equals(x: Ordered, value: number): Literal {
    return Math.round(value / x.unit) * x.unit === value
      ? this.and([this.atMost(x, value), this.atLeast(x, value)])
      : never
  }

  /** x - y <= most */
  differsBy(x: Ordered, y: Ordered, most: number): Literal {
    if (x === y) return most >= 0 ? always : never
    if (x.most - y.least <= most) return always
    if (x.least - y.most > most) return never
    this.compare(x)
    this.compare(y)
    const unit = greatestDivisor(x.unit, y.unit)
    const rounded = Math.floor(most / unit) * unit
    const key = `${x.node} ${y.node} ${rounded}`
    const known = this.comparisons.get(key)
    if (known !== undefined) return known
    const literal = this.literal(this.part())
    const part = this.parts[variableOf(literal)]
    if (part !== undefined) this.needBoth(part, x, y)
    this.differences.means(literal, x.node, y.node, rounded, unit)
    this.comparisons.set(key, literal)
    this.comparisons.set(`${y.node} ${x.node} ${-rounded - unit}`, not(literal))
    return literal
  }

  private needBoth(part: Part, x: Ordered, y: Ordered): void {
    for (const one of [x, y]) for (const variable of one.part.variables.slice(0, 1)) part.needs.push(variable)
  }

  /** Brings a value into the graph of differences, with the limits that are known of it. */
  private compare(x: Ordered): void {
    if (x.node > 0) return
    x.node = this.differences.node()
    this.compared.push(x)
    for (const [index, literal] of x.atMost.entries()) {
      this.differences.means(literal, x.node, 0, x.limits[index] ?? 0, x.unit)
    }
    // a part is found by its variables, so it has to have one
    if (x.part.variables.length === 0) this.literal(x.part)
    // a limit beyond what can be added up exactly is left open
    if (x.most < largest) this.bound(x, x.most, true)
    if (x.least > -largest) this.bound(x, x.least - x.unit, false)
    this.solver.rehear()
  }

  private bound(x: Ordered, limit: number, holds: boolean): void {
    const literal = this.literal(x.part)
    this.differences.means(literal, x.node, 0, limit, x.unit)
    this.add(holds ? literal : not(literal))
  }

  /** The cell of a value in the model found last: between which limits it lies. */
  cell(x: Ordered): { readonly least: number; readonly most: number } {
    let { least, most } = x
    for (const [index, literal] of x.atMost.entries()) {
      const limit = x.limits[index] ?? 0
      if (this.solver.holds(literal)) most = Math.min(most, limit)
      else if (this.solver.holds(not(literal))) least = Math.max(least, limit + x.unit)
    }
    return { least, most }
  }

  /** A value in the model found last. */
  valueOf(x: Ordered, wanted = 0): number {
    if (x.node > 0) return this.differences.valueOf(x.node)
    const { least, most } = this.cell(x)
    return Math.min(Math.max(wanted, least), most)
  }

  /** Can these numbers be told apart exactly? */
  static isExact(value: number): boolean {
    return Number.isSafeInteger(value) && Math.abs(value) < largest
  }
}

export const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))
