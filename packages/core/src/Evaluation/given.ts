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

/** Instances whose answers are still to be gathered, and where. */
type Pending = Array<readonly [Frame, Record<string, unknown>]>

const answerOf = (frame: Frame, item: Item, pending: Pending): unknown => {
  const instances = item.instances === undefined ? [] : instancesOf(frame, item.instances)
  if (instances.length === 0) return countedAnswer(frame, item)
  if (!isOn(frame, item.node)) return undefined
  return instances.map((instance) => {
    const inner: Record<string, unknown> = {}
    pending.push([instance, inner])
    return inner
  })
}

const gather = (pending: Pending): void => {
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [frame, into] = next
    for (const item of frame.level.items) {
      const answer = answerOf(frame, item, pending)
      if (answer !== undefined) into[item.question.id] = answer
    }
  }
}

/** All answers at a frame and in the instances below it, as they count. */
export const effective = (frame: Frame): Readonly<Record<string, unknown>> => {
  const all: Record<string, unknown> = {}
  gather([[frame, all]])
  return all
}

/** One answer as it counts, with its instances. */
export const effectiveAnswer = (frame: Frame, item: Item): unknown => {
  const pending: Pending = []
  const answer = answerOf(frame, item, pending)
  gather(pending)
  return answer
}
