/**
 * Where an answer stands: a *place* is its path in the answers, `["kind"]` or `["owners", 0, "name"]`, which is its JSON
 * pointer too. The place of an instance is that of its group and its number.
 */
import { instancesOf } from "./frames.ts"
import type { Evaluation, Frame, Item, Node } from "./Program.ts"

/** Answers by question id. The values are whatever arrived, until `Answers.validate` finds no issue. */
export type Answers = Readonly<Record<string, unknown>>

export type Place = ReadonlyArray<string | number>

/** The place of an instance; `[]` of the answers themselves. */
export const placeOf = (frame: Frame): Place => {
  const steps: Array<string | number> = []
  for (let at: Frame | undefined = frame; at?.level.group !== undefined; at = at.parent) {
    steps.push(at.index, at.level.group.question.id)
  }
  return steps.toReversed()
}

/** What stands at a place: a node, when it ends in an id; an instance, or the answers as a whole, otherwise. */
export const find = (
  { program, root }: Evaluation,
  place: Place,
): { readonly frame: Frame; readonly node: Node | undefined } | undefined => {
  let frame = root
  for (let i = 0; i < place.length; i += 2) {
    const node = program.references.get(String(place[i]))
    if (node === undefined || node.level !== frame.level) return undefined
    if (i === place.length - 1) return { frame, node }
    const level = program.items.get(String(place[i]))?.instances
    const instance = instancesOf(frame, level)[Number(place[i + 1])]
    if (instance === undefined) return undefined
    frame = instance
  }
  return { frame, node: undefined }
}

/** An item, and the frame it lies in. */
export interface Found {
  readonly frame: Frame
  readonly item: Item
}

/** The item at a place; undefined where there is none. */
export const itemAt = (evaluation: Evaluation, place: Place): Found | undefined => {
  const found = find(evaluation, place)
  const item = evaluation.program.items.get(String(place.at(-1)))
  return found && item?.node === found.node && item ? { frame: found.frame, item } : undefined
}

/** Every item of every instance, in reading order, asked or not. */
export const everything = ({ root }: Evaluation): ReadonlyArray<Found> => {
  const found: Array<Found> = []
  const pending: Array<Found> = []
  const later = (frame: Frame) => {
    for (const item of frame.level.items.toReversed()) pending.push({ frame, item })
  }
  later(root)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    found.push(next)
    for (const instance of instancesOf(next.frame, next.item.instances).toReversed()) later(instance)
  }
  return found
}
