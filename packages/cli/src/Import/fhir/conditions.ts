/**
 * `enableWhen` as conditions of ours. FHIR compares each of the answers given and is content with one; `!=` says that
 * none is equal, so that it holds without an answer, and becomes `not`.
 */
import type { Condition, Literal } from "@requite/core/Condition/Ast"
import { isDate } from "@requite/core/AnswerKind/date"
import { always, at, isObject, listAt, never, numberAt, type Path, type Report, stringAt } from "../Imported.ts"
import { all, any, comparing, inSome, isAlways, not, type Comparing } from "../Imported/conditions.ts"
import { shown } from "../Imported/translation.ts"
import type { Node, Option } from "./model.ts"

const comparators: ReadonlyMap<string, Comparing> = new Map([
  ["=", "eq"],
  ["!=", "eq"],
  ["<", "lt"],
  ["<=", "lte"],
  [">", "gt"],
  [">=", "gte"],
])

/** When an item is enabled; undefined: always. */
export const enabled = (
  node: Node,
  around: ReadonlyArray<string>,
  byLinkId: ReadonlyMap<string, Node>,
  report: Report,
): Condition | undefined => {
  const list = listAt(node.source, "enableWhen")
  if (list.length === 0) return undefined
  const conditions = list.map((one, i) => translate(one, [...node.path, "enableWhen", i], around, byLinkId, report))
  if (stringAt(node.source, "enableBehavior") === "any") {
    const known = conditions.filter((one) => one !== undefined)
    return known.length < conditions.length ? undefined : any(known)
  }
  const condition = all(conditions.filter((one) => one !== undefined))
  return isAlways(condition) ? undefined : condition
}

const translate = (
  source: unknown,
  path: Path,
  around: ReadonlyArray<string>,
  byLinkId: ReadonlyMap<string, Node>,
  report: Report,
): Condition | undefined => {
  const question = stringAt(source, "question")
  const operator = stringAt(source, "operator") ?? "="
  const target = question === undefined ? undefined : byLinkId.get(question)
  const answer = isObject(source) ? Object.entries(source).find(([key]) => /^answer[A-Z]/.test(key)) : undefined
  const exists = operator === "exists" ? at(source, "answerBoolean") !== false : undefined
  if (target === undefined) {
    const holds = exists === false || operator === "!="
    report.warn(
      path,
      "unknown-question",
      `There is no question ${JSON.stringify((question ?? "").slice(0, 100))}: what compares it ${holds ? "always holds" : "never holds"}.`,
    )
    return holds ? always : never
  }
  // from inside the same repeated group the answer of the same instance is meant
  const beyond = target.repeats.filter((id) => !around.includes(id))
  if (exists !== undefined) {
    const answered = answeredOf(target)
    if (answered === undefined) {
      report.drop(path, "enableWhen", `A group or text has no answer that could exist. ${shown}`)
      return undefined
    }
    const condition = inSome(beyond, answered)
    return exists ? condition : not(condition)
  }
  const comparator = comparators.get(operator)
  if (comparator === undefined || answer === undefined) {
    report.drop(path, "enableWhen", `The operator ${JSON.stringify(operator.slice(0, 40))} is not known here. ${shown}`)
    return undefined
  }
  const compared = compare(target, comparator, answer[0].slice("answer".length), answer[1], path, report)
  if (compared === undefined) return undefined
  const condition = inSome(beyond, compared)
  return operator === "!=" ? not(condition) : condition
}

const answeredOf = ({ shape, id, repeats }: Node): Condition | undefined => {
  if (shape.kind === "note" || (shape.kind === "group" && repeats.at(-1) !== id)) return undefined
  return shape.kind === "group" ? undefined : { answered: { answer: id } }
}

const compare = (
  target: Node,
  comparator: Comparing,
  type: string,
  value: unknown,
  path: Path,
  report: Report,
): Condition | undefined => {
  const { shape, id } = target
  const answer = { answer: id }
  const mismatch = (): Condition => {
    report.warn(
      path,
      "type-mismatch",
      `A ${target.type} is never compared with an answer of type ${type}: this never holds.`,
    )
    return never
  }
  const unsupported = (why: string): undefined => {
    report.drop(path, "enableWhen", `${why} ${shown}`)
    return undefined
  }
  const literal = (right: Literal): Condition => comparing(comparator, answer, right)
  switch (shape.kind) {
    case "choice": {
      if (comparator !== "eq") return unsupported("Options have no order.")
      const option = optionOf(shape.options, type, value)
      if (option === "mismatch") return mismatch()
      if (option === undefined) {
        const named = JSON.stringify(stringAt(value, "code") ?? value) ?? ""
        report.warn(path, "unknown-option", `The question has no option ${named.slice(0, 100)}: this never holds.`)
        return never
      }
      return shape.multiple ? { anyOf: [answer, [option.value]] } : { eq: [answer, option.value] }
    }
    case "number": {
      const number = type === "Quantity" ? numberAt(value, "value") : value
      if (typeof number !== "number" || !Number.isFinite(number)) return mismatch()
      return literal(number)
    }
    case "date":
      return isDate(value) ? literal(value) : typeof value === "string" ? unsupported("Not a whole date.") : mismatch()
    case "dateTime":
      if (typeof value !== "string") return mismatch()
      return isDate(value) && comparator !== "eq"
        ? literal(value)
        : unsupported("Only the day is asked here, so a time cannot be compared exactly.")
    case "time":
      if (typeof value !== "string") return mismatch()
      return comparator === "eq" ? { in: [answer, timesLike(value)] } : unsupported("Times have no order here.")
    case "text":
      if (typeof value !== "string") return mismatch()
      return comparator === "eq" ? { eq: [answer, value.toWellFormed()] } : unsupported("Texts have no order here.")
    default:
      return unsupported("There is no answer that could be compared.")
  }
}

/** `17:00:00` may be typed as `17:00`. */
const timesLike = (time: string): ReadonlyArray<string> => [
  time.toWellFormed(),
  ...(/^\d\d:\d\d:00$/.test(time) ? [time.slice(0, 5)] : []),
]

const types: Readonly<Record<Option["type"], ReadonlyArray<string>>> = {
  coding: ["Coding"],
  string: ["String"],
  integer: ["Integer", "Decimal"],
  date: ["Date"],
  time: ["Time"],
  boolean: ["Boolean"],
}

/** The option that an answer of an `enableWhen` means. A system counts where both have one. */
const optionOf = (options: ReadonlyArray<Option>, type: string, value: unknown): Option | "mismatch" | undefined => {
  const alike = options.filter((option) => types[option.type].includes(type))
  if (alike.length === 0 && options.length > 0) return "mismatch"
  if (type !== "Coding") return alike.find(({ code }) => code === String(value))
  const system = stringAt(value, "system")
  const code = stringAt(value, "code") ?? stringAt(value, "display")
  const named = alike.filter((option) => option.code === code)
  return (
    named.find((option) => option.system === system) ??
    named.find((option) => option.system === undefined || system === undefined)
  )
}
