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
import { isCountry } from "./SmsSender/PhoneNumber.ts"

export interface ServerConfig {
  readonly host: string
  readonly port: number
  /** Without a slash at the end. Links in mails begin with it, whatever Host a request claims (S13). */
  readonly publicUrl: string
  /** Who may say in `X-Forwarded-For` where a request came from. */
  readonly trustedProxies: ReadonlyArray<IpNetwork.IpNetwork>
  readonly databaseUrl: Redacted.Redacted | undefined
  readonly dataDir: string
  /** What the server's own keys are derived from; undefined: from files of the data directory. */
  readonly secretKey: Redacted.Redacted | undefined
  readonly smtpUrl: Redacted.Redacted | undefined
  readonly mailFrom: string
  /** The SMS provider; undefined: the development outbox, or none at all where others can reach the server. */
  readonly smsUrl: Redacted.Redacted | undefined
  readonly smsToken: Redacted.Redacted | undefined
  /** What phones show as sender of an SMS. */
  readonly smsFrom: string | undefined
  /** ISO 3166-1 alpha-2 codes of the countries that SMS go to. */
  readonly smsCountries: ReadonlyArray<string>
  /** SMS that a workspace may send in 24 hours. */
  readonly smsDailyBudget: number
  /** SMS that may go to one country in 24 hours, from all workspaces together. */
  readonly smsCountryBudget: number
  /** Multiplies the limits on what customers may try (RateLimits/Customers.ts); 0: no limits. */
  readonly rateLimitFactor: number
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
    name: "SECRET_KEY",
    default: "files in DATA_DIR",
    meaning:
      "At least 32 characters that nobody can guess, the same for every process: links that can be shown again and codes are made with it. Another one ends those links.",
  },
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
    name: "SMS_URL",
    default: "none",
    meaning:
      "The address that SMS with access codes are posted to as JSON (see SMS below). Without it they are shown at `/dev/sms` and go nowhere, and where PUBLIC_URL is not this machine none can be sent.",
  },
  { name: "SMS_TOKEN", default: "none", meaning: "The bearer token for SMS_URL, which needs one." },
  {
    name: "SMS_FROM",
    default: "the provider's",
    meaning: "Whom phones show as sender of an SMS: a number, or up to eleven letters and digits.",
  },
  {
    name: "SMS_COUNTRIES",
    default: "EU, EEA, CH, GB, US and CA",
    meaning:
      "The countries that SMS go to, as two letters each with commas between: `SE, NO, DK`. A number of another country gets none, so that nobody earns by asking for codes abroad.",
  },
  { name: "SMS_DAILY_BUDGET", default: "500", meaning: "How many SMS one workspace may send in 24 hours." },
  {
    name: "SMS_COUNTRY_BUDGET",
    default: "1000",
    meaning: "How many SMS may go to one country in 24 hours, from all workspaces together.",
  },
  {
    name: "RATE_LIMIT_FACTOR",
    default: "1",
    meaning:
      "Multiplies how often customers may try things (see Rate limits below): `10` is ten times as often, `0` without limit.",
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

/** Where numbers are dear to call and plans are well known: the EU, the EEA, Switzerland, the United Kingdom, the US, Canada. */
const homeCountries: ReadonlyArray<string> =
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO CH GB US CA".split(" ")

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

  const secretKey = text("SECRET_KEY")
  if (secretKey !== undefined && secretKey.length < 32) mistake("SECRET_KEY must have at least 32 characters.")
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

  const smsUrl = text("SMS_URL")
  if (smsUrl !== undefined) {
    const provider = URL.canParse(smsUrl) ? new URL(smsUrl) : undefined
    const isSafe = provider?.protocol === "https:" || (provider?.protocol === "http:" && isLoopback(provider.hostname))
    if (!isSafe) mistake('SMS_URL must be an address like "https://sms.example.com/messages", with https.')
    if (text("SMS_TOKEN") === undefined) mistake("SMS_TOKEN is missing: SMS_URL needs one.")
  }
  const smsFrom = text("SMS_FROM")
  if (smsFrom !== undefined && !/^(\+?\d{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/.test(smsFrom)) {
    mistake("SMS_FROM must be a number, or up to eleven letters and digits.")
  }
  const smsCountries =
    text("SMS_COUNTRIES")
      ?.split(",")
      .map((code) => code.trim().toUpperCase()) ?? homeCountries
  if (!smsCountries.every(isCountry)) {
    mistake('SMS_COUNTRIES must list countries by two letters each, such as "SE, NO, DK".')
  }
  const budget = (name: "SMS_DAILY_BUDGET" | "SMS_COUNTRY_BUDGET", otherwise: number): number => {
    const value = text(name) ?? String(otherwise)
    if (!/^\d{1,7}$/.test(value)) mistake(`${name} must be a whole number from 0 to 9999999.`)
    return Number(value)
  }
  const smsDailyBudget = budget("SMS_DAILY_BUDGET", 500)
  const smsCountryBudget = budget("SMS_COUNTRY_BUDGET", 1000)

  const factor = text("RATE_LIMIT_FACTOR") ?? "1"
  const isFactor = /^\d{1,6}(\.\d{1,3})?$/.test(factor)
  if (!isFactor) mistake("RATE_LIMIT_FACTOR must be a number from 0, such as 10.")
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
      secretKey: secret("SECRET_KEY"),
      smtpUrl: secret("SMTP_URL"),
      mailFrom,
      smsUrl: secret("SMS_URL"),
      smsToken: secret("SMS_TOKEN"),
      smsFrom,
      smsCountries,
      smsDailyBudget,
      smsCountryBudget,
      rateLimitFactor: isFactor ? Number(factor) : 1,
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
