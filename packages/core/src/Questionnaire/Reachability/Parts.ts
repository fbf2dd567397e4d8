/**
 * Conditions judged by themselves, with everything they read taken as asked: parts that say nothing, and conditions that
 * are true as soon as they are answered at all.
 */
import type { ValueType } from "../../AnswerKind.ts"
import type { Condition, Operand } from "../../Condition/Ast.ts"
import { Encoding } from "./Encoding.ts"
import type { Place } from "./Place.ts"
import { type Index, insideOf, operandsOf, type Path, partsOf, referenceOf } from "./Index.ts"
import { type Literal, not } from "./Literal.ts"
import * as Sums from "./Sums.ts"
import { placeIn, type Site } from "./Target.ts"

export interface Useless {
  /** Implied by the other members of an `all`, covered by the other arms of an `any`, or an arm that never holds. */
  readonly is: "redundant" | "covered" | "contradiction"
  readonly part: Condition
  readonly path: Path
  /** The other members that make it so. */
  readonly from: ReadonlyArray<Condition>
}

const mostConflicts = 500
const mostRepairs = 16

/** How many parts of a list are compared with the others. */
const longest = 64

interface Node {
  readonly condition: Condition
  readonly path: Path
  readonly groups: ReadonlyArray<string>
}

/** One encoding for all conditions; what was not written out before `finish` cannot be judged. */
export class Parts {
  private readonly encoding: Encoding
  private readonly index: Index
  private readonly budget: number

  constructor(index: Index, sites: ReadonlyArray<Site>, budget: number) {
    this.index = index
    this.budget = budget
    this.encoding = new Encoding(index, { free: true })
    for (const site of sites) this.prepare(site)
    this.encoding.finish()
  }

  private readonly nodes = new Map<Site, ReadonlyArray<Node>>()
  private readonly reads = new Map<Site, ReadonlyArray<Literal>>()

