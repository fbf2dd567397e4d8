/**
 * The definition around the questions: decoded here, while each item is decoded by its own kind, also those in groups,
 * one after another and not one inside the other, so that no nesting overflows.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Calculated, Condition } from "../Condition/schema.ts"
import type * as JsonText from "../JsonText.ts"
import * as LocalText from "../LocalText/schema.ts"
import type * as QuestionKind from "../QuestionKind.ts"
import { Id, Item, suppress, whole } from "../QuestionKind/common.ts"
import type { Questionnaire, Section } from "./Definition.ts"
import * as Findings from "./Findings.ts"
import { Migrations } from "./MigrationSchema.ts"
import type { Trail } from "./Outline.ts"
import { pathOf } from "./Outline.ts"

/** Groups inside one another, and items in all: far above what a person can fill in. */
const maxGroups = 32
const maxItems = 20_000

const expectedId = "Expected an id: a small letter, then letters and digits, at most 64"

const byId = <A>(value: Schema.Codec<A, unknown>): Schema.Codec<Readonly<Record<string, A>>, unknown> =>
  Schema.Record(Id, value).annotate({ messageUnexpectedKey: expectedId })

const ContextValue = Schema.Struct({
  type: Schema.Literals(["text", "number", "date", "boolean", "choice"]).annotateKey({
    description: "What kind of value it is.",
  }),
  options: Schema.optionalKey(
    Schema.Array(Schema.String.check(Schema.isMaxLength(64, { message: "Expected at most 64 characters" }))).check(
      Schema.isMaxLength(1000, { message: "Expected at most 1000 options" }),
    ),
  ).annotateKey({ description: "Of a choice: the values it can have." }),
}).check(
  Schema.makeFilter(({ type, options }) =>
    (type === "choice") === (options !== undefined && options.length > 0)
      ? undefined
      : type === "choice"
        ? "Expected the options that the choice has"
        : { path: ["options"], issue: "Only a choice has options" },
  ),
)

const sectionSchema = <Items extends Schema.Codec<ReadonlyArray<unknown>, unknown>>(items: Items) =>
  Schema.Struct({
    id: Id.annotateKey({ description: "The name of the section, unique in the questionnaire." }),
    title: LocalText.schema.annotateKey({ description: "The heading of the section." }),
    description: Schema.optionalKey(LocalText.schema).annotateKey({
      description: "What it is about, below the title.",
    }),
    when: Schema.optionalKey(Condition).annotateKey({ description: "Asked only when this holds; left out: always." }),
    items: items.annotateKey({ description: "What is asked: questions, notes, groups." }),
    calculated: Schema.optionalKey(Calculated).annotateKey({
      description: "Values that follow from answers, by ids that conditions and placeholders use.",
    }),
    suppress,
  })

const End = Schema.Struct({
  id: Id.annotateKey({ description: "The name of the end, unique in the questionnaire." }),
  title: LocalText.schema.annotateKey({ description: "What the customer reads first after submitting." }),
  description: Schema.optionalKey(LocalText.schema).annotateKey({ description: "What happens next." }),
  when: Schema.optionalKey(Condition).annotateKey({ description: "Read only when this holds; left out: always." }),
  suppress,
})

const envelopeSchema = <S extends Schema.Codec<unknown, unknown>>(section: S) =>
  Schema.Struct({
    $schema: Schema.optionalKey(Schema.String).annotateKey({
      description: "Where this schema is, for completion in an editor.",
    }),
    format: Schema.Literal(1).annotateKey({ description: "The version of this format: 1." }),
    id: Schema.String.check(
      Schema.isPattern(/^[a-z][a-z0-9-]{0,63}$/u, {
        message: "Expected an id: a small letter, then small letters, digits and hyphens, at most 64",
      }),
    ).annotateKey({ description: "The name of the questionnaire, the same in all its versions." }),
    version: whole(1, 1_000_000).annotateKey({
      description: "Counts up: what was published under one number never changes.",
    }),
    language: LocalText.LanguageTag.annotateKey({
      description: "The language it is written in: of every text that is not translated.",
    }),
    title: LocalText.schema.annotateKey({ description: "What the customer reads at the top." }),
    description: Schema.optionalKey(LocalText.schema).annotateKey({ description: "A few words below the title." }),
    context: Schema.optionalKey(byId(ContextValue)).annotateKey({
      description: "What the caller supplies with the answers; conditions read it by { context: key }.",
    }),
    conditions: Schema.optionalKey(byId(Condition)).annotateKey({
      description: "Conditions by name; used by { is: name }.",
    }),
    sections: Schema.Array(section)
      .check(
        Schema.isMinLength(1, { message: "Expected at least one section" }),
        Schema.isMaxLength(200, { message: "Expected at most 200 sections" }),
      )
      .annotateKey({ description: "What is asked, in sections that are filled in one by one." }),
    ends: Schema.optionalKey(
      Schema.Array(End).check(Schema.isMaxLength(100, { message: "Expected at most 100 ends" })),
    ).annotateKey({ description: "What is read after submitting: the first whose condition holds." }),
    migrations: Schema.optionalKey(Migrations).annotateKey({
      description: "How answers to older versions become answers to this one.",
    }),
    suppress,
  })

