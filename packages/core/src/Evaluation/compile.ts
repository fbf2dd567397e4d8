/**
 * From a questionnaire to a program: nodes for items, sections, named conditions, quantifiers, calculations and context
 * values, each knowing what it needs and who needs it, in dependency order. Whatever waits to be compiled stands in a
 * list, so nothing here recurses.
 */
import type { FillRegistry } from "../AnswerKind.ts"
import type { Condition, Operand, Value } from "../Condition/Ast.ts"
import type { Calculated, ContextValue, Question, Questionnaire, Section } from "../Questionnaire/Definition.ts"
import { isDate } from "./dates.ts"
import { instancesOf, valueOfAnswer } from "./frames.ts"
import { calculate, inputsOf, leafOf, nodeOf, sourceOf, valueAt } from "./operands.ts"
import { inOrder } from "./order.ts"
import type { Frame, Item, Level, Node, Program, Test } from "./Program.ts"
import { above, isOn, related, takesAnswer } from "./Program.ts"

export const compile = (questionnaire: Questionnaire, kinds: FillRegistry): Program => {
  const nodes: Array<Node> = []
  const items = new Map<string, Item>()
  const sections = new Map<string, Node>()
  const references = new Map<string, Node>()
  const context = new Map<string, Node>()
  const conditions = new Map(Object.entries(questionnaire.conditions ?? {}))
  /** What is compiled once everything that can be referred to is known. */
  const waiting: Array<() => void> = []

  const add = (level: Level, gate?: Node, isItem = false): Node => {
    const node: Node = {
      level,
      slot: level.nodes.length,
      gate,
      test: undefined,
      compute: undefined,
      isItem,
      counted: false,
      cyclic: false,
      order: 0,
      needs: [],
      onUsers: [],
      valueUsers: [],
    }
    level.nodes.push(node)
    nodes.push(node)
    need(node, gate, "onUsers")
    return node
  }

  /** `user`, if there is one, is decided again whenever `source` is on, or has, something else. */
  const need = (user: Node | undefined, source: Node | undefined, what: "onUsers" | "valueUsers") => {
    if (user === undefined || source === undefined) return
    user.needs.push(source)
    source[what].push(user)
  }

  const needValue = (user: Node | undefined, operand: Operand): Node | undefined => {
    const source = nodeOf({ references, context }, sourceOf(operand))
    need(user, source, "valueUsers")
    return source
  }

  /** A condition at a level, looked at by `user`; without one it is only asked when somebody wants to know. */
  const test = (condition: Condition, level: Level, user?: Node): Test => {
    const tests = (partsOf(condition) ?? [condition]).map((part) => partTest(part, level, user))
    const [first, ...others] = tests
    let compiled: Test = (frame) => tests.every((one) => one(frame))
    if ("any" in condition) compiled = (frame) => tests.some((one) => one(frame))
    else if ("not" in condition) compiled = (frame) => first?.(frame) === false
    else if (first !== undefined && others.length === 0) compiled = first
    level.tests.set(condition, compiled)
    return compiled
  }

  const partTest = (part: Condition, level: Level, user: Node | undefined): Test => {
    const node = nodeFor(part, level)
    if (node !== undefined) {
      need(user, node, "onUsers")
      return (frame) => above(frame, node.level)?.on[node.slot] === 1
    }
    const { operands, holds } = leafOf(part)
    for (const operand of operands) needValue(user, operand)
    const [one, other] = operands.map((operand) => reader(operand, level))
    return (frame) => holds(one?.(frame), other?.(frame))
  }

  /** What has conditions in it becomes a node of its own, so that no depth is too deep; undefined: it has none. */
  const nodeFor = (condition: Condition, level: Level): Node | undefined => {
    if ("is" in condition) return nameAt(condition.is, level)
    if ("some" in condition || "every" in condition) return quantifier(condition, level)
    return partsOf(condition) && testLater(add(level), condition)
  }

  /** The commonest operand, an answer of the same level, without a detour. */
  const reader = (operand: Operand, level: Level): ((frame: Frame) => Value | undefined) => {
    const node = nodeOf({ references, context }, operand)
    return node?.level === level ? ({ values }) => values[node.slot] : (frame) => valueAt(frame, operand)
  }

  const testLater = (node: Node, condition: Condition | undefined): Node => {
    if (condition !== undefined) waiting.push(() => (node.test = test(condition, node.level, node)))
    return node
  }

  const nameAt = (name: string, level: Level): Node => {
    const node = level.named.get(name) ?? testLater(add(level), conditions.get(name) ?? never)
    level.named.set(name, node)
    return node
  }

  /** Does it hold for one instance, for each? One node in every instance, and one around them that looks at those. */
  const quantifier = (condition: Quantifier, user: Level): Node => {
    const isSome = "some" in condition
    const [reference, inner] = isSome ? condition.some : condition.every
    const level = items.get(reference.answer)?.instances
    const node = add(shared(user, level?.parent ?? user))
    const group = level?.group?.node
    if (group === undefined || level === undefined) {
      node.test = () => !isSome
      return node
    }
    // the gate: nothing is said about instances that are not asked
    const each = testLater(add(level, group), inner)
    need(node, each, "onUsers")
    need(node, group, "onUsers")
    node.test = (frame) => {
      const instances = related(frame, level).filter(({ parent }) => parent !== undefined && isOn(parent, group))
      const holds = (one: Frame) => isOn(one, each)
      return isSome ? instances.some(holds) : instances.every(holds)
    }
    watch(node, level)
    return node
  }

  /** `node` looks at all instances of a level. */
  const watch = (node: Node, level: Level) => {
    const host = shared(node.level, level)
    for (let at: Level | undefined = level; at && at !== host; at = at.parent) at.watchers.push(node)
  }

  /** What `{ answer: id }` means; of a doubled id, which the checker refuses, the first is the one that is meant. */
  const refer = (id: string, node: Node) => {
    if (!references.has(id)) references.set(id, node)
  }

  const addCalculated = (calculated: Calculated | undefined, level: Level, gate: Node) => {
    for (const [id, calculation] of Object.entries(calculated ?? {})) {
      const node = add(level, gate)
      node.compute = (frame) => calculate(frame, calculation)
      refer(id, node)
      waiting.push(() => {
        for (const operand of inputsOf(calculation)) {
          const source = needValue(node, operand)
          if (source !== undefined) watch(node, source.level)
        }
      })
    }
  }

  const addItem = (question: Question, section: Section, group: Item | undefined, gate: Node): Item => {
    const level = group?.instances ?? group?.node.level ?? root
    const node = add(level, gate, true)
    const instances = question.repeat === undefined || question.items === undefined ? undefined : newLevel(level)
    const item: Item = {
      question,
      kind: kinds.get(question.type),
      section,
      group,
      node,
      instances,
      required: undefined,
      offers: new Map(),
      selective: false,
    }
    if (instances !== undefined) {
      instances.group = item
      node.compute = (frame) => instancesOf(frame, instances).length || undefined
    }
    refer(question.id, node)
    if (references.get(question.id) === node) items.set(question.id, item)
    level.items.push(item)
    testLater(node, question.when)
    waiting.push(() => complete(item))
    return item
  }

  const complete = (item: Item) => {
    const { question, kind, node } = item
    const { required, repeat } = question
    // what takes no answer cannot be required: notes, and groups that do not change the shape of the answers
    if (takesAnswer(item) || repeat !== undefined) {
      if (required === true || (repeat?.min ?? 0) > 0) item.required = () => true
      else if (typeof required === "object") item.required = test(required, node.level)
    }
    for (const condition of kind?.conditions?.(question) ?? []) test(condition, node.level)
    const type = kind?.valueType(question)
    node.counted = type?.type === "count"
    if (type?.type !== "option" && type?.type !== "options") return
    for (const { value, when } of type.options) {
      if (!item.offers.has(value)) item.offers.set(value, when && test(when, node.level, node))
      if (when !== undefined) item.selective = true
    }
    if (item.selective) node.compute = (frame) => valueOfAnswer(item, frame)
  }

  const root = newLevel(undefined)
  for (const section of questionnaire.sections) {
    const gate = testLater(add(root), section.when)
    sections.set(section.id, gate)
    addCalculated(section.calculated, root, gate)
    const pending: Array<readonly [Question, Item | undefined]> = []
    const later = (questions: ReadonlyArray<Question>, group?: Item) => {
      for (const question of questions.toReversed()) pending.push([question, group])
    }
    later(section.items)
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [question, group] = next
      const item = addItem(question, section, group, group?.node ?? gate)
      addCalculated(question.calculated, item.instances ?? item.node.level, item.node)
      later(question.items ?? [], item)
    }
  }
  const declared: Readonly<Record<string, ContextValue>> = { ...questionnaire.context, today: { type: "date" } }
  for (const [key, value] of Object.entries(declared)) {
    const node = add(root)
    node.compute = ({ raw }) => contextValue(value, raw[node.slot])
    context.set(key, node)
  }
  for (const { when } of questionnaire.ends ?? []) if (when !== undefined) test(when, root)
  for (let task = waiting.pop(); task !== undefined; task = waiting.pop()) task()

  const ordered = inOrder(nodes)
  for (const [order, node] of ordered.entries()) node.order = order
  return { questionnaire, root, nodes: ordered, items, sections, references, context }
}

