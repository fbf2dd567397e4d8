/**
 * What the DNS must say of a domain that mail is sent from, and what it does say. Each record has a place and a text to
 * publish; its *judgement* is right, wrong (something else stands there), missing, or unknown (no answer).
 * The texts: ownership is ours; DKIM is RFC 6376 §3.6, SPF is RFC 7208, DMARC is RFC 7489 §6.3.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type DnsUnavailable, type Resolver } from "../Dns.ts"

export const Judged = Schema.Struct({
  judgement: Schema.Literals(["right", "wrong", "missing", "unknown"]),
  /** Why it is so; the page has a sentence for each, with what to do. */
  code: Schema.Literals([
    "unasked",
    "no-answer",
    "found",
    "not-there",
    "other-token",
    "other-key",
    "revoked",
    "unread",
    "several",
    "not-included",
    "refuses-all",
    "monitors",
    "enforces",
  ]),
  /** What stands there now, where it is not what it should be; cut to 300 characters. */
  seen: Schema.optionalKey(Schema.String),
})
export type Judged = typeof Judged.Type

export const Record = Schema.Struct({
  kind: Schema.Literals(["ownership", "dkim", "spf", "dmarc"]),
  /** Without it nothing is sent in the domain's name. */
  isRequired: Schema.Boolean,
  type: Schema.Literal("TXT"),
  /** The full name, without a dot at its end. */
  name: Schema.String,
  /** The text to publish. */
  value: Schema.String,
  /** Of `dkim`: whose record it is. */
  selector: Schema.NullOr(Schema.String),
  ...Judged.fields,
})
export type Record = typeof Record.Type

export interface Wanted {
  readonly domain: string
  readonly token: string
  /** Every key that is to be published. */
  readonly keys: ReadonlyArray<{ readonly selector: string; readonly publicKey: string }>
  /** The domain of the server's own address, whose SPF record names the servers that we send by. */
  readonly serverDomain: string
}

const unasked: Judged = { judgement: "unknown", code: "unasked" }

/** What to publish, nothing of it looked at yet. */
export const wanted = ({ domain, token, keys, serverDomain }: Wanted): ReadonlyArray<Record> => [
  record("ownership", `_requite.${domain}`, ownership(token), true),
  ...keys.map(({ selector, publicKey }) => ({
    ...record("dkim", `${selector}._domainkey.${domain}`, dkim(publicKey), true),
    selector,
  })),
  record("spf", domain, `v=spf1 ${include(serverDomain)} ~all`, false),
  record("dmarc", `_dmarc.${domain}`, "v=DMARC1; p=none", false),
]

const record = (kind: Record["kind"], name: string, value: string, isRequired: boolean): Record => ({
  kind,
  isRequired,
  type: "TXT",
  name,
  value,
  selector: null,
  ...unasked,
})

const ownership = (token: string) => `requite-verification=${token}`
const dkim = (publicKey: string) => `v=DKIM1; k=rsa; p=${publicKey}`
const include = (serverDomain: string) => `include:${serverDomain}`

/** Looks at each; nothing that a name server does or says can make it fail. */
export const look = (resolver: Resolver, records: ReadonlyArray<Record>): Effect.Effect<ReadonlyArray<Record>> =>
  Effect.forEach(
    records,
    (one) =>
      Effect.match(resolver.txt(one.name), {
        onFailure: (error) => ({ ...bare(one), ...noAnswer(error) }),
        onSuccess: (texts) => ({ ...bare(one), ...judge(one, texts) }),
      }),
    { concurrency: 4 },
  )

const bare = (record: Record): Record => {
  const { seen: _, ...rest } = record
  return rest
}

const noAnswer = ({ code }: DnsUnavailable): Judged => ({ judgement: "unknown", code: "no-answer", seen: code })

const missing: Judged = { judgement: "missing", code: "not-there" }
const right = (code: Judged["code"]): Judged => ({ judgement: "right", code })
const wrong = (code: Judged["code"], seen: string): Judged => ({ judgement: "wrong", code, seen: seen.slice(0, 300) })

