/** The first page: what waits for the contact, above what is done (K28, T14, L26); and one work with its requests (K24). */
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import { Portal } from "../Portal.ts"
import { type Found, type Group, kindOf, most, PortalRequests, type Standing } from "../Portal/Requests.ts"
import * as Page from "./Page.ts"
import * as Visit from "./Visit.ts"

export const routes = [
  Visit.page("", (visit) =>
    Effect.gen(function* () {
      return home(visit, yield* (yield* PortalRequests).groups(visit.session.account))
    }),
  ),
  Visit.page("/work-items/:work", (visit) =>
    Effect.gen(function* () {
      const { account } = visit.session
      const found = yield* (yield* PortalRequests).ofWork(account, visit.part("work"))
      return found === null ? yield* new Visit.NotHere() : work(visit, found)
    }),
  ),
  Visit.action("/log-out", (visit) =>
    Effect.gen(function* () {
      yield* (yield* Portal).logOut(visit.session)
      return Visit.closed(visit)
    }),
  ),
]

type Groups = Effect.Success<ReturnType<PortalRequests["Service"]["groups"]>>

const home = (visit: Visit.Visit, { open, done }: Groups) => {
  const { words, workspace, waiting } = visit
  const { t } = words
  return Page.inside(visit, {
    title: t("portal.home.title"),
    place: "requests",
    main: html`<h1>${t("portal.home.title")}</h1>
      <p class="lead">
        ${waiting === 0 ? t("portal.home.nothing", { firm: workspace.name }) : t("portal.home.waiting", { count: waiting })}
      </p>
      ${
        open.length > 0 &&
        html`<ol class="sections">
          ${open.map((group) => row(visit, group))}
        </ol>`
      }
      ${open.length >= most && html`<p class="aside">${t("portal.home.most", { count: most })}</p>`}
      ${
        done.length > 0 &&
        html`<section aria-labelledby="done">
          <h2 id="done">${t("portal.home.done")}</h2>
          <ol class="sections">
            ${done.map((group) => row(visit, group))}
          </ol>
          ${done.length >= most && html`<p class="aside">${t("portal.home.mostDone", { count: most })}</p>`}
        </section>`
      }`,
  })
}

const row = (visit: Visit.Visit, group: Group): Html => {
  const { base, words } = visit
  const { t } = words
  const { id, isWork, open, total, due, sentAt, endedAt } = group
  const isNew = open > 0 && visit.session.before !== null && sentAt.getTime() > visit.session.before
  const facts = [
    t(`portal.kind.${group.kind}`),
    ...(isWork && total > 1 ? [t("portal.requests", { count: total })] : []),
    ...(open > 0 && due !== null ? [t("list.due", { date: words.date(due) })] : []),
    ...(open === 0 && endedAt !== null ? [t("portal.ended", { date: words.date(endedAt.getTime()) })] : []),
  ]
  return html`<li class="${open > 0 ? "waits" : "ended"}">
    <div>
      <a href="${base}/${isWork ? "work-items" : "requests"}/${id}" dir="auto">${group.title}</a>
      ${isNew && html`<span class="is-new">${t("portal.new")}</span>`}
      <span class="detail">${facts.join(" · ")}</span>
    </div>
    ${open > 0 ? mark(visit) : html`<span class="state">${t("portal.state.closed")}</span>`}
  </li>`
}

/** That it waits for the reader: a sign and words (T14). */
export const mark = ({ words: { t } }: Visit.Stranger): Html =>
  html`<span class="state waits"
    ><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="7" />
      <path d="M8 3.5V8l3 2" /></svg
    >${t("portal.waiting")}</span
  >`

const work = (
  visit: Visit.Visit,
  { title, requests }: { readonly title: string; readonly requests: ReadonlyArray<Found> },
) => {
  const { base, words } = visit
  const { t } = words
  const waiting = requests.filter(({ standing }) => standing === "waiting").length
  return Page.inside(visit, {
    title,
    place: "requests",
    main: html`<nav aria-label="${t("portal.back")}"><a class="back" href="${base}">${t("portal.back")}</a></nav>
      <h1 dir="auto">${title}</h1>
      <p class="lead">${t("portal.work.lead", { waiting, total: requests.length })}</p>
      <ol class="sections">
        ${requests.map(
          (mine) =>
            html`<li class="${mine.standing === "waiting" ? "waits" : "ended"}">
              <div>
                <a href="${base}/requests/${mine.request.id}" dir="auto">${mine.request.details.title}</a>
                <span class="detail">${facts(visit, mine).join(" · ")}</span>
              </div>
              ${mine.standing === "waiting" ? mark(visit) : html`<span class="state">${stateOf(visit, mine.standing)}</span>`}
            </li>`,
        )}
      </ol>`,
  })
}

/** What a request is in a line: its kind, and its day, unless the page says that elsewhere. */
export const facts = (
  visit: Visit.Stranger,
  { request, current, standing }: Found,
  withDue = true,
): ReadonlyArray<string> => {
  const { t, date } = visit.words
  const { due } = request.details
  const end = request.submission?.at ?? request.endedAt
  return [
    t(`portal.kind.${kindOf(current.stored.questionnaire)}`),
    ...(withDue && standing === "waiting" && due !== null ? [t("list.due", { date: date(due) })] : []),
    ...(standing !== "waiting" && end !== null ? [t("portal.ended", { date: date(end) })] : []),
  ]
}

export const stateOf = ({ words: { t } }: Visit.Stranger, standing: Standing): string => {
  switch (standing) {
    case "waiting":
      return t("portal.waiting")
    case "submitted":
      return t("portal.state.submitted")
    case "expired":
      return t("portal.state.expired")
    case "closed":
      return t("portal.state.closed")
  }
}
