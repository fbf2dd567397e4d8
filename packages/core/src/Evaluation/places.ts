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
    const instance = level && instancesOf(frame, level)[Number(place[i + 1])]
    if (instance === undefined) return undefined
    frame = instance
  }
  return { frame, node: undefined }
}

/** The item at a place, and the frame it lies in; undefined where there is none. */
export const itemAt = (
  evaluation: Evaluation,
  place: Place,
): { readonly frame: Frame; readonly item: Item } | undefined => {
  const found = find(evaluation, place)
  const item = found?.node?.isItem === true ? evaluation.program.items.get(String(place.at(-1))) : undefined
  return found === undefined || item === undefined ? undefined : { frame: found.frame, item }
}

/** Every item of every instance, in reading order, asked or not. */
export function* everything({ root }: Evaluation): Generator<{ readonly frame: Frame; readonly item: Item }> {
  const pending: Array<{ readonly frame: Frame; next: number }> = [{ frame: root, next: 0 }]
  for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
    const { frame } = top
    const item = frame.level.items[top.next++]
    if (item === undefined) {
      pending.pop()
      continue
    }
    yield { frame, item }
    const instances = item.instances === undefined ? [] : instancesOf(frame, item.instances)
    for (const instance of instances.toReversed()) pending.push({ frame: instance, next: 0 })
  }
}
