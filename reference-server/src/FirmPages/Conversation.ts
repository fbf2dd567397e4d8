/**
 * What firm and customer say to one another, on a request's page: oldest first, each with what it is about; a field to write,
 * a document to ask for, and what waits for the firm: a wish that somebody else answers, or that it was for nobody here.
 */
import { ClientRequest, LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import type { Current } from "../ClientRequests.ts"
import { type Comment, Conversations } from "../Conversations.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as RequestActions from "../RequestActions.ts"
import * as Page from "./Page.ts"
import { exact, personName } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { ago } from "./Words.ts"

/** The comments of a request as its page shows them; they are seen by that. */
export const load = Effect.fnUntraced(function* (visit: Visit, request: ClientRequest.State) {
  if (request.comments === undefined) return []
  const conversations = yield* Conversations
  const comments = yield* conversations.of(visit.workspace.id, request, "firm")
  if (comments.some(({ isNew }) => isNew)) yield* conversations.read(visit.workspace.id, request.id, "firm")
  return comments
})

/** What waits for the firm: before everything else. */
export const waiting = (visit: Visit, request: ClientRequest.State): Child => {
  const { t } = visit.words
  if (request.state === "Submitted" || request.state === "Cancelled") return false
  const { proposal = null, disowned = [] } = request
  const nameOf = (id: string) => {
    const found = ClientRequest.recipientOf(request, id)
    return found === undefined ? t("history.someoneElse") : personName(visit.words, found, request.policy)
  }
  return html`${disowned.map(
    ({ recipient, reason }) =>
      html`<section class="out" aria-label="${t("conversation.disowned.label")}">
        <p>
          <strong>${t("conversation.disowned", { name: nameOf(recipient) })}</strong> ${t("conversation.disowned.text")}
        </p>
        ${reason !== "" && html`<p class="words reason">${reason}</p>`}
        <p><a href="#recipients">${t("people.title", { count: request.details.recipients.length })}</a></p>
      </section>`,
  )}${proposal !== null && proposing(visit, request, proposal, nameOf(proposal.recipient))}`
}

const proposing = (
  visit: Visit,
  request: ClientRequest.State,
  { id, to, word }: ClientRequest.Proposal,
  name: string,
): Html => {
  const { t } = visit.words
  const at = `/requests/${request.id}/delegation/${id}`
  return html`<section class="out" aria-label="${t("conversation.proposal.label")}">
    <p>
      <strong>${t("conversation.proposal", { name, to: to.name })}</strong>
      ${t("conversation.proposal.text", { email: to.email })}
    </p>
    ${word !== "" && html`<p class="words reason">${word}</p>`}
    <div class="buttons">
      <form method="post" action="${at}/accept">
        ${Page.tokens(visit)}<button class="primary" type="submit">
          ${t("conversation.proposal.accept", { to: to.name })}
        </button>
      </form>
      <details class="confirm">
        <summary>${t("conversation.proposal.refuse")}</summary>
        <form method="post" action="${at}/refuse">
          ${Page.tokens(visit)}
          <div class="field">
            <label for="refuse-reason">${t("conversation.proposal.reason", { name })} ${t("form.optional")}</label>
            <textarea id="refuse-reason" name="reason" rows="2" maxlength="2000"></textarea>
          </div>
          <button class="primary" type="submit">${t("conversation.proposal.refuse")}</button>
        </form>
      </details>
    </div>
  </section>`
}

export const show = (visit: Visit, { request, stored }: Current, comments: ReadonlyArray<Comment>): Child => {
  const { words } = visit
  const { t } = words
  const isOpen = ClientRequest.isOpenAt(request, words.now)
  const isSaid = request.policy.audience !== "anyone-with-link"
  if (!isSaid || (!isOpen && comments.length === 0)) return false
  const titles = new Map(
    stored.questionnaire.sections.map(({ id, title }) => [
      id,
      LocalText.oneLine(LocalText.resolve(title, [words.language, stored.questionnaire.language])),
    ]),
  )
  return html`<section class="card" id="conversation" aria-labelledby="conversation-title">
    <h2 id="conversation-title">${t("conversation.title")}</h2>
    ${comments.length === 0 && html`<p class="help">${t("conversation.none")}</p>`}
    <ol class="lines">
      ${comments.map(
        ({ item, text, at, side, name, isNew }) =>
          html`<li>
            <p class="meta">
              <strong>${name === "" ? t(side === "firm" ? "history.someone" : "history.someoneElse") : name}</strong>
              ·
              ${exact(at, ago(words, at))}${item !== null && html` · ${titles.get(item) ?? item}`}${isNew && html` <span class="tag">${t("conversation.new")}</span>`}
            </p>
            <p class="words">${text}</p>
          </li>`,
      )}
    </ol>
    ${isOpen && writing(visit, request, titles)} ${isOpen && asking(visit, request)}
  </section>`
}

const writing = (visit: Visit, request: ClientRequest.State, titles: ReadonlyMap<string, string>): Html => {
  const { t } = visit.words
  return html`<form method="post" action="/requests/${request.id}/comments">
    ${Page.tokens(visit)}
    <div class="field narrow-field">
      <label for="comment-item">${t("conversation.about")}</label>
      <select id="comment-item" name="item">
        <option value="">${t("conversation.aboutAll")}</option>
        ${[...titles].map(([id, title]) => request.items[id]?.status !== "Waived" && html`<option value="${id}">${title}</option>`)}
      </select>
    </div>
    <div class="field">
      <label for="comment-text">${t("conversation.text")}</label>
      <p class="help" id="comment-help">${t("conversation.text.help")}</p>
      <textarea
        id="comment-text"
        name="text"
        rows="3"
        maxlength="${ClientRequest.longestComment}"
        aria-describedby="comment-help"
        required
      ></textarea>
    </div>
    <button type="submit">${t("conversation.send")}</button>
  </form>`
}

/** A document to ask for (F13); where no more may be asked, why not. */
const asking = (visit: Visit, request: ClientRequest.State): Html => {
  const { t } = visit.words
  const editable = RequestActions.editable(request, visit.words.now)
  const mayAsk = editable.has("append") || editable.has("structure")
  return html`<details class="confirm">
    <summary>${t("conversation.ask")}</summary>
    ${
      mayAsk
        ? html`<form method="post" action="/requests/${request.id}/comments/ask">
            ${Page.tokens(visit)}
            <p>${t("conversation.ask.text")}</p>
            <div class="field">
              <label for="ask-label">${t("conversation.ask.label")}</label>
              <input id="ask-label" name="label" type="text" maxlength="300" autocomplete="off" required />
            </div>
            <div class="field">
              <label for="ask-text">${t("conversation.ask.word")} ${t("form.optional")}</label>
              <textarea id="ask-text" name="text" rows="2" maxlength="2000"></textarea>
            </div>
            <button class="primary" type="submit">${t("conversation.ask.submit")}</button>
          </form>`
        : html`<p>${t("conversation.ask.frozen")}</p>`
    }
  </details>`
}