/** What an unknown name stands for. */
const never: Condition = { any: [] }

/** The conditions that a condition is made of, at the same place; undefined: it is made of none. */
const partsOf = (condition: Condition): ReadonlyArray<Condition> | undefined => {
  if ("all" in condition) return condition.all
  if ("any" in condition) return condition.any
  return "not" in condition ? [condition.not] : undefined
}

type Quantifier = Extract<Condition, { readonly some: unknown } | { readonly every: unknown }>

const newLevel = (parent: Level | undefined): Level => {
  const depth = parent === undefined ? 0 : parent.depth + 1
  const position = parent?.children.length ?? 0
  const level: Level = {
    depth,
    parent,
    position,
    group: undefined,
    items: [],
    nodes: [],
    children: [],
    watchers: [],
    tests: new Map(),
    named: new Map(),
  }
  parent?.children.push(level)
  return level
}

/** The deepest level around both. */
const shared = (one: Level, other: Level): Level => {
  let [a, b] = [one, other]
  while (a !== b) {
    if (a.depth >= b.depth && a.parent !== undefined) a = a.parent
    else if (b.parent !== undefined) b = b.parent
    else return a
  }
  return a
}

/** A context value as conditions see it: none when it is not of the declared type. */
const contextValue = ({ type, options }: ContextValue, value: unknown): Value | undefined => {
  if (type === "number") return typeof value === "number" && Number.isFinite(value) ? value : undefined
  if (type === "boolean") return typeof value === "boolean" ? value : undefined
  if (type === "date") return isDate(value) ? value : undefined
  return typeof value === "string" && options?.includes(value) !== false ? value : undefined
}
