/**
 * The last wall before a log or a trace (S12). Secrets are not written there in the first place; what gets there by mistake, in
 * the message of somebody else's error, is struck out by its looks: links, keys, tokens, passwords in addresses.
 */

/** What secrets look like; each with what is left of it. */
const looks: ReadonlyArray<readonly [RegExp, string]> = [
  // links, whatever comes before them
  [/\/([ru])\/(?!:)[^\s"'<>?#]+/gi, "/$1/…"],
  // user and password in an address
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, "$1…@"],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, "$1 …"],
  // API keys, and the secrets of webhooks
  [/\brq_\w+/g, "rq_…"],
  [/\bwh(sec|sk|pk)_[\w+/=-]+/g, "wh$1_…"],
  // name and value: cookies, forms, connection strings
  [
    /\b(__Host-)?(rq-[\w-]+|password|passwd|pwd|secret|token|csrf|api[-_]?key)(["']?\s*[=:]\s*["']?)[^\s"'&;,}]{4,}/gi,
    "$1$2$3…",
  ],
  // private keys
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "…"],
  // whatever else is long and random: tokens, session secrets, digests
  [/[\w-]{40,}/g, "…"],
]

/** The same text without what looks like a secret. */
export const redact = (text: string): string =>
  looks.reduce((left, [look, instead]) => left.replace(look, instead), text)

/** Redacts every text in plain data, to a depth at which nobody logs. */
export const redactDeep = (value: unknown, depth = 6): unknown => {
  if (typeof value === "string") return redact(value)
  if (typeof value !== "object" || value === null) return value
  if (depth === 0) return "…"
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, depth - 1))
  if (value instanceof Error) return redact(String(value))
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      secretNames.test(key) && typeof inner === "string" ? "…" : redactDeep(inner, depth - 1),
    ]),
  )
}

const secretNames = /^(password|passwd|secret|token|code|csrf|authorization|cookie|set-cookie|api[-_]?key)$/i
