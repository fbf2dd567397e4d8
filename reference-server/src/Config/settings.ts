/**
 * The environment variables that the server reads: their names, what holds where one is not set, and what each means. The
 * one table of them: `Config.parse` takes its names from here, and docs/configuration.md is printed from it.
 */

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
    name: "FILES_URL",
    default: "none",
    meaning:
      "Another address of this server, on a domain of its own, that files are saved from (see docs/files.md): `https://files.example.net`.",
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
    name: "S3_ENDPOINT",
    default: "none",
    meaning:
      "An S3-compatible service that files lie in instead of DATA_DIR, such as `https://s3.eu-north-1.amazonaws.com` (see docs/files.md). The others of S3_ belong to it.",
  },
  { name: "S3_REGION", default: "us-east-1", meaning: "The region that calls to it are signed for." },
  { name: "S3_BUCKET", default: "none", meaning: "The bucket. It is there already, and nothing else lies in it." },
  { name: "S3_ACCESS_KEY_ID", default: "none", meaning: "The key that may read, write, list and delete there." },
  { name: "S3_SECRET_ACCESS_KEY", default: "none", meaning: "Its secret." },
  {
    name: "FILES_ENCRYPTED",
    default: "false",
    meaning:
      "`true`: files are encrypted before they are written to DATA_DIR or S3, by keys of their workspace that do not lie there (see docs/files.md). Those of before stay readable; it cannot be unset again.",
  },
  {
    name: "CLAMD_URL",
    default: "none",
    meaning:
      "The virus scanner: `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`. `none`: files are not scanned. One of them is needed where PUBLIC_URL is not this machine.",
  },
  {
    name: "CLAMD_MAX_BYTES",
    default: "26214400",
    meaning:
      "The largest file that the scanner is given, in bytes: at most StreamMaxLength, MaxFileSize and MaxScanSize of clamd.conf. Larger ones cannot be scanned, and are not handed out.",
  },
  {
    name: "SECRET_KEY",
    default: "files in DATA_DIR",
    meaning:
      "At least 32 characters that nobody can guess, the same for every process: links that can be shown again and codes are made with it, and what customers answered is sealed by it. Before you change it, read docs/running.md.",
  },
  {
    name: "SECRET_KEY_BEFORE",
    default: "none",
    meaning: "The SECRET_KEY from before, for the first start with another one: what it sealed is sealed anew.",
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
    meaning:
      "The port to take mail for MAIL_RETURN_DOMAIN at, by SMTP, from the mail server: what comes back, and what goes into folders (see docs/files.md).",
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
    name: "WARM_UP_PER_DAY",
    default: "no ceiling",
    meaning:
      "How many invitations of batches and reminders go out on the first day in the name of a firm's new domain; twice as many on each day after that, for two weeks (see docs/mail.md).",
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
    name: "UPLOAD_FILE_BYTES",
    default: "1073741824",
    meaning: "The largest file that customers may send, in bytes, whatever a question allows: 1 GiB.",
  },
  {
    name: "UPLOAD_REQUEST_BYTES",
    default: "2147483648",
    meaning:
      "What all files of one request may have together, in bytes, those on their way too: 2 GiB. Of a page to upload to, and of what one contact brings to the portal: in a day.",
  },
  {
    name: "UPLOAD_WORKSPACE_BYTES_PER_DAY",
    default: "53687091200",
    meaning: "What the customers of one workspace may send within a day, in bytes: 50 GiB.",
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
