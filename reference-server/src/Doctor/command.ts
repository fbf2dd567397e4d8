/** The command `doctor`: what the doctor says, a line each, and whether anything has to be mended first. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ServerConfig } from "../Config.ts"
import * as Doctor from "../Doctor.ts"
import * as Domain from "../Domain.ts"
import { isKey, translator } from "../Messages.ts"
import { type Command, Mistake } from "../Operator.ts"
import * as Server from "../Server.ts"

/** Why something could not be opened, by the code of what is found because of it. */
type Reasons = Readonly<Record<string, string | null>>

/** The findings as lines for a terminal, each with its reason under it. */
export const lines = (findings: ReadonlyArray<Doctor.Finding>, reasons: Reasons = {}): string =>
  findings
    .flatMap(({ level, code, values = {} }) => {
      const reason = reasons[code] ?? null
      const line = `${level.padEnd(8)} ${sentence(`doctor.${code}`, values)}`
      return reason === null ? [line] : [line, `         ${reason}`]
    })
    .join("\n")

const sentence = (key: string, values: Readonly<Record<string, string | number>>): string =>
  isKey("firm", key) ? translator("firm", ["en"]).t(key, values) : key

/** Says it, and fails when something does not work. */
const verdict = (findings: ReadonlyArray<Doctor.Finding>, reasons?: Reasons): Effect.Effect<string, Mistake> => {
  const text = lines(findings, reasons)
  return findings.some(({ level }) => level === "error")
    ? Effect.fail(new Mistake({ message: text }))
    : Effect.succeed(text)
}

/** With whatever can be opened: a database or a mail server that is away is what the doctor is asked about. */
const alone = (config: ServerConfig): Effect.Effect<string, Mistake> =>
  Effect.gen(function* () {
    const database = yield* opened(Server.database(config))
    const mailer = yield* config.smtpUrl === undefined ? closed : opened(Server.smtpMailer(config, config.smtpUrl))
    const reasons = { "database.away": database.reason, "smtp.none": mailer.reason }
    const doctor = yield* Layer.build(Doctor.layer).pipe(
      Effect.provideContext(Context.merge(database.context, mailer.context)),
    )
    return yield* verdict(yield* Context.get(doctor, Doctor.Doctor).examine, reasons)
  }).pipe(Effect.scoped, Effect.provide(Domain.platform(config)))

/** What a layer gives, as far as it can be built; the doctor asks which services there are. */
interface Opened {
  readonly context: Context.Context<never>
  /** Why it cannot. */
  readonly reason: string | null
}

const closed = Effect.succeed<Opened>({ context: Context.empty(), reason: null })

const opened = <A, E, R>(layer: Layer.Layer<A, E, R>) =>
  Layer.build(layer).pipe(
    Effect.map((context): Opened => ({ context, reason: null })),
    Effect.catchCause((cause) =>
      Effect.succeed<Opened>({ context: Context.empty(), reason: said(Cause.squash(cause)) }),
    ),
  )

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const doctor: Command = {
  name: "doctor",
  usage: "",
  meaning: "Looks at the configuration, the database, the mail server and the DNS, and says what to mend.",
  flags: [],
  run: () => Effect.flatMap(Doctor.Doctor, ({ examine }) => Effect.flatMap(examine, (findings) => verdict(findings))),
  alone,
}

export const commands: ReadonlyArray<Command> = [doctor]
