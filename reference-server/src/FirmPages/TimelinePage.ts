/** The e-mails to a contact, and those of a work item's requests: the latest first, each with what it was about (K23). */
import * as Effect from "effect/Effect"
import { html } from "../Html.ts"
import { type TimelineMail, Timelines, type Whose } from "../Timelines.ts"
import { heading, nameOf, tabs } from "./DocumentWords.ts"
import * as Page from "./Page.ts"
import * as Paging from "./Paging.ts"
import * as RequestFacts from "./RequestFacts.ts"
import * as Routes from "./Routes.ts"
import { idPart, type Visit } from "./Visit.ts"
import type { Words } from "./Words.ts"

export const routes = [
  Routes.page("/contacts/:id/mails", (visit) => show(visit, "contact")),
  Routes.page("/work-items/:id/mails", (visit) => show(visit, "work-item")),
]

const show = Effect.fnUntraced(function* (visit: Visit, kind: Whose["kind"]) {
  const { t } = visit.words
  const whose = { kind, id: yield* idPart(visit, "id") }
  const name = yield* nameOf(visit, whose)
  const page = Paging.asked(visit)
  const { mails, total } = yield* (yield* Timelines).mails(visit.workspace.id, whose, Paging.rowsOf(page))
  const path = kind === "contact" ? `/contacts/${whose.id}/mails` : `/work-items/${whose.id}/mails`
  return Page.member(visit, {
    title: `${t("mails.title")} · ${name}`,
    place: kind === "contact" ? "contacts" : "work",
    body: html`${yield* heading(visit, whose, name)} ${tabs(visit, whose, "mails")}
    ${
      total === 0
        ? html`<p class="empty">${t("timeline.none")}</p>`
        : html`<section class="card">
            <h2 class="unseen">${t("mails.title")}</h2>
            <ol class="lines">
              ${mails.map((mail) => RequestFacts.mailLine(visit.words, mail, about(visit.words, mail)))}
            </ol>
          </section>`
    }
    ${Paging.links(visit, { page, total }, (to) => `${path}?page=${to}`)}`,
  })
})

const about = ({ t }: Words, { request, title, from }: TimelineMail) =>
  html`<p>
    <a href="/requests/${request}">${title === "" ? t("state.erased") : title}</a
    >${from !== null && html` <span class="meta">${t("timeline.from", { name: from })}</span>`}
  </p>`
