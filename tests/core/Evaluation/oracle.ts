/**
 * The semantics of format.md written down the shortest way, without thought for speed: everything is worked out anew
 * each time it is asked for, by recursion. What the evaluation comes to is compared with it.
 */
import { standard } from "@requite/core/AnswerKind/standard"
import type { Calculation, Condition, Operand, Scope, Value } from "@requite/core/Condition/Ast"
import type { Question, Questionnaire, Section } from "@requite/core/Questionnaire/Definition"

interface Frame {
  readonly group: string | null
  readonly parent: Frame | null
  readonly answers: unknown
}

interface Entry {
  readonly section: Section
  /** The item around it. */
  readonly around: Question | null
  /** The repeated groups around it, outermost first. */
  readonly inside: ReadonlyArray<string>
  readonly question: Question | null
  readonly calculation: Calculation | null
}

const own = (answers: unknown, id: string): unknown =>
  typeof answers === "object" && answers !== null && !Array.isArray(answers) && Object.hasOwn(answers, id)
    ? Reflect.get(answers, id)
    : undefined

export const oracle = (questionnaire: Questionnaire, answers: unknown, context: Readonly<Record<string, unknown>>) => {
  const entries = new Map<string, Entry>()
  const enter = (
    section: Section,
    items: ReadonlyArray<Question>,
    around: Question | null,
    inside: ReadonlyArray<string>,
  ) => {
    for (const question of items) {
      entries.set(question.id, { section, around, inside, question, calculation: null })
      const deeper = question.repeat === undefined ? inside : [...inside, question.id]
      for (const [id, calculation] of Object.entries(question.calculated ?? {}))
        entries.set(id, { section, around: question, inside: deeper, question: null, calculation })
      enter(section, question.items ?? [], question, deeper)
    }
  }
  for (const section of questionnaire.sections) {
    enter(section, section.items, null, [])
    for (const [id, calculation] of Object.entries(section.calculated ?? {}))
      entries.set(id, { section, around: null, inside: [], question: null, calculation })
  }

  const root: Frame = { group: null, parent: null, answers }
  const known = new Map<unknown, Map<string, Frame>>()
  /** The instances right below a frame; the same objects each time. */
  const instances = (frame: Frame, group: string): ReadonlyArray<Frame> => {
    const list = own(frame.answers, group)
    // a list with something in it that is no instance is no answer
    if (!Array.isArray(list) || !list.every((one) => typeof one === "object" && one !== null && !Array.isArray(one)))
      return []
    const here = known.get(frame) ?? new Map<string, Frame>()
    known.set(frame, here)
    return list.map((one: unknown, index) => {
      const key = `${group}/${index}`
      const made = here.get(key) ?? { group, parent: frame, answers: one }
      here.set(key, made)
      return made
    })
  }
  const around = (frame: Frame): ReadonlyArray<Frame> =>
    frame.parent === null ? [frame] : [...around(frame.parent), frame]
  /** All frames of the innermost of these groups, sharing as many instances with `frame` as they can. */
  const related = (frame: Frame, inside: ReadonlyArray<string>): ReadonlyArray<Frame> => {
    const chain = around(frame)
    let same = 0
    while (same < inside.length && chain[same + 1]?.group === inside[same]) same++
    return inside
      .slice(same)
      .reduce((frames, group) => frames.flatMap((one) => instances(one, group)), [chain[same] ?? root])
  }
  const single = (frame: Frame, { inside }: Entry): Frame | undefined =>
    inside.every((group, index) => around(frame)[index + 1]?.group === group) ? around(frame)[inside.length] : undefined

  const asked = (frame: Frame, id: string): boolean => {
    const entry = entries.get(id)
    if (entry === undefined) return false
    const { section, question } = entry
    return (
      (section.when === undefined || holds(root, section.when)) &&
      (entry.around === null ||
        asked(entry.around.repeat === undefined ? frame : (frame.parent ?? root), entry.around.id)) &&
      (question?.when === undefined || holds(frame, question.when))
    )
  }
  const value = (frame: Frame, id: string): Value | undefined => {
    const entry = entries.get(id)
    if (entry === undefined || !asked(frame, id)) return undefined
    const { question, calculation } = entry
    if (calculation !== null) return calculate(frame, calculation)
    if (question === null) return undefined
    if (question.repeat !== undefined) return instances(frame, id).length || undefined
    const kind = standard.get(question.type)
    const answer = own(frame.answers, id)
    if (kind === undefined || answer === undefined || !kind.isAnswered(question, answer)) return undefined
    const seen = kind.value(question, answer, scope(frame))
    return typeof seen === "object" && seen.length === 0 ? undefined : seen
  }
  const scope = (frame: Frame): Scope => ({
    value: (one) => operand(frame, one),
    holds: (one) => holds(frame, one),
  })
  const contextValue = (key: string): Value | undefined => {
    const given = own(context, key)
    const type = key === "today" ? "date" : own(questionnaire.context, key) === undefined ? undefined : "choice"
    if (typeof given !== "string" || type === undefined) return undefined
    return (type === "date" ? /^\d{4}-\d\d-\d\d$/.test(given) : ["a", "b", "c"].includes(given)) ? given : undefined
  }
  const operand = (frame: Frame, one: Operand): Value | undefined => {
    if (typeof one !== "object") return one
    if ("answer" in one) {
      const entry = entries.get(one.answer)
      const there = entry === undefined ? undefined : single(frame, entry)
      return there === undefined ? undefined : value(there, one.answer)
    }
    if ("context" in one) return contextValue(one.context)
    if ("count" in one) {
      const found = operand(frame, one.count)
      if (found === undefined) return 0
      if (typeof found === "object") return found.length
      return entries.get(one.count.answer)?.question?.repeat !== undefined && typeof found === "number" ? found : 1
    }
    const base = operand(frame, one.date)
    return typeof base === "string" && /^\d{4}-\d\d-\d\d$/.test(base)
      ? months(base, one.offset?.months ?? 0)
      : undefined
  }
  const holds = (frame: Frame, one: Condition): boolean => {
    if ("all" in one) return one.all.every((each) => holds(frame, each))
    if ("any" in one) return one.any.some((each) => holds(frame, each))
    if ("not" in one) return !holds(frame, one.not)
    if ("is" in one) {
      const named = questionnaire.conditions?.[one.is]
      return named !== undefined && holds(frame, named)
    }
    if ("answered" in one) return operand(frame, one.answered) !== undefined
    if ("some" in one || "every" in one) {
      const [{ answer: group }, inner] = "some" in one ? one.some : one.every
      const inside = [...(entries.get(group)?.inside ?? []), group]
      const start = around(frame)[inside.length]?.group === group ? (around(frame)[inside.length - 1] ?? root) : frame
      const all = related(start, inside).filter((each) => asked(each.parent ?? root, group))
      return "some" in one ? all.some((each) => holds(each, inner)) : all.every((each) => holds(each, inner))
    }
    if ("in" in one) {
      const found = operand(frame, one.in[0])
      return found !== undefined && one.in[1].some((each) => each === found)
    }
    if ("anyOf" in one || "allOf" in one) {
      const [reference, list] = "anyOf" in one ? one.anyOf : one.allOf
      const found = operand(frame, reference)
      if (found === undefined) return false
      const picked: ReadonlyArray<unknown> = typeof found === "object" ? found : [found]
      return "anyOf" in one ? list.some((each) => picked.includes(each)) : list.every((each) => picked.includes(each))
    }
    const [[comparator, [left, right]] = ["eq", []]] = Object.entries(one) as ReadonlyArray<
      [string, ReadonlyArray<Operand>]
    >
    const a = left === undefined ? undefined : operand(frame, left)
    const b = right === undefined ? undefined : operand(frame, right)
    if (a === undefined || b === undefined || typeof a !== typeof b || typeof a === "object") return false
    if (comparator === "eq") return a === b
    if (comparator === "ne") return a !== b
    if (typeof a === "boolean") return false
    return comparator === "lt" ? a < b : comparator === "lte" ? a <= b : comparator === "gt" ? a > b : a >= b
  }
  const calculate = (frame: Frame, one: Calculation): Value | undefined => {
    const spread = (each: Operand): ReadonlyArray<Value> => {
      const id =
        typeof each === "object"
          ? "answer" in each
            ? each.answer
            : "count" in each
              ? each.count.answer
              : dateOf(each)
          : undefined
      const entry = id === undefined ? undefined : entries.get(id)
      const frames = entry === undefined || single(frame, entry) !== undefined ? [frame] : related(frame, entry.inside)
      return frames.map((at) => operand(at, each)).filter((found) => found !== undefined)
    }
    if ("count" in one) return spread(one).reduce<number>((total, found) => total + Number(found), 0)
    if ("dateDiff" in one) {
      const [a, b] = [operand(frame, one.dateDiff[0]), operand(frame, one.dateDiff[1])]
      return typeof a === "string" && typeof b === "string" && [a, b].every((each) => /^\d{4}-\d\d-\d\d$/.test(each))
        ? apart(a, b, one.dateDiff[2])
        : undefined
    }
    if ("concat" in one) {
      const found = one.concat.flatMap(spread)
      return found.length === 0 ? undefined : found.flat().join("")
    }
    if ("sum" in one) {
      const found = one.sum.flatMap(spread).filter((each) => typeof each === "number")
      return found.length === 0 ? undefined : Number(found.reduce((total, each) => total + each, 0).toPrecision(15))
    }
    const found = ("min" in one ? one.min : one.max).flatMap(spread)
    return found.reduce<Value | undefined>(
      (best, each) =>
        best === undefined ||
        (typeof best === typeof each && typeof best !== "object" && ("min" in one ? each < best : each > best))
          ? each
          : best,
      undefined,
    )
  }
  const dateOf = (each: Operand) =>
    typeof each === "object" && "date" in each && typeof each.date === "object" && "answer" in each.date
      ? each.date.answer
      : undefined

  const at = (place: ReadonlyArray<string | number>): Frame => {
    let frame = root
    for (let i = 0; i + 1 < place.length; i += 2) {
      const next = instances(frame, String(place[i]))[Number(place[i + 1])]
      if (next === undefined) throw new Error(`no instance at ${JSON.stringify(place)}`)
      frame = next
    }
    return frame
  }
  return {
    isAsked: (place: ReadonlyArray<string | number>) => asked(at(place), String(place.at(-1))),
    valueOf: (place: ReadonlyArray<string | number>) => value(at(place), String(place.at(-1))),
    holds: (condition: Condition, place: ReadonlyArray<string | number> = []) => holds(at(place), condition),
  }
}

const days = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000

/** Month by month, day by day. */
const months = (date: string, count: number): string => {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number)
  const total = year * 12 + month - 1 + count
  const first = new Date(Date.UTC(Math.floor(total / 12), total % 12, 1))
  const last = new Date(Date.UTC(Math.floor(total / 12), (total % 12) + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(day, last))
  return first.toISOString().slice(0, 10)
}

const apart = (from: string, to: string, unit: "days" | "months" | "years"): number => {
  if (from > to) return 0 - apart(to, from, unit)
  if (unit === "days") return days(to) - days(from)
  const step = unit === "years" ? 12 : 1
  let count = 0
  while (months(from, (count + 1) * step) <= to) count++
  return count
}
