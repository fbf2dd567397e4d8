/**
 * The schema of answers that stand beside one another, with a branch for each way in which what was picked decides what
 * else is asked.
 *
 * Words: a *field* is a property of the object, a *discriminator* is a question of one choice whose answer others depend
 * on, its *values* are what can be picked, a *class* is values for which the same is asked and required.
 */
import type { ValueType } from "../AnswerKind.ts"
import type { Condition } from "../Condition/Ast.ts"
import {
  all,
  compared,
  type Conditions,
  isAbsent,
  knowing,
  type Knowledge,
  type Possible,
  verdict,
} from "./Knowledge.ts"

export type JsonSchema = Readonly<Record<string, unknown>>

export interface Field {
  readonly id: string
  /** Asked when all of them hold. */
  readonly asked: ReadonlyArray<Condition>
  readonly required: boolean | Condition
  /** What can be picked, and how a schema says so; undefined for what is no single choice. */
  readonly values: Values | undefined
  readonly schema: (known: Knowledge) => JsonSchema
}

interface Values {
  readonly all: ReadonlyArray<string>
  /** The schema of an answer that is one of these. */
  readonly only: (values: Possible) => JsonSchema
}

/**
 * How far to branch; beyond it, what depends on a choice is optional.
 *
 * `branches`: how many may still be made in the whole schema. `combinations`: how many ways through all the branches of
 * one object there may be, which is what a compiler of types must look through.
 */
export interface Budget {
  branches: number
  readonly combinations: number
}

/** Branches lie in branches so deep at most. */
const deepest = 8

/** How many discriminators are followed to those that decide them, for one field. */
const farthest = 32

/** A choice can be branched on if its schema lists all the values (`enum`), or all but one that has a shape of its own
 * (own words). */
export const valuesOf = (type: ValueType, schema: JsonSchema): Values | undefined => {
  if (type.type !== "option") return undefined
  const { enum: _enum, anyOf: alternatives, ...rest } = schema
  const [plain, own, ...more] = Array.isArray(alternatives) ? alternatives.map(asSchema) : [schema]
  const listed = new Set<unknown>(listOf(plain?.["enum"]))
  const values = new Set(type.options.map(({ value }) => value))
  const unlisted = [...values].filter((value) => !listed.has(value))
  const isClear = values.size === type.options.length && listed.size === values.size - unlisted.length
  if (!isClear || more.length > 0 || unlisted.length !== (own === undefined ? 0 : 1)) return undefined
  return {
    all: [...values],
    only: (possible) => {
      const picked = [...values].filter((value) => listed.has(value) && possible.has(value))
      const shapes: ReadonlyArray<JsonSchema> = [
        ...(picked.length === 0 ? [] : [picked.length === 1 ? { const: picked[0] } : { enum: picked }]),
        ...(own !== undefined && unlisted.some((value) => possible.has(value)) ? [own] : []),
      ]
      return shapes.length === 1 ? { ...shapes[0], ...rest } : { anyOf: shapes, ...rest }
    },
  }
}

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const asSchema = (value: unknown): JsonSchema =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {}

/** The schema of an object of these fields, of those around which so much is known. */
export const object = (
  fields: ReadonlyArray<Field>,
  known: Knowledge,
  named: Conditions,
  budget: Budget,
): JsonSchema => {
  const level = { fields, known, named, budget, combinations: budget.combinations, depth: 0 }
  const { properties, required, choices } = members(level, new Map())
  const possible = Object.entries(properties).filter(([, schema]) => schema !== false)
  const inBranches = governed(choices).filter((id) => !Object.hasOwn(properties, id))
  return {
    type: "object",
    properties: Object.fromEntries([...possible, ...inBranches.map((id) => [id, true] as const)]),
    required,
    ...joined(choices),
    additionalProperties: false,
  }
}

const joined = (choices: ReadonlyArray<Choice>) => {
  const [first, ...others] = choices.map(({ branches }) => ({ oneOf: branches }))
  if (first === undefined) return {}
  return others.length === 0 ? first : { allOf: [first, ...others] }
}

/** All properties that branches name, however deep. */
const governed = (choices: ReadonlyArray<Choice>): ReadonlyArray<string> => [
  ...new Set(choices.flatMap(({ names }) => names)),
]

