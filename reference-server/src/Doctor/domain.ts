/** What the DNS says of the domain of the server's own address: SPF, DKIM, DMARC, and whether reports of delivery come back. */
import { createPublicKey } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ServerConfig } from "../Config.ts"
import type { DnsUnavailable, Resolver } from "../Dns.ts"
import type { DkimKey } from "../Mailer.ts"
import type { FileSystem } from "../platform/Files.ts"
import * as keys from "../Senders/keys.ts"
import * as records from "../Senders/records.ts"
import type { Finding } from "./finding.ts"

export const examine = (
  config: ServerConfig,
  resolver: Resolver,
): Effect.Effect<ReadonlyArray<Finding>, never, FileSystem.FileSystem> => {
  const { mailFrom } = config
  const domain = mailFrom.slice(mailFrom.indexOf("@") + 1).toLowerCase()
  // a name that the DNS of the world has nothing about
  if (!domain.includes(".") || /\.(localdomain|localhost|local|internal|lan)$/.test(domain)) {
    return Effect.succeed([{ level: "warning", code: "from.here", values: { address: mailFrom } }])
  }
  return Effect.all(
    [spf(domain, resolver), dkim(domain, config, resolver), dmarc(domain, resolver), mx(domain, resolver)],
    {
      concurrency: 4,
    },
  )
}

/** A look-up without an answer says nothing of the record. */
const unanswered = ({ name, code }: DnsUnavailable): Effect.Effect<Finding> =>
  Effect.succeed({ level: "warning", code: "dns.away", values: { name, code } })

const spf = (domain: string, resolver: Resolver): Effect.Effect<Finding> =>
  resolver.txt(domain).pipe(
    Effect.map((texts): Finding => {
      const { judgement, seen = "" } = records.judgeSpf(null, texts)
      if (judgement === "right") return { level: "ok", code: "spf.ok", values: { domain } }
      if (judgement === "missing") return { level: "warning", code: "spf.missing", values: { domain } }
      return { level: "error", code: "spf.wrong", values: { domain, seen } }
    }),
    Effect.catch(unanswered),
  )

const dkim = (domain: string, config: ServerConfig, resolver: Resolver) =>
  Effect.gen(function* () {
    const key = yield* keys.ofServer(config)
    if (key === null) return { level: "warning", code: "dkim.server", values: { domain } } satisfies Finding
    const name = `${key.selector}._domainkey.${key.domain}`
    const { judgement, seen = "" } = records.judge(
      { kind: "dkim", value: `p=${publicKeyOf(key)}` },
      yield* resolver.txt(name),
    )
    if (judgement === "right") return { level: "ok", code: "dkim.ok", values: { name } } satisfies Finding
    if (judgement === "missing") {
      return { level: "error", code: "dkim.missing", values: { name, key: publicKeyOf(key) } } satisfies Finding
    }
    return { level: "error", code: "dkim.other", values: { name, seen } } satisfies Finding
  }).pipe(Effect.catch(unanswered))

const publicKeyOf = ({ privateKey }: DkimKey): string =>
  createPublicKey(Redacted.value(privateKey)).export({ type: "spki", format: "der" }).toString("base64")

const dmarc = (domain: string, resolver: Resolver): Effect.Effect<Finding> =>
  Effect.gen(function* () {
    const own = yield* resolver.txt(`_dmarc.${domain}`)
    // the organisation's counts where the domain has none (RFC 7489 §6.6.3); its last two labels are a guess that is mostly right
    const above = domain.split(".").slice(-2).join(".")
    const texts = own.length > 0 || above === domain ? own : yield* resolver.txt(`_dmarc.${above}`)
    const { judgement, seen = "" } = records.judgeDmarc(texts)
    if (judgement === "right") return { level: "ok", code: "dmarc.ok", values: { domain } } satisfies Finding
    if (judgement === "missing")
      return { level: "warning", code: "dmarc.missing", values: { domain } } satisfies Finding
    return { level: "error", code: "dmarc.wrong", values: { domain, seen } } satisfies Finding
  }).pipe(Effect.catch(unanswered))

const mx = (domain: string, resolver: Resolver): Effect.Effect<Finding> =>
  resolver.mx(domain).pipe(
    Effect.map((hosts): Finding =>
      hosts.length > 0
        ? { level: "ok", code: "mx.ok", values: { domain } }
        : { level: "warning", code: "mx.missing", values: { domain } },
    ),
    Effect.catch(unanswered),
  )
