/**
 * What a questionnaire comes to once it is compiled, and the answers that are evaluated by it. Data only.
 *
 * Words: a *node* is one thing to be decided (is this item asked, does this condition hold, what does this calculation
 * come to); it is *on* or off and may have a *value*. A *level* is where nodes live: the questionnaire itself, or one
 * repeated group. A *frame* holds the nodes of a level for one place: all answers, or one instance of the group. A
 * *test* decides at a frame.
 */
import type { FillKind } from "../AnswerKind.ts"
import type { Condition, Scope, Value } from "../Condition/Ast.ts"
import type { Question, Questionnaire, Section } from "../Questionnaire/Definition.ts"

export type Test = (frame: Frame) => boolean

export interface Node {
  readonly level: Level
  /** Where it stands in the arrays of its frames. */
  readonly slot: number
  /** Must be on for this one to be on: the section, group or repeated group around it, of this level or the one above. */
  readonly gate: Node | undefined
  test: Test | undefined
  /** Its value while it is on; left out: what was given for it. */
  compute: ((frame: Frame) => Value | undefined) | undefined
  /** Something a person is asked, which counts. */
  readonly isItem: boolean
  /** Its number says how many there are: files, instances. */
  counted: boolean
  /** Needs itself, over whatever detour: it stays off. */
  cyclic: boolean
  /** Place in the order of evaluation, from 0. */
  order: number
  /** What it is decided from. */
  readonly needs: Array<Node>
  /** Who looks at whether it is on, and who at its value; some stand there twice. */
  readonly onUsers: Array<Node>
  readonly valueUsers: Array<Node>
}

export interface Level {
  /** 0 for the questionnaire itself. */
  readonly depth: number
  readonly parent: Level | undefined
  /** Which of its parent's `children` it is. */
  readonly position: number
  /** The repeated group whose instances these are. */
  group: Item | undefined
  /** In reading order; those in a repeated group belong to that group's level. */
  readonly items: Array<Item>
  readonly nodes: Array<Node>
  readonly children: Array<Level>
  /** Nodes further out that look at all instances. */
  readonly watchers: Array<Node>
  /** The conditions that are looked at here, and the named ones by name: in an instance they are about that instance. */
  readonly tests: Map<Condition, Test>
  readonly named: Map<string, Node>
}

export interface Item {
  readonly question: Question
  readonly kind: FillKind | undefined
  readonly section: Section
  /** The group around it. */
  readonly group: Item | undefined
  readonly node: Node
  /** Of a repeated group: the level of its instances. */
  readonly instances: Level | undefined
  required: Test | undefined
  /** What can be picked, each with its condition. */
  readonly offers: Map<string, Test | undefined>
  /** Some option has a condition, so that what was picked may count as not picked. */
  selective: boolean
}

export interface Program {
  readonly questionnaire: Questionnaire
  readonly root: Level
  /** In the order of evaluation. */
  readonly nodes: ReadonlyArray<Node>
  readonly items: ReadonlyMap<string, Item>
  readonly sections: ReadonlyMap<string, Node>
  /** What `{ answer: id }` means: the items and the calculated values. */
  readonly references: ReadonlyMap<string, Node>
  readonly context: ReadonlyMap<string, Node>
}

export interface Frame {
  readonly work: Work
  readonly level: Level
  readonly parent: Frame | undefined
  /** Which instance it is. */
  index: number
  /** Still one of the instances. */
  alive: boolean
  /** By slot: 1 when the node is on; its value; 1 when it waits to be decided again. */
  readonly on: Uint8Array
  readonly values: Array<Value | undefined>
  readonly waiting: Uint8Array
  /** By slot of an item: what was answered, and what conditions see of it. Of a context value: what was supplied. */
  readonly raw: Array<unknown>
  readonly given: Array<Value | undefined>
  /** Instances, by the position of their level. */
  readonly children: Array<Array<Frame>>
  scope: Scope | undefined
}

/** Answers being evaluated. It changes in place, by the functions of `Evaluation`. */
export interface Evaluation {
  readonly program: Program
  readonly root: Frame
  readonly work: Work
}

/** What the frames of an evaluation share: how much there is, and what waits to be decided again. */
export interface Work {
  readonly program: Program
  /** How many items are asked. */
  asked: number
  /** How many instances there are, nested ones counted. */
  instances: number
  /** By a node's place in the order: 1 when it waits to be decided again; and of nodes inside instances, where. */
  readonly waiting: Uint8Array
  readonly frames: Array<Array<Frame> | undefined>
}

/** Is it asked, does it hold? */
export const isOn = ({ on }: Frame, { slot }: Node): boolean => on[slot] === 1

/** Is something given to it itself? Not to notes, and of groups to what is in them. */
export const takesAnswer = ({ kind }: Item): boolean => kind?.givenAs === "value" || kind?.givenAs === "files"

/** The frame of a level at or around a frame. */
export const above = (frame: Frame, level: Level): Frame | undefined => {
  let at: Frame | undefined = frame
  while (at !== undefined && at.level.depth > level.depth) at = at.parent
  return at?.level === level ? at : undefined
}

/** The frames of a level that belong with a frame: the one around it, or all instances in it or in what they share. */
export const related = (frame: Frame, level: Level): ReadonlyArray<Frame> => {
  const down: Array<Level> = []
  let around = above(frame, level)
  for (let to = level; around === undefined && to.parent !== undefined; around = above(frame, to)) {
    down.push(to)
    to = to.parent
  }
  const from: ReadonlyArray<Frame> = around === undefined ? [] : [around]
  return down.reduceRight((frames, { position }) => frames.flatMap(({ children }) => children[position] ?? []), from)
}
