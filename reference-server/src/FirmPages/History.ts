/** A request's history from its audit entries: who did what and when, in plain sentences, the latest first. */
import { type ClientRequest, LocalText, Questionnaire } from "@requite/core"
import { readOutChannel } from "../AccessCodes.ts"
import type { Overview } from "../ClientRequests.ts"
import { type Html, html } from "../Html.ts"
import * as closing from "../WorkItems/closing.ts"
import { exact, personName, recipientName, whyNoReminder } from "./RequestWords.ts"
import { languageName, list, lookUp, moment, type Words } from "./Words.ts"

/** Sending, cancelling and submitting are items of the kind "Forms" in the audit log (P14, P31). */
const forms: ReadonlySet<string> = new Set(["RequestSent", "RequestResent", "RequestCancelled", "RequestSubmitted"])

/** What a member should not overlook: mail that came back, codes that were guessed. */
const isBad = (event: ClientRequest.Event): boolean =>
  (event.type === "DeliveryReported" && event.outcome !== "delivered") ||
  event.type === "ScheduledSendRefused" ||
  (event.type === "AccessRecorded" &&
    (event.what === "code-refused" || event.what === "codes-locked" || event.what === "code-no-number"))

/** Names that events speak of: of members by their id, and of recipients by the id of the link they came by. */
export interface Names {
  readonly members: ReadonlyMap<string, string>
  readonly links: ReadonlyMap<string, string>
}

export const show = (words: Words, overview: Overview, names: Names): Html => {
  const { t } = words
  return html`<section class="card" id="history">
    <h2>${t("history.title")}</h2>
    <ol class="lines history">
      ${overview.history.toReversed().map(
        ({ type, at, event }) =>
          html`<li>
            <p class="${event !== null && isBad(event) && "bad"}">
              ${event === null ? t("history.erased", { type }) : sentence(words, overview, event, names)}${forms.has(type) && html` <span class="tag">${t("history.forms")}</span>`}
            </p>
            <p class="meta">${exact(at, moment(words, at))}</p>
          </li>`,
      )}
    </ol>
  </section>`
}

