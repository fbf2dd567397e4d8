/**
 * What waits for what: an item for the answers that its conditions, options and limits read, and for the group or
 * section that it stands in; a calculated value for its operands; a named condition for what it reads. Whether something
 * is `required` decides nothing about other things, so it waits for nobody.
 *
 * Cycles are the strongly connected components of that graph (Tarjan's algorithm, without recursion).
 */
import * as Findings from "./Findings.ts"
import type { Use } from "./Nodes.ts"
import type { Outline, Owner, Trail } from "./Outline.ts"
import { pathOf } from "./Outline.ts"

interface Edge {
  readonly to: Owner
  /** Where it is said; undefined when it only stands in it. */
  readonly trail?: Trail | null
}

export interface Dependencies {
  readonly edges: ReadonlyMap<Owner, ReadonlyArray<Edge>>
  /** Everything, what is waited for before what waits for it, as far as there is no cycle. */
  readonly order: ReadonlyArray<Owner>
  /** Owners of one number wait for one another. */
  readonly component: ReadonlyMap<Owner, number>
}

/** What a use refers to, if it exists. */
export const targetOf = ({ answers, named }: Outline, use: Pick<Use, "to" | "id">): Owner | undefined =>
  use.to === "answer" ? answers.get(use.id) : use.to === "condition" ? named.get(use.id)?.owner : undefined

export const of = (outline: Outline, uses: ReadonlyArray<Use>): Dependencies => {
  const edges = new Map<Owner, Array<Edge>>()
  if (uses.length === 0) return { edges, order: outline.owners, component: new Map() }
  for (const owner of outline.owners) {
    edges.set(owner, owner.parent === null || owner.is === "end" ? [] : [{ to: owner.parent }])
  }
  for (const use of uses) {
    const to = use.purpose === "required" ? undefined : targetOf(outline, use)
    if (to !== undefined) edges.get(use.owner)?.push({ to, trail: use.trail })
  }
  return { edges, ...components(outline.owners, edges) }
}

interface Frame {
  readonly owner: Owner
  readonly edges: ReadonlyArray<Edge>
  next: number
}

const components = (owners: ReadonlyArray<Owner>, edges: ReadonlyMap<Owner, ReadonlyArray<Edge>>) => {
  const index = new Map<Owner, number>()
  const low = new Map<Owner, number>()
  const component = new Map<Owner, number>()
  const order: Array<Owner> = []
  const open: Array<Owner> = []
  let components = 0
  const enter = (owner: Owner): Frame => {
    index.set(owner, index.size)
    low.set(owner, index.size - 1)
    open.push(owner)
    return { owner, edges: edges.get(owner) ?? [], next: 0 }
  }
  const lower = (owner: Owner, to: number | undefined) =>
    low.set(owner, Math.min(low.get(owner) ?? 0, to ?? Number.MAX_SAFE_INTEGER))
  for (const start of owners) {
    if (index.has(start)) continue
    const stack = [enter(start)]
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const edge = frame.edges[frame.next]
      if (edge !== undefined) {
        frame.next += 1
        if (!index.has(edge.to)) stack.push(enter(edge.to))
        else if (!component.has(edge.to)) lower(frame.owner, index.get(edge.to))
        continue
      }
      stack.pop()
      const { owner } = frame
      const parent = stack.at(-1)
      if (parent !== undefined) lower(parent.owner, low.get(owner))
      if (low.get(owner) !== index.get(owner)) continue
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        component.set(member, components)
        order.push(member)
        if (member === owner) break
      }
      components += 1
    }
  }
  return { order, component }
}

/** Everything that waits for itself, and everything that waits for one another: one finding for each circle. */
export const cycles = ({ edges, order, component }: Dependencies): ReadonlyArray<Findings.Problem> => {
  const position = new Map([...edges.keys()].map((owner, index) => [owner, index]))
  const members = new Map<number, Array<Owner>>()
  for (const owner of order) {
    const number = component.get(owner)
    if (number === undefined) continue
    const others = members.get(number)
    if (others === undefined) members.set(number, [owner])
    else others.push(owner)
  }
  const inOrder = (circle: ReadonlyArray<Owner>) =>
    [...circle].sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0))
  return [...members.values()].flatMap((circle) => {
    const alone = circle.flatMap((owner) =>
      (edges.get(owner) ?? []).flatMap(({ to, trail }) =>
        to === owner && trail !== undefined
          ? [Findings.problem("self-reference", pathOf(trail), `${sentence(named(owner))} waits for itself.`)]
          : [],
      ),
    )
    return circle.length === 1 || alone.length > 0 ? alone : circleOf(inOrder(circle), edges, component)
  })
}

/** The shortest way round, from the first that says what it waits for. */
const circleOf = (
  circle: ReadonlyArray<Owner>,
  edges: Dependencies["edges"],
  component: Dependencies["component"],
): ReadonlyArray<Findings.Problem> => {
  const inside = (owner: Owner) =>
    (edges.get(owner) ?? []).filter(({ to }) => component.get(to) === component.get(owner))
  const start = circle.find((owner) => inside(owner).some(({ trail }) => trail !== undefined))
  const first = start === undefined ? undefined : inside(start).find(({ trail }) => trail !== undefined)
  if (start === undefined || first === undefined) return []
  const from = new Map<Owner, Owner>()
  const pending = [first.to]
  for (let next = 0; next < pending.length && !from.has(start); next++) {
    const owner = pending[next]
    for (const { to } of owner === undefined ? [] : inside(owner)) {
      if (owner === undefined || from.has(to) || to === first.to) continue
      from.set(to, owner)
      pending.push(to)
    }
  }
  const way: Array<Owner> = []
  for (let at: Owner | undefined = from.get(start); at !== undefined; at = at === first.to ? undefined : from.get(at)) {
    way.push(at)
  }
  const shown = way.toReversed().map(named)
  const names = shown.length > 6 ? [...shown.slice(0, 5), `${shown.length - 5} more`] : shown
  const message = `${sentence(named(start))} waits for ${names.join(", which waits for ")}, which waits for ${named(start)}.`
  return [Findings.problem("cycle", pathOf(first.trail ?? null), message)]
}

const named = ({ is, id }: Owner): string => (is === "section" || is === "condition" ? `the ${is} "${id}"` : `"${id}"`)

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
