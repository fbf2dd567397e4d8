/** A request's history from its audit entries: who did what and when, in plain sentences, the latest first. */
import { type ClientRequest, LocalText, Questionnaire } from "@requite/core"
import type { Overview } from "../ClientRequests.ts"
import { type Html, html } from "../Html.ts"
import { exact, recipientName } from "./RequestWords.ts"
import { moment, type Words } from "./Words.ts"

/** Sending, cancelling and submitting are items of the kind "Forms" in the audit log (P14, P31). */
const forms: ReadonlySet<ClientRequest.Event["type"]> = new Set([
  "RequestSent",
  "RequestResent",
  "RequestCancelled",
  "RequestSubmitted",
])

export const show = (words: Words, { current, history }: Overview, names: ReadonlyMap<string, string>): Html => {
  const { t } = words
  return html`<section class="card" id="history">
    <h2>${t("history.title")}</h2>
    <ol class="lines history">
      ${history.toReversed().map(
        ({ event }) =>
          html`<li>
            <p>
              ${sentence(words, current, event, names)}${forms.has(event.type) && html` <span class="tag">${t("history.forms")}</span>`}
            </p>
            <p class="meta">${exact(event.at, moment(words, event.at))}</p>
          </li>`,
      )}
    </ol>
  </section>`
}

const sentence = (
  words: Words,
  { request, stored }: Overview["current"],
  event: ClientRequest.Event,
  names: ReadonlyMap<string, string>,
): string => {
  const { t } = words
  const customer = recipientName(words, request)
  const actor = actorName(words, customer, event.by, names)
  switch (event.type) {
    case "RequestCreated":
      return t("history.RequestCreated", { actor })
    case "RequestEdited":
      return t("history.RequestEdited", { actor })
    case "RequestSent":
      return t("history.RequestSent", { actor, customer })
    case "RequestResent":
      return t("history.RequestResent", { actor, customer })
    case "LinkClaimed":
      return t("history.LinkClaimed", { actor })
    case "RequestStarted":
      return t("history.RequestStarted", { actor })
    case "FileAttached": {
      const question = Questionnaire.question(stored.questionnaire, event.question)
      const label =
        question === undefined
          ? event.question
          : LocalText.resolve(question.label, [words.language, stored.questionnaire.language])
      return t("history.FileAttached", { actor, file: event.file.name, question: label })
    }
    case "FileRemoved":
      return t("history.FileRemoved", { actor })
    case "RequestSubmitted":
      return t("history.RequestSubmitted", { actor })
    case "RequestCancelled":
      return t(event.reason === "" ? "history.RequestCancelled" : "history.RequestCancelledBecause", {
        actor,
        reason: event.reason,
      })
    case "RequestExpired":
      return t("history.RequestExpired")
  }
}

const actorName = (
  { t }: Words,
  customer: string,
  actor: ClientRequest.Actor,
  names: ReadonlyMap<string, string>,
): string => {
  if (actor.kind === "customer") return customer
  if (actor.kind === "system") return "requite"
  const name = names.get(actor.id) ?? ""
  return name === "" ? t("history.someone") : name
}
