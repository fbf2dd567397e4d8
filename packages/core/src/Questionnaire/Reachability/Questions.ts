/** What can be answered to a question of each type of value, and what the caller can supply, as fields. */
import { isDate } from "../../AnswerKind/date.ts"
import type { Operand } from "../../Condition/Ast.ts"
import * as Days from "./Days.ts"
import type { Writing } from "./Writing.ts"
import type { Field, OrderedField } from "./Field.ts"
import type { Entry } from "./Index.ts"
import type { Place } from "./Place.ts"
import { always, never, not } from "./Literal.ts"
import { compare, type Term, termOf } from "./Term.ts"

export const ofQuestion = (encoding: Writing, entry: Entry, at: Place): Field => {
  const { logic, index } = encoding
  const { scale } = index
  const { type } = entry
  const part = logic.part()
  const asked = encoding.asked(entry, at)
  logic.need(part, asked)
  if (type.type === "count") {
    const x = logic.ordered(part, 0, (type.max ?? Infinity) * scale, scale)
    const answered = logic.atLeast(x, scale)
    logic.add(not(answered), asked)
    if (type.min !== undefined && type.min > 1) logic.add(not(answered), logic.atLeast(x, type.min * scale))
    return { shape: "ordered", scale: "number", entry, part, answered, x, counts: true }
  }
  const answered = logic.literal(part)
  logic.add(not(answered), asked)
  if (type.type === "nothing") {
    logic.add(not(answered))
    return { shape: "none", entry, part, answered }
  }
  if (type.type === "boolean") {
    const offers = type.values.map((value) => ({ value: String(value) }))
    return encoding.choice(entry, part, answered, offers, "booleans", at)
  }
  if (type.type === "option" || type.type === "options")
    return encoding.choice(entry, part, answered, type.options, "options", at)
  const base = { shape: "ordered", entry, part, answered, counts: false } as const
  if (type.type === "text") return { ...base, scale: "text", x: logic.ordered(part, 0, Infinity, 1) }
  const isDay = type.type === "date"
  const unit = isDay || type.decimals === undefined ? 1 : Math.max(1, scale / 10 ** type.decimals)
  const written = { min: fixed(encoding, type.min, isDay), max: fixed(encoding, type.max, isDay) }
  // where the reasons are wanted, a limit is one of them
  const limits = encoding.explain ? { min: undefined, max: undefined } : written
  const widest = isDay ? [Days.first, Days.last] : [-Infinity, Infinity]
  const [least = -Infinity, most = Infinity] = [limits.min ?? widest[0], limits.max ?? widest[1]]
  const x = logic.ordered(part, least, most, unit)
  if (x.least > x.most) logic.add(not(answered))
  const field: OrderedField = { ...base, scale: isDay ? "date" : "number", x }
  for (const [limit, comparator, embedded] of [
    [type.min, "lt", limits.min],
    [type.max, "gt", limits.max],
  ] as const) {
    if (limit === undefined || embedded !== undefined) continue
    encoding.later(() => {
      const own: Term = { term: "ordered", scale: field.scale, x, plus: 0, defined: answered }
      const outside = compare(encoding, comparator, own, termOf(encoding, limit, at))
      const guard = encoding.guard("limits", entry)
      for (const needed of [outside, guard]) logic.need(part, needed)
      logic.add(not(outside), not(guard))
    })
  }
  return field
}

/** A limit that is written down, on the scale of what it limits; undefined: no such limit, or not to be told exactly. */
const fixed = ({ index }: Writing, limit: Operand | undefined, isDay: boolean): number | undefined => {
  if (isDay) return isDate(limit) ? Days.fromText(limit) : undefined
  if (typeof limit !== "number" || index.isCoarse) return undefined
  const scaled = Math.round(limit * index.scale)
  return scaled / index.scale === limit ? scaled : undefined
}

/** Data of the caller: there is always a value. Undefined: not declared. */
export const ofContext = (encoding: Writing, key: string): Field | undefined => {
  const { logic, index, root } = encoding
  const declared = index.questionnaire.context ?? {}
  const value = Object.hasOwn(declared, key) ? declared[key] : key === "today" ? { type: "date" as const } : undefined
  if (value === undefined) return undefined
  const part = logic.part()
  const options = value.type === "boolean" ? ["true", "false"] : "options" in value ? value.options : undefined
  if (options?.length === 0) return { shape: "none", entry: undefined, part, answered: never }
  if (options !== undefined && value.type !== "text") {
    const of = value.type === "boolean" ? "booleans" : "options"
    const offers = options.map((one) => ({ value: one }))
    const field = encoding.choice(undefined, part, always, offers, of, root)
    for (const option of options) encoding.pick(field, option)
    return field
  }
  const scale = value.type === "date" || value.type === "number" ? value.type : "text"
  const [least, most] = scale === "date" ? [Days.first, Days.last] : [scale === "text" ? 0 : -Infinity, Infinity]
  const x = logic.ordered(part, least, most, 1)
  return { shape: "ordered", scale, entry: undefined, part, answered: always, x, counts: false }
}
