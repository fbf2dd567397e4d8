/**
 * What a request is made of, as the API is told it: definitions, people, work and days of the firm's own, looked up and
 * checked before anything is made or changed. `Asking.make` gives the checks to the handlers of requests.
 */
import { Access, Failure, type Requests } from "@requite/api"
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import type { Current, NewRequest } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import { Contacts } from "../Contacts.ts"
import * as Invitation from "../Invitation.ts"
import { MailTemplates } from "../MailTemplates.ts"
import { Questionnaires } from "../Questionnaires.ts"
import * as Recipients from "../Recipients.ts"
import { WorkItems } from "../WorkItems.ts"
import { Workspaces } from "../Workspaces.ts"
import * as failures from "./failures.ts"
import * as given from "./given.ts"

export const make = Effect.gen(function* () {
  const questionnaires = yield* Questionnaires
  const workspaces = yield* Workspaces
  const workItems = yield* WorkItems
  const contacts = yield* Contacts
  const templates = yield* MailTemplates
  const { smsCountries } = yield* Config

  const refOf = Effect.fnUntraced(
    function* (asked: typeof Requests.Asked.Type) {
      const { workspaceId } = yield* Access.CurrentMember
      const stored =
        "source" in asked
          ? (yield* questionnaires.add(workspaceId, asked.source, { alone: true })).stored
          : yield* questionnaires.get(workspaceId, asked.id, asked.version)
      return stored.ref
    },
    Effect.catchTags({ ...failures.definition, ...failures.noQuestionnaire }),
  )

  const checkMessage = (details: ClientRequest.Details): Effect.Effect<void, Failure.MessageRefused> => {
    const sentences = Invitation.check(details.message, details)
    return sentences.length === 0 ? Effect.void : Effect.fail(new Failure.MessageRefused({ sentences }))
  }

  /** Work and people of another workspace are answered like those that nobody knows (S43). */
  const known = Effect.fnUntraced(function* (details: Pick<ClientRequest.Details, "recipients" | "workItem">) {
    const { workspaceId } = yield* Access.CurrentMember
    if (details.workItem !== null) yield* workItems.get(workspaceId, details.workItem)
    yield* Effect.forEach(details.recipients, ({ contact }) =>
      contact === null ? Effect.void : contacts.get(workspaceId, contact),
    )
  }, Effect.catchTags(failures.noWork))

  /** Recipients who are contacts of the firm by their address. */
  const recognised = Effect.fnUntraced(function* (
    recipients: ReadonlyArray<ClientRequest.Recipient>,
    before: ClientRequest.State | null,
  ) {
    const { workspaceId } = yield* Access.CurrentMember
    const found = Recipients.recognised(workspaceId, recipients, before)
    return yield* Effect.provideService(found, Contacts, contacts)
  })

  /** Refuses what needs codes by SMS and has numbers that none can go to (S35); `to`: those it is about, if not all. */
  const reachable = Effect.fnUntraced(function* (
    name: ClientRequest.Command["type"],
    { request }: Pick<Current, "request">,
    to?: ReadonlyArray<ClientRequest.Recipient>,
  ) {
    const refusal = Recipients.refusal(name, request, smsCountries, to)
    if (refusal !== null) return yield* Effect.fail(refusal)
  })

  const checkDues = (
    dues: ClientRequest.Details["dues"],
    questionnaire: ClientRequest.Details["questionnaire"],
  ): Effect.Effect<void, Failure.DuesRefused> => {
    const sections = Recipients.unknownDues(dues, questionnaire)
    const message = `The questionnaire has no such section: ${sections.join(", ")}.`
    return sections.length === 0 ? Effect.void : Effect.fail(new Failure.DuesRefused({ sections, message }))
  }

  const newRequest = Effect.fnUntraced(function* (payload: Requests.NewRequest) {
    const { title, description = "", due = null, dues = {}, workItem = null, tasks = [], policy = "standard" } = payload
    const rules = yield* Effect.fromResult(given.soundPolicy(policy))
    const { language, timeZone } = yield* workspaces.get((yield* Access.CurrentMember).workspaceId)
    const recipients = yield* recognised(given.newRecipients(payload, language), null)
    const reader = recipients[0]?.language ?? language
    const own = yield* templates.find((yield* Access.CurrentMember).workspaceId, "invitation", reader)
    const details: ClientRequest.Details = {
      title,
      description,
      questionnaire: { id: "", version: 0, hash: "", questions: 0, sections: [] },
      attachments: [],
      due,
      dues,
      message: payload.message ?? Invitation.defaultMessage(reader, own),
      recipients,
      reminders: { rule: rules.reminders.rule, enabled: true, ...payload.reminders },
      timeZone: payload.timeZone ?? timeZone,
      sensitivity: payload.sensitivity ?? "normal",
      ...(payload.portalOnly === true ? { portalOnly: true } : {}),
      workItem,
      tasks,
    }
    yield* checkMessage(details)
    yield* known(details)
    const questionnaire = yield* refOf(payload.questionnaire)
    yield* checkDues(dues, questionnaire)
    const one: NewRequest = { details: { ...details, questionnaire }, policy: rules }
    // each on their own: one request for everyone (K27)
    return rules.audience === "separate-views" && recipients.length > 1
      ? recipients.map((recipient) => ({ ...one, details: { ...one.details, recipients: [recipient] } }))
      : [one]
  })

  return { refOf, checkMessage, known, recognised, reachable, checkDues, newRequest }
})
