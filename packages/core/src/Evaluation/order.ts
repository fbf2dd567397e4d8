/**
 * The order in which everything is evaluated: what is needed stands before what needs it, however it was listed.
 * Tarjan's strongly connected components, without recursion.
 */

export interface Needing<Self> {
  readonly needs: ReadonlyArray<Self>
  /** Part of a cycle: it can have no value. */
  cyclic: boolean
}

/** All nodes in dependency order; those that need themselves, over whatever detour, are marked. */
export const inOrder = <Node extends Needing<Node>>(nodes: ReadonlyArray<Node>): ReadonlyArray<Node> => {
  const order: Array<Node> = []
  /** When each was first seen, and the earliest one still open that it leads to; Infinity once it is closed. */
  const seen = new Map<Node, { readonly index: number; low: number }>()
  const open: Array<Node> = []
  for (const root of nodes) {
    const path: Array<Node> = seen.has(root) ? [] : [root]
    /** By depth: which need is looked at next. */
    const next: Array<number> = []
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const depth = path.length - 1
      let mine = seen.get(node)
      if (mine === undefined) {
        seen.set(node, (mine = { index: seen.size, low: seen.size }))
        open.push(node)
        next[depth] = 0
      }
      const at = next[depth] ?? 0
      next[depth] = at + 1
      const before = node.needs[at - 1]
      // what was entered from here has come back
      if (before !== undefined) mine.low = Math.min(mine.low, seen.get(before)?.low ?? Infinity)
      const need = node.needs[at]
      if (need === node) node.cyclic = true
      if (need !== undefined) {
        if (!seen.has(need)) path.push(need)
        continue
      }
      path.pop()
      if (mine.low < mine.index) continue
      const component = open.splice(open.lastIndexOf(node))
      for (const one of component.toReversed()) {
        seen.set(one, { index: mine.index, low: Infinity })
        if (component.length > 1) one.cyclic = true
        order.push(one)
      }
    }
  }
  return order
}
