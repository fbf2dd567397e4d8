/** `requite types FILE`: TypeScript types of the answers to a definition. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Command } from "../Cli.ts"
import * as Types from "../Types.ts"
import * as Reading from "./Reading.ts"

export const types = Command.make(
  "types",
  { file: Reading.definition },
  Effect.fnUntraced(function* ({ file }) {
    yield* Console.log(yield* Types.types(yield* Reading.questionnaire(file)))
  }),
).pipe(
  Command.withDescription("Print TypeScript types of what customers submit"),
  Command.withExamples([{ command: "requite types kyc.json > kyc.ts", description: "For the code that reads them" }]),
)
