/** Sending: by hand, scheduled, and again. The guards G1–G6 are evaluated together (lifecycle.md). */
import type { Instant } from "../../Instant.ts"
import * as Reminder from "../../Reminder.ts"
import type { Requirement, RequestPolicy } from "../../RequestPolicy.ts"
import { lint } from "../../RequestPolicy/lint.ts"
import type * as Command from "../Command.ts"
import type { EventOf } from "../Event.ts"
import type { Reason } from "../Reason.ts"
import { reason } from "../Reason.ts"
import type { Details, Recipient, State } from "../State.ts"
import type { Decision } from "./Decision.ts"
import { accept, guard, inState, stamp, unless, windowFrom } from "./Decision.ts"

export const schedule = (command: Command.Schedule, request: State): Decision =>
  unless(command, request, [
    ...unsent(request),
    ...guard(
      Number.isSafeInteger(command.sendAt) && command.sendAt > command.at,
      "schedule-in-the-past",
      "Choose a time that is still to come.",
    ),
  ])({ type: "RequestScheduled", ...stamp(command), sendAt: command.sendAt })

export const unschedule = (command: Command.Unschedule, request: State): Decision => {
  if (request.state === "Pending" && request.sentAt === null && request.scheduled === null) return accept()
  return unless(command, request, unsent(request))({ type: "RequestUnscheduled", ...stamp(command) })
}

export const send = (command: Command.Send, request: State): Decision =>
  unless(command, request, [...unsent(request), ...sendingGuards(command.outstanding, request)])(
    sent(
      "RequestSent",
      command,
      request,
      request.details.recipients.map(({ id }) => id),
    ),
  )

/** What a send by the clock has to pass as well as one by hand. */
export const sendingGuards = (outstanding: Command.Outstanding, request: State): ReadonlyArray<Reason> => [
  ...sendable(request, request.details),
  ...distinct(request.details),
  ...limits(outstanding, request),
  ...reachableRecipients(
    request,
    request.details.recipients.map(({ id }) => id),
    outstanding,
  ),
]

export const resend = (command: Command.Resend, request: State): Decision => {
  const all = request.details.recipients.map(({ id }) => id)
  const to = [...new Set(command.recipients ?? all)]
  const unknown = to.filter((id) => !all.includes(id))
  return unless(command, request, [
    ...inState(
      request,
      ["Pending", "WaitingForCustomer", "Expired"],
      `A request that is ${request.state} cannot be sent again: create a new one.`,
    ),
    ...guard(
      request.state !== "Pending" || request.sentAt !== null,
      "not-sent",
      "It has not been sent yet: send it first.",
    ),
    ...guard(
      request.policy.resend.mode !== "new-request",
      "resend-not-allowed",
      "Under this policy a request is sent once: cancel it and create a new one.",
    ),
    ...guard(unknown.length === 0 && to.length > 0, "recipient-unknown", "There is no such recipient.", unknown),
    ...sendable(request, request.details),
    ...(request.state === "Expired" ? limits(command.outstanding, request) : []),
    ...reachableRecipients(request, to, command.outstanding),
  ])(sent("RequestResent", command, request, to))
}

/** A send, with the window after it. */
export const sent = (
  type: "RequestSent" | "RequestResent",
  command: { readonly at: Instant; readonly by: State["createdBy"] },
  request: State,
  recipients: ReadonlyArray<string>,
): EventOf<"RequestSent" | "RequestResent"> => {
  const { clock, resend } = request.policy
  const isFirst = type === "RequestSent"
  // by the other clock the window begins with the first claim, and later sends renew what has begun
  const waitsForClaim = clock === "first-claim" && request.claimedAt === null
  return {
    type,
    at: command.at,
    by: command.by,
    sendNo: request.sendNo + 1,
    expiresAt: waitsForClaim ? null : windowFrom(request, command.at),
    recipients,
    revokes: !isFirst && resend.mode !== "same-link" && resend.otherLinks === "revoke",
    resetsCount: isFirst || resend.resetsCount,
  }
}

const unsent = (request: State): ReadonlyArray<Reason> => {
  if (request.state !== "Pending") return inState(request, ["Pending"], "Only a request that is pending can be sent.")
  return guard(request.sentAt === null, "already-sent", "It has been sent already: resend it instead.")
}

