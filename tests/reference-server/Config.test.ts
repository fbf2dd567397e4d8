import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { isLoopback, parse, type ServerConfig, settings } from "../../reference-server/src/Config.ts"

const configOf = (environment: Record<string, string>): ServerConfig => {
  const { config, mistakes } = parse(environment)
  return config ?? assert.fail(mistakes.join("\n"))
}

const production = {
  HOST: "0.0.0.0",
  PORT: "8080",
  PUBLIC_URL: "https://requests.example.com/",
  DATABASE_URL: "postgres://requite:sesame@db.example.com:5432/requite",
  DATA_DIR: "/var/lib/requite",
  SECRET_KEY: "forty characters that nobody can guess, ever",
  SMTP_URL: "smtp://user:sesame@mail.example.com:587",
  MAIL_FROM: "requests@example.com",
  SMS_URL: "https://sms.example.com/sesame/messages",
  SMS_TOKEN: "sesame",
  SMS_FROM: "North Co",
  SMS_COUNTRIES: "se, NO",
  SMS_DAILY_BUDGET: "50",
  SMS_COUNTRY_BUDGET: "0",
  S3_ENDPOINT: "https://s3.eu-north-1.amazonaws.com",
  S3_REGION: "eu-north-1",
  S3_BUCKET: "north-files",
  S3_ACCESS_KEY_ID: "AKIA",
  S3_SECRET_ACCESS_KEY: "sesame",
  FILES_ENCRYPTED: "true",
  CLAMD_URL: "unix:/run/clamav/clamd.ctl",
  CLAMD_MAX_BYTES: "50000000",
  SETUP_CODE: "sesame",
  LOG_LEVEL: "Warn",
  LOG_JSON: "true",
}

/** The countries of docs/configuration.md's default. */
const euEeaAndFriends =
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO CH GB US CA".split(" ")

