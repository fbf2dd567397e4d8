/**
 * Conditions of two versions in one form, so that they can be compared: named conditions and calculated values written
 * out, ids and option values as they are called in the later version, and what no earlier answer can be left away.
 *
 * Words: a *node* is such a condition; nodes with the same key say the same.
 */
import type { Calculation, Condition, Operand } from "../Condition/Ast.ts"
import * as JsonText from "../JsonText.ts"
import type { Questionnaire } from "../Questionnaire/Definition.ts"
import { questions } from "../Questionnaire/Definition.ts"

export interface Node {
  readonly key: number
  readonly op: "all" | "any" | "not" | "test" | "atom"
  readonly parts: ReadonlyArray<Node>
  /** Of a test: one operand, and the literals of which it is one. */
  readonly operand?: string
  readonly literals?: ReadonlySet<string>
}

/**
 * What references of a version mean for answers to the earlier one. Ids are those of the later version, option values
 * those of the earlier one: what was picked then is what there is.
 */
export interface Reading {
  readonly id: (id: string) => string
  /** The values that answers had which this option stands for; none when nobody can have picked it. */
  readonly picked: (id: string, value: string) => ReadonlyArray<string>
  /** Can there be an answer to it that was given before? */
  readonly isPossible: (id: string) => boolean
  /** How migrations changed the answers: their values, how many there are, what they look like, whether they are there. */
  readonly altered: (id: string) => ReadonlySet<Alteration>
}

export type Alteration = "values" | "count" | "form" | "presence"

/** Makes nodes of both versions; only nodes of the same maker can be compared. */
export class Normal {
  private readonly keys = new Map<string, number>()
  readonly always: Node
  readonly never: Node

  constructor() {
    this.always = this.node("all", [], "")
    this.never = this.node("any", [], "")
  }

  private node(op: Node["op"], parts: ReadonlyArray<Node>, text: string, more: Partial<Node> = {}): Node {
    return { key: this.intern(`${op}(${parts.map(({ key }) => key).join()})${text}`), op, parts, ...more }
  }

  private intern(text: string): number {
    const key = this.keys.get(text) ?? this.keys.size
    this.keys.set(text, key)
    return key
  }

  all(nodes: ReadonlyArray<Node>): Node {
    return this.joined("all", nodes, this.always, this.never)
  }

  any(nodes: ReadonlyArray<Node>): Node {
    return this.joined("any", nodes, this.never, this.always)
  }

  private joined(op: "all" | "any", nodes: ReadonlyArray<Node>, neutral: Node, absorbing: Node): Node {
    const flat = nodes.flatMap((one) => (one.op === op ? one.parts : [one]))
    const parts = [...new Map(flat.map((one) => [one.key, one])).values()].sort((a, b) => a.key - b.key)
    if (parts.some(({ key }) => key === absorbing.key)) return absorbing
    const [only, ...others] = parts
    if (only === undefined) return neutral
    return others.length === 0 ? only : this.node(op, parts, "")
  }

  not(inner: Node): Node {
    const [double] = inner.parts
    if (inner.op === "not" && double !== undefined) return double
    if (inner.key === this.never.key) return this.always
    return inner.key === this.always.key ? this.never : this.node("not", [inner], "")
  }

  /** One operand is one of these literals. */
  test(operand: string, literals: ReadonlySet<string>): Node {
    if (literals.size === 0) return this.never
    return this.node("test", [], `${operand} ${[...literals].sort().join()}`, { operand, literals })
  }

  atom(text: string, parts: ReadonlyArray<Node> = []): Node {
    return this.node("atom", parts, text)
  }

