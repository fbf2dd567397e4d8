/**
 * The operator's commands, with the configuration of the server: `node --conditions=requite-source
 * reference-server/src/operate.ts workspace create --name … --email …`. Without a command it says which there are.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { parse } from "./Config.ts"
import * as doctor from "./Doctor/command.ts"
import * as files from "./Files/commands.ts"
import * as members from "./Members/commands.ts"
import * as Operator from "./Operator.ts"
import * as record from "./Record/commands.ts"
import * as Logs from "./Observability/Logs.ts"

const commands: ReadonlyArray<Operator.Command> = [
  ...members.commands,
  ...doctor.commands,
  ...record.commands,
  ...files.commands,
]

const say = (stream: NodeJS.WriteStream, text: string) => Effect.sync(() => void stream.write(`${text}\n`))

const main = Effect.gen(function* () {
  const { command, given } = yield* Operator.find(commands, process.argv.slice(2))
  const { config, mistakes } = parse(process.env)
  if (config === null) return yield* new Operator.Mistake({ message: mistakes.map((one) => `- ${one}`).join("\n") })
  const run = command.alone?.(config) ?? Effect.provide(command.run(given), Operator.services(config))
  const printed = yield* Effect.provide(run, Logs.layer({ ...config, logLevel: "Error" }))
  yield* say(process.stdout, printed)
})

await Effect.runPromise(
  Effect.catchCause(main, (cause) => {
    const error = Cause.squash(cause)
    process.exitCode = 1
    return say(process.stderr, error instanceof Error ? error.message : String(error))
  }),
)
