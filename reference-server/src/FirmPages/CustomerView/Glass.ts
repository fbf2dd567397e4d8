/**
 * The *glass* between a member and a customer's page: it goes over the finished page, whatever renders it, so that a page
 * that is written tomorrow is inert too. Links lead to the member's own addresses, no control works, no script runs, and a
 * bar says whose view it is.
 */
import * as Assets from "../../Assets.ts"
import type { ServerConfig } from "../../Config.ts"
import { type Html, html, toString } from "../../Html.ts"
import * as PageSecurity from "../../PageSecurity.ts"
import { HttpServerResponse } from "../../platform/Http.ts"

export interface Glass {
  /** Where the page thinks it is, and where it is: what begins with `from` leads to `to`. */
  readonly from: string
  readonly to: string
  /** What stands over it, in the member's language. */
  readonly bar: Html
}

const head = html`<link rel="stylesheet" href="${Assets.path("customerView.css")}" />`

/** The page as it is seen through the glass. Texts and values are escaped, so every `<` begins an element. */
const through = (page: string, { from, to, bar }: Glass): string =>
  page
    .replaceAll(/<script\b.*?<\/script>/gs, "")
    .replaceAll(/<(button|input|select|textarea)\b/g, "<$1 disabled")
    .replaceAll(from, () => to)
    .replace("</head>", () => `${toString(head)}</head>`)
    // the way past everything stays the first thing
    .replace(/<body\b[^>]*>(\s*<a class="skip"[^>]*>[^<]*<\/a>)?/, (first) => `${first}${toString(bar)}`)

/** Answers with it. Even what the glass left would have nowhere to go: the policy lets no form be sent and no script run. */
export const show = (config: ServerConfig, page: string, glass: Glass): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeader(
    PageSecurity.page(config, through(page, glass)),
    "content-security-policy",
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  )
