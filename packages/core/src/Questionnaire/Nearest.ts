/** "Did you mean …?": the known name that a misspelt one is nearest to. */

/** Names compared at all: a definition of 20,000 ids and as many mistakes must not be compared each with each. */
const maxCompared = 200_000

/** Looks names up among `known`; what it may cost in all is bounded, after that it knows nothing near. */
export const among = (known: Iterable<string>): ((name: string) => string | undefined) => {
  const names = [...known]
  let compared = 0
  return (name) => {
    compared += names.length
    return compared > maxCompared ? undefined : nearest(name, names)
  }
}

/** The one of `names` that differs least: by at most a third of its letters, at most three; none of two just as near. */
const nearest = (name: string, names: ReadonlyArray<string>): string | undefined => {
  if (name.length > 64) return undefined
  let least = Math.min(3, Math.max(1, Math.floor(name.length / 3))) + 1
  let found: string | undefined
  for (const one of names) {
    if (one === name || Math.abs(one.length - name.length) > least) continue
    const distance = one.toLowerCase() === name.toLowerCase() ? 0.5 : edits(name, one, least)
    if (distance < least) {
      least = distance
      found = one
    } else if (distance === least) found = undefined
  }
  return found
}

/** Letters to add, leave out, change or swap with the next; counting stops at `limit`. */
const edits = (from: string, to: string, limit: number): number => {
  let before: ReadonlyArray<number> = []
  let last: ReadonlyArray<number> = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      }
      row.push(cost)
    }
    if (Math.min(...row) >= limit) return limit + 1
    before = last
    last = row
  }
  return last[to.length] ?? 0
}
