/**
 * Events: what happened to the requests of a workspace, as receivers of webhooks get them and as `GET /api/events` lists
 * them. An event carries ids and states, never a link, an answer, a name, an address or a text of somebody (security.md
 * S71); only `request.submitted` carries the answers, to an endpoint that asks for them.
 *
 * Words: a *type* is what happened, `request.submitted`; the *cursor* is the event's place in the one order of its
 * workspace; the *index* its place in its request. `Event` decodes what a receiver got, once the signature is verified with a
 * library of the Standard Webhooks specification: `new Webhook(secret).verify(body, headers)` of `standardwebhooks`.
 */
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

/** The type of each event of the core, as it stands on the wire. */
export const names = {
  RequestCreated: "request.created",
  RequestEdited: "request.edited",
  RecipientChanged: "recipient.changed",
  WindowChanged: "request.window-changed",
  RequestScheduled: "request.scheduled",
  RequestUnscheduled: "request.unscheduled",
  ScheduledSendRefused: "request.schedule-refused",
  RequestSent: "request.sent",
  RequestResent: "request.resent",
  AccessLinkSent: "access-link.sent",
  LinksRevoked: "access-link.revoked",
  LinkClaimed: "access-link.claimed",
  DeviceFixed: "access-link.device-fixed",
  RequestStarted: "request.started",
  ItemStarted: "item.started",
  ItemCompleted: "item.completed",
  ItemReopened: "item.reopened",
  ItemDeclined: "item.declined",
  ItemAccepted: "item.accepted",
  ItemReturned: "item.returned",
  ItemWaived: "item.waived",
  AnswersSaved: "answers.saved",
  FileAttached: "file.attached",
  FileRemoved: "file.removed",
  FileScanned: "file.scanned",
  FileQuarantined: "file.quarantined",
  CheckRequested: "check.requested",
  ReminderSent: "reminder.sent",
  RemindersStopped: "reminder.stopped",
  LanguageChosen: "recipient.language-chosen",
  CommentAdded: "comment.added",
  DelegationProposed: "delegation.proposed",
  DelegationRefused: "delegation.refused",
  RequestDelegated: "request.delegated",
  RequestDisowned: "request.disowned",
  RequestSubmitted: "request.submitted",
  RequestReopened: "request.reopened",
  RequestSuspended: "request.suspended",
  RequestResumed: "request.resumed",
  RequestCancelled: "request.cancelled",
  RequestExpired: "request.expired",
  DeliveryReported: "delivery.reported",
  SuppressionLifted: "delivery.suppression-lifted",
  AccessRecorded: "access.recorded",
  RequestViewed: "request.viewed",
  RequestErased: "request.erased",
} as const satisfies Readonly<Record<ClientRequest.Event["type"], string>>

/** What an endpoint can be told of, and the feed be filtered by. */
export const Type = Schema.Literals(Object.values(names)).annotate({
  identifier: "EventType",
  description: "What happened. More types may come: a receiver passes over those that it does not know.",
})
export type Type = typeof Type.Type

const by = Schema.Struct({
  kind: Schema.Literals(["member", "customer", "system"]),
  id: Schema.NullOr(Schema.String),
}).annotate({ description: "A member by id, the customer by the id of the link that they came by, or the clock." })

/** What every event says. */
const place = {
  id: Schema.String.annotate({
    description: "Names the event for ever; `webhook-id` is the same.",
    examples: ["evt_0198c1f26f0a4d399e552f1f0a5c7d10_3"],
  }),
  cursor: Schema.String.annotate({
    description:
      "Its place among the events of the workspace: compared as text, cursors are in the order of the feed, and `after` takes one.",
  }),
  requestId: Schema.String,
  index: Schema.Int.annotate({ description: "Its place among the events of its request: from 1, without gaps." }),
  by,
}

const common = {
  ...place,
  workItem: Schema.NullOr(Schema.String),
  before: Schema.NullOr(Wire.LifecycleState).annotate({ description: "The request's state before; null: it is new." }),
  state: Wire.LifecycleState,
}

const event = <Name extends string, Fields extends Schema.Struct.Fields>(name: Name, fields: Fields) =>
  Schema.Struct({
    type: Schema.Literal(name),
    timestamp: Wire.Timestamp,
    data: Schema.Struct({ ...common, ...fields }),
  }).annotate({ identifier: `Event.${name}` })