interface Choice {
  readonly branches: ReadonlyArray<JsonSchema>
  readonly names: ReadonlyArray<string>
  readonly combinations: number
}

interface Members {
  readonly properties: Readonly<Record<string, JsonSchema | false>>
  readonly required: ReadonlyArray<string>
  readonly choices: ReadonlyArray<Choice>
  readonly combinations: number
}

/** Fields of an object, in one branch of it. */
interface Level {
  readonly fields: ReadonlyArray<Field>
  readonly known: Knowledge
  readonly named: Conditions
  readonly budget: Budget
  readonly combinations: number
  readonly depth: number
}

type Discriminators = ReadonlyMap<string, Field>

const members = (level: Level, outer: Discriminators): Members => {
  const known = settled(level)
  const available: Discriminators = new Map([
    ...outer,
    ...level.fields.flatMap((field) => (field.values === undefined ? [] : [[field.id, field] as const])),
  ])
  const open = openFields({ ...level, known }, available)
  const choices: Array<Choice> = []
  const moved = new Set<string>()
  let combinations = 1
  const decidedBy = new Map<string, Array<Field>>()
  for (const [field, on] of open) for (const id of on) listed(decidedBy, id).push(field)
  for (const discriminator of available.values()) {
    if (open.size === 0) break
    const fields = decidedBy.get(discriminator.id)?.filter((field) => open.has(field)) ?? []
    // one that is itself decided by another is branched on inside the branches of that one
    if (fields.length === 0 || open.has(discriminator) || moved.has(discriminator.id)) continue
    const left = Math.floor(level.combinations / combinations)
    const choice = branch(discriminator, { ...level, known, fields, combinations: left }, available, open)
    if (choice === undefined) continue
    for (const field of choice.fields) open.delete(field)
    for (const { id } of [discriminator, ...choice.fields]) moved.add(id)
    combinations *= choice.combinations
    choices.push(choice)
  }
  const plain = level.fields.filter(({ id }) => !moved.has(id))
  return {
    properties: Object.fromEntries(
      plain.map((field) => [field.id, isAbsent(field.id, known) ? false : field.schema(known)]),
    ),
    required: plain.filter((field) => isSure(field, { ...level, known })).map(({ id }) => id),
    choices,
    combinations,
  }
}

const listed = (lists: Map<string, Array<Field>>, id: string): Array<Field> => {
  const list = lists.get(id) ?? []
  lists.set(id, list)
  return list
}

/** The branches on one choice, of those of the fields that it decides; none when it decides nothing. */
const branch = (
  discriminator: Field,
  level: Level,
  available: Discriminators,
  open: ReadonlyMap<Field, ReadonlySet<string>>,
): (Choice & { readonly fields: ReadonlyArray<Field> }) | undefined => {
  const { classes, decided } = classesOf(discriminator, level)
  // what depends on another choice goes where that one goes
  const fields = level.fields.filter(
    (field) => decided.has(field.id) || [...(open.get(field) ?? [])].some((id) => decided.has(id)),
  )
  if (classes.length < 2 || classes.length > Math.min(level.budget.branches, level.combinations)) return undefined
  level.budget.branches -= classes.length
  const deeper = new Map([...available].filter(([id]) => id !== discriminator.id))
  const names = new Set([discriminator.id, ...fields.map(({ id }) => id)])
  const most = Math.floor(level.combinations / classes.length)
  let combinations = 0
  const branches = classes.map((possible): JsonSchema => {
    const known = knowing(new Map([[discriminator.id, possible]]), level.known)
    const inner = members({ ...level, fields, known, combinations: most, depth: level.depth + 1 }, deeper)
    combinations += inner.combinations
    for (const name of governed(inner.choices)) names.add(name)
    const unanswered = isAbsent(discriminator.id, known)
    return {
      type: "object",
      properties: {
        [discriminator.id]: unanswered ? false : (discriminator.values?.only(possible) ?? {}),
        ...inner.properties,
      },
      required: [...(possible.has(null) ? [] : [discriminator.id]), ...inner.required],
      ...joined(inner.choices),
    }
  })
  return { branches, names: [...names], combinations, fields }
}

