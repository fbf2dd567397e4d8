/**
 * A set of code points, as sorted ranges that neither touch nor overlap: `[from, to, from, to, …]`, both included.
 * Halves of surrogate pairs are code points here, as they are for a regular expression with the flag `u`.
 */
export type CharacterSet = ReadonlyArray<number>

export const last = 0x10ffff

/** The union of ranges in any order, which may overlap. */
export const of = (...ranges: ReadonlyArray<readonly [from: number, to: number]>): CharacterSet => {
  const merged: Array<number> = []
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const end = merged.at(-1)
    if (end !== undefined && from <= end + 1) merged[merged.length - 1] = Math.max(end, to)
    else merged.push(from, to)
  }
  return merged
}

export const rangesOf = (set: CharacterSet): Array<readonly [number, number]> => {
  const ranges: Array<readonly [number, number]> = []
  for (let i = 0; i < set.length; i += 2) ranges.push([set[i] ?? 0, set[i + 1] ?? 0])
  return ranges
}

export const union = (...sets: ReadonlyArray<CharacterSet>): CharacterSet => of(...sets.flatMap(rangesOf))

export const complement = (set: CharacterSet): CharacterSet => {
  const rest: Array<number> = []
  let next = 0
  for (const [from, to] of rangesOf(set)) {
    if (from > next) rest.push(next, from - 1)
    next = to + 1
  }
  if (next <= last) rest.push(next, last)
  return rest
}

/** The smallest code point from `least` on that is in both sets, or undefined. */
export const common = (a: CharacterSet, b: CharacterSet, least = 0): number | undefined => {
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i] ?? 0, b[j] ?? 0, least)
    const endA = a[i + 1] ?? 0
    const endB = b[j + 1] ?? 0
    if (from <= Math.min(endA, endB)) return from
    if (endA < endB) i += 2
    else j += 2
  }
  return undefined
}

export const has = (set: CharacterSet, character: number): boolean => common(set, [character, character]) !== undefined

/** Characters that a person can read, the plainest first. */
const plain = [0x61, 0x41, 0x30, 0x20]

/** A code point that is in both sets, one that a person can read where there is one. */
export const readable = (a: CharacterSet, b: CharacterSet = a): number | undefined =>
  plain.find((point) => has(a, point) && has(b, point)) ?? common(a, b, 0x21) ?? common(a, b)

const between = (from: string, to: string) => [from.charCodeAt(0), to.charCodeAt(0)] as const

export const digits = of(between("0", "9"))
export const words = of(between("0", "9"), between("A", "Z"), between("a", "z"), between("_", "_"))
export const spaces = of(
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
)
/** What `.` does not match. */
export const lineEnds = of([0x0a, 0x0a], [0x0d, 0x0d], [0x2028, 0x2029])

const properties = new Map<string, CharacterSet>()

/** All code points with a Unicode property, `\p{…}` as written; asked of the engine once, as no table is at hand. */
export const property = (escape: string): CharacterSet => {
  const known = properties.get(escape)
  if (known !== undefined) return known
  const expression = new RegExp(`(?:${escape})+`, "gu")
  const ranges: Array<readonly [number, number]> = []
  // a text of many characters at a time, as a call for each would take longer; of this many, as the first and second
  // halves of pairs then stand in different texts and do not join up
  for (let block = 0; block <= last; block += 0x400) {
    const text = String.fromCodePoint(...Array.from({ length: 0x400 }, (_, index) => block + index))
    const at = (index: number) => block + (block < 0x10000 ? index : index / 2)
    for (const { 0: match, index } of text.matchAll(expression)) ranges.push([at(index), at(index + match.length) - 1])
  }
  const set = of(...ranges)
  properties.set(escape, set)
  return set
}
