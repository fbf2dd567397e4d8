/** `evolve`: the state after an event. Total and without rules: what has happened, has happened (I8). */
import type { Instant } from "../Instant.ts"
import type { Event, EventOf } from "./Event.ts"
import * as conversation from "./evolve/conversation.ts"
import { allRenewed, none, rebased, renewed, revoked, withFamily } from "./evolve/families.ts"
import { isItemDone } from "./reminding.ts"
import type { Family, Item, State } from "./State.ts"

/** The state after the first event of a request. */
export const create = (event: EventOf<"RequestCreated">): State => ({
  id: event.requestId,
  state: "Pending",
  details: event.details,
  policy: event.policy,
  revision: 1,
  createdAt: event.at,
  createdBy: event.by,
  scheduled: null,
  sentAt: null,
  sentBy: null,
  sendNo: 0,
  families: {},
  claimedAt: null,
  startedAt: null,
  expiresAt: null,
  endedAt: null,
  suspended: null,
  suppressed: [],
  items: {},
  openItems: null,
  reminders: { count: 0, lastAt: null, from: event.at },
  accessNo: 0,
  submission: null,
  files: [],
  quarantined: [],
  checks: [],
  erased: null,
})

/** The state after an event of an existing request. */
export const evolve = (request: State, event: Event): State => {
  switch (event.type) {
    case "RequestCreated":
      return create(event)
    case "RequestEdited":
      return {
        ...request,
        details: event.details,
        revision: event.structure ? request.revision + 1 : request.revision,
        reminders: rebased(request, event.at),
      }
    case "RecipientChanged":
      return { ...request, ...afterRecipientChange(request, event) }
    case "WindowChanged":
      return {
        ...request,
        policy: { ...request.policy, windowDays: event.windowDays },
        expiresAt: event.expiresAt,
      }
    case "RequestScheduled":
      return { ...request, scheduled: { at: event.sendAt, by: event.by } }
    case "RequestUnscheduled":
    case "ScheduledSendRefused":
      return { ...request, scheduled: null }
    case "RequestSent":
    case "RequestResent":
      return { ...request, ...afterSending(request, event) }
    case "AccessLinkSent":
      return { ...request, ...afterAccessLink(request, event) }
    case "LinksRevoked":
      return { ...request, families: withFamily(request, event.recipient, revoked) }
    case "LinkClaimed":
      return {
        ...request,
        claimedAt: request.claimedAt ?? event.at,
        expiresAt: event.expiresAt,
        families: event.binds
          ? withFamily(request, event.recipient, bound(event.device, event.at, event.fixed))
          : request.families,
      }
    case "DeviceFixed":
      return { ...request, families: withFamily(request, event.recipient, bound(event.device, event.at, true)) }
    case "RequestStarted":
      return { ...request, state: "WaitingForCustomer", startedAt: event.at }
    case "ItemStarted":
      return withItem(request, event.item, {
        status: "InProgress",
        ...whyReturned(request.items[event.item]),
        at: event.at,
      })
    case "ItemCompleted":
      return withItem(request, event.item, { status: "Completed", reason: null, at: event.at })
    case "ItemReopened":
      return withItem(request, event.item, { status: "InProgress", reason: null, at: event.at })
    case "ItemDeclined":
      return withItem(request, event.item, { status: "NotApplicable", reason: event.reason, at: event.at })
    case "ItemAccepted":
      return withItem(request, event.item, { status: "Accepted", reason: null, at: event.at })
    case "ItemWaived":
      return withItem(request, event.item, { status: "Waived", reason: event.reason, at: event.at })
    case "ItemReturned":
      return afterReturn(request, event)
    case "AnswersSaved":
    case "AccessRecorded":
    case "RequestViewed":
      return request
    case "FileAttached":
      return {
        ...request,
        files: [...request.files, { ...event.file, question: event.question, at: event.at, scan: event.scan }],
      }
    case "FileScanned":
      return {
        ...request,
        files: request.files.map((file) => (file.id === event.file ? { ...file, scan: event.scan } : file)),
      }
    case "FileQuarantined":
      return afterQuarantine(request, event)
    case "CheckRequested": {
      const { item, question, check, files, at } = event
      return { ...request, checks: [...request.checks, { item, question, check, files, at }] }
    }
    case "FileRemoved":
      return { ...request, files: request.files.filter(({ id }) => id !== event.file) }
    case "ReminderSent":
      return {
        ...request,
        expiresAt: event.expiresAt,
        reminders: { ...request.reminders, count: event.count, lastAt: event.at, from: event.at },
      }
    case "RemindersStopped":
      return {
        ...request,
        details: { ...request.details, reminders: { ...request.details.reminders, enabled: false } },
        reminders: rebased(request, event.at),
      }
    case "LanguageChosen": {
      const { recipient, language } = event
      const recipients = request.details.recipients.map((one) => (one.id === recipient ? { ...one, language } : one))
      return { ...request, details: { ...request.details, recipients } }
    }
    case "CommentAdded":
    case "DelegationProposed":
    case "DelegationRefused":
    case "RequestDelegated":
    case "RequestDisowned":
      return { ...request, ...conversation.after(request, event) }
    case "RequestSubmitted":
      return {
        ...request,
        state: "Submitted",
        endedAt: event.at,
        openItems: null,
        items: completed(request, event),
        submission: { id: event.submissionId, digest: event.digest, at: event.at },
      }
    case "RequestReopened":
      return {
        ...request,
        ...again(request, event.at, event.expiresAt),
        openItems: null,
        items: Object.fromEntries(Object.entries(request.items).map(([id, item]) => [id, uncompleted(item, event.at)])),
      }
    case "RequestSuspended":
      return {
        ...request,
        suspended: { reason: event.reason, at: event.at },
        reminders: rebased(request, event.at),
      }
    case "RequestResumed":
      return { ...request, suspended: null, reminders: rebased(request, event.at) }
    case "RequestCancelled":
      return { ...request, state: "Cancelled", endedAt: event.at, scheduled: null }
    case "RequestExpired":
      return { ...request, state: "Expired", endedAt: event.at }
    case "DeliveryReported":
      return afterDelivery(request, event)
    case "RequestErased":
      return { ...request, ...blank(request), erased: { at: event.at, by: event.by } }
    case "SuppressionLifted":
      return {
        ...request,
        suppressed: request.suppressed.filter((id) => id !== event.recipient),
        reminders: rebased(request, event.at),
      }
  }
}