  /** Writes out only what a look at the condition does not settle. */
  private prepare(site: Site): void {
    const nodes: Array<Node> = []
    const pending: Array<Node> = [{ condition: site.condition, path: site.path, groups: site.entry?.repeats ?? [] }]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { condition, path } = next
      const list = partsOf(condition)
      const quantified = "some" in condition ? condition.some[0] : "every" in condition ? condition.every[0] : undefined
      const group = quantified === undefined ? undefined : this.index.entries.get(quantified.answer)
      const groups = group === undefined ? next.groups : insideOf(group)
      const key = Object.keys(condition)[0] ?? ""
      for (const [index, part] of list.entries()) {
        const inner = "not" in condition ? [] : quantified === undefined ? [index] : [1]
        pending.push({ condition: part, path: [...path, key, ...inner], groups })
      }
      if (!("all" in condition || "any" in condition) || list.length < 2 || list.length > longest) continue
      if (isPlain(list, this.index)) continue
      nodes.push(next)
      for (const part of list) this.holds(part, next.groups)
    }
    if (nodes.length > 0) this.nodes.set(site, nodes)
    const reads = this.answersNeeded(site)
    if (reads === undefined) return
    this.holds(site.condition, site.entry?.repeats ?? [])
    this.reads.set(
      site,
      reads.map((id) => {
        const at = placeIn(this.encoding, site.entry?.repeats ?? [])
        return this.encoding.referred({ answer: id }, at)?.answered ?? this.encoding.logic.open()
      }),
    )
  }

  private at(groups: ReadonlyArray<string>): Place {
    return placeIn(this.encoding, groups)
  }

  private holds(condition: Condition, groups: ReadonlyArray<string>): Literal {
    return this.encoding.holds(condition, this.at(groups))
  }

  private canBe(literals: ReadonlyArray<Literal>, groups: ReadonlyArray<string>): boolean {
    const { logic } = this.encoding
    const { solver } = logic
    // at the limit, nothing is said against it
    if (solver.work > this.budget) return true
    const assumptions = [this.at(groups).exists, ...literals]
    for (let repair = 0; repair < mostRepairs; repair++) {
      const decide = logic.cone(assumptions)
      solver.work += decide.length
      if (solver.solve({ assumptions, decide, conflicts: mostConflicts }) === "refuted") return false
      const lemmas = Sums.lemmas(this.encoding)
      for (const add of lemmas) add()
      if (lemmas.length === 0) return true
    }
    return true
  }

  /** As few of the literals as exclude one, which was refuted just now with all of them. */
  private excluding(all: ReadonlyArray<Literal>, one: Literal, groups: ReadonlyArray<string>): ReadonlyArray<Literal> {
    const { solver } = this.encoding.logic
    const inCore = (literal: Literal) => solver.core.includes(literal)
    let kept = all.filter(inCore)
    for (const literal of kept) {
      if (!kept.includes(literal)) continue
      const fewer = kept.filter((other) => other !== literal)
      if (!this.canBe([...fewer, one], groups)) kept = fewer.filter(inCore)
    }
    return kept
  }

  /** The parts of a condition that could as well be left out. */
  useless(site: Site): ReadonlyArray<Useless> {
    const found: Array<Useless> = []
    for (const { condition, path, groups } of this.nodes.get(site) ?? []) {
      const isAll = "all" in condition
      const list = isAll ? condition.all : "any" in condition ? condition.any : []
      // of an `any`, everything the other way round: an arm is covered when its opposite follows from the others'
      const literals = list.map((part) => (isAll ? this.holds(part, groups) : not(this.holds(part, groups))))
      if (!this.canBe(literals, groups)) continue
      const dropped = new Set<number>()
      for (let i = list.length - 1; i >= 0; i--) {
        const part = list[i]
        const literal = literals[i]
        if (part === undefined || literal === undefined) continue
        const isOther = (_: unknown, index: number) => index !== i && !dropped.has(index)
        const others = literals.filter(isOther)
        if (this.canBe([...others, not(literal)], groups) || this.isGuard(part, list)) continue
        const needed = this.excluding(others, not(literal), groups)
        const from = list.filter((_, index) => isOther(_, index) && needed.includes(literals[index] ?? literal))
        dropped.add(i)
        const never = !isAll && !this.canBe([not(literal)], groups)
        const is = isAll ? "redundant" : never ? "contradiction" : "covered"
        const at = isAll ? "all" : "any"
        found.push({ is, part, path: [...path, at, i], from })
      }
    }
    return found
  }

  /** `answered(x)` beside a comparison of x: it follows from that, and says to the reader what comparisons need. */
  private isGuard(part: Condition, list: ReadonlyArray<Condition>): boolean {
    const asked = "not" in part ? part.not : part
    if (!("answered" in asked)) return false
    const names = new Set<string>()
    const pending = [...list]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      pending.push(...partsOf(next))
      if ("is" in next && !names.has(next.is)) {
        names.add(next.is)
        const named = this.index.conditions.get(next.is)
        if (named !== undefined) pending.push(named)
      }
      if ("answered" in next) continue
      const isCompared = (operand: Operand) =>
        referenceOf(operand)?.answer === asked.answered.answer && !(typeof operand === "object" && "count" in operand)
      if (operandsOf(next).some(isCompared)) return true
    }
    return false
  }

  /** Is it true whenever everything that it compares is answered? */
  isTrueOnceAnswered(site: Site): boolean {
    const reads = this.reads.get(site)
    const groups = site.entry?.repeats ?? []
    if (reads === undefined || !this.canBe(reads, groups)) return false
    return !this.canBe([...reads, not(this.holds(site.condition, groups))], groups)
  }

  /** What it compares, where that can have several values; undefined when it can be seen to be false of some of them. */
  answersNeeded({ condition }: Site): ReadonlyArray<string> | undefined {
    const compared = new Set<string>()
    const asked = new Set<string>()
    if ("is" in condition || ("not" in condition && "is" in condition.not)) return undefined
    const names = new Set<string>()
    const pending: Array<Condition> = [condition]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if ("some" in next || "every" in next) return undefined
      if ("is" in next) {
        const named = names.has(next.is) ? undefined : this.index.conditions.get(next.is)
        names.add(next.is)
        if (named !== undefined) pending.push(named)
        continue
      }
      const listed = "anyOf" in next ? next.anyOf[1] : "allOf" in next ? next.allOf[1] : undefined
      for (const operand of operandsOf(next)) {
        const id = referenceOf(operand)?.answer
        if (id === undefined) continue
        const isAsked =
          "answered" in next || listed?.length === 0 || (typeof operand === "object" && "count" in operand)
        ;(isAsked ? asked : compared).add(id)
      }
      pending.push(...partsOf(next))
    }
    const needed = [...compared].filter((id) => !asked.has(id) && hasSeveralValues(this.index.entries.get(id)?.type))
    if (needed.length === 0) return undefined
    return isFalseOfSome(condition, this.index) ? undefined : needed
  }
}

