/** What of the answers counts: given to what is asked, not empty, and offered. */
import { instancesOf, scopeOf } from "./frames.ts"
import type { Frame, Item } from "./Program.ts"
import { isOn } from "./Program.ts"

/** An emptied field, whatever its kind. */
export const isEmpty = (answer: unknown): boolean =>
  answer === undefined ||
  (typeof answer === "string" && answer.trim() === "") ||
  (Array.isArray(answer) && answer.length === 0)

/** The answer to an asked question as it counts; undefined: none. A wrong answer is an answer. */
const countedAnswer = (frame: Frame, item: Item): unknown => {
  const { kind, question, node } = item
  const raw = frame.raw[node.slot]
  if (!isOn(frame, node) || kind === undefined) return undefined
  const answer = item.selective ? withoutUnoffered(item, frame, raw) : raw
  if (answer === undefined || kind.isAnswered(question, answer)) return answer
  if (isEmpty(answer)) return undefined
  return kind.validate(question, answer, scopeOf(frame)).length > 0 ? answer : undefined
}

const withoutUnoffered = ({ offers }: Item, frame: Frame, answer: unknown): unknown => {
  const isUnoffered = (picked: unknown) => typeof picked === "string" && offers.get(picked)?.(frame) === false
  if (Array.isArray(answer)) return answer.filter((picked: unknown) => !isUnoffered(picked))
  return isUnoffered(answer) ? undefined : answer
}

/** The answers at a frame and in the instances below it, as they count: all of them, or to these items alone. */
export const effective = (
  root: Frame,
  wanted: ReadonlyArray<Item> = root.level.items,
): Readonly<Record<string, unknown>> => {
  const all: Record<string, unknown> = {}
  const pending: Array<readonly [Frame, ReadonlyArray<Item>, Record<string, unknown>]> = [[root, wanted, all]]
  // a list that grows while it is walked
  for (const [frame, items, into] of pending) {
    for (const item of items) {
      const rows = instancesOf(frame, item.instances).map((instance) => {
        const row: Record<string, unknown> = {}
        pending.push([instance, instance.level.items, row])
        return row
      })
      const answer = rows.length === 0 ? countedAnswer(frame, item) : isOn(frame, item.node) ? rows : undefined
      if (answer !== undefined) into[item.question.id] = answer
    }
  }
  return all
}
