/**
 * From a questionnaire to a program: nodes for items, sections, named conditions, quantifiers, calculations and context
 * values, each knowing what it needs and who needs it, in dependency order. Whatever waits to be compiled stands in a
 * list, so nothing here recurses.
 */
import type { Registry } from "../AnswerKind.ts"
import { isDate } from "../AnswerKind/date.ts"
import type { Condition, Operand, Value } from "../Condition/Ast.ts"
import type { Calculated, ContextValue, Question, Questionnaire, Section } from "../Questionnaire/Definition.ts"
import * as Conditions from "./conditions.ts"
import { valueOfAnswer } from "./frames.ts"
import { calculate, inputsOf, operandsOf, sourceOf } from "./operands.ts"
import { inOrder } from "./order.ts"
import type { ContextNode, Frame, Item, Level, Node, Program, Test } from "./Program.ts"
import { isAskedInstance, related } from "./Program.ts"

export const compile = (questionnaire: Questionnaire, kinds: Registry): Program => {
  const nodes: Array<Node> = []
  const items = new Map<string, Item>()
  const sections = new Map<string, Node | undefined>()
  const references = new Map<string, Node>()
  const context = new Map<string, ContextNode>()
  const conditions = new Map(Object.entries(questionnaire.conditions ?? {}))
  const named = new Map<string, Map<Level, Node>>()
  const tests = new Map<Condition, Map<Level, Test>>()
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
    if (gate !== undefined) need(node, gate, "onUsers")
    return node
  }

  /** `user` is decided again whenever `source` is on, or has, something else. */
  const need = (user: Node, source: Node, what: "onUsers" | "valueUsers") => {
    user.needs.push(source)
    source[what].push(user)
  }

  const needValue = (user: Node, operand: Operand): Node | undefined => {
    const source = sourceOf(operand)
    if (typeof source !== "object") return undefined
    const node = "answer" in source ? references.get(source.answer) : undefined
    const found = "context" in source ? context.get(source.context)?.node : node
    if (found !== undefined) need(user, found, "valueUsers")
    return found
  }

  /** A condition at a level, looked at by `user`; without one it is only asked when somebody wants to know. */
  const test = (condition: Condition, level: Level, user?: Node): Test => {
    const compiled = Conditions.compile(condition, (leaf) => {
      const isNode = "is" in leaf || "some" in leaf || "every" in leaf
      const node = "is" in leaf ? nameAt(leaf.is, level) : quantifier(leaf, level)
      if (isNode) {
        if (node === undefined) return () => false
        if (user !== undefined) need(user, node, "onUsers")
        return (frame) => related(frame, node.level)[0]?.on[node.slot] === 1
      }
      if (user !== undefined) for (const operand of operandsOf(leaf)) needValue(user, operand)
      return Conditions.alone(leaf, level, references)
    })
    tests.set(condition, (tests.get(condition) ?? new Map<Level, Test>()).set(level, compiled))
    return compiled
  }

  const testLater = (node: Node, condition: Condition | undefined) => {
    if (condition !== undefined) waiting.push(() => (node.test = test(condition, node.level, node)))
  }

  const nameAt = (name: string, level: Level): Node | undefined => {
    const condition = conditions.get(name)
    const known = named.get(name)?.get(level)
    if (condition === undefined || known !== undefined) return known
    const node = add(level)
    named.set(name, (named.get(name) ?? new Map<Level, Node>()).set(level, node))
    testLater(node, condition)
    return node
  }

  /** Does it hold for one instance, for each? One node in every instance, and one around them that looks at those. */
  const quantifier = (condition: Condition, user: Level): Node | undefined => {
    const isSome = "some" in condition
    const [reference, inner] = isSome ? condition.some : "every" in condition ? condition.every : []
    if (reference === undefined) return undefined
    const level = items.get(reference.answer)?.instances
    if (level?.group === undefined) {
      const none = add(user)
      none.test = () => !isSome
      return none
    }
    const node = add(shared(user, level.parent))
    // the gate: nothing is said about instances that are not asked
    const each = add(level, level.group.node)
    testLater(each, inner)
    need(node, each, "onUsers")
    need(node, level.group.node, "onUsers")
    const holds = ({ on }: Frame) => on[each.slot] === 1
    node.test = isSome
      ? (frame) => related(frame, level).some(holds)
      : (frame) => related(frame, level).every((one) => holds(one) || !isAskedInstance(one))
    watch(node, level)
    return node
  }

  /** `node` looks at all instances of a level. */
  const watch = (node: Node, level: Level) => {
    const host = shared(node.level, level)
    for (let at: Level | undefined = level; at !== undefined && at !== host; at = at.parent) at.watchers.push(node)
  }

  /** What `{ answer: id }` means; of a doubled id, which the checker refuses, the first is the one that is meant. */
  const refer = (id: string, node: Node) => {
    if (!references.has(id)) references.set(id, node)
  }

  const addCalculated = (calculated: Calculated | undefined, level: Level, gate: Node | undefined) => {
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

  const addItem = (question: Question, section: Section, around: Around): Item => {
    const { level } = around
    const node = add(level, around.gate, true)
    const instances = question.repeat === undefined || question.items === undefined ? undefined : newLevel(level)
    const item: Item = {
      question,
      kind: kinds.get(question.type),
      section,
      group: around.group,
      node,
      instances,
      required: undefined,
      offers: new Map(),
      selective: false,
    }
    if (instances !== undefined) {
      instances.group = item
      node.compute = (frame) => frame.children[instances.position]?.length || undefined
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
    if (kind?.givenAs === "value" || kind?.givenAs === "files" || repeat !== undefined) {
      if (required === true || (repeat?.min ?? 0) > 0) item.required = () => true
      else if (typeof required === "object") item.required = test(required, node.level)
    }
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
    const gate = section.when && add(root)
    if (gate !== undefined) testLater(gate, section.when)
    sections.set(section.id, gate)
    addCalculated(section.calculated, root, gate)
    const pending: Array<readonly [Question, Around]> = []
    const later = (questions: ReadonlyArray<Question>, around: Around) => {
      for (const question of questions.toReversed()) pending.push([question, around])
    }
    later(section.items, { group: undefined, level: root, gate })
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [question, around] = next
      const group = addItem(question, section, around)
      const level = group.instances ?? around.level
      addCalculated(question.calculated, level, group.node)
      later(question.items ?? [], { group, level, gate: group.node })
    }
  }
  const declared: Readonly<Record<string, ContextValue>> = { ...questionnaire.context, today: { type: "date" } }
  for (const [key, value] of Object.entries(declared)) context.set(key, { node: add(root), read: reader(value) })
  for (const name of conditions.keys()) nameAt(name, root)
  const ends = (questionnaire.ends ?? []).map((end) => ({ end, test: end.when && test(end.when, root) }))
  for (let task = waiting.pop(); task !== undefined; task = waiting.pop()) task()

  const ordered = inOrder(nodes)
  for (const [order, node] of ordered.entries()) node.order = order
  return { questionnaire, root, nodes: ordered, items, sections, references, context, named, tests, ends }
}

/** Where an item stands. */
interface Around {
  readonly group: Item | undefined
  readonly level: Level
  readonly gate: Node | undefined
}

const newLevel = (parent: Level | undefined): Level => {
  const depth = parent === undefined ? 0 : parent.depth + 1
  const position = parent?.children.length ?? 0
  const level: Level = { depth, parent, position, group: undefined, items: [], nodes: [], children: [], watchers: [] }
  parent?.children.push(level)
  return level
}

/** The deepest level around both. */
const shared = (one: Level, other: Level | undefined): Level => {
  let [a, b] = [one, other ?? one]
  while (a !== b) {
    if (a.depth >= b.depth && a.parent !== undefined) a = a.parent
    else if (b.parent !== undefined) b = b.parent
    else return a
  }
  return a
}

/** A context value as conditions see it: none when it is not of the declared type. */
const reader =
  ({ type, options }: ContextValue) =>
  (value: unknown): Value | undefined => {
    if (type === "number") return typeof value === "number" && Number.isFinite(value) ? value : undefined
    if (type === "boolean") return typeof value === "boolean" ? value : undefined
    if (type === "date") return isDate(value) ? value : undefined
    return typeof value === "string" && options?.includes(value) !== false ? value : undefined
  }
