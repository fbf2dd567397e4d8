/**
 * The server's configuration: environment variables, read once at start. `settings` is the one table of them: it is what
 * is parsed, and docs/configuration.md is printed from it. Every mistake is one sentence that says what to do; all are
 * reported together.
 */
import * as Context from "effect/Context"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { isAddress } from "./Mailer/MailAddress.ts"
import { IpNetwork } from "./platform/Http.ts"

export interface ServerConfig {
  readonly host: string
  readonly port: number
  /** Without a slash at the end. Links in mails begin with it, whatever Host a request claims (S13). */
  readonly publicUrl: string
  /** Who may say in `X-Forwarded-For` where a request came from. */
  readonly trustedProxies: ReadonlyArray<IpNetwork.IpNetwork>
  readonly databaseUrl: Redacted.Redacted | undefined
  readonly dataDir: string
  readonly smtpUrl: Redacted.Redacted | undefined
  readonly mailFrom: string
  readonly setupCode: Redacted.Redacted | undefined
  readonly logLevel: LogLevel
  readonly logJson: boolean
}

export class Config extends Context.Service<Config, ServerConfig>()("@requite/reference-server/Config") {}

export const logLevels = ["Debug", "Info", "Warn", "Error"] as const
export type LogLevel = (typeof logLevels)[number]

interface Setting {
  readonly name: string
  /** What stands in the documentation as its default. */
  readonly default: string
  readonly meaning: string
}

export const settings = [
  { name: "HOST", default: "127.0.0.1", meaning: "The address to listen on. `0.0.0.0` for all." },
  { name: "PORT", default: "3000", meaning: "The port to listen on." },
  {
    name: "PUBLIC_URL",
    default: "http://localhost:PORT",
    meaning:
      "The address customers reach the server at; links in e-mails begin with it. `https` unless it is this machine.",
  },
  {
    name: "TRUSTED_PROXIES",
    default: "none",
    meaning:
      "Addresses or networks of the reverse proxies in front, with commas between: `127.0.0.1, 10.0.0.0/8`. They say where a request came from.",
  },
  {
    name: "DATABASE_URL",
    default: "the embedded database",
    meaning: "`postgres://user:password@host:port/database`. Needed in production.",
  },
  { name: "DATA_DIR", default: "data", meaning: "Uploaded files, and the embedded database and development mailbox." },
  {
    name: "SMTP_URL",
    default: "the development mailbox",
    meaning:
      "`smtp://user:password@host:port` or `smtps://…`. Without it mail is shown at `/dev/mail` and goes nowhere. Needed where PUBLIC_URL is not this machine.",
  },
  {
    name: "MAIL_FROM",
    default: "requests@localhost.localdomain",
    meaning: "The address that e-mails come from. Needed where PUBLIC_URL is not this machine.",
  },
  {
    name: "SETUP_CODE",
    default: "none",
    meaning:
      "Asked for when the first member is made. Needed where others can reach the server: PUBLIC_URL or HOST is not this machine.",
  },
  { name: "LOG_LEVEL", default: "Info", meaning: "`Debug`, `Info`, `Warn` or `Error`." },
  { name: "LOG_JSON", default: "false", meaning: "`true`: one JSON object a line." },
] as const satisfies ReadonlyArray<Setting>

type Environment = Readonly<Record<string, string | undefined>>

export type Parsed =
  | { readonly config: ServerConfig; readonly mistakes: readonly [] }
  | { readonly config: null; readonly mistakes: ReadonlyArray<string> }

