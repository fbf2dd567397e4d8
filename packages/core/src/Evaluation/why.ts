/**
 * Why something is asked or required, or is not: from the item through the sections and groups around it, its condition,
 * and the answers that decided it, to why those were asked themselves. A flat list, nearest first, each step naming the
 * steps that decided it, so that a chain of any length can be serialised and nothing is told twice.
 */
import type { Condition, Operand, Value } from "../Condition/Ast.ts"
import { leafOf, referred, sourceOf, valueAt } from "./operands.ts"
import type { Place } from "./places.ts"
import { placeOf } from "./places.ts"
import type { Frame, Item, Node } from "./Program.ts"
import { above, isOn, related } from "./Program.ts"
import type { Part, Truths } from "./truths.ts"
import { partsAt, truths } from "./truths.ts"

/** One thing that was decided, or one answer that decided something. */
export interface Step {
  /** `compares`: a condition on its own, which stands in `condition`. The others are what conditions are made of. */
  readonly of:
    | "asked"
    | "required"
    | "section"
    | "is"
    | "all"
    | "any"
    | "not"
    | "some"
    | "every"
    | "compares"
    | "answer"
    | "calculated"
    | "context"
  /** Of an item or its answer: its place. Of a condition inside a repeated group: the instance. */
  readonly place?: Place
  /** Of a section, a named condition, a repeated group, a calculated value, a context value. */
  readonly id?: string
  readonly condition?: Condition
  readonly value?: Value
  /** Is it asked, required, answered; does it hold? */
  readonly holds: boolean
  /** The steps that decided it, by their place in the list. */
  readonly because: ReadonlyArray<number>
}

export interface Reason {
  readonly holds: boolean
  /** The first step is what was asked about. */
  readonly because: ReadonlyArray<Step>
  /** False: there is more to it than is told, which is at most 10,000 steps. */
  readonly complete: boolean
}

const maxSteps = 10_000
/** Of all places together: in groups that are nested without end, each is long. */
const maxPlaces = 1_000_000

interface Draft extends Omit<Step, "because"> {
  because: ReadonlyArray<number>
}

