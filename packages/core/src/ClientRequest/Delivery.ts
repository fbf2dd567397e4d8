/**
 * What must be delivered because something happened, as data: the core sends nothing. The shell writes deliveries in the
 * transaction of their event, and asks `dropReason` again at hand-over, because a request may have moved on (M8).
 */
import * as Schema from "effect/Schema"
import type { Instant } from "../Instant.ts"
import { blocked } from "../Reminder.ts"
import type { Event, EventOf } from "./Event.ts"
import { Reason } from "./Reason.ts"
import { isInvited, isItemDone, reminderInput } from "./reminding.ts"
import type { State } from "./State.ts"
import { isOpenAt, stateAt } from "./views.ts"

/** To the customer: each carries a link of its own. */
const toCustomer = { recipient: Schema.String }

export const Delivery = Schema.Union([
  /** The e-mail with the button (P13, K2). `sendNo` 1: the first of its request. */
  Schema.Struct({ kind: Schema.Literal("invitation"), ...toCustomer, sendNo: Schema.Int }),
  /** "Please remember" (K13–K15): number `count` of the cycle that send `sendNo` began. */
  Schema.Struct({ kind: Schema.Literal("reminder"), ...toCustomer, sendNo: Schema.Int, count: Schema.Int }),
  /** A new link at the customer's own wish (K41, K43). */
  Schema.Struct({ kind: Schema.Literal("access-link"), ...toCustomer, accessNo: Schema.Int }),
  /** An item was sent back: by the firm with the reason, or because this file was infected; or the request was opened again. */
  Schema.Struct({
    kind: Schema.Literal("returned"),
    ...toCustomer,
    item: Schema.NullOr(Schema.String),
    reason: Schema.String,
    infected: Schema.optionalKey(Schema.String),
    at: Schema.Int,
  }),
  /** Another customer named them, and says in whose name they are asked: the mail has no other word of theirs. */
  Schema.Struct({ kind: Schema.Literal("delegated"), ...toCustomer, at: Schema.Int }),
  /** The firm, or another on the same record, has said something: those of a quarter of an hour in one mail. */
  Schema.Struct({ kind: Schema.Literal("comments"), ...toCustomer, at: Schema.Int }),
  /** A customer has said something. */
  Schema.Struct({ kind: Schema.Literal("comments-notice"), at: Schema.Int }),
  /** A customer would have somebody else answer, and the firm has to say whether they may. */
  Schema.Struct({ kind: Schema.Literal("proposal-notice"), proposal: Schema.String, at: Schema.Int }),
  /** A customer passed it on to this recipient. */
  Schema.Struct({ kind: Schema.Literal("delegated-notice"), ...toCustomer, at: Schema.Int }),
  /** A recipient says that it is not for them. */
  Schema.Struct({ kind: Schema.Literal("disowned-notice"), ...toCustomer, at: Schema.Int }),
  /** "It has been submitted", to the member who sent it (T12, K3). */
  Schema.Struct({ kind: Schema.Literal("submitted-notice"), submissionId: Schema.String }),
  /** An item was completed or declined: to sender and assignee (K31). */
  Schema.Struct({ kind: Schema.Literal("item-notice"), item: Schema.String, at: Schema.Int }),
  /** Documents came in by a file request (F2): from the first to the last of a visit, which the shell gathers. */
  Schema.Struct({ kind: Schema.Literal("upload-notice"), at: Schema.Int, last: Schema.Int }),
  /** A scheduled send could not be: to who scheduled it. */
  Schema.Struct({ kind: Schema.Literal("schedule-notice"), reasons: Schema.Array(Reason), at: Schema.Int }),
  /** A recipient wants no more reminders (M13). */
  Schema.Struct({ kind: Schema.Literal("reminders-notice"), ...toCustomer, at: Schema.Int }),
  /** An address does not work (M16). */
  Schema.Struct({ kind: Schema.Literal("bounce-notice"), ...toCustomer, at: Schema.Int }),
  /** A customer asked for a code by SMS, and there is no number that one can go to (S35). */
  Schema.Struct({ kind: Schema.Literal("number-notice"), ...toCustomer, at: Schema.Int }),
  /** A file that came in was infected, and is gone (S55). */
  Schema.Struct({ kind: Schema.Literal("file-notice"), file: Schema.String, at: Schema.Int }),
])
export type Delivery = typeof Delivery.Type

