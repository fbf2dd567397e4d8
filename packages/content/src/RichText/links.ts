/**
 * Which links a text of ours may carry (S42, M20): absolute ones to the web, to a mailbox or to a telephone, whose visible text does not
 * name another place than they lead to. The Markdown and the tiptap renderer both ask here, and turn a link that fails into its plain text.
 */

const absolute = /^(?:https?:\/\/|mailto:|tel:)[^\s\\\p{Cc}]+$/iu
/** So that a link, escaped, always fits into one line of a mail (RFC 5322: at most 998 octets). */
const maxOctets = 800
const octets = (address: string) => new TextEncoder().encode(address.replaceAll("&", "&#x26;")).length

/**
 * The address, fit for an `href`; undefined when it is relative, of another protocol (`javascript:`, `data:`), carries a user name
 * (`https://bank.example@evil.example`), is no URL, or is longer than 800 octets.
 */
export const safeHref = (address: string): string | undefined => {
  if (!absolute.test(address) || octets(address) > maxOctets) return undefined
  const url = URL.parse(address)
  if (url === null || url.username !== "" || url.password !== "") return undefined
  return address.replace(/[<>"'`]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Endings of file names, which read like host names: a link on "terms.pdf" names no other place. */
const fileEnding = /\.(?:csv|docx?|gif|heic|html?|jpe?g|md|pdf|png|pptx?|txt|xlsx?|xml|zip)$/i
const namedHost = /(?:https?:\/\/|www\.)([\p{L}\p{N}.-]+)|^((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?:[/?#:]\S*)?$/giu

const bare = (host: string) =>
  host
    .toLowerCase()
    .replace(/^www\./, "")
    .replace(/\.+$/, "")

/** True when the visible text of a link names a host, and it is not the one the link leads to. */
export const misleads = (text: string, address: string): boolean => {
  const host = /^https?:/i.test(address) ? bare(URL.parse(address)?.hostname ?? "") : undefined
  return [...text.trim().matchAll(namedHost)].some(([, explicit, whole]) => {
    if (whole !== undefined && fileEnding.test(whole)) return false
    const named = URL.parse(`http://${bare(explicit ?? whole ?? "")}/`)?.hostname
    return named !== undefined && named !== host
  })
}
