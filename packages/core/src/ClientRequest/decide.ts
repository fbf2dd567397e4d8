/**
 * `decide`: given the state and a command, the events that follow or the refusal (lifecycle.md, "Event x state"). Each
 * rule lists its guards; all are evaluated together, so that a refusal names every one that failed.
 */
import * as Result from "effect/Result"
import type * as Command from "./Command.ts"
import * as answering from "./decide/answering.ts"
import * as clock from "./decide/clock.ts"
import type { Decision } from "./decide/Decision.ts"
import { accept, refuse } from "./decide/Decision.ts"
import * as editing from "./decide/editing.ts"
import * as entering from "./decide/entering.ts"
import * as erasing from "./decide/erasing.ts"
import * as items from "./decide/items.ts"
import * as sending from "./decide/sending.ts"
import * as scanning from "./decide/scanning.ts"
import * as standing from "./decide/standing.ts"
import * as passing from "./decide/passing.ts"
import * as talking from "./decide/talking.ts"
import type { Event } from "./Event.ts"
import { evolve } from "./evolve.ts"
import { reason } from "./Reason.ts"
import type { State } from "./State.ts"
import { stateAt } from "./views.ts"

/**
 * What follows from a command. `null` is the state before `Create`. An accepted command that changes nothing (a second
 * cancel) gives no events. A request whose window has passed is decided upon as Expired, and the event that says so
 * comes first (I12: lazy equals eager).
 */
export const decide = (command: Command.Command, request: State | null): Decision => {
  if (request === null) return decideFirst(command)
  if (request.erased !== null) return erasing.afterwards(command, request)
  if (command.type === "Wake") return clock.wake(command, request)
  const overdue = stateAt(request, command.at) !== request.state
  if (!overdue) return Result.map(decideExisting(command, request), (events) => withChecks(events, request))
  const expired: Event = { type: "RequestExpired", at: command.at, by: { kind: "system" } }
  const after = evolve(request, expired)
  return Result.map(decideExisting(command, after), (events) => [expired, ...withChecks(events, after)])
}

/** What makes documents for a check complete and clean, asks for it (P17). */
const withChecks = (events: ReadonlyArray<Event>, before: State): ReadonlyArray<Event> => {
  const last = events.at(-1)
  if (last === undefined || before.details.questionnaire.checks === undefined) return events
  return [...events, ...scanning.checksOf(events.reduce(evolve, before), last)]
}

const decideFirst = (command: Command.Command): Decision => {
  if (command.type !== "Create") return refuse(command, null, [reason("wrong-state", "There is no such request.")])
  const { at, by, requestId, details, policy } = command
  return accept({ type: "RequestCreated", at, by, requestId, details, policy })
}

const decideExisting = (command: Exclude<Command.Command, Command.Wake>, request: State): Decision => {
  switch (command.type) {
    case "Create":
      return refuse(command, request, [reason("wrong-state", "This request exists already.")])
    case "Edit":
      return editing.edit(command, request)
    case "ChangeRecipient":
      return editing.changeRecipient(command, request)
    case "ChangeWindow":
      return editing.changeWindow(command, request)
    case "Schedule":
      return sending.schedule(command, request)
    case "Unschedule":
      return sending.unschedule(command, request)
    case "Send":
      return sending.send(command, request)
    case "Resend":
      return sending.resend(command, request)
    case "RevokeLinks":
      return entering.revokeLinks(command, request)
    case "LiftSuppression":
      return standing.liftSuppression(command, request)
    case "Claim":
      return entering.claim(command, request)
    case "RequestAccessLink":
      return entering.requestAccessLink(command, request)
    case "StopReminders":
      return standing.stopReminders(command, request)
    case "ChooseLanguage":
      return standing.chooseLanguage(command, request)
    case "Start":
    case "Save":
    case "AttachFile":
    case "RemoveFile":
      return answering.answer(command, request)
    case "Submit":
      return answering.submit(command, request)
    case "CompleteItem":
    case "DeclineItem":
      return items.end(command, request)
    case "ReopenItem":
      return items.reopen(command, request)
    case "AcceptItem":
    case "ReturnItem":
    case "WaiveItem":
    case "MarkItem":
      return items.review(command, request)
    case "CloseOnBehalf":
      return standing.close(command, request)
    case "Cancel":
      return standing.cancel(command, request)
    case "Suspend":
    case "Resume":
      return standing.suspension(command, request)
    case "Reopen":
      return standing.reopen(command, request)
    case "Comment":
    case "Reply":
      return talking.comment(command, request)
    case "Delegate":
      return passing.delegate(command, request)
    case "AcceptDelegation":
      return passing.acceptDelegation(command, request)
    case "RefuseDelegation":
      return passing.refuseDelegation(command, request)
    case "Disown":
      return passing.disown(command, request)
    case "Erase":
      return erasing.erase(command, request)
    case "RecordView":
      return accept({ type: "RequestViewed", at: command.at, by: command.by, what: command.what })
    case "ReportDelivery":
      return clock.reportDelivery(command)
    case "RecordAccess":
      return clock.recordAccess(command, request)
    case "ReportScan":
      return scanning.report(command, request)
    case "QuarantineFile":
      return scanning.quarantine(command, request)
  }
}
