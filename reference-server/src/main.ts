/** `npm start`: reads the configuration, says what is wrong with it, and runs the server until it is told to stop. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { parse, type ServerConfig } from "./Config.ts"
import { NodeRuntime } from "./platform/Node.ts"
import * as Server from "./Server.ts"
import { Workspaces } from "./Workspaces.ts"

const logging = (config: ServerConfig) =>
  Layer.mergeAll(
    Logger.layer([config.logJson ? Logger.consoleJson : Logger.consolePretty()]),
    Layer.succeed(References.MinimumLogLevel, config.logLevel),
  )

const announce = (config: ServerConfig) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { isSetUp } = yield* Workspaces
      const where = (yield* isSetUp) ? config.publicUrl : `${config.publicUrl}/setup to begin`
      yield* Effect.logInfo(`requite is ready: open ${where}`)
      if (config.smtpUrl === undefined) {
        yield* Effect.logInfo(`no SMTP_URL: e-mails go nowhere, read them at ${config.publicUrl}/dev/mail`)
      }
    }),
  )

/** What a person needs who started the server and cannot: the sentence, not the stack. */
const explain = (cause: Cause.Cause<unknown>, config: ServerConfig): string => {
  const error = Cause.squash(cause)
  const text = error instanceof Error ? error.message : String(error)
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause.message : ""
  return /EADDRINUSE/.test(`${text} ${inner}`)
    ? `Port ${config.port} is taken by another program: stop it, or choose another PORT.`
    : text
}

const main = (config: ServerConfig) =>
  Layer.launch(Layer.mergeAll(Layer.provideMerge(announce(config), Server.layer(config)))).pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.andThen(Effect.logFatal(explain(cause, config)), Effect.andThen(Effect.logDebug(cause), stop)),
    ),
    Effect.provide(logging(config)),
  )

const stop = Effect.sync(() => {
  process.exitCode = 1
})

const { config, mistakes } = parse(process.env)
if (config === null) {
  process.stderr.write(`requite cannot start:\n${mistakes.map((mistake) => `- ${mistake}\n`).join("")}`)
  process.exitCode = 1
} else {
  NodeRuntime.runMain(main(config), {
    disableErrorReporting: true,
    teardown: (exit, done) =>
      done(Exit.isSuccess(exit) ? Number(process.exitCode ?? 0) : Cause.hasInterruptsOnly(exit.cause) ? 0 : 1),
  })
}
