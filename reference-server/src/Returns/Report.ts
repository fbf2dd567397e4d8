/**
 * What a mail that came back says: a report of its delivery (RFC 3464, and RFC 6533 for addresses that are not ASCII), a
 * complaint (ARF, RFC 5965), a bounce in the words of a server that makes no reports (qmail's and its like), or nothing: an
 * answer that was sent by itself (RFC 3834), a notice that something was read, or a person's words (M15, M18).
 *
 * A *finding* quotes nothing of the mail but its status code: what servers and filters write may hold the customer's link
 * (S12). A *block* is what a report says of one recipient.
 */
import PostalMime, { type Attachment, type Email } from "postal-mime"

/** `delayed`: it is still being tried. */
export type Outcome = "delivered" | "delayed" | "bounced-soft" | "bounced-hard" | "complained"

export type Finding =
  | {
      readonly kind: "report"
      readonly outcome: Outcome
      /** The enhanced status code (RFC 3463), such as `5.1.1`; empty: none was given. */
      readonly status: string
      /** One sentence in English. */
      readonly detail: string
    }
  | { readonly kind: "nothing"; readonly why: "auto-reply" | "read-receipt" | "not-a-report" }

/** A mail that came back, with what may name the mail that it is about. */
export interface Read {
  readonly finding: Finding
  /** Every address that it, or the mail inside it, was sent to or from, in lower case; the likeliest first. */
  readonly addresses: ReadonlyArray<string>
}

/** Reads a raw message that came back from `recipient`, an address of ours that a mail went to (empty: not known). */
export const read = async (raw: Uint8Array, recipient = ""): Promise<Read> => {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true })
  return { finding: findingOf(email, recipient.toLowerCase()), addresses: addressesOf(email) }
}

const findingOf = (email: Email, recipient: string): Finding => {
  const complaint = partOf(email, /^message\/feedback-report$/)
  if (complaint !== undefined) return complained(fieldsOf(textOf(complaint)))
  const status = partOf(email, /^message\/(global-)?delivery-status$/)
  if (status !== undefined) return reported(textOf(status), recipient)
  if (partOf(email, /^message\/(global-)?disposition-notification$/) !== undefined) return nothing("read-receipt")
  if (isAutomatic(email) && !isFromDaemon(email)) return nothing("auto-reply")
  return isFromDaemon(email) ? worded(email) : nothing("not-a-report")
}

/** Did a person write it? No report, no bounce, and no answer that was sent by itself. */
export const isWritten = (email: Email): boolean => {
  const finding = findingOf(email, "")
  return finding.kind === "nothing" && finding.why === "not-a-report"
}

const nothing = (why: Extract<Finding, { kind: "nothing" }>["why"]): Finding => ({ kind: "nothing", why })

// ---- reports of delivery

interface Block {
  readonly action: string
  readonly status: string
  readonly addresses: ReadonlyArray<string>
}