/** What was said is told in one mail: that of the same quarter of an hour. */
const batch = 900_000

const hour = 3_600_000

/** What an event gives rise to; `before` and `after` are the request before and after it. */
export const deliveries = (event: Event, after: State, before: State | null = null): ReadonlyArray<Delivery> => {
  switch (event.type) {
    case "RequestSent":
    case "RequestResent":
      return event.recipients.map((recipient) => ({ kind: "invitation", recipient, sendNo: event.sendNo }))
    case "ReminderSent":
      return after.details.recipients
        .filter(({ id }) => isInvited(after, id) && !after.suppressed.includes(id))
        .map(({ id }) => ({ kind: "reminder", recipient: id, sendNo: after.sendNo, count: event.count }))
    case "AccessLinkSent":
      return [{ kind: "access-link", recipient: event.recipient, accessNo: event.accessNo }]
    case "ItemReturned":
      return toAll(after, event)
    case "RequestReopened":
      return toAll(after, { item: null, reason: "", at: event.at })
    case "FileQuarantined":
      return event.signature === "" ? [] : [{ kind: "file-notice", file: event.file, at: event.at }]
    case "RequestSubmitted":
      return [{ kind: "submitted-notice", submissionId: event.submissionId }]
    case "ItemCompleted":
    case "ItemDeclined":
      return event.by.kind === "customer" ? [{ kind: "item-notice", item: event.item, at: event.at }] : []
    case "FileAttached":
      return after.policy.saving === "immediate" ? [{ kind: "upload-notice", at: event.at, last: event.at }] : []
    case "CommentAdded":
      return told(event, after)
    case "DelegationProposed":
      return [{ kind: "proposal-notice", proposal: event.proposal, at: event.at }]
    case "RequestDelegated":
      return [
        { kind: "delegated", recipient: event.to.id, at: event.at },
        { kind: "delegated-notice", recipient: event.to.id, at: event.at },
      ]
    case "RequestDisowned":
      return [{ kind: "disowned-notice", recipient: event.recipient, at: event.at }]
    case "ScheduledSendRefused":
      return [{ kind: "schedule-notice", reasons: event.reasons, at: event.at }]
    case "RemindersStopped":
      return [{ kind: "reminders-notice", recipient: event.recipient, at: event.at }]
    case "DeliveryReported":
      // told of once, however many mails come back
      return after.suppressed.includes(event.recipient) && before?.suppressed.includes(event.recipient) !== true
        ? [{ kind: "bounce-notice", recipient: event.recipient, at: event.at }]
        : []
    case "AccessRecorded":
      // whoever asks again and again is told of once an hour
      return event.what === "code-no-number" && event.channel === "sms"
        ? [{ kind: "number-notice", recipient: event.recipient, at: Math.floor(event.at / hour) * hour }]
        : []
    default:
      return []
  }
}

/** Whoever reads it, but who said it. */
const told = (event: EventOf<"CommentAdded">, after: State): ReadonlyArray<Delivery> => {
  const { recipient: whose, by } = event
  const at = Math.floor(event.at / batch) * batch
  const author = by.kind === "customer" ? event.author : null
  return [
    ...(by.kind === "customer" ? [{ kind: "comments-notice", at } as const] : []),
    ...after.details.recipients
      .filter(({ id }) => (whose === null || whose === id) && id !== author)
      .filter(({ id }) => isInvited(after, id) && !after.suppressed.includes(id))
      .map(({ id }) => ({ kind: "comments", recipient: id, at }) as const),
  ]
}

interface Return {
  readonly item: string | null
  readonly reason: string
  readonly infected?: string
  readonly at: Instant
}

