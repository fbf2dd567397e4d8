/** Do the types fit: in comparisons, in lists of options, in calculations, in limits? And what they make of a condition. */
import { isDate } from "../AnswerKind/date.ts"
import type { Comparator, Literal, Operand, Reference } from "../Condition/Ast.ts"
import * as Findings from "./Findings.ts"
import * as Nearest from "./Nearest.ts"
import type { Node } from "./Nodes.ts"
import { comparisonOf, isOrdering } from "./Nodes.ts"
import type { OperandSite, Outline, Trail } from "./Outline.ts"
import { along, pathOf } from "./Outline.ts"
import type { Type, Types } from "./Types.ts"
import { ofOperand, said } from "./Types.ts"

type Problems = ReadonlyArray<Findings.Problem>

export const check = (outline: Outline, nodes: ReadonlyArray<Node>, types: Types): Problems => [
  ...nodes.flatMap((node) => ofNode(outline, node, types)),
  ...outline.operands.flatMap((site) => ofSite(site, types)),
  ...today(outline),
]

const ofNode = (outline: Outline, { condition, trail, answered, bound }: Node, types: Types): Problems => {
  const comparison = comparisonOf(condition)
  if (comparison !== undefined) {
    const at = along(trail, comparison.by)
    return [
      ...comparison.operands.flatMap((operand, index) => withinOperand(operand, along(at, index), types)),
      ...compared(comparison.by, comparison.operands, at, trail, types),
      ...("ne" in condition && bound.length === 0
        ? neOptional(outline, comparison.operands, trail, (id) => answered.some((ids) => ids.has(id)))
        : []),
    ]
  }
  if ("in" in condition) {
    const [operand, values] = condition.in
    const type = ofOperand(operand, types)
    const at = along(trail, "in")
    const inside = withinOperand(operand, along(at, 0), types)
    if (type === undefined || inside.length > 0) return inside
    const wrong = isComparable(type) ? undefined : notCompared(type, pathOf(along(at, 0)))
    if (wrong !== undefined) return [wrong]
    if (type.type === "literal") {
      const { value } = type
      const mixed = values.some((one) => typeof one !== typeof value)
      return mixed
        ? [mismatch(pathOf(at), `The list is not of the type of ${type.of}, which is ${said(type)}.`)]
        : [constant(pathOf(trail), values.includes(value))]
    }
    return values.flatMap((value, index) => literalFits(value, type, along(at, 1, index)))
  }
  if ("anyOf" in condition) return picked("anyOf", condition.anyOf, trail, types)
  if ("allOf" in condition) return picked("allOf", condition.allOf, trail, types)
  if ("some" in condition) return repeated(outline, condition.some[0], along(trail, "some", 0))
  if ("every" in condition) return repeated(outline, condition.every[0], along(trail, "every", 0))
  if ("answered" in condition) {
    const type = types.answers.get(condition.answered.answer)
    return type?.type === "nothing"
      ? [mismatch(pathOf(along(trail, "answered")), `${type.of} has no answer of its own, so it is never answered.`)]
      : []
  }
  return []
}

const mismatch = (path: ReadonlyArray<string | number>, message: string, more: Pick<Findings.Problem, "fix"> = {}) => ({
  ...Findings.problem("type-mismatch", path, message),
  ...more,
})

const constant = (path: ReadonlyArray<string | number>, holds: boolean): Findings.Problem =>
  Findings.warning(
    "constant-condition",
    path,
    `This compares only what is written here, so it ${holds ? "always" : "never"} holds.`,
  )

const isComparable = ({ type }: Type): boolean => type !== "options" && type !== "count" && type !== "nothing"

const notCompared = (type: Type, path: ReadonlyArray<string | number>): Findings.Problem =>
  mismatch(
    path,
    type.type === "options"
      ? `${type.of} is several options: ask with anyOf or allOf, or compare its count.`
      : type.type === "count"
        ? `${type.of} is only counted: compare its count, or ask whether it is answered.`
        : `${type.of} has no answer of its own that could be compared.`,
  )

