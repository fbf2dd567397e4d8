/**
 * Conditions of Form.io as conditions of ours: the older one (`when`, `eq`), the newer list, JsonLogic, and triggers of
 * `logic`. A comparison with an option is decided for each option as Form.io would; JavaScript is never run.
 */
import { isDate } from "@requite/core/AnswerKind/date"
import type { Condition } from "@requite/core/Condition/Ast"
import { at, isObject, listAt, never, stringAt } from "../Imported.ts"
import { among, any, comparing, inSome, not, type Comparing } from "../Imported/conditions.ts"
import { joined, negated, type Translated } from "../Imported/translation.ts"
import { fromLogic } from "./logic.ts"
import { type Field, type Form, type Option, type Raw, written } from "./model.ts"

/** Where a condition stands: `from` is the component that has it. */
export interface Place {
  readonly form: Form
  readonly from: Field
  readonly warn: (code: string, message: string) => void
}

/** What `conditional` says: shown when this holds. Undefined when it says nothing. */
export const shownWhen = (conditional: unknown, place: Place): Translated | undefined => {
  const logic = at(conditional, "json")
  if (isObject(logic)) return logical(logic, place)
  if (at(conditional, "when")) return simple(conditional, place)
  return listAt(conditional, "conditions").length === 0 ? undefined : listed(conditional, place)
}

/** The same of a trigger: when it fires. */
export const firesWhen = (trigger: unknown, place: Place): Translated => {
  const type = stringAt(trigger, "type")
  if (type === "json") return logical(at(trigger, "json"), place)
  if (type !== "simple") return "Only simple triggers are translated; JavaScript is never run."
  return shownWhen(at(trigger, "simple"), place) ?? never
}

const logical = (rule: unknown, { form, from, warn }: Place): Translated =>
  fromLogic(
    rule,
    (path) => {
      const field = form.find(path, from)
      return field === undefined || beyondOf(field, from).length > 0 ? undefined : field
    },
    warn,
  )

const beyondOf = (field: Field, from: Field): ReadonlyArray<string> =>
  field.repeats.filter((id) => !from.repeats.includes(id))

/** The component of that path, or undefined, which is warned about: then it has no value. */
const lookUp = (path: unknown, { form, from, warn }: Place): Field | undefined => {
  const field = typeof path === "string" ? form.find(path, from) : undefined
  if (field === undefined)
    warn("unknown-component", `There is no component ${quoted(path)}: it counts as not answered.`)
  return field
}

const quoted = (value: unknown): string => JSON.stringify(written(value).slice(0, 100))

/** `{ show, when, eq }`: texts of both sides are compared; of several picks one is enough. */
const simple = (conditional: unknown, place: Place): Translated => {
  const show = written(at(conditional, "show")) === "true"
  const eq = at(conditional, "eq")
  const field = lookUp(at(conditional, "when"), place)
  const equal = field === undefined ? never : equalText(field, written(eq), place)
  return show ? equal : negated(equal)
}

const isRaw = (value: unknown): value is Raw =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"

const equalText = (field: Field, eq: string, place: Place): Translated => {
  const within = (inner: Condition): Condition => inSome(beyondOf(field, place.from), inner)
  const answer = { answer: field.id }
  if (eq === "") return not(answered(field, place))
  switch (field.shape.kind) {
    case "choice":
      return within(pickedOf(field, ({ raw }) => String(raw) === eq, eq, place))
    case "confirm":
      return eq === "true" ? within({ answered: answer }) : eq === "false" ? not(within({ answered: answer })) : never
    case "number":
      return String(Number(eq)) === eq ? within({ eq: [answer, Number(eq)] }) : never
    case "text":
      return within({ eq: [answer, eq.toWellFormed()] })
    case "date": {
      const date = dateOf(eq, field)
      return date === undefined ? never : within({ eq: [answer, date] })
    }
    default:
      return "This component has no value that could be compared."
  }
}

/** That one of the options which fit is picked. */
const pickedOf = (field: Field, fits: (option: Option) => boolean, sought: unknown, place: Place): Condition => {
  if (field.shape.kind !== "choice") return never
  const values = field.shape.options.filter(fits).map(({ value }) => value)
  const [first] = values
  if (first === undefined) {
    place.warn("unknown-option", `No option fits ${quoted(sought)}: what compares it never holds.`)
    return never
  }
  const answer = { answer: field.id }
  if (field.shape.multiple) return { anyOf: [answer, values] }
  return among(answer, values)
}

const answered = (field: Field, place: Place): Condition => {
  const { kind } = field.shape
  if (kind === "note") return never
  if (kind === "group") return any(field.fields.map((inner) => answered(inner, place)))
  return inSome(beyondOf(field, place.from), { answered: { answer: field.id } })
}

/** `{ show, conjunction, conditions: [{ component, operator, value }] }`. */
const listed = (conditional: unknown, place: Place): Translated => {
  const parts = listAt(conditional, "conditions").flatMap((one): ReadonlyArray<Translated> => {
    if (!at(one, "component")) return []
    return [compared(lookUp(at(one, "component"), place), stringAt(one, "operator") ?? "", at(one, "value"), place)]
  })
  const holds = joined(at(conditional, "conjunction") === "any" ? "or" : "and", parts)
  const show = at(conditional, "show")
  return show === undefined || (show !== "false" && show !== "null" && show !== "0" && Boolean(show))
    ? holds
    : negated(holds)
}

/** Operators that hold where another does not. */
const opposite: ReadonlyMap<string, string> = new Map([
  ["isNotEqual", "isEqual"],
  ["isEmpty", "isNotEmpty"],
  ["notIncludes", "includes"],
  ["isNotDateEqual", "isDateEqual"],
])