const toAll = (after: State, { item, reason, infected, at }: Return): ReadonlyArray<Delivery> =>
  after.details.recipients.map(({ id }) => ({
    kind: "returned",
    recipient: id,
    item,
    reason,
    ...(infected === undefined ? {} : { infected }),
    at,
  }))

/** A delivery whose mail carries a link of its own to one recipient. */
export type ToCustomer = Extract<
  Delivery,
  { readonly kind: "invitation" | "reminder" | "access-link" | "returned" | "delegated" | "comments" }
>

const toCustomers: ReadonlySet<Delivery["kind"]> = new Set([
  "invitation",
  "reminder",
  "access-link",
  "returned",
  "delegated",
  "comments",
])

/** Does its mail carry a link? */
export const carriesLink = (delivery: Delivery): delivery is ToCustomer => toCustomers.has(delivery.kind)

/**
 * Whether the link that it carries may move the customer to another device: only one that they asked for themselves. Any
 * other mail would let whoever opens it first read what was answered (S17, S19).
 */
export const rebinds = (delivery: Delivery): boolean => delivery.kind === "access-link"

/** Names a delivery for ever: whatever happens, one key leads to one message (M3). */
export const deliveryKey = (requestId: string, delivery: Delivery): string => {
  const parts: ReadonlyArray<string | number> = ((): ReadonlyArray<string | number> => {
    switch (delivery.kind) {
      case "invitation":
        return [delivery.recipient, delivery.sendNo]
      case "reminder":
        return [delivery.recipient, delivery.sendNo, delivery.count]
      case "access-link":
        return [delivery.recipient, delivery.accessNo]
      case "returned":
        return [
          delivery.recipient,
          delivery.item ?? "*",
          delivery.at,
          ...(delivery.infected === undefined ? [] : ["infected"]),
        ]
      case "submitted-notice":
        return [delivery.submissionId]
      case "item-notice":
        return [delivery.item, delivery.at]
      case "upload-notice":
      case "schedule-notice":
      case "comments-notice":
        return [delivery.at]
      case "delegated":
        return [delivery.recipient]
      case "proposal-notice":
        return [delivery.proposal]
      case "comments":
      case "delegated-notice":
      case "disowned-notice":
      case "reminders-notice":
      case "bounce-notice":
      case "number-notice":
        return [delivery.recipient, delivery.at]
      case "file-notice":
        return [delivery.file]
    }
  })()
  return [delivery.kind, requestId, ...parts].join(":")
}

/** Why a delivery is not worth making any more; null: it is. */
export const dropReason = (delivery: Delivery, request: State, at: Instant): string | null => {
  if (!carriesLink(delivery)) return null
  if (!request.details.recipients.some(({ id }) => id === delivery.recipient)) return "the recipient was changed"
  if (request.suppressed.includes(delivery.recipient)) return "its address does not work"
  if (request.disowned?.some(({ recipient }) => recipient === delivery.recipient))
    return "they said that it is not for them"
  if (!isOpenAt(request, at)) {
    return request.suspended === null ? `the request is ${stateAt(request, at)}` : "the request is suspended"
  }
  if (delivery.kind === "invitation" || delivery.kind === "reminder") {
    if (delivery.sendNo !== request.sendNo && !isLatestFor(delivery, request)) return "replaced by a later send"
  }
  if (delivery.kind === "reminder") {
    const items = request.details.questionnaire.sections
    if (items.every((item) => isItemDone(request, item))) return "everything is complete"
    if (!request.details.reminders.enabled) return "reminders were turned off"
    const reason = blocked({ ...reminderInput(request), cap: null })
    return reason === null ? null : `no reminder is due any more: ${reason}`
  }
  return null
}

/** A new invitation of another recipient does not replace this one's. */
const isLatestFor = (delivery: { readonly recipient: string; readonly sendNo: number }, request: State): boolean =>
  delivery.sendNo === (request.families[delivery.recipient]?.sendNo ?? 0)
