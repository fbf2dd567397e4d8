/**
 * A filled-in form as the request that it would make, with its e-mail and its reminders, and what has to be mended first;
 * how much that is depends on what the member wants to do.
 */
import { type ClientRequest, Instant, LocalText, type Questionnaire, type Reminder, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { ClientRequests } from "../ClientRequests.ts"
import * as Invitation from "../Invitation.ts"
import { MailTemplates } from "../MailTemplates.ts"
import type { Contacts } from "../Contacts.ts"
import * as Messages from "../Messages.ts"
import { Questionnaires, type Stored } from "../Questionnaires.ts"
import * as Recipients from "../Recipients.ts"
import * as RequestReminders from "../RequestReminders.ts"
import { type BasketEntry, type Participant, WorkItems } from "../WorkItems.ts"
import * as DocumentList from "./DocumentList.ts"
import type { Mistake } from "./Field.ts"
import { warning } from "./PolicyWords.ts"
import { type Filled, instantOf, isDay, type Purpose, ruleOf } from "./RequestForm.ts"
import * as RequestPeople from "./RequestPeople.ts"
import { isId, type Visit } from "./Visit.ts"
import { list, today } from "./Words.ts"

/** The work that a request is for. */
export interface Work {
  readonly id: string
  readonly title: string
  readonly participants: ReadonlyArray<Participant>
  readonly basket: ReadonlyArray<BasketEntry>
}

/** What the form would make. */
export interface Judged {
  readonly details: ClientRequest.Details
  readonly policy: RequestPolicy.RequestPolicy
  /** What is asked: the chosen questionnaire, the documents, or the basket; null as long as it is nothing. */
  readonly questionnaire: Questionnaire.Questionnaire | null
  /** The definition of what is asked where it is not stored yet; null: it is, or it is a list of documents. */
  readonly source: string | null
  /** The documents asked for. */
  readonly lines: ReadonlyArray<string>
  /** The e-mail as it would be sent; null while the message has mistakes. */
  readonly mail: Invitation.Composed | null
  /** The reminders of the whole cycle, from the send that is meant (K13–K15). */
  readonly calendar: Reminder.Calendar | null
  /** When it is to be sent by itself; null: no time is given. */
  readonly sendAt: number | null
  readonly work: Work | null
  /** People that the firm has asked before. */
  readonly earlier: ReadonlyArray<ClientRequest.Recipient>
  readonly mistakes: ReadonlyArray<Mistake>
}

const maxTitle = 200
const maxDescription = 4000

/** Reads the form as a request. `before` is the request that is being changed; `command` is what sending it will be called. */
export const judge = Effect.fnUntraced(function* (
  visit: Visit,
  filled: Filled,
  purpose: Purpose,
  before: ClientRequest.State | null,
  command: string = visit.command,
): Effect.fn.Return<Judged, never, Questionnaires | ClientRequests | WorkItems | Contacts | MailTemplates> {
  const { words, workspace } = visit
  const { t, now } = words
  const policy = before?.policy ?? RequestPolicy.presets[filled.policy]
  const work = yield* workOf(visit, filled.workItem)
  const earlier = yield* earlierRecipients(visit)
  const named = RequestPeople.recipients(
    { ...filled, participants: work?.participants ?? [], before: before?.details.recipients ?? [] },
    (email) => nameIn(earlier, email),
    // an id that was somebody's once must never be another's: a link of theirs would open it
    (place) => (before === null ? `r${place + 1}` : `${command.slice(0, 13)}-${place + 1}`),
  )
  const recipients = yield* Recipients.recognised(workspace.id, named, before)
  const [first = RequestPeople.blank(workspace.language)] = recipients
  const asked = yield* askedFor(visit, filled, work, first.language, before)
  const rule = ruleOf(filled, policy.reminders.rule)
  const details = detailsOf(visit, filled, { ...asked, work }, recipients, rule ?? policy.reminders.rule, before)
  const sendAt = filled.sendDate === "" ? null : instantOf(filled.sendDate, filled.sendTime, words.zone)
  const days = [policy.windowDays, policy.linkDays]
  const shortest = Math.min(...days.map((count) => count ?? Number.POSITIVE_INFINITY))
  const own = yield* (yield* MailTemplates).find(workspace.id, "invitation", first.language)
  const mail = yield* Effect.result(
    Invitation.preview({
      own,
      workspace,
      member: visit.member,
      details,
      recipient: { ...first, contact: null, name: first.name === "" ? t("preview.nobody") : first.name },
      worksUntil: Number.isFinite(shortest) ? Instant.plusDays(sendAt ?? now, shortest) : null,
      isShared: policy.audience === "anyone-with-link",
      publicUrl: visit.config.publicUrl,
    }),
  )
  const sections = asked.questionnaire?.sections.map(({ id }) => id) ?? []
  const cycle = { ...details, policy, rule: details.reminders.rule, questionnaire: { sections } }
  const calendar = sections.length === 0 ? null : RequestReminders.imagined(cycle, sendAt ?? now)

  const mistake = (wrong: boolean, field: string, sentence: string) => (wrong ? [{ field, sentence }] : [])
  const making = purpose === "save" || purpose === "send" || purpose === "schedule"
  const sending = purpose === "send" || purpose === "schedule"
  const { due } = filled
  const unknownDues = asked.questionnaire === null ? [] : Recipients.unknownDues(newDues(details, before), { sections })
  const isNew = (day: string, old: string | null | undefined) => day !== "" && day !== (old ?? "")
  const wrong = [
    ...mistake(
      asked.lines.length > DocumentList.mostLines,
      "documents",
      t("request.documents.many", { max: DocumentList.mostLines }),
    ),
    ...mistake(
      asked.lines.some((line) => line.length > DocumentList.longestLine),
      "documents",
      t("request.documents.long", { max: DocumentList.longestLine }),
    ),
    ...mistake(details.title.length > maxTitle, "title", t("form.tooLong", { max: maxTitle })),
    ...mistake(details.description.length > maxDescription, "description", t("form.tooLong", { max: maxDescription })),
    ...mistake(due !== "" && !isDay(due), "due", t("request.due.wrong")),
    ...mistake(isDay(due) && isNew(due, before?.details.due) && due < today(words), "due", t("request.due.past")),
    ...Object.entries(filled.dues).flatMap(([section, day]) => [
      ...mistake(day !== "" && !isDay(day), `due.${section}`, t("request.due.wrong")),
      ...mistake(
        isDay(day) && isNew(day, before?.details.dues[section]) && day < today(words),
        `due.${section}`,
        t("request.due.past"),
      ),
    ]),
    ...mistake(unknownDues.length > 0, "due", t("request.dues.unknown", { sections: list(words, unknownDues) })),
    ...RequestPeople.mistakes(words, filled.rows),
    ...RequestPeople.addressMistakes(words, filled.addresses),
    ...mistake(
      recipients.length > 1 &&
        policy.audience !== "shared-record" &&
        (before !== null || policy.audience !== "separate-views"),
      "people",
      t("people.one"),
    ),
    ...mistake(rule === null, "everyDays", t("reminders.every.wrong")),
    ...(Result.isFailure(mail) ? mail.failure.sentences.map((sentence) => ({ field: "message", sentence })) : []),
  ]
  const needsPerson = policy.requires.length > 0
  return {
    details,
    policy,
    ...asked,
    mail: Result.isSuccess(mail) ? mail.success : null,
    calendar,
    sendAt,
    work,
    earlier,
    mistakes: [
      ...(making && asked.questionnaire === null ? missing(visit, filled, asked.lines) : []),
      ...(sending && needsPerson ? RequestPeople.missing(words, recipients, filled.ticked) : []),
      ...(sending || (making && before !== null && before.sentAt !== null)
        ? RequestPeople.unreachable(
            words,
            filled.rows,
            Recipients.unreachable(
              { policy, details: { ...details, recipients: Recipients.changed(recipients, sending ? null : before) } },
              visit.config.smsCountries,
            ),
          )
        : []),
      ...(sending ? errors(visit, policy) : []),
      ...mistake(purpose === "schedule" && filled.sendDate === "", "sendDate", t("schedule.missing")),
      ...mistake(filled.sendDate !== "" && sendAt === null, "sendDate", t("schedule.wrong")),
      ...mistake(purpose === "schedule" && sendAt !== null && sendAt <= now, "sendDate", t("schedule.past")),
      ...wrong,
    ],
  }
})

/** What stops sending under these rules, whoever is asked (G6). */
const errors = ({ words }: Visit, policy: RequestPolicy.RequestPolicy): ReadonlyArray<Mistake> =>
  RequestPolicy.lint(policy)
    .filter(({ severity }) => severity === "error")
    .map(({ code, message }) => ({ field: "policy", sentence: warning(words, code, message) }))

const missing = ({ words: { t } }: Visit, { what }: Filled, lines: ReadonlyArray<string>): ReadonlyArray<Mistake> => {
  if (what === "questionnaire") return [{ field: "questionnaire", sentence: t("request.what.missing") }]
  if (what === "basket") return [{ field: "what", sentence: t("basket.missing") }]
  return lines.length === 0 ? [{ field: "documents", sentence: t("request.documents.missing") }] : []
}

interface Asked extends Pick<Judged, "questionnaire" | "source" | "lines"> {
  readonly stored: Stored | null
  readonly tasks: ReadonlyArray<ClientRequest.TaskPart>
}

const askedFor = Effect.fnUntraced(function* (
  visit: Visit,
  filled: Filled,
  work: Work | null,
  language: string,
  before: ClientRequest.State | null,
): Effect.fn.Return<Asked, never, Questionnaires | WorkItems> {
  const nothing = { stored: null, questionnaire: null, source: null, lines: [], tasks: [] }
  const title = filled.title.trim() === "" ? (work?.title ?? "") : filled.title.trim()
  if (filled.what === "documents") {
    const lines = DocumentList.linesOf(filled.documents)
    const heading = title === "" ? Messages.translator("firm", [language]).t("documents.section") : title
    return { ...nothing, lines, questionnaire: DocumentList.drafted({ title: heading, language, lines }) }
  }
  if (filled.what === "basket") {
    if (work === null || work.basket.length === 0) return nothing
    const given = filled.title.trim() === "" ? yield* basketTitle(visit, work, language) : title
    const asking = Option.getOrNull(
      yield* Effect.option((yield* WorkItems).combine(visit.workspace.id, work.id, { language, title: given })),
    )
    return asking === null ? nothing : { ...nothing, ...asking }
  }
  const stored = yield* chosen(visit, filled.questionnaire)
  const isSame = stored?.ref.id === before?.details.questionnaire.id
  const tasks = before !== null && isSame ? before.details.tasks : []
  return stored === null ? nothing : { ...nothing, stored, questionnaire: stored.questionnaire, tasks }
})

/** What is asked for, by name, as the customer reads it; the work's own title where that would be long. */
const basketTitle = Effect.fnUntraced(function* (visit: Visit, { basket, title }: Work, language: string) {
  const questionnaires = yield* Questionnaires
  const titles = yield* Effect.forEach(basket, ({ questionnaire }) =>
    Effect.map(Effect.option(questionnaires.get(visit.workspace.id, questionnaire)), (found) =>
      Option.match(found, {
        onNone: () => "",
        onSome: (stored) => LocalText.resolve(stored.questionnaire.title, [language, stored.questionnaire.language]),
      }),
    ),
  )
  const named = new Intl.ListFormat(language).format(titles.filter((one) => one !== ""))
  return named === "" || named.length > 80 ? title : LocalText.oneLine(named)
})

const chosen = Effect.fnUntraced(function* (visit: Visit, value: string) {
  const [, id = "", version = "0"] = /^([a-z][a-z0-9-]{0,63})@(\d{1,9})$/.exec(value) ?? []
  if (id === "") return null
  const found = (yield* Questionnaires).get(visit.workspace.id, id, Number(version))
  return Option.getOrNull(yield* Effect.option(found))
})

const detailsOf = (
  { words, workspace }: Visit,
  filled: Filled,
  { stored, questionnaire, tasks, work }: Asked & { readonly work: Work | null },
  recipients: ReadonlyArray<ClientRequest.Recipient>,
  rule: Reminder.Rule,
  before: ClientRequest.State | null,
): ClientRequest.Details => {
  const language = recipients[0]?.language ?? words.language
  const { t } = Messages.translator("firm", [language])
  const title =
    questionnaire === null || filled.what === "documents"
      ? t("documents.section")
      : LocalText.oneLine(LocalText.resolve(questionnaire.title, [language, questionnaire.language]))
  const isOff = before !== null && filled.reminding === "none"
  return {
    title: filled.title.trim() === "" ? title : filled.title.trim(),
    description: filled.description.trim(),
    due: filled.due === "" ? null : filled.due,
    dues: duesOf(filled.dues, before?.details.dues ?? {}),
    message: filled.message,
    questionnaire: stored?.ref ?? { id: "", version: 0, hash: "", questions: 0, sections: [] },
    recipients,
    attachments: filled.attachments,
    // switched off, the rule that it had stays to be switched on again
    reminders: isOff
      ? { rule: before.details.reminders.rule, enabled: before.details.reminders.rule.kind === "none" }
      : { rule, enabled: true },
    timeZone: before?.details.timeZone ?? workspace.timeZone,
    sensitivity: filled.sensitive ? "high" : "normal",
    ...(filled.portalOnly ? { portalOnly: true } : {}),
    workItem: work?.id ?? null,
    tasks,
  }
}

/** Days that are filled in; that a section has none on purpose (null) stays so while nothing is. */
const duesOf = (filled: Filled["dues"], before: ClientRequest.Details["dues"]): ClientRequest.Details["dues"] =>
  Object.fromEntries(
    Object.entries(filled).flatMap(([section, day]): ReadonlyArray<[string, string | null]> => {
      if (day !== "") return [[section, day]]
      return before[section] === null ? [[section, null]] : []
    }),
  )

/** The days that the form gives, and that were not there before. */
const newDues = ({ dues }: ClientRequest.Details, before: ClientRequest.State | null): ClientRequest.Details["dues"] =>
  Object.fromEntries(Object.entries(dues).filter(([section, day]) => before?.details.dues[section] !== day))

/** The work of that id with its people and its basket; null: there is none. */
const workOf = Effect.fnUntraced(function* (visit: Visit, id: string) {
  if (!isId(id)) return null
  const workItems = yield* WorkItems
  const read = Effect.all({
    workItem: workItems.get(visit.workspace.id, id),
    participants: workItems.rolesOf(visit.workspace.id, id),
    basket: workItems.basket(visit.workspace.id, id),
  })
  const found = Option.getOrNull(yield* Effect.option(read))
  return found === null
    ? null
    : { id, title: found.workItem.title, participants: found.participants, basket: found.basket }
})

/** People that the firm has asked before, the latest first (P10). */
const earlierRecipients = Effect.fnUntraced(function* (visit: Visit) {
  const { requests } = yield* (yield* ClientRequests).list(visit.workspace.id, { limit: 200, offset: 0 })
  const byEmail = new Map<string, ClientRequest.Recipient>()
  for (const { details } of requests) {
    for (const recipient of details.recipients) {
      const key = recipient.email.toLowerCase()
      if (key !== "" && !byEmail.has(key)) byEmail.set(key, recipient)
    }
  }
  return [...byEmail.values()]
})

const nameIn = (earlier: ReadonlyArray<ClientRequest.Recipient>, email: string): string =>
  email === ""
    ? ""
    : LocalText.oneLine(earlier.find((one) => one.email.toLowerCase() === email.toLowerCase())?.name ?? "")
