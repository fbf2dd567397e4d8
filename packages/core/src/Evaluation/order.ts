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
  /** The earliest node still open that each one seen leads to, by when it was first seen; Infinity once it is closed. */
  const low = new Map<Node, number>()
  const lowOf = (node: Node) => low.get(node) ?? Infinity
  const open: Array<Node> = []
  for (const root of nodes) {
    /** `next`: which need is looked at next. */
    const path: Array<{ readonly node: Node; readonly index: number; next: number }> = []
    const enter = (node: Node) => {
      if (low.has(node)) return
      path.push({ node, index: low.size, next: 0 })
      low.set(node, low.size)
      open.push(node)
    }
    enter(root)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node, index } = top
      const before = node.needs[top.next - 1]
      // what was entered from here has come back
      if (before !== undefined) low.set(node, Math.min(lowOf(node), lowOf(before)))
      const need = node.needs[top.next++]
      if (need === node) node.cyclic = true
      if (need !== undefined) {
        enter(need)
        continue
      }
      path.pop()
      if (lowOf(node) < index) continue
      const component = open.splice(open.lastIndexOf(node))
      for (const one of component.toReversed()) {
        low.set(one, Infinity)
        if (component.length > 1) one.cyclic = true
        order.push(one)
      }
    }
  }
  return order
}