const someItems = <S extends Schema.Codec<unknown, unknown>>(item: S) =>
  Schema.Array(item).check(
    Schema.isMinLength(1, { message: "Expected at least one question" }),
    Schema.isMaxLength(20_000, { message: "Expected at most 20000 questions" }),
  )

const strict = { errors: "all", onExcessProperty: "error" } as const

const decodeEnvelope = Schema.decodeUnknownResult(envelopeSchema(sectionSchema(someItems(Schema.Unknown))), strict)

/** What could be read of a definition: the whole, when nothing is wrong; the questions that are right in themselves. */
export interface Decoded {
  readonly questionnaire: Questionnaire | null
  readonly questions: ReadonlyArray<{ readonly question: QuestionKind.Question; readonly path: JsonText.Path }>
  readonly problems: ReadonlyArray<Findings.Problem>
}

/** Decodes a definition. All problems are gathered: those of the envelope, and those of each question. */
export const decode = (definition: unknown, kinds: QuestionKind.Registry): Decoded => {
  const decoded = decodeEnvelope(definition)
  const found = itemsOf(definition, kinds)
  const decodeItem = itemDecoder(kinds)
  const problems = [
    ...(Result.isFailure(decoded) ? Findings.fromIssue(decoded.failure.issue, []) : []),
    ...found.problems,
  ]
  const items: Array<ItemAt & { readonly result: ReturnType<typeof decodeItem> }> = []
  for (const item of found.items) {
    if (problems.length >= Findings.most) break
    const result = decodeItem(item.value, item.path)
    items.push({ ...item, result })
    if (Result.isFailure(result)) problems.push(...result.failure)
  }
  if (problems.length >= Findings.most) {
    problems.push(Findings.problem("too-many-findings", [], "There is more wrong than is told here."))
  }
  const questions = items.flatMap(({ path, result }) =>
    Result.isSuccess(result) ? [{ question: result.success, path }] : [],
  )
  if (Result.isFailure(decoded) || problems.length > 0) return { questionnaire: null, questions, problems }
  const { $schema: _, ...envelope } = decoded.success
  const itemsIn = nested(items)
  const sections = envelope.sections.map((section, index): Section => ({ ...section, items: itemsIn(index) }))
  return { questionnaire: { ...envelope, sections }, questions, problems }
}

/** A list or object that is longer than any that a definition can have: then nothing is looked at. */
export const endless = ({ value, members }: JsonText.JsonText): Findings.Problem | undefined => {
  if (![...members.values()].some(({ size }) => size > maxItems)) return undefined
  const pending: Array<{ readonly value: unknown; readonly trail: Trail | null }> = [{ value, trail: null }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, trail } = next
    const inside = typeof value === "object" && value !== null ? members.get(value) : undefined
    if (inside !== undefined && inside.size > maxItems) {
      const message = `Expected at most ${maxItems} entries in a list or an object.`
      return Findings.problem("invalid-value", pathOf(trail), message)
    }
    for (const step of inside?.keys() ?? []) {
      const member = propertyOf(value, String(step))
      if (typeof member === "object") pending.push({ value: member, trail: { parent: trail, step } })
    }
  }
  return undefined
}

/** An item as it stands in the JSON: in a section, by its index, or in a group, by the group's place in this list. */
interface ItemAt {
  readonly value: unknown
  readonly path: JsonText.Path
  readonly in: { readonly section: number } | { readonly group: number }
}

/** The items of a definition that may be wrong anywhere, in reading order, with their paths. */
export const itemsOf = (definition: unknown, kinds: QuestionKind.Registry) => {
  const items: Array<ItemAt> = []
  const problems: Array<Findings.Problem> = []
  const pending: Array<ItemAt & { readonly depth: number }> = []
  const push = (values: ReadonlyArray<unknown>, path: JsonText.Path, parent: ItemAt["in"], depth: number) => {
    // from the end, so that the first is taken next; those beyond the limit are never looked at
    for (let index = Math.min(values.length, maxItems + 1) - 1; index >= 0; index--) {
      pending.push({ value: values[index], path: [...path, index], in: parent, depth })
    }
  }
  for (const [section, value] of listAt(definition, "sections").entries()) {
    if (section < 200) push(listAt(value, "items"), ["sections", section, "items"], { section }, 0)
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { depth, ...item } = next
      if (items.length === maxItems) {
        problems.push(Findings.problem("too-many-items", item.path, `A questionnaire has at most ${maxItems} items.`))
        return { items, problems }
      }
      const group = items.push(item) - 1
      if (!holdsItems(item.value, kinds)) continue
      if (depth < maxGroups) push(listAt(item.value, "items"), [...item.path, "items"], { group }, depth + 1)
      else
        problems.push(Findings.problem("too-deep", item.path, `Groups stand at most ${maxGroups} deep in one another.`))
    }
  }
  return { items, problems }
}

