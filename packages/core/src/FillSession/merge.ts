/**
 * Three-way merge of answers, question by question: what only one side changed is taken, what both changed differently
 * is a conflict, for the customer to decide. Lists of files merge file by file; repeated groups instance by instance, as
 * long as nobody added, removed or moved one, since an instance is known by its index only.
 */
import type { Answers } from "../Answers.ts"
import type { FillKind } from "../AnswerKind.ts"
import { at, equal, isList, isRecord, list, type Place } from "./Place.ts"
import type { Changes, Conflict } from "./State.ts"

export interface Merged {
  readonly answers: Answers
  readonly conflicts: ReadonlyArray<Conflict>
}

/**
 * `base` is what `mine` began with; `open` the conflicts that are not decided yet; `tried` what was sent by saves of which
 * nobody knows whether they got through: where theirs is one of those, it is mine, of a moment ago.
 */
export const merge = (
  base: Answers,
  mine: Answers,
  theirs: Answers,
  open: ReadonlyArray<Conflict>,
  tried: ReadonlyArray<Changes>,
  givenAs: (id: string) => FillKind["givenAs"] | undefined,
): Merged => {
  const conflicts: Array<Conflict> = []

  const one = (place: Place, id: string, from: unknown, own: unknown, other: unknown): unknown => {
    if (equal(own, other)) return own
    const how = givenAs(id)
    const before = open.find((conflict) => place.every((key, i) => conflict.place[i] === key))
    const whole = before?.place.length === place.length
    if (
      !whole &&
      how === "items" &&
      isList(from) &&
      isList(own) &&
      isList(other) &&
      sameRows(from, own) &&
      sameRows(from, other)
    )
      return own.map((row, i) => record([...place, i], from[i], row, other[i]))
    if (before === undefined) {
      const sent = tried.filter((changes) => Object.hasOwn(changes, String(place[0])))
      const known = [from, ...sent.map((changes) => at(changes, place))]
      if (known.some((value) => equal(value, other))) return own
      // what was sent and then typed back is typed all the same
      if (known.every((value) => equal(value, own))) return other
      if (how === "files") return [...list(other).filter(notIn(minus(from, own))), ...minus(minus(own, from), other)]
    }
    conflicts.push({ place, base: (whole ? before?.base : from) ?? null, theirs: other ?? null })
    return own
  }

  const record = (place: Place, from: unknown, own: unknown, other: unknown): Answers => {
    const ids = new Set([from, own, other].flatMap((answers) => (isRecord(answers) ? Object.keys(answers) : [])))
    return Object.fromEntries(
      [...ids].flatMap((id) => {
        const merged = one([...place, id], id, at(from, [id]), at(own, [id]), at(other, [id]))
        return (merged ?? null) === null ? [] : [[id, merged]]
      }),
    )
  }

  return { answers: record([], base, mine, theirs), conflicts }
}

const notIn = (values: ReadonlyArray<unknown>) => (value: unknown) => !values.some((other) => equal(value, other))
const minus = (one: unknown, other: unknown): ReadonlyArray<unknown> => list(one).filter(notIn(list(other)))

/** As many instances, and none that was another one before. */
const sameRows = (before: ReadonlyArray<unknown>, now: ReadonlyArray<unknown>): boolean =>
  now.length === before.length &&
  now.every((row, i) => isRecord(row) && (equal(row, before[i]) || !before.some((other) => equal(row, other))))
