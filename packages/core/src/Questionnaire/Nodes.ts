/**
 * The conditions in a condition, each with its place, and the operands each of them reads: what the checks of references
 * and of types loop over. Iterative, so that no nesting overflows.
 */
import type { Comparator, Condition, Operand, Reference } from "../Condition/Ast.ts"
import { along } from "./Outline.ts"
import type { ConditionSite, OperandSite, Owner, Purpose, Trail } from "./Outline.ts"

/** One condition, anywhere in the whole one of a site. */
export interface Node {
  readonly condition: Condition
  readonly trail: Trail | null
  readonly site: ConditionSite
  /** The repeated groups whose instance `some` and `every` around it stand for. */
  readonly bound: ReadonlyArray<string>
  /** Ids that conditions beside it, or beside what it stands in, say are answered. */
  readonly answered: ReadonlyArray<ReadonlySet<string>>
}

export const nodesOf = (site: ConditionSite): ReadonlyArray<Node> => {
  const nodes: Array<Node> = []
  const pending: Array<Node> = [{ condition: site.condition, trail: site.trail, site, bound: [], answered: [] }]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    nodes.push(node)
    const { condition, trail, bound, answered } = node
    const push = (condition: Condition, steps: ReadonlyArray<string | number>, change: Partial<Node> = {}) =>
      pending.push({ condition, trail: along(trail, ...steps), site, bound, answered, ...change })
    if ("all" in condition) {
      const here = new Set(condition.all.flatMap((one) => ("answered" in one ? [one.answered.answer] : [])))
      const known = here.size > 0 ? [...answered, here] : answered
      for (const [index, one] of condition.all.entries()) push(one, ["all", index], { answered: known })
    } else if ("any" in condition) {
      for (const [index, one] of condition.any.entries()) push(one, ["any", index])
    } else if ("not" in condition) push(condition.not, ["not"])
    else if ("some" in condition) push(condition.some[1], ["some", 1], { bound: [...bound, condition.some[0].answer] })
    else if ("every" in condition)
      push(condition.every[1], ["every", 1], { bound: [...bound, condition.every[0].answer] })
  }
  return nodes
}

/** The two operands of a comparison, and which it is; undefined of another condition. */
export const comparisonOf = (
  condition: Condition,
): { readonly by: Comparator; readonly operands: readonly [Operand, Operand] } | undefined => {
  if ("eq" in condition) return { by: "eq", operands: condition.eq }
  if ("ne" in condition) return { by: "ne", operands: condition.ne }
  if ("lt" in condition) return { by: "lt", operands: condition.lt }
  if ("lte" in condition) return { by: "lte", operands: condition.lte }
  if ("gt" in condition) return { by: "gt", operands: condition.gt }
  if ("gte" in condition) return { by: "gte", operands: condition.gte }
  return undefined
}

/** Something that a condition or an operand refers to, and where. */
export interface Use {
  readonly to: "answer" | "condition" | "context"
  readonly id: string
  readonly trail: Trail | null
  readonly owner: Owner
  readonly purpose: Purpose
  readonly bound: ReadonlyArray<string>
}

export const usesIn = (node: Node): ReadonlyArray<Use> => {
  const { condition, trail, site, bound } = node
  const base = { owner: site.owner, purpose: site.purpose, bound }
  const reference = ({ answer }: Reference, ...steps: ReadonlyArray<string | number>): Use => ({
    ...base,
    to: "answer",
    id: answer,
    trail: along(trail, ...steps),
  })
  if ("is" in condition) return [{ ...base, to: "condition", id: condition.is, trail: along(trail, "is") }]
  if ("answered" in condition) return [reference(condition.answered, "answered")]
  if ("anyOf" in condition) return [reference(condition.anyOf[0], "anyOf", 0)]
  if ("allOf" in condition) return [reference(condition.allOf[0], "allOf", 0)]
  if ("some" in condition) return [reference(condition.some[0], "some", 0)]
  if ("every" in condition) return [reference(condition.every[0], "every", 0)]
  if ("in" in condition) return usesOf({ ...base, operand: condition.in[0], trail: along(trail, "in", 0) })
  const comparison = comparisonOf(condition)
  return (comparison?.operands ?? []).flatMap((operand, index) =>
    usesOf({ ...base, operand, trail: along(trail, comparison?.by ?? "eq", index) }),
  )
}

export const usesOf = (site: OperandSite & { readonly bound?: ReadonlyArray<string> }): ReadonlyArray<Use> => {
  const { operand, trail, owner, purpose, bound = [] } = site
  if (typeof operand !== "object") return []
  const base = { owner, purpose, bound }
  if ("answer" in operand) return [{ ...base, to: "answer", id: operand.answer, trail }]
  if ("context" in operand) return [{ ...base, to: "context", id: operand.context, trail }]
  if ("count" in operand) return [{ ...base, to: "answer", id: operand.count.answer, trail: along(trail, "count") }]
  return usesOf({ ...site, operand: operand.date, trail: along(trail, "date") })
}

export const isOrdering = (by: Comparator): boolean => by !== "eq" && by !== "ne"
