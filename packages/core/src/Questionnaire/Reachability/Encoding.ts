/**
 * A questionnaire as statements of a `Logic`: which items are asked, what can be answered, which conditions hold. Every
 * answer set is a model of them, so what they refute is impossible for certain; where a value is calculated by more than
 * they can say, a model may be none, which is why whatever they allow is tried out on the evaluator.
 *
 * Words: a *place* is the questionnaire itself or one instance of a repeated group. *Free*: everything is taken as asked,
 * whatever its conditions say, so that a condition is judged by itself. A *guard* is a literal that puts one reason
 * in force, so that a refutation names the reasons it needs.
 */
import type { Offer } from "../../AnswerKind.ts"
import type { Condition, Reference } from "../../Condition/Ast.ts"
import type { End, Section } from "../Definition.ts"
import { calculate } from "./Calculated.ts"
import { type Field, finish, type PicksField } from "./Field.ts"
import { type Entry, type Index, insideOf, sidesOf } from "./Index.ts"
import { Logic, type Ordered } from "./Logic.ts"
import { type Moved, type Place, place, type Reason, type Sum } from "./Place.ts"
import * as Questions from "./Questions.ts"
import { always, type Literal, never, not, variableOf } from "./Literal.ts"
import { compare, termOf } from "./Term.ts"
import type { Writing } from "./Writing.ts"

const mostVariables = 500_000
/** Instances in instances could be told apart without end. */
const mostPlaces = 4000

export class Encoding implements Writing {
  readonly logic = new Logic()
  readonly index: Index
  readonly root: Place
  readonly context = new Map<string, Field>()
  readonly texts: Array<string> = []
  readonly sums: Array<Sum> = []
  readonly sumOf = new Map<Ordered, Sum>()
  readonly moved: Array<Moved> = []
  /** Questions outside all repeated groups, by the variable that says whether they are answered. */
  readonly given = new Map<number, Field>()
  /** With `explain`: the guards, each with its reason. */
  readonly guards = new Map<Literal, Reason>()
  readonly free: boolean
  readonly explain: boolean
  private readonly guardOf = new Map<string, Literal>()
  private readonly textPlaces = new Map<string, number>()
  private readonly sections = new Map<Section, Literal>()
  private places = 0
  private readonly pending: Array<() => void> = []
  private choices: Array<PicksField> = []
  private readonly placeOfChoice = new Map<PicksField, Place>()

  constructor(index: Index, options: { readonly free?: boolean; readonly explain?: boolean } = {}) {
    this.index = index
    this.free = options.free ?? false
    this.explain = options.explain ?? false
    this.root = place(undefined, [], 0, always)
  }

  /** Writes out everything that what was asked for so far is made of. To be called before solving. */
  finish(): void {
    while (this.pending.length > 0 || this.choices.length > 0) {
      for (let next = this.pending.pop(); next !== undefined; next = this.pending.pop()) next()
      const { choices } = this
      this.choices = []
      for (const choice of choices) finish(this.logic, choice, this.guard("options", choice.entry))
    }
  }

  /** Definitions that refer to each other through any number of questions are written out one after the other. */
  later(task: () => void): void {
    this.pending.push(task)
  }

  guard(because: "asked" | "limits" | "options", entry: Entry | undefined): Literal {
    return entry === undefined || !this.explain ? always : this.guardFor(`${because} ${entry.id}`, { because, entry })
  }

  guardFor(key: string, reason: Reason): Literal {
    if (!this.explain) return always
    const known = this.guardOf.get(key)
    if (known !== undefined) return known
    const literal = this.logic.open()
    this.guardOf.set(key, literal)
    this.guards.set(literal, reason)
    return literal
  }

  // what is asked

  sectionAsked(section: Section): Literal {
    if (this.free || section.when === undefined) return always
    const known = this.sections.get(section)
    if (known !== undefined) return known
    const literal = this.logic.open()
    this.sections.set(section, literal)
    const { when } = section
    this.later(() =>
      this.defineGuarded(
        literal,
        always,
        this.holds(when, this.root),
        this.guardFor(`section ${section.id}`, { because: "section", section }),
      ),
    )
    return literal
  }

  /** What is around it is asked. */
  around(entry: Entry, at: Place): Literal {
    const { group } = entry
    if (group === undefined) return this.sectionAsked(entry.section)
    return group.question?.repeat === undefined ? this.asked(group, at) : at.exists
  }

