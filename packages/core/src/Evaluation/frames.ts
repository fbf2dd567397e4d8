/**
 * Frames: where answers lie while they are evaluated, and how a change runs through them. A node whose sources changed
 * waits in a set of bits by its place in the order of evaluation; taken from the lowest on, each is decided once, after
 * all that it needs.
 */
import type { Condition, Operand, Scope, Value } from "../Condition/Ast.ts"
import { truths } from "./truths.ts"
import { valueAt } from "./operands.ts"
import type { Evaluation, Frame, Item, Level, Node, Program, Work } from "./Program.ts"
import { related } from "./Program.ts"

/** How many instances are evaluated at all: no form has so many, and each costs memory. */
const maxInstances = 100_000

const nothing = () => undefined

export const newFrame = (work: Work, level: Level, parent: Frame | undefined): Frame => {
  const size = level.nodes.length
  return {
    work,
    level,
    parent,
    index: 0,
    alive: true,
    on: new Uint8Array(size),
    values: level.nodes.map(nothing),
    waiting: new Uint8Array(size),
    raw: level.nodes.map(nothing),
    given: level.nodes.map(nothing),
    children: level.children.map(() => []),
    scope: undefined,
  }
}

export const newEvaluation = (program: Program): Evaluation => {
  const words = (program.nodes.length >> 5) + 1
  const work = { program, asked: 0, instances: 0, waiting: new Int32Array(words), from: words, to: -1, frames: [] }
  return { program, root: newFrame(work, program.root, undefined), work }
}

/** What a kind of question can ask about the rest of the answers. */
export const scopeOf = (frame: Frame): Scope =>
  (frame.scope ??= {
    value: (operand: Operand) => valueAt(frame, operand),
    holds: (condition: Condition) => holdsAt(frame, condition),
  })

/** Does a condition hold at a frame? Those of the definition are compiled; others are read as they come. */
export const holdsAt = (frame: Frame, condition: Condition): boolean =>
  frame.work.program.tests.get(condition)?.get(frame.level)?.(frame) ?? truths(frame, condition)(frame, condition)

/** What conditions see of an answer while its question is asked. */
export const valueOfAnswer = ({ kind, question, node }: Item, frame: Frame): Value | undefined => {
  const answer = frame.raw[node.slot]
  if (answer === undefined || kind === undefined || !kind.isAnswered(question, answer)) return undefined
  const value = kind.value(question, answer, scopeOf(frame))
  return typeof value === "object" && value.length === 0 ? undefined : value
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** An own property, and never what a prototype would give. */
export const own = (answers: unknown, id: string): unknown =>
  isRecord(answers) && Object.hasOwn(answers, id) ? answers[id] : undefined

/** Puts an answer where it belongs, with the instances of a repeated group. What depends on it is not decided yet. */
export const put = (frame: Frame, item: Item, answer: unknown): void => {
  const pending: Array<readonly [Frame, Item, unknown]> = [[frame, item, answer]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [at, { node, instances, selective }, given] = next
    // a list with something in it that is no instance is no answer at all, as the kind says too
    const list = instances !== undefined && Array.isArray(given) && given.every(isRecord) ? given : []
    at.raw[node.slot] = list.length > 0 ? undefined : given
    if (instances === undefined) {
      if (!selective) at.given[node.slot] = valueOfAnswer(next[1], at)
      continue
    }
    for (const old of at.children[instances.position] ?? []) drop(old)
    at.children[instances.position] = []
    for (const answers of list) {
      const added = append(at, instances)
      if (added === undefined) break
      for (const inner of instances.items) {
        const one = own(answers, inner.question.id)
        if (one !== undefined) pending.push([added, inner, one])
      }
    }
  }
}

export const append = (parent: Frame, level: Level): Frame | undefined => {
  const { work } = parent
  if (work.instances >= maxInstances) return undefined
  const frame = newFrame(work, level, parent)
  const siblings = (parent.children[level.position] ??= [])
  frame.index = siblings.push(frame) - 1
  work.instances++
  for (const node of level.nodes) mark(node, frame)
  return frame
}

/** Takes an instance away for good, and what is in it. */
export const drop = (frame: Frame): void => {
  const pending = [frame]
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    one.alive = false
    one.work.instances--
    for (const { node } of one.level.items) if (one.on[node.slot] === 1) one.work.asked--
    for (const children of one.children) for (const child of children) pending.push(child)
  }
}

/** Instances came or went: whoever looks at all of them decides again. */
export const restructured = (parent: Frame, level: Level): void => {
  if (level.group !== undefined) mark(level.group.node, parent)
  const levels = [level]
  for (let at = levels.pop(); at !== undefined; at = levels.pop()) {
    for (const watcher of at.watchers) for (const frame of related(parent, watcher.level)) mark(watcher, frame)
    for (const child of at.children) levels.push(child)
  }
}

/** This node, at this frame, is to be decided again. */
export const mark = (node: Node, frame: Frame): void => {
  if (frame.waiting[node.slot] === 1) return
  frame.waiting[node.slot] = 1
  const { work } = frame
  const word = node.order >> 5
  work.waiting[word] = (work.waiting[word] ?? 0) | (1 << (node.order & 31))
  if (word < work.from) work.from = word
  if (word > work.to) work.to = word
  if (frame.parent === undefined) return
  const frames = work.frames[node.order]
  if (frames === undefined) work.frames[node.order] = [frame]
  else frames.push(frame)
}

/** Decides all that waits. */
export const settle = ({ program, root, work }: Evaluation): void => {
  const { waiting, frames } = work
  for (let word = work.from; word <= work.to; word++) {
    for (let bits = waiting[word] ?? 0; bits !== 0; bits = waiting[word] ?? 0) {
      const bit = 31 - Math.clz32(bits & -bits)
      waiting[word] = bits & ~(1 << bit)
      const order = (word << 5) + bit
      const node = program.nodes[order]
      if (node === undefined) continue
      if (node.level === program.root) decide(work, node, root)
      else {
        const here = frames[order] ?? []
        frames[order] = undefined
        for (const frame of here) if (frame.alive) decide(work, node, frame)
      }
    }
  }
  work.from = waiting.length
  work.to = -1
}

const decide = (work: Work, node: Node, frame: Frame): void => {
  const { slot, gate, test, compute } = node
  frame.waiting[slot] = 0
  const around = gate === undefined || gate.level === node.level ? frame : frame.parent
  const isOn =
    !node.cyclic && (gate === undefined || around?.on[gate.slot] === 1) && (test === undefined || test(frame)) ? 1 : 0
  const was = frame.values[slot]
  const value = isOn === 0 ? undefined : compute === undefined ? frame.given[slot] : compute(frame)
  if (frame.on[slot] !== isOn) {
    frame.on[slot] = isOn
    if (node.isItem) work.asked += isOn === 1 ? 1 : -1
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
    if (user.level === frame.level) mark(user, frame)
    else for (const other of related(frame, user.level)) mark(user, other)
  }
}