/** Why an item came back stays known until it is complete again. */
const whyReturned = (item: Item | undefined): Pick<Item, "reason" | "infected"> => {
  if (item?.status !== "Returned") return { reason: null }
  return item.infected === undefined ? { reason: item.reason } : { reason: item.reason, infected: item.infected }
}

const bound =
  (device: string, at: Instant, fixed: boolean) =>
  (family: Family): Family => ({ ...family, binding: { device, at, fixed } })

const afterSending = (request: State, event: EventOf<"RequestSent" | "RequestResent">): Partial<State> => {
  const waits = request.policy.waitingBegins === "on-send" || request.startedAt !== null || request.state === "Expired"
  // links that died with the window stay dead, whoever this send goes to (I14)
  const before = request.state === "Expired" ? allRenewed(request) : request.families
  const families = { ...before }
  for (const recipient of event.recipients) {
    const family = before[recipient] ?? none
    const isDead = family.generation === 0 || (event.revokes && request.state !== "Expired")
    families[recipient] = { ...(isDead ? renewed(family) : family), sendNo: event.sendNo }
  }
  return {
    state: waits ? "WaitingForCustomer" : "Pending",
    scheduled: null,
    sentAt: event.at,
    sentBy: request.scheduled !== null && event.by.kind === "system" ? request.scheduled.by : event.by,
    sendNo: event.sendNo,
    families,
    ...conversation.afterSending(request, event.recipients),
    expiresAt: event.expiresAt,
    endedAt: null,
    reminders: event.resetsCount
      ? { count: 0, lastAt: request.reminders.lastAt, from: event.at }
      : { ...request.reminders, from: event.at },
  }
}

const afterAccessLink = (request: State, event: EventOf<"AccessLinkSent">): Partial<State> =>
  request.state === "Expired"
    ? {
        state: "WaitingForCustomer",
        accessNo: event.accessNo,
        expiresAt: event.expiresAt,
        endedAt: null,
        families: allRenewed(request),
        reminders: rebased(request, event.at),
      }
    : { accessNo: event.accessNo, expiresAt: event.expiresAt }

/**
 * Another person: their links are of a family of its own, and what was known of the old address goes with it. The old
 * family stays as it was revoked, so that its links stay dead should the same person come back (I14).
 */
const afterRecipientChange = (request: State, { recipient, to, at }: EventOf<"RecipientChanged">): Partial<State> => {
  const families = withFamily(request, recipient, (family) => ({ ...revoked(family), sendNo: 0 }))
  return {
    details: {
      ...request.details,
      recipients: request.details.recipients.map((one) => (one.id === recipient ? to : one)),
    },
    families:
      request.sentAt === null
        ? request.families
        : { ...families, [to.id]: { ...revoked(families[to.id] ?? none), sendNo: 0 } },
    suppressed: request.suppressed.filter((id) => id !== recipient),
    ...conversation.afterRecipientChange(request, recipient),
    reminders: rebased(request, at),
  }
}

