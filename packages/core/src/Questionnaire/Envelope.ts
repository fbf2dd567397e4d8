/** The definition around the questions: decoded here, while each question is decoded by its own kind. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
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
      Schema.isPattern(/^[a-z][a-z0-9-]{0,63}$/, {
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

const decodeEnvelope = Schema.decodeUnknownResult(envelopeSchema(sectionSchema(someItems(Schema.Unknown))), {
  errors: "all",
  onExcessProperty: "error",
})

/** Decodes a definition. All problems are gathered: those of the envelope, and those of each question. */
export const decode = (
  definition: unknown,
  kinds: QuestionKind.Registry,
): { readonly questionnaire: Questionnaire | null; readonly problems: ReadonlyArray<Findings.Problem> } => {
  const decoded = decodeEnvelope(definition)
  const items = itemsOf(definition).map(({ value, path }) => decodeItem(value, path, kinds))
  const problems = [
    ...(Result.isFailure(decoded) ? Findings.fromIssue(decoded.failure.issue, []) : []),
    ...items.flatMap((item) => (Result.isFailure(item) ? item.failure : [])),
  ]
  if (Result.isFailure(decoded) || problems.length > 0) return { questionnaire: null, problems }
  const questions = items.flatMap((item) => (Result.isSuccess(item) ? [item.success] : []))
  const { $schema: _, ...envelope } = decoded.success
  let next = 0
  const sections = envelope.sections.map((section): Section => ({
    ...section,
    items: questions.slice(next, (next += section.items.length)),
  }))
  return { questionnaire: { ...envelope, sections }, problems }
}

/** The items of a definition that may be wrong anywhere, with their paths. */
const itemsOf = (definition: unknown) =>
  listAt(definition, "sections").flatMap((section, s) =>
    listAt(section, "items").map((value, i) => ({ value, path: ["sections", s, "items", i] })),
  )

const listAt = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const list: unknown =
    typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : []
  return Array.isArray(list) ? list : []
}

const decodeItem = (
  value: unknown,
  path: ReadonlyArray<string | number>,
  kinds: QuestionKind.Registry,
): Result.Result<QuestionKind.Question, ReadonlyArray<Findings.Problem>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return Result.fail([
      Findings.problem("invalid-value", path, "A question is an object with an id, a type and a label."),
    ])
  }
  const type: unknown = Object.hasOwn(value, "type") ? Reflect.get(value, "type") : undefined
  const kind = typeof type === "string" ? kinds.get(type) : undefined
  if (kind === undefined) return Result.fail([Findings.unknownType(path, type, [...kinds.keys()])])
  const decoded = Schema.decodeUnknownResult(kind.schema(), { errors: "all", onExcessProperty: "error" })(value)
  return Result.mapError(decoded, (error) => Findings.fromIssue(error.issue, path))
}

/** JSON Schema (draft 2020-12) of the whole definition. */
export const jsonSchema = (kinds: QuestionKind.Registry): Record<string, unknown> => {
  const item = Schema.Union([...kinds.values()].map((kind) => kind.schema()))
  const { schema } = Schema.toJsonSchemaDocument(envelopeSchema(sectionSchema(someItems(item))), {
    onExcessProperty: "error",
  })
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title: "requite questionnaire", ...schema }
}
