/** The properties that every kind's schema starts with, so that an author meets the same words everywhere. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import type * as Ast from "../Condition/Ast.ts"
import { Condition } from "../Condition/schema.ts"
import * as LocalText from "../LocalText/schema.ts"
import type { Question } from "../Questionnaire/Definition.ts"

/** Ids are the keys everywhere, never positions or labels (format.md, "Identity and versions"). */
export const Id = Schema.String.check(
  Schema.isPattern(/^[a-z][A-Za-z0-9]{0,63}$/u, {
    message: "Expected an id: a small letter, then letters and digits, at most 64",
  }),
)

/** A whole number from `minimum` to `maximum`. */
export const whole = (minimum: number, maximum: number) => {
  const message = `Expected a whole number from ${minimum} to ${maximum}`
  return Schema.Number.check(Schema.isInt({ message }).abort(), Schema.isBetween({ minimum, maximum }, { message }))
}

const line = (maximum: number) =>
  Schema.String.check(
    Schema.isPattern(/\S/u, { message: "Expected some text" }),
    Schema.isMaxLength(maximum, { message: `Expected at most ${maximum} characters` }),
  )

/** A document of the firm that goes with a question. */
export const Attachment = Schema.Struct({
  id: line(100).annotateKey({ description: "What the caller finds the document by." }),
  name: line(255).annotateKey({ description: "The name that the customer sees." }),
  type: Schema.String.check(
    Schema.isPattern(/^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/u, { message: 'Expected a media type such as "application/pdf"' }),
  ).annotateKey({ description: "Its media type, such as application/pdf." }),
  bytes: whole(1, 1_000_000_000).annotateKey({ description: "Its size in bytes." }),
  sha256: Schema.String.check(
    Schema.isPattern(/^[0-9a-f]{64}$/u, { message: "Expected a SHA-256 as 64 hexadecimal digits" }),
  ).annotateKey({ description: "SHA-256 of its content, as hex: exactly this document." }),
})

/** Silences the findings of one code at this very place, and says why. */
export const Suppression = Schema.Struct({
  code: Schema.String.check(
    Schema.isPattern(/^[a-z][a-z-]{0,63}$/u, { message: 'Expected the code of a finding, such as "always-true"' }),
  ).annotateKey({ description: "The code of the finding." }),
  reason: line(1000).annotateKey({ description: "Why it is meant to be so, for whoever reads this next." }),
})

export const suppress = Schema.optionalKey(
  Schema.Array(Suppression).check(Schema.isMaxLength(20, { message: "Expected at most 20 suppressions" })),
).annotateKey({ description: "Findings of the checker that are meant to be so here, each with the reason." })

const decodeCondition = Schema.decodeUnknownEffect(Condition)

/** `true`, `false` or a condition. Not a plain union: that would tell whoever wrote "yes" about conditions only. */
const decodeRequired = (value: unknown): Effect.Effect<boolean | Ast.Condition, SchemaIssue.Issue> => {
  if (typeof value === "boolean") return Effect.succeed(value)
  return typeof value === "object" && value !== null
    ? Effect.mapError(decodeCondition(value), ({ issue }) => issue)
    : Effect.fail(new SchemaIssue.InvalidValue({ message: "Expected true or false, or a condition" }))
}

const Required: Schema.Codec<boolean | Ast.Condition, unknown> = Schema.declareConstructor<
  boolean | Ast.Condition,
  unknown
>()([], () => decodeRequired, {
  toCodecJson: () => {
    const shape: Schema.Codec<unknown, unknown> = Schema.Union([Schema.Boolean, Condition])
    return Schema.link<boolean | Ast.Condition>()(shape, {
      decode: SchemaGetter.transformEffect(decodeRequired),
      encode: SchemaGetter.passthroughSubtype<unknown, boolean | Ast.Condition>(),
    })
  },
})

export const commonFields = {
  id: Id.annotateKey({ description: "The key of the answer, unique in the questionnaire; it never changes." }),
  label: LocalText.schema.annotateKey({ description: "What is asked, as the customer reads it." }),
  help: Schema.optionalKey(LocalText.schema).annotateKey({ description: "A hint below the label." }),
  required: Schema.optionalKey(Required).annotateKey({
    description: "Must it be answered: true, or a condition under which it must; left out: it is optional.",
  }),
  when: Schema.optionalKey(Condition).annotateKey({
    description: "Asked only when this holds; left out: always.",
  }),
  attachments: Schema.optionalKey(
    Schema.Array(Attachment).check(Schema.isMaxLength(20, { message: "Expected at most 20 attachments" })),
  ).annotateKey({ description: "Documents of the firm that go with this." }),
  suppress,
}

/** What an item of a group is in a JSON Schema: `#/$defs/Item`, to be said by whoever knows the kinds. */
const unread: Schema.Codec<unknown, unknown> = Schema.Record(Schema.String, Schema.Unknown).annotate({
  identifier: "Item",
})

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is unread: nothing looks into it before its own kind has decoded it
const read = (value: unknown): Effect.Effect<Question> => Effect.succeed(value as Question)

/**
 * An item of a group, left unread: each is decoded by its own kind, which a kind does not know. Whoever decodes a
 * definition puts the decoded items in the place of these.
 */
export const Item: Schema.Codec<Question, unknown> = Schema.declareConstructor<Question, unknown>()([], () => read, {
  toCodecJson: () =>
    Schema.link<Question>()(unread, {
      decode: SchemaGetter.transformEffect(read),
      encode: SchemaGetter.passthroughSubtype<unknown, Question>(),
    }),
})
