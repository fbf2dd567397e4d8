/** Pages of the portal that lead nowhere, and look alike whoever asks: of no firm, moved by the reader's language alone. */
import type { ServerConfig } from "../Config.ts"
import * as Frame from "../CustomerPages/Frame.ts"
import { html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"

type End = (config: ServerConfig, request: HttpServerRequest.HttpServerRequest) => HttpServerResponse.HttpServerResponse

const plain =
  (status: number, title: Messages.Key<"customer">, text: Messages.Key<"customer">): End =>
  (config, request) => {
    const accepted = Messages.acceptedLanguages(request.headers["accept-language"])
    const { language, t } = Messages.translator("customer", accepted)
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

/** 404: no such thing, or not theirs; no such portal, or a closed one. */
export const nowhere = plain(404, "portal.nowhere.title", "portal.nowhere.text")
/** 403: a form that is not ours, or older than the session. Nothing was changed. */
export const foreign = plain(403, "notOurs.title", "notOurs.text")
/** 429: too often; the header says when to come back. */
export const tooOften = plain(429, "tooOften.title", "tooOften.text")
/** 413: too large, or broken off. */
export const unreadable = plain(413, "tooMuch.title", "tooMuch.text")
/** 410: a mailed link that does not work, whatever the reason. */
export const linkGone = plain(410, "portal.gone.title", "portal.gone.text")
