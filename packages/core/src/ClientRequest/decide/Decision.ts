/** A decision: the events that follow, or the refusal with every guard that failed; and the guards that rules share. */
import * as Result from "effect/Result"
import { plusDays, type Instant } from "../../Instant.ts"
import type { Command } from "../Command.ts"
import type { Event } from "../Event.ts"
import type { Reason } from "../Reason.ts"
import { reason } from "../Reason.ts"
import type { Refused } from "../Refusal.ts"
import type { LifecycleState, State } from "../State.ts"
import { allowed } from "./allowed.ts"

export type Decision = Result.Result<ReadonlyArray<Event>, Refused>

export const accept = (...events: ReadonlyArray<Event>): Decision => Result.succeed(events)

export const refuse = (command: Command, request: State | null, reasons: ReadonlyArray<Reason>): Decision =>
  Result.fail({ command: command.type, state: request?.state ?? null, reasons, allowed: allowed(command, request) })

/** Accepts these events unless a guard failed. */
export const unless =
  (command: Command, request: State, reasons: ReadonlyArray<Reason>) =>
  (...events: ReadonlyArray<Event>): Decision =>
    reasons.length > 0 ? refuse(command, request, reasons) : accept(...events)

/** One guard: the reason when it fails, nothing when it holds. */
export const guard = (
  holds: boolean,
  code: Reason["code"],
  message: string,
  about: ReadonlyArray<string> = [],
): ReadonlyArray<Reason> => (holds ? [] : [reason(code, message, about)])

export const inState = (
  request: State,
  states: ReadonlyArray<LifecycleState>,
  message: string,
  code: Reason["code"] = "wrong-state",
): ReadonlyArray<Reason> => guard(states.includes(request.state), code, message)

/** Where the item is one of what is asked. */
export const knownItem = (request: State, item: string): ReadonlyArray<Reason> =>
  guard(request.details.questionnaire.sections.includes(item), "item-unknown", "There is no such item.", [item])

/** The end of a window that begins now, never before the one that there is (I4). */
export const windowFrom = (request: State, at: Instant): Instant | null => {
  const days = request.policy.windowDays
  return days === null ? null : Math.max(plusDays(at, days), request.expiresAt ?? 0)
}

/** What the command was told: when, and by whom. */
export const stamp = ({ at, by }: Command) => ({ at, by })