const compared = (
  by: Comparator,
  [first, second]: readonly [Operand, Operand],
  at: Trail | null,
  whole: Trail | null,
  types: Types,
): Problems => {
  const [a, b] = [ofOperand(first, types), ofOperand(second, types)]
  if (a === undefined || b === undefined) return []
  for (const [index, type] of [a, b].entries()) {
    if (isComparable(type)) continue
    const other = index === 0 ? second : first
    const problem = notCompared(type, pathOf(along(at, index)))
    const operand = index === 0 ? first : second
    // the one that is meant is plain: picked among others
    if (type.type !== "options" || by !== "eq" || typeof other !== "string" || !type.values.has(other)) return [problem]
    const answer = typeof operand === "object" && "answer" in operand ? operand.answer : ""
    return [{ ...problem, ...Findings.replacing(pathOf(whole), { anyOf: [{ answer }, [other]] }) }]
  }
  if (a.type === "literal" && b.type === "literal") return literals(by, a.value, b.value, at, whole)
  for (const type of [a, b]) {
    if (!isOrdering(by) || type.type === "number" || type.type === "date" || type.type === "literal") continue
    return [mismatch(pathOf(at), `${type.of} is ${said(type)}; only numbers and dates are above or below one another.`)]
  }
  if (a.type === "literal") return literalFits(a.value, b, along(at, 0))
  if (b.type === "literal") return literalFits(b.value, a, along(at, 1))
  return a.type === b.type ? [] : [mismatch(pathOf(at), `${a.of} is ${said(a)} and ${b.of} is ${said(b)}.`)]
}

const literals = (by: Comparator, a: Literal, b: Literal, at: Trail | null, whole: Trail | null): Problems => {
  const ordered = typeof a === "number" || (isDate(a) && isDate(b))
  if (typeof a !== typeof b || (isOrdering(by) && !ordered)) {
    return [mismatch(pathOf(at), `${JSON.stringify(a)} and ${JSON.stringify(b)} cannot be compared.`)]
  }
  const holds = {
    eq: a === b,
    ne: a !== b,
    lt: a < b,
    lte: a <= b,
    gt: a > b,
    gte: a >= b,
  }[by]
  return [constant(pathOf(whole), holds)]
}

/** Is the literal a value that the other side can have? */
const literalFits = (value: Literal, type: Type, trail: Trail | null): Problems => {
  const path = pathOf(trail)
  const written = JSON.stringify(value)
  switch (type.type) {
    case "number": {
      if (typeof value === "number") return []
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN
      const fix = Number.isFinite(number) ? Findings.replacing(path, number) : {}
      return [mismatch(path, `${type.of} is a number, and ${written} is none.`, fix)]
    }
    case "text":
      return typeof value === "string"
        ? []
        : [mismatch(path, `${type.of} is a text, and ${written} is none.`, Findings.replacing(path, String(value)))]
    case "boolean":
      return typeof value === "boolean"
        ? []
        : [mismatch(path, `${type.of} is true or false, and ${written} is neither.`)]
    case "date":
      return isDate(value)
        ? []
        : [mismatch(path, `${type.of} is a date, and ${written} is no date of the calendar such as "2027-03-27".`)]
    case "option":
    case "options":
      return optionFits(value, type, path)
    case "count":
    case "nothing":
    case "literal":
      return []
  }
}

const optionFits = (
  value: Literal,
  { values, of }: Type & { readonly values: ReadonlySet<string> },
  path: ReadonlyArray<string | number>,
): Problems => {
  if (typeof value === "string" && values.has(value)) return []
  if (typeof value !== "string") {
    const fix = values.has(String(value)) ? Findings.replacing(path, String(value)) : {}
    return [mismatch(path, `${of} is one of its options, which are texts, and ${JSON.stringify(value)} is none.`, fix)]
  }
  const near = Nearest.among(values)(value)
  const known = [...values].slice(0, 10).join(", ") + (values.size > 10 ? ", …" : "")
  const message =
    near === undefined
      ? `${of} has no option "${value}". It has: ${known}.`
      : `${of} has no option "${value}". Did you mean "${near}"?`
  return [{ ...Findings.problem("unknown-option", path, message), ...Findings.replacing(path, near) }]
}

const picked = (
  by: "anyOf" | "allOf",
  [reference, values]: readonly [Reference, ReadonlyArray<Literal>],
  trail: Trail | null,
  types: Types,
): Problems => {
  const type = types.answers.get(reference.answer)
  if (type === undefined) return []
  if (type.type === "options")
    return values.flatMap((value, index) => literalFits(value, type, along(trail, by, 1, index)))
  const message = `With ${by} it is asked what is picked of several options, and ${type.of} is ${said(type)}.`
  const fix =
    type.type === "option" && by === "anyOf"
      ? Findings.replacing(pathOf(trail), { in: [{ answer: reference.answer }, values] })
      : {}
  return [mismatch(pathOf(along(trail, by, 0)), message, fix)]
}

