/**
 * Rules of an eQ schema (`when`) as conditions of ours, exactly or not at all.
 *
 * The runner computes with `null`: `null == null` holds and `null != "Yes"` too, an answer that is not on the path is
 * null, and a default stands in for an answer that is missing. Our comparisons are false as soon as something is
 * unanswered. So each operand is taken apart into *cases*, each with the *guard* under which it applies, and what the
 * rule comes to is found case by case.
 */
import type { Condition, Operand } from "@requite/core/Condition/Ast"
import { always, at, isObject, maxConditionDepth, never, stringAt } from "../Imported.ts"
import type { Path, Report } from "../Imported.ts"
import { all, any, isAlways, isNever, not, weight, type Comparing } from "../Imported/conditions.ts"
import { comparisons as comparing } from "./Comparisons.ts"
import type { Answer, Option, Schema } from "./Schema.ts"
import { dayAfter, give, isPlain, offsetOf, one, plain, presence, Untranslatable, wholeDate } from "./Values.ts"
import type { Case, Value, ValueType } from "./Values.ts"

export interface Around {
  /** The list whose item the rule is about. */
  readonly list: string | undefined
  /** What happens because the rule is not translated. */
  readonly otherwise: string
  /** Where in its section the rule is asked for: an answer further on is not on the path yet, and counts as missing. */
  readonly before?: { readonly section: string; readonly order: number }
  /** Defaults do not stand in: so the runner decides whether a section is on. */
  readonly withoutDefaults?: true
}

export interface Rules {
  /** Undefined when it cannot be translated, which is reported. */
  readonly condition: (rule: unknown, path: Path, around: Around) => Condition | undefined
  /** A value source or literal where one number or date is expected: a limit. */
  readonly operand: (source: unknown, type: "number" | "date", around: Around) => Operand | undefined
}

/** What the rules have to know of the rest: all of it of blocks and sections that come before. */
export interface Known {
  /** When a block is on the path, its section included. */
  readonly block: (id: string) => Condition | undefined
  /** When a section is on. */
  readonly section: (id: string) => Condition | undefined
  /** The calculated value of a summary. */
  readonly context: ReadonlyMap<string, { readonly key: string; readonly type: "text" | "date" | "boolean" }>
  /** Told which of them a condition goes by. */
  readonly uses: (id: string) => void
}

/** What stands alone is a list of one. */
const listOf = (given: unknown): ReadonlyArray<unknown> => (Array.isArray(given) ? given : [given])

const flipped: Readonly<Record<string, Comparing>> = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" }
/** Cases multiply: two operands of more carriers than this are not compared. */
const mostCases = 30
const mostNodes = 5000

/** Comparisons in all the rules together: a short rule can stand for many of them. */
const mostComparisons = 300_000

