/** `npm start`: reads the configuration, says what is wrong with it, and runs the server until it is told to stop. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { parse, type ServerConfig } from "./Config.ts"
import * as Logs from "./Observability/Logs.ts"
import { NodeRuntime } from "./platform/Node.ts"
import * as Server from "./Server.ts"
import { Workspaces } from "./Workspaces.ts"

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
    Effect.provide(Logs.layer(config)),
  )

const stop = Effect.sync(() => {
  process.exitCode = 1
})

/** Told to stop, it finishes what it is doing; what does not finish in time is left to leases and to whoever takes over. */
const endAtTheLatest = ({ shutdownDelay, shutdownGrace }: ServerConfig) => {
  const begin = () =>
    setTimeout(
      () => {
        process.stderr.write("not everything ended in time: this process ends now\n")
        process.exit(1)
      },
      (shutdownDelay + shutdownGrace + 5) * 1000,
    ).unref()
  process.once("SIGTERM", begin)
  process.once("SIGINT", begin)
}

const { config, mistakes } = parse(process.env)
if (config === null) {
  process.stderr.write(`requite cannot start:\n${mistakes.map((mistake) => `- ${mistake}\n`).join("")}`)
  process.exitCode = 1
} else {
  endAtTheLatest(config)
  NodeRuntime.runMain(main(config), {
    disableErrorReporting: true,
    teardown: (exit, done) =>
      done(Exit.isSuccess(exit) ? Number(process.exitCode ?? 0) : Cause.hasInterruptsOnly(exit.cause) ? 0 : 1),
  })
}