  asked(entry: Entry, at: Place): Literal {
    const known = at.asked.get(entry.id)
    if (known !== undefined) return known
    const around = this.free && entry.repeats.length === 0 ? always : this.around(entry, at)
    const when = this.free ? undefined : entry.question?.when
    const literal = when === undefined ? around : this.logic.open()
    at.asked.set(entry.id, literal)
    if (when !== undefined)
      this.later(() => this.defineGuarded(literal, around, this.holds(when, at), this.guard("asked", entry)))
    return literal
  }

  private defineGuarded(defined: Literal, around: Literal, when: Literal, guard: Literal): void {
    if (guard === always) return this.logic.define(defined, [around, when])
    const { logic } = this
    logic.define(defined, [logic.and([around, logic.or([when, not(guard)])])])
  }

  /** Its condition holds, whether it is the first or not. */
  endHolds(end: End): Literal {
    if (end.when === undefined) return always
    const guard = this.guardFor(`end ${end.id}`, { because: "end", end })
    const holds = this.holds(end.when, this.root)
    return guard === always ? holds : this.logic.and([holds, guard])
  }

  // where

  /** The place at or around `at` where the answer to an entry stands; undefined when there is not one but several. */
  placeOf(entry: Entry, at: Place): Place | undefined {
    let place: Place | undefined = at
    while (place !== undefined && place.groups.length > entry.repeats.length) place = place.parent
    if (place === undefined || place.groups.length !== entry.repeats.length) return undefined
    return place.groups.every((id, depth) => entry.repeats[depth] === id) ? place : undefined
  }

  /** The instances of a repeated group that are told apart; the others are copies of the first. */
  instances(group: Entry, at: Place): ReadonlyArray<Place> {
    const known = at.instances.get(group.id)
    if (known !== undefined) return known
    const field = this.field(group, at)
    const groups = insideOf(group)
    const made = Array.from({ length: this.index.instances.get(group.id) ?? 1 }, (_, index) => {
      const exists = field?.shape === "ordered" ? this.logic.atLeast(field.x, (index + 1) * this.index.scale) : never
      return place(at, groups, index, exists)
    })
    at.instances.set(group.id, made)
    this.places += made.length
    return made
  }

  /** Is the repeated group among what these variables tell? */
  touches(group: string, cone: ReadonlySet<number>): boolean {
    const entry = this.index.entries.get(group)
    const field = entry === undefined ? undefined : this.root.fields.get(group)
    return entry !== undefined && (field === undefined ? entry.repeats.length > 0 : this.logic.isIn(cone, field.part))
  }

  // what is answered

  referred({ answer }: Reference, at: Place): Field | undefined {
    const entry = this.index.entries.get(answer)
    const there = entry === undefined ? undefined : this.placeOf(entry, at)
    return entry === undefined || there === undefined ? undefined : this.field(entry, there)
  }

  field(entry: Entry, at: Place): Field {
    const known = at.fields.get(entry.id)
    if (known !== undefined) return known
    const field = entry.calculation === undefined ? Questions.ofQuestion(this, entry, at) : calculate(this, entry, at)
    at.fields.set(entry.id, field)
    if (at === this.root && entry.question !== undefined) this.given.set(variableOf(field.answered), field)
    return field
  }

  /** Of options, of which one (or, as the type of the question says, several) is picked. */
  choice(
    entry: Entry | undefined,
    part: PicksField["part"],
    answered: Literal,
    options: ReadonlyArray<Offer>,
    of: PicksField["of"],
    at: Place,
  ): PicksField {
    const type = entry?.type
    const field: PicksField = {
      shape: "picks",
      entry,
      part,
      answered,
      offers: new Map(options.map((offer) => [offer.value, offer])),
      of,
      several: type?.type === "options" ? { least: type.min ?? 1, most: type.max ?? type.options.length } : undefined,
      picks: new Map(),
      count: this.logic.ordered(part, 0, options.length * this.index.scale, this.index.scale),
      rest: [],
      finished: false,
    }
    this.choices.push(field)
    this.placeOfChoice.set(field, at)
    if (!this.free) for (const { value, when } of options) if (when !== undefined) this.pick(field, value)
    return field
  }