export const rules = (schema: Schema, known: Known, report: Report): Rules => {
  let nodes = 0
  let comparisons = 0
  const { equal, ordered, isIn, anyIn, allIn } = comparing(report)

  const truth = (rule: unknown, around: Around, depth: number, path: Path): Condition => {
    if (depth > maxConditionDepth || nodes++ > mostNodes) return give("it is too large")
    if (typeof rule === "boolean") return rule ? always : never
    if (!isObject(rule)) return give("an operator is missing")
    const [operator] = Object.keys(rule)
    const given = operator === undefined ? undefined : rule[operator]
    const operands = listOf(given)
    const inner = (one: unknown) => truth(one, around, depth + 1, path)
    const cases = (i: number) => resolve(operands[i], around, depth + 1, path)
    switch (operator) {
      case "and":
        return all(operands.map(inner))
      case "or":
        return any(operands.map(inner))
      case "not":
        return operands.length === 1 ? not(inner(operands[0])) : give('"not" takes one operand')
      case "==":
        return pairs(cases(0), cases(1), (a, b) => equal(a, b, path))
      case "!=":
        return not(pairs(cases(0), cases(1), (a, b) => equal(a, b, path)))
      case "<":
      case "<=":
      case ">":
      case ">=":
        return pairs(cases(0), cases(1), (a, b) => ordered(flipped[operator] ?? "lt", a, b))
      case "in":
        return pairs(cases(0), cases(1), (a, b) => isIn(a, b, path))
      case "any-in":
        return pairs(cases(0), cases(1), (a, b) => anyIn(a, b, path))
      case "all-in":
        return pairs(cases(0), cases(1), allIn)
      default:
        return give(`there is no counterpart of "${String(operator).slice(0, 40)}"`)
    }
  }

  const pairs = (
    left: ReadonlyArray<Case>,
    right: ReadonlyArray<Case>,
    compare: (a: Value, b: Value) => Condition,
  ): Condition => {
    if (left.length * right.length > mostCases) return give("it has too many cases")
    return any(
      left.flatMap((a) =>
        right.map((b) => {
          const result = compare(a.value, b.value)
          // a comparison is false by itself where an operand is unanswered; what always holds needs to be told
          const present = isAlways(result) ? [presence(a.value), presence(b.value)] : []
          return isNever(result) ? never : all([a.guard, b.guard, ...present, result])
        }),
      ),
    )
  }

  const resolve = (operand: unknown, around: Around, depth: number, path: Path): ReadonlyArray<Case> => {
    if (depth > maxConditionDepth || nodes++ > mostNodes) return give("it is too large")
    if (operand === undefined || operand === null) return one(plain(null))
    if (typeof operand === "string" || typeof operand === "number" || typeof operand === "boolean")
      return one(plain(operand))
    if (Array.isArray(operand)) {
      const values = operand.filter(isPlain)
      return values.length === operand.length ? one({ is: "list", values }) : give("a list holds more than literals")
    }
    const source = stringAt(operand, "source")
    if (source !== undefined) return sourced(source, operand, around, path)
    if (at(operand, "count") !== undefined) return counted(at(operand, "count"), around)
    if (at(operand, "date") !== undefined) return dated(at(operand, "date"), around, path)
    return one({ is: "truth", condition: truth(operand, around, depth + 1, path) })
  }

  const sourced = (source: string, operand: unknown, around: Around, path: Path): ReadonlyArray<Case> => {
    const id = stringAt(operand, "identifier") ?? ""
    switch (source) {
      case "answers":
        return answered(answerOf(operand, around), stringAt(operand, "selector"), around, path)
      case "calculated_summary":
      case "grand_calculated_summary":
        return totalled(id, around)
      case "metadata":
      case "response_metadata":
        return contextual(id)
      case "progress":
        return progressed(id, stringAt(operand, "selector") ?? "", around, path)
      case "list":
        return stringAt(operand, "selector") === "count"
          ? counted([{ source: "list", identifier: id }], around)
          : give("ours do not tell one item of a list from the others")
      default:
        return give(`there is no counterpart of the source "${source.slice(0, 40)}"`)
    }
  }

  const answerOf = (operand: unknown, around: Around): Answer => {
    const id = stringAt(operand, "identifier") ?? ""
    const answer = schema.answers.get(id)
    if (answer === undefined) return give(`there is no answer "${id.slice(0, 60)}"`)
    const selector = at(operand, "list_item_selector")
    if (selector !== undefined && stringAt(selector, "source") !== "location")
      return give("it is about one item of a list, picked by its position")
    return answer.list === undefined || answer.list === around.list
      ? answer
      : give(`"${id.slice(0, 60)}" is asked for each item of a list, and this is not about one`)
  }

  const answered = (answer: Answer, selector: string | undefined, around: Around, path: Path): ReadonlyArray<Case> => {
    const { before } = around
    if (before !== undefined && answer.block.section === before.section && answer.block.order >= before.order) {
      report.warn(
        path,
        "forward-reference",
        `"${answer.theirs.slice(0, 60)}" is asked later: it counts as missing here.`,
      )
      return one(plain(null))
    }
    if (answer.type === "nothing" || selector !== undefined) {
      const part = answer.parts.get(selector ?? "")
      if (part === undefined) return give("it is about a part of an answer that ours do not have")
      return optional([operandOf(part, "text", [])], never)
    }
    if (answer.carriers.length > mostCases) return give("it is about too many variants of a question")
    const carriers = answer.carriers.map(({ ours, type, list, options }) =>
      type === "nothing" || (list !== undefined && list !== around.list)
        ? give("it is about a question of which one variant is asked elsewhere")
        : operandOf(ours, type, options),
    )
    if (answer.default === undefined || around.withoutDefaults === true) return optional(carriers, never)
    const onPath = known.block(answer.block.id) ?? never
    return [
      ...optional(carriers, onPath),
      { guard: all([...carriers.map((value) => not(value.present)), onPath]), value: plain(answer.default) },
    ]
  }

  const operandOf = (ours: string, type: ValueType, options: ReadonlyArray<Option>) => ({
    is: "operand" as const,
    operand: { answer: ours },
    type,
    options,
    present: { answered: { answer: ours } },
  })

  /** Each of them where it is answered; null where none is, but for where something stands in. */
  const optional = (values: ReadonlyArray<Value & { is: "operand" }>, standIn: Condition): ReadonlyArray<Case> => [
    ...values.map((value) => ({ guard: always, value })),
    { guard: all([...values.map((value) => not(value.present)), not(standIn)]), value: plain(null) },
  ]

  const totalled = (id: string, around: Around): ReadonlyArray<Case> => {
    const total = schema.totals.get(id)
    if (total?.list !== undefined && total.list !== around.list) return give("it sums up one item of a list")
    const section = total === undefined ? undefined : known.section(total.section)
    if (total === undefined || section === undefined) return give(`there is no summary "${id.slice(0, 60)}" before it`)
    const value: Value = { is: "operand", operand: { answer: total.id }, type: "number", options: [], present: always }
    // where its section is off the sum of nothing counts
    return [{ guard: always, value }, ...(isAlways(section) ? [] : [{ guard: not(section), value: plain(0) }])]
  }

  const contextual = (id: string): ReadonlyArray<Case> => {
    const entry = known.context.get(id)
    if (entry === undefined) return give(`"${id.slice(0, 60)}" is not declared as metadata`)
    known.uses(id)
    const operand = { context: entry.key }
    const present: Condition = { eq: [operand, operand] }
    return [
      { guard: always, value: { is: "operand", operand, type: entry.type, options: [], present } },
      { guard: not(present), value: plain(null) },
    ]
  }

  const progressed = (id: string, selector: string, around: Around, path: Path): ReadonlyArray<Case> => {
    const list = schema.blocks.get(id)?.list
    if (list !== undefined && list !== around.list)
      return give("it is about a page that is asked for each item of a list")
    const done = selector === "section" ? known.section(id) : selector === "block" ? known.block(id) : undefined
    if (done === undefined) return give(`the progress of "${id.slice(0, 60)}" is not known before it`)
    report.warn(path, "progress", `Whoever comes here has completed "${id.slice(0, 60)}", if it was on the way.`)
    return [
      { guard: done, value: plain("COMPLETED") },
      { guard: not(done), value: plain(null) },
    ]
  }

  const counted = (given: unknown, around: Around): ReadonlyArray<Case> => {
    const [source] = listOf(given)
    const count = (ours: string, present: Condition): Value => ({
      is: "operand",
      operand: { count: { answer: ours } },
      type: "number",
      options: [],
      present,
    })
    if (stringAt(source, "source") === "list") {
      const list = schema.lists.get(stringAt(source, "identifier") ?? "")
      if (list === undefined) return give("no block fills the list that it counts")
      return around.list === undefined ? one(count(list.ours, always)) : give("it counts the list that it stands in")
    }
    if (stringAt(source, "source") !== "answers") return give("what it counts has no counterpart")
    const answer = answerOf(source, around)
    if (answer.carriers.some(({ type, list }) => type !== "options" || (list !== undefined && list !== around.list)))
      return give("it counts something else than picked options")
    const [only, ...others] = answer.carriers
    if (only !== undefined && others.length === 0 && answer.default === undefined) return one(count(only.ours, always))
    const presents = answer.carriers.map(({ ours }): Condition => ({ answered: { answer: ours } }))
    return [
      ...answer.carriers.map(({ ours }, i) => ({ guard: presents[i] ?? always, value: count(ours, always) })),
      { guard: all(presents.map(not)), value: plain(0) },
    ]
  }

  const dated = (given: unknown, around: Around, path: Path): ReadonlyArray<Case> => {
    const [base, offset] = listOf(given)
    const shift = offsetOf(offset)
    const shifted = (date: { answer: string } | { context: string }, present: Condition): Value => ({
      is: "operand",
      operand: shift === undefined ? date : { date, offset: shift },
      type: "date",
      options: [],
      present,
    })
    const fixed = (day: string): Value => {
      const moved = shift === undefined ? day : dayAfter(day, shift)
      return {
        is: "operand",
        operand: moved ?? give("its date is out of reach"),
        type: "date",
        options: [],
        present: always,
      }
    }
    if (base === "now") return one(shifted({ context: "today" }, always))
    if (typeof base === "string") {
      const day = wholeDate(base)
      return day === undefined ? give(`"${base.slice(0, 40)}" is no date`) : one(fixed(day))
    }
    if (base === null || base === undefined) return one(plain(null))
    const source = stringAt(base, "source")
    if (source === undefined) return give("what it takes for a date is none")
    return sourced(source, base, around, path).map(({ guard, value }): Case => {
      if (value.is === "plain") {
        const day = typeof value.value === "string" ? wholeDate(value.value) : undefined
        return { guard, value: day === undefined ? plain(null) : fixed(day) }
      }
      if (value.is === "operand" && value.type === "year" && shift === undefined) return { guard, value }
      if (value.is !== "operand" || value.type !== "date") return give("what it takes for a date is none")
      const { operand, present } = value
      return typeof operand === "object" && ("answer" in operand || "context" in operand)
        ? { guard, value: shifted(operand, present) }
        : give("what it takes for a date is none")
    })
  }

  const guarded = <A>(compute: () => A): A | Untranslatable => {
    nodes = 0
    try {
      return compute()
    } catch (error) {
      if (error instanceof Untranslatable) return error
      throw error
    }
  }

  return {
    condition: (rule, path, around) => {
      const found = guarded(() => {
        if (comparisons > mostComparisons) return give("there are too many rules")
        const condition = truth(rule, around, 0, path)
        comparisons += weight(condition)
        return condition
      })
      if (!(found instanceof Untranslatable)) return found
      report.drop(path, "when", `This rule is not translated: ${found.message}. ${around.otherwise}`)
      return undefined
    },
    operand: (source, type, around) => {
      const found = guarded(() => resolve(source, around, 0, []))
      if (found instanceof Untranslatable) return undefined
      const [first] = found
      if (first === undefined || first.value.is !== "operand" || first.value.type !== type) return undefined
      return first.value.operand
    },
  }
}