export const why = (frame: Frame, item: Item, verdict: "asked" | "required"): Reason => {
  const steps: Array<Draft> = []
  const pending: Array<() => void> = []
  const known = new Map<unknown, Map<Frame, number>>()
  let complete = true
  let places = 0

  /** The step about this thing at this frame, told once; `reasons` are looked for later. */
  const tell = (key: unknown, at: Frame, step: () => Omit<Step, "because">, reasons: () => ReadonlyArray<number>) => {
    const there = known.get(key) ?? new Map<Frame, number>()
    known.set(key, there)
    const told = there.get(at)
    if (told !== undefined) return [told]
    if (steps.length >= maxSteps || places > maxPlaces) {
      complete = false
      return []
    }
    const draft: Draft = { ...step(), because: [] }
    const index = steps.push(draft) - 1
    places += draft.place?.length ?? 0
    there.set(at, index)
    pending.push(() => (draft.because = reasons()))
    return [index]
  }

  const asked = (one: Item, at: Frame): ReadonlyArray<number> =>
    tell(
      one.node,
      at,
      () => ({ of: "asked", place: [...placeOf(at), one.question.id], holds: isOn(at, one.node) }),
      () => {
        const around = aroundOf(one, at)
        const off = around.find(({ holds }) => !holds)
        if (off !== undefined) return off.tell()
        const holding = isOn(at, one.node) ? around.flatMap((each) => each.tell()) : []
        return [...holding, ...condition(one.question.when, at)]
      },
    )

  /** The section or the group that an item stands in, as far as they have anything to decide. */
  const aroundOf = ({ section, group, node }: Item, at: Frame) => {
    const around = node.gate?.level === node.level ? at : at.parent
    if (node.gate === undefined || around === undefined) return []
    const holds = isOn(around, node.gate)
    const { id, when } = section
    if (group === undefined) {
      const told = () =>
        tell(
          section,
          around,
          () => ({ of: "section", id, holds }),
          () => condition(when, around),
        )
      return when === undefined ? [] : [{ holds, tell: told }]
    }
    const isDecided = when !== undefined || group.group !== undefined || group.question.when !== undefined
    return isDecided ? [{ holds, tell: () => asked(group, around) }] : []
  }

  const condition = (one: Condition | undefined, at: Frame): ReadonlyArray<number> =>
    one === undefined ? [] : part({ frame: at, condition: one }, truths(at, one))

  const part = (one: Part, truth: Truths): ReadonlyArray<number> => {
    const holds = truth(one.frame, one.condition)
    const where = one.frame.parent === undefined ? {} : { place: placeOf(one.frame) }
    const { of, id } = described(one.condition)
    const written = of === "compares" ? { condition: one.condition } : {}
    return tell(
      one.condition,
      one.frame,
      () => ({ of, ...(id === undefined ? {} : { id }), ...where, ...written, holds }),
      () => {
        if (of === "compares") return leafOf(one.condition).operands.flatMap((operand) => source(operand, one.frame))
        const inner = partsAt(one)
        if (of === "is") return inner.flatMap((each) => condition(each.condition, each.frame))
        const deciding = of === "not" ? inner : decidedBy(of === "all" || of === "every", holds, inner, truth)
        const told = deciding.flatMap((each) => part(each, truth))
        // no instance decides: how many there are, or that they are not asked
        return id !== undefined && inner.length === 0 ? source({ answer: id }, one.frame) : told
      },
    )
  }

  const source = (operand: Operand, at: Frame): ReadonlyArray<number> => {
    const from = sourceOf(operand)
    if (typeof from !== "object") return []
    if ("context" in from) {
      const value = valueAt(at, from)
      return tell(
        from.context,
        at,
        () => ({ of: "context", id: from.context, ...answered(value) }),
        () => [],
      )
    }
    if (!("answer" in from)) return []
    const { program } = at.work
    const node = program.references.get(from.answer)
    const there = node === undefined ? undefined : above(at, node.level)
    const frames = node === undefined ? [] : there === undefined ? related(at, node.level) : [there]
    return frames.flatMap((each) => (node === undefined ? [] : answer(from.answer, node, each)))
  }

  const answer = (id: string, node: Node, at: Frame): ReadonlyArray<number> => {
    const value = referred(at, { answer: id })
    const one = at.work.program.items.get(id)
    if (one?.node === node) {
      const place = [...placeOf(at), id]
      const off = () => (isOn(at, node) ? unoffered(one, at) : asked(one, at))
      return tell(node.valueUsers, at, () => ({ of: "answer", place, ...answered(value) }), off)
    }
    const place = at.parent === undefined ? {} : { place: placeOf(at) }
    return tell(
      node.valueUsers,
      at,
      () => ({ of: "calculated", id, ...place, ...answered(value) }),
      () => calculatedFrom(node, at),
    )
  }

  /** What keeps a picked option from being offered, so that it counts as not picked. */
  const unoffered = ({ kind, question, node, offers, selective }: Item, at: Frame): ReadonlyArray<number> => {
    const type = selective ? kind?.valueType(question) : undefined
    if (type?.type !== "option" && type?.type !== "options") return []
    const picked: ReadonlyArray<unknown> = [at.raw[node.slot]].flat()
    return type.options.flatMap(({ value, when }) =>
      picked.includes(value) && offers.get(value)?.(at) === false ? condition(when, at) : [],
    )
  }

  const calculatedFrom = (node: Node, at: Frame): ReadonlyArray<number> => {
    const { references } = at.work.program
    return [...references].flatMap(([id, need]) =>
      node.needs.includes(need) ? related(at, need.level).flatMap((each) => answer(id, need, each)) : [],
    )
  }

  const isRequired = isOn(frame, item.node) && item.required?.(frame) === true
  if (verdict === "asked") asked(item, frame)
  else {
    const { required } = item.question
    tell(
      item,
      frame,
      () => ({ of: "required", place: [...placeOf(frame), item.question.id], holds: isRequired }),
      () =>
        !isOn(frame, item.node) ? asked(item, frame) : typeof required === "object" ? condition(required, frame) : [],
    )
  }
  // a list that grows while it is walked: nearest first
  for (const expand of pending) expand()
  return { holds: steps[0]?.holds ?? false, because: steps, complete }
}

const answered = (value: Value | undefined) => (value === undefined ? { holds: false } : { holds: true, value })

const described = (condition: Condition): { readonly of: Step["of"]; readonly id?: string } => {
  if ("is" in condition) return { of: "is", id: condition.is }
  if ("some" in condition) return { of: "some", id: condition.some[0].answer }
  if ("every" in condition) return { of: "every", id: condition.every[0].answer }
  if ("all" in condition) return { of: "all" }
  if ("any" in condition) return { of: "any" }
  return { of: "not" in condition ? "not" : "compares" }
}

/** Those that brought the verdict about: all that hold for a conjunction that does, those that do not otherwise. */
const decidedBy = (isConjunction: boolean, holds: boolean, inner: ReadonlyArray<Part>, truth: Truths) =>
  isConjunction === holds ? inner : inner.filter((one) => truth(one.frame, one.condition) === holds)