const sentence = (words: Words, overview: Overview, event: ClientRequest.Event, names: Names): string => {
  const { t } = words
  const { request, stored } = overview.current
  const people = peopleOf(overview)
  const nameOf = (id: string) => {
    const found = people.get(id)
    return found === undefined ? t("history.someoneElse") : personName(words, found, request.policy)
  }
  const text = (label: LocalText.LocalText) => LocalText.resolve(label, [words.language, stored.questionnaire.language])
  const item = (id: string) => {
    const section = stored.questionnaire.sections.find((one) => one.id === id)
    return section === undefined ? id : text(section.title)
  }
  const label = (id: string) => {
    const question = Questionnaire.question(stored.questionnaire, id)
    return question === undefined ? id : text(question.label)
  }
  const fileName = (id: string) =>
    [...request.files, ...request.quarantined].find((file) => file.id === id)?.name ?? t("history.aFile")
  const customer = recipientName(words, request)
  const actor = actorName(words, customer, event.by, names)
  switch (event.type) {
    case "RequestCreated":
    case "RequestEdited":
    case "RequestUnscheduled":
    case "RequestStarted":
    case "FileRemoved":
    case "RequestSubmitted":
    case "RequestReopened":
    case "RequestResumed":
      return t(`history.${event.type}`, { actor })
    case "RequestExpired":
      return t("history.RequestExpired")
    case "RecipientChanged":
      return t("history.RecipientChanged", {
        actor,
        before: nameOf(event.recipient),
        after: personName(words, event.to, request.policy),
      })
    case "WindowChanged":
      return t(event.windowDays === null ? "history.WindowEndless" : "history.WindowChanged", {
        actor,
        days: event.windowDays ?? 0,
      })
    case "RequestScheduled":
      return t("history.RequestScheduled", { actor, when: moment(words, event.sendAt) })
    case "ScheduledSendRefused": {
      const why = event.reasons.map(({ code, message }) => lookUp(words, `refusal.${code}`, { state: "" }, message))
      return t("history.ScheduledSendRefused", { why: why.join(" ") })
    }
    case "RequestSent":
    case "RequestResent": {
      const to = event.recipients.map(nameOf)
      return t(`history.${event.type}`, { actor, customer: to.length === 0 ? customer : list(words, to) })
    }
    case "AccessLinkSent":
      return t("history.AccessLinkSent", { name: nameOf(event.recipient) })
    case "RemindersStopped":
      return t("history.RemindersStopped", { name: nameOf(event.recipient) })
    case "LanguageChosen":
      return t("history.LanguageChosen", {
        name: nameOf(event.recipient),
        language: languageName(words, event.language),
      })
    case "LinksRevoked":
      return t("history.LinksRevoked", { actor, name: nameOf(event.recipient) })
    case "LinkClaimed":
      return t(event.binds ? "history.LinkBound" : "history.LinkClaimed", { actor: nameOf(event.recipient) })
    case "DeviceFixed":
      return t("history.DeviceFixed", { name: nameOf(event.recipient) })
    case "ItemStarted":
    case "ItemCompleted":
    case "ItemReopened":
    case "ItemAccepted":
      return t(`history.${event.type}`, { actor, item: item(event.item) })
    case "ItemReturned":
      return event.infected === undefined
        ? t("history.ItemReturned", { actor, item: item(event.item), reason: event.reason })
        : t("history.ItemReturnedInfected", { item: item(event.item), file: event.infected })
    case "ItemDeclined":
    case "ItemWaived":
      return t(`history.${event.type}`, { actor, item: item(event.item), reason: event.reason })
    case "AnswersSaved":
      return event.conflicts.length === 0
        ? t("history.AnswersSaved", { actor, questions: list(words, event.questions.map(label)) })
        : t("history.AnswersInConflict", { actor, questions: list(words, event.conflicts.map(label)) })
    case "FileAttached":
      return t(`history.FileAttached${event.withoutLocation === true ? "WithoutLocation" : ""}`, {
        actor,
        file: event.file.name,
        question: label(event.question),
      })
    case "FileScanned":
      return t(`history.scanned.${event.scan}`, { file: fileName(event.file), question: label(event.question) })
    case "FileQuarantined":
      if (event.signature === "") {
        return t("history.FileWithdrawn", { actor, file: fileName(event.file), question: label(event.question) })
      }
      return t("history.FileQuarantined", {
        file: fileName(event.file),
        question: label(event.question),
        signature: event.signature,
      })
    case "CheckRequested":
      return t("history.CheckRequested", {
        check: event.check,
        question: label(event.question),
        count: event.files.length,
      })
    case "ReminderSent": {
      const { cap } = request.policy.reminders
      const isLast = cap !== null && event.count >= cap
      const sent = t("history.ReminderSent", { count: event.count, customer })
      return isLast ? `${sent} ${t("reminders.none", { why: whyNoReminder(words, "cap-reached", cap) })}` : sent
    }
    case "CommentAdded": {
      const author = event.author === null ? actor : nameOf(event.author)
      return event.item === null
        ? t("history.CommentAdded", { actor: author })
        : t("history.CommentAddedItem", { actor: author, item: item(event.item) })
    }
    case "DelegationProposed":
      return t("history.DelegationProposed", { name: nameOf(event.recipient), to: nameOf(event.to.id) })
    case "DelegationRefused":
      return t("history.DelegationRefused", { actor })
    case "RequestDelegated":
      return t(event.joins ? "history.RequestDelegatedJoins" : "history.RequestDelegated", {
        actor,
        name: nameOf(event.recipient),
        to: nameOf(event.to.id),
      })
    case "RequestDisowned":
      return event.reason === ""
        ? t("history.RequestDisowned", { name: nameOf(event.recipient) })
        : t("history.RequestDisownedBecause", { name: nameOf(event.recipient), reason: event.reason })
    case "RequestSuspended":
    case "RequestCancelled": {
      const reason = reasonOf(words, event)
      return t(reason === "" ? `history.${event.type}` : `history.${event.type}Because`, { actor, reason })
    }
    case "DeliveryReported":
      return t(`history.delivery.${event.outcome}`, { name: nameOf(event.recipient), detail: event.detail })
    case "SuppressionLifted":
      return t("history.SuppressionLifted", { actor, name: nameOf(event.recipient), reason: event.reason })
    case "AccessRecorded":
      if (event.what === "code-sent" && event.channel === readOutChannel) {
        return t("history.access.code-read-out", { actor, name: nameOf(event.recipient) })
      }
      return t(`history.access.${event.what}`, { actor, name: nameOf(event.recipient), channel: event.channel })
    case "RequestViewed":
      return t(`history.viewed.${event.what}`, { actor })
    case "RequestErased":
      return event.by.kind === "system"
        ? t("history.RequestErasedDue")
        : t("history.RequestErased", { actor, reason: event.reason })
  }
}

/** A member's own words; or why it was suspended with its work. */
const reasonOf = ({ t }: Words, { reason }: { readonly reason: string }): string =>
  reason === closing.reason ? t("history.byWork") : reason

/** Everybody who ever was a recipient, by id. */
const peopleOf = ({ current, history }: Overview): ReadonlyMap<string, ClientRequest.Recipient> => {
  const all = history.flatMap(({ event }) =>
    event?.type === "RequestCreated" || event?.type === "RequestEdited"
      ? event.details.recipients
      : event?.type === "RecipientChanged" || event?.type === "RequestDelegated" || event?.type === "DelegationProposed"
        ? [event.to]
        : [],
  )
  return new Map([...all, ...current.request.details.recipients].map((one) => [one.id, one]))
}

const actorName = ({ t }: Words, customer: string, actor: ClientRequest.Actor, names: Names): string => {
  if (actor.kind === "customer") return names.links.get(actor.link) ?? customer
  if (actor.kind === "system") return "requite"
  const name = names.members.get(actor.id) ?? ""
  return name === "" ? t("history.someone") : name
}
