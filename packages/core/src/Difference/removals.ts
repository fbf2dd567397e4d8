/** Questions that are gone, and what looks like them. */
import * as JsonText from "../JsonText.ts"
import type { Place } from "../Migration/Place.ts"
import { formOf, isAlive, optionsOf, type Track } from "../Migration/Track.ts"
import type { Change } from "./Change.ts"
import { pointers, type Versions } from "./Versions.ts"

/** What is gone, each with the step that would carry its answers over: to what looks the same and is new, or nowhere. */
export const removals = (
  gone: ReadonlyArray<{ readonly place: Place; readonly track: Track }>,
  added: ReadonlyArray<Place>,
  versions: Versions,
): ReadonlyArray<Change> => {
  const { kinds } = versions
  const missing = new Set(gone.filter(({ track }) => isAlive(track)).map(({ place }) => place.item.id))
  const looks = (place: Place, repeats: ReadonlyArray<string>): ReadonlyArray<string> => {
    const base = `${formOf(place.item, kinds)} ${repeats.join("/")}`
    const options = optionsOf(place.item, kinds)
    return [
      `${base} label ${JsonText.canonical(place.item.label)}`,
      ...(options.length > 1 ? [`${base} options ${options.toSorted().join()}`] : []),
    ]
  }
  const candidates = new Map<string, Array<string>>()
  // the first of them last, where it is taken from
  for (const place of added.toReversed())
    for (const look of looks(place, place.repeats)) {
      const list = candidates.get(look) ?? []
      list.push(place.item.id)
      candidates.set(look, list)
    }
  const taken = new Set<string>()
  return gone.flatMap(({ place, track }): ReadonlyArray<Change> => {
    const { item } = place
    const at = pointers(place, undefined)
    const message = `"${item.id}" is gone.`
    const base = { code: "question-removed", id: item.id, ...at, message }
    if (formOf(item, kinds) === "nothing") return [{ kind: "safe", ...base }]
    // it goes with the repeated group around it
    if (track.repeats.some((group) => group.dropped) || place.repeats.some((id) => missing.has(id))) return []
    if (track.dropped) return [{ kind: "migratable", ...base, covered: true }]
    const now = track.repeats.map(({ id }) => id)
    let target: string | undefined
    for (const look of looks(place, now)) {
      const list = candidates.get(look) ?? []
      while (target === undefined && list.length > 0) {
        const id = list.pop()
        if (id !== undefined && !taken.has(id)) target = id
      }
    }
    if (target === undefined) return [removal(place, { drop: [item.id] })]
    taken.add(target)
    return [removal(place, { rename: [item.id, target] })]
  })
}

/** Something that has no place to go to any more, with the step that would say so. */
export const removal = (place: Place, suggestion: NonNullable<Change["suggestion"]>): Change => {
  const { id } = place.item
  const message =
    "rename" in suggestion
      ? `"${id}" is gone; "${suggestion.rename[1]}" looks like it under another id.`
      : `"${id}" is gone: its answers have nowhere to go.`
  return {
    kind: "migratable",
    code: "question-removed",
    id,
    ...pointers(place, undefined),
    covered: false,
    message,
    suggestion,
  }
}
