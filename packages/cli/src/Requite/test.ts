/** `requite test FILE…`: runs the tests that stand beside definitions. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Argument, Command } from "../Cli.ts"
import * as DefinitionTest from "../DefinitionTest.ts"
import * as Paint from "../Paint.ts"
import * as Reading from "./Reading.ts"

/** A file is a definition, or its tests: either leads to the other. */
const definitionOf = (file: string) => file.replace(/\.tests\.json$/, ".json")

const runFile = Effect.fnUntraced(function* (file: string) {
  const definition = definitionOf(file)
  const questionnaire = yield* Reading.questionnaire(definition)
  const beside = DefinitionTest.fileOf(definition)
  const text = yield* Reading.text(beside)
  const tests = yield* DefinitionTest.decode(text).pipe(
    Effect.catchTag("SchemaError", (error) =>
      Effect.andThen(
        Console.error(`${beside}: ${error.message.split("\n").map(Paint.visible).join("\n")}`),
        Effect.fail(new Reading.Refused()),
      ),
    ),
  )
  return { file: definition, outcomes: tests.map((test, index) => DefinitionTest.run(questionnaire, test, index + 1)) }
})

export const test = Command.make(
  "test",
  { files: Reading.definition.pipe(Argument.atLeast(1)), json: Reading.json },
  Effect.fnUntraced(function* ({ files, json }) {
    const runs = yield* Effect.forEach(files, runFile)
    const outcomes = runs.flatMap(({ outcomes }) => outcomes)
    const failed = outcomes.filter(({ failures }) => failures.length > 0).length
    const paint = Paint.paint({ colour: yield* Reading.colour })
    yield* Console.log(
      json
        ? JSON.stringify(
            { tests: runs.flatMap(({ file, outcomes }) => outcomes.map((one) => ({ file, ...one }))) },
            null,
            2,
          )
        : [
            ...outcomes.flatMap(({ name, failures }) => [
              `${failures.length === 0 ? paint("good", "ok  ") : paint("error", "FAIL")} ${Paint.visible(name)}`,
              ...failures.map((failure) => `       ${Paint.visible(failure)}`),
            ]),
            paint(failed > 0 ? "error" : "good", `${Paint.amount(outcomes.length, "test")}: ${failed} failed`),
          ].join("\n"),
    )
    if (failed > 0) return yield* new Reading.Refused()
  }),
).pipe(
  Command.withDescription("Run the tests beside definitions: kyc.tests.json beside kyc.json"),
  Command.withExamples([{ command: "requite test kyc.json", description: "Each test with what is not as it says" }]),
)
