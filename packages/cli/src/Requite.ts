/**
 * The command `requite`, for authors of questionnaires. Each subcommand reads, asks a module that knows nothing of files
 * or terminals, and prints. Exit status: 0, or 1 when something is wrong with a definition or with the command line.
 */
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Check from "./Check.ts"
import { Argument, Command, FileSystem, Flag, type PlatformError, Stdio } from "./Cli.ts"

export const version = "0.1.0"

/** Something is wrong with a definition. It has been printed; what is left to say is the exit status. */
export class DefinitionRefused extends Schema.TaggedError<DefinitionRefused>()("DefinitionRefused", {}) {
  override readonly [Runtime.errorExitCode] = 1
  override readonly [Runtime.errorReported] = false
}

/** The bytes of a file, or of the standard input for `-`. */
const bytesOf = Effect.fnUntraced(function* (
  file: string,
): Effect.fn.Return<Uint8Array, PlatformError.PlatformError, FileSystem.FileSystem | Stdio.Stdio> {
  if (file !== "-") {
    const fileSystem = yield* FileSystem.FileSystem
    return yield* fileSystem.readFile(file)
  }
  const stdio = yield* Stdio.Stdio
  return Buffer.concat(yield* Stream.runCollect(stdio.stdin))
})

const checkFile = (file: string) => {
  const name = file === "-" ? "<stdin>" : file
  return bytesOf(file).pipe(
    Effect.map((bytes) =>
      Option.match(decodeUtf8(bytes), {
        onNone: () => Check.unreadable(name, "This is not a text in UTF-8."),
        onSome: (text) => Check.check({ name, text }),
      }),
    ),
    Effect.catchTag("PlatformError", ({ reason }) => Effect.succeed(Check.unreadable(name, sentence(reason)))),
  )
}

const decodeUtf8 = Option.liftThrowable((bytes: Uint8Array) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
)

const sentence = (reason: PlatformError.PlatformError["reason"]): string => {
  if (reason._tag === "NotFound") return "There is no such file."
  return reason._tag === "PermissionDenied" ? "You may not read this file." : "This is not a file that can be read."
}

/** Colours where a person looks on, unless they asked for none (no-color.org). */
const colour = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const refused = yield* Config.String("NO_COLOR").pipe(Config.withDefault(""))
  return refused === "" && (yield* stdio.stdoutIsTerminal)
})

const check = Command.make(
  "check",
  {
    files: Argument.String("file").pipe(
      Argument.withDescription("A questionnaire definition; - reads the standard input"),
      Argument.atLeast(1),
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print the findings as JSON, for programs"),
      Flag.withDefault(false),
    ),
  },
  Effect.fnUntraced(function* ({ files, json }) {
    const reports = yield* Effect.forEach(files, checkFile)
    yield* Console.log(json ? Check.json(reports) : Check.readable(reports, { colour: yield* colour }))
    if (Check.failed(reports)) return yield* new DefinitionRefused()
  }),
).pipe(
  Command.withDescription("Find everything that is wrong with questionnaire definitions"),
  Command.withExamples([
    { command: "requite check kyc.json", description: "Each finding at its line and column" },
    { command: "requite check --json - < kyc.json", description: "The findings as JSON, from the standard input" },
  ]),
)

const schema = Command.make(
  "schema",
  {},
  Effect.fnUntraced(function* () {
    yield* Console.log(JSON.stringify(Questionnaire.jsonSchema(), null, 2))
  }),
).pipe(Command.withDescription("Print the JSON Schema of the definition format, for completion in an editor"))

export const command = Command.make("requite").pipe(
  Command.withDescription("For authors of questionnaires"),
  Command.withSubcommands([check, schema]),
)
