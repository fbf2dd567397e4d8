/** The frame of the portal's pages, and the few parts that several of them show. */
import * as Assets from "../Assets.ts"
import * as Frame from "../CustomerPages/Frame.ts"
import * as Language from "../CustomerPages/Language.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { HttpServerResponse } from "../platform/Http.ts"
import { token, type Stranger, type Visit, type Words } from "./Visit.ts"

export type Place = "requests" | "documents" | "account"

export interface Content {
  readonly title: string
  readonly main: Child
  readonly status?: number
  /** Something typed has to be mended: said first in the title, so that it is heard first. */
  readonly wrong?: boolean
}

/** A page at the door. */
export const open = (stranger: Stranger, content: Content) => respond(stranger, content, null)

/** A page of who is logged in. */
export const inside = (visit: Visit, content: Content & { readonly place: Place }) =>
  respond(visit, content, navigation(visit, content.place))

const respond = (
  { config, words, workspace }: Stranger,
  { title, main, status = 200, wrong = false }: Content,
  top: Html | null,
): HttpServerResponse.HttpServerResponse => {
  const { t, language } = words
  return PageSecurity.page(
    config,
    Frame.render({
      language,
      languages: Language.links({ language, label: t("frame.language") }),
      title: [wrong ? t("section.titleWithErrors", { title }) : title, workspace.name],
      firm: workspace,
      skip: t("frame.skip"),
      main: html`${top}${main}`,
      foot: html`<p>${t("portal.help", { firm: workspace.name })}</p>`,
    }),
    { status },
  )
}

const navigation = (visit: Visit, place: Place): Html => {
  const { base, words, session, waiting } = visit
  const { t } = words
  const link = (to: Place, href: string, label: Child) =>
    html`<li><a href="${href}" ${to === place && html` aria-current="page"`}>${label}</a></li>`
  const count =
    waiting === 0
      ? null
      : html` <span class="count">${waiting}<span class="unseen"> ${t("portal.waiting.unseen")}</span></span>`
  return html`<div class="portal-top">
    <nav aria-label="${t("portal.nav")}">
      <ul>
        ${link("requests", base, html`${t("portal.nav.requests")}${count}`)}
        ${link("documents", `${base}/documents`, t("portal.nav.documents"))}
        ${link("account", `${base}/account`, t("portal.nav.account"))}
      </ul>
    </nav>
    <form method="post" action="${base}/log-out">
      ${token(visit)}<span class="who">${session.account.name}</span>
      <button class="quiet">${t("portal.logOut")}</button>
    </form>
  </div>`
}

/** One thing to mend, at the field of that name. */
export interface Mistake {
  readonly field: string
  readonly sentence: string
}

/** What is wrong, in a box that takes the focus and leads to each field. */
export const summary = ({ t }: Words, mistakes: ReadonlyArray<Mistake>): Html | null =>
  mistakes.length === 0
    ? null
    : html`<div class="notice wrong" role="alert" aria-labelledby="summary" tabindex="-1" autofocus>
        <h2 id="summary">${t("portal.wrong")}</h2>
        <ul>
          ${mistakes.map(({ field, sentence }) => html`<li><a href="#${field}">${sentence}</a></li>`)}
        </ul>
      </div>`

/** That it was done. */
export const done = (sentence: string): Html => html`<p class="notice" role="status">${sentence}</p>`

interface Field {
  readonly name: string
  readonly label: string
  readonly type: "email" | "password" | "text"
  readonly autocomplete: string
  readonly value?: string
  readonly help?: string
  readonly readonly?: boolean
  readonly mistakes?: ReadonlyArray<Mistake>
}

/** A field of one line. Its id is its name. */
export const field = ({ name, label, type, autocomplete, value = "", help, readonly, mistakes = [] }: Field): Html => {
  const wrong = mistakes.find((one) => one.field === name)?.sentence
  const described = [...(help === undefined ? [] : [`${name}-help`]), ...(wrong === undefined ? [] : [`${name}-error`])]
  return html`<div class="question${wrong !== undefined && " wrong"}">
    <label class="label" for="${name}">${label}</label>
    ${help !== undefined && html`<div class="help" id="${name}-help"><p>${help}</p></div>`}
    ${wrong !== undefined && html`<div class="error" id="${name}-error"><p>${wrong}</p></div>`}
    <input
      class="control"
      id="${name}"
      name="${name}"
      type="${type}"
      value="${value}"
      autocomplete="${autocomplete}"
      ${type === "email" && html` spellcheck="false" autocapitalize="none"`}${readonly === true && html` readonly`}${described.length > 0 && html` aria-describedby="${described.join(" ")}"`}${wrong !== undefined && html` aria-invalid="true"`}
    />
  </div>`
}

/** The script of passkeys, and the words and addresses that it needs; without scripts it says nothing. */
export const passkeys = ({ base, csrf, words: { t } }: Stranger, inner: Child): Html =>
  html`<div
      data-passkeys="${base}/passkeys"
      data-csrf="${csrf}"
      data-library="${Assets.path("index.umd.min.js")}"
      data-failed="${t("portal.passkey.failed")}"
      hidden
    >
      ${inner}
      <p class="error" role="alert" data-problem hidden></p>
    </div>
    <script type="module" src="${Assets.path("passkeys.js")}"></script>`
