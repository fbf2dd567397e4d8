/** Pages that say one thing: what was asked for is not there, or what was sent was not taken, and how to go on. */
import type { ServerConfig } from "../Config.ts"
import { type Child, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import type { HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import type { Member } from "../Members.ts"
import * as Page from "./Page.ts"
import type { Visit } from "./Visit.ts"
import type { Key, Words } from "./Words.ts"
import { make } from "./Words.ts"

/** Words for a reader of whom nothing is known but their browser's languages. */
export const wordsFor = (request: HttpServerRequest.HttpServerRequest, now = 0): Words =>
  make(Messages.acceptedLanguages(request.headers["accept-language"]), "UTC", now)

type Notice = (config: ServerConfig, words: Words) => HttpServerResponse.HttpServerResponse

const notice =
  (status: number, title: Key, text: Key, next?: (words: Words) => Child): Notice =>
  (config, words) =>
    Page.open(config, words, {
      title: words.t(title),
      status,
      body: html`<div class="narrow">
        <h1>${words.t(title)}</h1>
        <p>${words.t(text)}</p>
        ${next?.(words)}
      </div>`,
    })

const home = (words: Words) => html`<p><a href="/requests">${words.t("notice.home")}</a></p>`

/** 404: nothing of that name in this workspace, or nothing any more. */
export const notFound = notice(404, "notice.notFound.title", "notice.notFound.text", home)

/** 403: the form was sent by a page of somebody else. */
export const foreign = notice(403, "notice.foreign.title", "notice.foreign.text", home)

/** 403: the form is older than the session. */
export const stale = notice(403, "notice.stale.title", "notice.stale.text", home)

/** 403: a member at something that administrators do. Whom to ask stands there, and nothing was done. */
export const administratorsOnly = (visit: Visit, administrators: ReadonlyArray<Member>) =>
  Page.member(visit, {
    title: visit.words.t("notice.admin.title"),
    status: 403,
    body: html`<div class="narrow">
      <h1>${visit.words.t("notice.admin.title")}</h1>
      <p>${visit.words.t("notice.admin.text")}</p>
      <ul class="plain">
        ${administrators.map(({ name, email }) => html`<li>${name} · <a href="mailto:${email}">${email}</a></li>`)}
      </ul>
      ${home(visit.words)}
    </div>`,
  })

/** 413: it was too large, or broke off. */
export const unreadable = notice(413, "notice.unreadable.title", "notice.unreadable.text", home)

/** 415: a form with files that was not sent as one. */
export const otherType = notice(415, "notice.otherType.title", "notice.otherType.text", home)

/** 410: a mailed link of a member that does not work; the same page for every reason. */
export const linkGone = notice(
  410,
  "notice.linkGone.title",
  "notice.linkGone.text",
  (words) =>
    html`<p>
      <a href="/sign-in">${words.t("signIn.title")}</a> · <a href="/forgotten">${words.t("members.forgotten.title")}</a>
    </p>`,
)

/** 401: the session ended while a form was open. Signing in beside it saves what was typed. */
export const signedOut = notice(
  401,
  "notice.signedOut.title",
  "notice.signedOut.text",
  (words) => html`<p><a href="/sign-in" target="_blank" rel="noopener">${words.t("notice.signedOut.link")}</a></p>`,
)
