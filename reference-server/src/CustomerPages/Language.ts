/**
 * The *switch* of languages on every page of the customer: each language by its own name, the page's own marked. Words: what
 * was *chosen* there is kept in the browser by a cookie without a secret, wins over everything else, and once its reader is
 * in, is the recipient's language for mails, too (`Entry`).
 *
 *   ?lang=sv     at any address: this page in Swedish, and from now on every one. A form sent to such an address is read
 *                as the page was that it was typed into, and answered in the new language
 *
 * The dead end heeds the address alone and keeps nothing: what it says does not depend on what was done before (S47).
 */
import type { ServerConfig } from "../Config.ts"
import { type Html, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"

type Request = HttpServerRequest.HttpServerRequest

const cookie = "rq-language"
const year = 365 * 86_400

/** By their own names, which whoever looks for one can read. */
export const names: Readonly<Record<Messages.Language, string>> = { en: "English", es: "Español", sv: "Svenska" }

const known = (tag: string | null | undefined): Messages.Language | null =>
  Messages.languages.find((language) => language === tag) ?? null

/** What the address asks for. */
export const inAddress = ({ url }: Pick<Request, "url">): Messages.Language | null =>
  known(/\?(?:[^#]*&)?lang=([a-z]{2})(?:[&#]|$)/.exec(url)?.[1])

/** What was chosen before this address was called. */
export const before = (config: ServerConfig, { cookies }: Request): Messages.Language | null =>
  known(cookies[PageSecurity.cookieName(config, cookie)])

/** What the page that answers speaks, where anything was chosen. */
export const chosen = (config: ServerConfig, request: Request): Messages.Language | null =>
  inAddress(request) ?? before(config, request)

/** The dearest first: what was chosen, in the reader's own region where one is known, then `others`. */
export const wanted = (chosen: Messages.Language | null, others: ReadonlyArray<string>): ReadonlyArray<string> =>
  chosen === null ? others : [...others.filter((tag) => tag.toLowerCase().split("-")[0] === chosen), chosen, ...others]

/** Keeps what the address asks for. */
export const remember = (
  config: ServerConfig,
  request: Request,
  response: HttpServerResponse.HttpServerResponse,
): HttpServerResponse.HttpServerResponse => {
  const language = inAddress(request)
  return language === null || language === before(config, request)
    ? response
    : HttpServerResponse.setCookieUnsafe(response, PageSecurity.cookieName(config, cookie), language, {
        httpOnly: true,
        sameSite: "lax",
        path: "/",
        secure: PageSecurity.isHttps(config),
        maxAge: year * 1000,
      })
}

interface Way {
  /** The page's own language. */
  readonly language: Messages.Language
  /** "Language" in it. */
  readonly label: string
}

const list = ({ language, label }: Way, other: (one: Messages.Language) => Html): Html =>
  html`<nav class="languages" aria-label="${label}">
    <ul>
      ${Messages.languages.map(
        (one) =>
          html`<li>
            ${one === language ? html`<span lang="${one}" aria-current="true">${names[one]}</span>` : other(one)}
          </li>`,
      )}
    </ul>
  </nav>`

/** Links to the same address, for pages that nothing is typed into. `query`: what else the address says. */
export const links = (way: Way, query = ""): Html =>
  list(
    way,
    (one) =>
      html`<a href="?${query === "" ? "" : `${query}&`}lang=${one}" lang="${one}" hreflang="${one}">${names[one]}</a>`,
  )

/**
 * Buttons that send the page's form, so that what was typed comes along: `form` is its id, `press` the action that keeps it
 * and stays. They stand before the form, where Enter in a field would press the first of them; so `first` stands before
 * them, unseen: the action that Enter means. They say it in the address, because what a form sends is in the order of the
 * page, and its token comes first.
 */
export const buttons = (
  way: Way,
  form: { readonly id: string; readonly action: string; readonly press: string; readonly first: string },
): Html => {
  const to = (action: string) => `${form.action}?action=${action}`
  return html`<button
      class="unseen"
      form="${form.id}"
      formaction="${to(form.first)}"
      tabindex="-1"
      aria-hidden="true"
    ></button>
    ${list(
      way,
      (one) =>
        html`<button form="${form.id}" formaction="${to(form.press)}&lang=${one}" lang="${one}">${names[one]}</button>`,
    )}`
}

/** Buttons of a form of their own, for pages of a session that nothing is typed into: it is the recipient's language, too. */
export const form = (way: Way, { to, fields }: { readonly to: string; readonly fields: Html }): Html =>
  html`<form class="languages-form" method="post" action="${to}">
    ${fields} ${list(way, (one) => html`<button formaction="${to}?lang=${one}" lang="${one}">${names[one]}</button>`)}
  </form>`
