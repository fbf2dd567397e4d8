/**
 * `decide`: given the state and a command, the events that follow or the refusal (lifecycle.md, "Event x state"). Each
 * rule lists its guards; all are evaluated together, so that a refusal names every one that failed.
 */
import * as Result from "effect/Result"
import { plusDays } from "../Instant.ts"
import type * as Command from "./Command.ts"
import type { Event } from "./Event.ts"
import { evolve } from "./evolve.ts"
import type { Reason } from "./Refusal.ts"
import { reason, Refusal } from "./Refusal.ts"
import type { Details, LifecycleState, State } from "./State.ts"
import { stateAt } from "./State.ts"

export type Decision = Result.Result<ReadonlyArray<Event>, Refusal>

/**
 * What follows from a command. `null` is the state before `Create`. An accepted command that changes nothing (a second
 * cancel) gives no events. A request whose window has passed is decided upon as Expired, and the event that says so
 * comes first (I12: lazy equals eager).
 */
export const decide = (command: Command.Command, request: State | null): Decision => {
  if (request === null || command.type === "Create") return decideCreate(command, request)
  if (command.type === "Expire") return decideExpire(command, request)
  const overdue = stateAt(request, command.at) !== request.state
  if (!overdue) return decideExisting(command, request)
  const expired: Event = { type: "RequestExpired", at: command.at, by: { kind: "system" } }
  const decision = decideExisting(command, evolve(request, expired))
  return Result.map(decision, (events) => [expired, ...events])
}

const decideCreate = (command: Command.Command, request: State | null): Decision => {
  if (command.type === "Create" && request === null) {
    const { at, by, requestId, details, policy } = command
    return accept({ type: "RequestCreated", at, by, requestId, details, policy })
  }
  const message = request === null ? "There is no such request." : "This request exists already."
  return refuse(command, request, [reason("wrong-state", message)])
}

const decideExisting = (
  command: Exclude<Command.Command, Command.Create | Command.Expire>,
  request: State,
): Decision => {
  switch (command.type) {
    case "Edit":
      return decideEdit(command, request)
    case "Send":
      return decideSend(command, request)
    case "Resend":
      return decideResend(command, request)
    case "Cancel":
      return decideCancel(command, request)
    case "Claim":
      return decideClaim(command, request)
    case "Submit":
      return decideSubmit(command, request)
    default:
      return decideAnswering(command, request)
  }
}

const decideEdit = (command: Command.Edit, request: State): Decision => {
  const { recipient } = command.details
  const moved =
    recipient !== undefined && recipient.email !== request.details.recipient.email && request.sentAt !== null
  const details: Details = { ...request.details, ...command.details }
  return unless(command, request, [
    ...inState(request, ["Pending"], "structure-frozen", "It can be changed only until the customer starts."),
    ...(moved ? [reason("recipient-fixed", "It has been sent: cancel it and ask the other person anew.")] : []),
    ...(request.sentAt === null ? [] : sendable(details)),
  ])({ type: "RequestEdited", at: command.at, by: command.by, details })
}

const decideSend = (command: Command.Send, request: State): Decision => {
  const limit = request.policy.outstanding.perSubject
  const others = command.outstanding.filter((id) => id !== request.id)
  return unless(command, request, [
    ...inState(request, ["Pending"], "wrong-state", "Only a request that is pending can be sent."),
    ...(request.state === "Pending" && request.sentAt !== null
      ? [reason("already-sent", "It has been sent already: resend it instead.")]
      : []),
    ...sendable(request.details),
    ...(limit !== null && others.length >= limit
      ? [
          reason(
            "outstanding-request",
            "Another request is out to this customer: wait for it or cancel it first.",
            others,
          ),
        ]
      : []),
  ])(sent("RequestSent", command, request))
}

const decideResend = (command: Command.Resend, request: State): Decision =>
  unless(command, request, [
    ...inState(
      request,
      ["Pending", "WaitingForCustomer", "Expired"],
      "wrong-state",
      `A request that is ${request.state} cannot be sent again: create a new one.`,
    ),
    ...(request.state === "Pending" && request.sentAt === null
      ? [reason("not-sent", "It has not been sent yet: send it first.")]
      : []),
    ...(request.policy.resend.mode === "new-request"
      ? [reason("resend-not-allowed", "Under this policy a request is sent once: cancel it and create a new one.")]
      : []),
    ...sendable(request.details),
  ])(sent("RequestResent", command, request))

/** Guards G1 and G2: there is something to ask, and an address to ask at. */
const sendable = ({ questionnaire, recipient }: Details): ReadonlyArray<Reason> => [
  ...(questionnaire.questions > 0 ? [] : [reason("questionnaire-empty", "There is nothing to ask: add a question.")]),
  ...(recipient.email.trim() === ""
    ? [reason("recipient-email-missing", "The recipient has no e-mail address: add one.")]
    : []),
]

