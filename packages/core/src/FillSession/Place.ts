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

/** No answer, however it is said: an empty field, a box that is not ticked, a list of nothing. */
export const isNothing = (value: unknown): boolean =>
  (value ?? "") === "" || value === false || (isList(value) && value.length === 0)

/**
 * Do both say the same? What says nothing may as well be missing; but an instance in which nothing is written is one more.
 * Iterative: what comes from outside may be nested as deep as it likes.
 */
export const equal = (one: unknown, other: unknown): boolean => {
  const pairs: Array<readonly [unknown, unknown]> = [[one, other]]
  for (const [a, b] of pairs) {
    if (Object.is(a, b) || (isNothing(a) && isNothing(b))) continue
    if (typeof a !== "object" || typeof b !== "object" || !a || !b || isList(a) !== isList(b)) return false
    if (isList(a) && a.length !== list(b).length) return false
    for (const key of Object.keys({ ...a, ...b })) pairs.push([at(a, [key]), at(b, [key])])
  }
  return true
}

/** The answer without what says nothing: it is the same JSON wherever `equal` holds. */
export const meaning = (answer: unknown): unknown => {
  if (isNothing(answer)) return null
  if (isList(answer)) return answer.map(meaning)
  if (!isRecord(answer)) return answer
  const said = Object.entries(answer).filter(([, value]) => !isNothing(value))
  return Object.fromEntries(said.map(([key, value]) => [key, meaning(value)]))
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
