/**
 * From a model of an `Encoding` to answers that a customer could give, and what the evaluator says of them.
 *
 * Words: a *witness* is an answer set, with the context values that go with it.
 */
import * as Evaluation from "../../Evaluation.ts"
import type { Registry } from "../../QuestionKind.ts"
import type { Question } from "../Definition.ts"
import type { ValueType } from "../../AnswerKind.ts"
import type { Value } from "../../Condition/Ast.ts"
import * as Days from "./Days.ts"
import type { Encoding } from "./Encoding.ts"
import type { Place } from "./Place.ts"
import type { Field, OrderedField, PicksField } from "./Field.ts"
import type { Ordered } from "./Logic.ts"
import * as Sums from "./Sums.ts"

export interface Witness {
  readonly answers: Readonly<Record<string, unknown>>
  readonly context: Readonly<Record<string, unknown>>
}

/** Makes answers of a kind, each only once. */
export class Examples {
  private readonly known = new Map<Question, Map<Value | undefined, unknown>>()
  private readonly kinds: Registry

  constructor(kinds: Registry) {
    this.kinds = kinds
  }

  of(question: Question, value?: Value): unknown {
    const known = this.known.get(question) ?? new Map<Value | undefined, unknown>()
    this.known.set(question, known)
    const key = typeof value === "object" ? JSON.stringify(value) : value
    if (!known.has(key)) known.set(key, this.kinds.get(question.type)?.example(question, value))
    return known.get(key)
  }

  isValid(question: Question, answer: unknown): boolean {
    const kind = this.kinds.get(question.type)
    const scope = { value: () => undefined, holds: () => true }
    return (
      kind !== undefined && kind.isAnswered(question, answer) && kind.validate(question, answer, scope).length === 0
    )
  }
}

/** Reads the model that was found last. `cone`: what it tells of. */
export const read = (encoding: Encoding, examples: Examples, cone: ReadonlyArray<number>): Witness => {
  const reader = new Reader(encoding, examples)
  const answers: Record<string, unknown> = {}
  for (const variable of cone) {
    const field = encoding.given.get(variable)
    const answer = field === undefined ? undefined : reader.answer(field, encoding.root)
    if (answer !== undefined && field?.entry !== undefined) answers[field.entry.id] = answer
  }
  const context: Record<string, unknown> = {}
  for (const [key, field] of encoding.context) {
    const value = reader.value(field)
    if (value !== undefined) context[key] = value
  }
  return { answers, context }
}

const wantedDay = Days.fromText("2026-01-01")

class Reader {
  private readonly encoding: Encoding
  private readonly examples: Examples
  private readonly chosen: Map<Ordered, number>
  private readonly freshTexts = new Map<number, string>()
  private readonly used = new Set<string>()
  private fresh = 0

  constructor(encoding: Encoding, examples: Examples) {
    this.encoding = encoding
    this.examples = examples
    this.chosen = Sums.choose(encoding)
  }

  answer(field: Field, at: Place): unknown {
    const { logic } = this.encoding
    const { entry } = field
    if (entry?.question === undefined || !logic.solver.holds(field.answered)) return undefined
    const { question } = entry
    if (question.repeat !== undefined && field.shape === "ordered") {
      const count = this.number(field.x) / this.encoding.index.scale
      const instances = this.encoding.instances(entry, at)
      const told = instances.slice(0, count).map((instance) => this.instance(instance))
      return Array.from({ length: count }, (_, index) => told[index] ?? told[0] ?? {})
    }
    const value = this.value(field)
    if (typeof value === "string" && field.shape === "ordered" && field.scale === "text") return value
    return this.examples.of(question, value)
  }

  private instance(at: Place): Record<string, unknown> {
    const answers: Record<string, unknown> = {}
    for (const [id, field] of at.fields) {
      const answer = this.answer(field, at)
      if (answer !== undefined) answers[id] = answer
    }
    return answers
  }

  value(field: Field): Value | undefined {
    if (field.shape === "none") return undefined
    if (field.shape === "picks") return this.picked(field)
    if (field.scale === "text") return this.text(field)
    const number = this.number(field.x, field.scale === "date" ? wantedDay : 0)
    return field.scale === "date" ? Days.toText(number) : number / this.encoding.index.scale
  }

  private number(x: Ordered, wanted = 0): number {
    return this.chosen.get(x) ?? Sums.roundest(this.encoding, x, wanted)
  }

  private picked(field: PicksField): Value | undefined {
    const { solver } = this.encoding.logic
    const picked = [...field.picks].flatMap(([value, literal]) => (solver.holds(literal) ? [value] : []))
    const alike = [...field.offers.keys()].filter((value) => !field.picks.has(value))
    if (field.several === undefined) {
      // a context value that nothing depends on is there all the same
      const value = picked[0] ?? alike[0] ?? [...field.offers.keys()][0]
      return field.of === "booleans" && value !== undefined ? value === "true" : value
    }
    const more = field.rest.filter((literal) => solver.holds(literal)).length
    const least = Math.max(more, picked.length === 0 ? 1 : 0)
    return [...picked, ...alike.slice(0, least)]
  }

