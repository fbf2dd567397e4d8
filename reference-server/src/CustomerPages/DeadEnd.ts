/**
 * The pages that lead nowhere, and look alike whoever asks: `expired` is the one answer to every link, session or
 * address that does not work, byte for byte, whatever the cause (S47–S49); only `Accept-Language` moves it, and the
 * switch of languages, which is in the address. The others
 * are for a form that did not come from our page, for haste, and for our own faults.
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

const plain =
  (
    status: number,
    title: Messages.Key<"customer">,
    text: Messages.Key<"customer">,
    more: (t: Words, chosen: Messages.Language | null) => Html | null = () => null,
    query = "",
  ): Page =>
  (config, request) => {
    // the address says it, or the header, and nothing that was done before
    const chosen = Language.inAddress(request)
    const accepted = Messages.acceptedLanguages(request.headers["accept-language"])
    const { language, t } = Messages.translator("customer", Language.wanted(chosen, accepted))
    const page = Frame.render({
      language,
      languages: Language.links({ language, label: t("frame.language") }, query),
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

/** 410: "This request has expired." */
export const expired = plain(410, "expired.title", "expired.text", sendForm)
/** 200: the one answer to who asked for an access link, whether one goes out or not (S21). */
export const accessLinkSent = plain(200, "accessLink.title", "accessLink.text", () => null, sentQuery)
/** 401: a session that is over, and is begun again by the mail's link (S11). */
export const openAgain = plain(401, "again.title", "again.text", sendForm)
/** 403: a form that is not ours, or no longer. Nothing was changed. */
export const notOurs = plain(403, "notOurs.title", "notOurs.text")
/** 413: more than this page takes. */
export const tooMuch = plain(413, "tooMuch.title", "tooMuch.text")
/** 429: too often from here; the header says when to come back. */
export const tooOften = plain(429, "tooOften.title", "tooOften.text")
/** 500: our fault; with the request's number, by which it is found in the log. */
export const trouble = (number: string | null): Page =>
  plain(500, "trouble.title", "trouble.text", (t) =>
    number === null ? null : html`<p class="number">${t("operations.number", { number })}</p>`,
  )