const ends = {
  expiresAt: Schema.NullOr(Wire.Timestamp).annotate({ description: "The end of its window; null: never." }),
}
const recipient = { recipient: Schema.String.annotate({ description: "The id of a recipient of the request." }) }
const item = { item: Schema.String.annotate({ description: "The id of a section." }) }
const scan = Wire.FileScan
const sent = { sendNo: Schema.Int, recipients: Schema.Array(Schema.String), ...ends }

/** The schema of each event, under its name in the core: none can be forgotten. */
export const schemas = {
  RequestCreated: event(names.RequestCreated, {}),
  RequestEdited: event(names.RequestEdited, {
    structure: Schema.Boolean.annotate({ description: "What is asked changed." }),
  }),
  RecipientChanged: event(names.RecipientChanged, recipient),
  WindowChanged: event(names.WindowChanged, ends),
  RequestScheduled: event(names.RequestScheduled, { sendAt: Wire.Timestamp }),
  RequestUnscheduled: event(names.RequestUnscheduled, {}),
  ScheduledSendRefused: event(names.ScheduledSendRefused, {
    reasons: Schema.Array(Schema.String).annotate({ description: "The codes of the guards that failed." }),
  }),
  RequestSent: event(names.RequestSent, sent),
  RequestResent: event(names.RequestResent, sent),
  AccessLinkSent: event(names.AccessLinkSent, { ...recipient, ...ends }),
  LinksRevoked: event(names.LinksRevoked, recipient),
  LinkClaimed: event(names.LinkClaimed, {
    ...recipient,
    assurance: Schema.Literals(["link", "single-channel", "two-channel"]),
    ...ends,
  }),
  DeviceFixed: event(names.DeviceFixed, recipient),
  RequestStarted: event(names.RequestStarted, {}),
  ItemStarted: event(names.ItemStarted, item),
  ItemCompleted: event(names.ItemCompleted, item),
  ItemReopened: event(names.ItemReopened, item),
  ItemDeclined: event(names.ItemDeclined, item),
  ItemAccepted: event(names.ItemAccepted, item),
  ItemReturned: event(names.ItemReturned, {
    ...item,
    infected: Schema.Boolean.annotate({
      description: "It came back by itself, because a file of it was infected; false: the firm sent it back.",
    }),
    ...ends,
  }),
  ItemWaived: event(names.ItemWaived, item),
  AnswersSaved: event(names.AnswersSaved, {
    questions: Schema.Array(Schema.String),
    conflicts: Schema.Array(Schema.String).annotate({
      description: "Those of them that somebody else had changed meanwhile.",
    }),
  }),
  FileAttached: event(names.FileAttached, { question: Schema.String, file: Schema.String, scan }),
  FileRemoved: event(names.FileRemoved, { file: Schema.String }),
  FileScanned: event(names.FileScanned, { question: Schema.String, file: Schema.String, scan }),
  FileQuarantined: event(names.FileQuarantined, {
    question: Schema.String,
    file: Schema.String,
    signature: Schema.String.annotate({
      description: "What the scanner calls what it found; empty: it could not look, and a member removed the file.",
    }),
  }),
  CheckRequested: event(names.CheckRequested, {
    ...item,
    question: Schema.String,
    check: Schema.String.annotate({
      description: "The name of the check, as the question has it.",
      examples: ["identity"],
    }),
    files: Schema.Array(Schema.String).annotate({ description: "The ids of the files that are to be checked." }),
  }),
  ReminderSent: event(names.ReminderSent, { count: Schema.Int, ...ends }),
  RemindersStopped: event(names.RemindersStopped, recipient),
  LanguageChosen: event(names.LanguageChosen, { ...recipient, language: Schema.String }),
  CommentAdded: event(names.CommentAdded, {
    comment: Schema.String.annotate({ description: "Its id; what it says is read with `requests.comments`." }),
    item: Schema.NullOr(Schema.String).annotate({ description: "The id of a section; null: the whole request." }),
    recipient: Schema.NullOr(Schema.String).annotate({
      description: "The recipient whose conversation with the firm it belongs to; null: of all who share the record.",
    }),
  }),
  DelegationProposed: event(names.DelegationProposed, { ...recipient, proposal: Schema.String }),
  DelegationRefused: event(names.DelegationRefused, { proposal: Schema.String }),
  RequestDelegated: event(names.RequestDelegated, {
    ...recipient,
    to: Schema.String.annotate({ description: "The id of the recipient who answers now." }),
    joins: Schema.Boolean.annotate({ description: "Beside the one before, on a shared record; else in their place." }),
  }),
  RequestDisowned: event(names.RequestDisowned, recipient),
  RequestSubmitted: event(names.RequestSubmitted, {
    submission: Schema.String,
    answers: Schema.optionalKey(Schema.NullOr(Wire.Answers)).annotate({
      description:
        "Only to an endpoint that includes them, never in the feed. Null: they were erased, or are too large for a webhook.",
    }),
  }),
  RequestReopened: event(names.RequestReopened, ends),
  RequestSuspended: event(names.RequestSuspended, {}),
  RequestResumed: event(names.RequestResumed, {}),
  RequestCancelled: event(names.RequestCancelled, {}),
  RequestExpired: event(names.RequestExpired, {}),
  DeliveryReported: event(names.DeliveryReported, {
    ...recipient,
    mail: Schema.String,
    outcome: ClientRequest.DeliveryOutcome,
  }),
  SuppressionLifted: event(names.SuppressionLifted, recipient),
  AccessRecorded: event(names.AccessRecorded, {
    ...recipient,
    what: ClientRequest.AccessFact,
    channel: Schema.Literals(["email", "sms", ""]),
  }),
  RequestViewed: event(names.RequestViewed, { what: ClientRequest.ViewedPart }),
  RequestErased: event(names.RequestErased, {}),
} satisfies Readonly<Record<ClientRequest.Event["type"], Schema.Constraint>>

