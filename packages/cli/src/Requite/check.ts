/** `requite check FILE…`: everything that is wrong with definitions. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Check from "../Check.ts"
import { Argument, Command } from "../Cli.ts"
import * as Sources from "../Sources.ts"
import * as Reading from "./Reading.ts"

const reportOn = (file: string) =>
  Sources.text(file).pipe(
    Effect.map((text) => Check.check({ name: Sources.nameOf(file), text })),
    Effect.catchTag("Unreadable", ({ name, message }) => Effect.succeed(Check.unreadable(name, message))),
  )

export const check = Command.make(
  "check",
  { files: Reading.definition.pipe(Argument.atLeast(1)), json: Reading.json },
  Effect.fnUntraced(function* ({ files, json }) {
    const reports = yield* Effect.forEach(files, reportOn)
    yield* Console.log(json ? Check.json(reports) : Check.readable(reports, { colour: yield* Reading.colour }))
    if (Check.failed(reports)) return yield* new Reading.Refused()
  }),
).pipe(
  Command.withDescription("Find everything that is wrong with questionnaire definitions"),
  Command.withExamples([
    { command: "requite check kyc.json", description: "Each finding at its line and column" },
    { command: "requite check --json - < kyc.json", description: "The findings as JSON, from the standard input" },
  ]),
)
