/** The tasks of a work item, each with what can be done for it now: ask the customer, or see to the request that is out. */
import type { WorkDocument } from "../Documents.ts"
import { type Child, type Html, html } from "../Html.ts"
import type { Overview, Task } from "../WorkItems.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import * as TaskDocuments from "./TaskDocuments.ts"
import type { Visit } from "./Visit.ts"
import { ago } from "./Words.ts"
import { taskPill } from "./WorkItemWords.ts"

interface Known {
  /** Of the firm's questionnaires, by id. */
  readonly titles: ReadonlyMap<string, string>
  /** By task. */
  readonly documents: ReadonlyMap<string, ReadonlyArray<WorkDocument>>
}

export const list = (visit: Visit, overview: Overview, known: Known): Html => {
  const { t } = visit.words
  const { workItem, tasks } = overview
  return html`<section class="part">
    <div class="heading">
      <h2>${t("work.tasks")}</h2>
      <a class="button" href="/work-items/${workItem.id}/tasks/new">${t("work.task.new")}</a>
    </div>
    ${
      tasks.length === 0
        ? html`<p class="help">${t("work.tasks.none")}</p>`
        : html`<ul class="tasks">
            ${tasks.map((task) => one(visit, overview, task, known))}
          </ul>`
    }
  </section>`
}

const one = (visit: Visit, overview: Overview, task: Task, { titles, documents }: Known): Html => {
  const { words } = visit
  const { result } = task
  const path = `/work-items/${task.workItem}/tasks/${task.id}`
  return html`<li class="card task">
    <div class="heading">
      <h3><a href="${path}">${task.title}</a></h3>
      ${taskPill(words, task)}
    </div>
    ${result !== null && html`<p class="meta">${exact(result.at, words.t("work.task.result", { when: ago(words, result.at) }))}</p>`}
    ${TaskDocuments.list(words, documents.get(task.id) ?? [], path)}
    ${task.out === null ? asking(visit, overview, task, titles) : banner(visit, task, task.out)}
  </li>`
}

/** P27: the request that is out, and how to take it back. */
const banner = (visit: Visit, { title }: Task, request: string): Html => {
  const { t } = visit.words
  return html`<div class="out">
    <p><strong>${t("work.out")}</strong></p>
    <div class="buttons">
      <a class="button" href="/requests/${request}">${t("work.out.show")}<span class="unseen">: ${title}</span></a>
      <details class="confirm">
        <summary>${t("work.out.cancel")}<span class="unseen">: ${title}</span></summary>
        <form method="post" action="/requests/${request}/cancel">
          ${Page.tokens(visit)}
          <p>${t("work.out.cancel.text")}</p>
          <button class="danger" type="submit">${t("work.out.cancel")}</button>
        </form>
      </details>
    </div>
  </div>`
}

/** P1, P3: what a task offers to ask for; nothing when it offers nothing, or the work is over. */
const asking = (
  visit: Visit,
  { workItem, basket }: Overview,
  { id, title, questionnaires }: Task,
  titles: ReadonlyMap<string, string>,
): Child => {
  const { t } = visit.words
  const nameOf = (questionnaire: string) => titles.get(questionnaire) ?? questionnaire
  const chosen = basket.find((entry) => entry.task === id)?.questionnaire
  const name = `questionnaire-${id}`
  if (questionnaires.length === 0 || workItem.status === "Completed") return false
  return html`${chosen !== undefined && html`<p class="meta">${t("work.request.chosen", { title: nameOf(chosen) })}</p>`}
  ${
    (chosen === undefined || questionnaires.length > 1) &&
    html`<form method="post" action="/work-items/${workItem.id}/basket">
      ${Page.token(visit)}<input type="hidden" name="task" value="${id}" />
      <div class="inline">
        ${
          questionnaires.length > 1 &&
          html`<div class="field">
            <label for="${name}">${t("work.request.which")}</label>
            <select id="${name}" name="questionnaire">
              ${Field.options(
                questionnaires.map((value) => ({ value, label: nameOf(value) })),
                chosen ?? "",
              )}
            </select>
          </div>`
        }
        <button type="submit">${t("work.request")}<span class="unseen">: ${title}</span></button>
      </div>
    </form>`
  }`
}
