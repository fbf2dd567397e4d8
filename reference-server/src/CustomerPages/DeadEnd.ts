/**
 * The pages that lead nowhere, and look alike whoever asks: `expired` is the one answer to every link, session or
 * address that does not work, byte for byte, whatever the cause (S47–S49); only `Accept-Language` moves it. The others
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

export type Page = (
  config: ServerConfig,
  request: HttpServerRequest.HttpServerRequest,
) => HttpServerResponse.HttpServerResponse

type Words = Messages.Translator<"customer">["t"]

/** What follows the address where somebody asks for an access link: the form posts to the page's own address, so that
 * what it shows is the same for every link. */
export const sendQuery = "send-access-link"

/** The form that asks for an access link (K43). It says nothing of whether there will be one (S21). */
export const sendForm = (t: Words, kind: "primary" | "secondary" = "primary"): Html =>
  html`<form method="post" action="?${sendQuery}">
    <button class="${kind}">${t("accessLink.send")}</button>
  </form>`

const plain =
  (
    status: number,
    title: Messages.Key<"customer">,
    text: Messages.Key<"customer">,
    more: (t: Words) => Html | null = () => null,
  ): Page =>
  (config, request) => {
    const { language, t } = Messages.translator(
      "customer",
      Messages.acceptedLanguages(request.headers["accept-language"]),
    )
    const page = Frame.render({
      language,
      title: [t(title)],
      firm: null,
      skip: null,
      main: html`<div class="end">
        <h1>${t(title)}</h1>
        <p>${t(text)}</p>
        ${more(t)}
      </div>`,
    })
    return HttpServerResponse.setHeader(PageSecurity.page(config, page, { status }), "vary", "accept-language")
  }

/** 410: "This request has expired." */
export const expired = plain(410, "expired.title", "expired.text", (t) => sendForm(t))
/** 200: the one answer to who asked for an access link, whether one goes out or not (S21). */
export const accessLinkSent = plain(200, "accessLink.title", "accessLink.text")
/** 401: a session that is over, and is begun again by the mail's link (S11). */
export const openAgain = plain(401, "again.title", "again.text", (t) => sendForm(t))
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
