/** What would be taken instead of a command that was refused, by the state alone: other guards may still stop it. */
import type { Editable } from "../../RequestPolicy.ts"
import type { Command } from "../Command.ts"
import type { State } from "../State.ts"

const ofCustomer = new Set([
  "Claim",
  "RequestAccessLink",
  "StopReminders",
  "ChooseLanguage",
  "Start",
  "Save",
  "AttachFile",
  "RemoveFile",
  "CompleteItem",
  "ReopenItem",
  "DeclineItem",
  "Submit",
  "Comment",
  "Delegate",
  "Disown",
])

/** Names of commands of the same side. */
export const allowed = (command: Command, request: State | null): ReadonlyArray<Command["type"]> => {
  if (request === null) return ["Create"]
  if (request.erased !== null) return []
  return ofCustomer.has(command.type) ? allowedToCustomer(request) : allowedToFirm(request)
}

const allowedToCustomer = (request: State): ReadonlyArray<Command["type"]> => {
  const { state, policy, sentAt, suspended } = request
  if (sentAt === null) return []
  const isOpen = state === "Pending" || state === "WaitingForCustomer"
  const reminded = request.details.reminders.enabled && (isOpen || state === "Expired")
  const speaks: ReadonlyArray<Command["type"]> = isOpen || state === "Expired" ? ["ChooseLanguage"] : []
  const stop: ReadonlyArray<Command["type"]> = reminded ? ["StopReminders", ...speaks] : speaks
  if (suspended !== null) return stop
  const mayAsk = policy.selfService === "other-device-and-expired" || (policy.selfService === "other-device" && isOpen)
  const link: ReadonlyArray<Command["type"]> = mayAsk && (isOpen || state === "Expired") ? ["RequestAccessLink"] : []
  if (!isOpen) return [...link, ...stop]
  const ticks: ReadonlyArray<Command["type"]> = ticksItems(request) ? ["CompleteItem"] : []
  const ends: ReadonlyArray<Command["type"]> = endsByHand(request) ? ["Submit"] : []
  const saves: ReadonlyArray<Command["type"]> =
    policy.saving === "none" ? [] : ["Start", "Save", "AttachFile", "RemoveFile"]
  const declines: ReadonlyArray<Command["type"]> = policy.customerMayDeclineItem ? ["DeclineItem"] : []
  const reopens: ReadonlyArray<Command["type"]> = policy.customerMayReopenItem ? ["ReopenItem"] : []
  const personal: ReadonlyArray<Command["type"]> =
    policy.audience === "anyone-with-link"
      ? []
      : ["Comment", ...((policy.customerMayDelegate ?? "no") === "no" ? [] : (["Delegate"] as const)), "Disown"]
  return ["Claim", ...saves, ...ticks, ...declines, ...reopens, ...ends, ...link, ...personal, ...stop]
}

const allowedToFirm = (request: State): ReadonlyArray<Command["type"]> => {
  const suspension = request.suspended === null ? "Suspend" : "Resume"
  const renews = request.policy.resend.mode !== "new-request" && request.suspended === null
  const resend: ReadonlyArray<Command["type"]> = renews ? ["Resend"] : []
  const unschedule: ReadonlyArray<Command["type"]> = request.scheduled === null ? [] : ["Unschedule"]
  const answers: ReadonlyArray<Command["type"]> =
    (request.proposal ?? null) === null ? [] : ["AcceptDelegation", "RefuseDelegation"]
  const talks: ReadonlyArray<Command["type"]> =
    request.policy.audience === "anyone-with-link" || request.suspended !== null ? [] : ["Reply"]
  const mayMove = isEditable(request, request.policy.settingsEditable.recipients)
  const move: ReadonlyArray<Command["type"]> = mayMove ? ["ChangeRecipient"] : []
  switch (request.state) {
    case "Cancelled":
      return ["Erase"]
    case "Submitted":
      return ["Reopen", "AcceptItem", "ReturnItem", "RevokeLinks", "Erase", suspension]
    case "Expired":
      return [
        "Edit",
        ...resend,
        ...move,
        "ChangeWindow",
        "RevokeLinks",
        "MarkItem",
        "CloseOnBehalf",
        "Cancel",
        "Erase",
        suspension,
      ]
    case "WaitingForCustomer":
      return [
        "Edit",
        ...resend,
        ...move,
        "ChangeWindow",
        "RevokeLinks",
        "ReturnItem",
        "WaiveItem",
        "MarkItem",
        "CloseOnBehalf",
        ...talks,
        ...answers,
        "Cancel",
        suspension,
      ]
    case "Pending":
      return request.sentAt === null
        ? ["Edit", "Send", "Schedule", ...unschedule, ...move, "ChangeWindow", "MarkItem", "Cancel", suspension]
        : [
            "Edit",
            ...resend,
            ...move,
            "ChangeWindow",
            "RevokeLinks",
            "MarkItem",
            ...talks,
            ...answers,
            "Cancel",
            suspension,
          ]
  }
}

/** Does the customer say of each item that it is complete? */
export const ticksItems = ({ policy }: State): boolean =>
  policy.saving === "per-item" || policy.completion === "auto-when-all"

/** Does the customer end the request by finishing it? */
export const endsByHand = ({ policy }: State): boolean =>
  policy.completion === "explicit" || policy.completion === "explicit-all"

/** May a setting that the policy lets be changed `until` then still be? */
export const isEditable = (request: State, until: Editable): boolean =>
  request.sentAt === null || until === "open" || (until === "pending" && request.state === "Pending")