describe("the configuration", () => {
  it("has a default for everything on this machine, and an empty variable is none", () => {
    const defaults: ServerConfig = {
      host: "127.0.0.1",
      port: 3000,
      publicUrl: "http://localhost:3000",
      filesUrl: undefined,
      trustedProxies: [],
      databaseUrl: undefined,
      databaseAdminUrl: undefined,
      databaseRole: "requite_app",
      dataDir: "data",
      s3: undefined,
      filesEncrypted: false,
      clamd: undefined,
      secretKey: undefined,
      secretKeyBefore: undefined,
      smtpUrl: undefined,
      mailFrom: "requests@localhost.localdomain",
      mailReturnDomain: undefined,
      mailReturnPort: undefined,
      mailReturnHost: "127.0.0.1",
      mailReturnToken: undefined,
      mailEventsSecret: undefined,
      mailRatePerMinute: undefined,
      warmUpPerDay: undefined,
      remindersPerDay: 10,
      dkim: undefined,
      smsUrl: undefined,
      smsToken: undefined,
      smsFrom: undefined,
      smsCountries: euEeaAndFriends,
      smsDailyBudget: 500,
      smsCountryBudget: 1000,
      rateLimitFactor: 1,
      recordWholeIp: false,
      recordKeys: [],
      webhookAllowedNetworks: [],
      setupCode: undefined,
      logLevel: "Info",
      logJson: false,
      metricsToken: undefined,
      otel: undefined,
      maxInFlight: 1000,
      uploads: { fileBytes: 1_073_741_824, requestBytes: 2_147_483_648, workspaceBytesPerDay: 53_687_091_200 },
      shutdownDelay: 0,
      shutdownGrace: 20,
    }
    assert.deepStrictEqual(configOf({}), defaults)
    assert.deepStrictEqual(configOf(Object.fromEntries(settings.map(({ name }) => [name, "  "]))), defaults)
    assert.strictEqual(configOf({ PORT: "4000" }).publicUrl, "http://localhost:4000")
    assert.strictEqual(configOf({ PORT: "0" }).port, 0)
  })

  it("is read whole", () => {
    const { databaseUrl, secretKey, s3, setupCode, smsToken, smsUrl, smtpUrl, ...rest } = configOf(production)
    assert.deepStrictEqual(s3 && { ...s3, secretAccessKey: Redacted.value(s3.secretAccessKey) }, {
      endpoint: "https://s3.eu-north-1.amazonaws.com",
      region: "eu-north-1",
      bucket: "north-files",
      accessKeyId: "AKIA",
      secretAccessKey: "sesame",
    })
    assert.deepStrictEqual(rest, {
      host: "0.0.0.0",
      port: 8080,
      publicUrl: "https://requests.example.com",
      filesUrl: undefined,
      secretKeyBefore: undefined,
      trustedProxies: [],
      databaseAdminUrl: undefined,
      databaseRole: "requite_app",
      dataDir: "/var/lib/requite",
      filesEncrypted: true,
      clamd: { url: "unix:/run/clamav/clamd.ctl", maxBytes: 50_000_000 },
      mailFrom: "requests@example.com",
      mailReturnDomain: undefined,
      mailReturnPort: undefined,
      mailReturnHost: "127.0.0.1",
      mailReturnToken: undefined,
      mailEventsSecret: undefined,
      mailRatePerMinute: undefined,
      warmUpPerDay: undefined,
      remindersPerDay: 10,
      dkim: undefined,
      smsFrom: "North Co",
      smsCountries: ["SE", "NO"],
      smsDailyBudget: 50,
      smsCountryBudget: 0,
      rateLimitFactor: 1,
      recordWholeIp: false,
      recordKeys: [],
      webhookAllowedNetworks: [],
      logLevel: "Warn",
      logJson: true,
      metricsToken: undefined,
      otel: undefined,
      maxInFlight: 1000,
      uploads: { fileBytes: 1_073_741_824, requestBytes: 2_147_483_648, workspaceBytesPerDay: 53_687_091_200 },
      shutdownDelay: 0,
      shutdownGrace: 20,
    })
    assert.deepStrictEqual(
      [databaseUrl, smtpUrl, smsUrl, smsToken, setupCode, secretKey].map((secret) => secret && Redacted.value(secret)),
      [production.DATABASE_URL, production.SMTP_URL, production.SMS_URL, "sesame", "sesame", production.SECRET_KEY],
    )
  })

  const port = "PORT must be a whole number from 0 to 65535."
  const publicUrl = 'PUBLIC_URL must be an address without a path, such as "https://requests.example.com".'
  const databaseUrl = 'DATABASE_URL must look like "postgres://user:password@host:5432/database".'
  const databaseRole = "DATABASE_ROLE must be the name of a role in Postgres: small letters, digits and _."
  const smtpUrl = 'SMTP_URL must look like "smtp://user:password@host:587".'
  const mailFrom = 'MAIL_FROM must be one e-mail address, such as "requests@example.com".'
  const mistakes: ReadonlyArray<readonly [variable: string, values: ReadonlyArray<string>, sentence: string]> = [
    [
      "FILES_URL",
      ["files.example.net", "https://files.example.net/f"],
      'FILES_URL must be an address without a path, such as "https://files.example.net".',
    ],
    ["FILES_URL", ["http://files.example.net"], "FILES_URL must begin as PUBLIC_URL does."],
    [
      "FILES_URL",
      ["https://requests.example.com"],
      "FILES_URL must be another address than PUBLIC_URL: leave it out to have files come from there.",
    ],
    ["MAX_IN_FLIGHT", ["0", "-1", "many", "1.5"], "MAX_IN_FLIGHT must be a whole number from 1 to 999999."],
    [
      "CLAMD_URL",
      ["localhost", "http://localhost:3310", "tcp://localhost", "tcp://localhost:99999", "unix:clamd.ctl"],
      'CLAMD_URL must look like "tcp://host:3310" or "unix:/run/clamav/clamd.ctl", or be "none".',
    ],
    ["CLAMD_MAX_BYTES", ["0", "25M", "-1"], "CLAMD_MAX_BYTES must be a whole number from 1 to 9999999999."],
    ["FILES_ENCRYPTED", ["yes"], 'FILES_ENCRYPTED must be "true" or "false".'],
    [
      "S3_ENDPOINT",
      ["s3.example.com", "https://s3.example.com/files", "ftp://s3.example.com", "https://key@s3.example.com"],
      'S3_ENDPOINT must be an address without a path, such as "https://s3.eu-north-1.amazonaws.com".',
    ],
    ["S3_BUCKET", ["North", "a/b", "x"], "S3_BUCKET must be the name of a bucket: small letters, digits, - and dots."],
    [
      "S3_SECRET_ACCESS_KEY",
      [""],
      "S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set all, or none.",
    ],
    ["SHUTDOWN_DELAY", ["-1", "5s"], "SHUTDOWN_DELAY must be a whole number from 0 to 999999."],
    [
      "METRICS_TOKEN",
      ["short", "with spaces between the words"],
      "METRICS_TOKEN must have at least 16 letters, digits and signs that nobody can guess, and no spaces.",
    ],
    [
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      ["localhost:4318", "collector"],
      'OTEL_EXPORTER_OTLP_ENDPOINT must be the address of a collector, such as "http://localhost:4318".',
    ],
    ["DKIM_KEY", ["/etc/dkim.pem"], "DKIM_KEY and DKIM_SELECTOR belong together: set both, or neither."],
    ["DKIM_DOMAIN", ["other.example"], "DKIM_DOMAIN must be the domain of MAIL_FROM, or one above it."],
    ["SECRET_KEY", ["short", "x".repeat(31)], "SECRET_KEY must have at least 32 characters."],
    [
      "MAIL_RETURN_DOMAIN",
      ["not a domain", "bounces@example.com", "192.0.2.1"],
      'MAIL_RETURN_DOMAIN must be a domain, such as "bounces.example.com".',
    ],
    [
      "MAIL_EVENTS_SECRET",
      ["sesame", "whsec_short", "whsec_with spaces in between of it all....."],
      'MAIL_EVENTS_SECRET must be a secret of at least 24 bytes in base64, such as "whsec_…".',
    ],
    ["MAIL_RATE_PER_MINUTE", ["0", "-1", "fast"], "MAIL_RATE_PER_MINUTE must be a whole number from 1 to 9999999."],
    ["REMINDERS_PER_DAY", ["0", "many"], "REMINDERS_PER_DAY must be a whole number from 1 to 999999."],
    ["PORT", ["http", "-1", "65536", "3000.5", "1e3", "0x10", "３"], port],
    [
      "PUBLIC_URL",
      [
        "requests.example.com",
        "localhost:3000",
        "ftp://requests.example.com",
        "https://",
        "https://example.com/requests",
        "https://example.com/?a=b",
        "https://example.com/#a",
        "https://user@example.com",
      ],
      publicUrl,
    ],
    [
      "PUBLIC_URL",
      ["http://requests.example.com"],
      "PUBLIC_URL must begin with https:// unless it is this machine, or links could be read on their way.",
    ],
    ["DATABASE_URL", ["mysql://a@b/c", "/var/run/postgres", "localhost"], databaseUrl],
    ["DATABASE_ROLE", ["Requite", "pg_monitor", "a b", "x;"], databaseRole],
    ["SMTP_URL", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://:25"], smtpUrl],
    [
      "MAIL_FROM",
      ["requests", "Requests <requests@example.com>", "a@b.example, c@d.example", "a@b\r\nBcc: c@d.example"],
      mailFrom,
    ],
    [
      "SMS_URL",
      ["sms.example.com", "http://sms.example.com/messages", "ftp://sms.example.com", "http://10.0.0.1/"],
      'SMS_URL must be an address like "https://sms.example.com/messages", with https.',
    ],
    ["SMS_TOKEN", [""], "SMS_TOKEN is missing: SMS_URL needs one."],
    [
      "SMS_FROM",
      ["North and Company", "12", "Firm\r\nX: y", "Åsa"],
      "SMS_FROM must be a number, or up to eleven letters and digits.",
    ],
    [
      "SMS_COUNTRIES",
      ["SE;NO", "Sweden", "UK", "SE,", "XX"],
      'SMS_COUNTRIES must list countries by two letters each, such as "SE, NO, DK".',
    ],
    ["SMS_DAILY_BUDGET", ["-1", "many", "1.5"], "SMS_DAILY_BUDGET must be a whole number from 0 to 9999999."],
    ["SMS_COUNTRY_BUDGET", ["1e3", "12345678"], "SMS_COUNTRY_BUDGET must be a whole number from 0 to 9999999."],
    ["LOG_LEVEL", ["info", "Verbose"], "LOG_LEVEL must be one of Debug, Info, Warn, Error."],
    ["LOG_JSON", ["yes", "1", "True"], 'LOG_JSON must be "true" or "false".'],
  ]
  for (const [variable, values, sentence] of mistakes) {
    it(`a wrong ${variable} is one sentence: ${sentence}`, () => {
      for (const value of values) {
        assert.deepStrictEqual(
          parse({ ...production, [variable]: value }),
          { config: null, mistakes: [sentence] },
          value,
        )
      }
    })
  }

  it("on the internet asks for what only a trial can do without", () => {
    const { mistakes: missing } = parse({ PUBLIC_URL: production.PUBLIC_URL })
    assert.deepStrictEqual(
      missing.map((sentence) => sentence.split(" is ")[0]),
      ["SMTP_URL", "SETUP_CODE", "MAIL_FROM", "CLAMD_URL"],
    )
    for (const url of ["http://localhost:3000", "http://127.0.0.1", "http://127.1:80", "http://[::1]:3000"]) {
      assert.deepStrictEqual(parse({ PUBLIC_URL: url }).mistakes, [], url)
    }
    for (const name of ["localhost.example.com", "127.0.0.1.example.com", "0.0.0.0", "10.0.0.1", "[::2]"]) {
      assert.isFalse(isLoopback(name), name)
    }
  })

  it("trusts the proxies that are listed, addresses or networks, and says when one is neither", () => {
    const { config } = parse({ TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8, ::1" })
    assert.strictEqual(config?.trustedProxies.length, 3)
    for (const wrong of ["proxy.example", "10.0.0.0/99", "127.0.0.1, x"]) {
      assert.match(parse({ TRUSTED_PROXIES: wrong }).mistakes.join(), /^TRUSTED_PROXIES must list/, wrong)
      assert.match(
        parse({ WEBHOOK_ALLOWED_NETWORKS: wrong }).mistakes.join(),
        /^WEBHOOK_ALLOWED_NETWORKS must list/,
        wrong,
      )
    }
  })

  it("takes the standard OTEL_* variables as they are, where one of them names a collector", () => {
    const collector = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c.example.com/v1/traces",
      OTEL_SERVICE_NAME: " north ",
    }
    const { otel } = configOf(collector)
    assert.deepStrictEqual(otel && Redacted.value(otel), { ...collector, OTEL_SERVICE_NAME: "north" })
    assert.isUndefined(configOf({ OTEL_SERVICE_NAME: "north" }).otel)
    const secret = configOf({ ...collector, OTEL_EXPORTER_OTLP_HEADERS: "api-key=sesame" })
    assert.notInclude(inspect(secret, { depth: 9 }), "sesame")
  })

  it("a server that neighbours can reach asks for a set-up code, whatever its public address", () => {
    assert.match(parse({ HOST: "0.0.0.0" }).mistakes.join(), /^SETUP_CODE is missing/)
    assert.deepStrictEqual(parse({ HOST: "0.0.0.0", SETUP_CODE: "sesame" }).mistakes, [])
    assert.deepStrictEqual(parse({ HOST: "::1" }).mistakes, [])
  })

  it("says everything that is wrong at once", () => {
    const wrong = Object.fromEntries(settings.map(({ name }) => [name, "?"]))
    const { config, mistakes: found } = parse(wrong)
    assert.isNull(config)
    assert.deepStrictEqual(
      found.map((sentence) => sentence.split(" ")[0]),
      "PORT PUBLIC_URL TRUSTED_PROXIES WEBHOOK_ALLOWED_NETWORKS SECRET_KEY SECRET_KEY_BEFORE DATABASE_URL DATABASE_ADMIN_URL DATABASE_ROLE SMTP_URL MAIL_FROM DKIM_SELECTOR MAIL_RETURN_DOMAIN MAIL_RETURN_PORT MAIL_RETURN_TOKEN MAIL_EVENTS_SECRET MAIL_RATE_PER_MINUTE WARM_UP_PER_DAY REMINDERS_PER_DAY SMS_URL SMS_FROM SMS_COUNTRIES SMS_DAILY_BUDGET SMS_COUNTRY_BUDGET RATE_LIMIT_FACTOR RECORD_WHOLE_IP RECORD_KEYS MAX_IN_FLIGHT UPLOAD_FILE_BYTES UPLOAD_REQUEST_BYTES UPLOAD_WORKSPACE_BYTES_PER_DAY SHUTDOWN_DELAY SHUTDOWN_GRACE FILES_URL CLAMD_URL CLAMD_MAX_BYTES FILES_ENCRYPTED S3_ENDPOINT S3_BUCKET METRICS_TOKEN OTEL_EXPORTER_OTLP_ENDPOINT LOG_LEVEL LOG_JSON".split(
        " ",
      ),
    )
  })

  it.effect("S12: shows no secret, printed or logged", () =>
    Effect.gen(function* () {
      const config = configOf(production)
      const lines: Array<string> = []
      yield* Effect.logInfo("starting", config).pipe(
        Effect.provide(
          Logger.layer(
            [Logger.formatJson, Logger.formatLogFmt, Logger.formatSimple].map((format) =>
              Logger.map(format, (line) => void lines.push(line)),
            ),
          ),
        ),
      )
      assert.strictEqual(lines.length, 3)
      for (const shown of [...lines, JSON.stringify(config), inspect(config, { depth: 9 })]) {
        assert.notInclude(shown, "sesame")
      }
      // nor does a mistake repeat what was written
      const { mistakes: found } = parse({
        DATABASE_URL: "mysql://sesame@h/d",
        SMTP_URL: "sesame",
        SETUP_CODE: "sesame",
      })
      assert.notInclude(found.join("\n"), "sesame")
    }),
  )

  it("docs/configuration.md is printed from the settings", () => {
    const rows = settings.map(({ name, default: value, meaning }) => `| \`${name}\` | ${value} | ${meaning} |`)
    const table = ["| Variable | Default | Meaning |", "| --- | --- | --- |", ...rows].join("\n")
    const page = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8")
    assert.strictEqual(/^\| Variable [^]*?(?=\n\n)/m.exec(page)?.[0], table)
  })

  it("the example of an environment names every setting", () => {
    const example = readFileSync(join(import.meta.dirname, "../../.env.example"), "utf8")
    const named = [...example.matchAll(/^# ([A-Z0-9_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value])
    assert.sameMembers(
      named.map(([name]) => name),
      settings.map(({ name }) => name),
    )
    assert.deepStrictEqual(parse(Object.fromEntries(named) as Record<string, string>).mistakes, [])
  })
})