/** The window never shrinks by sending again (I4). */
const sent = (type: "RequestSent" | "RequestResent", { at, by }: Command.Command, request: State): Event => {
  const days = request.policy.windowDays
  const fresh = days === null ? null : plusDays(at, days)
  const expiresAt = fresh === null ? null : Math.max(fresh, request.expiresAt ?? 0)
  return { type, at, by, sendNo: request.sendNo + 1, expiresAt }
}

const decideCancel = (command: Command.Cancel, request: State): Decision => {
  if (request.state === "Cancelled") return accept()
  return unless(
    command,
    request,
    inState(request, ["Pending", "WaitingForCustomer", "Expired"], "wrong-state", "It has been submitted already."),
  )({ type: "RequestCancelled", at: command.at, by: command.by, reason: command.reason })
}

/** A wake-up decides nothing by itself: only a window that has passed does. */
const decideExpire = (command: Command.Expire, request: State): Decision => {
  if (request.state === "Submitted" || request.state === "Cancelled" || request.state === "Expired") return accept()
  return stateAt(request, command.at) === "Expired"
    ? accept({ type: "RequestExpired", at: command.at, by: command.by })
    : refuse(command, request, [reason("not-due", "Its window has not passed.")])
}

const decideClaim = (command: Command.Claim, request: State): Decision =>
  unless(
    command,
    request,
    reachable(command, request),
  )({ type: "LinkClaimed", at: command.at, by: command.by, sendNo: command.sendNo })

const decideAnswering = (
  command: Command.Start | Command.Save | Command.AttachFile | Command.RemoveFile,
  request: State,
): Decision => {
  const guards = [...reachable(command, request), ...current(command, request), ...fileGuards(command, request)]
  const events = [...(request.startedAt === null && begins(command) ? [started(command)] : []), ...fileEvents(command)]
  return unless(command, request, guards)(...events)
}

/** What is given begins a request; an empty page that is saved does not. */
const begins = (command: Command.Command): boolean => command.type !== "Save" || command.answered

const fileGuards = (command: Command.Command, request: State): ReadonlyArray<Reason> => {
  if (command.type === "AttachFile") {
    const there = request.files.filter(({ question }) => question === command.question).length
    return there < command.limit
      ? []
      : [reason("file-limit", `This question takes ${command.limit} files.`, [command.question])]
  }
  if (command.type === "RemoveFile" && !request.files.some(({ id }) => id === command.file)) {
    return [reason("file-unknown", "There is no such file here.", [command.file])]
  }
  return []
}

const fileEvents = (command: Command.Command): ReadonlyArray<Event> => {
  const { at, by } = command
  if (command.type === "AttachFile")
    return [{ type: "FileAttached", at, by, question: command.question, file: command.file }]
  return command.type === "RemoveFile" ? [{ type: "FileRemoved", at, by, file: command.file }] : []
}

const started = ({ at, by }: Command.Command): Event => ({ type: "RequestStarted", at, by })

/** A request that asks nothing that is required may be submitted without a first answer. */
const decideSubmit = (command: Command.Submit, request: State): Decision => {
  const { at, by, submissionId, digest, missing } = command
  if (request.state === "Submitted" && request.submission?.id === submissionId) return accept()
  return unless(command, request, [
    ...reachable(command, request),
    ...current(command, request),
    ...(missing.length > 0 ? [reason("incomplete", "Some questions still need an answer.", missing)] : []),
  ])({ type: "RequestSubmitted", at, by, submissionId, digest })
}

/** The customer can get at the request (I2): it is open, and the link they came by still works. */
const reachable = (command: { readonly sendNo: number }, request: State): ReadonlyArray<Reason> => {
  if (request.state === "Expired") return [reason("expired", "This request has expired.")]
  const states = inState(request, ["Pending", "WaitingForCustomer"], "wrong-state", "This request is closed.")
  if (states.length > 0) return states
  if (request.sentAt === null) return [reason("not-sent", "This request has not been sent.")]
  return command.sendNo >= request.linksFrom ? [] : [reason("link-replaced", "A newer link has replaced this one.")]
}

/** The page that is being saved showed what is asked now. */
const current = (command: { readonly revision: number }, request: State): ReadonlyArray<Reason> =>
  command.revision === request.revision
    ? []
    : [reason("stale-revision", "The firm has changed the questions: load the page again.")]

const inState = (
  request: State,
  states: ReadonlyArray<LifecycleState>,
  code: Reason["code"],
  message: string,
): ReadonlyArray<Reason> => (states.includes(request.state) ? [] : [reason(code, message)])

const accept = (...events: ReadonlyArray<Event>): Decision => Result.succeed(events)

const refuse = (command: Command.Command, request: State | null, reasons: ReadonlyArray<Reason>): Decision =>
  Result.fail(new Refusal({ command: command.type, state: request?.state ?? null, reasons }))

const unless =
  (command: Command.Command, request: State, reasons: ReadonlyArray<Reason>) =>
  (...events: ReadonlyArray<Event>): Decision =>
    reasons.length > 0 ? refuse(command, request, reasons) : accept(...events)
