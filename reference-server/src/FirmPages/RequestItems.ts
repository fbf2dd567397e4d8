/** An item of a request on its page: how far it is, in a word, and what the firm can do with it. */
import { ClientRequest } from "@requite/core"
import { type Child, type Html, html } from "../Html.ts"
import * as RequestActions from "../RequestActions.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { ago, longDay, today, type Words } from "./Words.ts"

/** Its state as a mark, with the reason that goes with it, and the day it is due. */
export const mark = (words: Words, request: ClientRequest.State, id: string): Html => {
  const { t } = words
  const none = { status: "NotStarted" as const, reason: null, at: null, infected: undefined }
  const { status, reason, at, infected } = request.items[id] ?? none
  const due = ClientRequest.dueOf(request.details, id)
  const isWanted = due !== null && !ClientRequest.isItemDone(request, id)
  const isLate = isWanted && due < today(words)
  return html`<p class="meta">
      <span class="pill item ${status}">${t(`item.${status}`)}</span>
      ${at !== null && exact(at, ago(words, at))}${isWanted && html`${at !== null && " · "}<span class="${isLate && "bad"}">${t("item.due", { day: longDay(words, due) })}</span>`}
    </p>
    ${infected !== undefined && html`<p class="reason bad">${t("item.infected", { file: infected })}</p>`}
    ${reason !== null && reason !== "" && html`<p class="reason">${t("item.reason", { reason })}</p>`}`
}

/** What can be done with it, as forms of their own. */
export const actions = (visit: Visit, request: ClientRequest.State, id: string): Child => {
  const { t } = visit.words
  if (request.sentAt === null) return false
  const possible = RequestActions.ofItem(request, id, visit.words.now)
  if (possible.length === 0) return false
  const post = (name: RequestActions.ItemAction, kind = "") =>
    possible.includes(name) &&
    html`<form method="post" action="/requests/${request.id}/items/${id}/${name}">
      ${Page.tokens(visit)}<button class="${kind}" type="submit">${t(`item.do.${name}`)}</button>
    </form>`
  const because = (name: "return" | "waive") =>
    possible.includes(name) &&
    html`<details class="confirm">
      <summary>${t(`item.do.${name}`)}</summary>
      <form method="post" action="/requests/${request.id}/items/${id}/${name}">
        ${Page.tokens(visit)}
        <p>${t(`item.do.${name}.text`)}</p>
        <div class="field">
          <label for="${name}-${id}">${t(`item.do.${name}.reason`)}</label>
          <textarea id="${name}-${id}" name="reason" rows="2" maxlength="1000" required></textarea>
        </div>
        <button class="primary" type="submit">${t(`item.do.${name}.submit`)}</button>
      </form>
    </details>`
  return html`<div class="buttons item-actions" role="group" aria-label="${t("item.actions")}">
    ${post("accept")} ${because("return")} ${because("waive")} ${post("complete")} ${post("reopen")}
  </div>`
}