const compared = (field: Field | undefined, operator: string, value: unknown, place: Place): Translated => {
  if (!operators.has(operator) && !opposite.has(operator)) return `There is no operator ${quoted(operator)}.`
  const positive = opposite.get(operator)
  if (field === undefined) return positive === undefined ? never : not(never)
  if (positive !== undefined) {
    // of several picks, one that differs is enough, and so is none at all
    if (field.shape.kind === "choice" && field.shape.multiple && !field.shape.boxes && operator !== "isEmpty")
      return differing(field, positive, value, place)
    return negated(comparison(field, positive, value, place))
  }
  return comparison(field, operator, value, place)
}

const differing = (field: Field, operator: string, value: unknown, place: Place): Translated => {
  const fits = fitting(operator, value)
  if (fits === undefined || field.shape.kind !== "choice") return "Picks cannot be compared like this."
  const others = field.shape.options.filter((option) => !fits(option)).map((option) => option.value)
  const answer = { answer: field.id }
  const none = not(answered(field, place))
  return others.length === 0 ? none : any([none, inSome(beyondOf(field, place.from), { anyOf: [answer, others] })])
}

const ofNumbers = new Map<string, Comparing>([
  ["isEqual", "eq"],
  ["lessThan", "lt"],
  ["greaterThan", "gt"],
  ["lessThanOrEqual", "lte"],
  ["greaterThanOrEqual", "gte"],
])

const ofDates = new Map<string, Comparing>([
  ["isEqual", "eq"],
  ["isDateEqual", "eq"],
  ["dateLessThan", "lt"],
  ["dateGreaterThan", "gt"],
  ["dateLessThanOrEqual", "lte"],
  ["dateGreaterThanOrEqual", "gte"],
])

const operators = new Set([...ofNumbers.keys(), ...ofDates.keys(), "isNotEmpty", "includes", "startsWith", "endsWith"])

const comparison = (field: Field, operator: string, value: unknown, place: Place): Translated => {
  const within = (inner: Condition): Condition => inSome(beyondOf(field, place.from), inner)
  if (operator === "isNotEmpty") return answered(field, place)
  if (operator === "isEqual" && (value === undefined || value === null || value === ""))
    return not(answered(field, place))
  const answer = { answer: field.id }
  switch (field.shape.kind) {
    case "choice": {
      if (field.shape.boxes && operator !== "isEqual") return "Boxes to tick cannot be compared like this."
      const fits = field.shape.boxes ? ({ raw }: Option) => String(raw) === written(value) : fitting(operator, value)
      return fits === undefined ? "Options cannot be compared like this." : within(pickedOf(field, fits, value, place))
    }
    case "confirm": {
      if (operator !== "isEqual") return "A box to tick cannot be compared like this."
      const isTicked = within({ answered: answer })
      return isEqual(true, value) ? isTicked : isEqual(false, value) ? not(isTicked) : never
    }
    case "number": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value
      if (typeof number !== "number" || !Number.isFinite(number)) return never
      const by = ofNumbers.get(operator)
      return by === undefined ? "A number cannot be compared like this." : within(comparing(by, answer, number))
    }
    case "date": {
      const date = isRaw(value) ? dateOf(written(value), field) : undefined
      if (date === undefined) return `This is no date: ${quoted(value)}.`
      if (written(value).length > 10 && !/T00:00(:00(\.0+)?)?(Z|[+-].*)?$/.test(written(value)))
        place.warn("day-only", "A time of day is not compared: only the day counts.")
      const by = ofDates.get(operator)
      return by === undefined ? "A date cannot be compared like this." : within(comparing(by, answer, date))
    }
    case "text":
      if (operator !== "isEqual") return "A text can only be compared as a whole."
      return isRaw(value) ? within({ eq: [answer, written(value).toWellFormed()] }) : never
    default:
      return "This component has no value that could be compared."
  }
}

/** What Form.io says of one option; undefined where it compares dates. */
const fitting = (operator: string, value: unknown): ((option: Option) => boolean) | undefined => {
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN
  const ofText = (test: (raw: string, sought: string) => boolean) => (option: Option) =>
    typeof option.raw === "string" && test(option.raw, written(value))
  const ofNumber = (test: (raw: number) => boolean) => (option: Option) =>
    typeof option.raw === "number" && test(option.raw)
  switch (operator) {
    case "isEqual":
      return ({ raw }) => isEqual(raw, value)
    case "includes":
      return ofText((raw, sought) => raw.includes(sought))
    case "startsWith":
      return ofText((raw, sought) => raw.startsWith(sought))
    case "endsWith":
      return ofText((raw, sought) => raw.endsWith(sought))
    case "lessThan":
      return ofNumber((raw) => raw < number)
    case "greaterThan":
      return ofNumber((raw) => raw > number)
    case "lessThanOrEqual":
      return ofNumber((raw) => raw <= number)
    case "greaterThanOrEqual":
      return ofNumber((raw) => raw >= number)
    default:
      return undefined
  }
}

/** `"5"` is 5 and `"true"` is true where the answer is; not the other way round. */
const isEqual = (raw: Raw, value: unknown): boolean =>
  raw === value || (typeof raw !== "string" && typeof value === "string" && String(raw) === value.trim())

/** The day of a date as components of Form.io have it; that of `day` has its parts in the order in which it shows them. */
export const dateOf = (text: string, { type, source }: Pick<Field, "type" | "source">): string | undefined => {
  const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text.trim())
  const [, first = "", second = "", year = ""] = parts ?? []
  const dayFirst = type === "day" && at(source, "dayFirst") === true
  const [month, day] = dayFirst ? [second, first] : [first, second]
  const date = parts === null ? text.trim().slice(0, 10) : `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`
  return isDate(date) ? date : undefined
}
