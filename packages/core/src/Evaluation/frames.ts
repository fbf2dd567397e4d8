/**
 * Frames: where answers lie while they are evaluated, and how a change runs through them. A node whose sources changed
 * waits by its place in the order of evaluation; taken from the first on, each is decided once, after all that it needs.
 */
import type { Condition, Operand, Scope, Value } from "../Condition/Ast.ts"
import { valueAt } from "./operands.ts"
import type { Evaluation, Frame, Item, Level, Node, Program, Work } from "./Program.ts"
import { isOn, related } from "./Program.ts"

/** How many instances are evaluated at all: no form has so many, and each costs memory. */
const maxInstances = 100_000

/** A new frame, of which everything is to be decided. */
const newFrame = (work: Work, level: Level, parent: Frame | undefined, index: number): Frame => {
  const size = level.nodes.length
  const none = () => level.nodes.map(() => undefined)
  const frame: Frame = {
    work,
    level,
    parent,
    index,
    alive: true,
    on: new Uint8Array(size),
    values: none(),
    waiting: new Uint8Array(size),
    raw: none(),
    given: none(),
    children: level.children.map(() => []),
    scope: undefined,
  }
  for (const node of level.nodes) mark(node, frame)
  return frame
}

export const newEvaluation = (program: Program): Evaluation => {
  const { nodes } = program
  const waiting = new Uint8Array(nodes.length)
  const work = { program, asked: 0, instances: 0, waiting, frames: nodes.map(() => undefined) }
  return { program, root: newFrame(work, program.root, undefined, 0), work }
}

/** What a kind of question can ask about the rest of the answers: of conditions, those that were compiled. */
export const scopeOf = (frame: Frame): Scope =>
  (frame.scope ??= {
    value: (operand: Operand) => valueAt(frame, operand),
    holds: (condition: Condition) => compiled(frame, condition) === true,
  })

/** Does a condition of the definition hold at a frame? undefined: it was not compiled for such a frame. */
export const compiled = (frame: Frame, condition: Condition): boolean | undefined =>
  frame.level.tests.get(condition)?.(frame)

/** What conditions see of an answer while its question is asked. */
export const valueOfAnswer = ({ kind, question, node }: Item, frame: Frame): Value | undefined => {
  const answer = frame.raw[node.slot]
  if (answer === undefined || kind?.isAnswered(question, answer) !== true) return undefined
  const value = kind.value(question, answer, scopeOf(frame))
  return typeof value === "object" && value.length === 0 ? undefined : value
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** An own property, and never what a prototype would give. */
export const own = (answers: unknown, id: string): unknown =>
  isRecord(answers) && Object.hasOwn(answers, id) ? answers[id] : undefined

/** Puts an answer where it belongs, with the instances of a repeated group. Only what differs from what stood there waits
 * to be decided again. */
export const put = (frame: Frame, item: Item, answer: unknown): void => {
  const pending: Array<readonly [Frame, Item, unknown]> = [[frame, item, answer]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [at, one, given] = next
    const { node, instances } = one
    const { slot } = node
    // what is an object may have changed inside
    if (given === at.raw[slot] && typeof given !== "object" && instances === undefined) continue
    at.raw[slot] = given
    mark(node, at)
    at.given[slot] = valueOfAnswer(one, at)
    if (instances === undefined) continue
    // a list with something in it that is no instance is no answer at all, as the kind says too
    const list = Array.isArray(given) && given.every(isRecord) ? given : []
    const children = instancesOf(at, instances)
    for (const gone of children.splice(list.length)) drop(gone)
    for (const [i, answers] of list.entries()) {
      const instance = children[i] ?? append(at, instances)
      if (instance === undefined) break
      for (const inner of instances.items) pending.push([instance, inner, own(answers, inner.question.id)])
    }
    restructured(at, instances)
  }
}

/** The instances at a frame, of a level in its own; none of no level. */
export const instancesOf = ({ children }: Frame, level: Level | undefined): Array<Frame> =>
  (level && children[level.position]) ?? []

export const append = (parent: Frame, level: Level): Frame | undefined => {
  const { work } = parent
  if (work.instances >= maxInstances) return undefined
  work.instances++
  const siblings = instancesOf(parent, level)
  const frame = newFrame(work, level, parent, siblings.length)
  siblings.push(frame)
  return frame
}

/** Takes an instance away for good, and what is in it. */
export const drop = (frame: Frame): void => {
  const pending = [frame]
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    const { work, level } = one
    one.alive = false
    work.instances--
    for (const { node } of level.items) if (isOn(one, node)) work.asked--
    for (const child of one.children.flat()) pending.push(child)
  }
}

/** Instances came or went: whoever looks at all of them decides again. */
export const restructured = (parent: Frame, level: Level): void => {
  const levels = [level]
  for (const at of levels) {
    tell(at.watchers, parent)
    for (const child of at.children) levels.push(child)
  }
}

/** This node, at this frame, is to be decided again. */
export const mark = ({ slot, order }: Node, frame: Frame): void => {
  if (frame.waiting[slot] === 1) return
  frame.waiting[slot] = 1
  const { waiting, frames } = frame.work
  waiting[order] = 1
  if (frame.parent !== undefined) (frames[order] ??= []).push(frame)
}

/** Decides all that waits. */
export const settle = ({ program, root, work: { waiting, frames } }: Evaluation): void => {
  const whole = [root]
  for (
    let order = waiting.indexOf(1);
    order >= 0;
    order = waiting[order + 1] === 1 ? order + 1 : waiting.indexOf(1, order)
  ) {
    waiting[order] = 0
    const node = program.nodes[order]
    const here = node?.level === program.root ? whole : (frames[order] ?? [])
    frames[order] = undefined
    for (const frame of here) if (node !== undefined && frame.alive) decide(node, frame)
  }
}

const decide = (node: Node, frame: Frame): void => {
  const { slot, gate, test, compute } = node
  frame.waiting[slot] = 0
  const around = gate?.level === node.level ? frame : frame.parent
  const isNowOn =
    !node.cyclic &&
    (gate === undefined || (around !== undefined && isOn(around, gate))) &&
    (test === undefined || test(frame))
  const was = frame.values[slot]
  const value = isNowOn ? (compute === undefined ? frame.given[slot] : compute(frame)) : undefined
  if (isOn(frame, node) !== isNowOn) {
    frame.on[slot] = Number(isNowOn)
    if (node.isItem) frame.work.asked += isNowOn ? 1 : -1
    tell(node.onUsers, frame)
  }
  if (was !== value && !isSameList(was, value)) {
    frame.values[slot] = value
    tell(node.valueUsers, frame)
  }
}

const isSameList = (a: Value | undefined, b: Value | undefined): boolean =>
  typeof a === "object" && typeof b === "object" && a.length === b.length && a.every((one, index) => one === b[index])

const tell = (users: ReadonlyArray<Node>, frame: Frame): void => {
  for (const user of users) {
    // by far the most, without a detour
    if (user.level === frame.level) mark(user, frame)
    else for (const other of related(frame, user.level)) mark(user, other)
  }
}