const reported = (text: string, recipient: string): Finding => {
  const blocks = text
    .replaceAll("\r\n", "\n")
    .split(/\n[ \t]*\n/)
    .map(fieldsOf)
    .flatMap((fields): ReadonlyArray<Block> => {
      const action = (fields.get("action") ?? "").toLowerCase().split(/[\s;(]/)[0] ?? ""
      if (action === "" && !fields.has("final-recipient")) return []
      const addresses = ["final-recipient", "original-recipient"].map((name) => bare(fields.get(name) ?? ""))
      return [{ action: action === "" ? "failed" : action, status: statusOf(fields), addresses }]
    })
  if (blocks.length === 0) return nothing("not-a-report")
  // a report may be about others as well; one that names none of ours is about where our mail was passed on to
  const own = blocks.filter(({ addresses }) => addresses.includes(recipient))
  const counted = own.length > 0 ? own : blocks
  // of several whom it was passed on to, one who has it is enough
  const found = counted.map(outcomeOf)
  const best = ranks.find((outcome) => found.includes(outcome)) ?? "bounced-soft"
  const block = counted[found.indexOf(best)]
  return report(best, block?.status ?? "")
}

const ranks: ReadonlyArray<Outcome> = ["delivered", "delayed", "bounced-soft", "bounced-hard"]

/** Relayed and expanded: it left the world of reports, which says nothing against it, and nothing for it. */
const outcomeOf = ({ action, status }: Block): Outcome => {
  if (action === "delivered") return "delivered"
  if (action === "delayed" || action === "relayed" || action === "expanded") return "delayed"
  return hardness(status)
}

/** A permanent failure of the address; what is full, too large or refused for a while may pass (RFC 3463). */
const hardness = (status: string): "bounced-soft" | "bounced-hard" => {
  if (!status.startsWith("5.")) return "bounced-soft"
  // full mailbox, message too long, system full, policy and content: they say nothing about whether somebody is there
  return /^5\.(2\.[23]|3\.[14]|4\.[5-7]|6\.\d+|7\.\d+)$/.test(status) ? "bounced-soft" : "bounced-hard"
}

const statusForm = /\b([245]\.\d{1,3}\.\d{1,3})\b/

/** Some servers say 5.0.0 and mean the code in their answer. */
const statusOf = (fields: ReadonlyMap<string, string>): string => {
  const said = statusForm.exec(fields.get("status") ?? "")?.[1] ?? ""
  const answer = fields.get("diagnostic-code") ?? ""
  const inAnswer = statusForm.exec(answer)?.[1]
  if (/^[45]\.0\.0$|^$/.test(said) && inAnswer !== undefined && inAnswer !== said) return inAnswer
  if (said !== "") return said
  const reply = /(?:^|[\s;])([45])\d\d(?:[\s-]|$)/.exec(answer)?.[1]
  return reply === undefined ? "" : `${reply}.0.0`
}

const report = (outcome: Outcome, status: string): Finding => ({
  kind: "report",
  outcome,
  status,
  detail: sentence(outcome, status),
})

const sentence = (outcome: Outcome, status: string): string => {
  const code = status === "" ? "" : ` (${status})`
  switch (outcome) {
    case "delivered":
      return `It was delivered${code}.`
    case "delayed":
      return `The recipient's mail server has not taken it yet${code}.`
    case "bounced-soft":
      return `It came back, for a reason that may pass${code}${status === "5.2.2" ? ": the mailbox is full" : ""}.`
    case "bounced-hard":
      return `It came back: the address does not work${code}.`
    case "complained":
      return "The recipient reported it as unwanted."
  }
}

/** What a provider's event says, in our words. A bounce without a kind goes by its status code, and is soft without one. */
export const ofEvent = (
  type: "delivered" | "delayed" | "bounced" | "complained",
  { status = "", hard }: { readonly status?: string | undefined; readonly hard?: boolean | undefined },
): Extract<Finding, { kind: "report" }> => {
  const code = statusForm.exec(status)?.[1] ?? ""
  const bounce = hard === undefined ? hardness(code) : hard ? "bounced-hard" : "bounced-soft"
  const outcome = type === "bounced" ? bounce : type
  return { kind: "report", outcome, status: code, detail: sentence(outcome, code) }
}

// ---- complaints

const complained = (fields: ReadonlyMap<string, string>): Finding =>
  // "not-spam" takes one back; other kinds (auth-failure, virus) are not the reader's word
  /^(abuse|fraud|other|opt-out)?$/.test((fields.get("feedback-type") ?? "").toLowerCase())
    ? report("complained", "")
    : nothing("not-a-report")

// ---- bounces in words

const isFromDaemon = ({ from, headers }: Email): boolean => {
  const sender = from?.address?.toLowerCase() ?? ""
  const path = headers.find(({ key }) => key === "return-path")?.value.trim()
  return /^(mailer-daemon|postmaster|mail-daemon|mdaemon)\b/.test(sender) || (sender === "" && path === "<>")
}

const fails =
  /couldn't be delivered|could not be delivered|undeliver|delivery (has |status )?(failed|failure)|returned mail|failure notice|permanent (fatal )?error|wasn't able to deliver|unable to deliver/i
const waits =
  /\b(delayed|warning: .{0,200}still (being|undelivered)|will (keep|continue) (on )?trying|no action is required)\b/i
const gone =
  /user unknown|unknown user|no such (user|mailbox|recipient|person)|no mailbox here|does(n't| not) exist|not a valid|recipient (address )?rejected|account (is )?(disabled|closed|inactive)|host (or domain name )?not found|no such domain/i

/** qmail, old Exchange and their like: the subject or the text says that it failed, and perhaps a code. */
const worded = (email: Email): Finding => {
  const said = `${email.subject ?? ""}\n${email.text ?? ""}`
  if (waits.test(said)) return report("delayed", "")
  if (!fails.test(said)) return nothing(isAutomatic(email) ? "auto-reply" : "not-a-report")
  const code = /#?\b([45]\.\d{1,3}\.\d{1,3})\b/.exec(said)?.[1]
  if (code !== undefined) return report(hardness(code), code)
  return report(gone.test(said) ? "bounced-hard" : "bounced-soft", "")
}

// ---- answers that are sent by themselves

const isAutomatic = ({ headers }: Email): boolean => {
  const has = (name: string, form: RegExp) => headers.some(({ key, value }) => key === name && form.test(value.trim()))
  return (
    has("auto-submitted", /^(?!no\b)./i) ||
    has("x-auto-response-suppress", /./) ||
    has("precedence", /^(bulk|junk|list|auto_reply)$/i) ||
    ["x-autoreply", "x-autorespond", "x-autoresponse"].some((name) => has(name, /./))
  )
}

// ---- parts

const partOf = ({ attachments }: Email, type: RegExp): Attachment | undefined =>
  attachments.find(({ mimeType }) => type.test(mimeType.toLowerCase()))

const textOf = ({ content }: Attachment): string =>
  typeof content === "string" ? content : new TextDecoder().decode(content)

/** Header fields, unfolded, by their names in lower case; of several the first. */
const fieldsOf = (text: string): ReadonlyMap<string, string> => {
  const fields = new Map<string, string>()
  for (const line of text
    .replaceAll("\r\n", "\n")
    .replaceAll(/\n[ \t]+/g, " ")
    .split("\n")) {
    const [, name, value] = /^([A-Za-z0-9-]{1,60})[ \t]*:(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    if (!fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value.trim())
  }
  return fields
}

/** `rfc822; <carl@customer.example>` as `carl@customer.example`. */
const bare = (field: string): string =>
  field
    .replace(/^[A-Za-z0-9-]+\s*;/, "")
    .trim()
    .replace(/^<|>$/g, "")
    .toLowerCase()

/** The addresses in a text of whatever length: a stranger wrote it, so each of its letters is looked at once. */
const addressesIn = (text: string): ReadonlyArray<string> =>
  text.split(/[\s<>,;:"()[\]]/).filter((word) => {
    const at = word.indexOf("@", 1)
    return at > 0 && at < word.length - 1
  })

/** Where it went and what the mail inside says of where it came from. */
const addressesOf = (email: Email): ReadonlyArray<string> => {
  const outer = email.headers.flatMap(({ key, value }) =>
    /^(delivered-to|x-original-to|envelope-to|x-envelope-to|to|apparently-to)$/.test(key) ? value : [],
  )
  const inner = email.attachments.flatMap((part) => {
    const type = part.mimeType.toLowerCase()
    if (/^message\/feedback-report$/.test(type)) {
      const fields = fieldsOf(textOf(part))
      return [fields.get("original-mail-from") ?? "", fields.get("original-envelope-id") ?? ""]
    }
    if (!/^(message\/(rfc822|global)(-headers)?|text\/rfc822-headers)$/.test(type)) return []
    const [head = ""] = textOf(part).replaceAll("\r\n", "\n").split("\n\n")
    const fields = fieldsOf(head)
    return [fields.get("return-path") ?? "", fields.get("x-envelope-from") ?? "", fields.get("message-id") ?? ""]
  })
  return [...outer, ...inner].flatMap((text) => addressesIn(text.toLowerCase()))
}
