/**
 * What can be asked only while a required question is still unanswered: it comes and goes as somebody fills in, and no
 * submission can hold it. `not answered(a)` of a required `a` is the plain case, `not a in (all of its options)` one that
 * hides well. Only a condition that negates can do this; only what it reads itself is looked at, so that whatever is found
 * is certain.
 */
import type { Condition } from "../../Condition/Ast.ts"
import type { Encoding } from "./Encoding.ts"
import { operandsOf, referenceOf, within } from "./Index.ts"
import { always, type Literal, never, not } from "./Literal.ts"

/**
 * Literals that say of each required question the condition reads: it is answered, if it is asked and required. None when
 * the condition cannot come to hold by a missing answer.
 */
export const literals = (encoding: Encoding, condition: Condition): ReadonlyArray<Literal> => {
  const { index, logic, root } = encoding
  const parts = [...withNames(condition, index.conditions)]
  if (!parts.some(isNegating)) return []
  const ids = new Set(parts.flatMap((part) => operandsOf(part).map((operand) => referenceOf(operand)?.answer)))
  return [...ids].flatMap((id) => {
    const entry = id === undefined ? undefined : index.entries.get(id)
    const required = entry?.question?.required
    if (entry === undefined || entry.repeats.length > 0 || required === undefined || required === false) return []
    const field = encoding.field(entry, root)
    const isRequired = required === true ? always : encoding.holds(required, root)
    const literal = logic.or([not(encoding.asked(entry, root)), not(isRequired), field.answered])
    return literal === always || literal === never ? [] : [literal]
  })
}

/** By what does a missing answer make a condition hold? A negation, no instance that fails, few or none of something. */
const isNegating = (condition: Condition): boolean =>
  "not" in condition ||
  "every" in condition ||
  ("eq" in condition || "lt" in condition || "lte" in condition || "gt" in condition || "gte" in condition
    ? operandsOf(condition).some((operand) => typeof operand === "object" && "count" in operand)
    : false)

const withNames = function* (condition: Condition, named: ReadonlyMap<string, Condition>): Generator<Condition> {
  const seen = new Set<string>()
  const pending = [condition]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const part of within(next)) {
      yield part
      if (!("is" in part) || seen.has(part.is)) continue
      seen.add(part.is)
      const meant = named.get(part.is)
      if (meant !== undefined) pending.push(meant)
    }
  }
}