/** G1, G2, G3 and G6: there is something to ask, everything is known that the policy requires, and the policy holds. */
export const sendable = (request: State, details: Details): ReadonlyArray<Reason> => {
  const { policy } = request
  return [
    ...guard(details.questionnaire.questions > 0, "questionnaire-empty", "There is nothing to ask: add a question."),
    ...guard(details.recipients.length > 0, "recipient-missing", "Say who is to be asked."),
    ...guard(
      details.recipients.length <= 1 || policy.audience === "shared-record",
      "recipients-too-many",
      "Under this policy a request has one recipient: create one for each.",
    ),
    ...policy.requires.flatMap((requirement) => required(requirement, details)),
    // who has no login and can get none would be asked in vain (T8, K49)
    ...(details.portalOnly === true
      ? (["contact", "email"] as const)
          .filter((requirement) => !policy.requires.includes(requirement))
          .flatMap((requirement) => required(requirement, details))
      : []),
    ...roles(policy.roles, details.recipients),
    ...guard(Reminder.isTimeZone(details.timeZone), "time-zone-unknown", "There is no such time zone.", [
      details.timeZone,
    ]),
    ...policyErrors(policy),
  ]
}

/** Nobody shares links or codes with another. */
export const distinct = ({ recipients }: Details): ReadonlyArray<Reason> =>
  guard(
    new Set(recipients.map(({ id }) => id)).size === recipients.length,
    "recipient-fixed",
    "Each recipient needs an id of their own.",
  )

/** G6. A policy never changes, and is asked for at every send: what is wrong with it is found once. */
const policyErrors = (policy: RequestPolicy): ReadonlyArray<Reason> => {
  const known = found.get(policy)
  if (known !== undefined) return known
  const errors = lint(policy).filter(({ severity }) => severity === "error")
  const reasons = errors.map(({ code, message }) => reason("policy-error", message, [code]))
  found.set(policy, reasons)
  return reasons
}
const found = new WeakMap<RequestPolicy, ReadonlyArray<Reason>>()

const required = (requirement: Requirement, { recipients, workItem }: Details): ReadonlyArray<Reason> => {
  const lacking = (has: (recipient: Recipient) => boolean) => recipients.filter((one) => !has(one)).map(({ id }) => id)
  const each = (code: Reason["code"], message: string, has: (recipient: Recipient) => boolean) => {
    const without = lacking(has)
    return guard(without.length === 0, code, message, without)
  }
  switch (requirement) {
    case "email":
      return each(
        "recipient-email-missing",
        "The recipient has no e-mail address: add one.",
        ({ email }) => email.trim() !== "",
      )
    case "name":
      return each("recipient-name-missing", "The recipient has no name: add one.", ({ name }) => name.trim() !== "")
    case "mobile":
      return each(
        "recipient-mobile-missing",
        "The recipient has no mobile number: add one.",
        ({ mobile }) => mobile.trim() !== "",
      )
    case "contact":
      return each(
        "recipient-not-a-contact",
        "The recipient is not a contact of the firm: choose one, or add them.",
        ({ contact }) => contact !== null,
      )
    case "work-item":
      return guard(workItem !== null, "work-item-missing", "Link the request to the work that it is for.")
  }
}

const roles = (allowed: ReadonlyArray<string> | null, recipients: ReadonlyArray<Recipient>): ReadonlyArray<Reason> => {
  if (allowed === null) return []
  const others = recipients.filter(({ role }) => !allowed.includes(role)).map(({ id }) => id)
  return guard(
    others.length === 0,
    "recipient-role-not-allowed",
    `Only these roles may be asked: ${allowed.join(", ")}.`,
    others,
  )
}

/** G4: how many others are out to the same subject, and for the same tasks. */
const limits = ({ subject, tasks, workIsDone }: Command.Outstanding, request: State): ReadonlyArray<Reason> => {
  const { perSubject, perTask } = request.policy.outstanding
  const others = subject.filter((id) => id !== request.id)
  const out = request.details.tasks.flatMap(({ task }) => {
    const ids = (Object.hasOwn(tasks, task) ? (tasks[task] ?? []) : []).filter((id) => id !== request.id)
    return perTask !== null && ids.length >= perTask ? ids : []
  })
  return [
    ...guard(workIsDone !== true, "work-item-completed", "The work that it is for is completed: reopen that first."),
    ...guard(
      perSubject === null || others.length < perSubject,
      "outstanding-request",
      "Another request is out to this customer: wait for it or cancel it first.",
      others,
    ),
    ...guard(out.length === 0, "outstanding-task", "Another request is out for this task: wait for it or cancel it.", [
      ...new Set(out),
    ]),
  ]
}

/** G5: it is not suspended, and the addresses work. */
const reachableRecipients = (
  request: State,
  to: ReadonlyArray<string>,
  { suppressed = [] }: Command.Outstanding,
): ReadonlyArray<Reason> => {
  const dead = to.filter((id) => request.suppressed.includes(id) || suppressed.includes(id))
  return [
    ...guard(request.suspended === null, "suspended", "It is suspended: resume it first."),
    ...guard(dead.length === 0, "recipient-suppressed", "The address does not work: give another one.", dead),
  ]
}
