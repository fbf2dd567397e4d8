/**
 * One work item as the firm works on it: its tasks with "Request from customer" (P1), what is out and what is chosen to be
 * asked next (P5, P27), its requests, the contacts in it, its stage. Everything that was done leads back to this page.
 */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import type { ClientRequests } from "../ClientRequests.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Contacts } from "../Contacts.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { type Overview, roles, WorkItems, type WorkNotFound, type WorkRefused } from "../WorkItems.ts"
import * as closing from "../WorkItems/closing.ts"
import * as taskDocuments from "../WorkItems/documents.ts"
import * as DocumentWords from "./DocumentWords.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import { pill as requestPill, standing, titleOf } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, type Visit } from "./Visit.ts"
import * as Tasks from "./WorkItemTasks.ts"
import { here, pill, refusal, stage } from "./WorkItemWords.ts"

const dones = ["saved", "reopened"] as const
type Done = (typeof dones)[number]

type Work = WorkItems["Service"]

export const routes = [
  Routes.page("/work-items/:id", (visit) => show(visit)),
  change("stage", (work, visit, id, form) => {
    const picked = Number(form.text("stage"))
    return work.edit(visit.workspace.id, id, { stage: Number.isInteger(picked) ? picked : -1 })
  }),
  change("complete", (_, visit, id, form) => closing.complete(visit.member, id, commandOf(visit, form))),
  change("reopen", (_, visit, id, form) => closing.reopen(visit.member, id, commandOf(visit, form)), "reopened"),
  // P5: chosen for the next send; "Remove" and Close are the basket's own (P9)
  change("basket", (work, visit, id, form) => {
    const picked = form.text("questionnaire")
    const task = form.text("task")
    return picked === ""
      ? work.addToBasket(visit.workspace.id, id, task)
      : work.addToBasket(visit.workspace.id, id, task, picked)
  }),
  change("basket/remove", (work, visit, id, form) => work.removeFromBasket(visit.workspace.id, id, form.text("task"))),
  change("contacts", (work, visit, id, form) =>
    work.setRole(visit.workspace.id, id, form.text("contact"), LocalText.oneLine(form.text("role")).slice(0, 100)),
  ),
  change("contacts/remove", (work, visit, id, form) =>
    work.removeContact(visit.workspace.id, id, form.text("contact")),
  ),
]

/** A form of the page: what it does, and back to the page, with the reason when it was not done. */
function change(
  path: "stage" | "complete" | "reopen" | "basket" | "basket/remove" | "contacts" | "contacts/remove",
  run: (
    work: Work,
    visit: Visit,
    id: string,
    form: Form,
  ) => Effect.Effect<unknown, WorkNotFound | WorkRefused, WorkItems | ClientRequests>,
  done?: Done,
) {
  return Routes.action(`/work-items/:id/${path}`, (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      return yield* here(run(yield* WorkItems, visit, id, form)).pipe(
        Effect.map(() =>
          PageSecurity.seeOther(visit.config, `/work-items/${id}${done === undefined ? "" : `?done=${done}`}`),
        ),
        Effect.catchTag("WorkRefused", (refused) => show(visit, refused)),
      )
    }),
  )
}

const show = Effect.fnUntraced(function* (visit: Visit, refused?: WorkRefused) {
  const id = yield* idPart(visit, "id")
  const work = yield* WorkItems
  const overview = yield* here(work.overview(visit.workspace.id, id))
  const documents = yield* taskDocuments.of(visit.workspace.id, overview)
  const members = yield* work.assignees(visit.workspace.id)
  const titles = new Map(
    (yield* (yield* Questionnaires).list(visit.workspace.id)).map((listed) => [listed.id, listed.title]),
  )
  const people = yield* (yield* Contacts).list(visit.workspace.id)
  const { words } = visit
  const { t } = words
  const { workItem } = overview
  const done = dones.find((one) => one === visit.query("done"))
  const assignee = members.find((member) => member.id === workItem.assignee)?.name ?? t("work.assignee.none")
  return Page.member(visit, {
    title: workItem.title,
    place: "work",
    status: refused === undefined ? 200 : 409,
    wrong: refused !== undefined,
    body: html`${refused !== undefined && Page.alert(t("work.refused.title"), [refusal(words, refused)])}
      ${done !== undefined && refused === undefined && Page.done(t(`work.${done}`))}
      <p class="trail"><a href="/work-items">${t("work.title")}</a></p>
      <div class="titled">
        <h1>${workItem.title}</h1>
        ${pill(words, workItem)}
      </div>
      <p class="meta">${stage(words, workItem)} · ${assignee}</p>
      ${DocumentWords.tabs(visit, { kind: "work-item", id }, "about")}
      ${workItem.status === "Completed" && html`<p class="lead">${t("work.completed")}</p>`}
      ${basket(visit, overview, titles)}
      <div class="beside overview">
        <div>${Tasks.list(visit, overview, { titles, documents })} ${requests(visit, overview)}</div>
        <div>${facts(visit, overview, assignee)} ${contacts(visit, overview, people)}</div>
      </div>`,
  })
})

export type Titles = ReadonlyMap<string, string>

