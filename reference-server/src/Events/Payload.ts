/**
 * What others are told of an audit entry: its ids and states, by a list of what may leave for each event. What is not
 * listed here stays here: texts, names, addresses, answers, devices, digests (security.md S71). An entry whose content was
 * erased says only that it was.
 */
import { Events as Contract } from "@requite/api"
import { ClientRequest } from "@requite/core"
import * as Schema from "effect/Schema"
import * as Cursor from "./Cursor.ts"

/** An audit entry with its place, and the work item of its request. */
export const Row = Schema.Struct({
  requestId: Schema.String,
  index: Schema.Int,
  type: Schema.Literals(["RequestCreated", ...Object.keys(Contract.names).filter(isName)]),
  at: Schema.Date,
  by: ClientRequest.Actor,
  event: Schema.NullOr(ClientRequest.Event),
  context: Schema.NullOr(
    Schema.Struct({ before: Schema.NullOr(ClientRequest.LifecycleState), after: ClientRequest.LifecycleState }),
  ),
  transaction: Schema.String,
  position: Schema.String,
  workItem: Schema.NullOr(Schema.String),
})
export type Row = typeof Row.Type

function isName(name: string): name is keyof typeof Contract.names {
  return name in Contract.names
}

/** The id of an event: the same for ever, in the feed and as `webhook-id`. */
export const idOf = (requestId: string, index: number): string => `evt_${requestId.replaceAll("-", "")}_${index}`

/** The event of an entry, as others are told. */
export const of = (row: Row): Contract.Listed => {
  const { requestId, index, event, context } = row
  const timestamp = row.at.toISOString()
  const place = {
    id: idOf(requestId, index),
    cursor: Cursor.print(row),
    requestId,
    index,
    by: { kind: row.by.kind, id: actorId(row.by) },
  }
  if (event === null || context === null) {
    return { type: "event.erased", timestamp, data: { ...place, was: Contract.names[row.type] } }
  }
  const common = { ...place, workItem: row.workItem, before: context.before, state: context.after }
  return decode({ type: Contract.names[event.type], timestamp, data: { ...common, ...detailsOf(event) } })
}

// the union of the contract says whether the details fit their type, which the compiler cannot follow through a lookup
const decode = Schema.decodeUnknownSync(Contract.Listed, { onExcessProperty: "error" })

const actorId = (by: ClientRequest.Actor): string | null =>
  by.kind === "member" ? by.id : by.kind === "customer" ? by.link : null

const instant = (at: number): string => new Date(at).toISOString()
const instantOrNull = (at: number | null): string | null => (at === null ? null : instant(at))

type Details = Readonly<Record<string, unknown>>

/** What leaves of an event beside its type. */
const detailsOf = (event: ClientRequest.Event): Details => {
  switch (event.type) {
    case "RequestEdited":
      return { structure: event.structure }
    case "WindowChanged":
    case "RequestReopened":
      return { expiresAt: instantOrNull(event.expiresAt) }
    case "RequestScheduled":
      return { sendAt: instant(event.sendAt) }
    case "ScheduledSendRefused":
      return { reasons: event.reasons.map(({ code }) => code) }
    case "RequestSent":
    case "RequestResent":
      return { sendNo: event.sendNo, recipients: event.recipients, expiresAt: instantOrNull(event.expiresAt) }
    case "AccessLinkSent":
      return { recipient: event.recipient, expiresAt: instantOrNull(event.expiresAt) }
    case "LinkClaimed":
      return {
        recipient: event.recipient,
        assurance: event.assurance,
        expiresAt: instantOrNull(event.expiresAt),
      }
    case "RecipientChanged":
    case "LinksRevoked":
    case "DeviceFixed":
    case "RemindersStopped":
    case "SuppressionLifted":
      return { recipient: event.recipient }
    case "LanguageChosen":
      return { recipient: event.recipient, language: event.language }
    case "ItemStarted":
    case "ItemCompleted":
    case "ItemReopened":
    case "ItemDeclined":
    case "ItemAccepted":
    case "ItemWaived":
      return { item: event.item }
    case "ItemReturned":
      return { item: event.item, infected: event.infected !== undefined, expiresAt: instantOrNull(event.expiresAt) }
    case "AnswersSaved":
      return { questions: event.questions, conflicts: event.conflicts }
    case "FileAttached":
      return { question: event.question, file: event.file.id, scan: event.scan }
    case "FileRemoved":
      return { file: event.file }
    case "FileScanned":
      return { question: event.question, file: event.file, scan: event.scan }
    case "FileQuarantined":
      return { question: event.question, file: event.file, signature: event.signature }
    case "CheckRequested":
      return { item: event.item, question: event.question, check: event.check, files: event.files }
    case "ReminderSent":
      return { count: event.count, expiresAt: instantOrNull(event.expiresAt) }
    case "CommentAdded":
      return { comment: event.comment, item: event.item, recipient: event.recipient }
    case "DelegationProposed":
      return { recipient: event.recipient, proposal: event.proposal }
    case "DelegationRefused":
      return { proposal: event.proposal }
    case "RequestDelegated":
      return { recipient: event.recipient, to: event.to.id, joins: event.joins }
    case "RequestDisowned":
      return { recipient: event.recipient }
    case "RequestSubmitted":
      return { submission: event.submissionId }
    case "DeliveryReported":
      return { recipient: event.recipient, mail: event.mail, outcome: event.outcome }
    case "AccessRecorded": {
      // a way, never the number or address at its end
      const channel = event.channel === "email" || event.channel === "sms" ? event.channel : ""
      return { recipient: event.recipient, what: event.what, channel }
    }
    case "RequestViewed":
      return { what: event.what }
    case "RequestCreated":
    case "RequestUnscheduled":
    case "RequestStarted":
    case "RequestSuspended":
    case "RequestResumed":
    case "RequestCancelled":
    case "RequestExpired":
    case "RequestErased":
      return {}
  }
}
