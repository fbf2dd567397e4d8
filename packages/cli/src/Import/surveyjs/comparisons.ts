/**
 * Comparisons of SurveyJS between terms, as conditions of ours: exact, or `Unsupported` with the reason. A comparison with
 * a choice is decided for each of its options by SurveyJS's own rules (`values.ts`).
 */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Comparator as OurComparator, Condition, Literal, Operand } from "@requite/core/Condition/Ast"
import { always, never } from "../Imported.ts"
import { all, any, inSome, not } from "../Imported/conditions.ts"
import type { Field, Option } from "./model.ts"
import { operandOf, type Place, type Term } from "./operands.ts"
import type { Comparator as Theirs } from "./parse.ts"
import { compare, equal, isEmpty, isList, isTrue, numberOf, type Value } from "./values.ts"

/** Why an expression has no counterpart. */
export class Unsupported {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

export type Translated = Condition | Unsupported
export const isCondition = (one: Translated): one is Condition => !(one instanceof Unsupported)

export const emptiness = (one: Term): Translated => {
  switch (one.type) {
    case "unsupported":
      return new Unsupported(one.why)
    case "value":
      return isEmpty(one.value) ? always : never
    case "field": {
      const answered = answeredOf(one)
      return isCondition(answered) ? not(answered) : answered
    }
    case "operand":
      if (one.isAlways) return never
      return isReference(one.operand) ? not({ answered: one.operand }) : new Unsupported("This cannot be empty.")
    case "condition":
      return never
    case "either":
      return branches(one, emptiness)
  }
}

const isReference = (operand: unknown): operand is { readonly answer: string } =>
  typeof operand === "object" && operand !== null && "answer" in operand

const answeredOf = ({ field, beyond }: Term & { readonly type: "field" }): Translated => {
  const { kind } = field.shape
  if (kind !== "note" && kind !== "group") return inSome(beyond, { answered: { answer: field.id } })
  if (kind === "note") return never
  const parts = field.fields.map((inner) => answeredOf({ type: "field", field: inner, beyond }))
  const failed = parts.find((part) => !isCondition(part))
  return failed ?? any(parts.filter(isCondition))
}

const branches = (
  { when, yes: one, no: other }: Term & { readonly type: "either" },
  each: (one: Term) => Translated,
): Translated => {
  const [yes, no] = [each(one), each(other)]
  if (!isCondition(yes)) return yes
  if (!isCondition(no)) return no
  return any([all([when, yes]), all([not(when), no])])
}

export const truth = (one: Term): Translated => {
  switch (one.type) {
    case "unsupported":
      return new Unsupported(one.why)
    case "value":
      return isTrue(one.value) ? always : never
    case "condition":
      return one.condition
    case "either":
      return branches(one, truth)
    case "operand":
      return one.of === "number" ? not({ eq: [one.operand, 0] }) : always
    case "field": {
      const { shape, id } = one.field
      if (shape.kind === "choice" && !shape.multiple) {
        return inSome(
          one.beyond,
          picked(
            one.field,
            shape.options.filter(({ raw }) => isTrue(raw)),
            shape.other,
          ),
        )
      }
      if (shape.kind !== "number") return answeredOf(one)
      return inSome(one.beyond, { ne: [{ answer: id }, 0] })
    }
  }
}

const picked = (field: Field, options: ReadonlyArray<Option>, other: boolean): Condition => {
  const values = [...options.map(({ value }) => value), ...(other ? ["other"] : [])]
  const answer = { answer: field.id }
  const [first] = values
  if (first === undefined) return never
  if (field.shape.kind === "choice" && values.length === field.shape.options.length + (field.shape.other ? 1 : 0))
    return { answered: answer }
  return values.length === 1 ? { eq: [answer, first] } : { in: [answer, values] }
}

const flipped: Partial<Record<Theirs, Theirs>> = { eq: "eq", ne: "ne", lt: "gt", lte: "gte", gt: "lt", gte: "lte" }

export const comparison = (by: Theirs, left: Term, right: Term, place: Place): Translated => {
  if (left.type === "unsupported") return new Unsupported(left.why)
  if (right.type === "unsupported") return new Unsupported(right.why)
  if (left.type === "either" && right.type === "either")
    return new Unsupported("Two values that depend on conditions are compared.")
  if (left.type === "either") return branches(left, (one) => comparison(by, one, right, place))
  if (right.type === "either") return branches(right, (one) => comparison(by, left, one, place))
  if (left.type === "condition" || right.type === "condition") return ofConditions(by, left, right, place)
  if (by === "ne" || by === "notcontains" || by === "noneof") {
    const positive = comparison(by === "ne" ? "eq" : by === "noneof" ? "anyof" : "contains", left, right, place)
    return isCondition(positive) ? not(positive) : positive
  }
  if (left.type === "value" && right.type === "value") return compare(by, left.value, right.value) ? always : never
  if (left.type === "value") {
    // `['a', 'b'] contains {x}` asks whether x is one of them
    const turned = by === "contains" && isList(left.value) ? "anyof" : flipped[by]
    return turned === undefined
      ? new Unsupported("The answer stands on the wrong side.")
      : comparison(turned, right, left, place)
  }
  if (right.type === "value")
    return left.type === "field" ? fieldWith(by, left, right.value, place) : operandWith(by, left, right.value)
  return ofAnswers(by, left, right)
}

/** True and false are values too: `({a} = 1) = true`. */
const ofConditions = (by: Theirs, left: Term, right: Term, place: Place): Translated => {
  const either = (one: Term): Term =>
    one.type === "condition"
      ? {
          type: "either",
          when: one.condition,
          yes: { type: "value", value: true },
          no: { type: "value", value: false },
        }
      : one
  return comparison(by, either(left), either(right), place)
}

/** Two answers: as ours compare them, and equal too when neither is there. */
const ofAnswers = (by: Theirs, left: Term, right: Term): Translated => {
  const ours = comparators.get(by)
  const [a, b] = [operandOf(left), operandOf(right)]
  if (ours === undefined) return new Unsupported("Two answers cannot be compared like this.")
  const bothEmpty = (): Translated => {
    const empties = [emptiness(left), emptiness(right)]
    return empties.find((one) => !isCondition(one)) ?? all(empties.filter(isCondition))
  }
  if (a !== undefined && b !== undefined && a.of === b.of) {
    const compared = comparing(ours, a.operand, b.operand)
    if (ours === "lt" || ours === "gt") return compared
    const empty = bothEmpty()
    return isCondition(empty) ? any([compared, empty]) : empty
  }
  if (left.type !== "field" || right.type !== "field" || ours !== "eq")
    return new Unsupported("Answers of two kinds are compared.")
  if (left.beyond.length + right.beyond.length > 0)
    return new Unsupported("Answers of two repeated groups are compared.")
  const kinds = [left.field.shape, right.field.shape]
  const alike =
    kinds.every((shape) => shape.kind === "text") ||
    kinds.every(
      (shape) =>
        shape.kind === "choice" && !shape.multiple && shape.options.every(({ raw, value }) => String(raw) === value),
    )
  if (!alike) return new Unsupported("Answers of two kinds are compared.")
  const empty = bothEmpty()
  return isCondition(empty) ? any([{ eq: [{ answer: left.field.id }, { answer: right.field.id }] }, empty]) : empty
}

type Comparator = Exclude<OurComparator, "ne">

const comparators: ReadonlyMap<Theirs, Comparator> = new Map<Theirs, Comparator>([
  ["eq", "eq"],
  ["lt", "lt"],
  ["lte", "lte"],
  ["gt", "gt"],
  ["gte", "gte"],
])

const comparing = (by: Comparator, left: Operand, right: Operand): Condition => {
  if (by === "eq") return { eq: [left, right] }
  if (by === "lt") return { lt: [left, right] }
  if (by === "lte") return { lte: [left, right] }
  return by === "gt" ? { gt: [left, right] } : { gte: [left, right] }
}

const operandWith = (by: Theirs, left: Term & { readonly type: "operand" }, value: Value): Translated => {
  const ours = comparators.get(by)
  if (isEmpty(value)) return by === "eq" ? emptiness(left) : never
  const literal: Literal | undefined = left.of === "number" ? numberOf(value) : isDate(value) ? value : undefined
  if (ours === undefined) return new Unsupported("What is calculated cannot be compared like this.")
  return literal === undefined ? never : comparing(ours, left.operand, literal)
}

const fieldWith = (by: Theirs, left: Term & { readonly type: "field" }, value: Value, place: Place): Translated => {
  const { field, beyond } = left
  const { shape } = field
  const answer = { answer: field.id }
  const wrapped = (inner: Condition): Condition => inSome(beyond, inner)
  if (isEmpty(value)) {
    if (by === "eq" || by === "lte" || by === "gte") return emptiness(left)
    return by === "anyof" ? always : never
  }
  switch (shape.kind) {
    case "choice": {
      if (shape.multiple) return manyWith(by, left, value, place)
      const fits = shape.options.filter(({ raw }) => compare(by, raw, value))
      const other = shape.other && compare(by, "other", value)
      if (fits.length === 0 && !other) noOption(value, place)
      return wrapped(picked(field, fits, other))
    }
    case "number":
    case "date": {
      const literals = (isList(value) ? value : [value]).flatMap((one) => {
        const literal = shape.kind === "number" ? numberOf(one) : isDate(one) ? one : undefined
        return literal === undefined ? [] : [literal]
      })
      const ours = comparators.get(by)
      const [first] = literals
      if (by === "anyof") return first === undefined ? never : wrapped({ in: [answer, literals] })
      if (ours === undefined || isList(value)) return new Unsupported(`A ${shape.kind} cannot be compared like this.`)
      return first === undefined ? never : wrapped(comparing(ours, answer, first))
    }
    case "time":
    case "text": {
      const literals = (isList(value) ? value : [value])
        .filter((one) => !isEmpty(one))
        .map((one) => String(one).toWellFormed())
      const [first] = literals
      if (by === "anyof") return first === undefined ? never : wrapped({ in: [answer, literals] })
      if (by === "eq" && first !== undefined && !isList(value)) return wrapped({ eq: [answer, first] })
      return new Unsupported("Texts have no order and no parts here.")
    }
    default:
      return new Unsupported("There is no answer that could be compared.")
  }
}

const noOption = (value: Value, { warn }: Place): void =>
  warn("unknown-option", `No option fits ${JSON.stringify(value)?.slice(0, 100)}: what compares it never holds.`)

const manyWith = (
  by: Theirs,
  { field, beyond }: Term & { readonly type: "field" },
  value: Value,
  place: Place,
): Translated => {
  const { shape } = field
  if (shape.kind !== "choice") return never
  const answer = { answer: field.id }
  const offered = [...shape.options, ...(shape.other ? [{ raw: "other", value: "other" }] : [])]
  const sought = isList(value) ? value : [value]
  const fits = sought.map((one) => offered.filter(({ raw }) => equal(raw, one)).map((option) => option.value))
  sought.forEach((one, i) => fits[i]?.length === 0 && noOption(one, place))
  const each = fits.map((values): Condition => (values.length === 0 ? never : { anyOf: [answer, values] }))
  const every = (): Condition =>
    fits.every((values) => values.length === 1) ? { allOf: [answer, fits.flat()] } : all(each)
  switch (by) {
    case "contains":
    case "allof":
      return inSome(beyond, sought.length === 1 ? (each[0] ?? never) : every())
    case "anyof": {
      const values = fits.flat()
      return values.length === 0 ? never : inSome(beyond, { anyOf: [answer, values] })
    }
    case "eq": {
      if (!isList(value)) return never
      const chosen = new Set(fits.flat())
      const rest = offered.map((option) => option.value).filter((one) => !chosen.has(one))
      const none = rest.length === 0 ? [] : [not({ anyOf: [answer, rest] })]
      return inSome(beyond, all([every(), ...none]))
    }
    default:
      return new Unsupported("Several options have no order.")
  }
}