/** Under the name (P5): what was chosen, and the button that leads to the page where it is sent. */
const basket = (visit: Visit, { workItem, basket: entries }: Overview, titles: Titles): Child => {
  const { t } = visit.words
  const remove = (task: string, label: Child) =>
    html`<form method="post" action="/work-items/${workItem.id}/basket/remove">
      ${Page.token(visit)}<input type="hidden" name="task" value="${task}" />
      <button class="quiet" type="submit">${label}</button>
    </form>`
  return (
    entries.length > 0 &&
    html`<section class="card" aria-labelledby="basket">
      <div class="heading">
        <h2 id="basket">${t("work.basket")}</h2>
        <a class="button primary" href="/requests/new?workItem=${workItem.id}">${t("work.basket.send")}</a>
      </div>
      <ul class="lines">
        ${entries.map(
          ({ task, title, questionnaire }) =>
            html`<li class="asked">
              <p><strong>${titles.get(questionnaire) ?? questionnaire}</strong> <span class="meta">${title}</span></p>
              ${remove(task, html`${t("work.basket.remove")}<span class="unseen"> ${title}</span>`)}
            </li>`,
        )}
      </ul>
    </section>`
  )
}

const requests = ({ words }: Visit, { workItem, basket: chosen, requests: all }: Overview): Html =>
  html`<section class="part">
    <div class="heading">
      <h2>${words.t("work.requests")}</h2>
      ${workItem.status !== "Completed" && chosen.length === 0 && html`<a class="button" href="/requests/new?workItem=${workItem.id}">${words.t("work.requests.new")}</a>`}
    </div>
    ${
      all.length === 0
        ? html`<p class="help">${words.t("work.requests.none")}</p>`
        : html`<ul class="rows">
            ${all.map(
              (request) =>
                html`<li class="row">
                  <div class="grow">
                    <a class="whole" href="/requests/${request.id}"><strong>${titleOf(words, request)}</strong></a>
                    <p class="meta">${standing(words, request)}</p>
                  </div>
                  <div class="stands">${requestPill(words, request)}</div>
                </li>`,
            )}
          </ul>`
    }
    ${all.some(({ files }) => files.length > 0) && html`<p><a href="/api/work-items/${workItem.id}/files.zip" download>${words.t("take.zip")}</a></p>`}
  </section>`

const facts = (visit: Visit, { workItem }: Overview, assignee: string): Html => {
  const { t } = visit.words
  const { id, stages, stage: current, status, autoAdvance } = workItem
  const path = `/work-items/${id}`
  return html`<section class="card">
    <div class="heading">
      <h2>${t("work.facts")}</h2>
      <a href="${path}/edit">${t("work.change")}<span class="unseen"> ${workItem.title}</span></a>
    </div>
    <form method="post" action="${path}/stage">
      ${Page.token(visit)}
      <div class="inline">
        ${Field.select({ name: "stage", label: t("work.stage"), value: String(current), options: stages.map((label, index) => ({ value: String(index), label })) })}
        <button type="submit">${t("work.stage.submit")}</button>
      </div>
    </form>
    <dl class="facts">
      <div>
        <dt>${t("work.assignee")}</dt>
        <dd>${assignee}</dd>
      </div>
      <div>
        <dt>${t("work.autoAdvance.label")}</dt>
        <dd>${t(autoAdvance ? "work.autoAdvance.on" : "work.autoAdvance.off")}</dd>
      </div>
    </dl>
    ${
      status === "Completed"
        ? html`<form method="post" action="${path}/reopen">
            ${Page.tokens(visit)}<button type="submit">${t("work.reopen")}</button>
          </form>`
        : html`<details class="confirm">
            <summary>${t("work.complete")}</summary>
            <form method="post" action="${path}/complete">
              ${Page.tokens(visit)}
              <p>${t("work.complete.text")}</p>
              <button type="submit">${t("work.complete.submit")}</button>
            </form>
          </details>`
    }
  </section>`
}

const contacts = (
  visit: Visit,
  { workItem, participants }: Overview,
  people: ReadonlyArray<{ readonly id: string; readonly name: string }>,
): Html => {
  const { t } = visit.words
  const path = `/work-items/${workItem.id}/contacts`
  return html`<section class="card">
    <h2>${t("work.contacts")}</h2>
    ${
      participants.length === 0
        ? html`<p class="help">${t("work.contacts.none")}</p>`
        : html`<ul class="lines">
            ${participants.map(
              ({ id, name, email, mobile, role }) =>
                html`<li class="asked">
                  <div>
                    <p>
                      <a href="/contacts/${id}">${name}</a>${role !== "" && html` <span class="tag">${role}</span>`}
                    </p>
                    <p class="meta">
                      ${email === "" ? t("work.contacts.email.missing") : email} ·
                      ${mobile === "" ? t("work.contacts.mobile.missing") : mobile}
                    </p>
                  </div>
                  <form method="post" action="${path}/remove">
                    ${Page.token(visit)}<input type="hidden" name="contact" value="${id}" />
                    <button class="quiet" type="submit">
                      ${t("work.contacts.remove")}<span class="unseen"> ${name}</span>
                    </button>
                  </form>
                </li>`,
            )}
          </ul>`
    }
    ${
      people.length === 0
        ? html`<p><a href="/contacts/new">${t("contacts.new")}</a></p>`
        : html`<details class="confirm">
            <summary>${t("work.contacts.add")}</summary>
            <form method="post" action="${path}">
              ${Page.token(visit)}
              ${Field.select({ name: "contact", label: t("work.contacts.contact"), value: "", options: people.map(({ id, name }) => ({ value: id, label: name })) })}
              ${Field.input({ name: "role", label: `${t("work.contacts.role")} ${t("form.optional")}`, help: t("work.contacts.role.help"), value: "", autocomplete: "off", list: "roles" })}
              <datalist id="roles">${roles.map((role) => html`<option value="${role}"></option>`)}</datalist>
              <button type="submit">${t("work.contacts.add")}</button>
            </form>
          </details>`
    }
  </section>`
}
