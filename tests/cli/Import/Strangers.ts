/**
 * Texts from strangers: files made wrong at random, but the same ones in every run (values swapped, left out, doubled,
 * replaced; text cut), and what has to be true of the import of any of them. `IMPORT_FUZZ=10` tries ten times as many.
 */
import { assert } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Import from "requite/Import"

const factor = Math.max(1, Number(process.env["IMPORT_FUZZ"] ?? 1))

/** How many to try. */
export const times = (count: number): number => Math.round(count * factor)

/** What to wait for that many of them, in milliseconds, on a busy machine. */
export const patience = 120_000 * factor

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

const nasty: ReadonlyArray<unknown> = [
  null,
  true,
  0,
  -1,
  1e308,
  2.5,
  "",
  " ",
  "__proto__",
  "constructor",
  "\ud800",
  "{{x}}",
  "2026-02-30",
  "<b>".repeat(50),
  "\u0000",
  [],
  {},
  [[[[]]]],
  [null],
  { toString: 1, valueOf: 2 },
  [{ toJSON: 1 }],
  "x".repeat(5000),
]

/** A variation of a JSON text; `strange` is what that source may stumble over besides. */
export const mutated = (text: string, random: () => number, strange: ReadonlyArray<unknown> = []): string => {
  const root: unknown = JSON.parse(text)
  for (let changes = 1 + Math.floor(random() * 5); changes > 0; changes--) {
    const places = placesOf(root)
    if (places.length === 0) break
    const [holder, key] = pick(places, random)
    const [, , other] = pick(places, random)
    const how = random()
    if (how < 0.2) Reflect.deleteProperty(holder, key)
    else Reflect.set(holder, key, copied(how < 0.5 ? other : pick([...nasty, ...strange], random)))
  }
  return JSON.stringify(root)
}

/** Variations of a JSON text, the first of which is cut off. */
export const variations = (
  text: string,
  random: () => number,
  count: number,
  strange?: ReadonlyArray<unknown>,
): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, i) =>
    i === 0 ? text.slice(0, Math.floor(random() * text.length)) : mutated(text, random, strange),
  )

/** A part may be put into itself: what is put is a copy. */
const copied = (value: unknown): unknown => {
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

/** The errors that the checker finds in a definition. */
export const errors = (definition: unknown) =>
  Questionnaire.check(JSON.stringify(definition)).findings.filter(({ severity }) => severity === "error")

/** The import of a text; its definition, if there is one, has no errors. */
export const imports = (source: Import.Source, text: string): Import.Imported => {
  const found = Import.from(source, text)
  if (found.definition !== null) assert.deepStrictEqual(errors(found.definition), [], text.slice(0, 20_000))
  return found
}

/** The same of a text that must be done with soon: measured in time of the processor, as others may be busy with it too. */
export const soon = (source: Import.Source, text: string, milliseconds = 5000): Import.Imported => {
  const began = process.cpuUsage()
  const found = Import.from(source, text)
  const { user, system } = process.cpuUsage(began)
  assert.isBelow((user + system) / 1000, milliseconds, text.slice(0, 60))
  return found
}