/** `some` and `every` are about the instances of a repeated group. */
const repeated = ({ answers }: Outline, { answer }: Reference, trail: Trail | null): Problems => {
  const owner = answers.get(answer)
  return owner === undefined || owner.question?.repeat !== undefined
    ? []
    : [mismatch(pathOf(trail), `"${answer}" is no repeated group, so it has no instances.`)]
}

/** What an operand reads must be of the type that it needs: a count of what is counted, a date from a date. */
const withinOperand = (operand: Operand, trail: Trail | null, types: Types): Problems => {
  if (typeof operand !== "object") return []
  if ("count" in operand) {
    const type = types.answers.get(operand.count.answer)
    return type === undefined || type.type === "options" || type.type === "count"
      ? []
      : [
          mismatch(
            pathOf(along(trail, "count")),
            `${type.of} is ${said(type)}; only options, files and instances are counted.`,
          ),
        ]
  }
  if (!("date" in operand)) return []
  const at = along(trail, "date")
  if (typeof operand.date === "string") return literalFits(operand.date, { type: "date", of: "This" }, at)
  const type = ofOperand(operand.date, types)
  return type === undefined || type.type === "date"
    ? []
    : [mismatch(pathOf(at), `${type.of} is ${said(type)}, not a date.`)]
}

/** An operand of a calculation or a limit. */
const ofSite = ({ operand, trail, owner, purpose }: OperandSite, types: Types): Problems => {
  const inside = withinOperand(operand, trail, types)
  const type = ofOperand(operand, types)
  if (inside.length > 0 || type === undefined) return inside
  if (purpose === "limit") {
    const limited = types.answers.get(owner.id)
    return limited === undefined || (limited.type !== "number" && limited.type !== "date") || limited.type === type.type
      ? []
      : [mismatch(pathOf(trail), `The limit of ${said(limited)} is ${said(limited)}, and ${type.of} is ${said(type)}.`)]
  }
  const { calculation } = owner
  if (calculation === undefined || "count" in calculation) return []
  if ("concat" in calculation) {
    return isComparable(type) ? [] : [mismatch(pathOf(trail), `${type.of} is ${said(type)}, which is no text.`)]
  }
  const needed: Type =
    "sum" in calculation
      ? { type: "number", of: "The sum" }
      : "dateDiff" in calculation
        ? { type: "date", of: "This" }
        : (types.answers.get(owner.id) ?? type)
  if (type.type === "literal") return literalFits(type.value, { ...needed, of: "This" }, trail)
  if (type.type !== needed.type)
    return [mismatch(pathOf(trail), `${type.of} is ${said(type)}, and ${said(needed)} is needed.`)]
  return []
}

/** `ne` is false while a question is not answered (semantics 2), which authors seldom mean. */
const neOptional = (
  { answers }: Outline,
  operands: readonly [Operand, Operand],
  trail: Trail | null,
  isAnswered: (id: string) => boolean,
): Problems => {
  const optional = operands.flatMap((operand) => {
    const owner = typeof operand === "object" && "answer" in operand ? answers.get(operand.answer) : undefined
    return owner?.question === undefined || owner.question.required === true || isAnswered(owner.id) ? [] : [owner]
  })
  const [first] = optional
  if (first === undefined) return []
  const message = `"${first.id}" may be left unanswered, and then this does not hold: "not equal" needs an answer. If it is to hold then too, say not eq.`
  const eq = operands.map(written)
  return [
    Findings.warning("ne-optional", pathOf(along(trail, "ne")), message, {
      ...(first.repeats.length === 0 ? { witness: {} } : {}),
      ...Findings.replacing(pathOf(trail), { not: { eq } }),
    }),
  ]
}

/** An operand as a definition writes it. */
const written = (operand: Operand): Findings.Json => {
  if (typeof operand !== "object") return operand
  if ("answer" in operand) return { answer: operand.answer }
  if ("context" in operand) return { context: operand.context }
  if ("count" in operand) return { count: operand.count.answer }
  const { date, offset } = operand
  const base = typeof date === "string" ? date : written(date)
  return offset === undefined ? { date: base } : { date: base, offset: { ...offset } }
}

const today = ({ questionnaire: { context } }: Outline): Problems => {
  const declared = context !== undefined && Object.hasOwn(context, "today") ? context["today"] : undefined
  return declared === undefined || declared.type === "date"
    ? []
    : [
        mismatch(
          ["context", "today", "type"],
          `"today" is always a date.`,
          Findings.replacing(["context", "today", "type"], "date"),
        ),
      ]
}