/** Reads the configuration from an environment. An empty variable counts as unset. */
export const parse = (environment: Environment): Parsed => {
  const mistakes: Array<string> = []
  const text = (name: (typeof settings)[number]["name"]): string | undefined => {
    const value = environment[name]?.trim()
    return value === undefined || value === "" ? undefined : value
  }
  const secret = (name: (typeof settings)[number]["name"]) => {
    const value = text(name)
    return value === undefined ? undefined : Redacted.make(value)
  }
  const mistake = (sentence: string) => void mistakes.push(sentence)

  const written = text("PORT") ?? "3000"
  const isPort = /^\d{1,5}$/.test(written) && Number(written) <= 65_535
  if (!isPort) mistake("PORT must be a whole number from 0 to 65535.")
  const port = isPort ? Number(written) : 3000

  const publicUrl = text("PUBLIC_URL") ?? `http://localhost:${port}`
  const origin = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined
  if (origin === undefined || !/^https?:$/.test(origin.protocol) || origin.href !== `${origin.origin}/`) {
    mistake('PUBLIC_URL must be an address without a path, such as "https://requests.example.com".')
  } else if (origin.protocol === "http:" && !isLoopback(origin.hostname)) {
    mistake("PUBLIC_URL must begin with https:// unless it is this machine, or links could be read on their way.")
  }
  const elsewhere = origin !== undefined && !isLoopback(origin.hostname)

  const proxies = (text("TRUSTED_PROXIES") ?? "").split(",").filter((part) => part.trim() !== "")
  const trustedProxies = proxies.flatMap((part) => {
    const network = IpNetwork.fromString(
      part.trim().replace(/^([^/]*)$/, (address) => `${address}/${address.includes(":") ? 128 : 32}`),
    )
    return Result.isSuccess(network) ? [network.success] : []
  })
  if (trustedProxies.length < proxies.length) {
    mistake('TRUSTED_PROXIES must list addresses or networks, such as "127.0.0.1, 10.0.0.0/8".')
  }

  const databaseUrl = text("DATABASE_URL")
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    mistake('DATABASE_URL must look like "postgres://user:password@host:5432/database".')
  }
  const smtpUrl = text("SMTP_URL")
  if (
    smtpUrl !== undefined &&
    !(/^smtps?:\/\//.test(smtpUrl) && URL.canParse(smtpUrl) && new URL(smtpUrl).hostname !== "")
  ) {
    mistake('SMTP_URL must look like "smtp://user:password@host:587".')
  }
  if (smtpUrl === undefined && elsewhere) {
    mistake("SMTP_URL is missing: PUBLIC_URL is not this machine, so e-mails must reach people.")
  }
  const host = text("HOST") ?? "127.0.0.1"
  if (text("SETUP_CODE") === undefined && (elsewhere || !isLoopback(host))) {
    mistake("SETUP_CODE is missing: others than this machine can reach the server, and could make the first member.")
  }
  if (text("MAIL_FROM") === undefined && elsewhere) {
    mistake("MAIL_FROM is missing: PUBLIC_URL is not this machine, so e-mails must come from an address of yours.")
  }
  const mailFrom = text("MAIL_FROM") ?? "requests@localhost.localdomain"
  if (!isAddress(mailFrom)) {
    mistake('MAIL_FROM must be one e-mail address, such as "requests@example.com".')
  }
  const logLevel = logLevels.find((level) => level === (text("LOG_LEVEL") ?? "Info"))
  if (logLevel === undefined) mistake(`LOG_LEVEL must be one of ${logLevels.join(", ")}.`)
  const logJson = text("LOG_JSON") ?? "false"
  if (logJson !== "true" && logJson !== "false") mistake('LOG_JSON must be "true" or "false".')

  if (mistakes.length > 0 || logLevel === undefined || origin === undefined) return { config: null, mistakes }
  return {
    config: {
      host,
      port,
      publicUrl: origin.origin,
      trustedProxies,
      databaseUrl: secret("DATABASE_URL"),
      dataDir: text("DATA_DIR") ?? "data",
      smtpUrl: secret("SMTP_URL"),
      mailFrom,
      setupCode: secret("SETUP_CODE"),
      logLevel,
      logJson: logJson === "true",
    },
    mistakes: [],
  }
}

/** Is this host name this machine itself? */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname)
