/** `requite schema [FILE]`: JSON Schema of the definition format, or of the answers to one definition. */
import * as AnswerSchema from "@requite/core/AnswerSchema"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Argument, Command } from "../Cli.ts"
import * as Reading from "./Reading.ts"

export const schema = Command.make(
  "schema",
  { file: Reading.definition.pipe(Argument.optional) },
  Effect.fnUntraced(function* ({ file }) {
    const printed = Option.isNone(file)
      ? Questionnaire.jsonSchema()
      : AnswerSchema.jsonSchema(yield* Reading.questionnaire(file.value))
    yield* Console.log(JSON.stringify(printed, null, 2))
  }),
).pipe(
  Command.withDescription("Print the JSON Schema of the definition format, or of the answers to a definition"),
  Command.withExamples([
    { command: "requite schema", description: "For completion in an editor" },
    { command: "requite schema kyc.json", description: "For whoever reads what customers submit" },
  ]),
)
