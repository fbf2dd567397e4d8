/** How a domain stands after a look at its records: plain functions of what was found. */
import { domainToASCII } from "node:url"
import { isAddress } from "../Mailer/MailAddress.ts"
import type { Choice, Sender } from "../Senders.ts"
import type { verdict } from "./records.ts"

/** Milliseconds since the epoch; null: never. */
export interface Standing {
  readonly verifiedAt: number | null
  readonly lostAt: number | null
  /** Looks in a row that found a required record gone or wrong. */
  readonly misses: number
  readonly createdAt: number
}

const hour = 3_600_000
const day = 24 * hour

/** One look may meet a name server that is being changed: gone is what two looks in a row do not find. */
const missesToLose = 2

export const stateOf = ({ verifiedAt, lostAt }: Pick<Standing, "verifiedAt" | "lostAt">): Sender["state"] => {
  if (verifiedAt === null) return "pending"
  return lostAt === null ? "verified" : "lost"
}

/** The standing after a look, and when to look again: a new domain every hour for three days, then every night. */
export const after = (
  before: Standing,
  found: ReturnType<typeof verdict>,
  now: number,
): Standing & { readonly checkAt: number } => {
  if (found === null) return { ...before, checkAt: now + hour }
  if (found.isOwned && found.selectors.length > 0) {
    const verifiedAt = stateOf(before) === "verified" ? before.verifiedAt : now
    return { ...before, verifiedAt, lostAt: null, misses: 0, checkAt: now + day }
  }
  const misses = before.misses + 1
  const state = stateOf(before)
  if (state === "verified") {
    return misses < missesToLose
      ? { ...before, misses, checkAt: now + hour }
      : { ...before, misses, lostAt: now, checkAt: now + day }
  }
  const isNew = state === "pending" && now - before.createdAt < 3 * day
  return { ...before, misses, checkAt: now + (isNew ? hour : day) }
}

/** Mailboxes of the public: nobody who asks us can publish in them. */
const providers: ReadonlySet<string> = new Set(
  "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com gmx.de gmx.net web.de aol.com proton.me protonmail.com".split(
    " ",
  ),
)

/** What was typed as a choice that mail can come from, or why it is none. */
export const read = ({ domain, localPart, ownAddresses }: Choice): Choice | "domain" | "address" | "public" => {
  const written = domain.trim().toLowerCase().replace(/^@/, "").replace(/\.$/, "")
  // asked of what was written: as ASCII, whatever stands behind a slash is cut off
  if (!written.includes(".") || !isAddress(`a@${written}`)) return "domain"
  const ascii = domainToASCII(written)
  if (providers.has(ascii)) return "public"
  const local = localPart.trim()
  return isAddress(`${local}@${ascii}`) ? { domain: ascii, localPart: local, ownAddresses } : "address"
}
