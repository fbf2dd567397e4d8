/**
 * Differences between ordered values: which statements `x - y <= c` exclude each other (a cycle of negative weight in
 * the graph of them), kept incrementally by feasible potentials (Cotton and Maler, SAT 2006). The potentials are a
 * solution. All values are whole numbers.
 *
 * Words: a *node* is a value; node 0 stands for nought, so that `x - 0 <= c` is a limit. An *edge* is a statement in force.
 */
import { type Literal, not, type Theory } from "./Literal.ts"

interface Edge {
  readonly literal: Literal
  readonly from: number
  readonly to: number
  /** to - from <= weight */
  readonly weight: number
}

/** Never reached by a cell of values that have a meaning; sums of them stay exact. */
export const largest = 2 ** 50

export class Difference implements Theory {
  private readonly edges: Array<Edge | undefined> = []
  private readonly leaving: Array<Array<Edge>> = [[]]
  private readonly potential: Array<number> = [0]
  /** What was taken, the last one at the end; `false` for one that met a conflict and is not in the graph. */
  private readonly taken: Array<boolean> = []

  node(): number {
    this.leaving.push([])
    return this.potential.push(0) - 1
  }

  /** Says that `literal` means `x - y <= most`, and its negation `x - y >= most + step`. */
  means(literal: Literal, x: number, y: number, most: number, step: number): void {
    this.edges[literal] = { literal, from: y, to: x, weight: most }
    this.edges[not(literal)] = { literal: not(literal), from: x, to: y, weight: -most - step }
  }

  /** A value that all statements in force allow. */
  valueOf(node: number): number {
    return (this.potential[node] ?? 0) - (this.potential[0] ?? 0)
  }

  knows(literal: Literal): boolean {
    return this.edges[literal] !== undefined
  }

  take(literal: Literal): ReadonlyArray<Literal> | undefined {
    const edge = this.edges[literal]
    if (edge === undefined) return undefined
    const cycle = this.fit(edge)
    this.taken.push(cycle === undefined)
    if (cycle === undefined) this.leaving[edge.from]?.push(edge)
    return cycle
  }

  giveBack(literal: Literal): void {
    const edge = this.edges[literal]
    if (this.taken.pop() === true && edge !== undefined) this.leaving[edge.from]?.pop()
  }

  /** Lowers potentials until the edge holds too; the literals of a cycle when that never ends. */
  private fit(added: Edge): ReadonlyArray<Literal> | undefined {
    const { potential } = this
    const slack = (potential[added.from] ?? 0) + added.weight - (potential[added.to] ?? 0)
    if (slack >= 0) return undefined
    const fall = new Map<number, number>([[added.to, slack]])
    const through = new Map<number, Edge>([[added.to, added]])
    const lowered = new Map<number, number>()
    const queue = new Queue()
    queue.push(slack, added.to)
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { key, node } = next
      if (fall.get(node) !== key || lowered.has(node)) continue
      if (node === added.from) return cycleThrough(added, through)
      const value = (potential[node] ?? 0) + key
      lowered.set(node, value)
      for (const edge of this.leaving[node] ?? []) {
        if (lowered.has(edge.to)) continue
        const gap = value + edge.weight - (potential[edge.to] ?? 0)
        if (gap >= (fall.get(edge.to) ?? 0)) continue
        fall.set(edge.to, gap)
        through.set(edge.to, edge)
        queue.push(gap, edge.to)
      }
    }
    for (const [node, value] of lowered) potential[node] = value
    return undefined
  }
}

const cycleThrough = (added: Edge, through: ReadonlyMap<number, Edge>): ReadonlyArray<Literal> => {
  const literals = [added.literal]
  for (let at = added.from; at !== added.to;) {
    const edge = through.get(at)
    if (edge === undefined) break
    literals.push(edge.literal)
    at = edge.from
  }
  return literals
}

/** A binary heap, the smallest key first. */
class Queue {
  private readonly keys: Array<number> = []
  private readonly nodes: Array<number> = []

  push(key: number, node: number): void {
    let at = this.keys.length
    this.keys.push(key)
    this.nodes.push(node)
    while (at > 0) {
      const up = (at - 1) >> 1
      if ((this.keys[up] ?? 0) <= key) break
      this.move(up, at)
      at = up
    }
    this.keys[at] = key
    this.nodes[at] = node
  }

  pop(): { readonly key: number; readonly node: number } | undefined {
    const key = this.keys[0]
    const node = this.nodes[0]
    const last = this.keys.pop()
    const lastNode = this.nodes.pop()
    if (key === undefined || node === undefined || last === undefined || lastNode === undefined) return undefined
    const size = this.keys.length
    if (size > 0) {
      let at = 0
      for (;;) {
        let down = 2 * at + 1
        if (down >= size) break
        if (down + 1 < size && (this.keys[down + 1] ?? 0) < (this.keys[down] ?? 0)) down++
        if ((this.keys[down] ?? 0) >= last) break
        this.move(down, at)
        at = down
      }
      this.keys[at] = last
      this.nodes[at] = lastNode
    }
    return { key, node }
  }

  private move(from: number, to: number): void {
    this.keys[to] = this.keys[from] ?? 0
    this.nodes[to] = this.nodes[from] ?? 0
  }
}
