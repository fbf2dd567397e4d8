/** A long list in pages: which one is asked for, and the way to the ones beside it. */
import { type Child, html } from "../Html.ts"
import type { Visit } from "./Visit.ts"

export const perPage = 50

/** From 1. */
export const asked = (visit: Visit): number => {
  const page = Number(visit.query("page"))
  return Number.isInteger(page) && page > 1 && page < 100_000 ? page : 1
}

/** What a service is asked for. */
export const rowsOf = (page: number) => ({ limit: perPage, offset: (page - 1) * perPage })

/** Nothing where all is on one page. `address`: that of a page. */
export const links = (
  { words: { t } }: Visit,
  { page, total }: { readonly page: number; readonly total: number },
  address: (page: number) => string,
): Child => {
  const pages = Math.ceil(total / perPage)
  const turn = (to: number, label: string, rel: string) =>
    to >= 1 && to <= pages && html`<a class="button" rel="${rel}" href="${address(to)}">${label}</a>`
  return (
    pages > 1 &&
    html`<nav class="paging" aria-label="${t("requests.pages")}">
      ${turn(page - 1, t("requests.newer"), "prev")}
      <span>${t("requests.page", { page, pages })}</span>
      ${turn(page + 1, t("requests.older"), "next")}
    </nav>`
  )
}
