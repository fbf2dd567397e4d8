/** Two versions side by side: what is in both, and how the conditions of each are read. */
import type { Condition, Literal } from "../Condition/Ast.ts"
import * as JsonText from "../JsonText.ts"
import type { Place } from "../Migration/Place.ts"
import type { Track, Tracks } from "../Migration/Track.ts"
import type { Registry } from "../QuestionKind.ts"
import type { Alteration, Node, Normal, Reading } from "./Normal.ts"

export interface Versions {
  readonly kinds: Registry
  readonly normal: Normal
  readonly tracks: Tracks
  readonly nodeBefore: (condition: Condition) => Node
  readonly nodeAfter: Versions["nodeBefore"]
  /** What migrations say an answer is where there was none, by the ids of the later version. */
  readonly filled: ReadonlyMap<string, Literal>
}

/** A question in both versions. */
export interface Pair {
  readonly from: Place
  readonly to: Place
  readonly track: Track
}

/** How the earlier version's conditions are read: in the later one's words. */
export const earlier = ({ origins }: Tracks): Reading => ({
  id: (id) => origins.get(id)?.id ?? id,
  picked: (_, value) => [value],
  isPossible: () => true,
  altered: () => new Set(),
})

/** How the later version's conditions are read: what no answer to the earlier one can be, left away. */
export const later = (
  paired: ReadonlyMap<string, Pair>,
  after: ReadonlyMap<string, Place>,
  filled: ReadonlyMap<string, Literal>,
): Reading => ({
  id: (id) => id,
  picked: (id, value) => {
    const options = paired.get(id)?.track.options
    return options === undefined || options.size === 0 ? [value] : [...(options.get(value) ?? [])]
  },
  isPossible: (id) => !after.has(id) || filled.has(id) || paired.has(id),
  altered: (id) => {
    const track = paired.get(id)?.track
    const altered = new Set<Alteration>()
    for (const [value, origins] of track?.options ?? []) {
      if (origins.size > 1) altered.add("count")
      if (origins.size > 1 || !origins.has(value)) altered.add("values")
    }
    if (track?.converted === true) altered.add("form")
    if (track?.lossy === true || filled.has(id)) altered.add("presence")
    return altered
  },
})

/** Where a place is in either version; with `property`, where that is written in them. */
export const pointers = (from: Place | undefined, to: Place | undefined, property?: string) => {
  const path = property === undefined ? [] : property.split("/")
  return {
    ...(from === undefined ? {} : { from: JsonText.pointer(existing(from, path)) }),
    ...(to === undefined ? {} : { to: JsonText.pointer(existing(to, path)) }),
  }
}

/** The property where it is written; the item where it is not. */
const existing = ({ item, path }: Place, [first, ...rest]: ReadonlyArray<string>) =>
  first !== undefined && Object.hasOwn(item, first) ? [...path, first, ...rest] : path
