/**
 * An e-mail as its reader would see it, inside a page of ours: a frame without scripts, without our origin and without
 * a way out of it. A mail is dressed by style attributes, which our pages forbid; so the page that shows one allows, by
 * their digests, the very styles of this mail and no others (CSP 3, `unsafe-hashes`).
 */
import { createHash } from "node:crypto"
import { type Html, html } from "../Html.ts"
import { HttpServerResponse } from "../platform/Http.ts"

/** Shows the mail. With `links`, what is pressed opens in a new tab; without, nothing happens. */
export const frame = (title: string, mail: string, options: { readonly links: boolean }): Html =>
  options.links
    ? html`<iframe
        class="mail"
        title="${title}"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        srcdoc="${aimed(mail)}"
      ></iframe>`
    : html`<iframe class="mail" title="${title}" sandbox srcdoc="${mail}"></iframe>`

const aimed = (mail: string) => mail.replace(/<head[^>]*>/i, (head) => `${head}<base target="_blank">`)

/** The page's answer with the styles of the mail allowed. */
export const allowing = (
  response: HttpServerResponse.HttpServerResponse,
  mail: string,
): HttpServerResponse.HttpServerResponse => {
  const policy = response.headers["content-security-policy"] ?? ""
  const styles = [...new Set(stylesOf(mail).map(digest))].join(" ")
  const widened = policy.replace("style-src 'self'", `style-src 'self' 'unsafe-hashes' ${styles}`)
  return HttpServerResponse.setHeader(response, "content-security-policy", widened)
}

/** The style sheets and style attributes of a mail, as a browser reads them. */
const stylesOf = (mail: string): ReadonlyArray<string> => {
  const text = mail.replace(/\r\n?/g, "\n")
  const sheets = [...text.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/gi)].map((match) => match[1] ?? "")
  const attributes = [...text.matchAll(/\sstyle="([^"]*)"/gi)].map((match) => unescaped(match[1] ?? ""))
  return [...sheets, ...attributes]
}

const entities: Readonly<Record<string, string>> = { quot: '"', amp: "&", lt: "<", gt: ">", "#39": "'", "#x27": "'" }

const unescaped = (value: string) => value.replace(/&([#\w]+);/g, (whole, name: string) => entities[name] ?? whole)

const digest = (style: string) => `'sha256-${createHash("sha256").update(style).digest("base64")}'`