/** The largest number of values times fields that is looked through for one choice. */
const mostCases = 200_000

/** The possible values of a choice, those for which the same is asked and required together; what it decides, by id. */
const classesOf = (
  { id }: Field,
  level: Level,
): { readonly classes: ReadonlyArray<Possible>; readonly decided: ReadonlySet<string> } => {
  const possible = level.known.get(id) ?? new Set<string | null>()
  if (level.depth >= deepest || possible.size * level.fields.length > mostCases)
    return { classes: [], decided: new Set() }
  const cases = [...possible].map((value) => {
    const known = settled({ ...level, known: knowing(new Map([[id, new Set([value])]]), level.known) })
    return { value, states: level.fields.map((field) => state(field, { ...level, known })) }
  })
  const isDecided = level.fields.map((_, f) => cases.some(({ states }) => states[f] !== cases[0]?.states[f]))
  const classes = new Map<string, Set<string | null>>()
  for (const { value, states } of cases) {
    const signature = states.filter((_, f) => isDecided[f]).join()
    classes.set(signature, (classes.get(signature) ?? new Set()).add(value))
  }
  const decided = new Set(level.fields.filter((_, f) => isDecided[f]).map(({ id }) => id))
  return { classes: [...classes.values()], decided }
}

const state = (field: Field, level: Level) =>
  isAbsent(field.id, level.known)
    ? "absent"
    : isSure(field, level)
      ? "sure"
      : isOpen(field, level)
        ? "open"
        : "possible"

const asked = ({ asked }: Field, { known, named }: Level) => all(asked, (condition) => verdict(condition, known, named))

const mandatory = ({ required }: Field, { known, named }: Level) =>
  typeof required === "boolean" ? (required ? "yes" : "no") : verdict(required, known, named)

/** Is there an answer in every submission? */
const isSure = (field: Field, level: Level): boolean =>
  asked(field, level) === "yes" && mandatory(field, level) === "yes"

/** Could more be said about it if more were known? */
const isOpen = (field: Field, level: Level): boolean => {
  const verdict = asked(field, level)
  return verdict === "maybe" || (verdict === "yes" && mandatory(field, level) === "maybe")
}

/** The fields of which more could be said, with the discriminators that may decide them. */
const openFields = (level: Level, available: Discriminators): Map<Field, ReadonlySet<string>> =>
  new Map(
    level.fields
      .filter((field) => isOpen(field, level))
      .map((field) => [field, dependsOn(field, available, level)] as const)
      .filter(([, on]) => on.size > 0),
  )

/** The discriminators that may decide a field, those that decide these too. */
const dependsOn = (field: Field, available: Discriminators, { known, named }: Level): ReadonlySet<string> => {
  const found = new Set<string>()
  const pending = [field]
  for (let next = pending.shift(); next !== undefined && found.size < farthest; next = pending.shift()) {
    const conditions = typeof next.required === "boolean" ? next.asked : [...next.asked, next.required]
    for (const id of compared(conditions, named)) {
      const discriminator = available.get(id)
      if (discriminator === undefined || found.has(id) || (known.get(id)?.size ?? 0) < 2) continue
      found.add(id)
      pending.push(discriminator)
    }
  }
  return found
}

/** What follows from what is known about the fields: which have no answer for sure, which choices have one. */
const settled = (level: Level): Knowledge => {
  const found = new Map<string, Possible>()
  const known = knowing(found, level.known)
  const here = { ...level, known }
  for (const { id, values } of level.fields)
    if (values !== undefined && known.get(id) === undefined) found.set(id, new Set([...values.all, null]))
  // each round settles what depends on the one before; stopping early only leaves more open
  for (let round = 0, changed = true; changed && round < 8; round++) {
    changed = false
    for (const field of level.fields) {
      const possible = known.get(field.id)
      if (isAbsent(field.id, known)) continue
      if (asked(field, here) === "no") {
        found.set(field.id, new Set([null]))
        changed = true
      } else if (possible?.has(null) === true && isSure(field, here)) {
        found.set(field.id, new Set([...possible].filter((value) => value !== null)))
        changed = true
      }
    }
  }
  return known
}
