/** The list of work: title, stage, status, what changed last; by status, with a search. */
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import { Status, type WorkItem, WorkItems } from "../WorkItems.ts"
import * as Page from "./Page.ts"
import * as Paging from "./Paging.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import type { Visit } from "./Visit.ts"
import { ago } from "./Words.ts"
import { pill, stage } from "./WorkItemWords.ts"

interface Query {
  readonly status: typeof Status.Type | undefined
  readonly search: string
  /** From 1. */
  readonly page: number
}

export const routes = [
  Routes.page("/work-items", (visit) =>
    Effect.gen(function* () {
      const query = queryOf(visit)
      const { status, search, page } = query
      const found = yield* (yield* WorkItems).list(visit.workspace.id, {
        ...(status === undefined ? {} : { status }),
        search,
        ...Paging.rowsOf(page),
      })
      return show(visit, query, found.workItems, found.total)
    }),
  ),
]

const queryOf = (visit: Visit): Query => ({
  status: Status.literals.find((one) => one === visit.query("status")),
  search: visit.query("q").trim().slice(0, 200),
  page: Paging.asked(visit),
})

const address = ({ status, search, page }: Query): string => {
  const parameters = new URLSearchParams({
    ...(status === undefined ? {} : { status }),
    ...(search === "" ? {} : { q: search }),
    ...(page === 1 ? {} : { page: String(page) }),
  })
  return parameters.size === 0 ? "/work-items" : `/work-items?${parameters.toString()}`
}

const show = (visit: Visit, query: Query, items: ReadonlyArray<WorkItem>, total: number) => {
  const { t } = visit.words
  const isAll = query.status === undefined && query.search === "" && query.page === 1
  return Page.member(visit, {
    title: t("work.title"),
    place: "work",
    body: html`<div class="heading">
        <h1>${t("work.title")}</h1>
        <a class="button primary" href="/work-items/new">${t("work.new")}</a>
      </div>
      <div class="filters">
        <nav aria-label="${t("work.filter")}">
          <ul class="tabs">
            ${tab(query, undefined, t("work.all"))}
            ${Status.literals.map((status) => tab(query, status, t(`work.status.${status}`)))}
          </ul>
        </nav>
        <form class="search" method="get" action="/work-items" role="search">
          ${query.status !== undefined && html`<input type="hidden" name="status" value="${query.status}" />`}
          <label class="unseen" for="q">${t("work.search")}</label>
          <input
            id="q"
            name="q"
            type="search"
            value="${query.search}"
            placeholder="${t("work.search.hint")}"
            autocomplete="off"
          />
          <button type="submit">${t("work.search")}</button>
        </form>
      </div>
      ${
        items.length > 0
          ? html`<ul class="rows">
              ${items.map((item) => row(visit, item))}
            </ul>`
          : isAll
            ? html`<div class="empty">
                <h2>${t("work.none.title")}</h2>
                <p>${t("work.none.text")}</p>
                <p class="buttons"><a class="button primary" href="/work-items/new">${t("work.new")}</a></p>
              </div>`
            : html`<p class="empty">${t("work.noneFound")} <a href="/work-items">${t("requests.showAll")}</a></p>`
      }
      ${Paging.links(visit, { page: query.page, total }, (page) => address({ ...query, page }))}`,
  })
}

const tab = (query: Query, status: Query["status"], label: string): Html =>
  html`<li>
    <a href="${address({ ...query, status, page: 1 })}" ${query.status === status && html` aria-current="true"`}
      >${label}</a
    >
  </li>`

const row = ({ words }: Visit, item: WorkItem): Html =>
  html`<li class="row">
    <div class="grow">
      <a class="whole" href="/work-items/${item.id}"><strong>${item.title}</strong></a>
      <p class="meta">${stage(words, item)}</p>
    </div>
    <div class="stands">${pill(words, item)}</div>
    <p class="meta last">${exact(item.updatedAt, words.t("work.changed", { when: ago(words, item.updatedAt) }))}</p>
  </li>`