  private text(field: OrderedField): string | undefined {
    const { texts } = this.encoding
    const place =
      field.x.node > 0
        ? this.encoding.logic.valueOf(field.x)
        : this.encoding.logic.valueOf(field.x, texts.length + 1e6 + this.fresh++)
    const told = texts[place]
    if (told !== undefined) return told
    const known = this.freshTexts.get(place)
    if (known !== undefined) return known
    const question = field.entry?.question
    const isNew = (one: string) => !this.encoding.isTold(one) && !this.used.has(one)
    const isAnswer = (one: string) => isNew(one) && (question === undefined || this.examples.isValid(question, one))
    const example = question === undefined ? undefined : this.examples.of(question)
    // not compared with any other answer, it may be the same as that
    if (field.x.node === 0 && typeof example === "string" && !this.encoding.isTold(example)) return example
    const text = candidates(example, texts.length + this.used.size).find(isAnswer)
    if (text !== undefined) this.freshTexts.set(place, text)
    if (text !== undefined) this.used.add(text)
    return text
  }
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

/** Texts of many forms, until one is valid and new. */
const candidates = (example: unknown, used: number): ReadonlyArray<string> => {
  const counts = Array.from({ length: used + 1 }, (_, index) => index + 1)
  return [
    ...(typeof example === "string" ? [example, ...counts.map((n) => `${example}${n}`)] : []),
    ...counts.map((n) => `text ${n}`),
    ...letters.split(""),
    ...counts.flatMap((n) => [
      `person${n}@example.com`,
      `+46 8 ${1_000_000 + n}`,
      `https://example.com/${n}`,
      `text `.repeat(40).slice(0, 20 + n),
      String(1000 + n),
    ]),
  ]
}

/** An evaluation that is moved from witness to witness, at the cost of what differs. */
export class Trial {
  /** Answers and context values changed so far. */
  work = 0
  evaluation: Evaluation.Evaluation
  private readonly program: Evaluation.Program
  private current: Witness = { answers: {}, context: {} }
  /** Answers that were found valid and stay so. */
  private readonly valid = new Map<Question, Set<unknown>>()

  constructor(program: Evaluation.Program) {
    this.program = program
    this.evaluation = Evaluation.start(program, {})
    this.work += program.nodes.length
  }

  /** Evaluates a witness; false when an answer in it is not valid where it counts. */
  put(witness: Witness): boolean {
    const { current, evaluation } = this
    const changed: Array<string> = []
    let given = 0
    for (const id in witness.answers) {
      given++
      if (!same(current.answers[id], witness.answers[id])) changed.push(id)
    }
    for (const id in current.answers) if (!Object.hasOwn(witness.answers, id)) changed.push(id)
    if (changed.length * 4 > this.program.nodes.length) {
      this.evaluation = Evaluation.start(this.program, witness.answers, witness.context)
      this.work += this.program.nodes.length
    } else {
      for (const key in witness.context) {
        if (current.context[key] !== witness.context[key]) Evaluation.setContext(evaluation, key, witness.context[key])
      }
      for (const id of changed) Evaluation.set(evaluation, [id], witness.answers[id])
    }
    this.work += changed.length * 4 + given
    this.current = witness
    for (const id in witness.answers) if (!this.isValid(id, witness.answers[id], [])) return false
    return true
  }

  private isValid(id: string, answer: unknown, at: Evaluation.Place): boolean {
    const item = this.program.items.get(id)
    if (item?.kind === undefined) return false
    const { question, kind } = item
    const known = this.valid.get(question)
    if (known?.has(answer) === true) return true
    if (!Evaluation.isAsked(this.evaluation, [...at, id])) return true
    if (kind.validate(question, answer, Evaluation.scopeAt(this.evaluation, at)).length > 0) return false
    if (question.repeat === undefined || !Array.isArray(answer)) {
      if (dependsOnNothing(kind.valueType(question))) this.valid.set(question, (known ?? new Set()).add(answer))
      return true
    }
    return answer.every((instance: unknown, index) =>
      Object.entries(typeof instance === "object" && instance !== null ? instance : {}).every(([inner, value]) =>
        this.isValid(inner, value, [...at, id, index]),
      ),
    )
  }
}

/** Is an answer valid whatever else is answered? */
const dependsOnNothing = (type: ValueType): boolean =>
  "options" in type
    ? type.options.every(({ when }) => when === undefined)
    : (type.type !== "number" && type.type !== "date") || (typeof type.min !== "object" && typeof type.max !== "object")

const same = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b))
