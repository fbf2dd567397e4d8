/** Files made wrong at random, but the same ones in every run: values swapped, left out, doubled, replaced; text cut. */

/** Numbers from 0 to below 1 (mulberry32). */
export const random = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const pick = <A>(from: ReadonlyArray<A>, random: () => number): A => {
  const one = from[Math.floor(random() * from.length)]
  if (one === undefined) throw new Error("nothing to pick from")
  return one
}

const strange: ReadonlyArray<unknown> = [
  null,
  true,
  -1,
  1e308,
  "",
  "\ud800",
  "__proto__",
  "constructor",
  [],
  {},
  [[[[]]]],
  "x".repeat(5000),
  { source: "answers", identifier: "toString" },
  { when: { "==": [] } },
]

/** Variations of a JSON text. */
export const of = (text: string, random: () => number, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, i) => {
    if (i === 0) return text.slice(0, Math.floor(random() * text.length))
    const root: unknown = JSON.parse(text)
    const places = placesOf(root)
    for (let change = 0; change < 1 + random() * 8; change++) {
      const [holder, key] = pick(places, random)
      const [, , other] = pick(places, random)
      const value = random() < 0.4 ? other : pick(strange, random)
      if (random() < 0.2) Reflect.deleteProperty(holder, key)
      else Reflect.set(holder, key, structuredCloned(value))
    }
    return JSON.stringify(root)
  })

/** A part may be put into itself: what is put is a copy. */
const structuredCloned = (value: unknown): unknown => {
  const text = JSON.stringify(value) ?? "null"
  return text.length > 20_000 ? null : (JSON.parse(text) as unknown)
}

const placesOf = (root: unknown): ReadonlyArray<readonly [holder: object, key: string, value: unknown]> => {
  const found: Array<readonly [object, string, unknown]> = []
  const pending = [root]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== "object" || next === null) continue
    for (const [key, value] of Object.entries(next)) {
      found.push([next, key, value])
      pending.push(value)
    }
  }
  return found
}
