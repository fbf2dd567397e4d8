/**
 * Which questions are asked, which are required, what calculated values come to: the semantics of format.md, by a graph of
 * what depends on what. A change costs what depends on it, not the size of the form; the order in which things are
 * listed never matters; nothing recurses and nothing is generated as code. Nothing here imports Effect.
 *
 * Words: a *program* is a compiled questionnaire, an *evaluation* is one set of answers under it, which changes in place.
 * A *place* is the path of an answer: `["kind"]`, `["owners", 0, "name"]`. What is not asked has no answer anywhere: not
 * in conditions, not in calculations, not in `answers`; but what was given for it is kept, should it be asked again.
 */
import type { FillRegistry } from "./AnswerKind.ts"
import { filling } from "./AnswerKind/filling.ts"
import type { Condition, Scope, Value } from "./Condition/Ast.ts"
import { compile as compileAnew } from "./Evaluation/compile.ts"
import * as Frames from "./Evaluation/frames.ts"
import { effective } from "./Evaluation/given.ts"
import type { Answers, Place } from "./Evaluation/places.ts"
import { everything, find, itemAt, placeOf } from "./Evaluation/places.ts"
import { valueAt } from "./Evaluation/operands.ts"
import type { Evaluation, Program } from "./Evaluation/Program.ts"
import { isOn } from "./Evaluation/Program.ts"
import { truths } from "./Evaluation/truths.ts"
import type { Reason } from "./Evaluation/why.ts"
import { why as whyAt } from "./Evaluation/why.ts"
import type { End, Questionnaire } from "./Questionnaire/Definition.ts"

export type { Place } from "./Evaluation/places.ts"
export type { Evaluation, Program } from "./Evaluation/Program.ts"
export type { Reason, Step } from "./Evaluation/why.ts"

/** Values of the request's data by key, `today` (`2027-03-27`) among them. */
export type Context = Readonly<Record<string, unknown>>

const programs = new WeakMap<Questionnaire, WeakMap<FillRegistry, Program>>()

/**
 * The program of a questionnaire, made once for each questionnaire and registry. Never throws: references to nothing are
 * unanswered, and what is part of a cycle (the checker refuses both) is not asked and has no value.
 */
export const compile = (questionnaire: Questionnaire, kinds: FillRegistry = filling): Program => {
  const known = programs.get(questionnaire) ?? new WeakMap<FillRegistry, Program>()
  programs.set(questionnaire, known)
  const program = known.get(kinds) ?? compileAnew(questionnaire, kinds)
  known.set(kinds, program)
  return program
}

/** An evaluation of these answers, whatever they are; what has no place in the questionnaire is left out. */
export const start = (program: Program, answers: Answers, context: Context = {}): Evaluation => {
  const evaluation = Frames.newEvaluation(program)
  const { root } = evaluation
  for (const item of program.root.items) Frames.put(root, item, Frames.own(answers, item.question.id))
  for (const [key, { slot }] of program.context) root.raw[slot] = Frames.own(context, key)
  Frames.settle(evaluation)
  return evaluation
}

/** Answers, or with `undefined` clears, the question at a place; of a repeated group, a list of instances. An unknown
 * place changes nothing. */
export const set = (evaluation: Evaluation, place: Place, answer: unknown): void => {
  const at = itemAt(evaluation, place)
  if (at === undefined) return
  Frames.put(at.frame, at.item, answer)
  Frames.settle(evaluation)
}

/** Changes a value of the request's data; one that is not declared changes nothing. */
export const setContext = (evaluation: Evaluation, key: string, value: unknown): void => {
  const node = evaluation.program.context.get(key)
  if (node === undefined) return
  evaluation.root.raw[node.slot] = value
  Frames.mark(node, evaluation.root)
  Frames.settle(evaluation)
}

/** Adds an empty instance after the others of the repeated group at `place`, and returns its place. */
export const addInstance = (evaluation: Evaluation, place: Place): Place | undefined => {
  const at = itemAt(evaluation, place)
  if (at?.item.instances === undefined) return undefined
  at.frame.raw[at.item.node.slot] = undefined
  Frames.mark(at.item.node, at.frame)
  const added = Frames.append(at.frame, at.item.instances)
  Frames.restructured(at.frame, at.item.instances)
  Frames.settle(evaluation)
  return added === undefined ? undefined : [...place, added.index]
}

