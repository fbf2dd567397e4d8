/** `requite import --from SOURCE FILE`: a form of another system as a definition of ours. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Command, Flag } from "../Cli.ts"
import * as Import from "../Import.ts"
import * as Paint from "../Paint.ts"
import * as Reading from "./Reading.ts"

export const imports = Command.make(
  "import",
  {
    from: Flag.Literals("from", Import.sources).pipe(Flag.withDescription("Which system the file is from")),
    file: Reading.definition,
    json: Reading.json,
  },
  Effect.fnUntraced(function* ({ from, file, json }) {
    const { definition, ids, values, warnings, unsupported } = Import.from(from, yield* Reading.text(file))
    if (json) yield* Console.log(JSON.stringify({ definition, ids, values, warnings, unsupported }, null, 2))
    else {
      // the definition goes where the shell sends it, what there is to know of it to the person
      for (const { pointer, message } of [...unsupported, ...warnings]) {
        yield* Console.error(Paint.visible(`${pointer === "" ? "/" : pointer}  ${message}`))
      }
      yield* Console.error(
        `${Paint.amount(unsupported.length, "thing")} without a counterpart, ${Paint.amount(warnings.length, "warning")}`,
      )
      if (definition !== null) yield* Console.log(JSON.stringify(definition, null, 2))
    }
    if (definition === null) return yield* new Reading.Refused()
  }),
).pipe(
  Command.withDescription("Turn a form of another system into a definition; what has no counterpart is listed"),
  Command.withExamples([
    {
      command: "requite import --from surveyjs survey.json > ours.json",
      description: "The definition, ready to check",
    },
  ]),
)