/** What the TXT records of the name say of this one. */
export const judge = (one: Pick<Record, "kind" | "value">, texts: ReadonlyArray<string>): Judged => {
  switch (one.kind) {
    case "ownership":
      return judgeOwnership(one.value, texts)
    case "dkim":
      return judgeDkim(one.value, texts)
    case "spf":
      return judgeSpf(/include:\S+/.exec(one.value)?.[0] ?? null, texts)
    case "dmarc":
      return judgeDmarc(texts)
  }
}

const judgeOwnership = (value: string, texts: ReadonlyArray<string>): Judged => {
  // another workspace may have set up the same domain: each has its own text there
  if (texts.some((text) => text.trim() === value)) return right("found")
  const other = texts.find((text) => text.trim().startsWith("requite-verification="))
  return other === undefined ? missing : wrong("other-token", other)
}

/** The tags of a list such as `v=DKIM1; k=rsa; p=…`, by name; white space means nothing in them (RFC 6376 §3.2). */
const tagsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(";").flatMap((part) => {
      const at = part.indexOf("=")
      return at < 0 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).replace(/\s+/g, "")] as const]
    }),
  )

const judgeDkim = (value: string, texts: ReadonlyArray<string>): Judged => {
  const keys = texts.filter((text) => tagsOf(text).has("p"))
  const [first, ...others] = keys
  if (first === undefined) {
    const [text] = texts
    return text === undefined ? missing : wrong("unread", text)
  }
  // with several, which one counts is not defined (RFC 6376 §3.6.2.2)
  if (others.length > 0) return wrong("several", keys.join(" | "))
  const tags = tagsOf(first)
  if ((tags.get("v") ?? "DKIM1") !== "DKIM1" || (tags.get("k") ?? "rsa") !== "rsa") return wrong("unread", first)
  if (tags.get("p") === "") return wrong("revoked", first)
  return tags.get("p") === tagsOf(value).get("p") ? right("found") : wrong("other-key", first)
}

/** With `include` null, any record of SPF that does not refuse everybody is right. */
export const judgeSpf = (include: string | null, texts: ReadonlyArray<string>): Judged => {
  const records = texts.filter((text) => /^v=spf1(?:\s|$)/i.test(text.trim()))
  const [first, ...others] = records
  if (first === undefined) return missing
  if (others.length > 0) return wrong("several", records.join(" | "))
  const terms = first.trim().toLowerCase().split(/\s+/)
  if (terms.length === 2 && terms[1] === "-all") return wrong("refuses-all", first)
  // a redirect, or servers named one by one, may well be right: only sending tells
  const isOpen = include === null || terms.includes(include) || terms.includes(`+${include}`)
  return isOpen ? right("found") : wrong("not-included", first)
}

export const judgeDmarc = (texts: ReadonlyArray<string>): Judged => {
  const records = texts.filter((text) => /^v=DMARC1\s*(?:;|$)/i.test(text.trim()))
  const [first, ...others] = records
  if (first === undefined) return missing
  if (others.length > 0) return wrong("several", records.join(" | "))
  const policy = tagsOf(first).get("p")?.toLowerCase()
  if (policy === "none") return right("monitors")
  return policy === "quarantine" || policy === "reject" ? right("enforces") : wrong("unread", first)
}

/** What a look came to: whether the ownership is proven and which keys are published; null: the name servers did not say. */
export const verdict = (
  records: ReadonlyArray<Record>,
): { readonly isOwned: boolean; readonly selectors: ReadonlyArray<string> } | null => {
  const required = records.filter(({ isRequired }) => isRequired)
  const owned = required.find(({ kind }) => kind === "ownership")?.judgement ?? "unknown"
  const keys = required.filter(({ kind }) => kind === "dkim")
  const selectors = keys.flatMap(({ judgement, selector }) =>
    judgement === "right" && selector !== null ? [selector] : [],
  )
  const isUnsaid =
    owned === "unknown" || (selectors.length === 0 && keys.some(({ judgement }) => judgement === "unknown"))
  return isUnsaid ? null : { isOwned: owned === "right", selectors }
}
