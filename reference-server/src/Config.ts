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
  /** Who migrates and grants at start; undefined: the user of `databaseUrl`. */
  readonly databaseAdminUrl: Redacted.Redacted | undefined
  /** The role that the server works as in the database. */
  readonly databaseRole: string
  readonly dataDir: string
  /** What the server's own keys are derived from; undefined: from files of the data directory. */
  readonly secretKey: Redacted.Redacted | undefined
  readonly smtpUrl: Redacted.Redacted | undefined
  readonly mailFrom: string
  /** The domain that mail comes back to; undefined: to the sender, where nobody reads it. */
  readonly mailReturnDomain: string | undefined
  /** Where the door for mail that comes back listens; undefined: it does not. */
  readonly mailReturnPort: number | undefined
  readonly mailReturnHost: string
  /** What a pipe of the mail server shows; undefined: no pipe. */
  readonly mailReturnToken: Redacted.Redacted | undefined
  /** What a mail provider signs its events with (`whsec_…`); undefined: no events. */
  readonly mailEventsSecret: Redacted.Redacted | undefined
  /** Mails that go out in a minute, from all workspaces together; undefined: as many as there are. */
  readonly mailRatePerMinute: number | undefined
  /** Reminders that one address gets in 24 hours, from one workspace. */
  readonly remindersPerDay: number
  /** What mails from the server's own address are signed with; undefined: nothing, or whatever the mail server does. */
  readonly dkim: { readonly domain: string; readonly selector: string; readonly keyFile: string } | undefined
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
  /** Whether the record keeps whole addresses of callers; otherwise the networks that they are in. */
  readonly recordWholeIp: boolean
  /** Public keys that the record was signed with before SECRET_KEY was changed, base64url. */
  readonly recordKeys: ReadonlyArray<string>
  /** Networks inside that webhooks may go to as well. */
  readonly webhookAllowedNetworks: ReadonlyArray<IpNetwork.IpNetwork>
  readonly setupCode: Redacted.Redacted | undefined
  readonly logLevel: LogLevel
  readonly logJson: boolean
  /** What opens `/metrics`, and the details of `/ready`; undefined: only programs of this machine may ask. */
  readonly metricsToken: Redacted.Redacted | undefined
  /** The OTEL_* variables, where they name a collector. They may hold keys of it. */
  readonly otel: Redacted.Redacted<Readonly<Record<string, string>>> | undefined
  /** How many requests are worked on at once; more are answered 503. */
  readonly maxInFlight: number
  /** Seconds between the signal to stop and taking no new connections, for load balancers to notice. */
  readonly shutdownDelay: number
  /** Seconds that what is under way may take to finish after that. */
  readonly shutdownGrace: number
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
  {
    name: "DATABASE_ADMIN_URL",
    default: "DATABASE_URL",
    meaning:
      "The owner of the database, as `postgres://…`: makes the tables and grants rights at start, and is not used after that. With it the user of DATABASE_URL needs no rights of its own.",
  },
  {
    name: "DATABASE_ROLE",
    default: "requite_app",
    meaning:
      "The role that the server works as, which may read and write rows and nothing else. Made at start, if the owner may make roles.",
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
    name: "DKIM_KEY",
    default: "none",
    meaning:
      "A file with an RSA key as PEM that e-mails from MAIL_FROM are signed with, where the mail server does not sign them itself. Needs DKIM_SELECTOR.",
  },
  {
    name: "DKIM_SELECTOR",
    default: "none",
    meaning: "Where the key's public half lies in the DNS: `<selector>._domainkey.<domain>`.",
  },
  {
    name: "DKIM_DOMAIN",
    default: "that of MAIL_FROM",
    meaning: "The domain that signs: that of MAIL_FROM, or one above it.",
  },
  {
    name: "MAIL_RETURN_DOMAIN",
    default: "none",
    meaning:
      "The domain that mail comes back to when it cannot be delivered, such as `bounces.example.com` (see docs/mail.md). Without it only what a mail server refuses at once, and what a provider posts, is seen.",
  },
  {
    name: "MAIL_RETURN_PORT",
    default: "none",
    meaning: "The port to take mail for MAIL_RETURN_DOMAIN at, by SMTP, from the mail server.",
  },
  { name: "MAIL_RETURN_HOST", default: "127.0.0.1", meaning: "The address that MAIL_RETURN_PORT is on." },
  {
    name: "MAIL_RETURN_TOKEN",
    default: "none",
    meaning:
      "The bearer token for `POST /hooks/mail/returns`, where a pipe brings mail that came back; at least 32 characters.",
  },
  {
    name: "MAIL_EVENTS_SECRET",
    default: "none",
    meaning:
      "The secret (`whsec_…`) that events at `POST /hooks/mail/events` are signed with, as Standard Webhooks say.",
  },
  {
    name: "MAIL_RATE_PER_MINUTE",
    default: "no limit",
    meaning:
      "How many e-mails go out in a minute, from all workspaces together, each in turn. Links that customers ask for do not wait.",
  },
  {
    name: "REMINDERS_PER_DAY",
    default: "10",
    meaning: "How many reminders one address gets in 24 hours from one workspace; those above are left out.",
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
    name: "RECORD_WHOLE_IP",
    default: "false",
    meaning:
      "`true`: the record keeps whole addresses of callers. Otherwise the last number of an IPv4 address, and the last 80 bits of an IPv6 one, are left out.",
  },
  {
    name: "RECORD_KEYS",
    default: "none",
    meaning:
      "Public keys that the record was signed with before SECRET_KEY was changed, with commas between (see docs/record.md): what they signed still counts.",
  },
  {
    name: "WEBHOOK_ALLOWED_NETWORKS",
    default: "none",
    meaning:
      "Networks of your own that webhooks may go to, with commas between: `10.1.2.0/24`. All others that are not the public internet are refused.",
  },
  {
    name: "SETUP_CODE",
    default: "none",
    meaning:
      "Asked for when the first member is made. Needed where others can reach the server: PUBLIC_URL or HOST is not this machine.",
  },
  { name: "LOG_LEVEL", default: "Info", meaning: "`Debug`, `Info`, `Warn` or `Error`." },
  { name: "LOG_JSON", default: "false", meaning: "`true`: one JSON object a line." },
  {
    name: "METRICS_TOKEN",
    default: "none",
    meaning:
      "At least 16 characters: who sends them as `Authorization: Bearer …` reads `/metrics`, and the details of `/ready`. Without it only programs of this machine may.",
  },
  {
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    default: "none",
    meaning:
      "The OpenTelemetry collector that traces and metrics are sent to, such as `http://localhost:4318`. The other standard `OTEL_*` variables count too.",
  },
  {
    name: "MAX_IN_FLIGHT",
    default: "1000",
    meaning: "How many requests are worked on at once. More are answered `503` with `Retry-After`.",
  },
  {
    name: "SHUTDOWN_DELAY",
    default: "0",
    meaning:
      "Seconds from SIGTERM, when `/ready` says no, until no new connections are taken: as long as the load balancer needs to notice.",
  },
  {
    name: "SHUTDOWN_GRACE",
    default: "20",
    meaning: "Seconds after that in which requests and mails that are under way finish.",
  },
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

  const networks = (name: "TRUSTED_PROXIES" | "WEBHOOK_ALLOWED_NETWORKS") => {
    const parts = (text(name) ?? "").split(",").filter((part) => part.trim() !== "")
    const read = parts.flatMap((part) => {
      const network = IpNetwork.fromString(
        part.trim().replace(/^([^/]*)$/, (address) => `${address}/${address.includes(":") ? 128 : 32}`),
      )
      return Result.isSuccess(network) ? [network.success] : []
    })
    if (read.length < parts.length) {
      mistake(`${name} must list addresses or networks, such as "127.0.0.1, 10.0.0.0/8".`)
    }
    return read
  }
  const trustedProxies = networks("TRUSTED_PROXIES")
  const webhookAllowedNetworks = networks("WEBHOOK_ALLOWED_NETWORKS")

  const secretKey = text("SECRET_KEY")
  if (secretKey !== undefined && secretKey.length < 32) mistake("SECRET_KEY must have at least 32 characters.")
  for (const name of ["DATABASE_URL", "DATABASE_ADMIN_URL"] as const) {
    if (/^postgres(ql)?:\/\//.test(text(name) ?? "postgres://")) continue
    mistake(`${name} must look like "postgres://user:password@host:5432/database".`)
  }
  if (text("DATABASE_ADMIN_URL") !== undefined && text("DATABASE_URL") === undefined) {
    mistake("DATABASE_ADMIN_URL is of no use without DATABASE_URL.")
  }
  const databaseRole = text("DATABASE_ROLE") ?? "requite_app"
  if (!/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(databaseRole)) {
    mistake("DATABASE_ROLE must be the name of a role in Postgres: small letters, digits and _.")
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
  const keyFile = text("DKIM_KEY")
  const selector = text("DKIM_SELECTOR")
  const ownDomain = mailFrom.slice(mailFrom.indexOf("@") + 1).toLowerCase()
  const signing = (text("DKIM_DOMAIN") ?? ownDomain).toLowerCase()
  if ((keyFile === undefined) !== (selector === undefined)) {
    mistake("DKIM_KEY and DKIM_SELECTOR belong together: set both, or neither.")
  }
  if (selector !== undefined && !/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/i.test(selector)) {
    mistake('DKIM_SELECTOR must be a name in the DNS, such as "mail2027".')
  }
  if (ownDomain !== signing && !ownDomain.endsWith(`.${signing}`)) {
    mistake("DKIM_DOMAIN must be the domain of MAIL_FROM, or one above it.")
  }

  const mailReturnDomain = text("MAIL_RETURN_DOMAIN")?.toLowerCase()
  if (mailReturnDomain !== undefined && !isAddress(`bounces@${mailReturnDomain}`)) {
    mistake('MAIL_RETURN_DOMAIN must be a domain, such as "bounces.example.com".')
  }
  const returnPort = text("MAIL_RETURN_PORT")
  if (returnPort !== undefined && !(/^\d{1,5}$/.test(returnPort) && Number(returnPort) <= 65_535)) {
    mistake("MAIL_RETURN_PORT must be a whole number from 0 to 65535.")
  }
  const returnToken = text("MAIL_RETURN_TOKEN")
  if (returnToken !== undefined && returnToken.length < 32) {
    mistake("MAIL_RETURN_TOKEN must have at least 32 characters.")
  }
  if ((returnPort !== undefined || returnToken !== undefined) && mailReturnDomain === undefined) {
    mistake("MAIL_RETURN_DOMAIN is missing: MAIL_RETURN_PORT and MAIL_RETURN_TOKEN need one.")
  }
  const eventsSecret = text("MAIL_EVENTS_SECRET")
  if (eventsSecret !== undefined && !/^(whsec_)?[A-Za-z0-9+/]{32,}={0,2}$/.test(eventsSecret)) {
    mistake('MAIL_EVENTS_SECRET must be a secret of at least 24 bytes in base64, such as "whsec_…".')
  }
  const mailRate = text("MAIL_RATE_PER_MINUTE")
  if (mailRate !== undefined && !/^[1-9]\d{0,6}$/.test(mailRate)) {
    mistake("MAIL_RATE_PER_MINUTE must be a whole number from 1 to 9999999.")
  }
  const remindersPerDay = text("REMINDERS_PER_DAY") ?? "10"
  if (!/^[1-9]\d{0,5}$/.test(remindersPerDay)) mistake("REMINDERS_PER_DAY must be a whole number from 1 to 999999.")

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
  const wholeIp = text("RECORD_WHOLE_IP") ?? "false"
  if (wholeIp !== "true" && wholeIp !== "false") mistake('RECORD_WHOLE_IP must be "true" or "false".')
  const recordKeys = (text("RECORD_KEYS") ?? "").split(",").flatMap((key) => (key.trim() === "" ? [] : [key.trim()]))
  if (!recordKeys.every((key) => /^[\w-]{43}$/.test(key))) {
    mistake("RECORD_KEYS must list public keys of 43 letters, digits, - and _, with commas between.")
  }
  const whole = (name: "MAX_IN_FLIGHT" | "SHUTDOWN_DELAY" | "SHUTDOWN_GRACE", otherwise: number, least: number) => {
    const value = text(name) ?? String(otherwise)
    if (!/^\d{1,6}$/.test(value) || Number(value) < least) {
      mistake(`${name} must be a whole number from ${least} to 999999.`)
    }
    return Number(value)
  }
  const maxInFlight = whole("MAX_IN_FLIGHT", 1000, 1)
  const shutdownDelay = whole("SHUTDOWN_DELAY", 0, 0)
  const shutdownGrace = whole("SHUTDOWN_GRACE", 20, 1)
  const metricsToken = text("METRICS_TOKEN")
  if (metricsToken !== undefined && !/^[\x21-\x7e]{16,}$/.test(metricsToken)) {
    mistake("METRICS_TOKEN must have at least 16 letters, digits and signs that nobody can guess, and no spaces.")
  }
  const otel = otelOf(environment)
  for (const [name, value] of Object.entries(otel ?? {})) {
    if (name.endsWith("_ENDPOINT") && !(URL.canParse(value) && /^https?:/.test(value))) {
      mistake(`${name} must be the address of a collector, such as "http://localhost:4318".`)
    }
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
      databaseAdminUrl: secret("DATABASE_ADMIN_URL"),
      databaseRole,
      dataDir: text("DATA_DIR") ?? "data",
      secretKey: secret("SECRET_KEY"),
      smtpUrl: secret("SMTP_URL"),
      mailFrom,
      dkim: keyFile === undefined || selector === undefined ? undefined : { domain: signing, selector, keyFile },
      mailReturnDomain,
      mailReturnPort: returnPort === undefined ? undefined : Number(returnPort),
      mailReturnHost: text("MAIL_RETURN_HOST") ?? "127.0.0.1",
      mailReturnToken: secret("MAIL_RETURN_TOKEN"),
      mailEventsSecret: secret("MAIL_EVENTS_SECRET"),
      mailRatePerMinute: mailRate === undefined ? undefined : Number(mailRate),
      remindersPerDay: Number(remindersPerDay),
      smsUrl: secret("SMS_URL"),
      smsToken: secret("SMS_TOKEN"),
      smsFrom,
      smsCountries,
      smsDailyBudget,
      smsCountryBudget,
      rateLimitFactor: isFactor ? Number(factor) : 1,
      recordWholeIp: wholeIp === "true",
      recordKeys,
      webhookAllowedNetworks,
      setupCode: secret("SETUP_CODE"),
      logLevel,
      logJson: logJson === "true",
      metricsToken: secret("METRICS_TOKEN"),
      otel: otel === undefined ? undefined : Redacted.make(otel),
      maxInFlight,
      shutdownDelay,
      shutdownGrace,
    },
    mistakes: [],
  }
}

/** The OTEL_* variables, if one of them names a collector. */
const otelOf = (environment: Environment): Readonly<Record<string, string>> | undefined => {
  const set = Object.entries(environment).flatMap(([name, value]): ReadonlyArray<readonly [string, string]> =>
    name.startsWith("OTEL_") && value !== undefined && value.trim() !== "" ? [[name, value.trim()]] : [],
  )
  return set.some(([name]) => /^OTEL_EXPORTER_OTLP_((TRACES|METRICS)_)?ENDPOINT$/.test(name))
    ? Object.fromEntries(set)
    : undefined
}

/** Is this host name this machine itself? */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname)
