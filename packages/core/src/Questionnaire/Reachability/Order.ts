/**
 * The order in which a solver decides variables: the one first that took part in most conflicts lately.
 *
 * Words: a variable is *open* when the search at hand has to decide it.
 */

const none = -1

/** One that may grow: `Int32Array` of at least the size asked for, with what the old one held. */
export const grown = (old: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> => {
  if (size <= old.length) return old
  const next = new Int32Array(Math.max(size, old.length * 2))
  next.set(old)
  return next
}

/** 1 1 2 1 1 2 4 …: how long the search goes on before it starts anew (Luby, Sinclair, Zuckerman 1993). */
export const luby = (index: number): number => {
  let size = 1
  let power = 0
  while (size < index + 1) {
    size = 2 * size + 1
    power++
  }
  let at = index
  while (size - 1 !== at) {
    size = (size - 1) >> 1
    power--
    at %= size
  }
  return 2 ** power
}

export class Order {
  /** How many wait. */
  size = 0
  /** By variable: in which search it was opened last. */
  private opened = new Int32Array(32)
  private activity = new Float64Array(32)
  /** A binary heap of variables; `place` is where each stands in it. */
  private heap = new Int32Array(32)
  private place = new Int32Array(32)
  private variables = 0
  private step = 1
  private round = 0

  variable(variable: number): void {
    this.variables = variable + 1
    if (variable >= this.place.length) {
      const size = this.place.length * 2
      this.opened = grown(this.opened, size)
      this.heap = grown(this.heap, size)
      this.place = grown(this.place, size)
      const activity = new Float64Array(size)
      activity.set(this.activity)
      this.activity = activity
    }
    this.place[variable] = none
  }

  /** A new search: nothing is open. */
  begin(): void {
    this.round++
    for (let i = 0; i < this.size; i++) this.place[this.heap[i] ?? 0] = none
    this.size = 0
  }

  open(variable: number): void {
    this.opened[variable] = this.round
  }

  add(variable: number): void {
    this.open(variable)
    this.putBack(variable)
  }

  /** It is undecided again. */
  putBack(variable: number): void {
    if (this.opened[variable] !== this.round || this.place[variable] !== none) return
    this.heap[this.size] = variable
    this.place[variable] = this.size
    this.rise(this.size++)
  }

  /** Takes the most active one out; -1 when there is none. */
  next(): number {
    if (this.size === 0) return none
    const top = this.heap[0] ?? 0
    const last = this.heap[--this.size] ?? 0
    this.place[top] = none
    if (this.size > 0) {
      this.heap[0] = last
      this.place[last] = 0
      this.sink(0)
    }
    return top
  }

  /** What lies back counts for less. */
  age(): void {
    this.step /= 0.95
  }

  raise(variable: number): void {
    const raised = (this.activity[variable] ?? 0) + this.step
    this.activity[variable] = raised
    if (raised > 1e100) {
      for (let v = 0; v < this.variables; v++) this.activity[v] = (this.activity[v] ?? 0) * 1e-100
      this.step *= 1e-100
    }
    const place = this.place[variable] ?? none
    if (place !== none) this.rise(place)
  }

  private rise(from: number): void {
    const { heap, activity, place } = this
    const variable = heap[from] ?? 0
    const own = activity[variable] ?? 0
    let at = from
    while (at > 0) {
      const up = (at - 1) >> 1
      const above = heap[up] ?? 0
      if ((activity[above] ?? 0) >= own) break
      heap[at] = above
      place[above] = at
      at = up
    }
    heap[at] = variable
    place[variable] = at
  }

  private sink(from: number): void {
    const { heap, activity, place, size } = this
    const variable = heap[from] ?? 0
    const own = activity[variable] ?? 0
    let at = from
    for (;;) {
      let down = 2 * at + 1
      if (down >= size) break
      if (down + 1 < size && (activity[heap[down + 1] ?? 0] ?? 0) > (activity[heap[down] ?? 0] ?? 0)) down++
      const below = heap[down] ?? 0
      if ((activity[below] ?? 0) <= own) break
      heap[at] = below
      place[below] = at
      at = down
    }
    heap[at] = variable
    place[variable] = at
  }
}
