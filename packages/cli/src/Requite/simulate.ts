/** `requite simulate FILE`: when a request reminds and when it ends, for scenarios of events. */
import * as JsonText from "@requite/core/JsonText"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { Argument, Command } from "../Cli.ts"
import * as Paint from "../Paint.ts"
import * as Simulate from "../Simulate.ts"
import * as Sources from "../Sources.ts"
import * as Reading from "./Reading.ts"

/** What was given cannot be simulated. It has been said; the status 2 tells it from a simulation that ran. */
export class BadInput extends Schema.TaggedError<BadInput>()("BadInput", {}) {
  override readonly [Runtime.errorExitCode] = 2
  override readonly [Runtime.errorReported] = false
}

const refuse = (lines: ReadonlyArray<string>) =>
  Effect.andThen(Console.error(lines.map(Paint.visible).join("\n")), Effect.fail(new BadInput()))

const sentence = (name: string, { index, id, pointer, message }: Simulate.Problem): string => {
  const which = index === null ? "the scenario" : `scenario ${index + 1}`
  return `${name}: ${which}${id === "" ? "" : ` (${id})`} cannot be simulated, at "${pointer}": ${message}.`
}

const scenarios = Effect.fnUntraced(function* (file: string) {
  const name = Sources.nameOf(file)
  const text = yield* Effect.catchTag(Sources.text(file), "Unreadable", ({ message }) =>
    refuse([`${name}: ${message}`]),
  )
  const parsed = JsonText.parse(text)
  if (Result.isFailure(parsed)) {
    const { line, column, message } = parsed.failure
    return yield* refuse([`${name}:${line}:${column}: ${message}`])
  }
  const decoded = Simulate.decode(parsed.success.value)
  return Result.isSuccess(decoded)
    ? decoded.success
    : yield* refuse(decoded.failure.map((problem) => sentence(name, problem)))
})

export const simulate = Command.make(
  "simulate",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("A scenario, or a list of them, as JSON; - reads the standard input"),
    ),
    json: Reading.json,
  },
  Effect.fnUntraced(function* ({ file, json }) {
    const given = yield* scenarios(file)
    const isList = (one: typeof given): one is ReadonlyArray<Simulate.Scenario> => Array.isArray(one)
    if (json) {
      const outcome = isList(given) ? given.map(Simulate.run) : Simulate.run(given)
      return yield* Console.log(JSON.stringify(outcome, null, 2))
    }
    const colour = yield* Reading.colour
    const list = isList(given) ? given : [given]
    yield* Console.log(list.map((one) => Simulate.readable(one, Simulate.run(one), { colour })).join("\n\n"))
  }),
).pipe(
  Command.withDescription(
    "Say when a request reminds its customer and when it ends, for scenarios; status 2 when a scenario is none",
  ),
  Command.withExamples([
    { command: "requite simulate scenario.json", description: "Each reminder, in UTC and local time" },
    { command: "requite simulate --json - < scenarios.json", description: "The outcomes as JSON, in the same order" },
  ]),
)
