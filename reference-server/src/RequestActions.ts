/**
 * What a member can do with a request now. Nothing is worked out here: each command is put to the core as an attempt, and
 * those that would bring something about are named.
 */
import { Requests } from "@requite/api"
import { ClientRequest, Instant } from "@requite/core"
import * as Result from "effect/Result"

type State = ClientRequest.State

const nobodyElse = { subject: [], tasks: {} }

/** Would it be carried out, as far as this request alone decides, and change something? */
const works = (intent: ClientRequest.Intent, request: State, at: number): boolean => {
  const decision = ClientRequest.decide({ ...intent, at }, request)
  // that it had expired is found on the way, whatever is asked
  return Result.isSuccess(decision) && decision.success.some(({ type }) => type !== "RequestExpired")
}

const attempt = { id: "attempt", by: { kind: "member", id: "" } } as const

const edit = (details: Partial<ClientRequest.Details>) => ({ type: "Edit", ...attempt, details }) as const

/**
 * What of a request can be changed. `structure`: what is asked; `append`: more can be asked; the others are settings of
 * the policy.
 */
export const aspects = ["structure", "append", "message", "due", "reminders", "recipients", "security"] as const
export type Aspect = (typeof aspects)[number]

const changed = ({ details }: State): Readonly<Record<Aspect, ClientRequest.Intent>> => ({
  structure: edit({ title: `${details.title}.` }),
  append: {
    ...edit({ questionnaire: { ...details.questionnaire, version: details.questionnaire.version + 1 } }),
    appends: true,
  },
  recipients: edit({
    recipients: details.recipients.map((one) => ({ ...one, role: `${one.role}.`, name: `${one.name}.` })),
  }),
  message: edit({ message: `${details.message}.` }),
  due: edit({ due: details.due === "2999-01-01" ? "2999-01-02" : "2999-01-01" }),
  reminders: edit({ reminders: { ...details.reminders, enabled: !details.reminders.enabled } }),
  security: edit({ sensitivity: details.sensitivity === "high" ? "normal" : "high" }),
})

/** Which aspects can be changed now. */
export const editable = (request: State, at: number): ReadonlySet<Aspect> => {
  const probes = changed(request)
  return new Set(aspects.filter((aspect) => works(probes[aspect], request, at)))
}

const firmActions = (request: State, at: number): Readonly<Record<string, ReadonlyArray<ClientRequest.Intent>>> => {
  const { structure, message, due, reminders, security } = changed(request)
  return {
    edit: [structure],
    "edit-settings": [message, due, reminders, security],
    send: [{ type: "Send", ...attempt, outstanding: nobodyElse }],
    schedule: [{ type: "Schedule", ...attempt, sendAt: Instant.plusDays(at, 1) }],
    unschedule: [{ type: "Unschedule", ...attempt }],
    resend: [{ type: "Resend", ...attempt, outstanding: nobodyElse }],
    cancel: [{ type: "Cancel", ...attempt, reason: "" }],
    suspend: [{ type: "Suspend", ...attempt, reason: "" }],
    resume: [{ type: "Resume", ...attempt }],
    reopen: [{ type: "Reopen", ...attempt }],
    close: [{ type: "CloseOnBehalf", ...attempt, submissionId: "attempt", digest: "" }],
    "change-window": [
      { type: "ChangeWindow", ...attempt, windowDays: 999 },
      { type: "ChangeWindow", ...attempt, windowDays: null },
    ],
  }
}

export const names = Requests.Action.literals
export type Action = Requests.Action

/** What can be done with the request as a whole. */
export const of = (request: State, at: number): ReadonlyArray<Action> => {
  const probes = firmActions(request, at)
  return names.filter((name) => (probes[name] ?? []).some((intent) => works(intent, request, at)))
}

export const itemNames = ["accept", "return", "waive", "complete", "reopen"] as const
export type ItemAction = (typeof itemNames)[number]

/** What can be done with one of its items. */
export const ofItem = (request: State, item: string, at: number): ReadonlyArray<ItemAction> => {
  const probes: Readonly<Record<ItemAction, ClientRequest.Intent>> = {
    accept: { type: "AcceptItem", ...attempt, item },
    return: { type: "ReturnItem", ...attempt, item, reason: "?" },
    waive: { type: "WaiveItem", ...attempt, item, reason: "?" },
    complete: { type: "MarkItem", ...attempt, item, complete: true },
    reopen: { type: "MarkItem", ...attempt, item, complete: false },
  }
  return itemNames.filter((name) => works(probes[name], request, at))
}

export const recipientNames = ["change", "resend", "revoke-links"] as const
export type RecipientAction = (typeof recipientNames)[number]

/** What can be done for one of its recipients. */
export const ofRecipient = (
  request: State,
  recipient: ClientRequest.Recipient,
  at: number,
): ReadonlyArray<RecipientAction> => {
  const to = { ...recipient, id: `${recipient.id}-else`, email: `else-${recipient.email || "nobody@example.com"}` }
  const probes: Readonly<Record<RecipientAction, ClientRequest.Intent>> = {
    change: { type: "ChangeRecipient", ...attempt, recipient: recipient.id, to },
    resend: { type: "Resend", ...attempt, outstanding: nobodyElse, recipients: [recipient.id] },
    "revoke-links": { type: "RevokeLinks", ...attempt, recipient: recipient.id },
  }
  return recipientNames.filter((name) => works(probes[name], request, at))
}
