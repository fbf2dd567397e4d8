/** The comparisons of the runner between two operands, each in one case of what it comes to, as conditions of ours. */
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import { always, never, type Path, type Report } from "../Imported.ts"
import { all, among, any, comparing, inOrder, mirrored, not, type Comparing } from "../Imported/conditions.ts"
import { spelledAlike, spellings } from "../Imported/spellings.ts"
import type { Option } from "./Schema.ts"
import { give, plain, type Plain, type Value, type ValueType, wholeDate } from "./Values.ts"

export interface Comparisons {
  readonly equal: (a: Value, b: Value, path: Path) => Condition
  readonly ordered: (comparator: Comparing, a: Value, b: Value) => Condition
  readonly isIn: (a: Value, b: Value, path: Path) => Condition
  readonly anyIn: (a: Value, b: Value, path: Path) => Condition
  readonly allIn: (a: Value, b: Value) => Condition
}

export const comparisons = (report: Report): Comparisons => {
  const byValue = new WeakMap<ReadonlyArray<Option>, Map<string, Array<string>>>()

  /** The values of ours that an option of that value has; letters' case does not count. */
  const picked = (options: ReadonlyArray<Option>, value: Plain): ReadonlyArray<string> => {
    if (typeof value !== "string") return []
    let known = byValue.get(options)
    if (known === undefined) {
      known = new Map<string, Array<string>>()
      byValue.set(options, known)
      for (const { theirs, ours } of options) {
        const same = known.get(theirs.toLowerCase())
        if (same === undefined) known.set(theirs.toLowerCase(), [ours])
        else same.push(ours)
      }
    }
    return known.get(value.toLowerCase()) ?? []
  }

  const equal = (a: Value, b: Value, path: Path): Condition => {
    if (a.is === "truth" || b.is === "truth") return equalTruth(a, b)
    if (a.is === "list" || b.is === "list") return give("it compares whole lists")
    if (a.is === "plain" && b.is === "plain") return fold(a.value) === fold(b.value) ? always : never
    if (a.is === "plain") return equal(b, a, path)
    if (b.is === "plain") return a.is === "operand" ? equalTo(a, b.value, path) : never
    if (a.type === "options" || b.type === "options") return give("it compares all the picked options of an answer")
    if (a.type === "option" || b.type === "option") {
      if (a.type !== b.type) return give("it compares an option with something else")
      if (a.options.length * b.options.length > 2500) return give("it compares too many options")
      return any(
        a.options.flatMap((left) =>
          picked(b.options, left.theirs).map((right) =>
            all([{ eq: [a.operand, left.ours] }, { eq: [b.operand, right] }]),
          ),
        ),
      )
    }
    if (a.type !== b.type && (a.type === "year" || b.type === "year"))
      return a.type === "year" ? yearly("eq", a.operand, b) : yearly("eq", b.operand, a)
    if (a.type !== b.type) return never
    if (a.type === "text") spelledAlike((code, message) => report.warn(path, code, message))
    return { eq: [a.operand, b.operand] }
  }

  const equalTruth = (a: Value, b: Value): Condition => {
    const [condition, other] = a.is === "truth" ? [a.condition, b] : b.is === "truth" ? [b.condition, a] : [never, a]
    if (other.is !== "plain" || typeof other.value !== "boolean") return give("it compares a rule with something else")
    return other.value ? condition : not(condition)
  }

  const equalTo = (a: Value & { is: "operand" }, value: Plain, path: Path): Condition => {
    if (value === null) return never
    switch (a.type) {
      case "option": {
        const values = picked(a.options, value)
        if (values.length === 0) report.warn(path, "no-such-option", `No option has the value ${quoted(value)}.`)
        return among(a.operand, values)
      }
      case "options":
        return give("it compares all the picked options of an answer")
      case "number":
        return typeof value === "number" ? { eq: [a.operand, value] } : misfit(value, path)
      case "year": {
        const year = typeof value === "string" && /^\d{4}$/.test(value) ? Number(value) : undefined
        return year === undefined ? misfit(value, path) : { eq: [a.operand, year] }
      }
      case "boolean":
        return typeof value === "boolean" ? { eq: [a.operand, value] } : misfit(value, path)
      case "date": {
        const day = typeof value === "string" ? wholeDate(value) : undefined
        return day === undefined ? misfit(value, path) : { eq: [a.operand, day] }
      }
      case "text":
        return typeof value === "string" ? among(a.operand, spelled(value, path)) : misfit(value, path)
    }
  }

  const misfit = (value: Plain, path: Path): Condition => {
    report.warn(path, "other-type", `${quoted(value)} is never the answer it is compared with, which has another type.`)
    return never
  }

  /** The runner does not tell capital letters from small ones. */
  const spelled = (value: string, path: Path): ReadonlyArray<string> =>
    spellings(value, (code, message) => report.warn(path, code, message))

  /** The first day of a year beside a day that is written down. */
  const yearly = (comparator: Comparing, operand: Operand, day: Value): Condition => {
    if (day.is !== "operand" || typeof day.operand !== "string")
      return give("it compares a year with a date that varies")
    const year = Number(day.operand.slice(0, 4))
    const isFirst = day.operand.endsWith("-01-01")
    if (comparator === "eq") return isFirst ? { eq: [operand, year] } : never
    if (isFirst) return comparing(comparator, operand, year)
    return comparator === "gt" || comparator === "gte" ? { gt: [operand, year] } : { lte: [operand, year] }
  }

  const ordered = (comparator: Comparing, a: Value, b: Value): Condition => {
    if ((a.is === "plain" && a.value === null) || (b.is === "plain" && b.value === null)) return never
    const years = [a, b].map((value) => value.is === "operand" && value.type === "year")
    if (years[0] === true && years[1] !== true && a.is === "operand") return yearly(comparator, a.operand, b)
    if (years[1] === true && years[0] !== true && b.is === "operand") return yearly(mirrored[comparator], b.operand, a)
    const [left, right] = [sized(a), sized(b)]
    if (left === undefined || right === undefined || left.type !== right.type)
      return give("it orders something else than two numbers or two dates")
    if (typeof left.operand === "number" && typeof right.operand === "number")
      return inOrder(comparator, left.operand, right.operand) ? always : never
    return comparing(comparator, left.operand, right.operand)
  }

  const sized = (value: Value): { operand: Operand; type: ValueType } | undefined => {
    if (value.is === "plain" && typeof value.value === "number") return { operand: value.value, type: "number" }
    if (value.is !== "operand" || !ordering.has(value.type)) return undefined
    return { operand: value.operand, type: value.type }
  }

  const isIn = (a: Value, b: Value, path: Path): Condition => {
    if (b.is === "plain") return b.value === null ? never : give("it looks into a text")
    if (b.is === "list") {
      if (a.is !== "operand") return any(b.values.map((value) => equal(a, plain(value), path)))
      const literals = b.values.filter((value) => value !== null)
      if (a.type === "option") {
        const missing = literals.filter((value) => picked(a.options, value).length === 0)
        missing.forEach((value) => report.warn(path, "no-such-option", `No option has the value ${quoted(value)}.`))
        return among(a.operand, [...new Set(literals.flatMap((value) => picked(a.options, value)))])
      }
      if (a.type === "text" && literals.every((value) => typeof value === "string"))
        return among(a.operand, [...new Set(literals.flatMap((value) => spelled(value, path)))])
      if (a.type === "number" && literals.length > 1 && literals.every((value) => typeof value === "number"))
        return { in: [a.operand, literals] }
      return any(literals.map((value) => equalTo(a, value, path)))
    }
    if (b.is !== "operand" || b.type !== "options") return give("it looks into something else than picked options")
    if (a.is === "plain") return a.value === null ? never : anyOf(b, [a.value], path)
    if (a.is !== "operand" || a.type !== "option" || a.options.length > 100)
      return give("what it looks for among the picked options is no option")
    return any(
      a.options.map((option) => {
        const values = picked(b.options, option.theirs)
        return values.length === 0 ? never : all([{ eq: [a.operand, option.ours] }, anyOfOurs(b.operand, values)])
      }),
    )
  }

  const anyOfOurs = (operand: Operand, values: ReadonlyArray<string>): Condition =>
    values.length === 0
      ? never
      : typeof operand === "object" && "answer" in operand
        ? { anyOf: [operand, values] }
        : give("it is about the picked options of no answer")

  const anyOf = (value: Value & { is: "operand" }, among: ReadonlyArray<Plain>, path: Path): Condition => {
    for (const one of among)
      if (picked(value.options, one).length === 0)
        report.warn(path, "no-such-option", `No option has the value ${quoted(one)}.`)
    return anyOfOurs(value.operand, [...new Set(among.flatMap((one) => picked(value.options, one)))])
  }

  const isNothing = (value: Value): boolean => value.is === "plain" && value.value === null

  const anyIn = (a: Value, b: Value, path: Path): Condition => {
    if (isNothing(a) || isNothing(b)) return never
    const [list, value] = a.is === "list" ? [a, b] : [b, a]
    if (list.is !== "list" || value.is !== "operand" || value.type !== "options")
      return give("it compares something else than a list with picked options")
    return anyOf(value, list.values, path)
  }

  const allIn = (a: Value, b: Value): Condition => {
    if (isNothing(a) || isNothing(b)) return never
    if (a.is === "list" && b.is === "operand" && b.type === "options") {
      const values = a.values.map((value) => picked(b.options, value))
      if (values.some((some) => some.length === 0)) return never
      const { operand } = b
      if (typeof operand !== "object" || !("answer" in operand))
        return give("it is about the picked options of no answer")
      return values.some((some) => some.length > 1)
        ? all(values.map((some) => anyOfOurs(operand, some)))
        : { allOf: [operand, [...new Set(values.flat())]] }
    }
    if (a.is === "operand" && a.type === "options" && b.is === "list") {
      const allowed = new Set(b.values.flatMap((value) => picked(a.options, value)))
      const others = a.options.map(({ ours }) => ours).filter((ours) => !allowed.has(ours))
      return all([a.present, not(anyOfOurs(a.operand, others))])
    }
    return give("it compares something else than a list with picked options")
  }

  return { equal, ordered, isIn, anyIn, allIn }
}

const ordering: ReadonlySet<ValueType> = new Set<ValueType>(["number", "date", "year"])

const fold = (value: Plain): Plain => (typeof value === "string" ? value.toLowerCase() : value)
const quoted = (value: Plain): string => JSON.stringify(typeof value === "string" ? value.slice(0, 60) : value)
