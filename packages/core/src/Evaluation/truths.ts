/**
 * Conditions read as they are written, each part for itself: for those that are not in the definition, and to tell why.
 * Without recursion; a named condition counts as it was compiled.
 */
import type { Condition } from "../Condition/Ast.ts"
import { holdsAlone, leafOf } from "./operands.ts"
import type { Frame, Program } from "./Program.ts"
import { above, isOn, related } from "./Program.ts"

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
    else if (isAlone(part.condition)) there.set(part.condition, holdsAlone(part.frame, leafOf(part.condition)))
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

/** The conditions in a condition, those about instances too. */
const parts = (condition: Condition): ReadonlyArray<Condition> => {
  if ("all" in condition) return condition.all
  if ("any" in condition) return condition.any
  if ("not" in condition) return [condition.not]
  if ("some" in condition) return [condition.some[1]]
  return "every" in condition ? [condition.every[1]] : []
}

const isAlone = (condition: Condition): boolean =>
  !("all" in condition || "any" in condition || "not" in condition || "is" in condition) &&
  !("some" in condition || "every" in condition)

const combined = (condition: Condition, inner: ReadonlyArray<Part>, truth: Truths): boolean => {
  const holds = (one: Part) => truth(one.frame, one.condition)
  if ("not" in condition) return !inner.every(holds)
  return "all" in condition || "every" in condition ? inner.every(holds) : inner.some(holds)
}

/** Whether a named condition holds at a frame; undefined: it was not compiled for such a frame. */
const holdsByName = (frame: Frame, name: string): boolean | undefined => {
  const node = frame.level.named.get(name)
  return node && isOn(frame, node)
}

/** The condition of that name. */
const namedCondition = ({ questionnaire: { conditions } }: Program, name: string): Condition | undefined =>
  conditions !== undefined && Object.hasOwn(conditions, name) ? conditions[name] : undefined

/** All instances of a repeated group that a reference from this frame means, whether they are asked or not. */
const instancesSeen = (frame: Frame, id: string): ReadonlyArray<Frame> => {
  const level = frame.work.program.items.get(id)?.instances
  return level === undefined ? [] : related(above(frame, level)?.parent ?? frame, level)
}

/** Is the group asked that this frame is an instance of? */
const isAskedInstance = ({ parent, level }: Frame): boolean =>
  level.group === undefined || parent === undefined || isOn(parent, level.group.node)
