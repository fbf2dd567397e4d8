/** `requite types FILE`: TypeScript types of the answers to a definition. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Command } from "../Cli.ts"
import * as Reading from "./Reading.ts"

export const types = Command.make(
  "types",
  { file: Reading.definition },
  Effect.fnUntraced(function* ({ file }) {
    const questionnaire = yield* Reading.questionnaire(file)
    // it brings a formatter of code, which no other command should wait for
    const Types = yield* Effect.promise(() => import("../Types.ts"))
    yield* Console.log(yield* Types.types(questionnaire))
  }),
).pipe(
  Command.withDescription("Print TypeScript types of what customers submit"),
  Command.withExamples([{ command: "requite types kyc.json > kyc.ts", description: "For the code that reads them" }]),
)
