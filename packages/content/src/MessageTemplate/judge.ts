/** What a body may not hold although it could be rendered: links that lead astray. Rendering turns them into plain text; saving says so. */
import { misleads, safeHref } from "../RichText/links.ts"
import type { Finding } from "./declaration.ts"

/** Where in the body: both from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A finding in the body. */
export const finding = ({ column, line }: Place, code: string, sentence: string): Finding => ({
  part: "body",
  line,
  column,
  code,
  sentence,
})

/** Findings about a link with this text and address. */
export const link = (text: string, address: string, place: Place): ReadonlyArray<Finding> => {
  const href = safeHref(address)
  if (href === undefined)
    return [
      finding(
        place,
        "unsafe-link",
        `A link to "${address.slice(0, 60)}" is not sent; links start with https://, http://, mailto: or tel:.`,
      ),
    ]
  return misleads(text, href) ? [misleading(text, place)] : []
}

/** A link whose text names a place, while a tag (or another address) says where it leads (M20). */
export const misleading = (text: string, place: Place): Finding =>
  finding(
    place,
    "misleading-link",
    `The link shows "${text.slice(0, 60)}" but leads elsewhere, as in phishing mail. Let it show words, or its own address.`,
  )
