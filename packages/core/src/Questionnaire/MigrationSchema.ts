/** The shape of migrations in a definition. What they mean for two versions is checked where both are at hand. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import { Id, whole } from "../QuestionKind/common.ts"
import type { Migration, MigrationStep } from "./Definition.ts"

const Value = Schema.String.check(Schema.isMaxLength(64, { message: "Expected at most 64 characters" }))
const pairOf = <B extends Schema.Codec<unknown, unknown>>(second: B) => Schema.Tuple([Id, second])

const steps = {
  rename: Schema.Struct({
    rename: pairOf(Id).annotateKey({ description: "The answers to the first id are now those to the second." }),
  }),
  mapOptions: Schema.Struct({
    mapOptions: pairOf(Schema.Record(Value, Value)).annotateKey({
      description: "Options of a question that have other values now: { old: new }.",
    }),
  }),
  drop: Schema.Struct({
    drop: Schema.Array(Id).annotateKey({ description: "Answers that are no longer asked for." }),
  }),
  convert: Schema.Struct({
    convert: pairOf(Schema.Literals(["text", "number", "one", "many"])).annotateKey({
      description: "The answers to a question that are of another type now.",
    }),
  }),
  set: Schema.Struct({
    set: pairOf(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])).annotateKey({
      description: "An answer where there is none: older versions did not ask for it.",
    }),
  }),
}

const strict = { errors: "all", onExcessProperty: "error" } as const

type Decoder = (value: unknown) => Result.Result<MigrationStep, { readonly issue: SchemaIssue.Issue }>

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["rename", Schema.decodeUnknownResult(steps.rename, strict)],
  ["mapOptions", Schema.decodeUnknownResult(steps.mapOptions, strict)],
  ["drop", Schema.decodeUnknownResult(steps.drop, strict)],
  ["convert", Schema.decodeUnknownResult(steps.convert, strict)],
  ["set", Schema.decodeUnknownResult(steps.set, strict)],
])

/** Not a plain union: that would tell whoever misspelt one step about all five. */
const decodeStep = (value: unknown): Effect.Effect<MigrationStep, SchemaIssue.Issue> => {
  const keys = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : []
  const [decode] = keys.flatMap((key) => decoders.get(key) ?? [])
  if (decode === undefined) {
    const message = `Expected an object with one of: ${[...decoders.keys()].join(", ")}`
    return Effect.fail(new SchemaIssue.InvalidValue({ message }))
  }
  const decoded = decode(value)
  return Result.isSuccess(decoded) ? Effect.succeed(decoded.success) : Effect.fail(decoded.failure.issue)
}

const shape: Schema.Codec<unknown, unknown> = Schema.Union([
  steps.rename,
  steps.mapOptions,
  steps.drop,
  steps.convert,
  steps.set,
]).annotate({ identifier: "MigrationStep" })

const Step: Schema.Codec<MigrationStep, unknown> = Schema.declareConstructor<MigrationStep, unknown>()(
  [],
  () => decodeStep,
  {
    toCodecJson: () =>
      Schema.link<MigrationStep>()(shape, {
        decode: SchemaGetter.transformEffect(decodeStep),
        encode: SchemaGetter.passthroughSubtype<unknown, MigrationStep>(),
      }),
  },
)

export const Migrations: Schema.Codec<ReadonlyArray<Migration>, unknown> = Schema.Array(
  Schema.Struct({
    from: whole(1, 1_000_000).annotateKey({ description: "The version whose answers it takes." }),
    steps: Schema.Array(Step)
      .check(Schema.isMaxLength(5000, { message: "Expected at most 5000 steps" }))
      .annotateKey({ description: "What is done with them, in this order." }),
  }),
).check(Schema.isMaxLength(1000, { message: "Expected at most 1000 migrations" }))