/** What stays of an event whose content was erased. */
export const Erased = Schema.Struct({
  type: Schema.Literal("event.erased"),
  timestamp: Wire.Timestamp,
  data: Schema.Struct({ ...place, was: Type }),
}).annotate({ identifier: "Event.erased", description: "An event whose content was erased: that it happened is left." })

/** What an endpoint is sent to try it. */
export const Test = Schema.Struct({
  type: Schema.Literal("webhook.test"),
  timestamp: Wire.Timestamp,
  data: Schema.Struct({ id: Schema.String, endpoint: Schema.String }),
}).annotate({ identifier: "Event.test", description: "Sent when a member tries an endpoint; nothing happened." })

const happened = Object.values(schemas)

/** Everything that a receiver of webhooks may get. */
export const Event = Schema.Union([...happened, Erased, Test]).annotate({ identifier: "Event" })
export type Event = typeof Event.Type

/** Everything that the feed may list. */
export const Listed = Schema.Union([...happened, Erased]).annotate({ identifier: "ListedEvent" })
export type Listed = typeof Listed.Type

const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

export class Events extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.get("list", "/", {
      query: {
        after: Schema.optionalKey(
          Schema.String.check(
            Schema.isPattern(/^[0-9a-f]{32}$/, { message: "Expected the cursor of an event, or `next` of a list" }),
          ).annotate({ description: "Only what came after this cursor; left out: from the beginning." }),
        ),
        limit: Schema.optionalKey(whole(1, 500).annotate({ description: "At most so many; 100 unless given." })),
        type: Schema.optionalKey(Type.annotate({ description: "Only events of this type." })),
        request: Schema.optionalKey(Wire.Id.annotate({ description: "Only events of this request." })),
        wait: Schema.optionalKey(
          whole(0, 25).annotate({
            description: "Where there is nothing: wait for so many seconds, unless some comes.",
          }),
        ),
      },
      success: Schema.Struct({
        events: Schema.Array(Listed),
        next: Schema.String.annotate({ description: "What `after` of the next call should be." }),
        more: Schema.Boolean.annotate({ description: "There is more already: call again at once." }),
      }),
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Read the event feed",
        description:
          "The events of the workspace in one stable order, the same as webhooks carry. Nothing is missed and nothing listed twice: what two transactions write at the same time appears once both are done. Keep `next`, and go on from there. With a filter a page may be empty although there is `more`.",
      }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/events")
  .annotateMerge(
    OpenApi.annotations({
      title: "Events",
      description: "What happened to requests, to page through and to wait for.",
    }),
  ) {}
