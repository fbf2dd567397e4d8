/**
 * What was said about a request, as its contact reads it in the portal once it is over: oldest first, and read only (K47). Read
 * here it is read everywhere, and no mail says any more that it is new.
 */
import { LocalText, Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import { type Comment, Conversations } from "../Conversations.ts"
import { type Html, html } from "../Html.ts"
import type { Found } from "../Portal/Requests.ts"
import type { Visit } from "./Visit.ts"

/** The conversation of a request; null: nobody said anything. */
export const show = Effect.fnUntraced(function* (
  visit: Visit,
  one: Found,
): Effect.fn.Return<Html | null, never, Conversations> {
  const conversations = yield* Conversations
  const reading = { recipient: one.recipient }
  const comments = yield* conversations.of(visit.workspace.id, one.request, reading)
  if (comments.some(({ isNew }) => isNew)) yield* conversations.read(visit.workspace.id, one.request.id, reading)
  const { t } = visit.words
  return comments.length === 0
    ? null
    : html`<section class="conversation" aria-labelledby="messages">
        <h2 id="messages">${t("talk.title")}</h2>
        <ol class="talk">
          ${comments.map((comment) => line(visit, one, comment))}
        </ol>
      </section>`
})

const line = ({ words, workspace }: Visit, { current }: Found, comment: Comment): Html => {
  const { isNew, item, mine, name, side, at, text } = comment
  const section = item === null ? undefined : Questionnaire.section(current.stored.questionnaire, item)
  const who = mine ? words.t("talk.you") : name === "" ? workspace.name : name
  return html`<li class="${side === "firm" ? "theirs" : "ours"}">
    <p class="detail">
      <strong dir="auto">${side === "firm" && name !== "" ? `${who} (${workspace.name})` : who}</strong> ·
      ${words.dateTime(at)}${isNew && html` <span class="is-new">${words.t("talk.new")}</span>`}${section !== undefined && html` · <span dir="auto">${LocalText.resolve(section.title, [words.locale, words.language])}</span>`}
    </p>
    <p class="typed" dir="auto">${text}</p>
  </li>`
}
