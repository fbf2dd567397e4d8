/**
 * Conditions read as they are written, each part for itself: for those that are not in the definition, and to tell why.
 * Without recursion; a named condition counts as it was compiled.
 */
import type { Condition } from "../Condition/Ast.ts"
import { parts } from "./conditions.ts"
import { holdsAlone } from "./operands.ts"
import type { Frame } from "./Program.ts"
import { holdsByName, instancesSeen, isAskedInstance, namedCondition } from "./Program.ts"

/** Does this part hold at this frame? */
export type Truths = (frame: Frame, condition: Condition) => boolean

export interface Part {
  readonly frame: Frame
  readonly condition: Condition
}

/** The conditions that decide a condition, and where: in the same place, or in each instance that is asked. */
export const partsAt = ({ frame, condition }: Part): ReadonlyArray<Part> => {
  if ("is" in condition) {
    const named = namedCondition(frame.work.program, condition.is)
    return named === undefined ? [] : [{ frame, condition: named }]
  }
  const inner = parts(condition)
  const reference = "some" in condition ? condition.some[0] : "every" in condition ? condition.every[0] : undefined
  if (reference === undefined) return inner.map((one) => ({ frame, condition: one }))
  return instancesSeen(frame, reference.answer)
    .filter(isAskedInstance)
    .flatMap((instance) => inner.map((one) => ({ frame: instance, condition: one })))
}

export const truths = (frame: Frame, condition: Condition): Truths => {
  const known = new Map<Frame, Map<Condition, boolean>>()
  const at = (one: Frame) => {
    const there = known.get(one) ?? new Map<Condition, boolean>()
    known.set(one, there)
    return there
  }
  const truth: Truths = (one, part) => known.get(one)?.get(part) ?? false
  const pending: Array<{ readonly part: Part; readonly inner: ReadonlyArray<Part> | undefined }> = []
  pending.push({ part: { frame, condition }, inner: undefined })
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { part, inner } = next
    const there = at(part.frame)
    if (inner !== undefined) {
      there.set(part.condition, combined(part.condition, inner, truth))
      continue
    }
    if (there.has(part.condition)) continue
    const compiled = "is" in part.condition ? holdsByName(part.frame, part.condition.is) : undefined
    if (compiled !== undefined) there.set(part.condition, compiled)
    else if (isAlone(part.condition)) there.set(part.condition, holdsAlone(part.frame, part.condition))
    else {
      // false until it is known: what needs itself does not hold
      there.set(part.condition, false)
      const found = partsAt(part)
      pending.push({ part, inner: found })
      for (const one of found) pending.push({ part: one, inner: undefined })
    }
  }
  return truth
}

const isAlone = (condition: Condition): boolean =>
  !("all" in condition || "any" in condition || "not" in condition || "is" in condition) &&
  !("some" in condition || "every" in condition)

const combined = (condition: Condition, inner: ReadonlyArray<Part>, truth: Truths): boolean => {
  const holds = (one: Part) => truth(one.frame, one.condition)
  if ("not" in condition) return !inner.every(holds)
  return "all" in condition || "every" in condition ? inner.every(holds) : inner.some(holds)
}
