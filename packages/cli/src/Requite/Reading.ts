/** What the commands have in common: how they read definitions, speak to a terminal and end. */
import * as Questionnaire from "@requite/core/Questionnaire"
import * as JsonText from "@requite/core/JsonText"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Check from "../Check.ts"
import { Argument, type FileSystem, Flag, Stdio } from "../Cli.ts"
import * as Sources from "../Sources.ts"

/** Something is wrong. It has been printed; what is left to say is the exit status. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {
  override readonly [Runtime.errorExitCode] = 1
  override readonly [Runtime.errorReported] = false
}

/** Colours where a person looks on, unless they asked for none (no-color.org). */
export const colour = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const refused = yield* Config.String("NO_COLOR").pipe(Config.withDefault(""))
  return refused === "" && (yield* stdio.stdoutIsTerminal)
})

export const json = Flag.Boolean("json").pipe(Flag.withDescription("Print JSON, for programs"), Flag.withDefault(false))

export const definition = Argument.String("file").pipe(
  Argument.withDescription("A questionnaire definition; - reads the standard input"),
)

type Reads = FileSystem.FileSystem | Stdio.Stdio

const refuse = (reports: ReadonlyArray<Check.Report>) =>
  Effect.andThen(Console.error(Check.readable(reports, { colour: false })), Effect.fail(new Refused()))

/** For programs, as findings on the standard output, as `check` has them. */
const refuseAsJson = (reports: ReadonlyArray<Check.Report>) =>
  Effect.andThen(Console.log(Check.json(reports)), Effect.fail(new Refused()))

/** A text that must be there: when it cannot be read, that is said on the standard error. */
export const text = (file: string): Effect.Effect<string, Refused, Reads> =>
  Effect.catchTag(Sources.text(file), "Unreadable", ({ name, message }) => refuse([Check.unreadable(name, message)]))

/** A definition without errors: when it has some, they are said on the standard error, or as JSON where that is asked for. */
export const questionnaire = Effect.fnUntraced(function* (
  file: string,
  asJson = false,
): Effect.fn.Return<Questionnaire.Questionnaire, Refused, Reads> {
  const { questionnaire, findings } = Questionnaire.check(yield* text(file))
  if (questionnaire !== null) return questionnaire
  const errors = findings.filter(({ severity }) => severity === "error")
  return yield* (asJson ? refuseAsJson : refuse)([{ name: Sources.nameOf(file), findings: errors }])
})

/** A JSON object, such as answers: when it is none, the place is said on the standard error. */
export const object = Effect.fnUntraced(function* (
  file: string,
): Effect.fn.Return<Readonly<Record<string, unknown>>, Refused, Reads> {
  const parsed = JsonText.parse(yield* text(file))
  if (Result.isFailure(parsed)) {
    const { line, column, message } = parsed.failure
    const finding = { code: "syntax", severity: "error", pointer: "", line, column, message } as const
    return yield* refuse([{ name: Sources.nameOf(file), findings: [finding] }])
  }
  const { value } = parsed.success
  return isObject(value)
    ? value
    : yield* refuse([Check.unreadable(Sources.nameOf(file), "This is JSON, but not an object in { }.")])
})

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
