/** The list of requests: who, what, its state with its date, what happened last; by state, with a search, in pages. */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../ClientRequests.ts"
import { Conversations } from "../Conversations.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as Page from "./Page.ts"
import * as Paging from "./Paging.ts"
import { exact, lastActivity, nextReminder, pill, recipientName, standing, titleOf } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import type { Visit } from "./Visit.ts"
import { ago } from "./Words.ts"

const states = ClientRequest.LifecycleState.literals

interface Query {
  readonly state: ClientRequest.LifecycleState | undefined
  readonly search: string
  /** From 1. */
  readonly page: number
}

export const routes = [
  Routes.page("/requests", (visit) =>
    Effect.gen(function* () {
      const query = queryOf(visit)
      const { state, search, page } = query
      const found = yield* (yield* ClientRequests).list(visit.workspace.id, {
        ...(state === undefined ? {} : { state }),
        ...(search === "" ? {} : { search }),
        ...Paging.rowsOf(page),
      })
      const unread = yield* (yield* Conversations).unread(visit.workspace.id, found.requests)
      return show(visit, query, found.requests, found.total, unread)
    }),
  ),
]

const queryOf = (visit: Visit): Query => ({
  state: states.find((one) => one === visit.query("state")),
  search: visit.query("q").trim().slice(0, 200),
  page: Paging.asked(visit),
})

const address = ({ state, search, page }: Query): string => {
  const parameters = new URLSearchParams({
    ...(state === undefined ? {} : { state }),
    ...(search === "" ? {} : { q: search }),
    ...(page === 1 ? {} : { page: String(page) }),
  })
  return parameters.size === 0 ? "/requests" : `/requests?${parameters.toString()}`
}

const show = (
  visit: Visit,
  query: Query,
  requests: ReadonlyArray<ClientRequest.State>,
  total: number,
  unread: ReadonlyMap<string, number>,
) => {
  const { t } = visit.words
  return Page.member(visit, {
    title: t("requests.title"),
    place: "requests",
    body: html`${doneNote(visit)}
      <div class="heading">
        <h1>${t("requests.title")}</h1>
        <a class="button primary" href="/requests/new">${t("requests.new")}</a>
      </div>
      <div class="filters">
        <nav aria-label="${t("requests.filter")}">
          <ul class="tabs">
            ${tab(query, undefined, t("requests.all"))} ${states.map((state) => tab(query, state, t(`state.${state}`)))}
          </ul>
        </nav>
        <form class="search" method="get" action="/requests" role="search">
          ${query.state !== undefined && html`<input type="hidden" name="state" value="${query.state}" />`}
          <label class="unseen" for="q">${t("requests.search")}</label>
          <input
            id="q"
            name="q"
            type="search"
            value="${query.search}"
            placeholder="${t("requests.search.hint")}"
            autocomplete="off"
          />
          <button type="submit">${t("requests.search")}</button>
        </form>
      </div>
      ${
        requests.length === 0
          ? empty(visit, query)
          : html`<ul class="rows">
              ${requests.map((request) => row(visit, request, unread.get(request.id) ?? 0))}
            </ul>`
      }
      ${Paging.links(visit, { page: query.page, total }, (page) => address({ ...query, page }))}`,
  })
}

/** One form made several requests: this is where it leads. */
const doneNote = ({ words: { t }, query }: Visit): Child => {
  const done = (["sent", "scheduled", "saved"] as const).find((one) => one === query("done"))
  const count = Number(query("count"))
  return done !== undefined && Number.isInteger(count) && count > 1 && Page.done(t(`requests.done.${done}`, { count }))
}

const tab = (query: Query, state: Query["state"], label: string): Html =>
  html`<li>
    <a href="${address({ ...query, state, page: 1 })}" ${query.state === state && html` aria-current="true"`}
      >${label}</a
    >
  </li>`

const row = ({ words }: Visit, request: ClientRequest.State, unread: number): Html => {
  const { t } = words
  const { recipients, questionnaire } = request.details
  const [first, ...others] = recipients
  const last = lastActivity(request)
  const done = questionnaire.sections.filter((item) => ClientRequest.isItemDone(request, item)).length
  const state = ClientRequest.stateAt(request, words.now)
  const isGoingOn = state === "Pending" || state === "WaitingForCustomer"
  return html`<li class="row">
    <div class="grow">
      <a class="whole" href="/requests/${request.id}"><strong>${titleOf(words, request)}</strong></a>
      <p class="meta">
        ${recipientName(words, request)}${others.length === 0 && first !== undefined && first.name.trim() !== "" && first.email !== "" && html` · ${first.email}`}
      </p>
    </div>
    <div class="stands">
      ${pill(words, request)}${unread > 0 && html` <span class="tag">${t("requests.unread", { count: unread })}</span>`}${
        isGoingOn && (request.disowned ?? []).length > 0 && html` <span class="tag">${t("requests.disowned")}</span>`
      }${isGoingOn && (request.proposal ?? null) !== null && html` <span class="tag">${t("requests.proposal")}</span>`}
      <p class="meta">${standing(words, request)}</p>
      ${isGoingOn && request.sentAt !== null && html`<p class="meta">${nextReminder(words, request)}</p>`}
    </div>
    <p class="meta last">
      ${isGoingOn && request.sentAt !== null && html`${t("requests.progress", { done, items: questionnaire.sections.length })}<br />`}${exact(last, t("requests.last", { when: ago(words, last) }))}
    </p>
  </li>`
}

const empty = ({ words: { t } }: Visit, query: Query): Html =>
  query.state === undefined && query.search === "" && query.page === 1
    ? html`<div class="empty">
        <h2>${t("requests.empty.title")}</h2>
        <p>${t("requests.empty.text")}</p>
        <p class="buttons">
          <a class="button primary" href="/requests/new">${t("requests.new")}</a>
          <a class="button" href="/questionnaires">${t("requests.empty.questionnaires")}</a>
        </p>
      </div>`
    : html`<p class="empty">${t("requests.noneFound")} <a href="/requests">${t("requests.showAll")}</a></p>`