const withItem = (request: State, id: string, item: Item): State => {
  const items = { ...request.items, [id]: item }
  // reminders look only at whether an item is done
  const matters = isItemDone(request, id) !== isItemDone({ items }, id)
  return { ...request, items, reminders: matters ? rebased(request, item.at) : request.reminders }
}

/** Open again: the links from before stay dead, whatever the policy (I14), and the answers are kept. */
const again = (request: State, at: Instant, expiresAt: Instant | null): Partial<State> => ({
  state: "WaitingForCustomer",
  endedAt: null,
  expiresAt,
  families: allRenewed(request),
  reminders: { ...request.reminders, from: at },
})

/** From Submitted, only what was sent back is open; while it waits, everything else stays as open as it was. */
const afterReturn = (request: State, { item, reason, infected, at, expiresAt }: EventOf<"ItemReturned">): State => {
  const why = infected === undefined ? { reason } : { reason, infected }
  const returned = withItem(request, item, { status: "Returned", ...why, at })
  if (request.state === "Submitted") return { ...returned, ...again(request, at, expiresAt), openItems: [item] }
  const openItems = request.openItems === null ? null : [...new Set([...request.openItems, item])]
  return { ...returned, expiresAt, openItems }
}

/**
 * What is submitted is complete. What the firm closes for the customer is what was begun: it says of nothing that was not
 * given that it was.
 */
const completed = (request: State, { at, by }: EventOf<"RequestSubmitted">): State["items"] => {
  const begun = by.kind === "member" ? ["InProgress", "Returned"] : ["NotStarted", "InProgress", "Returned"]
  const sections = request.details.questionnaire.sections
  const done = sections.filter((id) => begun.includes(request.items[id]?.status ?? "NotStarted"))
  return {
    ...request.items,
    ...Object.fromEntries(done.map((id): readonly [string, Item] => [id, { status: "Completed", reason: null, at }])),
  }
}

/** Name, digest and signature stay, so that it can be told what was there. */
const afterQuarantine = (request: State, { file, signature, at }: EventOf<"FileQuarantined">): State => ({
  ...request,
  files: request.files.filter(({ id }) => id !== file),
  quarantined: [
    ...request.quarantined,
    ...request.files
      .filter(({ id }) => id === file)
      .map(({ id, name, bytes, type, sha256, question }) => ({
        id,
        name,
        bytes,
        type,
        sha256,
        question,
        signature,
        at,
      })),
  ],
})

const uncompleted = (item: Item, at: Instant): Item =>
  item.status === "Completed" ? { status: "InProgress", reason: null, at } : item

const afterDelivery = (before: State, { recipient, outcome, reminder, at }: EventOf<"DeliveryReported">): State => {
  const isBack = (outcome === "dropped" || outcome === "suppressed") && reminder?.sendNo === before.sendNo
  const { reminders } = before
  const request = isBack
    ? { ...before, reminders: { ...reminders, dropped: Math.min(reminders.count, (reminders.dropped ?? 0) + 1) } }
    : before
  const isDead = outcome === "bounced-hard" || outcome === "complained" || outcome === "suppressed"
  const isOurs = request.details.recipients.some(({ id }) => id === recipient)
  if (!isDead || !isOurs || request.suppressed.includes(recipient)) return request
  return { ...request, suppressed: [...request.suppressed, recipient], reminders: rebased(request, at) }
}

/**
 * What is left of a request without what people gave and who they were: ids, instants and states. A digest of answers goes
 * too: where few can be given, it would tell which were. Every link is dead.
 */
const blank = (request: State): Partial<State> => ({
  details: {
    ...request.details,
    title: "",
    description: "",
    message: "",
    attachments: [],
    recipients: request.details.recipients.map((one) => ({ ...one, name: "", email: "", mobile: "", contact: null })),
    reminders: { ...request.details.reminders, enabled: false },
  },
  families: Object.fromEntries(Object.entries(request.families).map(([id, family]) => [id, revoked(family)])),
  items: Object.fromEntries(
    Object.entries(request.items).map(([id, { status, reason, at }]) => [
      id,
      { status, reason: reason === null ? null : "", at },
    ]),
  ),
  suspended: request.suspended === null ? null : { ...request.suspended, reason: "" },
  ...conversation.blank(request),
  submission: request.submission === null ? null : { ...request.submission, digest: "" },
  files: [],
  quarantined: [],
  checks: [],
})

/** The state that a stream of events leads to; null when it does not begin with a creation. */
export const replay = (events: ReadonlyArray<Event>): State | null => {
  const [first, ...rest] = events
  return first?.type === "RequestCreated" ? rest.reduce(evolve, create(first)) : null
}
