/**
 * Comparisons of SurveyJS between terms, as conditions of ours: exact, or a sentence why there is none. A comparison with
 * a choice is decided for each of its options by SurveyJS's own rules (`values.ts`).
 */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition, Literal } from "@requite/core/Condition/Ast"
import { always, never } from "../Imported.ts"
import { all, among, comparing, inSome, mirrored, not, type Comparing } from "../Imported/conditions.ts"
import { branches, compared, type FieldTerm, operandOf, type OperandTerm } from "../Imported/terms.ts"
import { type PlainTerm as Plain, sameAnswer } from "../Imported/terms.ts"
import { spelledAlike, spellings } from "../Imported/spellings.ts"
import { isCondition, joined, negated, type Translated } from "../Imported/translation.ts"
import type { Field, Option } from "./model.ts"
import type { Place, Term } from "./operands.ts"
import type { Comparator as Theirs } from "./parse.ts"
import { compare, equal, isEmpty, isList, isTrue, numberOf, type Value } from "./values.ts"

export const emptiness = (one: Term): Translated => {
  switch (one.type) {
    case "unsupported":
      return one.why
    case "value":
      return isEmpty(one.value) ? always : never
    case "field":
      return negated(answeredOf(one))
    case "operand":
      return not(one.given)
    case "condition":
      return never
    case "either":
      return branches(one, emptiness)
  }
}

const answeredOf = ({ field, beyond }: FieldTerm<Field>): Translated => {
  const { kind } = field.shape
  if (kind !== "note" && kind !== "group") return inSome(beyond, { answered: { answer: field.id } })
  if (kind === "note") return never
  return joined(
    "or",
    field.fields.map((inner) => answeredOf({ type: "field", field: inner, beyond })),
  )
}

export const truth = (one: Term): Translated => {
  switch (one.type) {
    case "unsupported":
      return one.why
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
  if (
    values.length > 0 &&
    field.shape.kind === "choice" &&
    values.length === field.shape.options.length + (field.shape.other ? 1 : 0)
  )
    return { answered: answer }
  return among(answer, values)
}

export const comparison = (by: Theirs, left: Term, right: Term, place: Place): Translated =>
  compared(left, right, (one, other) => plain(by, one, other, place))

type PlainTerm = Plain<Field, Value>

const plain = (by: Theirs, left: PlainTerm, right: PlainTerm, place: Place): Translated => {
  if (left.type === "condition" || right.type === "condition") return ofConditions(by, left, right, place)
  if (by === "ne" || by === "notcontains" || by === "noneof")
    return negated(plain(by === "ne" ? "eq" : by === "noneof" ? "anyof" : "contains", left, right, place))
  if (left.type === "value" && right.type === "value") return compare(by, left.value, right.value) ? always : never
  if (left.type === "value") {
    // `['a', 'b'] contains {x}` asks whether x is one of them
    const other = by === "contains" && isList(left.value) ? "anyof" : turned[by]
    return other === undefined ? "The answer stands on the wrong side." : plain(other, right, left, place)
  }
  if (right.type === "value")
    return left.type === "field" ? fieldWith(by, left, right.value, place) : operandWith(by, left, right.value)
  return ofAnswers(by, left, right, place)
}

const turned: Partial<Record<Theirs, Theirs>> = mirrored

/** True and false are values too: `({a} = 1) = true`. */
const ofConditions = (by: Theirs, left: PlainTerm, right: PlainTerm, place: Place): Translated => {
  const either = (one: PlainTerm): Term =>
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
const ofAnswers = (by: Theirs, left: PlainTerm, right: PlainTerm, place: Place): Translated => {
  const ours = comparators.get(by)
  const [a, b] = [operandOf(left), operandOf(right)]
  if (ours === undefined) return "Two answers cannot be compared like this."
  const orNeither = (same: Condition): Translated =>
    joined("or", [same, joined("and", [emptiness(left), emptiness(right)])])
  if (a !== undefined && b !== undefined && a.of === b.of) {
    const same = comparing(ours, a.operand, b.operand)
    return ours === "lt" || ours === "gt" ? same : orNeither(same)
  }
  const same = ours === "eq" ? sameAnswer(left, right) : "Answers of two kinds are compared."
  if (!isCondition(same)) return same
  if (left.type === "field" && left.field.shape.kind === "text") spelledAlike(place.warn)
  return orNeither(same)
}

const comparators: ReadonlyMap<Theirs, Comparing> = new Map<Theirs, Comparing>([
  ["eq", "eq"],
  ["lt", "lt"],
  ["lte", "lte"],
  ["gt", "gt"],
  ["gte", "gte"],
])

const operandWith = (by: Theirs, left: OperandTerm, value: Value): Translated => {
  const ours = comparators.get(by)
  if (isEmpty(value)) return by === "eq" ? emptiness(left) : never
  const literal: Literal | undefined = left.of === "number" ? numberOf(value) : isDate(value) ? value : undefined
  if (ours === undefined) return "What is calculated cannot be compared like this."
  return literal === undefined ? never : comparing(ours, left.operand, literal)
}

const fieldWith = (by: Theirs, left: FieldTerm<Field>, value: Value, place: Place): Translated => {
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
      if (ours === undefined || isList(value)) return `A ${shape.kind} cannot be compared like this.`
      return first === undefined ? never : wrapped(comparing(ours, answer, first))
    }
    case "time":
    case "text": {
      const literals = (isList(value) ? value : [value])
        .filter((one) => !isEmpty(one))
        .map((one) => String(one).toWellFormed())
      const [first] = literals
      if (by !== "anyof" && (by !== "eq" || isList(value))) return "Texts have no order and no parts here."
      if (first === undefined) return never
      const distinct = [...new Set(literals.flatMap((one) => spellings(one, place.warn)))]
      return wrapped(by === "anyof" ? { in: [answer, distinct] } : among(answer, distinct))
    }
    default:
      return "There is no answer that could be compared."
  }
}

const noOption = (value: Value, { warn }: Place): void =>
  warn("unknown-option", `No option fits ${JSON.stringify(value)?.slice(0, 100)}: what compares it never holds.`)

const manyWith = (by: Theirs, { field, beyond }: FieldTerm<Field>, value: Value, place: Place): Translated => {
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
      return "Several options have no order."
  }
}
