/** Ending, pausing and opening again by the firm; and the end of reminders at the customer's wish. */
import type * as Command from "../Command.ts"
import { isInvited } from "../reminding.ts"
import type { State } from "../State.ts"
import type { Decision } from "./Decision.ts"
import { accept, guard, inState, stamp, unless, windowFrom } from "./Decision.ts"

export const cancel = (command: Command.Cancel, request: State): Decision => {
  if (request.state === "Cancelled") return accept()
  return unless(
    command,
    request,
    inState(request, ["Pending", "WaitingForCustomer", "Expired"], "It has been submitted already."),
  )({ type: "RequestCancelled", ...stamp(command), reason: command.reason })
}

/** A flag beside the state: the clock runs on (X15). */
export const suspension = (command: Command.Suspend | Command.Resume, request: State): Decision => {
  const suspends = command.type === "Suspend"
  if (request.state !== "Cancelled" && suspends === (request.suspended !== null)) return accept()
  return unless(
    command,
    request,
    inState(
      request,
      ["Pending", "WaitingForCustomer", "Submitted", "Expired"],
      "A cancelled request is over: create a new one.",
    ),
  )(
    suspends
      ? { type: "RequestSuspended", ...stamp(command), reason: command.reason }
      : { type: "RequestResumed", ...stamp(command) },
  )
}

/** Answers are kept; the links from before stay dead until it is sent again. */
export const reopen = (command: Command.Reopen, request: State): Decision =>
  unless(
    command,
    request,
    inState(request, ["Submitted"], "Only a request that was submitted can be opened again."),
  )({ type: "RequestReopened", ...stamp(command), expiresAt: windowFrom(request, command.at) })

/** The firm submits what is there: it may know better than the form what is missing. */
export const close = (command: Command.CloseOnBehalf, request: State): Decision => {
  if (request.state === "Submitted") return accept()
  const { submissionId, digest } = command
  return unless(
    command,
    request,
    inState(
      request,
      ["WaitingForCustomer", "Expired"],
      "Only a request that the customer has begun can be closed for them.",
    ),
  )({ type: "RequestSubmitted", ...stamp(command), submissionId, digest })
}

/** Also while it is paused or expired: it may come back, and shall remind no more then (M13). */
export const stopReminders = (command: Command.StopReminders, request: State): Decision => {
  const { recipient } = command
  const { enabled } = request.details.reminders
  return unless(command, request, [
    ...inState(request, ["Pending", "WaitingForCustomer", "Expired"], "This request is closed."),
    ...guard(request.sentAt !== null, "not-sent", "This request has not been sent."),
    ...guard(isInvited(request, recipient), "recipient-unknown", "There is no such recipient.", [recipient]),
  ])(...(enabled ? [{ type: "RemindersStopped", ...stamp(command), recipient } as const] : []))
}

/** While there are mails to come, or may be again. */
export const chooseLanguage = (command: Command.ChooseLanguage, request: State): Decision => {
  const { recipient, language } = command
  const isOther = request.details.recipients.some((one) => one.id === recipient && one.language !== language)
  return unless(command, request, [
    ...inState(request, ["Pending", "WaitingForCustomer", "Expired"], "This request is closed."),
    ...guard(request.sentAt !== null, "not-sent", "This request has not been sent."),
    ...guard(isInvited(request, recipient), "recipient-unknown", "There is no such recipient.", [recipient]),
  ])(...(isOther ? [{ type: "LanguageChosen", ...stamp(command), recipient, language } as const] : []))
}

/** In every state: what is known of an address is not a matter of the request's. */
export const liftSuppression = (command: Command.LiftSuppression, request: State): Decision => {
  const { recipient, reason } = command
  const isKnown = request.details.recipients.some(({ id }) => id === recipient)
  return unless(command, request, [
    ...guard(isKnown, "recipient-unknown", "There is no such recipient.", [recipient]),
    ...guard(reason.trim() !== "", "reason-missing", "Say why mail may go there again."),
  ])(
    ...(request.suppressed.includes(recipient)
      ? [{ type: "SuppressionLifted", ...stamp(command), recipient, reason } as const]
      : []),
  )
}