  /** The option is picked (and offered). */
  pick(field: PicksField, value: string): Literal {
    const offer = field.offers.get(value)
    if (offer === undefined) return never
    const known = field.picks.get(value)
    if (known !== undefined) return known
    const { logic } = this
    // too late to be told apart: anything goes
    if (field.finished) return logic.open()
    const at = this.placeOfChoice.get(field) ?? this.root
    const literal = logic.literal(field.part)
    field.picks.set(value, literal)
    const { entry } = field
    const { when } = offer
    if (when !== undefined && !this.free && entry !== undefined) {
      const guard = this.guardFor(`offered ${entry.id} ${value}`, { because: "offered", entry, option: value })
      this.later(() => {
        const offered = this.holds(when, at)
        for (const needed of [offered, guard]) logic.need(field.part, needed)
        logic.add(not(literal), offered, not(guard))
      })
    }
    return literal
  }

  /** Data of the caller; undefined: not declared. */
  contextField(key: string): Field | undefined {
    const known = this.context.get(key)
    if (known !== undefined) return known
    const field = Questions.ofContext(this, key)
    if (field !== undefined) this.context.set(key, field)
    return field
  }

  isTold(text: string): boolean {
    return this.textPlaces.has(text)
  }

  /** The place of a text in the list of those that are told apart; all others come behind them. */
  textPlace(text: string): number {
    const known = this.textPlaces.get(text)
    if (known !== undefined) return known
    const at = this.texts.push(text) - 1
    this.textPlaces.set(text, at)
    return at
  }

  // what holds

  holds(condition: Condition, at: Place): Literal {
    const known = at.conditions.get(condition)
    if (known !== undefined) return known
    // beyond, conditions are left open: what they exclude is not seen, and the evaluator judges the rest
    const literal = this.logic.solver.variables > mostVariables ? this.logic.open() : this.meaning(condition, at)
    at.conditions.set(condition, literal)
    return literal
  }

  private meaning(condition: Condition, at: Place): Literal {
    const { logic } = this
    if ("all" in condition) return logic.and(condition.all.map((one) => this.holds(one, at)))
    if ("any" in condition) return logic.or(condition.any.map((one) => this.holds(one, at)))
    if ("not" in condition) return not(this.holds(condition.not, at))
    if ("is" in condition) return this.named(condition.is, at)
    if ("answered" in condition) return this.referred(condition.answered, at)?.answered ?? logic.open()
    if ("some" in condition) return this.instanceHolds(condition.some[0], condition.some[1], at, false)
    if ("every" in condition) return not(this.instanceHolds(condition.every[0], condition.every[1], at, true))
    if ("in" in condition) {
      const term = termOf(this, condition.in[0], at)
      return logic.or(condition.in[1].map((one) => compare(this, "eq", term, { term: "constant", value: one })))
    }
    if ("anyOf" in condition) return logic.or(this.listed(condition.anyOf[0], condition.anyOf[1], at).picked)
    if ("allOf" in condition) {
      const { answered, picked } = this.listed(condition.allOf[0], condition.allOf[1], at)
      return logic.and([answered, ...picked])
    }
    const [comparator, a, b] = sidesOf(condition)
    return compare(this, comparator, termOf(this, a, at), termOf(this, b, at))
  }

  private named(name: string, at: Place): Literal {
    const known = at.named.get(name)
    if (known !== undefined) return known
    const condition = this.index.conditions.get(name)
    const literal = this.logic.open()
    at.named.set(name, literal)
    if (condition === undefined) return literal
    const guard = this.guardFor(`named ${name}`, { because: "named", name })
    this.later(() => this.logic.define(literal, [this.holds(condition, at)], guard))
    return literal
  }

  /** Some instance for which the condition holds (or, with `fails`, does not). */
  private instanceHolds(reference: Reference, condition: Condition, at: Place, fails: boolean): Literal {
    const group = this.index.entries.get(reference.answer)
    const there = group === undefined ? undefined : this.placeOf(group, at)
    if (group?.question?.repeat === undefined || there === undefined) return this.logic.open()
    if (this.places > mostPlaces) return this.logic.open()
    const found = this.logic.open()
    this.later(() => {
      const each = this.instances(group, there).map((instance) => {
        const holds = this.holds(condition, instance)
        return this.logic.and([instance.exists, fails ? not(holds) : holds])
      })
      this.logic.define(not(found), each.map(not))
    })
    return found
  }

  private listed(reference: Reference, values: ReadonlyArray<string | number | boolean>, at: Place) {
    const field = this.referred(reference, at)
    const term = termOf(this, reference, at)
    return {
      answered: field?.answered ?? this.logic.open(),
      picked: values.map((value) =>
        field?.shape === "picks" && field.several !== undefined
          ? typeof value === "string"
            ? this.pick(field, value)
            : never
          : compare(this, "eq", term, { term: "constant", value }),
      ),
    }
  }
}
