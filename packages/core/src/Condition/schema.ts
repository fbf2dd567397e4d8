/**
 * The Effect Schemas of conditions, operands and calculated values, for the schemas of the kinds and of the envelope.
 * They decode by `decode.ts`, whose sentences tell more than a union of seventeen shapes could; the shapes written down
 * here are what the JSON Schema for editors says, with a description for each operator.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import type * as Ast from "./Ast.ts"
import { readCalculation, readCondition, readOperand } from "./decode.ts"
import type { Read, ShapeProblem } from "./decode.ts"

type Shape = Schema.Codec<unknown, unknown>

/** A schema that decodes by `read` and whose JSON Schema is that of `shape`. */
const readBy = <A>(read: (value: unknown) => Read<A>, shape: () => Shape): Schema.Codec<A, unknown> => {
  const decode = (value: unknown): Effect.Effect<A, SchemaIssue.Issue> => {
    const result = read(value)
    return result.value === undefined ? Effect.fail(issueOf(result.problems, value)) : Effect.succeed(result.value)
  }
  return Schema.declareConstructor<A, unknown>()([], () => decode, {
    toCodecJson: () =>
      Schema.link<A>()(shape(), {
        decode: SchemaGetter.transformEffect(decode),
        encode: SchemaGetter.passthroughSubtype<unknown, A>(),
      }),
  })
}

/** `code` travels as an annotation: the finding takes it from there. */
const issueOf = (problems: ReadonlyArray<ShapeProblem>, value: unknown): SchemaIssue.Issue => {
  const [first, ...rest] = problems.map(({ code, path, message }) => {
    const issue = new SchemaIssue.InvalidValue({ code, message: message.replace(/\.$/, "") })
    return path.length === 0 ? issue : new SchemaIssue.Pointer(path, issue)
  })
  const none = new SchemaIssue.InvalidValue({ message: "Expected a condition" })
  return rest.length === 0
    ? (first ?? none)
    : new SchemaIssue.Composite(Schema.Unknown.ast, [first ?? none, ...rest], value)
}

const identified = (id: string, description: string, shape: Shape): Shape =>
  shape.annotate({ identifier: id, description })

const id = Schema.String.check(Schema.isPattern(/^[a-z][A-Za-z0-9]{0,63}$/u))
const literal = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]).annotate({
  identifier: "Literal",
  description: "A value written down. Where a date is compared, a text such as 2027-03-27.",
})
const literals = Schema.Array(literal)

/** An object of one property, described. */
const saying = (key: string, description: string, value: Shape): Shape =>
  Schema.Struct({ [key]: value.annotateKey({ description }) })

const answer = saying("answer", "The id of a question or a calculated value.", id)
const context = saying("context", "A value under `context` that the caller supplies; `today` is always there.", id)
const reference: Shape = Schema.Union([id, answer]).annotate({
  identifier: "Reference",
  description: 'A question or a calculated value: its id, or { "answer": id }.',
})
const offset = Schema.Int.check(Schema.isBetween({ minimum: -100_000, maximum: 100_000 }))
const shiftedDate = Schema.Struct({
  date: Schema.Union([Schema.String, answer, context]).annotateKey({ description: "The date it starts from." }),
  offset: Schema.optionalKey(
    Schema.Struct({
      years: Schema.optionalKey(offset).annotateKey({ description: "So many years; with a minus, earlier." }),
      months: Schema.optionalKey(offset).annotateKey({ description: "So many months; with a minus, earlier." }),
      days: Schema.optionalKey(offset).annotateKey({ description: "So many days; with a minus, earlier." }),
    }),
  ).annotateKey({
    description: "So much later, or with a minus earlier: years and months first, then days.",
  }),
})
const count = saying(
  "count",
  "How many: options picked, files given, instances of a group. Nothing given counts 0.",
  reference,
)

const operandShape = identified(
  "Operand",
  "What is compared: a value, an answer, a value of the context, a count or a date.",
  Schema.Union([literal, answer, context, count, shiftedDate]),
)
const two: Shape = Schema.Tuple([operandShape, operandShape])
const picked: Shape = Schema.Tuple([reference, literals])

const nested: Shape = Schema.suspend((): Shape => conditionShape)
const each: Shape = Schema.Tuple([reference, nested])

const conditionShape: Shape = identified(
  "Condition",
  "Holds or does not hold, by the answers given so far.",
  Schema.Union([
    saying("all", "Holds when all of these hold; an empty list holds.", Schema.Array(nested)),
    saying("any", "Holds when one of these holds; an empty list does not.", Schema.Array(nested)),
    saying("not", "Holds when this does not.", nested),
    saying("is", "The name of a condition under `conditions`.", id),
    saying("answered", "Holds when the question is asked and has an answer.", reference),
    saying("eq", "Both are the same. Like every comparison, not when one of them is unanswered.", two),
    saying("ne", "They differ. Not when one of them is unanswered.", two),
    saying("lt", "The first number or date is below the second.", two),
    saying("lte", "The first number or date is not above the second.", two),
    saying("gt", "The first number or date is above the second.", two),
    saying("gte", "The first number or date is not below the second.", two),
    saying("in", "The first is one of the list.", Schema.Tuple([operandShape, literals])),
    saying("anyOf", "Of several options, at least one of these is picked.", picked),
    saying("allOf", "Of several options, all of these are picked.", picked),
    saying("some", "The condition holds for an instance of the repeated group.", each),
    saying("every", "The condition holds for each instance of the repeated group; without instances too.", each),
  ]),
)

const operandList = Schema.Array(operandShape)
const calculationShape = identified(
  "Calculation",
  "A value that follows from answers. What is unanswered is left out.",
  Schema.Union([
    saying("sum", "The sum of the numbers.", operandList),
    saying("min", "The smallest number, or the earliest date.", operandList),
    saying("max", "The largest number, or the latest date.", operandList),
    count,
    saying(
      "dateDiff",
      "Whole units from the first date to the second.",
      Schema.Tuple([operandShape, operandShape, Schema.Literals(["days", "months", "years"])]),
    ),
    saying("concat", "The texts, one after another.", operandList),
  ]),
)

/** A condition; decodes to `Ast.Condition`. Too deep a nesting is the problem `too-deep`. */
export const Condition: Schema.Codec<Ast.Condition, unknown> = readBy(readCondition, () => conditionShape)

/** What is compared; decodes to `Ast.Operand`. */
export const Operand: Schema.Codec<Ast.Operand, unknown> = readBy(readOperand, () => operandShape)

export const Calculation: Schema.Codec<Ast.Calculation, unknown> = readBy(readCalculation, () => calculationShape)

const expectedId = "Expected an id: a small letter, then letters and digits, at most 64"

/** Calculated values by id. */
export const Calculated: Schema.Codec<Readonly<Record<string, Ast.Calculation>>, unknown> = Schema.Record(
  id,
  Calculation,
).annotate({ messageUnexpectedKey: expectedId })
