/** Instances of a repeated group, added, removed and moved: whatever names a place in them follows. */
import * as Draft from "./draft.ts"
import type { Effect } from "./Message.ts"
import { type Place, placeOf, pointer } from "./Place.ts"
import { saveSoon, type Step, andThen } from "./saving.ts"
import type { State } from "./State.ts"

/** The instances of the group are those of these former indexes, in this order; null: a new one. */
export const rearranged = (state: State, group: Place, rows: ReadonlyArray<number | null>): Step => {
  const before = Draft.answerAt(state, group)
  const instances = rows.map((row): unknown => (row === null || !Array.isArray(before) ? {} : before[row]))
  const prefix = `${pointer(group)}/`

  /** Where it is now; undefined: it is gone. */
  const follow = (pointer: string): string | undefined => {
    if (!pointer.startsWith(prefix)) return pointer
    const [index, ...rest] = pointer.slice(prefix.length).split("/")
    const to = rows.indexOf(Number(index))
    return to < 0 ? undefined : [prefix + to, ...rest].join("/")
  }
  const followed = <A extends { readonly place: Place }>(all: ReadonlyArray<A>): ReadonlyArray<A> =>
    all.flatMap((one) => {
      const to = follow(pointer(one.place))
      return to === undefined ? [] : [{ ...one, place: placeOf(to) }]
    })

  const uploads = followed(state.uploads)
  const cancelled = state.uploads
    .filter(({ id }) => !uploads.some((upload) => upload.id === id))
    .map(({ id }): Effect => ({ type: "CancelUpload", upload: id }))
  const touched = Object.keys(state.touched).flatMap((pointer) => follow(pointer) ?? [])
  const moved: State = {
    ...state,
    uploads,
    conflicts: followed(state.conflicts),
    touched: Object.fromEntries(touched.map((pointer) => [pointer, true])),
    issues: state.issues.flatMap((issue) => {
      const pointer = follow(issue.pointer)
      return pointer === undefined ? [] : [{ ...issue, pointer }]
    }),
  }
  return andThen([Draft.change(moved, group, instances.length === 0 ? undefined : instances), cancelled], saveSoon)
}
