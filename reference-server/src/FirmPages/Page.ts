/**
 * The frame of the firm's pages, and the few parts that several of them show. A page without a visit (set-up, sign-in,
 * a notice) has no navigation.
 */
import * as Assets from "../Assets.ts"
import type { ServerConfig } from "../Config.ts"
import { type Child, type Html, html, toString } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { HttpServerResponse } from "../platform/Http.ts"
import type { Workspace } from "../Workspaces.ts"
import type { Visit } from "./Visit.ts"
import type { Words } from "./Words.ts"

export type Place = "requests" | "work" | "contacts" | "documents" | "questionnaires" | "keys" | "settings" | "mail"

export interface Content {
  readonly title: string
  /** Where the page stands in the navigation. */
  readonly place?: Place
  readonly body: Child
  readonly status?: number
  /** Something typed has to be mended: said first in the title, so that it is heard first. */
  readonly wrong?: boolean
}

/** A page of a member who is signed in. */
export const member = (visit: Visit, content: Content): HttpServerResponse.HttpServerResponse =>
  respond(visit.config, visit.words, content, visit.workspace, header(visit, content.place))

/** A page for whoever asks. */
export const open = (config: ServerConfig, words: Words, content: Content): HttpServerResponse.HttpServerResponse =>
  respond(config, words, content, nobody, html`<header class="bar"><span class="firm">${nobody.name}</span></header>`)

const nobody = { name: "requite", accent: Assets.neutral }

type Firm = Pick<Workspace, "name" | "accent">

const respond = (config: ServerConfig, words: Words, content: Content, { name, accent }: Firm, top: Html) =>
  PageSecurity.page(
    config,
    toString(
      html`<!doctype html>
        <html lang="${words.language}">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>${content.wrong === true && `${words.t("page.error")}: `}${content.title} · ${name}</title>
            <link rel="stylesheet" href="${Assets.accentPath(accent)}" />
            <link rel="stylesheet" href="${Assets.path("firm.css")}" />
            <link rel="icon" href="data:," />
          </head>
          <body>
            <a class="skip" href="#main">${words.t("page.skip")}</a>
            ${top}
            <main id="main">${content.body}</main>
          </body>
        </html> `,
    ),
    { status: content.status ?? 200 },
  )

const header = (visit: Visit, place: Place | undefined): Html => {
  const { t } = visit.words
  const link = (to: Place, href: string, label: string) =>
    html`<li><a href="${href}" ${place === to && html` aria-current="page"`}>${label}</a></li>`
  return html`<header class="bar">
    <a class="firm" href="/requests">${visit.workspace.name}</a>
    <nav aria-label="${t("nav.label")}">
      <ul>
        ${link("requests", "/requests", t("nav.requests"))} ${link("work", "/work-items", t("nav.work"))}
        ${link("contacts", "/contacts", t("nav.contacts"))} ${link("documents", "/documents", t("nav.documents"))}
        ${link("questionnaires", "/questionnaires", t("nav.questionnaires"))} ${link("keys", "/keys", t("nav.keys"))}
        ${visit.member.role === "admin" && link("settings", "/settings", t("nav.settings"))}
        ${visit.config.smtpUrl === undefined && link("mail", "/dev/mail", t("nav.mail"))}
      </ul>
    </nav>
    <form class="who" method="post" action="/sign-out">
      ${token(visit)}<a href="/account">${visit.member.name}</a>
      <button class="quiet" type="submit">${t("nav.signOut")}</button>
    </form>
  </header>`
}

/** What makes a form ours. It stands first in the form, before any file. */
export const token = (visit: Visit): Html => html`<input type="hidden" name="csrf" value="${visit.csrf}" />`

/** The token, and the id of the command that the form gives. */
export const tokens = (visit: Visit): Html =>
  html`${token(visit)}<input type="hidden" name="command" value="${visit.command}" />`

/** Sentences that must not be missed; what was asked for was not done. */
export const alert = (title: string, sentences: ReadonlyArray<Child>): Html =>
  html`<section class="alert" role="alert" tabindex="-1" autofocus>
    <h2>${title}</h2>
    <ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  </section>`

/** That it was done. */
export const done = (sentence: string): Html => html`<p class="done" role="status">${sentence}</p>`