/** Takes the instance at `place` (`["owners", 1]`) away; those after it move up. */
export const removeInstance = (evaluation: Evaluation, place: Place): void => {
  const found = find(evaluation, place)
  const parent = found?.node === undefined ? found?.frame.parent : undefined
  if (found === undefined || parent === undefined) return
  const { level, index } = found.frame
  const siblings = parent.children[level.position] ?? []
  Frames.drop(found.frame)
  siblings.splice(index, 1)
  if (level.group !== undefined) {
    parent.raw[level.group.node.slot] = undefined
    Frames.mark(level.group.node, parent)
  }
  for (const [position, sibling] of siblings.entries()) sibling.index = position
  Frames.restructured(parent, level)
  Frames.settle(evaluation)
}

/** Is the item at this place asked? False where there is no such item. */
export const isAsked = (evaluation: Evaluation, place: Place): boolean => {
  const at = itemAt(evaluation, place)
  return at !== undefined && isOn(at.frame, at.item.node)
}

/** Must it be answered? Only what is asked; a repeated group with a `min` needs an instance. */
export const isRequired = (evaluation: Evaluation, place: Place): boolean => {
  const at = itemAt(evaluation, place)
  return at !== undefined && isOn(at.frame, at.item.node) && at.item.required?.(at.frame) === true
}

/** Is the section shown, by its own condition? */
export const isSectionAsked = ({ program, root }: Evaluation, id: string): boolean => {
  const node = program.sections.get(id)
  return node !== undefined && isOn(root, node)
}

/** Is this option of the question offered now, by the option's own condition? False for what is no option. */
export const isOffered = (evaluation: Evaluation, place: Place, optionValue: string): boolean => {
  const at = itemAt(evaluation, place)
  return at !== undefined && at.item.offers.has(optionValue) && at.item.offers.get(optionValue)?.(at.frame) !== false
}

/** What conditions see of the question at a place, or of a calculated value; undefined: not asked or not answered. Of a
 * repeated group: how many instances. */
export const valueOf = (evaluation: Evaluation, place: Place): Value | undefined => {
  const found = find(evaluation, place)
  return found?.node === undefined ? undefined : found.frame.values[found.node.slot]
}

/** The places of all items that are asked, groups and notes too, in reading order, each instance with its items. */
export const asked = (evaluation: Evaluation): ReadonlyArray<Place> => {
  const places: Array<Place> = []
  for (const { frame, item } of everything(evaluation)) {
    if (isOn(frame, item.node)) places.push([...placeOf(frame), item.question.id])
  }
  return places
}

/** How many items are asked: the length of `asked`, without the walk. */
export const countAsked = (evaluation: Evaluation): number => evaluation.work.asked

/**
 * The answers that count: to what is asked, without emptied fields and without picked options that are not offered. Wrong
 * answers are among them, for `Answers.validate` to say so. With no issue they are what a submission holds.
 */
export const answers = ({ root }: Evaluation): Answers => effective(root)

/** Operands and conditions as they are meant at a place: of an item, of an instance, or `[]` outside all groups. */
export const scopeAt = (evaluation: Evaluation, place: Place): Scope => ({
  value: (operand) => valueAt(find(evaluation, place)?.frame ?? evaluation.root, operand),
  holds: (condition) => holds(evaluation, condition, place),
})

/** The first end whose condition holds; undefined when there is none. */
export const end = ({ program, root }: Evaluation): End | undefined =>
  program.questionnaire.ends?.find(({ when }) => when === undefined || Frames.compiled(root, when))

/** Does a condition hold, at a place or outside all groups? Any condition, also one that is not in the definition. */
export const holds = (evaluation: Evaluation, condition: Condition, place: Place = []): boolean => {
  const frame = find(evaluation, place)?.frame ?? evaluation.root
  return Frames.compiled(frame, condition) ?? truths(frame, condition)(frame, condition)
}

/**
 * Which conditions and answers decided that the item at `place` is asked, or required, or that it is not: through the
 * sections and groups around it, and through chains of questions that were not asked themselves. JSON, nearest first.
 * Of a place that is not there: no steps.
 */
export const why = (evaluation: Evaluation, place: Place, verdict: "asked" | "required"): Reason => {
  const at = itemAt(evaluation, place)
  return at === undefined ? { holds: false, because: [], complete: true } : whyAt(at.frame, at.item, verdict)
}
