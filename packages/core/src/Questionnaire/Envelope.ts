/** The definition around the questions: decoded here, while each question is decoded by its own kind. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as JsonText from "../JsonText.ts"
import * as LocalText from "../LocalText.ts"
import type * as QuestionKind from "../QuestionKind.ts"
import { Id, whole } from "../QuestionKind/common.ts"
import type { Questionnaire, Section } from "./Definition.ts"
import * as Findings from "./Findings.ts"

const sectionSchema = <Items extends Schema.Codec<ReadonlyArray<unknown>, unknown>>(items: Items) =>
  Schema.Struct({
    id: Id,
    title: LocalText.schema,
    description: Schema.optionalKey(LocalText.schema),
    items,
  })

const envelopeSchema = <S extends Schema.Codec<unknown, unknown>>(section: S) =>
  Schema.Struct({
    $schema: Schema.optionalKey(Schema.String),
    format: Schema.Literal(1),
    id: Schema.String.check(
      Schema.isPattern(/^[a-z][a-z0-9-]{0,63}$/u, {
        message: "Expected an id: a small letter, then small letters, digits and hyphens, at most 64",
      }),
    ),
    version: whole(1, 1_000_000),
    language: LocalText.LanguageTag,
    title: LocalText.schema,
    description: Schema.optionalKey(LocalText.schema),
    sections: Schema.Array(section).check(
      Schema.isMinLength(1, { message: "Expected at least one section" }),
      Schema.isMaxLength(200, { message: "Expected at most 200 sections" }),
    ),
  })

const someItems = <S extends Schema.Codec<unknown, unknown>>(item: S) =>
  Schema.Array(item).check(
    Schema.isMinLength(1, { message: "Expected at least one question" }),
    Schema.isMaxLength(5000, { message: "Expected at most 5000 questions" }),
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
  const decodeItem = itemDecoder(kinds)
  const items = itemsOf(definition).map(({ value, path }) => ({ path, result: decodeItem(value, path) }))
  const questions = items.flatMap(({ path, result }) =>
    Result.isSuccess(result) ? [{ question: result.success, path }] : [],
  )
  const problems = [
    ...(Result.isFailure(decoded) ? Findings.fromIssue(decoded.failure.issue, []) : []),
    ...items.flatMap(({ result }) => (Result.isFailure(result) ? result.failure : [])),
  ]
  if (Result.isFailure(decoded) || problems.length > 0) return { questionnaire: null, questions, problems }
  const { $schema: _, ...envelope } = decoded.success
  let next = 0
  const sections = envelope.sections.map((section): Section => ({
    ...section,
    items: questions.slice(next, (next += section.items.length)).map(({ question }) => question),
  }))
  return { questionnaire: { ...envelope, sections }, questions, problems }
}

/** The ids of a definition that may be wrong anywhere, sections and questions, with what has them. */
export const ids = (definition: unknown): ReadonlyArray<Findings.IdAt> =>
  listAt(definition, "sections").flatMap((section, s) => [
    ...idAt(section, ["sections", s, "id"], `section ${s + 1}`),
    ...listAt(section, "items").flatMap((item, i) =>
      idAt(item, ["sections", s, "items", i, "id"], `question ${i + 1} of section ${s + 1}`),
    ),
  ])

const idAt = (value: unknown, path: JsonText.Path, of: string): ReadonlyArray<Findings.IdAt> => {
  const id = propertyOf(value, "id")
  return typeof id === "string" ? [{ id, path, of }] : []
}

/** The items of a definition that may be wrong anywhere, with their paths. */
const itemsOf = (definition: unknown) =>
  listAt(definition, "sections").flatMap((section, s) =>
    listAt(section, "items").map((value, i) => ({ value, path: ["sections", s, "items", i] })),
  )

const listAt = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const list = propertyOf(value, key)
  return Array.isArray(list) ? list : []
}

const propertyOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

/** Each kind's schema is compiled once for a definition: that costs more than decoding a question. */
const itemDecoder = (kinds: QuestionKind.Registry) => {
  const decoders = new Map([...kinds].map(([type, kind]) => [type, Schema.decodeUnknownResult(kind.schema(), strict)]))
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
    const decode = typeof type === "string" ? decoders.get(type) : undefined
    if (decode === undefined) return Result.fail([Findings.unknownType(path, type, [...kinds.keys()])])
    return Result.mapError(decode(value), (error) => Findings.fromIssue(error.issue, path))
  }
}

/** JSON Schema (draft 2020-12) of the whole definition. */
export const jsonSchema = (kinds: QuestionKind.Registry): Record<string, unknown> => {
  const item = Schema.Union([...kinds.values()].map((kind) => kind.schema()))
  const { schema } = Schema.toJsonSchemaDocument(envelopeSchema(sectionSchema(someItems(item))), {
    onExcessProperty: "error",
  })
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title: "requite questionnaire", ...schema }
}
