/**
 * Places: paths into answers, read and written without changing what was there. `["kind"]` is a question's,
 * `["owners", 0]` an instance's, `["owners", 0, "name"]` that of a question in it.
 */
import { isRecord } from "../Evaluation/frames.ts"
import type { Place } from "../Evaluation/places.ts"

export { pointer } from "../JsonText/pointer.ts"
export type { Place } from "../Evaluation/places.ts"
import { pointer } from "../JsonText/pointer.ts"
export { isRecord } from "../Evaluation/frames.ts"

export const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)
export const list = (value: unknown): ReadonlyArray<unknown> => (isList(value) ? value : [])

/** The same JSON? No answer is null or missing alike. Iterative: what comes from outside may be nested as deep as it likes. */
export const equal = (one: unknown, other: unknown): boolean => {
  const pairs: Array<readonly [unknown, unknown]> = [[one, other]]
  for (const [a, b] of pairs) {
    if (Object.is(a ?? null, b ?? null)) continue
    if (typeof a !== "object" || typeof b !== "object" || !a || !b || isList(a) !== isList(b)) return false
    const right = new Map(Object.entries(b))
    if (Object.keys(a).length !== right.size) return false
    for (const [key, value] of Object.entries(a)) {
      if (!right.has(key)) return false
      pairs.push([value, right.get(key)])
    }
  }
  return true
}

/** A record without these keys. */
export const without = <A>(record: Readonly<Record<string, A>>, drop: (key: string, value: A) => boolean) =>
  Object.fromEntries(Object.entries(record).filter(([key, value]) => !drop(key, value)))

/** What stands there; undefined when nothing does. Takes keys as they come: the answers may be anybody's. */
export const at = (answers: unknown, place: Place): unknown => {
  let here = answers
  for (const key of place) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined
    here = Reflect.get(here, key)
  }
  return here ?? undefined
}

/** The answers with another value there; undefined takes what stood there away. */
export const withAnswer = (here: unknown, [key, ...rest]: Place, value: unknown): unknown => {
  if (key === undefined) return value
  if (typeof key === "number") {
    const rows = list(here)
    return [...rows.slice(0, key), withAnswer(rows[key], rest, value), ...rows.slice(key + 1)]
  }
  const record = isRecord(here) ? here : {}
  const inner = withAnswer(at(record, [key]), rest, value)
  return inner === undefined ? without(record, (other) => other === key) : { ...record, [key]: inner }
}

export const samePlace = (one: Place, other: Place): boolean => pointer(one) === pointer(other)

/** Ids are no numbers, so what looks like one is an index. */
export const placeOf = (pointer: string): Place =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key))
