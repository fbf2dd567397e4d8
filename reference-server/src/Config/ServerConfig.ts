/** What the server is configured with, once it was read: each setting under the name that the code knows it by. */
import type * as Redacted from "effect/Redacted"
import type { IpNetwork } from "../platform/Http.ts"

export const logLevels = ["Debug", "Info", "Warn", "Error"] as const
export type LogLevel = (typeof logLevels)[number]

export interface ServerConfig {
  readonly host: string
  readonly port: number
  /** Without a slash at the end. Links in mails begin with it, whatever Host a request claims (S13). */
  readonly publicUrl: string
  /** The origin that files are saved from, where it is not that of the pages. */
  readonly filesUrl: string | undefined
  /** Who may say in `X-Forwarded-For` where a request came from. */
  readonly trustedProxies: ReadonlyArray<IpNetwork.IpNetwork>
  readonly databaseUrl: Redacted.Redacted | undefined
  /** Who migrates and grants at start; undefined: the user of `databaseUrl`. */
  readonly databaseAdminUrl: Redacted.Redacted | undefined
  /** The role that the server works as in the database. */
  readonly databaseRole: string
  readonly dataDir: string
  /** Where files lie; undefined: in `dataDir`. */
  readonly s3:
    | {
        readonly endpoint: string
        readonly region: string
        readonly bucket: string
        readonly accessKeyId: string
        readonly secretAccessKey: Redacted.Redacted
      }
    | undefined
  /** Whether files are encrypted before they are written (BlobStore/encrypted.ts). */
  readonly filesEncrypted: boolean
  /** Whom to ask for viruses; undefined: nobody does. */
  readonly clamd: { readonly url: string; readonly maxBytes: number } | undefined
  /** What the server's own keys are derived from; undefined: from files of the data directory. */
  readonly secretKey: Redacted.Redacted | undefined
  /** The SECRET_KEY from before, until everything that it sealed is sealed by the new one. */
  readonly secretKeyBefore: Redacted.Redacted | undefined
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
  /** Mails to many that go out on a new domain's first day; undefined: as many as there are. */
  readonly warmUpPerDay: number | undefined
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
  /** The most that one file may have, a request hold, and a workspace take in within a day, in bytes. */
  readonly uploads: {
    readonly fileBytes: number
    readonly requestBytes: number
    readonly workspaceBytesPerDay: number
  }
  /** Seconds between the signal to stop and taking no new connections, for load balancers to notice. */
  readonly shutdownDelay: number
  /** Seconds that what is under way may take to finish after that. */
  readonly shutdownGrace: number
}
