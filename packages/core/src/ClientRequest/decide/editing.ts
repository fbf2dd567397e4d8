/** What the firm changes: what is asked, the settings, a recipient, the window (X13). */
import { plusDays } from "../../Instant.ts"
import type * as Command from "../Command.ts"
import type { Reason } from "../Reason.ts"
import type { Details, State } from "../State.ts"
import { isEditable } from "./allowed.ts"
import type { Decision } from "./Decision.ts"
import { accept, guard, inState, stamp, unless } from "./Decision.ts"
import { distinct, sendable } from "./sending.ts"

type Setting = keyof State["policy"]["settingsEditable"]
type Part = "structure" | Setting

const parts: Readonly<Record<keyof Details, Part>> = {
  title: "structure",
  description: "structure",
  questionnaire: "structure",
  attachments: "structure",
  workItem: "structure",
  tasks: "structure",
  folder: "structure",
  due: "due",
  dues: "due",
  message: "message",
  recipients: "recipients",
  reminders: "reminders",
  timeZone: "reminders",
  sensitivity: "security",
  portalOnly: "security",
}

/** The names as a type knows them. */
const names: ReadonlyArray<keyof Details> = [
  "title",
  "description",
  "questionnaire",
  "attachments",
  "workItem",
  "tasks",
  "folder",
  "due",
  "dues",
  "message",
  "recipients",
  "reminders",
  "timeZone",
  "sensitivity",
  "portalOnly",
]

export const edit = (command: Command.Edit, request: State): Decision => {
  const details: Details = { ...request.details, ...command.details }
  const changed = names.filter((name) => !same(details[name], request.details[name]))
  if (changed.length === 0 && isEditableState(request)) return accept()
  const touched = new Set(changed.map((name) => parts[name]))
  const appends =
    command.appends === true && changed.every((name) => parts[name] !== "structure" || name === "questionnaire")
  const isSent = request.sentAt !== null
  return unless(command, request, [
    ...(isEditableState(request)
      ? [
          ...(touched.has("structure") ? structure(request, appends) : []),
          ...[...touched].flatMap((part) => (part === "structure" ? [] : setting(request, part, details))),
        ]
      : inState(request, ["Pending"], `A request that is ${request.state} cannot be changed.`, "structure-frozen")),
    ...(isSent && touched.has("recipients") ? [...keepsRecipients(request, details), ...distinct(details)] : []),
    ...(isSent ? sendable(request, details) : []),
  ])({ type: "RequestEdited", ...stamp(command), details, structure: touched.has("structure") })
}

const isEditableState = ({ state }: State): boolean => state !== "Submitted" && state !== "Cancelled"

const structure = (request: State, appends: boolean): ReadonlyArray<Reason> => {
  if (request.state === "Pending") return []
  const mayAppend = request.policy.structureEditable === "append-until-submitted" && request.state !== "Expired"
  return guard(
    mayAppend && appends,
    "structure-frozen",
    mayAppend
      ? "The customer has begun: more can be asked, but nothing that is asked can change."
      : "It can be changed only until the customer starts.",
  )
}

/** Until when a setting may be changed; making access harder is always allowed. */
const setting = (request: State, part: Setting, details: Details): ReadonlyArray<Reason> => {
  const { sensitivity, portalOnly = false } = request.details
  const loosens =
    (sensitivity === "high" && details.sensitivity !== "high") || (portalOnly && details.portalOnly !== true)
  const tightens = part === "security" && !loosens
  const message = `Under this policy this setting cannot be changed any more: ${part}.`
  return guard(tightens || isEditable(request, request.policy.settingsEditable[part]), "setting-fixed", message, [part])
}

/** Once it is sent, people may be added; in place of one, another is put by `ChangeRecipient`. */
const keepsRecipients = (request: State, { recipients }: Details): ReadonlyArray<Reason> => {
  const touched = request.details.recipients.filter(
    (before) => !same(withoutWords(before), withoutWords(recipients.find(({ id }) => id === before.id))),
  )
  return guard(
    touched.length === 0,
    "recipient-fixed",
    "It has been sent to them: change the recipient instead.",
    touched.map(({ id }) => id),
  )
}

/** How somebody is called, and their role, may change; where their mail and codes go may not. */
const withoutWords = (recipient: Details["recipients"][number] | undefined) =>
  recipient === undefined ? null : [recipient.id, recipient.email, recipient.mobile]

export const changeRecipient = (command: Command.ChangeRecipient, request: State): Decision => {
  const { recipient, to } = command
  const { recipients } = request.details
  const details = { ...request.details, recipients: recipients.map((one) => (one.id === recipient ? to : one)) }
  const states = inState(
    request,
    ["Pending", "WaitingForCustomer", "Expired"],
    `The recipient of a request that is ${request.state} cannot be changed.`,
  )
  return unless(command, request, [
    ...states,
    ...guard(
      states.length > 0 || isEditable(request, request.policy.settingsEditable.recipients),
      "recipient-fixed",
      "Under this policy the recipient cannot be changed: cancel it and ask the other person anew.",
    ),
    ...guard(
      recipients.some(({ id }) => id === recipient),
      "recipient-unknown",
      "There is no such recipient.",
      [recipient],
    ),
    ...guard(
      !recipients.some(({ id }) => id === to.id),
      "recipient-fixed",
      "Another person needs an id of their own.",
      [to.id],
    ),
    ...(request.sentAt === null ? [] : sendable(request, details)),
  ])({ type: "RecipientChanged", ...stamp(command), recipient, to })
}

/** The end moves with it: from the latest send, while it is open; else from the next send on (L45). */
export const changeWindow = (command: Command.ChangeWindow, request: State): Decision => {
  const { windowDays } = command
  if (windowDays === request.policy.windowDays && isEditableState(request)) return accept()
  const begun = request.sentAt !== null && request.state !== "Expired" && request.expiresAt !== null
  const moved = windowDays === null || request.sentAt === null ? null : plusDays(request.sentAt, windowDays)
  // one that never ended begins with its latest send
  const isOut = request.sentAt !== null && request.state !== "Expired"
  const expiresAt = isOut && (begun || request.policy.windowDays === null) ? moved : request.expiresAt
  return unless(command, request, [
    ...inState(
      request,
      ["Pending", "WaitingForCustomer", "Expired"],
      `The window of a request that is ${request.state} cannot be changed.`,
    ),
    ...guard(
      windowDays === null || (Number.isInteger(windowDays) && windowDays > 0 && windowDays <= 3650),
      "window-invalid",
      "A window has between 1 and 3650 days.",
    ),
  ])({ type: "WindowChanged", ...stamp(command), windowDays, expiresAt })
}

/** Are two values of the details equal? They are plain JSON. */
const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  const [left, right] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))]
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && same(value, right.get(key)))
  )
}
