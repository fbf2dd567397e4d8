/**
 * The doctor: is this server set up so that mail reaches people, and nothing is lost? It looks at everything that a
 * configuration can get wrong and says of each, in a line, whether it is right and what to do. It changes nothing. The command
 * `doctor` prints what it says, and the page of the sender shows it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Config, isLoopback, type ServerConfig } from "./Config.ts"
import { Dns } from "./Dns.ts"
import * as domain from "./Doctor/domain.ts"
import type { Finding } from "./Doctor/finding.ts"
import { SmtpServer } from "./Mailer/smtp.ts"
import { FileSystem, Path } from "./platform/Files.ts"
import { SqlClient } from "./platform/Sql.ts"
import * as clamd from "./VirusScanner/clamd.ts"
import * as Probe from "./VirusScanner/Probe.ts"

export type { Finding } from "./Doctor/finding.ts"

export class Doctor extends Context.Service<
  Doctor,
  {
    /** Looks at everything now: what stands first is looked at first, whatever is wrong with the rest. */
    readonly examine: Effect.Effect<ReadonlyArray<Finding>>
  }
>()("@requite/reference-server/Doctor") {}

/** Over whatever SMTP server and database there are. */
export const layer = Layer.effect(
  Doctor,
  Effect.gen(function* () {
    const config = yield* Config
    const sql = Option.getOrNull(yield* Effect.serviceOption(SqlClient.SqlClient))
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const resolver = yield* Dns
    const smtp = Option.getOrNull(yield* Effect.serviceOption(SmtpServer))

    const examine = Effect.all(
      [
        database(sql),
        dataDirectory(config, fs, path),
        Effect.succeed(secret(config)),
        Effect.succeed(address(config)),
        mail(config, smtp),
        Effect.provideService(domain.examine(config, resolver), FileSystem.FileSystem, fs),
        clock(sql),
        Effect.succeed(sms(config)),
        scanner(config),
      ],
      { concurrency: "unbounded" },
    )
    return Doctor.of({ examine: Effect.map(examine, (found) => found.flat()) })
  }),
)

/** Null: it could not even be opened. */
const database = (sql: SqlClient.SqlClient | null): Effect.Effect<Finding> => {
  const away: Finding = { level: "error", code: "database.away" }
  if (sql === null) return Effect.succeed(away)
  return Effect.match(sql`SELECT 1`, {
    onSuccess: (): Finding => ({ level: "ok", code: "database.ok" }),
    onFailure: () => away,
  })
}

const dataDirectory = (
  { dataDir }: ServerConfig,
  fs: FileSystem.FileSystem,
  path: Path.Path,
): Effect.Effect<Finding> => {
  const probe = path.join(dataDir, "doctor.part")
  return fs.makeDirectory(dataDir, { recursive: true }).pipe(
    Effect.andThen(fs.writeFileString(probe, "")),
    Effect.andThen(fs.remove(probe)),
    Effect.match({
      onSuccess: (): Finding => ({ level: "ok", code: "data.ok", values: { folder: dataDir } }),
      onFailure: (): Finding => ({ level: "error", code: "data.closed", values: { folder: dataDir } }),
    }),
  )
}

const secret = ({ secretKey, databaseUrl, dataDir }: ServerConfig): Finding => {
  if (secretKey !== undefined) return { level: "ok", code: "secret.ok" }
  const level = databaseUrl === undefined ? "ok" : "warning"
  return { level, code: "secret.files", values: { folder: dataDir } }
}

const address = ({ publicUrl }: ServerConfig): Finding => {
  const isHere = isLoopback(new URL(publicUrl).hostname)
  return isHere
    ? { level: "warning", code: "address.here", values: { url: publicUrl } }
    : { level: "ok", code: "address.ok", values: { url: publicUrl } }
}

const mail = (
  { smtpUrl }: ServerConfig,
  server: SmtpServer["Service"] | null,
): Effect.Effect<ReadonlyArray<Finding>> => {
  if (smtpUrl === undefined || server === null) return Effect.succeed([{ level: "warning", code: "smtp.none" }])
  const url = new URL(Redacted.value(smtpUrl))
  const isSecure = url.protocol === "smtps:" || url.searchParams.get("requireTLS") === "true"
  const plain: Finding = { level: "warning", code: "smtp.plain", values: { server: server.address } }
  return server.verify.pipe(
    Effect.match({
      onSuccess: (): ReadonlyArray<Finding> => [
        { level: "ok", code: "smtp.ok", values: { server: server.address } },
        ...(isSecure || isLoopback(url.hostname) ? [] : [plain]),
      ],
      onFailure: ({ reason }): ReadonlyArray<Finding> => [
        { level: "error", code: "smtp.failed", values: { server: server.address, reason } },
      ],
    }),
  )
}

/** Links and codes end at the second; several processes have to agree on it. */
const mostSeconds = 5

const clock = (sql: SqlClient.SqlClient | null): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.gen(function* () {
    if (sql === null) return []
    const [row] = yield* sql<{ now: Date }>`SELECT clock_timestamp() AS now`
    if (row === undefined) return []
    const seconds = Math.round(Math.abs(row.now.getTime() - (yield* Clock.currentTimeMillis)) / 1000)
    const finding: Finding =
      seconds <= mostSeconds
        ? { level: "ok", code: "clock.ok" }
        : { level: "error", code: "clock.off", values: { seconds } }
    return [finding]
  }).pipe(Effect.orElseSucceed(() => []))

const sms = ({ smsUrl }: ServerConfig): Finding =>
  smsUrl === undefined ? { level: "warning", code: "sms.none" } : { level: "ok", code: "sms.ok" }

const scanner = ({ clamd: options }: ServerConfig): Effect.Effect<ReadonlyArray<Finding>> =>
  options === undefined
    ? Effect.succeed([{ level: "warning", code: "scanner.none" }])
    : Probe.off.pipe(
        Effect.provide(clamd.layer(options), { local: true }),
        Effect.match({
          onSuccess: (off): ReadonlyArray<Finding> =>
            off.length === 0
              ? [{ level: "ok", code: "scanner.ok", values: { url: options.url } }]
              : off.map((name) => ({ level: "error", code: "scanner.off", values: { name } })),
          onFailure: ({ reason }): ReadonlyArray<Finding> => [
            { level: "error", code: "scanner.away", values: { reason } },
          ],
        }),
      )
