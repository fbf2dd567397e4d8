/**
 * The pages that lead nowhere, and look alike whoever asks: `expired` is the one answer to every link, session or
 * address that does not work, byte for byte, whatever the cause (S47–S49); only `Accept-Language` moves it. The others
 * are for a form that did not come from our page, and for our own faults.
 */
import type { ServerConfig } from "../Config.ts"
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

const plain =
  (status: number, title: Messages.Key<"customer">, text: Messages.Key<"customer">): Page =>
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
      </div>`,
    })
    return HttpServerResponse.setHeader(PageSecurity.page(config, page, { status }), "vary", "accept-language")
  }

/** 410: "This request has expired." */
export const expired = plain(410, "expired.title", "expired.text")
/** 403: a form that is not ours, or no longer. Nothing was changed. */
export const notOurs = plain(403, "notOurs.title", "notOurs.text")
/** 413: more than this page takes. */
export const tooMuch = plain(413, "tooMuch.title", "tooMuch.text")
/** 500: our fault. */
export const trouble = plain(500, "trouble.title", "trouble.text")
