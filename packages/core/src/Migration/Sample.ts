/**
 * Answers that somebody might give to a questionnaire, made up: the same ones for the same seed. They may be wrong where
 * one answer limits another, and answer what is not asked: whoever needs right ones asks `Answers.validate`.
 */
import type { Value } from "../Condition/Ast.ts"
import type { Question, Questionnaire } from "../Questionnaire/Definition.ts"
import type { QuestionKind, Registry } from "../QuestionKind.ts"

/** A number from 0 up to, and without, 1. */
export type Random = () => number

/** Mulberry32 (Tommy Ettinger, public domain): a small generator whose sequence a seed decides. */
export const seeded = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One set of answers; some questions are left unanswered. */
export const answers = (
  questionnaire: Questionnaire,
  kinds: Registry,
  random: Random,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(questionnaire.sections.flatMap(({ items }) => entries(items, kinds, random)))

/** Groups nest at most 32 deep in a definition that was checked. */
const entries = (items: ReadonlyArray<Question>, kinds: Registry, random: Random): ReadonlyArray<[string, unknown]> =>
  items.flatMap((item): ReadonlyArray<[string, unknown]> => {
    const inner = item.items
    if (inner !== undefined && item.repeat === undefined) return entries(inner, kinds, random)
    const kind = kinds.get(item.type)
    if (kind === undefined || kind.givenAs === "nothing" || random() < (item.required === true ? 0.05 : 0.3)) return []
    const answer = one(item, kind, random)
    if (inner !== undefined && Array.isArray(answer))
      return [[item.id, answer.map(() => Object.fromEntries(entries(inner, kinds, random)))]]
    return answer === undefined ? [] : [[item.id, answer]]
  })

/** Made for a value that is likely right, or else for any. */
const one = (question: Question, kind: QuestionKind, random: Random): unknown => {
  const value = likely(question, kind, random)
  return (value === undefined ? undefined : kind.example(question, value)) ?? kind.example(question)
}

const texts = ["word", "two words", "7", "12.5", "-3", "yes", "other"]

const likely = (question: Question, kind: QuestionKind, random: Random): Value | undefined => {
  const pick = <A>(list: ReadonlyArray<A>): A | undefined => list[Math.floor(random() * list.length)]
  const type = kind.valueType(question)
  switch (type.type) {
    case "text":
      return pick([undefined, ...texts])
    case "number": {
      const min = typeof type.min === "number" ? type.min : -10
      const max = typeof type.max === "number" ? type.max : Math.max(min, 0) + 1000
      const digits = Math.min(type.decimals ?? 2, 6)
      return pick([min, max, Number((min + random() * (max - min)).toFixed(digits))])
    }
    case "option":
      return pick(type.options)?.value
    case "options": {
      const picked = type.options.map(({ value }) => value).filter(() => random() < 0.5)
      return picked.slice(0, type.max ?? picked.length)
    }
    case "count":
      return Math.max(type.min ?? 0, 1) + Math.floor(random() * 3)
    case "date":
    case "boolean":
    case "nothing":
      return undefined
  }
}
