/**
 * The pages that lead nowhere, and look alike whoever asks: `expired` is the one answer to every link, session or
 * address that does not work, byte for byte, whatever the cause (S47–S49); only `Accept-Language` moves it, and the
 * switch of languages, which is in the address. The others are for what is nowhere, for a form that did not come from our
 * page, for haste, and for our own faults: nobody's secret is in them, and they speak what their reader chose before.
 */
import type { ServerConfig } from "../Config.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { HttpServerRequest } from "../platform/Http.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"

export type Page = (
  config: ServerConfig,
  request: HttpServerRequest.HttpServerRequest,
) => HttpServerResponse.HttpServerResponse

type Words = Messages.Translator<"customer">["t"]

/** What follows the address where somebody asks for an access link: the form posts to the page's own address, so that
 * what it shows is the same for every link. */
export const sendQuery = "send-access-link"
/** What follows it where the answer to that is read once more, in another language. */
export const sentQuery = "access-link-sent"

/** The form that asks for an access link (K43). It says nothing of whether there will be one (S21). */
export const sendForm = (
  t: Words,
  /** What was chosen by the page's switch: the answer is one for everybody, and told no other way. */
  chosen: Messages.Language | null = null,
  kind: "primary" | "secondary" = "primary",
): Html =>
  html`<form method="post" action="?${sendQuery}${chosen === null ? "" : `&lang=${chosen}`}">
    <button class="${kind}">${t("accessLink.send")}</button>
  </form>`

interface End {
  readonly status: number
  readonly title: Messages.Key<"customer">
  readonly text: Messages.Key<"customer">
  readonly more?: (t: Words, chosen: Messages.Language | null) => Html | null
}

const render = (
  config: ServerConfig,
  request: HttpServerRequest.HttpServerRequest,
  { status, title, text, more = () => null }: End,
  chosen: Messages.Language | null,
  /** What else the address says where the page is had in another language; null: it cannot be. */
  query: string | null,
) => {
  const accepted = Messages.acceptedLanguages(request.headers["accept-language"])
  const { language, t } = Messages.translator("customer", Language.wanted(chosen, accepted))
  const page = Frame.render({
    language,
    ...(query === null ? {} : { languages: Language.links({ language, label: t("frame.language") }, query) }),
    title: [t(title)],
    firm: null,
    skip: null,
    main: html`<div class="end">
      <h1>${t(title)}</h1>
      <p>${t(text)}</p>
      ${more(t, chosen)}
    </div>`,
  })
  return HttpServerResponse.setHeader(PageSecurity.page(config, page, { status }), "vary", "accept-language")
}

/** The address says the language, or the header, and nothing that was done before. */
const plain =
  (
    status: number,
    title: Messages.Key<"customer">,
    text: Messages.Key<"customer">,
    more: (t: Words, chosen: Messages.Language | null) => Html | null = () => null,
    query = "",
  ): Page =>
  (config, request) =>
    render(config, request, { status, title, text, more }, Language.inAddress(request), query)

/** One that speaks what its reader chose on any page of ours. What answers a form cannot be asked for by its address. */
export const end =
  (found: End): Page =>
  (config, request) =>
    render(config, request, found, Language.chosen(config, request), request.method === "GET" ? "" : null)

/** 410: "This request has expired." */
export const expired = plain(410, "expired.title", "expired.text", sendForm)
/** 200: the one answer to who asked for an access link, whether one goes out or not (S21). */
export const accessLinkSent = plain(200, "accessLink.title", "accessLink.text", () => null, sentQuery)
/** 401: a session that is over, and is begun again by the mail's link (S11). */
export const openAgain = plain(401, "again.title", "again.text", sendForm)
/** 403: a form that is not ours, or no longer. Nothing was changed. */
export const notOurs = end({ status: 403, title: "notOurs.title", text: "notOurs.text" })
/** 404: an address that is nobody's. */
export const nowhere = end({ status: 404, title: "portal.nowhere.title", text: "portal.nowhere.text" })
/** 413: more than this page takes. */
export const tooMuch = end({ status: 413, title: "tooMuch.title", text: "tooMuch.text" })
/** 429: too often from here; the header says when to come back. */
export const tooOften = end({ status: 429, title: "tooOften.title", text: "tooOften.text" })
/** 5xx: our fault; with the request's number, by which it is found in the log. */
export const trouble = (number: string | null, status = 500): Page =>
  end({
    status,
    title: "trouble.title",
    text: "trouble.text",
    more: (t) => (number === null ? null : html`<p class="number">${t("operations.number", { number })}</p>`),
  })
