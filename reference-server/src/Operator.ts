/**
 * What whoever runs the server can do from its machine, without signing in: a *command* is some words, flags, and an effect
 * over the server's own services that says what to print. `operate.ts` runs them; each feature has its own.
 */
import { parseArgs, type ParseArgsConfig } from "node:util"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ServerConfig } from "./Config.ts"
import * as Domain from "./Domain.ts"
import * as Server from "./Server.ts"

/** The command cannot be carried out: one sentence for the operator. */
export class Mistake extends Schema.TaggedError<Mistake>()("Mistake", { message: Schema.String }) {}

/** Everything of the server but what listens and works by itself. */
export const services = (config: ServerConfig) =>
  Domain.layer.pipe(Layer.provideMerge(Server.adapters(config)), Layer.provideMerge(Domain.platform(config)))
export type Services = Layer.Success<ReturnType<typeof services>>

/** What stood after the command's own words. */
export interface Given {
  /** In their order. */
  readonly words: ReadonlyArray<string>
  /** `--name value`; empty when it was not given. */
  readonly flag: (name: string) => string
  /** Was `--name` given? */
  readonly has: (name: string) => boolean
}

export interface Command {
  /** How it is called: `member reset-password`. */
  readonly name: string
  /** What may follow, as the help shows it. */
  readonly usage: string
  /** One sentence. */
  readonly meaning: string
  /** The flags it knows; each takes a value. */
  readonly flags: ReadonlyArray<string>
  /** Those that take none. */
  readonly switches?: ReadonlyArray<string>
  /** Gives what is to be printed. */
  readonly run: (given: Given) => Effect.Effect<string, Mistake, Services>
  /** In its place where the server's services need not be there: for what has to work when they do not. */
  readonly alone?: (config: ServerConfig) => Effect.Effect<string, Mistake>
}

/** The command that these words call, and what was given to it. */
export const find = (
  commands: ReadonlyArray<Command>,
  argv: ReadonlyArray<string>,
): Effect.Effect<{ readonly command: Command; readonly given: Given }, Mistake> =>
  Effect.suspend(() => {
    const command = commands.find(({ name }) => name.split(" ").every((word, at) => argv[at] === word))
    if (command === undefined) return Effect.fail(new Mistake({ message: help(commands) }))
    const options: NonNullable<ParseArgsConfig["options"]> = {}
    for (const name of command.flags) options[name] = { type: "string" }
    for (const name of command.switches ?? []) options[name] = { type: "boolean" }
    const rest = argv.slice(command.name.split(" ").length)
    return Effect.try({
      try: () => parseArgs({ args: [...rest], options, allowPositionals: true, strict: true }),
      catch: (error) =>
        new Mistake({ message: `${error instanceof Error ? error.message : String(error)}\n${line(command)}` }),
    }).pipe(
      Effect.map(({ positionals, values }) => ({
        command,
        given: {
          words: positionals,
          flag: (name) => String(values[name] ?? "").trim(),
          has: (name) => values[name] === true,
        },
      })),
    )
  })

const line = ({ name, usage, meaning }: Command): string => `  ${`${name} ${usage}`.trim()}\n      ${meaning}`

export const help = (commands: ReadonlyArray<Command>): string => `Commands:\n${commands.map(line).join("\n")}`