/** Without names for it, and what is around it to say the opposite. */
const bare = (condition: Condition, { conditions }: Index) => {
  let part = condition
  let isOpposite = false
  let isNamed = false
  for (let depth = 0; depth < 100; depth++) {
    const inner = "not" in part ? part.not : "is" in part ? conditions.get(part.is) : undefined
    if (inner === undefined) break
    if ("not" in part) isOpposite = !isOpposite
    else isNamed = true
    part = inner
  }
  return { part, isOpposite, isNamed }
}

/** Members that read different answers, each of which they may meet or not: none says anything about another. */
const isPlain = (list: ReadonlyArray<Condition>, index: Index): boolean => {
  const read = new Set<string>()
  return list.every((one) => {
    const { part } = bare(one, index)
    const [operand, other] = operandsOf(part)
    const id = typeof operand === "object" && "answer" in operand ? operand.answer : undefined
    if (id === undefined || read.has(id) || typeof other === "object") return false
    read.add(id)
    const entry = index.entries.get(id)
    return entry?.calculation === undefined && isOpen(part, entry?.type)
  })
}

const hasSeveralValues = (type: ValueType | undefined): boolean => {
  if (type === undefined) return false
  if (type.type === "boolean") return type.values.length > 1
  return "options" in type ? type.options.length > 1 : true
}

/** Can it hold, and fail too, of this type of answer? False when that takes a closer look. */
const isOpen = (part: Condition, type: ValueType | undefined): boolean => {
  if (type === undefined) return false
  if ("answered" in part) return type.type !== "nothing"
  if ("options" in type) {
    const has = (value: Operand | undefined) => type.options.some((option) => option.value === value)
    if ("eq" in part) return type.type === "option" && has(part.eq[1])
    if ("ne" in part) return type.type === "option" && type.options.length > 1
    if ("in" in part) return type.type === "option" && part.in[1].some(has)
    return "anyOf" in part && part.anyOf[1].some(has) && type.options.length > 1
  }
  if (type.type === "boolean") return "eq" in part && type.values.some((value) => value === part.eq[1])
  const isBounded = type.type === "text" || type.type === "count" || type.type === "nothing"
  if (isBounded || type.min !== undefined || type.max !== undefined) return false
  return !("in" in part) && !("anyOf" in part) && !("allOf" in part)
}

/** Is there plainly an answer that it is false of? */
const isFalseOfSome = (whole: Condition, index: Index): boolean => {
  const { part, isOpposite, isNamed } = bare(whole, index)
  if ("all" in part || "any" in part) {
    // names of names of names would be followed without end
    if (isOpposite || isNamed) return false
    const isFalse = (one: Condition) => isFalseOfSome(one, index)
    return "all" in part ? part.all.some(isFalse) : isPlain(part.any, index) && part.any.every(isFalse)
  }
  // what is only asked for need not be there
  if ("answered" in part) return !isOpposite
  const [operand, other] = operandsOf(part)
  if (typeof operand !== "object" || !("answer" in operand) || typeof other === "object") return false
  const type = index.entries.get(operand.answer)?.type
  if (type === undefined) return false
  if (isOpposite) return "options" in type && !("ne" in part || "allOf" in part) && isOpen(part, type)
  if (type.type === "text") return "eq" in part
  if (!("options" in type))
    return "eq" in part && (type.type === "number" || type.type === "date") && type.min !== type.max
  const listed = "in" in part ? part.in[1] : "anyOf" in part ? part.anyOf[1] : []
  if ("eq" in part) return type.options.length > 1
  if ("ne" in part) return type.options.some(({ value }) => value === part.ne[1])
  return ("in" in part || "anyOf" in part) && new Set(listed).size < type.options.length
}
