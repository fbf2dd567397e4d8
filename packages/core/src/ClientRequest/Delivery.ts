/**
 * What must be delivered because something happened, as data: the core sends nothing. The shell writes deliveries in the
 * transaction of their event, and asks `dropReason` again at hand-over, because a request may have moved on (M8).
 */
import * as Schema from "effect/Schema"
import type { Instant } from "../Instant.ts"
import type { Event } from "./Event.ts"
import type { State } from "./State.ts"
import { isOpenAt, stateAt } from "./State.ts"

export const Delivery = Schema.Union([
  /** The e-mail with the button, to the recipient (P13, K2). `first` of its request or sent again. */
  Schema.Struct({ kind: Schema.Literal("invitation"), sendNo: Schema.Int }),
  /** "It has been submitted", to the member who sent it (T12, K3). */
  Schema.Struct({ kind: Schema.Literal("submitted-notice"), submissionId: Schema.String }),
])
export type Delivery = typeof Delivery.Type

/** What an event gives rise to. */
export const deliveries = (event: Event): ReadonlyArray<Delivery> => {
  switch (event.type) {
    case "RequestSent":
    case "RequestResent":
      return [{ kind: "invitation", sendNo: event.sendNo }]
    case "RequestSubmitted":
      return [{ kind: "submitted-notice", submissionId: event.submissionId }]
    default:
      return []
  }
}

/** Names a delivery for ever: whatever happens, one key leads to one message (M3). */
export const deliveryKey = (requestId: string, delivery: Delivery): string =>
  delivery.kind === "invitation"
    ? `invitation:${requestId}:${delivery.sendNo}`
    : `submitted-notice:${requestId}:${delivery.submissionId}`

/** Why a delivery is not worth making any more; null: it is. */
export const dropReason = (delivery: Delivery, request: State, at: Instant): string | null => {
  if (delivery.kind === "submitted-notice") return null
  if (delivery.sendNo !== request.sendNo) return "replaced by a later send"
  return isOpenAt(request, at) ? null : `the request is ${stateAt(request, at)}`
}
