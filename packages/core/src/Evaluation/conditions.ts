/**
 * A condition as a test. All that is nested in it becomes one list of leaves, each of which says where to go on when it
 * holds and when it does not; so a condition of any depth is a loop, and evaluates no more than it must.
 */
import type { Condition } from "../Condition/Ast.ts"
import { holdsAlone } from "./operands.ts"
import type { Level, Node, Test } from "./Program.ts"

/** The conditions in a condition, those about instances too. */
export const parts = (condition: Condition): ReadonlyArray<Condition> => {
  if ("all" in condition) return condition.all
  if ("any" in condition) return condition.any
  if ("not" in condition) return [condition.not]
  if ("some" in condition) return [condition.some[1]]
  return "every" in condition ? [condition.every[1]] : []
}

const whenTrue = -1
const whenFalse = -2

/** Where to go on when it holds and when it does not; undefined: where the one that was written last begins. */
interface Task {
  readonly condition: Condition
  readonly yes: number | undefined
  readonly no: number | undefined
}

export const compile = (condition: Condition, leaf: (condition: Condition) => Test): Test => {
  const leaves: Array<Test> = []
  const ifTrue: Array<number> = []
  const ifFalse: Array<number> = []
  /** Written from the end to the start, so that it is known where the next part begins. */
  let begins = whenTrue
  const tasks: Array<Task> = [{ condition, yes: whenTrue, no: whenFalse }]
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const { condition: one, yes = begins, no = begins } = task
    if ("not" in one) tasks.push({ condition: one.not, yes: no, no: yes })
    else if ("all" in one || "any" in one) {
      const isAll = "all" in one
      const list = isAll ? one.all : one.any
      if (list.length === 0) begins = isAll ? yes : no
      for (const [index, part] of list.entries()) {
        const isLast = index === list.length - 1
        tasks.push({ condition: part, yes: isAll && !isLast ? undefined : yes, no: isAll || isLast ? no : undefined })
      }
    } else {
      begins = leaves.push(leaf(one)) - 1
      ifTrue.push(yes)
      ifFalse.push(no)
    }
  }
  const first = begins
  const only = leaves[first]
  if (only !== undefined && ifTrue[first] === whenTrue && ifFalse[first] === whenFalse) return only
  return (frame) => {
    let at = first
    while (at >= 0) at = (leaves[at]?.(frame) === true ? ifTrue[at] : ifFalse[at]) ?? whenFalse
    return at === whenTrue
  }
}

/** A condition that looks at values alone; the commonest kind, an answer that equals a literal, without a detour. */
export const alone = (condition: Condition, level: Level, references: ReadonlyMap<string, Node>): Test => {
  if ("eq" in condition) {
    const [reference, literal] = condition.eq
    if (typeof reference === "object" && "answer" in reference && typeof literal !== "object") {
      const node = references.get(reference.answer)
      if (node?.level === level) {
        const { slot } = node
        return (frame) => frame.values[slot] === literal
      }
    }
  }
  return (frame) => holdsAlone(frame, condition)
}