export const holdsItems = (value: unknown, kinds: QuestionKind.Registry): boolean => {
  const type = propertyOf(value, "type")
  return typeof type === "string" && kinds.get(type)?.givenAs === "items"
}

/** The decoded items of each section, those of groups in their groups. */
const nested = (
  items: ReadonlyArray<ItemAt & { readonly result: Result.Result<QuestionKind.Question, unknown> }>,
): ((section: number) => ReadonlyArray<QuestionKind.Question>) => {
  const inSection = new Map<number, Array<QuestionKind.Question>>()
  const inGroup = new Map<number, Array<QuestionKind.Question>>()
  // from the end: what stands in a group comes after it, so that a group is made when all in it are
  for (const [index, { in: parent, result }] of [...items.entries()].toReversed()) {
    if (Result.isFailure(result)) continue
    const inner = inGroup.get(index)
    const question = inner === undefined ? result.success : { ...result.success, items: inner.toReversed() }
    const [lists, key] = "section" in parent ? [inSection, parent.section] : [inGroup, parent.group]
    const list = lists.get(key)
    if (list === undefined) lists.set(key, [question])
    else list.push(question)
  }
  return (section) => inSection.get(section)?.toReversed() ?? []
}

export const listAt = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const list = propertyOf(value, key)
  return Array.isArray(list) ? list : []
}

export const propertyOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

/** Each kind's schema is compiled once for a definition: that costs more than decoding a question. */
const itemDecoder = (kinds: QuestionKind.Registry) => {
  const decoders = new Map<string, ReturnType<typeof decoderOf>>()
  const decoder = (type: string) => {
    const kind = decoders.has(type) ? undefined : kinds.get(type)
    if (kind !== undefined) decoders.set(type, decoderOf(kind))
    return decoders.get(type)
  }
  return (
    value: unknown,
    path: JsonText.Path,
  ): Result.Result<QuestionKind.Question, ReadonlyArray<Findings.Problem>> => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return Result.fail([
        Findings.problem("invalid-value", path, "A question is an object with an id, a type and a label."),
      ])
    }
    const type = propertyOf(value, "type")
    const decode = typeof type === "string" ? decoder(type) : undefined
    if (decode === undefined) return Result.fail([Findings.unknownType(path, type, [...kinds.keys()])])
    return Result.mapError(decode(value), (error) => Findings.fromIssue(error.issue, path))
  }
}

const decoderOf = (kind: QuestionKind.QuestionKind) => Schema.decodeUnknownResult(kind.schema(), strict)

/** JSON Schema (draft 2020-12) of the whole definition. The kinds leave what stands in groups to `#/$defs/Item`. */
export const jsonSchema = (kinds: QuestionKind.Registry): Record<string, unknown> => {
  const options = { onExcessProperty: "error" } as const
  const envelope = Schema.toJsonSchemaDocument(envelopeSchema(sectionSchema(someItems(Item))), options)
  const item = Schema.toJsonSchemaDocument(Schema.Union([...kinds.values()].map((kind) => kind.schema())), options)
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "requite questionnaire",
    ...flattened({
      ...envelope.schema,
      $defs: { ...undescribed({ ...envelope.definitions, ...item.definitions }), Item: item.schema },
    }),
  }
}

/** Editors let the description of what is referred to win over the one beside the reference, which tells more. */
const undescribed = (definitions: Readonly<Record<string, object>>) =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [
      name,
      Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "description")),
    ]),
  )

/** Effect says a description beside what it describes as `allOf: [{ description }]`; editors want it on the schema itself. */
const flattened = (schema: object): Record<string, unknown> => {
  const { allOf, ...rest } = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, flattenedIn(value)]))
  if (!Array.isArray(allOf)) return allOf === undefined ? rest : { allOf, ...rest }
  const parts: ReadonlyArray<object> = allOf
  const entries = [...parts, rest].flatMap((part): ReadonlyArray<[string, unknown]> => Object.entries(part))
  const whole = new Map(entries)
  return whole.size === entries.length ? Object.fromEntries(whole) : { ...rest, allOf }
}

const flattenedIn = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(flattenedIn)
  return typeof value === "object" && value !== null ? flattened(value) : value
}
