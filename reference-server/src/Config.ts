/**
 * The server's configuration: environment variables, read once at start. `settings` is the one table of them: it is what
 * is parsed, and docs/configuration.md is printed from it. Every mistake is one sentence that says what to do; all are
 * reported together.
 */
import * as Context from "effect/Context"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { logLevels, type LogLevel, type ServerConfig } from "./Config/ServerConfig.ts"
import { settings } from "./Config/settings.ts"
import { isAddress } from "./Mailer/MailAddress.ts"
import { IpNetwork } from "./platform/Http.ts"
import { isCountry } from "./SmsSender/PhoneNumber.ts"
import { addressOf } from "./VirusScanner/clamd.ts"

export { logLevels, settings }
export type { LogLevel, ServerConfig }

export class Config extends Context.Service<Config, ServerConfig>()("@requite/reference-server/Config") {}

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

  for (const name of ["SECRET_KEY", "SECRET_KEY_BEFORE"] as const) {
    if ((text(name) ?? "x".repeat(32)).length < 32) mistake(`${name} must have at least 32 characters.`)
  }
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
  const warmUp = text("WARM_UP_PER_DAY")
  if (warmUp !== undefined && !/^[1-9]\d{0,5}$/.test(warmUp)) {
    mistake("WARM_UP_PER_DAY must be a whole number from 1 to 999999.")
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
  const byteCount = (
    name: "UPLOAD_FILE_BYTES" | "UPLOAD_REQUEST_BYTES" | "UPLOAD_WORKSPACE_BYTES_PER_DAY",
    otherwise: number,
  ) => {
    const value = text(name) ?? String(otherwise)
    if (!/^[1-9]\d{0,14}$/.test(value)) mistake(`${name} must be a whole number of bytes, from 1 to 999999999999999.`)
    return Number(value)
  }
  const uploads = {
    fileBytes: byteCount("UPLOAD_FILE_BYTES", 1_073_741_824),
    requestBytes: byteCount("UPLOAD_REQUEST_BYTES", 2_147_483_648),
    workspaceBytesPerDay: byteCount("UPLOAD_WORKSPACE_BYTES_PER_DAY", 53_687_091_200),
  }
  const shutdownDelay = whole("SHUTDOWN_DELAY", 0, 0)
  const shutdownGrace = whole("SHUTDOWN_GRACE", 20, 1)
  const filesUrl = text("FILES_URL")
  const filesOrigin = filesUrl !== undefined && URL.canParse(filesUrl) ? new URL(filesUrl) : undefined
  if (filesUrl !== undefined && (filesOrigin === undefined || filesOrigin.pathname !== "/")) {
    mistake('FILES_URL must be an address without a path, such as "https://files.example.net".')
  } else if (filesOrigin !== undefined && filesOrigin.protocol !== origin?.protocol) {
    mistake("FILES_URL must begin as PUBLIC_URL does.")
  } else if (filesOrigin !== undefined && filesOrigin.origin === origin?.origin) {
    mistake("FILES_URL must be another address than PUBLIC_URL: leave it out to have files come from there.")
  }
  const clamdUrl = text("CLAMD_URL")
  if (clamdUrl === undefined && elsewhere) {
    mistake('CLAMD_URL is missing: strangers send files. Set it to the address of clamd, or to "none" to scan nothing.')
  }
  if (clamdUrl !== undefined && clamdUrl !== "none" && addressOf(clamdUrl) === undefined) {
    mistake('CLAMD_URL must look like "tcp://host:3310" or "unix:/run/clamav/clamd.ctl", or be "none".')
  }
  const clamdMaxBytes = text("CLAMD_MAX_BYTES") ?? "26214400"
  if (!/^[1-9]\d{0,9}$/.test(clamdMaxBytes)) mistake("CLAMD_MAX_BYTES must be a whole number from 1 to 9999999999.")
  const filesEncrypted = text("FILES_ENCRYPTED") ?? "false"
  if (filesEncrypted !== "true" && filesEncrypted !== "false") {
    mistake('FILES_ENCRYPTED must be "true" or "false".')
  }
  const [endpoint, bucket] = [text("S3_ENDPOINT"), text("S3_BUCKET")]
  const [accessKeyId, secretAccessKey] = [text("S3_ACCESS_KEY_ID"), secret("S3_SECRET_ACCESS_KEY")]
  const s3 =
    endpoint === undefined || bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : { endpoint, bucket, accessKeyId, secretAccessKey, region: text("S3_REGION") ?? "us-east-1" }
  if (s3 === undefined && [endpoint, bucket, accessKeyId, secretAccessKey].some((one) => one !== undefined)) {
    mistake("S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set all, or none.")
  }
  if (endpoint !== undefined && !/^https?:\/\/[^/?#@]+\/?$/.test(endpoint)) {
    mistake('S3_ENDPOINT must be an address without a path, such as "https://s3.eu-north-1.amazonaws.com".')
  }
  if (bucket !== undefined && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    mistake("S3_BUCKET must be the name of a bucket: small letters, digits, - and dots.")
  }
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
      filesUrl: filesOrigin?.origin,
      trustedProxies,
      databaseUrl: secret("DATABASE_URL"),
      databaseAdminUrl: secret("DATABASE_ADMIN_URL"),
      databaseRole,
      dataDir: text("DATA_DIR") ?? "data",
      s3,
      filesEncrypted: filesEncrypted === "true",
      clamd:
        clamdUrl === undefined || clamdUrl === "none" ? undefined : { url: clamdUrl, maxBytes: Number(clamdMaxBytes) },
      secretKey: secret("SECRET_KEY"),
      secretKeyBefore: secret("SECRET_KEY_BEFORE"),
      smtpUrl: secret("SMTP_URL"),
      mailFrom,
      dkim: keyFile === undefined || selector === undefined ? undefined : { domain: signing, selector, keyFile },
      mailReturnDomain,
      mailReturnPort: returnPort === undefined ? undefined : Number(returnPort),
      mailReturnHost: text("MAIL_RETURN_HOST") ?? "127.0.0.1",
      mailReturnToken: secret("MAIL_RETURN_TOKEN"),
      mailEventsSecret: secret("MAIL_EVENTS_SECRET"),
      warmUpPerDay: warmUp === undefined ? undefined : Number(warmUp),
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
      uploads,
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