  /** Reads the conditions of a version. */
  reader(questionnaire: Questionnaire, reading: Reading): (condition: Condition) => Node {
    const named = new Map(Object.entries(questionnaire.conditions ?? {}))
    const calculated = new Map<string, Calculation>(
      [...questionnaire.sections, ...questions(questionnaire)].flatMap(({ calculated }) =>
        Object.entries(calculated ?? {}),
      ),
    )
    const nodes = new Map<string, Node>()
    const values = new Map<string, string>()

    /** With what a migration altered about it, where that matters to who reads it. */
    const operand = (of: Operand, matters: ReadonlyArray<Alteration> = ["values", "form", "presence"]): string => {
      if (typeof of !== "object") return JsonText.canonical(of)
      if ("answer" in of) {
        const altered = reading.altered(of.answer)
        const marks = matters.filter((one) => altered.has(one)).join()
        return (values.get(of.answer) ?? `answer:${reading.id(of.answer)}`) + (marks === "" ? "" : `!${marks}`)
      }
      if ("count" in of) return `count:${operand(of.count, ["count", "form", "presence"])}`
      if ("context" in of) return `context:${of.context}`
      return `date:${operand(of.date)}+${JsonText.canonical(of.offset ?? {})}`
    }
    const tested = (of: Operand) => operand(of, ["form", "presence"])
    const isGiven = (of: Operand): boolean =>
      typeof of !== "object" || !("answer" in of) || values.has(of.answer) || reading.isPossible(of.answer)
    const picked = (of: Operand, literal: unknown): ReadonlyArray<string> =>
      typeof of === "object" && "answer" in of && typeof literal === "string"
        ? reading.picked(of.answer, literal).map((value) => JSON.stringify(value))
        : [JSON.stringify(literal)]
    const literals = (of: Operand, list: ReadonlyArray<unknown>): ReadonlySet<string> =>
      new Set(list.flatMap((literal) => picked(of, literal)))
    const compared = (op: string, [a, b]: readonly [Operand, Operand]): Node => {
      if (!isGiven(a) || !isGiven(b)) return this.never
      const [left, right] = typeof a === "object" ? [a, b] : [b, a]
      const isLiteral = typeof left === "object" && typeof right !== "object"
      if (op === "eq" && isLiteral) return this.test(tested(left), literals(left, [right]))
      if (op === "ne" && isLiteral) return this.atom(`ne ${tested(left)} ${[...literals(left, [right])].sort().join()}`)
      const sides = [operand(a), operand(b)]
      return this.atom(`${op} ${(op === "eq" || op === "ne" ? sides.sort() : sides).join(" ")}`)
    }
    const node = (condition: Condition): Node => {
      if ("all" in condition) return this.all(condition.all.map(node))
      if ("any" in condition) return this.any(condition.any.map(node))
      if ("not" in condition) return this.not(node(condition.not))
      if ("is" in condition) return nodes.get(condition.is) ?? this.atom(`is ${condition.is}`)
      if ("answered" in condition) {
        const of = condition.answered
        return isGiven(of) ? this.atom(`answered ${operand(of, ["presence"])}`) : this.never
      }
      if ("in" in condition) {
        const [of, list] = condition.in
        return isGiven(of) ? this.test(tested(of), literals(of, list)) : this.never
      }
      if ("anyOf" in condition) {
        const [of, list] = condition.anyOf
        return isGiven(of) ? this.atom(`anyOf ${tested(of)} ${[...literals(of, list)].sort().join()}`) : this.never
      }
      if ("allOf" in condition) {
        const [of, list] = condition.allOf
        const each = list.map((literal) => picked(of, literal).toSorted().join("|"))
        return isGiven(of) && !each.includes("") ? this.atom(`allOf ${tested(of)} ${each.sort().join()}`) : this.never
      }
      if ("some" in condition) return this.atom(`some ${operand(condition.some[0])}`, [node(condition.some[1])])
      if ("every" in condition) return this.atom(`every ${operand(condition.every[0])}`, [node(condition.every[1])])
      const [[op, operands] = ["", undefined]] = Object.entries<readonly [Operand, Operand]>(condition)
      return operands === undefined ? this.always : compared(op, operands)
    }
    const calculation = (of: Calculation): string => {
      if ("count" in of) return operand(of)
      if ("dateDiff" in of) return `dateDiff ${operand(of.dateDiff[0])} ${operand(of.dateDiff[1])} ${of.dateDiff[2]}`
      const [[op, operands] = ["", []]] = Object.entries<ReadonlyArray<Operand>>(of)
      return `${op} ${operands.map((one) => operand(one)).join(" ")}`
    }
    // what they are made of first, without recursion: one may stand on the other 10,000 deep
    for (const what of inOrder(named, calculated)) {
      const condition = named.get(what.id)
      const value = calculated.get(what.id)
      if (what.is === "condition" && condition !== undefined) nodes.set(what.id, node(condition))
      else if (what.is === "value" && value !== undefined)
        values.set(what.id, `value:${this.intern(calculation(value))}`)
    }
    return node
  }

  /** Is `b` true wherever `a` is? False also when that takes too long to see. */
  implies(a: Node, b: Node): boolean {
    const known = new Map<string, boolean>()
    let budget = 10_000
    const implies = (a: Node, b: Node): boolean => {
      if (a.key === b.key || a.key === this.never.key || b.key === this.always.key) return true
      if (budget-- <= 0) return false
      const pair = `${a.key} ${b.key}`
      const before = known.get(pair)
      if (before !== undefined) return before
      const result = decide(a, b)
      known.set(pair, result)
      return result
    }
    const decide = (a: Node, b: Node): boolean => {
      if (b.op === "all") return b.parts.every((part) => implies(a, part))
      if (a.op === "any") return a.parts.every((part) => implies(part, b))
      if (a.op === "test" && b.op === "test")
        return a.operand === b.operand && [...(a.literals ?? [])].every((literal) => b.literals?.has(literal) === true)
      const [innerA] = a.parts
      const [innerB] = b.parts
      if (a.op === "not" && b.op === "not" && innerA !== undefined && innerB !== undefined && implies(innerB, innerA))
        return true
      return (
        (a.op === "all" && a.parts.some((part) => implies(part, b))) ||
        (b.op === "any" && b.parts.some((part) => implies(a, part)))
      )
    }
    return implies(a, b)
  }
}

interface What {
  readonly is: "condition" | "value"
  readonly id: string
}

/** Named conditions and calculated values, each after those it is made of. */
const inOrder = (
  named: ReadonlyMap<string, Condition>,
  calculated: ReadonlyMap<string, Calculation>,
): ReadonlyArray<What> => {
  const order: Array<What> = []
  const state = new Map<string, "open" | "done">()
  const pending: Array<What> = [
    ...[...calculated.keys()].map((id) => ({ is: "value", id }) as const),
    ...[...named.keys()].map((id) => ({ is: "condition", id }) as const),
  ]
  for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
    const key = `${next.is} ${next.id}`
    if (state.get(key) === undefined) {
      state.set(key, "open")
      const made = next.is === "condition" ? named.get(next.id) : calculated.get(next.id)
      for (const part of mentioned(made))
        if ((part.is === "condition" ? named : calculated).has(part.id) && !state.has(`${part.is} ${part.id}`))
          pending.push(part)
      continue
    }
    if (state.get(key) === "open") order.push(next)
    state.set(key, "done")
    pending.pop()
  }
  return order
}

/** What a condition or calculation names. */
const mentioned = (value: unknown): ReadonlyArray<What> => {
  const found: Array<What> = []
  const pending = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== "object" || next === null) continue
    if ("is" in next && typeof next.is === "string") found.push({ is: "condition", id: next.is })
    if ("answer" in next && typeof next.answer === "string") found.push({ is: "value", id: next.answer })
    for (const inner of Object.values(next)) pending.push(inner)
  }
  return found
}
