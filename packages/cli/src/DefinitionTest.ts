/**
 * Tests of a definition: answers, and what must be asked, required and wrong then. They are JSON beside the definition,
 * `kyc.tests.json` beside `kyc.json`, so that whoever changes a questionnaire sees what that changes for whom:
 *
 *   [{ "name": "A person gives a passport", "answers": { "kind": "person" },
 *      "asked": { "passport": true, "owners": false }, "required": ["kind", "passport"], "issues": ["/passport required"] }]
 *
 * What a test does not mention is not looked at.
 */
import * as Answers from "@requite/core/Answers"
import type * as Questionnaire from "@requite/core/Questionnaire"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** All ids, in any order; or some of them, each with whether it is among them. */
const Ids = Schema.Union([Schema.Array(Schema.String), Schema.Record(Schema.String, Schema.Boolean)])
type Ids = typeof Ids.Type

/** An issue as `pointer code`, or as `requite answers --json` prints it. */
const Issue = Schema.Union([
  Schema.String,
  Schema.Struct({ code: Schema.String, pointer: Schema.String, message: Schema.optionalKey(Schema.String) }),
])

export const DefinitionTest = Schema.Struct({
  /** What it proves; left out, its number. */
  name: Schema.optionalKey(Schema.String),
  answers: Schema.Record(Schema.String, Schema.Unknown),
  context: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  asked: Schema.optionalKey(Ids),
  required: Schema.optionalKey(Ids),
  /** Each `pointer code`, such as `/owners/0/name required`; all of them, in any order. */
  issues: Schema.optionalKey(Schema.Array(Issue)),
  /** The id of the end that the customer reads; null when the questionnaire's own words stand there. */
  end: Schema.optionalKey(Schema.NullOr(Schema.String)),
})
export type DefinitionTest = typeof DefinitionTest.Type

/** The tests of a file, from its JSON text. */
export const decode = (text: string): Effect.Effect<ReadonlyArray<DefinitionTest>, Schema.SchemaError> =>
  Effect.map(
    Schema.decodeEffect(Schema.fromJsonString(Schema.Union([Schema.Array(DefinitionTest), Suite])), {
      errors: "all",
      onExcessProperty: "error",
    })(text),
    (decoded) => ("tests" in decoded ? decoded.tests : decoded),
  )

const Suite = Schema.Struct({ $schema: Schema.optionalKey(Schema.String), tests: Schema.Array(DefinitionTest) })

/** Where the tests of a definition stand: `kyc.json` → `kyc.tests.json`. */
export const fileOf = (definition: string): string => definition.replace(/\.json$/, "") + ".tests.json"

export interface Outcome {
  readonly name: string
  /** A sentence for each thing that is not as the test says; none when it passes. */
  readonly failures: ReadonlyArray<string>
}

const said = (issue: typeof Issue.Type): string =>
  typeof issue === "string" ? issue : `${issue.pointer} ${issue.code}`

/** Runs one test; `number` names one that has no name. Never throws. */
export const run = (questionnaire: Questionnaire.Questionnaire, test: DefinitionTest, number = 1): Outcome => {
  const found = Answers.examine(
    questionnaire,
    test.answers,
    test.context === undefined ? {} : { context: test.context },
  )
  const issues = found.issues.map(({ pointer, code }) => `${pointer} ${code}`)
  return {
    name: test.name ?? `test ${number}`,
    failures: [
      ...differences("asked", test.asked, found.asked),
      ...differences("required", test.required, found.required),
      ...differences("an issue", test.issues?.map(said), issues),
      ...(test.end === undefined || test.end === found.end
        ? []
        : [`The end is ${found.end ?? "none"}, not ${test.end ?? "none"}.`]),
    ],
  }
}

const differences = (what: string, expected: Ids | undefined, found: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (expected === undefined) return []
  if (!isList(expected)) {
    return Object.entries(expected).flatMap(([id, should]) =>
      found.includes(id) === should ? [] : [`"${id}" is ${should ? "not " : ""}${what}.`],
    )
  }
  return [
    ...expected.filter((id) => !found.includes(id)).map((id) => `"${id}" is not ${what}.`),
    ...found.filter((id) => !expected.includes(id)).map((id) => `"${id}" is ${what}, which the test does not expect.`),
  ]
}

const isList = (ids: Ids): ids is ReadonlyArray<string> => Array.isArray(ids)
