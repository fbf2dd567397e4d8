/**
 * A client request: one asking of one recipient, with the lifecycle of lifecycle.md. Every rule is a plain function:
 * `decide(command, state)` gives the events or the refusal, `evolve(state, event)` the next state. Tests read as given
 * these events, when this command, then these events. `handle` is the same as a pure Effect that takes the time from
 * the `Clock`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Command } from "./ClientRequest/Command.ts"
import { decide } from "./ClientRequest/decide.ts"
import type { Event } from "./ClientRequest/Event.ts"
import { create, evolve } from "./ClientRequest/evolve.ts"
import { Refusal } from "./ClientRequest/Refusal.ts"
import type { State } from "./ClientRequest/State.ts"

export type { Command, OfCustomer, OfFirm, Outstanding } from "./ClientRequest/Command.ts"
export { decide } from "./ClientRequest/decide.ts"
export {
  carriesLink,
  deliveries,
  Delivery,
  deliveryKey,
  dropReason,
  rebinds,
  type ToCustomer,
} from "./ClientRequest/Delivery.ts"
export { AccessFact, DeliveryOutcome, Event, ViewedPart, ReportedReminder } from "./ClientRequest/Event.ts"
export { delegating, passings } from "./ClientRequest/decide/passing.ts"
export { isReadBy, isSayable, longest as longestComment } from "./ClientRequest/decide/talking.ts"
export { evolve, replay } from "./ClientRequest/evolve.ts"
export { Reason, ReasonCode, Refusal, type Refused } from "./ClientRequest/Refusal.ts"
export { dueOf, isItemDone, reminderInput, remindersSent } from "./ClientRequest/reminding.ts"
export {
  Actor,
  AttachedFile,
  Delegated,
  Details,
  Disowned,
  Family,
  FileScan,
  Item,
  ItemStatus,
  LifecycleState,
  Proposal,
  QuarantinedFile,
  Recipient,
  RequestedCheck,
  State,
  Submission,
  TaskPart,
} from "./ClientRequest/State.ts"
export {
  isOpenAt,
  isReadable,
  needsFactor,
  nextDueAt,
  type NextReminder,
  nextReminder,
  primary,
  recipientOf,
  stateAt,
} from "./ClientRequest/views.ts"

type WithoutTime<C> = C extends unknown ? Omit<C, "at"> : never

/** A command whose time is still to be taken from the clock. */
export type Intent = WithoutTime<Command>

export interface Handled {
  readonly state: State
  readonly events: ReadonlyArray<Event>
}

/** Decides on an intent at the time of the `Clock`, and gives the events and the state after them. */
export const handle = (intent: Intent, request: State | null): Effect.Effect<Handled, Refusal> =>
  Effect.flatMap(Clock.currentTimeMillis, (at) =>
    Effect.fromResult(
      Result.mapBoth(decide({ ...intent, at }, request), {
        onFailure: (refused) => new Refusal(refused),
        onSuccess: (events) => apply(request, events),
      }),
    ),
  )

const apply = (request: State | null, events: ReadonlyArray<Event>): Handled => {
  const state = events.reduce<State | null>(
    (before, event) =>
      before === null ? (event.type === "RequestCreated" ? create(event) : null) : evolve(before, event),
    request,
  )
  if (state === null) throw new Error("decide accepted a command without a request, and did not create one")
  return { state, events }
}
